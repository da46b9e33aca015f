"""What goes with every request and answer: headers, identities, forms."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import Any

from tests.cluster.conformance.lab import Lab, configmap


def date(lab: Lab) -> Any:
    """Every answer has the server's time."""
    lab.make("one")
    answers = [
        lab.ask("GET", lab.configmaps),
        lab.ask("GET", f"{lab.configmaps}/none"),
        lab.ask("DELETE", f"{lab.configmaps}/one"),
    ]
    return [parsedate_to_datetime(answer.headers["Date"]).tzname() for answer in answers]


def audit_id(lab: Lab) -> Any:
    """An Audit-ID comes back as it was sent; who sends none gets one."""
    sent = lab.ask("GET", lab.configmaps, headers={"Audit-ID": "an-attempt-of-ours"})
    made = lab.ask("GET", lab.configmaps).headers["Audit-Id"]
    return [sent.headers["Audit-Id"], re.sub(r"[0-9a-f]", "9", made)]


def content_type(lab: Lab) -> Any:
    """JSON for objects, lists, watches and Statuses alike; text where there is no API."""
    lab.make("one")
    paths = ("", "/one", "/none", "?watch=1&timeoutSeconds=1&resourceVersion=0")
    told = [lab.ask("GET", f"{lab.configmaps}{path}").headers["Content-Type"] for path in paths]
    return [*told, lab.ask("GET", "/nonesuch").headers["Content-Type"]]


def not_to_be_cached(lab: Lab) -> Any:
    """Answers about objects belong to nobody else."""
    return lab.ask("GET", lab.configmaps).headers.get("Cache-Control")


def compressed(lab: Lab) -> Any:
    """A large list is compressed for who accepts gzip, and is the same list."""
    for number in range(20):
        lab.make(f"item-{number:02}", {"text": "x" * 10_000})
    plain = lab.ask("GET", lab.configmaps)
    packed = lab.ask("GET", lab.configmaps, headers={"Accept-Encoding": "gzip"})
    encodings = [answer.headers.get("Content-Encoding") for answer in (plain, packed)]
    return [encodings, plain.body["items"] == packed.body["items"]]


def pretty(lab: Lab) -> Any:
    """`pretty=true` is for humans; without it an answer is one line."""
    lab.make("one")
    texts = [lab.ask("GET", f"{lab.configmaps}/one{query}").text for query in ("", "?pretty=true")]
    return [text.strip().count("\n") > 0 for text in texts]


def yaml_answer(lab: Lab) -> Any:
    """YAML for who accepts it."""
    lab.make("one")
    answer = lab.ask("GET", f"{lab.configmaps}/one", headers={"Accept": "application/yaml"})
    return [answer.headers["Content-Type"], answer.text.splitlines()[0]]


def head(lab: Lab) -> Any:
    """No HEAD for objects."""
    lab.make("one")
    return lab.ask("HEAD", f"{lab.configmaps}/one").status


def trailing_slash(lab: Lab) -> Any:
    """A path with a slash at its end, and one with two in it."""
    return [lab.ask("GET", f"{lab.configmaps}/").status, lab.ask("GET", "/api/v1/").status]


def unknown_parameters(lab: Lab) -> Any:
    """A query parameter that nobody knows is nobody's business."""
    return lab.ask("GET", f"{lab.configmaps}?nonesuch=1").status


def unknown_token(lab: Lab) -> Any:
    """401 for a token that nobody knows."""
    return lab.tell("GET", lab.configmaps, headers={"Authorization": "Bearer nonesuch"})


def field_manager_too_long(lab: Lab) -> Any:
    """At most 128 printable characters."""
    return lab.tell("POST", f"{lab.configmaps}?fieldManager={'m' * 129}", configmap("one"))


def impersonation(lab: Lab) -> Any:
    """Who may act as another is taken for that other."""
    user = "system:serviceaccount:team-a:cleaner"
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    answer = lab.ask("POST", path, review, headers={"Impersonate-User": user})
    return [answer.status, answer.body["kind"], answer.body["status"]["userInfo"]["username"]]


def access_review_of_another(lab: Lab) -> Any:
    """What another may do is asked in the namespace that it is about, and of the cluster."""
    user = {"user": "x", "groups": ["system:masters"]}
    attributes = {"namespace": lab.namespace, "verb": "delete", "resource": "configmaps"}
    told = []
    for kind, where in (("LocalSubjectAccessReview", f"namespaces/{lab.namespace}/"), ("SubjectAccessReview", "")):
        path = f"/apis/authorization.k8s.io/v1/{where}{kind.lower()}s"
        metadata = {"metadata": {"namespace": lab.namespace}} if where else {}
        spec = {**user, "resourceAttributes": attributes}
        answer = lab.ask(
            "POST", path, {"apiVersion": "authorization.k8s.io/v1", "kind": kind, **metadata, "spec": spec}
        )
        told += [answer.status, answer.body["kind"], answer.body["status"]["allowed"]]
    return told


def access_review(lab: Lab) -> Any:
    """The administrator may do everything."""
    attributes = {"namespace": lab.namespace, "verb": "delete", "resource": "configmaps"}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = lab.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
    return [answer.status, answer.body["kind"], answer.body["spec"], answer.body["status"]["allowed"]]

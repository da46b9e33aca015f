"""Deletes: preconditions, finalizers, propagation policies, and what is answered meanwhile."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import JSON_PATCH, MERGE, Lab, brief, configmap, ending, pod

HELD = "example.com/hold"
ELSEWHERE = "11111111-2222-3333-4444-555555555555"


def delete(lab: Lab) -> Any:
    """A Status that says Success, with kind, name and uid; then 404."""
    lab.make("one")
    lab.make_widget("one")
    return [
        lab.tell("DELETE", f"{lab.configmaps}/one"),
        lab.ask("GET", f"{lab.configmaps}/one").status,
        lab.tell("DELETE", f"{lab.widgets}/one"),
    ]


def delete_missing(lab: Lab) -> Any:
    """404, with preconditions too."""
    body = {"preconditions": {"uid": ELSEWHERE}}
    return [lab.tell("DELETE", f"{lab.configmaps}/none"), lab.tell("DELETE", f"{lab.configmaps}/none", body)]


def right_preconditions(lab: Lab) -> Any:
    """Both preconditions of the present object let the delete through."""
    metadata = lab.make("one")["metadata"]
    preconditions = {key: metadata[key] for key in ("uid", "resourceVersion")}
    return lab.tell("DELETE", f"{lab.configmaps}/one", {"preconditions": preconditions})


def wrong_uid(lab: Lab) -> Any:
    """409 that shows both; the object stays."""
    lab.make("one")
    lab.make_widget("one")
    body = {"preconditions": {"uid": ELSEWHERE}}
    return [
        lab.tell("DELETE", f"{lab.configmaps}/one", body),
        lab.tell("DELETE", f"{lab.widgets}/one", body),
        lab.names(lab.configmaps),
    ]


def wrong_version(lab: Lab) -> Any:
    """409 that shows both; the object stays."""
    lab.make("one")
    lab.make_widget("one")
    body = {"preconditions": {"resourceVersion": "1"}}
    return [
        lab.tell("DELETE", f"{lab.configmaps}/one", body),
        lab.tell("DELETE", f"{lab.widgets}/one", body),
        lab.names(lab.configmaps),
    ]


def right_uid_and_stale_version(lab: Lab) -> Any:
    """Both must hold."""
    metadata = lab.make("one")["metadata"]
    lab.ask("PATCH", f"{lab.configmaps}/one", {"data": {"a": "1"}}, content_type=MERGE)
    preconditions = {key: metadata[key] for key in ("uid", "resourceVersion")}
    return lab.tell("DELETE", f"{lab.configmaps}/one", {"preconditions": preconditions})


def preconditions_of_a_terminating_object(lab: Lab) -> Any:
    """They are asked for again when the object already waits for its finalizers."""
    lab.make("one", finalizers=[HELD])
    lab.ask("DELETE", f"{lab.configmaps}/one")
    told = [
        lab.tell("DELETE", f"{lab.configmaps}/one", {"preconditions": preconditions})
        for preconditions in ({"uid": ELSEWHERE}, {"resourceVersion": "1"})
    ]
    lab.release(f"{lab.configmaps}/one")
    return told


def finalizer(lab: Lab) -> Any:
    """The object comes back terminating, again and again; it goes with its last finalizer."""
    lab.make("one", finalizers=[HELD, "example.com/also"])
    at = f"{lab.configmaps}/one"
    first, again = lab.tell("DELETE", at), lab.tell("DELETE", at)
    unchanged = first["body"]["metadata"]["resourceVersion"] == again["body"]["metadata"]["resourceVersion"]
    one_less = lab.tell("PATCH", at, [{"op": "remove", "path": "/metadata/finalizers/0"}], content_type=JSON_PATCH)
    last = lab.tell("PATCH", at, {"metadata": {"finalizers": None}}, content_type=MERGE)
    return [first, again, unchanged, one_less, last, lab.ask("GET", at).status]


def terminating_takes_no_new_finalizer(lab: Lab) -> Any:
    """Refused; labels may still change."""
    lab.make("one", finalizers=[HELD])
    at = f"{lab.configmaps}/one"
    lab.ask("DELETE", at)
    told = lab.tell("PATCH", at, {"metadata": {"finalizers": [HELD, "example.com/new"]}}, content_type=MERGE)
    labelled = lab.ask("PATCH", at, {"metadata": {"labels": {"a": "b"}}}, content_type=MERGE).status
    lab.release(at)
    return [told, labelled]


def terminating_holds_its_name(lab: Lab) -> Any:
    """409 AlreadyExists, with a message about the one being deleted."""
    lab.make("one", finalizers=[HELD])
    lab.ask("DELETE", f"{lab.configmaps}/one")
    told = lab.tell("POST", lab.configmaps, configmap("one"))
    lab.release(f"{lab.configmaps}/one")
    return told


def terminating_raises_the_generation(lab: Lab) -> Any:
    """A delete that has to wait counts as a change of what is wanted."""
    made = lab.make_widget("one", finalizers=[HELD])["metadata"]["generation"]
    waiting = lab.ask("DELETE", f"{lab.widgets}/one").body["metadata"]["generation"]
    lab.release(f"{lab.widgets}/one")
    return [made, waiting]


def service(lab: Lab) -> Any:
    """The answer is the Service, as it was, and it is gone."""
    item = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "one"}, "spec": {"ports": [{"port": 80}]}}
    lab.put_up(item)
    at = f"{lab.core('services')}/one"
    answer = lab.ask("DELETE", at)
    return [answer.status, brief(answer.body), ending(answer.body), lab.ask("GET", at).status]


def resource_quota(lab: Lab) -> Any:
    """The answer is the ResourceQuota, as it was, and it is gone."""
    item = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "one"}, "spec": {"hard": {"pods": "9"}}}
    lab.put_up(item)
    at = f"{lab.core('resourcequotas')}/one"
    answer = lab.ask("DELETE", at)
    return [answer.status, brief(answer.body), ending(answer.body), lab.ask("GET", at).status]


def job(lab: Lab) -> Any:
    """A Job that is deleted without a policy orphans its Pods, for the sake of old clients; with one it does as told."""
    spec = {"template": {"spec": {**pod("x")["spec"], "restartPolicy": "Never"}}}
    told = []
    for name, options in (("one", None), ("two", {"propagationPolicy": "Background"})):
        lab.put_up({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec})
        at = f"/apis/batch/v1/namespaces/{lab.namespace}/jobs/{name}"
        answer = lab.ask("DELETE", at, options)
        kept = answer.body["metadata"].get("finalizers")
        told.append([answer.status, brief(answer.body), kept, lab.gone(at)])
    return told


def answers_of_other_kinds(lab: Lab) -> Any:
    """Many answer with a Status, some with the object, whether it goes at once or not."""
    kinds: dict[str, dict[str, Any]] = {
        "secrets": {"apiVersion": "v1", "kind": "Secret"},
        "serviceaccounts": {"apiVersion": "v1", "kind": "ServiceAccount"},
        "endpoints": {"apiVersion": "v1", "kind": "Endpoints"},
        "podtemplates": {"apiVersion": "v1", "kind": "PodTemplate", "template": {"spec": pod("x")["spec"]}},
        "persistentvolumeclaims": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        },
    }
    told = {}
    for plural, item in kinds.items():
        lab.put_up({**item, "metadata": {"name": "one"}})
        at = f"{lab.core(plural)}/one"
        answer = lab.ask("DELETE", at)
        told[plural] = [answer.status, brief(answer.body), ending(answer.body), lab.ask("GET", at).status]
        lab.ask("PATCH", at, {"metadata": {"finalizers": None}}, content_type=MERGE)
    return told


def propagation(lab: Lab) -> Any:
    """Background goes at once; an unknown policy and two policies at once are refused."""
    bodies: tuple[dict[str, Any], ...] = (
        {"propagationPolicy": "Sideways"},
        {"propagationPolicy": "Foreground", "orphanDependents": True},
        {"propagationPolicy": "Background"},
    )
    lab.make("one")
    return [lab.tell("DELETE", f"{lab.configmaps}/one", body) for body in bodies]


def propagation_by_query(lab: Lab) -> Any:
    """Options may stand in the query instead of the body."""
    lab.make("one")
    return [
        lab.tell("DELETE", f"{lab.configmaps}/one?propagationPolicy=Sideways"),
        lab.ask("DELETE", f"{lab.configmaps}/one?propagationPolicy=Background").status,
    ]


def foreground_answer(lab: Lab) -> Any:
    """The object comes back with the finalizer foregroundDeletion."""
    return _held_one_deleted(lab, "Foreground")


def orphan_answer(lab: Lab) -> Any:
    """The object comes back with the finalizer orphan."""
    return _held_one_deleted(lab, "Orphan")


def options_that_are_none(lab: Lab) -> Any:
    """A body that is no DeleteOptions is refused and deletes nothing."""
    lab.make("one")
    at = f"{lab.configmaps}/one"
    answers = [
        lab.ask("DELETE", at, "{"),
        lab.ask("DELETE", at, {"preconditions": "none"}),
        lab.ask("DELETE", at, {"apiVersion": "v1", "kind": "ConfigMap"}),
        lab.ask("DELETE", at, {}, content_type="text/plain"),
    ]
    return [[[answer.status, answer.body.get("reason")] for answer in answers], lab.names(lab.configmaps)]


def options_with_their_kind(lab: Lab) -> Any:
    """DeleteOptions may say what they are."""
    lab.make("one")
    options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
    return lab.ask("DELETE", f"{lab.configmaps}/one", options).status


def dry_run(lab: Lab) -> Any:
    """In query or body, it answers and deletes nothing; preconditions are asked for."""
    lab.make("one")
    body = {"dryRun": ["All"], "preconditions": {"uid": ELSEWHERE}}
    return [
        lab.tell("DELETE", f"{lab.configmaps}/one", {"dryRun": ["All"]}),
        lab.ask("DELETE", f"{lab.configmaps}/one", body).status,
        lab.ask("DELETE", f"{lab.configmaps}/one", {"dryRun": ["Some"]}).status,
        lab.names(lab.configmaps),
    ]


def collection(lab: Lab) -> Any:
    """What the selector takes goes; the answer is the list of it."""
    for name in ("one", "two", "three"):
        lab.make(name, labels={"even": str(name == "two")})
    answer = lab.ask("DELETE", f"{lab.configmaps}?labelSelector=even%3DFalse")
    taken = sorted(item["metadata"]["name"] for item in answer.body["items"])
    return [answer.status, answer.body["kind"], taken, lab.names(lab.configmaps)]


def collection_with_finalizers(lab: Lab) -> Any:
    """What has finalizers stays, terminating."""
    lab.make("one", finalizers=[HELD])
    lab.make("two")
    status = lab.ask("DELETE", lab.configmaps).status
    left = lab.ask("GET", lab.configmaps).body["items"]
    lab.release(f"{lab.configmaps}/one")
    return [status, [[each["metadata"]["name"], ending(each)] for each in left]]


def _held_one_deleted(lab: Lab, policy: str) -> Any:
    lab.make("one", finalizers=[HELD])
    answer = lab.tell("DELETE", f"{lab.configmaps}/one", {"propagationPolicy": policy})
    answer["body"]["metadata"]["finalizers"].sort()
    lab.release(f"{lab.configmaps}/one")
    return answer

"""What a server says no to, and how."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import Lab, configmap, pod, widget


def nameless(lab: Lab) -> Any:
    """422: a name or generateName is required."""
    return lab.tell("POST", lab.configmaps, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}})


def bad_name(lab: Lab) -> Any:
    """422 with the cause and its field."""
    return [lab.tell("POST", lab.configmaps, configmap("Not_A_Name")), lab.tell("POST", lab.widgets, widget("No_Name"))]


def bad_label(lab: Lab) -> Any:
    """422: keys and values of labels have a syntax."""
    return lab.tell("POST", lab.configmaps, configmap("one", labels={"a": "not a value"}))


def bad_finalizer(lab: Lab) -> Any:
    """A finalizer has the syntax of a qualified name; one without a domain is refused for built-in kinds, and warned of for others."""
    told = []
    for path, item in ((lab.configmaps, configmap), (lab.widgets, widget)):
        for finalizer in ("example.com/", "plain", "plain.example.com"):
            answer = lab.ask("POST", f"{path}?dryRun=All", item("one", finalizers=[finalizer]))
            reason = answer.body.get("message")
            told.append([finalizer, answer.status, reason, answer.headers.get("Warning")])
    return told


def missing_namespace(lab: Lab) -> Any:
    """404 of the Namespace when something is to be made in it; a list of it is empty."""
    there = "/api/v1/namespaces/no-such-namespace/configmaps"
    return [lab.tell("POST", there, configmap("one")), lab.ask("GET", there).body["items"]]


def another_namespace(lab: Lab) -> Any:
    """400: the namespace in the body is the namespace in the path."""
    return lab.tell("POST", lab.configmaps, configmap("one", namespace="other"))


def another_kind(lab: Lab) -> Any:
    """400: the kind in the body belongs to the path."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "one"}}
    return [
        lab.tell("POST", lab.configmaps, secret),
        lab.tell("POST", lab.widgets, {**widget("one"), "kind": "Gadget"}),
    ]


def kindless(lab: Lab) -> Any:
    """A body without a kind is taken by a built-in resource, which knows its own, and not by a custom one."""
    refused = lab.ask("POST", lab.widgets, {"metadata": {"name": "one"}, "spec": {"color": "red"}})
    return [
        lab.tell("POST", lab.configmaps, {"metadata": {"name": "one"}}),
        [refused.status, refused.body["reason"], refused.body["message"].partition(":")[0]],
    ]


def version_of_what_is_new(lab: Lab) -> Any:
    """What is to be made has no resourceVersion yet."""
    return lab.tell("POST", lab.configmaps, configmap("one", resourceVersion="1"))


def no_json(lab: Lab) -> Any:
    """400 for a body that breaks off."""
    return lab.ask("POST", lab.configmaps, '{"apiVersion": "v1", "kind": "ConfigMap", ').status


def wrong_type_of_a_field(lab: Lab) -> Any:
    """400 for data that are no map."""
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": "text"}
    return [lab.ask("POST", lab.configmaps, item).status, lab.ask("POST", lab.configmaps, item).body["reason"]]


def media_type_of_the_body(lab: Lab) -> Any:
    """415 for a body that is neither JSON, YAML nor protobuf; YAML is fine."""
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n"
    return [
        lab.tell("POST", lab.configmaps, text, content_type="text/plain"),
        lab.ask("POST", lab.configmaps, text, content_type="application/yaml").status,
    ]


def media_type_of_the_answer(lab: Lab) -> Any:
    """406 for an Accept that nobody serves; anything is JSON."""
    return [
        lab.tell("GET", lab.configmaps, headers={"Accept": "text/html"}),
        lab.ask("GET", lab.configmaps, headers={"Accept": "*/*"}).status,
        lab.ask("GET", lab.configmaps, headers={"Accept": "text/html, */*"}).status,
    ]


def unknown_resource(lab: Lab) -> Any:
    """404 that says the server has no such resource."""
    return [lab.tell("GET", lab.core("nonesuch")), lab.tell("GET", f"{lab.widgets[: -len('widgets')]}gadgets")]


def unknown_group(lab: Lab) -> Any:
    """404 in plain text where there is no API at all."""
    return [
        lab.tell("GET", "/apis/nonesuch.example.com/v1"),
        lab.tell("GET", "/apis/nonesuch.example.com/v1/namespaces/default/widgets"),
        lab.tell("GET", "/nonesuch"),
    ]


def unknown_subresource(lab: Lab) -> Any:
    """404 below an object that is there."""
    lab.make("one")
    return lab.tell("GET", f"{lab.configmaps}/one/nonesuch")


def wrong_method(lab: Lab) -> Any:
    """405 for a POST to an object and a PUT to a collection."""
    lab.make("one")
    return [
        lab.tell("POST", f"{lab.configmaps}/one", configmap("one")),
        lab.tell("PUT", lab.configmaps, configmap("one")),
        lab.tell("POST", "/api/v1/configmaps", configmap("one")),
    ]


def immutable(lab: Lab) -> Any:
    """422: what is marked immutable, and a Pod's containers, stay as they are."""
    lab.put_up({**configmap("one"), "immutable": True})
    lab.put_up(pod("one"))
    patch = {"spec": {"restartPolicy": "Never"}}
    answer = lab.ask("PATCH", f"{lab.pods}/one", patch, content_type="application/merge-patch+json")
    return [
        lab.tell("PUT", f"{lab.configmaps}/one", {**configmap("one", {"a": "1"}), "immutable": True}),
        [answer.status, answer.body["reason"], answer.body["details"]["causes"][0]["field"]],
    ]


def limit_that_is_no_number(lab: Lab) -> Any:
    """400 for a limit of letters."""
    return lab.tell("GET", f"{lab.configmaps}?limit=some")


def version_that_is_no_number(lab: Lab) -> Any:
    """A resourceVersion of letters is refused, in a list and in a watch."""
    return [
        lab.tell("GET", f"{lab.configmaps}?resourceVersion=some"),
        lab.tell("GET", f"{lab.configmaps}?watch=1&resourceVersion=some&timeoutSeconds=1"),
    ]


def unknown_fields(lab: Lab) -> Any:
    """fieldValidation: unknown fields go in silence, with a warning, or are refused."""
    told = []
    for validation in ("Ignore", "Warn", "Strict", "Some"):
        item = {**configmap(f"one-{validation.lower()}"), "wrong": 1}
        answer = lab.ask("POST", f"{lab.configmaps}?fieldValidation={validation}", item)
        told.append({"status": answer.status, "body": answer.body, "warning": answer.headers.get("Warning")})
    return told

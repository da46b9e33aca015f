"""Custom resources: definitions, schemas, defaults, pruning, versions."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import GROUP, Lab, widget

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def defaults(lab: Lab) -> Any:
    """A missing field with a default gets it, a null one as well."""
    return [
        lab.ask("POST", lab.widgets, widget("one")).body["spec"],
        lab.ask("POST", lab.widgets, widget("two", {"color": "red", "size": None, "note": None})).body["spec"],
    ]


def pruning(lab: Lab) -> Any:
    """What the schema does not know goes, except where it is told to stay."""
    spec = {"color": "red", "unknown": 1, "free": {"a": {"b": [1, {"c": None}]}}, "limits": {"x": 1}}
    return lab.ask("POST", lab.widgets, {**widget("one", spec), "extra": {"a": 1}}).body


def strict_fields(lab: Lab) -> Any:
    """Validation of fields names every unknown field, as a warning or as a refusal."""
    item = {**widget("one", {"color": "red", "unknown": 1}), "extra": {"a": 1}}
    warned = lab.ask("POST", f"{lab.widgets}?fieldValidation=Warn&dryRun=All", item)
    return [
        warned.status,
        warned.headers.get("Warning"),
        lab.tell("POST", f"{lab.widgets}?fieldValidation=Strict", item),
    ]


def schema_errors(lab: Lab) -> Any:
    """422 that names every field that is wrong and why."""
    specs: tuple[Any, ...] = (
        {"color": "pink"},
        {"color": "red", "size": 0},
        {"color": "red", "size": 11},
        {"color": "red", "size": "3"},
        {"color": "red", "size": 2.5},
        {"color": "red", "label": "NO"},
        {"color": "red", "label": "toolonglabel"},
        {"color": "red", "tags": ["a", "b", "c"]},
        {"color": "red", "tags": "a"},
        {"color": "red", "tags": [1]},
        {"color": "red", "limits": {"x": "y"}},
        {"color": "red", "port": True},
        {"size": 3},
        "text",
        None,
    )
    return [lab.tell("POST", lab.widgets, widget("one") | {"spec": spec}) for spec in specs]


def several_schema_errors(lab: Lab) -> Any:
    """All of them at once."""
    told = lab.tell("POST", lab.widgets, widget("one", {"color": "pink", "size": 0, "label": "NO"}))
    causes = told["body"]["details"].pop("causes")
    return [told["status"], sorted([each["field"], each["reason"], each["message"]] for each in causes)]


def rules(lab: Lab) -> Any:
    """A rule in CEL that does not hold refuses the object with its message."""
    item = _definition(lab)
    schema = item["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    schema["properties"] = {"size": {"type": "integer"}}
    schema["x-kubernetes-validations"] = [{"rule": "self.size < 5", "message": "gadgets are small"}]
    lab.cluster.create(item)
    api_version = f"{item['spec']['group']}/v1"
    gadgets = [
        {"apiVersion": api_version, "kind": "Gadget", "metadata": {"name": f"size-{size}"}, "size": size}
        for size in (4, 5)
    ]
    told = [lab.tell("POST", f"/apis/{api_version}/gadgets", gadget) for gadget in gadgets]
    lab.ask("DELETE", f"{DEFINITIONS}/{item['metadata']['name']}")
    return told


def values_that_fit(lab: Lab) -> Any:
    """Either type where both are allowed, null where it is."""
    told = []
    extras: tuple[dict[str, Any], ...] = ({"port": 80}, {"port": "http"}, {"note": "x"}, {"size": 10}, {"size": 3.0})
    for number, extra in enumerate(extras):
        answer = lab.ask("POST", lab.widgets, widget(f"fit-{number}", {"color": "green", **extra}))
        told.append([answer.status, answer.body.get("spec")])
    return told


def schema_of_the_status(lab: Lab) -> Any:
    """The status subresource is held to the schema as well."""
    lab.make_widget("one")
    at = f"{lab.widgets}/one/status"
    merge = "application/merge-patch+json"
    refused = lab.ask("PATCH", at, {"status": {"phase": 3}}, content_type=merge)
    pruned = lab.ask("PATCH", at, {"status": {"phase": "Done", "unknown": 1}}, content_type=merge)
    return [refused.status, refused.body["message"], pruned.body["status"]]


def other_version(lab: Lab) -> Any:
    """An object is served under each version, whatever it was written in; an unserved one is 404."""
    lab.make_widget("one")
    beta = lab.widgets.replace("/v1/", "/v1beta1/")
    return [
        lab.tell("GET", f"{beta}/one"),
        lab.ask("GET", lab.widgets.replace("/v1/", "/v2/")).status,
        lab.tell("POST", lab.widgets, {**widget("two"), "apiVersion": f"{GROUP}/v1beta1"}),
    ]


def definition(lab: Lab) -> Any:
    """A new definition is accepted, then established; its objects go with it."""
    item = _definition(lab)
    name, group = item["metadata"]["name"], item["spec"]["group"]
    made = lab.ask("POST", DEFINITIONS, item)
    at = f"{DEFINITIONS}/{name}"

    def established() -> bool:
        conditions = lab.ask("GET", at).body["status"].get("conditions") or []
        return any((each["type"], each["status"]) == ("Established", "True") for each in conditions)

    told: dict[str, Any] = {"made": made.status, "spec": made.body["spec"], "established": lab.eventually(established)}
    path = f"/apis/{group}/v1/gadgets"
    told["served"] = lab.eventually(lambda: lab.ask("GET", path).status == 200)
    gadget = {"apiVersion": f"{group}/v1", "kind": "Gadget", "metadata": {"name": "one"}, "any": {"thing": 1}}
    told["object"] = lab.tell("POST", path, gadget)
    status = lab.ask("GET", at).body["status"]
    told["conditions"] = sorted([each["type"], each["status"], each["reason"]] for each in status["conditions"])
    told["names"], told["stored"] = status["acceptedNames"], status["storedVersions"]
    deleted = lab.ask("DELETE", at)
    told["deleted"] = [deleted.status, deleted.body["kind"], deleted.body["metadata"].get("finalizers")]
    told["gone"] = [lab.gone(at), lab.eventually(lambda: lab.ask("GET", path).status == 404)]
    return told


def definition_errors(lab: Lab) -> Any:
    """A definition that cannot be is refused with its fields."""
    wrong_name, no_schema, two_stored = (_definition(lab) for _ in range(3))
    wrong_name["metadata"]["name"] = "others.example.com"
    del no_schema["spec"]["versions"][0]["schema"]
    two_stored["spec"]["versions"].append({**two_stored["spec"]["versions"][0], "name": "v2"})
    told = []
    for item in (wrong_name, no_schema, two_stored):
        answer = lab.ask("POST", DEFINITIONS, item)
        causes = answer.body["details"].get("causes") or []
        told.append([answer.status, answer.body["reason"], sorted(each["field"] for each in causes)])
    return told


def _definition(lab: Lab) -> dict[str, Any]:
    """A definition nobody else has, of a kind that lives in no namespace and keeps whatever it is given."""
    group = f"{lab.namespace}.example.com"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"gadgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Cluster",
            "names": {"plural": "gadgets", "kind": "Gadget"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    }

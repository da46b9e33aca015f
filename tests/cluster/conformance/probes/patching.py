"""Patches of each type, and server-side apply."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import APPLY, GROUP, JSON_PATCH, MERGE, STRATEGIC, Lab, configmap, pod, widget


def merge(lab: Lab) -> Any:
    """RFC 7386: null removes, maps merge."""
    lab.make("one", {"a": "1", "b": "2"}, labels={"x": "y"})
    patch = {"metadata": {"labels": {"z": "w"}}, "data": {"a": None, "c": "3"}}
    return lab.tell("PATCH", f"{lab.configmaps}/one", patch, content_type=MERGE)


def merge_replaces_lists(lab: Lab) -> Any:
    """RFC 7386: a list is one value."""
    lab.make_widget("one", {"color": "red", "tags": ["a", "b"]})
    return lab.ask("PATCH", f"{lab.widgets}/one", {"spec": {"tags": ["c"]}}, content_type=MERGE).body["spec"]


def json_patch(lab: Lab) -> Any:
    """RFC 6902: add, replace, remove, test, move, copy, with escaped pointers."""
    lab.make("one", {"a": "1", "b": "2"}, annotations={"example.com/x": "y"})
    patch = [
        {"op": "test", "path": "/data/a", "value": "1"},
        {"op": "replace", "path": "/data/a", "value": "9"},
        {"op": "move", "from": "/data/b", "path": "/data/c"},
        {"op": "copy", "from": "/data/c", "path": "/data/d"},
        {"op": "add", "path": "/metadata/labels", "value": {"k": "v"}},
        {"op": "remove", "path": "/metadata/annotations/example.com~1x"},
    ]
    return lab.tell("PATCH", f"{lab.configmaps}/one", patch, content_type=JSON_PATCH)


def json_patch_whose_test_fails(lab: Lab) -> Any:
    """A failed test changes nothing."""
    made = lab.make("one", {"a": "1"})
    patch = [{"op": "replace", "path": "/data/a", "value": "2"}, {"op": "test", "path": "/data/a", "value": "1"}]
    told = lab.tell("PATCH", f"{lab.configmaps}/one", patch, content_type=JSON_PATCH)
    return [told["status"], told["body"]["reason"], lab.ask("GET", f"{lab.configmaps}/one").body == made]


def json_patch_to_nowhere(lab: Lab) -> Any:
    """A path that is not there, and a patch that is none."""
    lab.make("one")
    missing = [{"op": "remove", "path": "/data/none"}]
    answers = [
        lab.ask("PATCH", f"{lab.configmaps}/one", missing, content_type=JSON_PATCH),
        lab.ask("PATCH", f"{lab.configmaps}/one", {"op": "none"}, content_type=JSON_PATCH),
    ]
    return [[answer.status, answer.body["reason"]] for answer in answers]


def strategic_merge(lab: Lab) -> Any:
    """Finalizers and owners merge by value and by uid; directives delete."""
    lab.make("one", {"a": "1"}, finalizers=["example.com/a"], labels={"x": "y", "v": "w"})
    patches: tuple[dict[str, Any], ...] = (
        {"metadata": {"finalizers": ["example.com/b"], "labels": {"x": None}}},
        {"metadata": {"$deleteFromPrimitiveList/finalizers": ["example.com/a"]}},
        {"data": {"$patch": "replace", "b": "2"}},
    )
    told = [lab.tell("PATCH", f"{lab.configmaps}/one", patch, content_type=STRATEGIC) for patch in patches]
    lab.ask("PATCH", f"{lab.configmaps}/one", {"metadata": {"finalizers": None}}, content_type=MERGE)
    return told


def strategic_merge_of_a_list_by_key(lab: Lab) -> Any:
    """Conditions of a Pod merge by their type."""
    lab.put_up(pod("one"))
    for status in ("False", "True"):
        patch = {"status": {"conditions": [{"type": "Ready", "status": status}]}}
        lab.ask("PATCH", f"{lab.pods}/one/status", patch, content_type=STRATEGIC)
    patch = {"status": {"conditions": [{"type": "Other", "status": "True"}]}}
    conditions = lab.ask("PATCH", f"{lab.pods}/one/status", patch, content_type=STRATEGIC).body["status"]["conditions"]
    return sorted([each["type"], each["status"]] for each in conditions)


def strategic_merge_of_a_custom_resource(lab: Lab) -> Any:
    """415: only built-in types know their merge keys."""
    lab.make_widget("one")
    return lab.tell("PATCH", f"{lab.widgets}/one", {"spec": {"color": "red"}}, content_type=STRATEGIC)


def patch_of_an_unknown_type(lab: Lab) -> Any:
    """415 for a patch sent as plain JSON."""
    lab.make("one")
    return lab.tell("PATCH", f"{lab.configmaps}/one", {"data": {}})


def patch_of_what_is_missing(lab: Lab) -> Any:
    """404."""
    return [
        lab.tell("PATCH", f"{lab.configmaps}/none", {"data": {}}, content_type=MERGE),
        lab.ask("PATCH", f"{lab.widgets}/none", [], content_type=JSON_PATCH).status,
    ]


def patch_at_a_version(lab: Lab) -> Any:
    """A resourceVersion in a patch is a precondition."""
    version = lab.make("one")["metadata"]["resourceVersion"]
    patch = {"metadata": {"resourceVersion": version}, "data": {"a": "1"}}
    first = lab.ask("PATCH", f"{lab.configmaps}/one", patch, content_type=MERGE)
    patch["data"] = {"a": "2"}
    return [first.status, lab.tell("PATCH", f"{lab.configmaps}/one", patch, content_type=MERGE)]


def patch_of_another_uid(lab: Lab) -> Any:
    """A uid in a patch is a precondition."""
    lab.make("one")
    patch = {"metadata": {"uid": "11111111-2222-3333-4444-555555555555"}}
    return lab.tell("PATCH", f"{lab.configmaps}/one", patch, content_type=MERGE)


def patch_that_changes_nothing(lab: Lab) -> Any:
    """It leaves the resourceVersion."""
    made = lab.make("one")
    patched = lab.ask("PATCH", f"{lab.configmaps}/one", {"data": {"key": "value"}}, content_type=MERGE).body
    return patched["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]


def patch_of_the_name(lab: Lab) -> Any:
    """An object keeps its name."""
    lab.make("one")
    return lab.tell("PATCH", f"{lab.configmaps}/one", {"metadata": {"name": "two"}}, content_type=MERGE)


def patch_of_the_status(lab: Lab) -> Any:
    """A patch of the object leaves the status, one of the status the object."""
    lab.make_widget("one")
    patch = {"spec": {"color": "blue"}, "status": {"phase": "Done"}}
    return [
        lab.tell("PATCH", f"{lab.widgets}/one", patch, content_type=MERGE),
        lab.tell("PATCH", f"{lab.widgets}/one/status", {**patch, "spec": {"color": "red"}}, content_type=MERGE),
    ]


def apply_makes_and_changes(lab: Lab) -> Any:
    """201, then 200; what a manager no longer names goes."""
    at = f"{lab.configmaps}/one?fieldManager=first"
    return [
        lab.tell("PATCH", at, configmap("one", {"a": "1", "b": "2"}), content_type=APPLY),
        lab.tell("PATCH", at, configmap("one", {"b": "3"}), content_type=APPLY),
    ]


def apply_the_same(lab: Lab) -> Any:
    """It leaves the resourceVersion."""
    at = f"{lab.configmaps}/one?fieldManager=first"
    versions = [
        lab.ask("PATCH", at, configmap("one"), content_type=APPLY).body["metadata"]["resourceVersion"] for _ in range(2)
    ]
    return versions[0] == versions[1]


def apply_needs_a_manager(lab: Lab) -> Any:
    """Without fieldManager it is refused."""
    return lab.tell("PATCH", f"{lab.configmaps}/one", configmap("one"), content_type=APPLY)


def apply_conflicts(lab: Lab) -> Any:
    """409 that names the field and its manager; force takes the field."""
    at = f"{lab.configmaps}/one?fieldManager="
    lab.ask("PATCH", f"{at}first", configmap("one", {"a": "1"}), content_type=APPLY)
    return [
        lab.tell("PATCH", f"{at}second", configmap("one", {"a": "2"}), content_type=APPLY),
        lab.ask("PATCH", f"{at}second&force=true", configmap("one", {"a": "2"}), content_type=APPLY).body["data"],
    ]


def apply_keeps_what_others_manage(lab: Lab) -> Any:
    """Two managers, two fields, one object."""
    at = f"{lab.configmaps}/one?fieldManager="
    lab.ask("PATCH", f"{at}first", configmap("one", {"a": "1"}), content_type=APPLY)
    lab.ask("PATCH", f"{at}second", configmap("one", {"b": "2"}), content_type=APPLY)
    body = lab.ask("PATCH", f"{at}first", configmap("one", {}), content_type=APPLY).body
    managers = lab.ask("GET", f"{lab.configmaps}/one").body["metadata"]["managedFields"]
    # in the order of their times, in whole seconds, and then of their names: sorted, it is the same however slow a server is
    return [body["data"], sorted([each["manager"], each["operation"]] for each in managers)]


def apply_a_custom_resource(lab: Lab) -> Any:
    """Schema and defaults hold for it too."""
    at = f"{lab.widgets}/one?fieldManager=first"
    return [
        lab.tell("PATCH", at, widget("one"), content_type=APPLY),
        lab.ask("PATCH", at, widget("one", {"color": "pink"}), content_type=APPLY).status,
        lab.ask("PATCH", at, {**widget("one"), "apiVersion": f"{GROUP}/v9"}, content_type=APPLY).status,
    ]

"""Owners and dependents: what a delete does to who refers to the deleted."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import MERGE, Lab

HELD = "example.com/hold"


def background(lab: Lab) -> Any:
    """The owner goes at once, its dependents follow."""
    _family(lab)
    answer = lab.ask("DELETE", f"{lab.configmaps}/owner", {"propagationPolicy": "Background"})
    return [answer.status, answer.body["kind"], lab.gone(f"{lab.configmaps}/child"), lab.names(lab.configmaps)]


def foreground(lab: Lab) -> Any:
    """The owner waits for the dependents that block it."""
    _family(lab, finalizers=[HELD])
    answer = lab.ask("DELETE", f"{lab.configmaps}/owner", {"propagationPolicy": "Foreground"})
    child = f"{lab.configmaps}/child"
    told = lab.eventually(lambda: "deletionTimestamp" in lab.ask("GET", child).body["metadata"])
    waits = lab.ask("GET", f"{lab.configmaps}/owner").body["metadata"]["finalizers"]
    lab.ask("PATCH", child, {"metadata": {"finalizers": None}}, content_type=MERGE)
    return [answer.body["metadata"]["finalizers"], told, waits, lab.gone(f"{lab.configmaps}/owner")]


def orphan(lab: Lab) -> Any:
    """The dependents stay and forget their owner."""
    _family(lab)
    lab.ask("DELETE", f"{lab.configmaps}/owner", {"propagationPolicy": "Orphan"})
    gone = lab.gone(f"{lab.configmaps}/owner")
    return [gone, lab.ask("GET", f"{lab.configmaps}/child").body["metadata"].get("ownerReferences")]


def two_owners(lab: Lab) -> Any:
    """Who has another owner stays, and forgets the one that went."""
    owners = [_reference(lab.make(name)) for name in ("owner", "other")]
    lab.make("child", ownerReferences=owners)
    lab.ask("DELETE", f"{lab.configmaps}/owner", {"propagationPolicy": "Background"})

    def references() -> list[str]:
        metadata = lab.ask("GET", f"{lab.configmaps}/child").body["metadata"]
        return [each["name"] for each in metadata["ownerReferences"]]

    return [lab.eventually(lambda: references() == ["other"]), references()]


def owner_of_another_uid(lab: Lab) -> Any:
    """A reference is to a uid: a namesake is no owner, and the dependent goes."""
    reference = _reference(lab.make("owner"))
    lab.make("child", ownerReferences=[{**reference, "uid": "11111111-2222-3333-4444-555555555555"}])
    return [lab.gone(f"{lab.configmaps}/child"), lab.names(lab.configmaps)]


def invalid_references(lab: Lab) -> Any:
    """A reference names version, kind, name and uid; one controller is enough."""
    reference = {**_reference(lab.make("owner")), "controller": True}
    incomplete = {key: value for key, value in reference.items() if key != "uid"}
    return [
        lab.tell("POST", lab.configmaps, _dependent([incomplete])),
        lab.tell("POST", lab.configmaps, _dependent([reference, {**reference, "name": "x", "uid": "2"}])),
    ]


def _family(lab: Lab, **child: Any) -> None:
    """An owner and its child, which blocks the owner's deletion."""
    lab.make("child", ownerReferences=[_reference(lab.make("owner"))], **child)


def _reference(owner: dict[str, Any]) -> dict[str, Any]:
    """A reference to an object that is there."""
    metadata = owner["metadata"]
    named = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": metadata["name"], "uid": metadata["uid"]}
    return {**named, "blockOwnerDeletion": True}


def _dependent(references: list[dict[str, Any]]) -> dict[str, Any]:
    """A ConfigMap with owners, as it is sent."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "child", "ownerReferences": references}}

"""The CustomResourceDefinitions of the recycle bin: copies in a namespace, and of what lives in none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.crds.custom_resource import custom_resource
from zen_gc_core.model.recycled import CLUSTER_RECYCLED, MOST_BYTES, OBJECT, RECYCLED

if TYPE_CHECKING:
    from zen_gc_core.engine.crds.structural import Schema

_COLUMNS: Final = (
    ("Kind", "string", ".spec.kind"),
    ("Object", "string", ".spec.name"),
    ("Policy", "string", ".spec.policy"),
    ("Recycled", "date", ".spec.recycledAt"),
    ("Until", "string", r".metadata.annotations.gc\.kube-zen\.io/recycled-until"),
)

_FIELDS: Final = {
    "apiVersion": "Group and version of the object.",
    "kind": "Its kind.",
    "name": "Its name.",
    "uid": "Its uid.",
    "policy": "The policy that deleted it.",
    "recycledAt": "When the copy was made, right before the object was deleted.",
    "expiresAt": "When the copy may go; the annotation gc.kube-zen.io/recycled-until puts it off.",
    "attemptId": "The id of the deletion, in the log of the controller and in the audit log of the API server.",
    OBJECT: "The object as it was, as JSON.",
}


def recycled_definitions() -> list[dict[str, Any]]:
    """The CustomResourceDefinitions of both kinds of copies."""
    return [
        _definition(RECYCLED, "recycledobjects", "Namespaced", "recycled"),
        _definition(CLUSTER_RECYCLED, "clusterrecycledobjects", "Cluster", "crecycled"),
    ]


def _definition(kind: str, plural: str, scope: str, short_name: str) -> dict[str, Any]:
    spec: dict[str, Schema] = {name: {"description": words, "type": "string"} for name, words in _FIELDS.items()}
    spec[OBJECT] = {**spec[OBJECT], "maxLength": MOST_BYTES}
    return custom_resource(
        kind,
        plural,
        scope,
        (short_name,),
        description="A copy of an object that a policy deleted; zen-gc restore brings it back.",
        columns=_COLUMNS,
        spec={
            "description": "The object, and what became of it.",
            "type": "object",
            "required": list(_FIELDS),
            "properties": spec,
        },
    )

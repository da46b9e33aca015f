"""The reviews that a client may ask about itself and others. Everybody may do everything on the embedded cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.store.objects import Object

_EVERYTHING = {
    "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
    "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
    "incomplete": False,
}
KINDS = frozenset(
    {
        "LocalSubjectAccessReview",
        "SelfSubjectAccessReview",
        "SelfSubjectReview",
        "SelfSubjectRulesReview",
        "SubjectAccessReview",
    }
)


def review(content: Object, resource: Resource, user: str) -> Object:
    """The answered review.

    Args:
        content: The review as it was sent.
        resource: Its resource.
        user: Who asks.
    """
    statuses: dict[str, Object] = {
        "LocalSubjectAccessReview": {"allowed": True},
        "SubjectAccessReview": {"allowed": True},
        "SelfSubjectAccessReview": {"allowed": True},
        "SelfSubjectRulesReview": _EVERYTHING,
        "SelfSubjectReview": {"userInfo": {"username": user, "groups": ["system:masters", "system:authenticated"]}},
    }
    kind = {"kind": resource.kind, "apiVersion": resource.group_version}
    return {**content, **kind, "metadata": content.get("metadata", {}), "status": statuses[resource.kind]}

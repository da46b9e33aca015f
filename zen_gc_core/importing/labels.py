"""Label selectors as Kubernetes means them, for the references: whether labels meet one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def meets(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether labels meet a label selector; an empty one, and none, is met by all.

    Args:
        selector: ``matchLabels`` and ``matchExpressions``, decoded.
        labels: The labels.
    """
    for key, value in (selector or {}).get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    return all(_meets(each, labels) for each in (selector or {}).get("matchExpressions", []))


def _meets(requirement: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    there, values = requirement["key"] in labels, requirement.get("values", [])
    match requirement["operator"]:
        case "In":
            return there and labels[requirement["key"]] in values
        case "NotIn":
            return not there or labels[requirement["key"]] not in values
        case "Exists":
            return there
        case _:
            return not there


def joined(selector: Mapping[str, Any] | None, *requirements: Mapping[str, Any]) -> dict[str, Any]:
    """A label selector that asks for more.

    Args:
        selector: The selector; None asks for nothing.
        requirements: What it asks for beside, as entries of ``matchExpressions``.
    """
    expressions = [*(selector or {}).get("matchExpressions", []), *requirements]
    labels = (selector or {}).get("matchLabels", {})
    return {**({"matchLabels": labels} if labels else {}), **({"matchExpressions": expressions} if expressions else {})}

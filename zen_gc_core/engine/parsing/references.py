"""Reading which policy a document is: its apiVersion, kind and metadata; and as which account it acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.model.names import namespace_fault, policy_name_fault
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED, PolicyReference

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.engine.parsing.document import Fields, Place

KINDS: Final = (NAMESPACED, CLUSTER)

NO_ACCOUNT: Final = (
    f"names an account of the policy's namespace, and a {CLUSTER} has none: it acts with the rights of the controller; "
    f"write a {NAMESPACED} in each namespace"
)


def read_reference(document: Fields, default_namespace: str) -> PolicyReference:
    """Read which policy a document is; as much of it as can be read.

    Args:
        document: The policy.
        default_namespace: Where a namespaced policy is that names no namespace.
    """
    version = document.required("apiVersion")
    if version is not None and version.value != API_VERSION:
        version.choice((API_VERSION,))
    place = document.required("kind")
    kind = (place.choice(KINDS) if place else None) or NAMESPACED
    metadata = document.required("metadata", "is missing: a policy needs a name")
    entries = metadata.entries() if metadata else None
    if metadata is None or entries is None:
        return PolicyReference(kind, default_namespace if kind == NAMESPACED else "", "")
    name = entries.get("name")
    if name is None:
        metadata.problems.refuse("metadata.name", "is missing")
    return PolicyReference(
        kind,
        _namespace(entries.get("namespace"), default_namespace) if kind == NAMESPACED else "",
        _checked(name, policy_name_fault),
        _text(entries.get("uid")),
        _generation(entries.get("generation")),
        _strings(entries.get("labels")),
        _strings(entries.get("annotations")),
    )


def read_account(place: Place | None, *, namespaced: bool) -> str:
    """Read the name of the ServiceAccount as which a policy acts; empty where none is written.

    Args:
        place: Where it is written; None where it is not.
        namespaced: Whether the policy has a namespace, whose account it is.
    """
    if place is not None and not namespaced:
        place.refuse(NO_ACCOUNT)
        return ""
    return _checked(place, policy_name_fault)


def _namespace(place: Place | None, default: str) -> str:
    if place is None or place.value in (None, ""):
        return default
    return _checked(place, namespace_fault)


def _checked(place: Place | None, fault_of: Callable[[str], str | None]) -> str:
    text = place.text() if place else None
    if place and text is not None and (fault := fault_of(text)):
        place.refuse(fault)
        return ""
    return text or ""


def _text(place: Place | None) -> str:
    return place.value if place and isinstance(place.value, str) else ""


def _generation(place: Place | None) -> int:
    value: Any = place.value if place else None
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _strings(place: Place | None) -> dict[str, str]:
    value: Any = place.value if place else None
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(key, str) and isinstance(text, str)}

"""Reading where a policy uses keywords: ``spec.conditions``, ``spec.ttl`` and ``spec.action``.

Names and raw configurations only; what a keyword's configuration may be is for the keyword to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.durations import parse_duration
from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.parsing.spelling import shown
from zen_gc_core.errors import InputError
from zen_gc_core.model.policy import KeywordUse

if TYPE_CHECKING:
    from zen_gc_core.engine.parsing.document import Fields, Place


_BARE: Final = ("delete", "evict", "suspend", "notify")
"""Actions of which nothing has to be said but their name."""


def read_conditions(place: Place | None) -> dict[str, Any] | None:
    """Read the condition map, raw; none written means that all objects qualify. None when it is refused."""
    if place is None:
        return {}
    entries = place.entries(most=limits.KEYWORDS)
    return None if entries is None else {name: entry.value for name, entry in entries.items()}


def read_ttl(spec: Fields) -> KeywordUse | None:
    """Read the one TTL; None when it is refused."""
    place = spec.required("ttl", "is missing: exactly one TTL is needed, such as {afterCreation: 7d}")
    if place is not None and isinstance(place.value, str) and _is_duration(place.value):
        place.refuse(f"must be an object, not {shown(place.value)}: write {{afterCreation: {place.value}}}")
        return None
    return _only(place, "TTL")


def read_action(spec: Fields) -> KeywordUse | None:
    """Read the one action, which is to delete where none is written; None when it is refused."""
    if "action" in spec.place.value or "spec.action" in spec.place.problems.settled:
        place = spec.get("action")
        if place is not None and place.value in _BARE:
            place.refuse(f"must be an object, not {shown(place.value)}: write {{{place.value}: {{}}}}")
            return None
        return _only(place, "action")
    return KeywordUse("delete", {}, "spec.action.delete")


def _only(place: Place | None, what: str) -> KeywordUse | None:
    entries = place.entries() if place else None
    if place is None or entries is None:
        return None
    if len(entries) != 1:
        names = [shown(name) for name in entries][:3]
        place.refuse(
            f"exactly one {what} is needed" + (f", not {' and '.join(names)}" if names else ", and there is none")
        )
        return None
    ((name, entry),) = entries.items()
    return KeywordUse(name, entry.value, entry.path)


def _is_duration(text: str) -> bool:
    try:
        parse_duration(text)
    except InputError:
        return False
    return True

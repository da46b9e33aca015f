"""The keep mark: a label or an annotation of an object, or of its Namespace, that keeps it, for good or until a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError
from zen_gc_core.instants import EARLIEST, format_instant, parse_instant
from zen_gc_core.model.policy import GROUP

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from zen_gc_core.model.candidate import Candidate

KEEP: Final = f"{GROUP}/keep"
"""The label or annotation that keeps an object, or all objects of a Namespace."""


def marked(labels: Mapping[str, str], annotations: Mapping[str, str], now: dt.datetime) -> bool:
    """Whether labels or annotations carry the keep mark.

    Any value keeps but ``false``; as an annotation, a time or date keeps until then. One before 2014 is no time that
    somebody meant, and keeps as any other value does.
    """
    if KEEP in labels and labels[KEEP] != "false":
        return True
    value = annotations.get(KEEP)
    if value is None or value == "false":
        return False
    until = _instant(value)
    return until is None or now <= until


def carries(candidate: Candidate, now: dt.datetime) -> str:
    """What is said of an object that the mark keeps."""
    until = _instant(candidate.annotations.get(KEEP, ""))
    if until is not None and until >= now and KEEP not in candidate.labels:
        return f"carries {KEEP} until {format_instant(until)}"
    return f"carries {KEEP}"


def _instant(value: Any) -> dt.datetime | None:
    try:
        instant = parse_instant(value)
    except InputError:
        return None
    return instant if instant >= EARLIEST else None

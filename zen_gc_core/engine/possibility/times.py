"""Times of metadata compared as texts: right for texts that begin as times do, in UTC."""

from __future__ import annotations

import re
from typing import Any, Final

from zen_gc_core.model.shapes import Fault, spelt

_BEGINS_AS_A_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?Z)?)?)?", re.ASCII
)


def unordered(what: str, value: Any) -> Fault | None:
    """Why comparing a time's text with another by ``<`` says nothing; None where it does."""
    if not isinstance(value, str) or _BEGINS_AS_A_TIME.fullmatch(value):
        return None
    return Fault(f"{what} is a time, and {spelt(value)} is none: write it as '2026-01-31T12:00:00Z'", by_type=True)

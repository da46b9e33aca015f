"""Instants as people say them: how far from now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


def ago(instant: dt.datetime, now: dt.datetime) -> str:
    """How far an instant is: ``2h ago``, ``in 3d``, ``now``."""
    span = abs(now - instant)
    if span.total_seconds() < 1:
        return "now"
    words = _rough(span)
    return f"{words} ago" if instant < now else f"in {words}"


def _rough(span: dt.timedelta) -> str:
    """A duration in its two largest units."""
    seconds = int(span.total_seconds())
    parts: list[tuple[int, str]] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number or parts:
            parts.append((number, unit))
    return "".join(f"{number}{unit}" for number, unit in parts[:2] if number)

"""What k8s-ttl-controller would delete: a reference of its own semantics, durations as str2duration reads them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.importing.conversion import Subject

TTL_ANNOTATION: Final = "k8s-ttl-controller.twin.sh/ttl"
REFRESHED_ANNOTATION: Final = "k8s-ttl-controller.twin.sh/refreshed-at"

_PART: Final = re.compile(r"([0-9]*\.?[0-9]*)(ns|us|µs|μs|ms|s|m|h|d|w)", re.ASCII)
_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONG_UNITS: Final = {"d": 86_400.0, "w": 604_800.0}
_RFC3339: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class TtlController:
    """A k8s-ttl-controller.

    Args:
        resources: The plurals that it looks at; empty for all.
    """

    resources: frozenset[str] = frozenset()

    def takes(self, subjects: Sequence[Subject], now: dt.datetime) -> list[bool | None]:
        """Whether it would delete each object. A TTL that ends now counts as over: a moment later it is."""
        return [self._takes(subject, now) for subject in subjects]

    def _takes(self, subject: Subject, now: dt.datetime) -> bool:
        if self.resources and subject.plural not in self.resources:
            return False
        annotations = subject.texts("annotations")
        ttl = annotations.get(TTL_ANNOTATION)
        seconds = parse(ttl) if ttl is not None else None
        since = _time(annotations.get(REFRESHED_ANNOTATION)) or _time(subject.metadata.get("creationTimestamp"))
        return seconds is not None and since is not None and (now - since).total_seconds() >= seconds


def parse(text: str) -> float | None:
    """The seconds of a duration as str2duration reads it; None where it does not."""
    sign = -1.0 if text.startswith("-") else 1.0
    rest = text[1:] if text[:1] in {"+", "-"} else text
    if rest == "0":
        return 0.0
    position, seconds = 0, 0.0
    while part := _PART.match(rest, position):
        if not part[1].strip("."):
            return None
        seconds += float(part[1]) * (_UNITS | _LONG_UNITS)[part[2]]
        position = part.end()
    return sign * seconds if rest and position == len(rest) else None


def _time(text: object) -> dt.datetime | None:
    if not isinstance(text, str) or not (parts := _RFC3339.fullmatch(text)):
        return None
    try:
        return dt.datetime.fromisoformat(f"{parts[1]}{parts[2]}")
    except ValueError:
        return None

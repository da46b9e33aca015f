"""The label ``cleanup.kyverno.io/ttl``: objects that say themselves when they go, by a duration or a date."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.importing.conversion import Conversion
from zen_gc_core.importing.opted_in import every_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.importing.conversion import Subject

TTL_LABEL: Final = "cleanup.kyverno.io/ttl"
PROPAGATION_ANNOTATION: Final = "cleanup.kyverno.io/propagation-policy"

_NAME: Final = "kyverno-ttl"
_UNTIL: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{6}Z)?$"
_GO_PART: Final = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_GO_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_LOOSE_PART: Final = re.compile(r"([0-9]+)\s*([A-Za-zµ]+)", re.ASCII)
_LOOSE_UNITS: Final = (
    (("ns", "nano"), 1e-9),
    (("us", "µs", "micro"), 1e-6),
    (("ms", "milli"), 1e-3),
    (("s", "sec"), 1.0),
    (("m", "min"), 60.0),
    (("h", "hr", "hour"), 3600.0),
    (("d", "day"), 86_400.0),
    (("w", "wk", "week"), 604_800.0),
)


def convert() -> Conversion:
    """What comes of the label."""
    conversion = Conversion("kyverno", f"the label {TTL_LABEL}", "", original=Labelled())
    conversion.narrower(
        TTL_LABEL,
        "ttl.after.wait.path for durations; those with fractions, spelt-out units or units out of order (1.5h, 2days, 30m1h) are kept",
    )
    conversion.exact(
        f"{TTL_LABEL} with a date", "ttl.expiresAt.path, in a policy of its own: 2026-02-25 or 2026-02-25T092614Z"
    )
    conversion.narrower("resources", "every kind that opts in by the label; protected kinds are kept")
    conversion.narrower(
        PROPAGATION_ANNOTATION, "Orphan: the object is kept; Foreground: it goes with Background; else as without it"
    )
    conversion.narrower(
        "what a controller looks after",
        "unfinished objects with a controller owner, or that Argo CD, Flux or Helm tracks, are kept; behavior.includeOwned and "
        "behavior.includeManaged take them, as Kyverno does",
    )
    conversion.assumed.append(
        "Kyverno reads d and w in it, as it does today; early versions read h, m and s alone, and kept what says 2d"
    )
    conversion.assumed.append(
        "Kyverno may delete every kind; of those that its roles do not allow, zen-gc's must not allow any, either"
    )
    for suffix, targets, action in every_kind():
        acting = {"action": action} if action else {}
        orphaned = {"hasAnnotations": [{"key": PROPAGATION_ANNOTATION, "operator": "NotIn", "values": ["Orphan"]}]}
        asked: dict[str, Any] = {} if action else orphaned
        wait = {"after": {"since": "created", "wait": {"path": f"metadata.labels['{TTL_LABEL}']"}}}
        conditions = {"conditions": asked} if asked else {}
        conversion.add(f"{_NAME}{suffix}", {"targetResources": targets, **conditions, "ttl": wait, **acting})
        dated = {"cel": f"object.metadata.labels['{TTL_LABEL}'].matches('{_UNTIL}')", **asked}
        until = {"expiresAt": {"path": f"metadata.labels['{TTL_LABEL}']"}}
        conversion.add(
            f"{_NAME}-until{suffix}", {"targetResources": targets, "conditions": dated, "ttl": until, **acting}
        )
    return conversion


@dataclass(frozen=True, slots=True)
class Labelled:
    """Kyverno's controller of that label: a reference of its own semantics."""

    def takes(self, subjects: Sequence[Subject], now: dt.datetime) -> list[bool | None]:
        """Whether it would delete each object. A TTL that ends now counts as over: a moment later it is."""
        return [_takes(subject, now) for subject in subjects]


def _takes(subject: Subject, now: dt.datetime) -> bool:
    value = subject.texts("labels").get(TTL_LABEL)
    if value is None or subject.metadata.get("deletionTimestamp"):
        return False
    seconds = parse(value)
    if seconds is not None:
        created = _time(subject.metadata.get("creationTimestamp"), "%Y-%m-%dT%H:%M:%SZ")
        return created is not None and (now - created).total_seconds() >= seconds
    until = _time(value, "%Y-%m-%dT%H%M%SZ") or _time(value, "%Y-%m-%d")
    return until is not None and now >= until


def parse(text: str) -> float | None:
    """The seconds of a duration as Kyverno reads it: Go's, else whatever numbers with units are in it; None for none."""
    rest = text[1:] if text[:1] in {"+", "-"} else text
    position, seconds = 0, 0.0
    while part := _GO_PART.match(rest, position):
        seconds += float(part[1]) * _GO_UNITS[part[2]]
        position = part.end()
    if rest == "0" or (rest and position == len(rest)):
        return -seconds if text.startswith("-") else seconds
    found = [span for part in _LOOSE_PART.finditer(text) if (span := _loose(int(part[1]), part[2].lower())) is not None]
    return sum(found) if found else None


def _loose(count: int, unit: str) -> float | None:
    for names, size in _LOOSE_UNITS:
        if unit in names or unit.startswith(names[-1]):
            return count * size
    return None


def _time(text: Any, form: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC)
    except (TypeError, ValueError):
        return None

"""``olderThan``: the object's age, since its creation, is more than a duration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import WithJsonSchema

from zen_gc_core import (
    Build,
    Candidate,
    Compiled,
    Duration,
    Keyword,
    Run,
    Undecided,
    format_duration,
    format_instant,
)

if TYPE_CHECKING:
    import datetime as dt

OlderThan = Annotated[
    Duration,
    WithJsonSchema(
        {
            "x-kubernetes-int-or-string": True,
            "format": "duration",
            "description": "Created longer ago than this: seconds, or text such as 1d12h.",
        }
    ),
]
"""The configuration: a duration."""


def _compile(config: dt.timedelta, _build: Build) -> Compiled[bool]:
    asked = format_duration(config)

    def holds(candidate: Candidate, run: Run) -> bool:
        return _age(candidate, run) > config

    def explain(candidate: Candidate, run: Run) -> str:
        return f"it is {format_duration(_age(candidate, run))} old, not older than {asked}"

    return Compiled(holds, reads=("metadata.creationTimestamp",), explain=explain)


def _age(candidate: Candidate, run: Run) -> dt.timedelta:
    created = candidate.created
    if created > run.now and created - run.now > run.clock_skew:
        raise Undecided(f"metadata.creationTimestamp {format_instant(created)} cannot be right: it is ahead of now")
    return run.now - created


OLDER_THAN: Final = Keyword("olderThan", OlderThan, _compile)

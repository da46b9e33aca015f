"""``expiresAt: {path}``: the field holds the instant from which on the object is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import Field

from zen_gc_core import Build, Candidate, Compiled, Config, FieldPath, Keyword, Run, TimeUnit, format_instant, time_at
from zen_gc_ttl.marks import marks

if TYPE_CHECKING:
    import datetime as dt


class ExpiresAt(Config):
    """At the time or date that a field of the object holds."""

    path: FieldPath = Field(description="The field; a date is midnight UTC.")
    unit: TimeUnit | None = Field(
        default=None, description="Where the field holds a number: what it counts since 1970-01-01T00:00:00Z."
    )


def _compile(config: ExpiresAt, build: Build) -> Compiled[dt.datetime | None]:
    path = config.path
    if marks(path):
        raise build.error(
            "path", "is when it was marked, which has passed: let it wait with after: {since: …, wait: …}"
        )
    time = time_at(path, config.unit)

    def expiry(candidate: Candidate, _run: Run) -> dt.datetime:
        return time(candidate)

    def explain(candidate: Candidate, run: Run) -> str:
        return f"{path} is {format_instant(expiry(candidate, run))}"

    return Compiled(expiry, reads=(path.text,), explain=explain, needs=(path.text,))


EXPIRES_AT: Final = Keyword("expiresAt", ExpiresAt, _compile)

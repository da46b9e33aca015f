"""``expiresAt: {path}``: the field holds the instant from which on the object is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import Field

from zen_gc_core import (
    EARLIEST,
    MISSING,
    Build,
    Candidate,
    Compiled,
    Config,
    FieldPath,
    InputError,
    Keyword,
    Missing,
    Run,
    Undecided,
    format_instant,
    parse_instant,
)

if TYPE_CHECKING:
    import datetime as dt


class ExpiresAt(Config):
    """At the time or date that a field of the object holds."""

    path: FieldPath = Field(description="The field; a date is midnight UTC.")


def _compile(config: ExpiresAt, _build: Build) -> Compiled[dt.datetime | None]:
    path = config.path

    def expiry(candidate: Candidate, _run: Run) -> dt.datetime:
        value = candidate.get(path)
        if value is MISSING:
            raise Missing(f"{path} is missing")
        try:
            instant = parse_instant(value)
        except InputError as error:
            raise Undecided(f"{path}: {error}") from None
        if instant < EARLIEST:
            raise Undecided(f"{path} {format_instant(instant)} cannot be right: it is before 2014")
        return instant

    def explain(candidate: Candidate, run: Run) -> str:
        return f"{path} is {format_instant(expiry(candidate, run))}"

    return Compiled(expiry, reads=(path.text,), explain=explain)


EXPIRES_AT: Final = Keyword("expiresAt", ExpiresAt, _compile)

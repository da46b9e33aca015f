"""Starts: the instants from which a wait is counted. Creation, the finish, or a time that the object holds.

A start that cannot be right, before 2014 or ahead of now by more than clocks may disagree, is undecided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from zen_gc_core import (
    EARLIEST,
    MISSING,
    Candidate,
    Config,
    FieldPath,
    InputError,
    Missing,
    Run,
    Undecided,
    finish_of,
    format_instant,
    parse_instant,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Start:
    """A start, compiled.

    Args:
        of: The start of an object; None when it has not come. Raises Undecided when it cannot be told.
        reads: The fields that it looks at.
        words: Says it (``created 2026-01-01T10:00:00Z``), or why it has not come.
    """

    of: Callable[[Candidate, Run], dt.datetime | None]
    reads: tuple[str, ...]
    words: Callable[[Candidate, Run], str]


class SinceField(Config):
    """The time or date that a field holds."""

    path: FieldPath = Field(description="The field; a date is midnight UTC.")
    otherwise: Literal["created"] | None = Field(
        default=None, alias="else", description="Where the field is missing; by default the object is kept."
    )


def _by_shape(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, dict):
        return SinceField.model_validate(value)
    if value in ("created", "finished"):
        return value
    raise ValueError("must be created, finished, or a map with the path of a time")


Since = Annotated[Literal["created", "finished"] | SinceField, WrapValidator(_by_shape)]
"""The configuration of a start."""


def start_of(since: Literal["created", "finished"] | SinceField) -> Start:
    """Compile a start."""
    if isinstance(since, SinceField):
        return _from_field(since)
    return CREATED if since == "created" else FINISHED


def _possible(start: dt.datetime, run: Run, what: str) -> dt.datetime:
    if start < EARLIEST:
        raise Undecided(f"{what} {format_instant(start)} cannot be right: it is before 2014")
    if start > run.now and start - run.now > run.clock_skew:
        raise Undecided(f"{what} {format_instant(start)} cannot be right: it is ahead of now")
    return start


def _created(candidate: Candidate, run: Run) -> dt.datetime:
    return _possible(candidate.created, run, "metadata.creationTimestamp")


def _created_words(candidate: Candidate, _run: Run) -> str:
    return f"created {format_instant(candidate.created)}"


CREATED: Final = Start(_created, ("metadata.creationTimestamp",), _created_words)
"""The creation, by the API server's clock."""


def _finished(candidate: Candidate, run: Run) -> dt.datetime | None:
    text = finish_of(candidate)
    if text is None:
        return None
    if not text:
        raise Undecided("it is finished but does not say when")
    try:
        finish = parse_instant(text, dates=False)
    except InputError as error:
        raise Undecided(f"its finish cannot be right: {error}") from None
    return _possible(finish, run, "its finish")


def _finished_words(candidate: Candidate, run: Run) -> str:
    finish = _finished(candidate, run)
    return "it is not finished" if finish is None else f"finished {format_instant(finish)}"


FINISHED: Final = Start(_finished, ("status",), _finished_words)
"""The finish, as the kind or the common conventions of status tell it."""


def _from_field(since: SinceField) -> Start:
    path = since.path
    fallback = since.otherwise is not None

    def of(candidate: Candidate, run: Run) -> dt.datetime:
        value = candidate.get(path)
        if value is MISSING:
            if fallback:
                return _created(candidate, run)
            raise Missing(f"{path} is missing")
        try:
            start = parse_instant(value)
        except InputError as error:
            raise Undecided(f"{path}: {error}") from None
        return _possible(start, run, str(path))

    def words(candidate: Candidate, run: Run) -> str:
        if candidate.get(path) is MISSING:
            return f"{path} is missing, {_created_words(candidate, run)}"
        return f"{path} {format_instant(of(candidate, run))}"

    return Start(of, (path.text, *CREATED.reads) if fallback else (path.text,), words)

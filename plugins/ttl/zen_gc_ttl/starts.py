"""Starts: the instants from which a wait is counted, such as the creation, the finish, or a time that the object holds.

A start that cannot be right is undecided: before 2014, ahead of now by more than clocks may disagree, or, where it is
not the creation, before the object was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from zen_gc_core import (
    EARLIEST,
    MARKED_AT,
    Build,
    Candidate,
    Config,
    FieldPath,
    InputError,
    Missing,
    Run,
    TimeUnit,
    Undecided,
    format_instant,
    is_missing,
    parse_instant,
    said_missing,
    time_at,
)
from zen_gc_ttl.marks import counted_from_a_mark, marks

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
        needs: The fields without which it never comes.
        otherwise: Whether it is something else where a field is missing.
    """

    of: Callable[[Candidate, Run], dt.datetime | None]
    reads: tuple[str, ...]
    words: Callable[[Candidate, Run], str]
    needs: tuple[str, ...] = ()
    otherwise: bool = False


class SinceField(Config):
    """The time or date that a field holds."""

    path: FieldPath = Field(description="The field; a date is midnight UTC.")
    unit: TimeUnit | None = Field(
        default=None, description="Where the field holds a number: what it counts since 1970-01-01T00:00:00Z."
    )
    otherwise: Literal["created"] | None = Field(
        default=None, alias="else", description="Where the field is missing or null; by default the object is kept."
    )
    marked_by: str | None = Field(
        default=None,
        description="Where the field is when an object was marked: the policy whose mark counts (NAME, NAMESPACE/NAME, or "
        "/NAME for a cluster policy).",
    )


class SinceCondition(Config):
    """The last transition of a condition, while it has a status."""

    condition: Annotated[
        str,
        Field(min_length=1, max_length=316, description="The type of the condition, in `status.conditions`."),
    ]
    status: Literal["True", "False", "Unknown"] = Field(
        default="True", description="The status that it must have; with another one the object is kept."
    )


Begins = Literal["created", "finished", "held"] | SinceField | SinceCondition
"""The configuration of a start, read."""


def _by_shape(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, dict):
        return (SinceCondition if "condition" in value else SinceField).model_validate(value)
    if value in ("created", "finished", "held"):
        return value
    raise ValueError("must be created, finished, held, or a map with the path of a time, or with a condition")


Since = Annotated[Begins, WrapValidator(_by_shape)]
"""The configuration of a start."""


def start_of(since: Begins, build: Build) -> Start:
    """Compile a start."""
    if isinstance(since, SinceField):
        return counted_from_a_mark(_from_field(since), since, build) if marks(since.path) else _unmarked(since, build)
    if isinstance(since, SinceCondition):
        return _from_condition(since)
    if since == "held":
        return HELD
    return CREATED if since == "created" else finished(build)


def _unmarked(since: SinceField, build: Build) -> Start:
    if since.marked_by is not None:
        raise build.error("since.markedBy", f"belongs beside the path metadata.annotations['{MARKED_AT}'] alone")
    return _from_field(since)


def _possible(start: dt.datetime, run: Run, what: str) -> dt.datetime:
    if start < EARLIEST:
        raise Undecided(f"{what} {format_instant(start)} cannot be right: it is before 2014")
    if start > run.now and start - run.now > run.clock_skew:
        raise Undecided(f"{what} {format_instant(start)} cannot be right: it is ahead of now")
    return start


def _after_birth(start: dt.datetime, candidate: Candidate, run: Run, what: str) -> dt.datetime:
    _possible(start, run, what)
    born = candidate.born
    if born is not None and start < born:
        raise Undecided(f"{what} {format_instant(start)} cannot be right: it is before it was made")
    return start


def _created(candidate: Candidate, run: Run) -> dt.datetime:
    return _possible(candidate.created, run, "metadata.creationTimestamp")


def _created_words(candidate: Candidate, _run: Run) -> str:
    return f"created {format_instant(candidate.created)}"


CREATED: Final = Start(_created, ("metadata.creationTimestamp",), _created_words)
"""The creation, by the API server's clock."""


def _held(candidate: Candidate, run: Run) -> dt.datetime | None:
    return run.held_since(candidate)


def _held_words(candidate: Candidate, run: Run) -> str:
    since = run.held_since(candidate)
    return "its conditions hold from now on" if since is None else f"held since {format_instant(since)}"


HELD: Final = Start(_held, ("metadata.annotations", "metadata.creationTimestamp"), _held_words)
"""When the policy's conditions began to hold without a break, as its mark on the object says."""


def finished(build: Build) -> Start:
    """The finish, as the kind's row or the common conventions of status tell it.

    Args:
        build: Of the keyword; its targets decide what is read.
    """
    kinds = {(target.group, target.kind) for target in build.targets} or set(build.finishing.rows)
    reads = {path for kind in kinds for path in build.finishing.reads(*kind)}
    return Start(_finished, tuple(sorted(reads)), _finished_words)


def _finished(candidate: Candidate, run: Run) -> dt.datetime | None:
    return run.finishing.finish_of(candidate, run.now, run.clock_skew)  # without the step between, for every object


def _finished_words(candidate: Candidate, run: Run) -> str:
    finish = run.finish_of(candidate)
    return "it is not finished" if finish is None else f"finished {format_instant(finish)}"


def _from_field(since: SinceField) -> Start:
    path = since.path
    fallback = since.otherwise is not None
    time = time_at(path, since.unit)

    def of(candidate: Candidate, run: Run) -> dt.datetime:
        try:
            start = time(candidate)
        except Missing:
            if fallback:
                return _created(candidate, run)
            raise
        return _after_birth(start, candidate, run, str(path))

    def words(candidate: Candidate, run: Run) -> str:
        value = candidate.get(path)
        if is_missing(value):
            return f"{path} is {said_missing(value)}, {_created_words(candidate, run)}"
        return f"{path} {format_instant(of(candidate, run))}"

    needs = () if fallback else (path.text,)
    return Start(of, (path.text, *CREATED.reads), words, needs, otherwise=fallback)


_CONDITIONS: Final = FieldPath.parse("status.conditions")


def _from_condition(since: SinceCondition) -> Start:
    name, wanted = since.condition, since.status

    def found(candidate: Candidate) -> dict[str, Any] | None:
        """The condition; None while it has another status."""
        conditions = candidate.get(_CONDITIONS)
        listed = conditions if isinstance(conditions, list) else []
        named = [one for one in listed if isinstance(one, dict) and one.get("type") == name]
        if not named:
            raise Missing(f"condition {name} is missing")
        if len(named) > 1:
            raise Undecided(f"condition {name} is there {len(named)} times")
        return named[0] if named[0].get("status") == wanted else None

    def of(candidate: Candidate, run: Run) -> dt.datetime | None:
        condition = found(candidate)
        if condition is None:
            return None
        value = condition.get("lastTransitionTime")
        what = f"lastTransitionTime of condition {name}"
        if value is None:
            raise Missing(f"{what} is missing")
        try:
            start = parse_instant(value, dates=False)
        except InputError as error:
            raise Undecided(f"{what}: {error}") from None
        return _after_birth(start, candidate, run, what)

    def words(candidate: Candidate, run: Run) -> str:
        start = of(candidate, run)
        if start is None:
            return f"condition {name} is not {wanted!r}"
        return f"condition {name} {wanted!r} since {format_instant(start)}"

    return Start(of, ("status.conditions", *CREATED.reads), words)

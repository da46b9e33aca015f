"""Expiring: when an object is due, as a TTL says it, held to what can be right."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from zen_gc_core import tracing
from zen_gc_core.errors import Undecided
from zen_gc_core.instants import EARLIEST, format_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate

_TWO_MOMENTS: Final = dt.timedelta(microseconds=2)


def instant_of(
    expiry: Callable[[Candidate, Run], object], candidate: Candidate, run: Run, asked: dt.datetime | None = None
) -> dt.datetime | None:
    """When an object is due; None: never, or not yet known.

    Args:
        expiry: The TTL.
        candidate: The object.
        run: The run.
        asked: What the TTL has answered already; None: it is asked.

    Raises:
        Undecided: That cannot be told, or cannot be right.
    """
    try:
        answer: object = expiry(candidate, run) if asked is None else asked
        if answer is None:
            return None
        instant = _in_utc(answer)
    except Undecided:
        raise
    except Exception as error:
        tracing.show(error)
        raise Undecided(f"the TTL failed: {type(error).__name__}: {error}") from error
    if instant < EARLIEST:
        raise Undecided(f"the expiry {format_instant(instant)} cannot be right: it is before 2014")
    _check_birth(instant, candidate, run)
    return instant


def _check_birth(instant: dt.datetime, candidate: Candidate, run: Run) -> None:
    """An expiry must be later than the creation: what expires as it is made has a TTL of nothing.

    An object may be younger than the run by what clocks may disagree; ``immediate`` takes it all the same.
    """
    born = candidate.born
    if born is None:
        return
    if born > run.now and born - run.now > run.clock_skew:
        raise Undecided(f"metadata.creationTimestamp {format_instant(born)} cannot be right: it is ahead of now")
    if instant <= born and instant <= run.now - _TWO_MOMENTS:
        when = "before" if instant < born else "at the instant that"
        raise Undecided(f"the expiry {format_instant(instant)} cannot be right: it is {when} it was made")


def _in_utc(answer: object) -> dt.datetime:
    """An instant in UTC, whatever zone it came with; a zone may be a plugin's code and fail."""
    if type(answer) is dt.datetime and answer.tzinfo is dt.UTC:
        return answer
    if not isinstance(answer, dt.datetime) or answer.utcoffset() is None:
        raise Undecided(f"the TTL answered with a value of type {type(answer).__name__}, not an instant with a zone")
    return answer.astimezone(dt.UTC)


def words_of(compiled: CompiledPolicy, candidate: Candidate, run: Run) -> str:
    """What the TTL says its instant is made of; empty where it does not say."""
    if compiled.expiry_words is None:
        return ""
    try:
        words: object = compiled.expiry_words(candidate, run)
    except Exception:  # noqa: BLE001  words are never a reason to fail
        return ""
    return words if isinstance(words, str) else ""

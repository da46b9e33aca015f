"""Recent writes: how many objects the runs of one policy wrote to lately. One window for every limit of the policy.

Between two passes, small runs act on what has become due, and go on while the next one lists. Each counts what any run wrote
in the last interval, and for the percentage, while the next pass lists, since the pass began whose population it goes by. A
pass counts what the small runs wrote in the interval before it began or in the last one, whichever is more: it would have
found that due itself. So an avalanche in drops is an avalanche. A pass does not count what the pass before it wrote: that was
due an interval earlier, and a steady stream of more than half of the limit would stop every other pass, and then, with what
was left over, each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.shares import NOTHING_WRITTEN, Written
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

MOST_ENTRIES: Final = 1000
"""Entries that are remembered; when there are more, two that are alike and follow each other become one, all over."""

_UNSENT: Final = frozenset({Result.WOULD_ACT, Result.DROPPED, Result.BLOCKED})


@dataclass(slots=True)
class _Run:
    """What one run wrote, or several in a row.

    Args:
        first: When the first of them ended, by the boot-time clock.
        at: When the last of them did.
        objects: To how many objects.
        unfinished: How many of those had not finished, for all that is known.
        gone: How many of those are surely gone.
        small: Whether they were small runs.
    """

    first: float
    at: float
    objects: int
    unfinished: int
    gone: int
    small: bool


class RecentWrites:
    """The recent writes of one policy; used by the one run of it that acts."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def note(self, at: float, results: Counter[Result], unfinished: int, *, small: bool) -> None:
        """Remember what a run wrote.

        Args:
            at: When it ended, by the boot-time clock.
            results: How many objects came to which result; whatever may have been sent counts.
            unfinished: How many unfinished objects its plan would have acted on.
            small: Whether it was a small run.
        """
        objects = sum(count for result, count in results.items() if result not in _UNSENT)
        if not objects:
            return
        unfinished = min(unfinished, objects)
        run = _Run(at, at, objects, unfinished, max(0, results[Result.DELETED] - (objects - unfinished)), small)
        self._runs.append(run)
        if len(self._runs) > MOST_ENTRIES:
            self._runs = list(_in_pairs(self._runs))

    def within(self, seconds: float, now: float, since: float = math.inf) -> Written:
        """What all runs wrote in the last so many seconds; for a small run, which goes by a population from before.

        Args:
            seconds: The interval of the policy.
            now: The present, by the boot-time clock.
            since: When the pass began that saw the population, where that may be longer ago: what had not finished counts
                from there on, as only the percentage goes by the population.
        """
        start = now - seconds
        return Written(
            sum(run.objects for run in self._runs if run.at > start),
            sum(run.unfinished for run in self._runs if run.at > min(start, since)),
        )

    def by_small_runs(self, seconds: float, began: float, now: float) -> Written:
        """What small runs wrote; for a pass, which has a limit of its own, and counts the population anew.

        Which is the longer window, that before its beginning or the last one, is no matter: of each number, the larger one
        counts. Of what went since it began it is not known whether its lists still had it, so that none of it is added to
        the population.

        Args:
            seconds: The interval of the policy.
            began: When the pass began, which is the instant that it judges by: its lists may take as long as they like.
            now: The present.
        """
        self._runs = [run for run in self._runs if run.at > began - seconds]
        if not self._runs:
            return NOTHING_WRITTEN
        small = [run for run in self._runs if run.small]
        before, lately = (
            [run for run in small if run.first <= began],
            [run for run in small if run.at > now - seconds],
        )
        surely = [run for run in small if run.first > now - seconds and run.at <= began]
        return Written(
            max(sum(run.objects for run in runs) for runs in (before, lately)),
            max(sum(run.unfinished for run in runs) for runs in (before, lately)),
            sum(run.gone for run in surely),
        )


def _in_pairs(runs: Iterable[_Run]) -> Iterator[_Run]:
    """Half as many entries, or a few more: each two that follow each other as one, where they are alike."""
    held: _Run | None = None
    for run in runs:
        if held is None:
            held = run
        elif held.small is run.small:
            yield _Run(
                held.first,
                run.at,
                held.objects + run.objects,
                held.unfinished + run.unfinished,
                held.gone + run.gone,
                run.small,
            )
            held = None
        else:
            yield held
            held = run
    if held is not None:
        yield held

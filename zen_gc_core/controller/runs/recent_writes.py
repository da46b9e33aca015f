"""Recent writes: how many objects the runs of one policy wrote to lately. One window for every limit of the policy.

Between two passes, small runs act on what has become due. Each counts what any run wrote in the last interval; a pass
counts what the small runs wrote in the interval before it began, which it would have found due itself. So an avalanche in
drops is an avalanche. A pass does not count what the pass before it wrote: that was due an interval earlier, and a steady
stream of more than half of the limit would stop every other pass, and then, with what was left over, each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.shares import Written
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from collections import Counter

MOST_ENTRIES: Final = 1000
"""Runs that are remembered one by one; what more of them write counts with the last, and for longer."""

_UNSENT: Final = frozenset({Result.WOULD_ACT, Result.DROPPED, Result.BLOCKED})


@dataclass(slots=True)
class _Run:
    """What one run wrote.

    Args:
        at: When it ended, by the boot-time clock.
        objects: To how many objects.
        unfinished: How many of those had not finished, for all that is known.
        gone: How many of those are surely gone.
        small: Whether it was a small run.
    """

    at: float
    objects: int
    unfinished: int
    gone: int
    small: bool


class RecentWrites:
    """The recent writes of one policy; used by its one run."""

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
        run = _Run(at, objects, unfinished, max(0, results[Result.DELETED] - (objects - unfinished)), small)
        if len(self._runs) >= MOST_ENTRIES and (last := self._runs[-1]).small == small:
            last.at = at
            last.objects += run.objects
            last.unfinished += run.unfinished
            last.gone += run.gone
        else:
            self._runs.append(run)

    def within(self, seconds: float, now: float) -> Written:
        """What all runs wrote in the last so many seconds; for a small run, which goes by a population from before.

        Args:
            seconds: The interval of the policy.
            now: The present, by the boot-time clock.
        """
        runs = self._recent(seconds, now)
        return Written(sum(run.objects for run in runs), sum(run.unfinished for run in runs))

    def by_small_runs(self, seconds: float, now: float) -> Written:
        """What small runs wrote in that time; for a pass, which has a limit of its own, and counts the population anew.

        Args:
            seconds: The interval of the policy.
            now: When the pass began, which is the instant that it judges by: its lists may take as long as they like.
        """
        runs = [run for run in self._recent(seconds, now) if run.small]
        return Written(
            sum(run.objects for run in runs), sum(run.unfinished for run in runs), sum(run.gone for run in runs)
        )

    def _recent(self, seconds: float, now: float) -> list[_Run]:
        over = next((number for number, run in enumerate(self._runs) if run.at > now - seconds), len(self._runs))
        del self._runs[:over]
        return self._runs

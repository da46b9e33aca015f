"""Who sweeps: runs wait for the resources that they need, and one pass serves all that wait for it.

A pass begins when the resource's beat comes, or when a run waits that was asked for at once; never else. Used by the
main loop's thread alone, but for the sweeps themselves, which run on threads of their own and report back.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.page_turns import PageTurns
from zen_gc_core.controller.beats.places import identity_of, payer_of
from zen_gc_core.controller.beats.scheduling import BeatKey
from zen_gc_core.controller.runs.sweeping import Sweep
from zen_gc_core.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.runs.policy_run import PolicyRun
    from zen_gc_core.controller.runs.run_context import RunContext

PATIENCE: Final = 1.0
"""Seconds that a sweep waits for the next of the runs that are being prepared for it, so that they ride along."""

LONGEST_PATIENCE: Final = 10.0
"""Seconds that it waits for all of them together."""

MOST_REMEMBERED: Final = 10_000
"""How many namespaces it is known of when one of their accounts had a turn last."""

LONGEST_LOOK: Final = 0.5
"""More than that between two looks is no patience: the machine had no time for anybody."""


@dataclass(eq=False, slots=True)
class Ride:
    """A run on its way through its sweeps.

    Args:
        run: The run.
        beats: The beats that it is likely to ride on, before it is known which resources its kinds are.
        at_once: Whether it waits for no beat.
        term: In which time of this replica's leading it began.
        since: When it began, by the clock of the patience of the pool.
        left: The sweeps that it still waits for.
    """

    run: PolicyRun
    beats: frozenset[BeatKey]
    at_once: bool
    term: int = 0
    since: float = 0.0
    left: set[BeatKey] = field(default_factory=set)

    def beat_of(self, resource: Resource) -> BeatKey:
        """The beat on which a resource is listed as whom its policy acts."""
        return BeatKey(identity_of(self.run.entry), resource.api_version, resource.kind)


@dataclass(slots=True)
class _Coming:
    """The runs that are being prepared and are likely to ride on a beat, each in the order in which it began.

    Args:
        by_beat: Those that wait for a beat.
        at_once: Those that do not.
    """

    by_beat: dict[Ride, None] = field(default_factory=dict)
    at_once: dict[Ride, None] = field(default_factory=dict)

    def of(self, ride: Ride) -> dict[Ride, None]:
        """Those that a run is one of."""
        return self.at_once if ride.at_once else self.by_beat

    def first(self, *, at_once: bool) -> float | None:
        """When the first of them began, of those that do not wait for a beat too or not; None where there is none."""
        those = (self.by_beat, self.at_once) if at_once else (self.by_beat,)
        return min((next(iter(rides)).since for rides in those if rides), default=None)


class SweepPool:
    """Sweeps for runs.

    Args:
        context: What to work with.
        swept: Told, on the main loop's thread, when a run has been on all of its sweeps.
        post: Has something done on the main loop's thread; may be called by any.
    """

    def __init__(
        self, context: RunContext, swept: Callable[[Ride], None], post: Callable[[Callable[[], None]], None]
    ) -> None:
        self._context = context
        self._swept = swept
        self._post = post
        self._most = context.settings.max_concurrent_sweeps
        self._pool = ThreadPoolExecutor(self._most, thread_name_prefix="sweep")
        self._page_turns = PageTurns()
        self._preparing: dict[BeatKey, _Coming] = {}
        self._waiting: dict[BeatKey, dict[Ride, None]] = {}
        self._asked: Counter[BeatKey] = Counter()
        self._come: dict[BeatKey, None] = {}
        self._held: dict[BeatKey, float] = {}
        self._active: set[BeatKey] = set()
        self._served: dict[str, int] = {}
        self._turns = 0
        self._clock = 0.0
        self._looked_at = boottime()
        self._progress = 0.0

    def expect(self, ride: Ride) -> None:
        """A run is being prepared; sweeps wait for it, for so long as it gets on."""
        ride.since = self._clock
        for key in ride.beats:
            self._preparing.setdefault(key, _Coming()).of(ride)[ride] = None

    def prepared(self, ride: Ride) -> None:
        """A run that was expected is prepared, and waits for its sweeps; or it has none."""
        for key in ride.beats:
            if (coming := self._preparing.get(key)) is not None:
                coming.of(ride).pop(ride, None)
                if not coming.by_beat and not coming.at_once:
                    del self._preparing[key]
        self._progress = self._clock
        for resource in ride.run.members:
            key = ride.beat_of(resource)
            ride.left.add(key)
            self._waiting.setdefault(key, {})[ride] = None
            self._asked[key] += ride.at_once

    def getting_on(self) -> None:
        """What is being done for runs that are expected takes its time, and is no reason to go without them yet."""
        self._progress = self._clock

    def withdraw(self, ride: Ride) -> bool:
        """Let a run wait no more; False unless that was all it did, for what is under way has to end first."""
        waited_for = [key for key in ride.left if ride in self._waiting.get(key, ())]
        for key in waited_for:
            del self._waiting[key][ride]
            self._asked[key] -= ride.at_once
            ride.left.discard(key)
        return bool(waited_for) and not ride.left

    def beat(self, key: BeatKey) -> None:
        """A beat has come: one pass over its resource is due, if anybody waits for it."""
        self._come.setdefault(key)

    def start(self) -> None:
        """Begin as many of the sweeps that are waited for as may go on at once; beats come before single runs.

        Who has had no turn for longest comes first: a namespace with many accounts lets the others wait for one sweep.
        """
        self._tick()
        asked = [key for key in self._waiting if self._asked[key]]
        waiting = [key for key in dict.fromkeys((*self._come, *asked)) if self._waiting.get(key)]
        for key in sorted(waiting, key=lambda key: self._served.get(payer_of(key), 0)):
            if len(self._active) >= self._most:
                return
            if key not in self._active and self._all_aboard(key):
                self._serve(payer_of(key))
                self._come.pop(key, None)
                self._held.pop(key, None)
                rides = list(self._waiting.pop(key))
                del self._asked[key]
                self._active.add(key)
                self._pool.submit(self._sweep, key, rides)

    def _serve(self, payer: str) -> None:
        self._turns += 1
        self._served[payer] = self._turns
        if len(self._served) > MOST_REMEMBERED:
            self._served.pop(min(self._served, key=self._served.__getitem__))

    def _tick(self) -> None:
        now = boottime()
        self._clock += min(now - self._looked_at, LONGEST_LOOK)
        self._looked_at = now

    def _all_aboard(self, key: BeatKey) -> bool:
        """Whether a sweep need not wait for runs that are being prepared: there are none for it, or they get stuck.

        A beat does not wait for runs that were asked for at once, of which there may always be one more.
        """
        coming = self._preparing.get(key)
        first = coming.first(at_once=key not in self._come) if coming is not None else None
        if first is None:
            return True
        held = self._clock - self._held.setdefault(key, self._clock)
        return held > LONGEST_PATIENCE or self._clock - max(self._progress, first) > PATIENCE

    def close(self) -> None:
        """Begin no more sweeps; those under way end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ended(self, key: BeatKey, rides: Sequence[Ride]) -> None:
        self._active.discard(key)
        for ride in rides:
            ride.left.discard(key)
            if not ride.left:
                self._swept(ride)

    def _sweep(self, key: BeatKey, rides: Sequence[Ride]) -> None:
        began = boottime()
        there = [
            (resource, member)
            for ride in rides
            for resource, member in ride.run.members.items()
            if ride.beat_of(resource) == key
        ]
        members = [member for _, member in there]
        resource = there[-1][0]
        try:
            sweep = Sweep(
                rides[0].run.connection,  # the same account's for all of them: the key has it
                resource,
                members,
                selectors=rides[0].run.selectors,
                check_cancelled=self._context.check_cancelled,
                turns=self._page_turns,
            )
            sweep.run()
            self._context.metrics.sweep_finished(str(resource), sweep.objects, boottime() - began)
            self._context.log.swept(str(resource), sweep.objects, boottime() - began, key.identity)
        except Exception as error:  # noqa: BLE001  whatever happens, the runs are told and go on
            self._context.log.failed(f"sweep of {resource}", error)
            for member in members:
                member.error = member.error or ClusterError(f"the sweep of {resource} failed: {type(error).__name__}")
        finally:
            self._post(lambda: self._ended(key, rides))

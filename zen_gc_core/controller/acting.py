"""Acting: a plan is carried out, one guarded write at a time.

For each object: the fence, the rate, a fresh read, the full decision again, and only then a write with the uid and
the resourceVersion of that read. The reasons are in ``docs/explanation/the-delete-contract.md``.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AuthorityLost
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.cluster.writing import Writer
from zen_gc_core.controller.fencing import Stopped
from zen_gc_core.engine import judging
from zen_gc_core.engine.selecting import in_scope, selected
from zen_gc_core.errors import ClusterError, Undecided
from zen_gc_core.model.decision import Decision, Delete, Mark, Verdict
from zen_gc_core.model.report import Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.discovery import Resource, Resources
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.cluster.writing import Attempt
    from zen_gc_core.controller.fencing import Fence
    from zen_gc_core.engine.planning import Case
    from zen_gc_core.model.plan import Plan

WORKERS: Final = 8
"""Writes of one run under way at the same time; more bring nothing."""


class Witness(Protocol):
    """Told of every write of a run."""

    def intent(self, decision: Decision, attempt: Attempt) -> None:
        """Called before each request is sent; whatever it raises stops the request."""

    def acted(self, outcome: Outcome, seconds: float, attempts: int) -> None:
        """Called once an object, with what became of it, the seconds since the first request and their number."""


@dataclass(slots=True)
class Rate:
    """Spaces writes evenly; may be used by several threads.

    Args:
        per_second: The most writes a second.
        wait: Waits for seconds; true when the run should end.
        clock: The boot-time clock, in seconds.
    """

    per_second: float
    wait: Callable[[float], bool]
    clock: Callable[[], float] = boottime
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> bool:
        """Wait for this write's turn; false when the run ended meanwhile."""
        with self._lock:
            now = self.clock()
            turn = max(now, self._next)
            self._next = turn + 1.0 / self.per_second
        return not self.wait(turn - now) if turn > now else True


@dataclass(frozen=True, slots=True)
class Acting:
    """What one run acts with.

    Args:
        connection: The cluster.
        resources: Which resource a kind is.
        fence: Asked before each write.
        rate: How fast.
        authority: Asked right before each request leaves.
        witness: Told of every write.
        stopping: Set when the program ends: no new write begins.
        timeout: Seconds for one write.
    """

    connection: Connection
    resources: Resources
    fence: Fence
    rate: Rate
    authority: Callable[[], None]
    witness: Witness
    stopping: threading.Event
    timeout: float


@dataclass(slots=True)
class Carried:
    """What came of carrying out a plan.

    Args:
        results: How many objects came to which result.
        accepted: Objects that are terminating now, to be seen gone later.
        stopped: Why it ended early; None when it did not.
    """

    results: Counter[Result] = field(default_factory=Counter)
    accepted: list[Decision] = field(default_factory=list)
    stopped: Stopped | None = None


def carry_out(case: Case, plan: Plan, acting: Acting) -> Carried:
    """Carry out a plan; what stops it drops the rest of it.

    Args:
        case: The policy's run.
        plan: Its plan; one that is stopped by the breaker or a veto is not carried out.
        acting: What to act with.
    """
    carrying = _Carrying(case, acting)
    if plan.stopped or not plan.decisions:
        return carrying.carried
    workers = min(WORKERS, len(plan.decisions))
    remaining = iter(plan.decisions)
    with ThreadPoolExecutor(workers, thread_name_prefix=f"act {case.compiled.reference}") as pool:
        for worker in [pool.submit(carrying.work, remaining) for _ in range(workers)]:
            worker.result()
    return carrying.carried


class _Carrying:
    def __init__(self, case: Case, acting: Acting) -> None:
        self.carried = Carried()
        self._case = case
        self._acting = acting
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._throttle = Throttle(sleep=self._sleep)

    def work(self, remaining: Iterator[Decision]) -> None:
        """Take one decision after the other, until none is left or the run ends."""
        while not (self._ended.is_set() or self._acting.stopping.is_set()):
            with self._lock:
                decision = next(remaining, None)
            if decision is None:
                return
            try:
                if not self._acting.rate.take():
                    return
                self._acting.fence.pass_one()
                self._act(decision)
            except Stopped as stop:
                self._end(stop)
            except AuthorityLost as error:
                self._end(Stopped(error.reason, str(error), expected=True))
            except ClusterError as error:
                self._end(Stopped(getattr(error, "reason", "ClusterError"), str(error)))

    def _end(self, stop: Stopped) -> None:
        with self._lock:
            self.carried.stopped = self.carried.stopped or stop
        self._ended.set()

    def _sleep(self, seconds: float) -> None:
        """Wait, but not beyond the end of the run or of the program."""
        until = boottime() + seconds
        while (left := until - boottime()) > 0:
            if self._acting.stopping.wait(min(left, 0.2)) or self._ended.is_set():
                raise Stopped("Stopping", "the run was told to end", expected=True)

    def _act(self, decision: Decision) -> None:
        acting = self._acting
        resource = acting.resources.resolve(decision.api_version, decision.kind)
        journal = _Journal(decision, acting.witness)
        observed = observe(
            acting.connection, resource, decision.namespace, decision.name, throttle=self._throttle, sleep=self._sleep
        )
        if observed is None:
            self._note(Outcome(decision, Result.GONE), journal)
            return
        again = self._decide_again(decision, observed)
        if again.verdict is not Verdict.ACT:
            self._note(Outcome(decision, Result.DROPPED, again.because), journal)
            return
        self._write(again, observed, journal, resource)

    def _decide_again(self, decision: Decision, observed: Observed) -> Decision:
        case = self._case
        candidate = observed.candidate()
        if decision.uid != observed.uid:
            return judging.skip(candidate)
        targets = case.compiled.targets_of(candidate.api_version, candidate.kind)
        try:
            reached = in_scope(targets, candidate, case.run)
        except Undecided:
            return judging.skip(candidate)
        if not reached or not selected(reached, candidate):
            return judging.skip(candidate)
        return judging.decide(case.compiled, candidate, case.run, case.protections)

    def _write(self, decision: Decision, observed: Observed, journal: _Journal, resource: Resource) -> None:
        acting = self._acting
        writer = Writer(
            acting.connection, acting.authority, self._throttle, journal, timeout=acting.timeout, sleep=self._sleep
        )
        journal.started = boottime()
        if isinstance(decision.request, Delete):
            written = writer.delete(observed, decision.request, attempt_id=journal.attempt_id)
        elif isinstance(decision.request, Mark):
            written = writer.mark(observed, decision.request, attempt_id=journal.attempt_id)
        else:
            raise Stopped("NoRequest", f"the decision on {resource} {decision.name} asks for nothing")
        self._note(Outcome(decision, written.result, written.message, journal.attempt_id), journal)

    def _note(self, outcome: Outcome, journal: _Journal) -> None:
        with self._lock:
            self.carried.results[outcome.result] += 1
            if outcome.result is Result.ACCEPTED:
                self.carried.accepted.append(outcome.decision)
        self._acting.witness.acted(outcome, journal.seconds, journal.attempts)


class _Journal:
    """One object's intents and outcomes, told to the witness."""

    def __init__(self, decision: Decision, witness: Witness) -> None:
        self.attempt_id = str(uuid.uuid4())
        self.attempts = 0
        self.started: float | None = None
        self._decision = decision
        self._witness = witness

    @property
    def seconds(self) -> float:
        return 0.0 if self.started is None else boottime() - self.started

    def intent(self, attempt: Attempt) -> None:
        self.attempts += 1
        self._witness.intent(self._decision, attempt)

    def outcome(self, attempt: Attempt, result: Result | None, message: str) -> None:
        """The outcome of the whole write is told by whoever sent it; a single request's is in its retries."""

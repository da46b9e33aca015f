"""Acting: a plan is carried out, one guarded write at a time.

For each object: the fence, the rate, a fresh read, the full decision again (``rejudging``), where the policy retains the
objects that are retained of its group (``keepers``), its intent in the log, the fence once more (``journal``), and only
then a write with the uid and the resourceVersion of that read. The reasons are in
``docs/explanation/the-delete-contract.md``.
"""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.access import may
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied, ImpersonationDenied, MalformedAnswer
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.cluster.writing import Writer
from zen_gc_core.controller.runs.aggregation import check_served_by_kubernetes
from zen_gc_core.controller.runs.bins import Bins
from zen_gc_core.controller.runs.fights import Fights
from zen_gc_core.controller.runs.journal import Journal
from zen_gc_core.controller.runs.keepers import Keepers, Withheld
from zen_gc_core.controller.runs.outcomes import Outcomes
from zen_gc_core.controller.runs.recycling import NotRecycled, Recycling
from zen_gc_core.controller.runs.rejudging import Rejudging
from zen_gc_core.controller.runs.relatives import Look, Relatives, Reliance
from zen_gc_core.controller.runs.seeing import Seeing
from zen_gc_core.controller.runs.stopping import Stopped, ending_by_fault, ending_by_write
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending, Outcome
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.discovery import Resources
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.controller.runs.fencing import Fence
    from zen_gc_core.controller.runs.journal import Witness
    from zen_gc_core.controller.runs.outcomes import Carried
    from zen_gc_core.controller.runs.pacing import Rate
    from zen_gc_core.engine.case import Case
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.requests import Request

WORKERS: Final = 8
"""Writes of one run under way at the same time; more bring nothing."""


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
        now: The present instant, by the earlier of the clocks.
        until: When the run ends for want of a turn, by the boot-time clock: the next run goes on with the rest.
        superseded: Whether the policy is known to be another by now, or gone.
        bins: How full the recycle bins are; None: as this run counts them.
        fights: What the policy deleted and what came back.
    """

    connection: Connection
    resources: Resources
    fence: Fence
    rate: Rate
    authority: Callable[[], None]
    witness: Witness
    stopping: threading.Event
    timeout: float
    now: Callable[[], dt.datetime]
    until: float = math.inf
    superseded: Callable[[], bool] = bool
    bins: Bins | None = None
    fights: Fights = field(default_factory=Fights)


def carry_out(case: Case, plan: Plan, acting: Acting) -> Carried:
    """Carry out a plan; what stops it drops the rest of it.

    Args:
        case: The policy's run.
        plan: Its plan; one that is stopped by the breaker or a veto is not carried out.
        acting: What to act with.
    """
    carrying = _Carrying(case, plan, acting)
    if plan.stopped or not plan.decisions:
        return carrying.outcomes.carried
    workers = min(WORKERS, len(plan.decisions))
    remaining = iter(plan.decisions)
    with ThreadPoolExecutor(workers, thread_name_prefix=f"act {case.compiled.reference}") as pool:
        for worker in [pool.submit(carrying.work, remaining) for _ in range(workers)]:
            worker.result()
    return carrying.outcomes.carried


class _Carrying:
    def __init__(self, case: Case, plan: Plan, acting: Acting) -> None:
        self.outcomes = Outcomes(acting.witness)
        self._case = case
        self._acting = acting
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._throttle = Throttle(sleep=self._sleep)
        self._seeing = Seeing(acting.connection, acting.resources, self._throttle, self._sleep, acting.stopping)
        self._rejudging = Rejudging(case, plan, self._seeing, acting.now)
        self._relatives = (
            Relatives(
                case,
                plan,
                acting.connection,
                acting.resources,
                per_second=acting.rate.per_second,
                now=acting.now,
                stopping=acting.stopping,
                told=acting.witness.looked_again,
                unknown=acting.witness.related_unknown,
            )
            if case.compiled.relations
            else None
        )
        self._keepers = (
            Keepers(
                case,
                plan,
                self._seeing,
                per_second=acting.rate.per_second,
                now=acting.now,
                left_alone=acting.witness.left_alone,
                related=self._relatives.known_in if self._relatives is not None else None,
            )
            if case.compiled.retention is not None
            else None
        )
        recycle = case.compiled.policy.behavior.recycle
        self._recycling = (
            Recycling(
                case.compiled.reference,
                recycle.keep_for,
                acting.connection,
                acting.bins or Bins(acting.connection, secrets=case.protections.grants.recycle_secrets),
                self._throttle,
                acting.fence,
                acting.authority,
                acting.witness,
                acting.timeout,
                self._sleep,
                acting.now,
            )
            if recycle is not None
            else None
        )

    def work(self, remaining: Iterator[Decision]) -> None:
        """Take one decision after the other, until none is left or the run ends."""
        while not (self._ended.is_set() or self._acting.stopping.is_set()):
            with self._lock:
                decision = next(remaining, None)
            if decision is None:
                return
            try:
                if self._withheld(decision):
                    continue
                wait = self._acting.rate.take(self._acting.until)
                if wait is None:
                    return
                self._sleep(wait)
                self._acting.fence.pass_one()
                self._act(decision)
            except Stopped as stop:
                self._end(stop.ending)
            except ClusterError as error:
                self._end(ending_by_write(error))
            except Exception as error:  # noqa: BLE001  what was done before it is told all the same
                self.outcomes.raised(error)
                self._end(ending_by_fault(error))

    def _withheld(self, decision: Decision) -> bool:
        """Whether an object is left alone without a look, its group having changed; that is told."""
        why = self._keepers.withheld(decision) if self._keepers is not None else None
        if why is not None:
            self.outcomes.note(Outcome(decision, Result.DROPPED, why), self._journal(decision))
            return True
        recycled = self._recycling if decision.asks_for.removes else None
        full = recycled.withheld(decision) if recycled is not None else None
        if full is not None:
            self.outcomes.not_recycled(Outcome(decision, Result.NOT_RECYCLED, full), self._journal(decision))
        return full is not None

    def _journal(self, decision: Decision) -> Journal:
        return Journal(decision, self._acting.fence, self._acting.witness, self._keepers)

    def _end(self, ending: Ending) -> None:
        self.outcomes.end(ending)
        self._ended.set()

    def _sleep(self, seconds: float) -> None:
        """Wait, but not beyond the end of the run or of the program."""
        until = boottime() + seconds
        while (left := until - boottime()) > 0:
            if self._acting.stopping.wait(min(left, 0.2)) or self._ended.is_set():
                raise Stopped(Reason.STOPPING, "the run was told to end")
            if self._acting.superseded():
                raise Stopped(Reason.POLICY_CHANGED, "the policy was edited or deleted")

    def _act(self, decision: Decision) -> None:
        acting = self._acting
        resource = acting.resources.resolve(decision.api_version, decision.kind)
        targets = self._case.compiled.targets_of(decision.api_version, decision.kind)
        check_served_by_kubernetes(resource, self._case.protections.grants, targets)
        journal = self._journal(decision)
        look = self._relatives.look(decision) if self._relatives is not None else None
        try:
            observed = self._seeing.one(decision.api_version, decision.kind, decision.namespace, decision.name)
            if observed is None:
                self.outcomes.note(Outcome(decision, Result.GONE), journal)
                return
            again = self._rejudging.decide(decision, observed, look.related if look is not None else {})
        except MalformedAnswer as error:
            self.outcomes.note(Outcome(decision, Result.DROPPED, f"it cannot be read: {error}"), journal)
            return
        if again.verdict is not Verdict.ACT:
            self.outcomes.note(Outcome(decision, Result.DROPPED, again.because), journal)
            return
        if self._relatives is not None and look is not None:
            decide = partial(self._decide_on, decision, observed)
            journal.reliance = Reliance(self._relatives, decision, look, decide)
        try:
            if self._keepers is not None:
                self._keepers.check(decision)
            if _request(again).removes:
                acting.fights.check(again, observed)
            self._write(again, observed, journal)
        except Withheld as withheld:
            attempt_id = journal.attempt_id if journal.attempts else ""
            self.outcomes.note(Outcome(decision, Result.DROPPED, str(withheld), attempt_id), journal)

    def _decide_on(self, decision: Decision, observed: Observed, look: Look) -> Decision:
        return self._rejudging.decide(decision, observed, look.related)

    def _write(self, decision: Decision, observed: Observed, journal: Journal) -> None:
        acting = self._acting
        writer = Writer(
            acting.connection, acting.authority, self._throttle, journal, timeout=acting.timeout, sleep=self._sleep
        )
        journal.started = boottime()
        request = _request(decision)
        write = partial(writer.write, observed, request, attempt_id=journal.attempt_id)
        if self._recycling is not None and request.removes:
            write = partial(self._recycling.write, decision, observed, journal, write)
        try:
            written = write()
        except NotRecycled as why:
            outcome = Outcome(decision, Result.NOT_RECYCLED, str(why), journal.attempt_id if why.cause else "")
            self.outcomes.not_recycled(outcome, journal, why.cause)
            return
        except AccessDenied as error:
            if isinstance(error, ImpersonationDenied) or not self._allowed(decision, observed):
                self.outcomes.note_end(decision, journal, error)
                raise
            self.outcomes.forbid(decision, journal, error)
            return
        except (Stopped, ClusterError) as error:
            self.outcomes.note_end(decision, journal, error)
            raise
        if request.removes and written.result in {Result.DELETED, Result.ACCEPTED}:
            acting.fights.deleted(decision, acting.now())
        attempt_id = journal.attempt_id if journal.attempts else ""
        self.outcomes.note(Outcome(decision, written.result, written.message, attempt_id), journal, written.cause)

    def _allowed(self, decision: Decision, observed: Observed) -> bool:
        """Whether the right to a write that was forbidden is there all the same: then it is about this object alone."""
        request = _request(decision)
        try:
            return may(
                self._acting.connection,
                request.verb,
                observed.resource,
                observed.namespace,
                observed.name,
                subresource=request.subresource,
            )
        except ClusterError:
            return False


def _request(decision: Decision) -> Request:
    if decision.request is None:
        raise Stopped(Reason.NO_REQUEST, f"the decision on {decision.kind} {decision.name} asks for nothing")
    return decision.request

"""Metrics of the controller, for Prometheus: what counts, and when. Counted are outcomes, never intentions."""

from __future__ import annotations

import itertools
import math
import platform
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.telling.families import Families
from zen_gc_core.controller.telling.registry import Registry
from zen_gc_core.model.decision import KeptBy
from zen_gc_core.model.policy import CLUSTER, NAMESPACED
from zen_gc_core.model.reasons import ErrorType, Phase, Reason
from zen_gc_core.model.results import AdmissionResult, CopyResult, Result

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.report import Ending, Outcome, RunReport

TTL_EXPIRED: Final = "ttl_expired"
"""The Go program's label for a deletion because of age; there is no other reason to delete."""

REVIEWED: Final = ("CREATE", "UPDATE")
"""The operations at which a policy is reviewed."""

_MOST_FORGOTTEN: Final = 10_000
"""How many deleted policies are remembered, so that what a run of theirs says late makes no series anew."""


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many objects of one kind a run met.

    Args:
        api_version: Group and version of the kind.
        kind: The kind.
        matched: Those that the policy's selectors took.
        pending: Those of them that wait or are kept.
        due: Those of them that are to be acted on.
        retained: Those that are due and that `spec.retain` holds back; None where the policy retains nothing.
    """

    api_version: str
    kind: str
    matched: int
    pending: int
    due: int = 0
    retained: int | None = None


class Metrics:
    """All metrics of one controller, in a registry of their own; its methods may be called by any thread.

    Args:
        version: The program's version.
    """

    def __init__(self, version: str) -> None:
        self._lock = threading.RLock()
        self._registry = Registry()
        self._leading = False
        self._forgotten: OrderedDict[str, None] = OrderedDict()
        self._families = Families(self._registry)
        for result in CopyResult:  # made at once, so that rate() sees the step from zero
            self._families.copies.labels(result.value)
        for kind, operation, each in itertools.product((NAMESPACED, CLUSTER), REVIEWED, AdmissionResult):
            self._families.reviews.labels(kind, operation, each.value)
        self._families.reviews.labels("", "", AdmissionResult.ERROR.value)
        self._families.build.labels(version, platform.python_version()).set(1)

    def writes_paused(self, *, paused: bool) -> None:
        """The kill switch was looked at."""
        self._families.paused.set(paused)

    def run_begun(self, policy: PolicyReference, kinds: Iterable[tuple[str, str]]) -> None:
        """Make what a run may count at 0, before it counts: `increase` sees no step from nothing.

        Args:
            policy: The policy.
            kinds: Version and name of each kind that it looks at.
        """
        with self._lock:
            if policy.uid in self._forgotten:
                return
            self._registry.inc(self._families.expressions, policy, by=0)
            for kind in kinds:
                self._registry.inc(self._families.deleted, policy, *kind, TTL_EXPIRED, by=0)
                self._registry.inc(self._families.outcomes, policy, *kind, Result.FAILED.value, by=0)

    def runs_every(self, policy: PolicyReference, seconds: float) -> None:
        """Say how long after the run that ends now the next one is planned.

        Args:
            policy: The policy.
            seconds: How long; infinite where there is none.
        """
        with self._lock:
            if policy.uid in self._forgotten or not self._leading:
                return
            if math.isinf(seconds):
                self._registry.drop(self._families.interval, policy)
            else:
                self._registry.set(self._families.interval, policy, to=seconds)

    def rests(self, policy: PolicyReference) -> None:
        """Say that a policy does not run: nothing is late of it, and nothing stops its runs."""
        with self._lock:
            for gauge in (self._families.interval, self._families.breaker, self._families.deferred):
                self._registry.drop(gauge, policy)

    def run_finished(self, report: RunReport, counts: Collection[KindCount]) -> None:
        """Count a run that has ended, however it did.

        Args:
            report: What it did. Its writes are not counted here: `outcome` has counted each.
            counts: What it met, one entry a kind.
        """
        policy = report.plan.policy
        with self._lock:
            if policy.uid in self._forgotten:
                return
            self._families.evaluation.observe(report.duration)
            self._registry.inc(self._families.expressions, policy, by=report.plan.kept.get(KeptBy.ERROR, 0))
            for count in counts:
                self._registry.inc(self._families.matched, policy, count.api_version, count.kind, by=count.matched)
                if report.dry_run:
                    would = count.due if report.results[Result.WOULD_ACT] else 0
                    self._registry.inc(self._families.would_delete, policy, count.api_version, count.kind, by=would)
            if report.plan.unlisted:
                kinds = len(report.plan.unlisted)
                self._registry.inc(self._families.errors, policy, ErrorType.LIST_RESOURCES_FAILED, by=kinds)
            if report.ending is not None:
                self.ended(policy, report.ending)
            if self._leading:
                self._show(report, counts)

    def _show(self, report: RunReport, counts: Collection[KindCount]) -> None:
        """Set the gauges about a policy; a run that was stopped does not know how much is pending."""
        policy = report.plan.policy
        self._registry.set(self._families.last_run, policy, to=report.duration)
        self._registry.set(self._families.breaker, policy, to=report.plan.tripped is not None)
        deferred = report.stopped is not None and report.stopped.reason is Reason.DEFERRED
        self._registry.set(self._families.deferred, policy, to=deferred)
        if report.stopped is not None and report.stopped.failed:
            return
        self._registry.drop(self._families.pending, policy)
        self._registry.drop(self._families.retained, policy)
        for count in counts:
            self._registry.set(self._families.pending, policy, count.api_version, count.kind, to=count.pending)
            if count.retained is not None:
                self._registry.set(self._families.retained, policy, count.api_version, count.kind, to=count.retained)
        if not report.plan.stopped and report.started is not None:
            ended = report.started + timedelta(seconds=report.duration)
            self._registry.set(self._families.success, policy, to=ended.timestamp())

    def outcome(self, policy: PolicyReference, outcome: Outcome, *, seconds: float, at: datetime) -> None:
        """Count what became of one object.

        Args:
            policy: The policy.
            outcome: What became of it.
            seconds: How long that took, from the first request to the answer.
            at: When it was known.
        """
        decision, result = outcome.decision, outcome.result
        kind = decision.api_version, decision.kind
        with self._lock:
            if policy.uid in self._forgotten:
                return
            if result is Result.WOULD_ACT:
                return  # a plan holds no more of them than fit its bounds; `run_finished` counts all
            self._registry.inc(self._families.outcomes, policy, *kind, result.value)
            if result is Result.DELETED:
                self._registry.inc(self._families.deleted, policy, *kind, TTL_EXPIRED)
                self._families.deletion.labels(*kind).observe(seconds)
                if decision.expires_at is not None:
                    late = max(0.0, (at - decision.expires_at).total_seconds())
                    self._families.lag.labels(*kind).observe(late)
            elif result is Result.CONFLICT:
                self._registry.inc(self._families.conflicts, policy, *kind)
            elif result is Result.NOT_RECYCLED:
                self.error(policy, ErrorType.RECYCLING_FAILED)
            elif result is Result.FAILED:
                self.error(policy, Reason.of_failed(decision.asks_for).error_type or ErrorType.EVALUATION_FAILED)

    def copied(self, result: CopyResult) -> None:
        """Count what became of a copy for the recycle bin."""
        self._families.copies.labels(result.value).inc()

    def reviewed(self, kind: str, operation: str, result: AdmissionResult, seconds: float) -> None:
        """Count a question about a policy that somebody writes.

        Args:
            kind: The policy's kind; empty when the question was about nothing of the kind.
            operation: What is to be done with it; empty, too, then.
            result: What was answered.
            seconds: How long that took.
        """
        self._families.reviews.labels(kind, operation, result.value).inc()
        self._families.review.observe(seconds)

    def webhook_trusted(self, *, trusted: bool) -> None:
        """Say whether the API server trusts this replica's webhook."""
        self._families.trusted.set(trusted)

    def certificate_expires(self, which: str, at: datetime) -> None:
        """Say when a certificate of the webhook ends (``ca``, ``leaf``)."""
        self._families.certificates.labels(which).set(at.timestamp())

    def log_record_lost(self) -> None:
        """Count a log record that could not be written."""
        self._families.lost.inc()

    def ended(self, policy: PolicyReference, ending: Ending) -> None:
        """Count the end of a run that nobody wished for, or that the lease asked for."""
        if ending.reason.error_type is not None:
            self.error(policy, ending.reason.error_type)

    def error(self, policy: PolicyReference | None, error_type: ErrorType) -> None:
        """Count an error that is neither the end of a reported run nor the outcome of a write.

        Args:
            policy: The policy that it befell; None when it befell the controller.
            error_type: What it was.
        """
        with self._lock:
            if policy is None:
                self._registry.inc(self._families.errors, None, error_type)
            elif policy.uid not in self._forgotten:
                self._registry.inc(self._families.errors, policy, error_type)

    def policies(self, phases: Mapping[str, int]) -> None:
        """Set how many policies are in which phase; a phase that is not named has none. A standby's word is not heard."""
        with self._lock:
            for phase in Phase if self._leading else ():
                self._families.policies.labels(phase.value).set(phases.get(phase, 0))

    def leading(self) -> None:
        """Say that this replica leads; without leader election it always does, and must say so, too."""
        with self._lock:
            self._turn(leading=True)

    def standing_by(self) -> None:
        """Say that this replica does not lead.

        Only a leader has gauges about policies, and loses them with the lease: sums over replicas would count twice.
        """
        with self._lock:
            self._turn(leading=False)
            self._families.policies.clear()
            for gauge in self._families.of_the_leader:
                self._registry.clear(gauge)

    def _turn(self, *, leading: bool) -> None:
        if leading != self._leading:
            self._families.transitions.inc()
        self._leading = leading
        self._families.status.set(leading)

    def sweep_finished(self, resource: str, objects: int, seconds: float) -> None:
        """Count a pass over a resource (``jobs.batch``): how many objects were read, and how long it took."""
        self._families.swept.labels(resource).inc(objects)
        self._families.sweep.labels(resource).observe(seconds)

    def relates(self, policy: PolicyReference) -> None:
        """Make what a policy that depends on other objects may count at 0, before they are looked at."""
        self.related_unknown(policy, 0)

    def related_unknown(self, policy: PolicyReference, relations: int) -> None:
        """Count the relations of a policy about which a look at other objects has not told all."""
        with self._lock:
            if policy.uid not in self._forgotten:
                self._registry.inc(self._families.related_failures, policy, by=relations)

    def related_listed(self, resource: str, objects: int) -> None:
        """Count the objects of a resource (``pods``) that were read because decisions about others depend on them."""
        self._families.related.labels(resource).inc(objects)

    def api_request(self, verb: str, code: int | None, seconds: float) -> None:
        """Count a request to the API server.

        Args:
            verb: The HTTP method in lower case; ``list`` and ``watch`` are told apart from ``get``.
            code: The HTTP status; None when no answer came.
            seconds: How long it took.
        """
        self._families.requests.labels(verb, "none" if code is None else str(code)).inc()
        self._families.request.labels(verb).observe(seconds)

    def forget(self, policy: PolicyReference) -> None:
        """Remove all series of a policy that is no more; what is told of it later counts nowhere."""
        with self._lock:
            self._registry.remove(policy)
            if policy.uid:
                self._forgotten[policy.uid] = None
                while len(self._forgotten) > _MOST_FORGOTTEN:
                    self._forgotten.popitem(last=False)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return self._registry.exposition()

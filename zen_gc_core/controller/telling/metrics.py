"""Metrics of the controller, for Prometheus: which there are, and when they count.

Names and labels that the Go program zen-gc had are kept (its ``pkg/controller/metrics.go``), so that dashboards and rules
made for it go on working; buckets reach past the thresholds of its alerts (10 s a deletion, 5 s an evaluation). Counted
are outcomes, never intentions. No label holds an object's name.
"""

from __future__ import annotations

import platform
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.telling.registry import Registry
from zen_gc_core.model.decision import KeptBy
from zen_gc_core.model.reasons import ErrorType, Phase, Reason
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.report import Ending, Outcome, RunReport

TTL_EXPIRED: Final = "ttl_expired"
"""The Go program's label for a deletion because of age; there is no other reason to delete."""

_POLICY: Final = ("policy_namespace", "policy_name")
_RESOURCE: Final = (*_POLICY, "resource_api_version", "resource_kind")

_DELETION_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 90, 180, 300)
"""Seconds; up to the five minutes for which a throttled write waits at most."""
_EVALUATION_BUCKETS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600)
_LAG_BUCKETS: Final = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400, 604_800)
_REQUEST_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_SWEEP_BUCKETS: Final = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900)

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
        self._make_policy_metrics()
        self._make_controller_metrics()
        self._build.labels(version, platform.python_version()).set(1)

    def _make_policy_metrics(self) -> None:
        self._matched = self._registry.counter(
            "gc_resources_matched", "Objects matched by policies, summed over runs", _RESOURCE
        )
        self._deleted = self._registry.counter("gc_resources_deleted", "Objects deleted", (*_RESOURCE, "reason"))
        self._would_delete = self._registry.counter(
            "gc_resources_would_delete", "Objects on which a dry run would have acted, summed over runs", _RESOURCE
        )
        self._outcomes = self._registry.counter(
            "gc_write_outcomes", "Objects by what became of them", (*_RESOURCE, "outcome")
        )
        self._conflicts = self._registry.counter(
            "gc_delete_conflicts", "Writes refused because the object had changed", _RESOURCE
        )
        self._deletion = self._registry.histogram(
            "gc_deletion_duration_seconds", "Time from the first request to the answer", _RESOURCE, _DELETION_BUCKETS
        )
        self._lag = self._registry.histogram(
            "gc_expiry_lag_seconds", "Time from expiry to deletion", _RESOURCE, _LAG_BUCKETS
        )
        self._errors = self._registry.counter("gc_errors", "Errors", (*_POLICY, "error_type"))
        self._expressions = self._registry.counter(
            "gc_expression_errors", "Objects kept because judging them failed, summed over runs", _POLICY
        )
        self._evaluation = self._registry.histogram(
            "gc_evaluation_duration_seconds", "Duration of runs", _POLICY, _EVALUATION_BUCKETS
        )
        self._pending = self._registry.gauge(
            "gc_resources_pending_total", "Matched objects that wait or are kept", _RESOURCE
        )
        self._retained = self._registry.gauge(
            "gc_resources_retained", "Due objects that spec.retain holds back", _RESOURCE
        )
        self._breaker = self._registry.gauge("gc_breaker_tripped", "1 when the breaker stopped the last run", _POLICY)
        self._success = self._registry.gauge(
            "gc_last_successful_run_timestamp_seconds", "End of the last run that was not stopped", _POLICY
        )

    def _make_controller_metrics(self) -> None:
        self._policies = self._registry.gauge(
            "gc_policies_total", "Policies by phase, as the leader knows them", ("phase",)
        )
        self._status = self._registry.gauge("gc_leader_election_status", "1 when this replica leads", ())
        self._transitions = self._registry.counter("gc_leader_election_transitions", "Leaderships won and lost", ())
        self._requests = self._registry.counter("gc_api_requests", "Requests to the API server", ("verb", "code"))
        self._request = self._registry.histogram(
            "gc_api_request_duration_seconds", "Duration of requests to the API server", ("verb",), _REQUEST_BUCKETS
        )
        self._swept = self._registry.counter("gc_sweep_objects", "Objects read by sweeps", ("resource",))
        self._sweep = self._registry.histogram(
            "gc_sweep_duration_seconds", "Duration of sweeps", ("resource",), _SWEEP_BUCKETS
        )
        self._paused = self._registry.gauge("gc_writes_paused", "1 while the kill switch stops every write", ())
        self._lost = self._registry.counter("gc_log_records_lost", "Log records that could not be written", ())
        self._build = self._registry.gauge(
            "gc_build_info", "1, with the versions as labels", ("version", "python_version")
        )

    def writes_paused(self, *, paused: bool) -> None:
        """The kill switch was looked at."""
        self._paused.set(paused)

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
            self._registry.at(self._evaluation, policy).observe(report.duration)
            self._registry.at(self._expressions, policy).inc(report.plan.kept.get(KeptBy.ERROR, 0))
            for count in counts:
                self._registry.at(self._matched, policy, count.api_version, count.kind).inc(count.matched)
                # Made at once, so that rate() sees the step from zero.
                if report.dry_run:
                    would = count.due if report.results[Result.WOULD_ACT] else 0
                    self._registry.at(self._would_delete, policy, count.api_version, count.kind).inc(would)
                else:
                    self._registry.at(self._deleted, policy, count.api_version, count.kind, TTL_EXPIRED)
            if report.plan.unlisted:
                self._registry.at(self._errors, policy, ErrorType.LIST_RESOURCES_FAILED).inc(len(report.plan.unlisted))
            if report.ending is not None:
                self.ended(policy, report.ending)
            if self._leading:
                self._show(report, counts)

    def _show(self, report: RunReport, counts: Collection[KindCount]) -> None:
        """Set the gauges about a policy; a run that was stopped does not know how much is pending."""
        policy = report.plan.policy
        self._registry.at(self._breaker, policy).set(report.plan.tripped is not None)
        if report.stopped is not None and report.stopped.failed:
            return
        self._registry.drop(self._pending, policy)
        self._registry.drop(self._retained, policy)
        for count in counts:
            self._registry.at(self._pending, policy, count.api_version, count.kind).set(count.pending)
            if count.retained is not None:
                self._registry.at(self._retained, policy, count.api_version, count.kind).set(count.retained)
        if not report.plan.stopped and report.started is not None:
            ended = report.started + timedelta(seconds=report.duration)
            self._registry.at(self._success, policy).set(ended.timestamp())

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
            self._registry.at(self._outcomes, policy, *kind, result.value).inc()
            if result is Result.DELETED:
                self._registry.at(self._deleted, policy, *kind, TTL_EXPIRED).inc()
                self._registry.at(self._deletion, policy, *kind).observe(seconds)
                if decision.expires_at is not None:
                    self._registry.at(self._lag, policy, *kind).observe(
                        max(0.0, (at - decision.expires_at).total_seconds())
                    )
            elif result is Result.CONFLICT:
                self._registry.at(self._conflicts, policy, *kind).inc()
            elif result is Result.FAILED:
                self.error(policy, Reason.of_failed(decision.asks_for).error_type or ErrorType.EVALUATION_FAILED)

    def log_record_lost(self) -> None:
        """Count a log record that could not be written."""
        self._lost.inc()

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
                self._errors.labels("", "", error_type).inc()
            elif policy.uid not in self._forgotten:
                self._registry.at(self._errors, policy, error_type).inc()

    def policies(self, phases: Mapping[str, int]) -> None:
        """Set how many policies are in which phase; a phase that is not named has none. A standby's word is not heard."""
        with self._lock:
            for phase in Phase if self._leading else ():
                self._policies.labels(phase.value).set(phases.get(phase, 0))

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
            for gauge in (self._policies, self._pending, self._retained, self._breaker, self._success):
                gauge.clear()

    def _turn(self, *, leading: bool) -> None:
        if leading != self._leading:
            self._transitions.inc()
        self._leading = leading
        self._status.set(leading)

    def sweep_finished(self, resource: str, objects: int, seconds: float) -> None:
        """Count a pass over a resource (``jobs.batch``): how many objects were read, and how long it took."""
        self._swept.labels(resource).inc(objects)
        self._sweep.labels(resource).observe(seconds)

    def api_request(self, verb: str, code: int | None, seconds: float) -> None:
        """Count a request to the API server.

        Args:
            verb: The HTTP method in lower case; ``list`` and ``watch`` are told apart from ``get``.
            code: The HTTP status; None when no answer came.
            seconds: How long it took.
        """
        self._requests.labels(verb, "none" if code is None else str(code)).inc()
        self._request.labels(verb).observe(seconds)

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

"""Which metrics there are: their names, labels and buckets.

Names and labels that the Go program zen-gc had are kept (its ``pkg/controller/metrics.go``), so that dashboards and rules
made for it go on working, but that no histogram has a policy among its labels: it is fifteen series each. Buckets reach past the thresholds of its alerts (10 s a deletion, 5 s an evaluation). No label
holds an object's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zen_gc_core.controller.telling.registry import OfPolicies, Registry

_KIND: Final = ("resource_api_version", "resource_kind")

_DELETION_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 90, 180, 300)
"""Seconds; up to the five minutes for which a throttled write waits at most."""
_EVALUATION_BUCKETS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600)
_LAG_BUCKETS: Final = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400, 604_800)
_REQUEST_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_REVIEW_BUCKETS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 3, 5)
_SWEEP_BUCKETS: Final = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900)


class Families:
    """The metrics of a controller, an attribute each; its text says what it counts.

    Args:
        registry: Where they are made.
    """

    def __init__(self, registry: Registry) -> None:
        self._make_policy_metrics(registry)
        self._make_controller_metrics(registry)

    def _make_policy_metrics(self, registry: Registry) -> None:
        self.matched = registry.policy_counter(
            "gc_resources_matched", "Objects matched by policies, summed over runs", _KIND
        )
        self.deleted = registry.policy_counter("gc_resources_deleted", "Objects deleted", (*_KIND, "reason"))
        self.would_delete = registry.policy_counter(
            "gc_resources_would_delete", "Objects on which a dry run would have acted, summed over runs", _KIND
        )
        self.outcomes = registry.policy_counter(
            "gc_write_outcomes", "Objects by what became of them", (*_KIND, "outcome")
        )
        self.conflicts = registry.policy_counter(
            "gc_delete_conflicts", "Writes refused because the object had changed", _KIND
        )
        self.errors = registry.policy_counter("gc_errors", "Errors", ("error_type",))
        self.expressions = registry.policy_counter(
            "gc_expression_errors", "Objects kept because judging them failed, summed over runs"
        )
        self.related_failures = registry.policy_counter(
            "gc_related_failures", "Questions about other objects to which not all was known, summed over looks"
        )
        self.pending = registry.policy_gauge(
            "gc_resources_pending_total", "Matched objects that wait or are kept", _KIND
        )
        self.retained = registry.policy_gauge("gc_resources_retained", "Due objects that spec.retain holds back", _KIND)
        self.breaker = registry.policy_gauge("gc_breaker_tripped", "1 when the breaker stopped the last run")
        self.deferred = registry.policy_gauge(
            "gc_writes_deferred", "1 when schedule, windows or blackouts kept the last run from writing"
        )
        self.success = registry.policy_gauge(
            "gc_last_successful_run_timestamp_seconds", "End of the last run that was not stopped"
        )
        self.interval = registry.policy_gauge(
            "gc_policy_interval_seconds", "From the last run, however it ended, to the next one that is planned"
        )
        self.last_run = registry.policy_gauge("gc_last_run_duration_seconds", "Duration of the last run")

    @property
    def of_the_leader(self) -> tuple[OfPolicies, ...]:
        """What only a leader says of policies, and takes back with the lease."""
        return (
            self.pending,
            self.retained,
            self.breaker,
            self.deferred,
            self.success,
            self.interval,
            self.last_run,
        )

    def _make_controller_metrics(self, registry: Registry) -> None:
        self.deletion = registry.histogram(
            "gc_deletion_duration_seconds", "Time from the first request to the answer", _KIND, _DELETION_BUCKETS
        )
        self.lag = registry.histogram("gc_expiry_lag_seconds", "Time from expiry to deletion", _KIND, _LAG_BUCKETS)
        self.evaluation = registry.histogram(
            "gc_evaluation_duration_seconds", "Duration of runs", (), _EVALUATION_BUCKETS
        )
        self.policies = registry.gauge("gc_policies_total", "Policies by phase, as the leader knows them", ("phase",))
        self.status = registry.gauge("gc_leader_election_status", "1 when this replica leads", ())
        self.transitions = registry.counter("gc_leader_election_transitions", "Leaderships won and lost", ())
        self.requests = registry.counter("gc_api_requests", "Requests to the API server", ("verb", "code"))
        self.request = registry.histogram(
            "gc_api_request_duration_seconds", "Duration of requests to the API server", ("verb",), _REQUEST_BUCKETS
        )
        self.swept = registry.counter("gc_sweep_objects", "Objects read by sweeps", ("resource",))
        self.sweep = registry.histogram(
            "gc_sweep_duration_seconds", "Duration of sweeps", ("resource",), _SWEEP_BUCKETS
        )
        self.related = registry.counter(
            "gc_related_objects", "Objects read because decisions about others depend on them", ("resource",)
        )
        self.paused = registry.gauge("gc_writes_paused", "1 while the kill switch stops every write", ())
        self.copies = registry.counter(
            "gc_recycled_copies", "Copies for the recycle bin, by what became of them", ("result",)
        )
        self.reviews = registry.counter(
            "gc_admission_requests", "Policies that the webhook was asked about", ("kind", "operation", "result")
        )
        self.review = registry.histogram(
            "gc_admission_duration_seconds", "Time from the question to the webhook's answer", (), _REVIEW_BUCKETS
        )
        self.trusted = registry.gauge(
            "gc_webhook_trusted", "1 while the API server trusts this replica's webhook, by its configuration", ()
        )
        self.certificates = registry.gauge(
            "gc_webhook_certificate_expiry_timestamp_seconds", "End of the webhook's certificates", ("which",)
        )
        self.lost = registry.counter("gc_log_records_lost", "Log records that could not be written", ())
        self.build = registry.gauge("gc_build_info", "1, with the versions as labels", ("version", "python_version"))

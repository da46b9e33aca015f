"""Metrics, as a scrape reads them."""

from __future__ import annotations

import re
import tracemalloc
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from zen_gc_core.controller.telling.metrics import KindCount, Metrics
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.plan import Plan
from zen_gc_core.model.policy import NAMESPACED, PolicyReference
from zen_gc_core.model.reasons import ErrorType, Reason
from zen_gc_core.model.report import Ending, Outcome, RunReport
from zen_gc_core.model.requests import Delete, Mark
from zen_gc_core.model.results import AdmissionResult, Result

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
POLICY = PolicyReference("GarbageCollectionPolicy", "team-a", "jobs", uid="p-1")
CLUSTER_POLICY = PolicyReference("ClusterGarbageCollectionPolicy", "", "jobs", uid="p-2")
JOBS = KindCount("batch/v1", "Job", matched=5, pending=3)
PODS = KindCount("v1", "Pod", matched=2, pending=2)
JOB = Decision("batch/v1", "Job", "team-a", "secret-name", "u-1", Verdict.ACT, "why", expires_at=NOW, request=Delete())
OF_POLICY = {"policy_namespace": "team-a", "policy_name": "jobs"}
KIND = {"resource_api_version": "batch/v1", "resource_kind": "Job"}
OF_JOBS = {**OF_POLICY, **KIND}

GO_PROGRAM = {
    "gc_policies_total": ("gauge", {"phase"}),
    "gc_resources_matched_total": (
        "counter",
        {"policy_namespace", "policy_name", "resource_api_version", "resource_kind"},
    ),
    "gc_resources_deleted_total": (
        "counter",
        {"policy_namespace", "policy_name", "resource_api_version", "resource_kind", "reason"},
    ),
    "gc_deletion_duration_seconds": (
        "histogram",
        {"resource_api_version", "resource_kind"},
    ),
    "gc_errors_total": ("counter", {"policy_namespace", "policy_name", "error_type"}),
    "gc_evaluation_duration_seconds": ("histogram", set()),
    "gc_resources_pending_total": (
        "gauge",
        {"policy_namespace", "policy_name", "resource_api_version", "resource_kind"},
    ),
    "gc_leader_election_status": ("gauge", set()),
    "gc_leader_election_transitions_total": ("counter", set()),
}
"""Names, types and labels that the Go program's dashboard and rules ask for; its histograms had the policy's, too."""


def scrape(metrics: Metrics) -> dict[str, list[tuple[dict[str, str], float]]]:
    """All samples, by name, as a Prometheus parser reads them."""
    samples: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append((sample.labels, sample.value))
    return samples


def value(metrics: Metrics, name: str, labels: dict[str, str] | None = None) -> float | None:
    """The one sample with these labels; None when there is none."""
    found = [value for having, value in scrape(metrics).get(name, []) if having == (labels or {})]
    assert len(found) <= 1
    return found[0] if found else None


def report(policy: PolicyReference = POLICY, **changes: Any) -> RunReport:
    """A run of two seconds that met five jobs."""
    plan = {"now": NOW, "scanned": 9, "matched": 5, "due": 2, "decisions": ()}
    plan |= {key: changes.pop(key) for key in ("kept", "tripped") if key in changes}
    results = changes.pop("results", Counter())
    return RunReport(Plan(policy, **plan), results, started=NOW, duration=2.0, **changes)


@pytest.fixture
def metrics() -> Metrics:
    """The metrics of a leader."""
    made = Metrics("0.1.0")
    made.leading()
    return made


def use_everything(metrics: Metrics, policy: PolicyReference = POLICY) -> None:
    """Make every metric have a sample."""
    metrics.run_begun(policy, [(JOBS.api_version, JOBS.kind)])
    metrics.run_finished(report(policy), [JOBS])
    metrics.runs_every(policy, 60.0)
    metrics.run_finished(report(policy, dry_run=True), [replace(JOBS, retained=2)])
    for result in Result:
        metrics.outcome(policy, Outcome(JOB, result), seconds=0.1, at=NOW)
    metrics.error(policy, ErrorType.STATUS_UPDATE_FAILED)
    metrics.error(None, ErrorType.LEASE_FAILED)
    metrics.policies({"Active": 1})
    metrics.sweep_finished("jobs.batch", 500, 0.5)
    metrics.relates(policy)
    metrics.related_listed("pods", 100)
    metrics.api_request("list", 200, 0.1)
    metrics.reviewed(NAMESPACED, "CREATE", AdmissionResult.DENIED, 0.1)
    metrics.certificate_expires("leaf", NOW)


@pytest.mark.parametrize("name", GO_PROGRAM)
def test_the_go_programs_metrics_keep_their_names_types_and_labels(metrics, name) -> None:
    """So that its dashboard and its rules go on working."""
    use_everything(metrics)
    kind, labels = GO_PROGRAM[name]
    text = metrics.exposition().decode()
    assert f"# TYPE {name} {kind}\n" in text
    series = scrape(metrics)[name + ("_count" if kind == "histogram" else "")]
    assert all(set(having) == labels for having, _ in series)


@pytest.mark.parametrize(
    ("name", "threshold"), [("gc_deletion_duration_seconds", 10), ("gc_evaluation_duration_seconds", 5)]
)
def test_buckets_reach_past_the_thresholds_of_the_alerts(metrics, name, threshold) -> None:
    """A quantile over a histogram is never more than its last finite bucket."""
    use_everything(metrics)
    bounds = {float(labels["le"]) for labels, _ in scrape(metrics)[f"{name}_bucket"]}
    assert threshold in bounds
    assert len([bound for bound in bounds if threshold < bound < float("inf")]) >= 3


def test_no_label_holds_the_name_of_an_object(metrics) -> None:
    """Cardinality is bounded by policies and kinds."""
    use_everything(metrics)
    text = metrics.exposition().decode()
    assert "secret-name" not in text
    assert "u-1" not in text


@pytest.mark.parametrize(
    ("result", "counted"),
    [
        (Result.DELETED, {"gc_resources_deleted_total", "gc_write_outcomes_total"}),
        (Result.MARKED, {"gc_write_outcomes_total"}),
        (Result.ACCEPTED, {"gc_write_outcomes_total"}),
        (Result.GONE, {"gc_write_outcomes_total"}),
        (Result.CONFLICT, {"gc_delete_conflicts_total", "gc_write_outcomes_total"}),
        (Result.DROPPED, {"gc_write_outcomes_total"}),
        (Result.WOULD_ACT, set()),
        (Result.FAILED, {"gc_errors_total", "gc_write_outcomes_total"}),
    ],
)
def test_an_outcome_counts_where_it_belongs_and_nowhere_else(metrics, result, counted) -> None:
    """Only what is known to be gone by our own write is deleted; a dry run never is."""
    metrics.outcome(POLICY, Outcome(JOB, result), seconds=0.1, at=NOW)
    found = {
        name
        for name, series in scrape(metrics).items()
        if name.endswith("_total") and any(labels.get("policy_name") and value for labels, value in series)
    }
    assert found == counted


def test_a_deletion_counts_with_its_duration_and_its_lag(metrics) -> None:
    """One event, three metrics; `reason` is the Go program's word."""
    metrics.outcome(POLICY, Outcome(JOB, Result.DELETED), seconds=7.0, at=NOW + timedelta(seconds=40))
    assert value(metrics, "gc_resources_deleted_total", {**OF_JOBS, "reason": "ttl_expired"}) == 1
    assert value(metrics, "gc_deletion_duration_seconds_sum", KIND) == 7.0
    assert value(metrics, "gc_expiry_lag_seconds_sum", KIND) == 40.0


@pytest.mark.parametrize(("request_", "error_type"), [(Delete(), "deletion_failed"), (Mark(), "marking_failed")])
def test_a_failed_write_is_an_error_of_its_kind(metrics, request_, error_type) -> None:
    """Deleting and marking are told apart."""
    decision = Decision("v1", "Pod", "a", "x", "u", Verdict.ACT, "why", request=request_)
    metrics.outcome(POLICY, Outcome(decision, Result.FAILED), seconds=1.0, at=NOW)
    assert value(metrics, "gc_errors_total", {**OF_POLICY, "error_type": error_type}) == 1


def test_a_run_is_counted_by_kind_and_the_step_from_zero_is_there(metrics) -> None:
    """`rate` needs the zero before the first deletion."""
    metrics.run_begun(POLICY, [(JOBS.api_version, JOBS.kind), (PODS.api_version, PODS.kind)])
    assert value(metrics, "gc_expression_errors_total", OF_POLICY) == 0
    assert value(metrics, "gc_write_outcomes_total", {**OF_JOBS, "outcome": "failed"}) == 0
    metrics.run_finished(report(kept={KeptBy.ERROR: 2}), [JOBS, PODS])
    metrics.run_finished(report(kept={KeptBy.ERROR: 2}), [JOBS, PODS])
    assert value(metrics, "gc_resources_matched_total", OF_JOBS) == 10
    assert value(metrics, "gc_resources_pending_total", OF_JOBS) == 3
    assert value(metrics, "gc_resources_deleted_total", {**OF_JOBS, "reason": "ttl_expired"}) == 0
    assert value(metrics, "gc_expression_errors_total", OF_POLICY) == 4
    assert value(metrics, "gc_evaluation_duration_seconds_sum") == 4.0
    assert value(metrics, "gc_last_run_duration_seconds", OF_POLICY) == 2.0
    assert value(metrics, "gc_last_successful_run_timestamp_seconds", OF_POLICY) == NOW.timestamp() + 2
    assert value(metrics, "gc_breaker_tripped", OF_POLICY) == 0


def test_what_is_not_known_of_other_objects_is_counted_from_zero(metrics) -> None:
    """Before anything is looked at there is the zero; a policy that relates to nothing has no series."""
    metrics.run_begun(POLICY, [])
    assert value(metrics, "gc_related_failures_total", OF_POLICY) is None
    metrics.relates(POLICY)
    assert value(metrics, "gc_related_failures_total", OF_POLICY) == 0
    metrics.related_unknown(POLICY, 2)
    metrics.relates(POLICY)
    assert value(metrics, "gc_related_failures_total", OF_POLICY) == 2
    for objects in (500, 3):
        metrics.related_listed("pods", objects)
    assert value(metrics, "gc_related_objects_total", {"resource": "pods"}) == 503


def test_a_kind_that_a_policy_no_longer_takes_is_not_pending_for_ever(metrics) -> None:
    """The gauges are those of the last run."""
    metrics.run_finished(report(), [JOBS, PODS])
    metrics.run_finished(report(), [PODS])
    assert value(metrics, "gc_resources_pending_total", OF_JOBS) is None


def test_what_is_retained_is_told_of_policies_that_retain_alone(metrics) -> None:
    """As the last whole run found it; a standby and a policy that is gone have no such series."""
    retaining, none = replace(JOBS, retained=2), replace(JOBS, retained=0)
    metrics.run_finished(report(), [JOBS])
    assert value(metrics, "gc_resources_retained", OF_JOBS) is None
    metrics.run_finished(report(), [retaining, PODS])
    assert value(metrics, "gc_resources_retained", OF_JOBS) == 2
    metrics.run_finished(report(stopped=Ending(Reason.LIST_INCOMPLETE, "…")), [])
    assert value(metrics, "gc_resources_retained", OF_JOBS) == 2
    metrics.run_finished(report(), [none])
    assert value(metrics, "gc_resources_retained", OF_JOBS) == 0
    metrics.run_finished(report(), [JOBS])
    assert value(metrics, "gc_resources_retained", OF_JOBS) is None
    metrics.run_finished(report(), [retaining])
    metrics.standing_by()
    assert value(metrics, "gc_resources_retained", OF_JOBS) is None


@pytest.mark.parametrize(
    ("reason", "error_type"),
    [
        (Reason.ACCESS_DENIED, "access_denied"),
        (Reason.LIST_INCOMPLETE, "list_resources_failed"),
        (Reason.MALFORMED_ANSWER, "list_resources_failed"),
        (Reason.TARGET_UNAVAILABLE, "target_unavailable"),
        (Reason.INVALID_POLICY, "invalid_policy"),
        (Reason.CLUSTER_UNREACHABLE, "cluster_unreachable"),
        (Reason.POLICY_UNREADABLE, "evaluation_failed"),
    ],
)
def test_a_stopped_run_is_an_error_of_its_reason_and_no_success(metrics, reason, error_type) -> None:
    """And what is pending stays as the last whole run left it."""
    metrics.run_finished(report(), [JOBS])
    metrics.run_finished(report(stopped=Ending(reason, "…")), [])
    assert value(metrics, "gc_errors_total", {**OF_POLICY, "error_type": error_type}) == 1
    assert value(metrics, "gc_resources_pending_total", OF_JOBS) == 3


def test_a_dry_run_counts_all_that_is_due_and_not_only_what_its_plan_holds(metrics) -> None:
    """As the status does; a plan holds the oldest 10,000."""
    jobs = KindCount("batch/v1", "Job", matched=25_000, pending=5_000, due=20_000)
    metrics.run_finished(report(dry_run=True, results=Counter({Result.WOULD_ACT: 20_000})), [jobs])
    assert value(metrics, "gc_resources_would_delete_total", OF_JOBS) == 20_000
    metrics.run_finished(report(dry_run=True, tripped="too many"), [jobs])
    assert value(metrics, "gc_resources_would_delete_total", OF_JOBS) == 20_000


def test_a_lease_that_was_lost_is_counted_although_the_run_did_not_fail(metrics) -> None:
    """The run is a success as far as it went; a wish counts as nothing."""
    metrics.run_finished(report(stopped=Ending(Reason.AUTHORITY_LOST, "…")), [JOBS])
    metrics.run_finished(report(stopped=Ending(Reason.KILL_SWITCH, "…")), [JOBS])
    assert value(metrics, "gc_errors_total", {**OF_POLICY, "error_type": "authority_lost"}) == 1
    assert len(scrape(metrics)["gc_errors_total"]) == 1
    assert value(metrics, "gc_last_successful_run_timestamp_seconds", OF_POLICY) is not None


def test_a_tripped_breaker_shows_until_a_run_passes_and_is_no_success(metrics) -> None:
    """The gauge follows the last run."""
    metrics.run_finished(report(tripped="too many"), [JOBS])
    assert value(metrics, "gc_breaker_tripped", OF_POLICY) == 1
    assert value(metrics, "gc_last_successful_run_timestamp_seconds", OF_POLICY) is None
    metrics.run_finished(report(), [JOBS])
    assert value(metrics, "gc_breaker_tripped", OF_POLICY) == 0


def test_a_deferral_shows_until_a_run_writes_and_is_no_failure(metrics) -> None:
    """The gauge follows the last run."""
    metrics.run_finished(report(stopped=Ending(Reason.DEFERRED, "no window is open")), [JOBS])
    assert value(metrics, "gc_writes_deferred", OF_POLICY) == 1
    assert value(metrics, "gc_last_successful_run_timestamp_seconds", OF_POLICY) is not None
    assert "gc_errors_total" not in scrape(metrics)
    metrics.run_finished(report(), [JOBS])
    assert value(metrics, "gc_writes_deferred", OF_POLICY) == 0


def test_how_often_a_policy_runs_is_told_while_it_does(metrics) -> None:
    """Not of one that rests or never runs again, nor of one that is gone, nor by a standby."""
    metrics.runs_every(POLICY, 86_400.0)
    assert value(metrics, "gc_policy_interval_seconds", OF_POLICY) == 86_400
    metrics.runs_every(POLICY, float("inf"))
    assert value(metrics, "gc_policy_interval_seconds", OF_POLICY) is None
    metrics.run_finished(report(tripped="too many"), [JOBS])
    metrics.runs_every(POLICY, 60.0)
    metrics.rests(POLICY)
    assert value(metrics, "gc_policy_interval_seconds", OF_POLICY) is None
    assert value(metrics, "gc_breaker_tripped", OF_POLICY) is None
    metrics.standing_by()
    metrics.runs_every(POLICY, 60.0)
    assert value(metrics, "gc_policy_interval_seconds", OF_POLICY) is None
    metrics.leading()
    metrics.forget(POLICY)
    metrics.runs_every(POLICY, 60.0)
    assert value(metrics, "gc_policy_interval_seconds", OF_POLICY) is None


def test_no_histogram_has_a_policy_among_its_labels(metrics) -> None:
    """Fifteen series for each policy and kind were most of what ten thousand policies took."""
    use_everything(metrics)
    buckets = [labels for name, series in scrape(metrics).items() if name.endswith("_bucket") for labels, _ in series]
    assert buckets
    assert not [labels for labels in buckets if "policy_name" in labels]


def test_the_series_of_a_policy_go_with_it_and_do_not_come_back(metrics) -> None:
    """A run that ends after its policy was deleted counts nowhere; one of the same name in no namespace is another."""
    use_everything(metrics)
    use_everything(metrics, CLUSTER_POLICY)
    metrics.forget(POLICY)
    use_everything(metrics)
    left = [labels for series in scrape(metrics).values() for labels, _ in series if "policy_name" in labels]
    assert left
    assert {labels["policy_namespace"] for labels in left} == {""}


def test_a_policy_made_anew_under_the_same_name_counts_from_zero(metrics) -> None:
    """It has another uid."""
    metrics.run_finished(report(), [JOBS])
    metrics.forget(POLICY)
    metrics.run_finished(report(PolicyReference(POLICY.kind, "team-a", "jobs", uid="p-3")), [JOBS])
    assert value(metrics, "gc_resources_matched_total", OF_JOBS) == 5


def test_a_replica_that_stops_leading_has_no_gauges_about_policies(metrics) -> None:
    """Sums over the replicas would count them twice; its counters stay."""
    use_everything(metrics)
    metrics.standing_by()
    metrics.policies({"Active": 7})
    metrics.run_finished(report(), [JOBS])
    found = scrape(metrics)
    assert found["gc_leader_election_status"] == [({}, 0.0)]
    assert found["gc_leader_election_transitions_total"] == [({}, 2.0)]
    gauges = {"gc_policies_total", "gc_resources_pending_total", "gc_breaker_tripped", "gc_policy_interval_seconds"}
    assert not gauges & found.keys()
    assert value(metrics, "gc_resources_deleted_total", {**OF_JOBS, "reason": "ttl_expired"}) == 1
    metrics.forget(POLICY)
    assert value(metrics, "gc_resources_deleted_total", {**OF_JOBS, "reason": "ttl_expired"}) is None


def test_only_a_change_of_leadership_is_a_transition(metrics) -> None:
    """Renewals are none."""
    metrics.leading()
    assert value(metrics, "gc_leader_election_transitions_total") == 1


def test_every_phase_has_a_number(metrics) -> None:
    """An alert on `== 0` needs the zero."""
    metrics.policies({"Active": 3, "Error": 1})
    assert scrape(metrics)["gc_policies_total"] == [
        ({"phase": "Active"}, 3.0),
        ({"phase": "Paused"}, 0.0),
        ({"phase": "Error"}, 1.0),
    ]


def test_requests_are_counted_by_verb_and_code_also_without_an_answer(metrics) -> None:
    """`none` is a request that nobody answered."""
    metrics.api_request("list", 200, 0.1)
    metrics.api_request("delete", None, 3.0)
    assert value(metrics, "gc_api_requests_total", {"verb": "list", "code": "200"}) == 1
    assert value(metrics, "gc_api_requests_total", {"verb": "delete", "code": "none"}) == 1


def test_two_controllers_in_one_process_do_not_share_a_number(metrics) -> None:
    """Each has a registry of its own."""
    use_everything(metrics)
    assert "gc_sweep_objects_total" not in scrape(Metrics("0.1.0"))


def test_the_reference_names_every_metric_with_its_type_and_labels(metrics) -> None:
    """The page and the program say the same."""
    use_everything(metrics)
    rows = re.findall(
        r"^\| `(gc_\w+)` \| (\w+) \|([^|]*)\|", (ROOT / "docs/reference/metrics.md").read_text(), re.MULTILINE
    )
    documented = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    served = {}
    for name, kind in re.findall(r"^# TYPE (gc_\w+) (\w+)$", metrics.exposition().decode(), re.MULTILINE):
        series = scrape(metrics)[name + ("_count" if kind == "histogram" else "")]
        served[name] = (kind, set(series[0][0]))
    assert documented == served


def test_the_reference_names_every_error_type() -> None:
    """And none that is not there."""
    text = (ROOT / "docs/reference/metrics.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \| ", text.split("## Error types")[1], re.MULTILINE)) == set(ErrorType)


def test_ten_thousand_policies_fit_into_the_metrics_and_leave_nothing_behind():
    """Each costs a bounded number of series, lines and bytes, and when all are gone so are their series."""
    metrics = Metrics("1")
    bare = metrics.exposition().count(b"\n")
    many = [PolicyReference("GarbageCollectionPolicy", "team", f"policy-{n}", uid=f"u-{n}") for n in range(10_000)]
    tracemalloc.start()
    for policy in many:
        metrics.run_begun(policy, [(JOBS.api_version, JOBS.kind)])
        metrics.run_finished(report(policy), [JOBS])
        metrics.runs_every(policy, 60.0)
        metrics.error(policy, ErrorType.EVALUATION_FAILED)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    text = metrics.exposition()
    assert taken < 20 << 20
    assert text.count(b"\n") - bare < 15 * len(many)
    assert len(text) < 25 << 20
    for policy in many:
        metrics.forget(policy)
    assert b"policy-" not in metrics.exposition()

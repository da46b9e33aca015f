"""A listener: it hears of each run when it is over. What it answers is ignored, and no run waits for it."""

from __future__ import annotations

from zen_gc_core import RunReport, hookimpl
from zen_gc_core.testing import report_of

deleted_by_policy: dict[str, int] = {}


@hookimpl
def zen_gc_run_finished(report: RunReport) -> None:
    deleted = sum(count for result, count in report.results.items() if result == "deleted")
    policy = str(report.plan.policy)
    deleted_by_policy[policy] = deleted_by_policy.get(policy, 0) + deleted


def test_it_adds_up_what_was_deleted() -> None:
    zen_gc_run_finished(report=report_of(deleted=2, failed=1))
    zen_gc_run_finished(report=report_of(deleted=3))
    assert list(deleted_by_policy.values()) == [5]

"""A veto: a word against a whole run, before anything of it is written."""

from __future__ import annotations

import datetime as dt

from zen_gc_core import Plan, hookimpl
from zen_gc_core.testing import plan_of

QUARTER_ENDS = {(3, 31), (6, 30), (9, 30), (12, 31)}


@hookimpl
def zen_gc_veto(plan: Plan) -> str | None:
    if (plan.now.month, plan.now.day) in QUARTER_ENDS:
        return "nothing is deleted on the last day of a quarter"
    return None


def test_the_last_day_of_a_quarter_is_quiet() -> None:
    assert zen_gc_veto(plan=plan_of(now="2026-03-31T10:00:00Z")) == "nothing is deleted on the last day of a quarter"
    assert zen_gc_veto(plan=plan_of(now="2026-04-01T10:00:00Z")) is None
    assert plan_of().now.tzinfo is dt.UTC  # every instant is aware

"""Policies that do not run, because they are refused or rest: that is told, and nothing else is done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.controller.telling import policy_status
from zen_gc_core.model.reasons import ErrorType

if TYPE_CHECKING:
    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.controller.runs.run_context import RunContext


def tell_standing(context: RunContext, entry: Entry) -> None:
    """Report a policy that does not run: it is invalid, or paused.

    Args:
        context: Who is told.
        entry: The policy.
    """
    compilation = entry.compilation
    context.metrics.rests(entry.reference)
    if entry.paused:
        context.statuses.write(entry, policy_status.PAUSED, {}, next_run=None)
        return
    if not entry.refusal_told and entry.status.get("observedGeneration") != entry.reference.generation:
        entry.refusal_told = True
        context.log.policy_invalid(entry.reference, compilation.reason, compilation.errors)
        context.events.invalid(entry.reference, compilation.errors)
    context.metrics.error(entry.reference, compilation.reason.error_type or ErrorType.INVALID_POLICY)
    how = policy_status.invalid(compilation.reason, [str(problem) for problem in compilation.errors])
    context.statuses.write(entry, how, {}, next_run=None)

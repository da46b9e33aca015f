"""What a run by hand refuses before it asks: policies that it cannot carry out, and what stops every write of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.breaker import approved
from zen_gc_core.engine.calendar.gate import Gate
from zen_gc_core.errors import ClusterError, InputError
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending, RunReport
from zen_gc_core.texts import visible

if TYPE_CHECKING:
    import datetime as dt

    from zen_gc_core.controller.runs.kill_switch import KillSwitch
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.engine.compiling import Compilation, CompiledPolicy
    from zen_gc_core.model.plan import Plan


class WritesStopped(ClusterError):  # noqa: N818  it says what happened
    """Nothing may be written now."""


def check_switch(switch: KillSwitch, namespace: str) -> None:
    """Look at the kill switch.

    Args:
        switch: The switch.
        namespace: The controller's namespace, in which it is looked for.

    Raises:
        WritesStopped: It stops every write, or cannot be read.
    """
    try:
        switch.look()
    except Stopped as stop:
        hint = (
            f" (it was looked for in namespace {visible(namespace)}: --controller-namespace names another)"
            if stop.ending.reason is Reason.KILL_SWITCH_UNREADABLE
            else ""
        )
        raise WritesStopped(f"nothing is done: {stop}{hint}") from None


def check_runnable(compilation: Compilation, *, installed: bool) -> None:
    """Refuse a policy that nobody can run by hand.

    Args:
        compilation: The policy; one with errors is refused elsewhere.
        installed: Whether it is in the cluster, where a controller runs it again and again.

    Raises:
        InputError: It is one; the text says why, and what to do instead.
    """
    compiled = compilation.compiled
    if compiled is None:
        return
    title = f"{compiled.reference.kind} {compiled.reference}"
    if compiled.account is not None:
        raise InputError(
            f"{title} acts as the ServiceAccount {compiled.account}, and a run by hand acts as you: leave out "
            "serviceAccountName, or install the policy"
        )
    if compiled.holding is not None and not installed:
        raise InputError(
            f"{title} counts from when its conditions began to hold (since: held), which takes a controller that looks "
            "again and again: install the policy, or count from another start"
        )


def rests(compilation: Compilation) -> str | None:
    """Why a policy does nothing by its own word; None where it does."""
    compiled = compilation.compiled
    if compiled is None:
        return None
    if compiled.policy.paused:
        return "it is paused (spec.paused)"
    if compiled.policy.behavior.dry_run:
        return "it is a dry run (behavior.dryRun)"
    return None


def obstacle(planned: Planned, now: dt.datetime) -> Ending | None:
    """What is in the way of a plan, so that nothing at all is done; None where nothing is.

    Args:
        planned: A policy that compiles, and its plan.
        now: The present.
    """
    compiled, plan = planned.compilation.compiled, planned.plan
    if planned.failure is not None or plan is None or compiled is None:
        return Ending(Reason.NOT_EVALUATED, planned.failure or "it could not be planned")
    ending = RunReport(plan).ending
    if ending is not None and ending.reason is Reason.BREAKER_TRIPPED:
        return Ending(ending.reason, _tripped(plan, compiled))
    if ending is not None:
        return Ending(ending.reason, ending.words or ending.message)
    closed = Gate(compiled.policy.calendar).closed(now) if plan.acts else None
    return Ending(Reason.DEFERRED, closed) if closed is not None else None


def _tripped(plan: Plan, compiled: CompiledPolicy) -> str:
    digest = compiled.policy.digest
    if compiled.reference.uid:
        return f"the breaker stops it: {plan.tripped}"
    why = (plan.tripped or "").partition("; ")[0]
    if not digest:
        return f"the breaker stops it: {why}; its spec holds numbers that no approval can name: raise the limit"
    before = approved(compiled.policy)
    more = f", and was approved for {before}" if before else ""
    return f"the breaker stops it: {why}{more}; to let this run: --approve {digest}/{plan.acts}, or raise the limit"

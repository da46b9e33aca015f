"""Following up: objects whose deletion was accepted are looked after until they are seen gone, and count only then.

Reading only; nothing is sent twice to a terminating object, and finalizers are never touched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.observing import observe
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.reasons import ErrorType
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.controller.runs.remembered import Ledger
    from zen_gc_core.controller.runs.run_context import RunContext
    from zen_gc_core.controller.telling.run_reporter import RunReporter
    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.report import Outcome

STUCK_SECONDS: Final = 15 * 60.0
MOST_FOLLOWED: Final = 50
"""Terminating objects that a run looks after."""


def follow_up(
    context: RunContext,
    policy: PolicyReference,
    ledger: Ledger,
    reporter: RunReporter,
    clock: Callable[[], float] = boottime,
) -> int:
    """Look after objects whose deletion was accepted earlier.

    Args:
        context: What to work with.
        policy: The policy that asked for it.
        ledger: Which objects; those that need no more looking after are taken out.
        reporter: Told of those that are gone, as deleted by the write that was accepted.
        clock: The boot-time clock, in seconds.

    Returns:
        How many are gone now.
    """
    gone = 0
    for uid, (outcome, since) in list(ledger.accepted.items())[:MOST_FOLLOWED]:
        try:
            seen = _look(context, outcome)
        except ClusterError:
            return gone
        if seen is None or seen.uid != uid:
            del ledger.accepted[uid]
            gone += 1
            reporter.seen_gone(replace(outcome, result=Result.DELETED), clock() - since)
        elif not seen.terminating:
            del ledger.accepted[uid]
        elif clock() - since > STUCK_SECONDS:
            context.log.still_terminating(policy, outcome.decision, outcome.attempt_id, clock() - since)
            context.metrics.error(policy, ErrorType.STILL_TERMINATING)
            ledger.accepted[uid] = (outcome, clock())
            ledger.accepted.move_to_end(uid)
        else:
            ledger.accepted.move_to_end(uid)
    return gone


def _look(context: RunContext, outcome: Outcome) -> Observed | None:
    decision = outcome.decision
    resource = context.resources.resolve(decision.api_version, decision.kind)
    return observe(context.connection, resource, decision.namespace, decision.name)

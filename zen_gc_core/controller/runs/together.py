"""Gathering for several runs of one identity at the same time: what each has to know of other objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.controller.runs.gathering import Gatherer
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.controller.runs.policy_run import PolicyRun
    from zen_gc_core.controller.runs.run_context import RunContext


def gather_together(context: RunContext, runs: Sequence[PolicyRun]) -> None:
    """Let each of some runs know what it has to know; what is in the way is the failure of each.

    Args:
        context: What runs work with.
        runs: The runs, prepared; of one identity.
    """
    asking = [(run, need) for run in runs if (need := run.need) is not None]
    if not asking:
        return
    connection = asking[0][0].connection  # the same account's for all of them
    gatherer = Gatherer(connection, context.resources, context.check_cancelled, turns=context.turns)
    try:
        found = gatherer.gather([need for _, need in asking])
    except (ClusterError, Stopped) as error:
        for run, _ in asking:
            run.give_up(error)
    except Exception as error:  # noqa: BLE001  whatever happens, the runs are told and end
        context.log.failed("looking at related objects", error)
        for run, _ in asking:
            run.give_up(ClusterError(f"looking at related objects failed: {type(error).__name__}"))
    else:
        for (run, _), related in zip(asking, found, strict=True):
            run.know(related)

"""What a run of a scheduled policy is for: one of its times, for which no other run may be, or nothing but a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cluster.errors import Conflict
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.policies import POLICY_KINDS, patch_status
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.errors import InputError
from zen_gc_core.instants import format_instant, parse_instant
from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.controller.runs.run_context import RunContext
    from zen_gc_core.engine.calendar.timetable import Occasion

TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Errand:
    """What a run of a scheduled policy is for.

    Args:
        occasion: The scheduled time that it is for; None: it plans, and writes nothing.
        why: Why it writes nothing, for people.
    """

    occasion: Occasion | None
    why: str = ""


def last_time(status: Mapping[str, Any]) -> tuple[dt.datetime | None, int | None]:
    """The scheduled time that a policy ran for last, and the generation that it had, as its status has them."""
    try:
        time = parse_instant(status.get("lastScheduleTime"), dates=False)
    except InputError:
        time = None
    generation = status.get("lastScheduleGeneration")
    return time, generation if isinstance(generation, int) and not isinstance(generation, bool) else None


def claim(context: RunContext, entry: Entry, occasion: Occasion) -> bool:
    """Write into a policy's status that it runs for a scheduled time now, unless a run for that time, or a later one, began.

    Args:
        context: What runs work with.
        entry: The policy.
        occasion: The time.

    Returns:
        Whether that is written, by this very call.

    Raises:
        Stopped: The policy was edited or deleted.
        ClusterError: It cannot be written.
    """
    reference = entry.reference
    resource = POLICY_KINDS[reference.kind]
    patch = {
        "lastScheduleTime": format_instant(occasion.time),
        "lastScheduleGeneration": reference.generation,
    }
    for tries in range(1, TRIES + 1):
        seen = observe(context.home, resource, reference.namespace, reference.name, sleep=context.sleep)
        if seen is None or seen.uid != reference.uid or seen.terminating:
            raise Stopped(Reason.POLICY_DELETED, "the policy was deleted")
        document = seen.document()
        if (change := entry.compilation.difference(document["metadata"])) is not None:
            raise Stopped(Reason.POLICY_CHANGED, change)
        status = document.get("status")
        time, _ = last_time(status if isinstance(status, dict) else {})
        if time is not None and time >= occasion.time:
            return False
        try:
            version = patch_status(
                context.home,
                reference,
                patch,
                resource_version=seen.resource_version,
                authority=context.authority,
                timeout=context.write_timeout,
                sleep=context.sleep,
                most_tries=1,
            )
        except Conflict:
            if tries == TRIES:
                raise
            continue
        if version is None:
            raise Stopped(Reason.POLICY_DELETED, "the policy was deleted")
        entry.resource_version = version
        entry.status = {**entry.status, **patch}
        return True
    raise AssertionError("unreachable: the last try returns or raises")

"""The status of a policy: what its last run found and did. Pure: a state of affairs in, a status out.

Conditions follow Kubernetes' conventions: they are always sent whole, and ``lastTransitionTime`` moves only when the
status of a condition does (sig-architecture, "Typical status properties").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.durations import format_duration
from zen_gc_core.instants import format_instant
from zen_gc_core.model.decision import KeptBy
from zen_gc_core.model.reasons import Condition, Reason
from zen_gc_core.model.requests import Delete
from zen_gc_core.model.results import DONE, Result
from zen_gc_core.texts import counted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.policy import Problem
    from zen_gc_core.model.report import Ending, RunReport

LONGEST_MESSAGE: Final = 4096
_CLOCK: Final = ("lastGCRun", "nextGCRun")
_OF_SCHEDULED: Final = ("lastScheduleTime", "lastScheduleGeneration")
_CLOCK_OF_RUN: Final = ("scanned", "durationSeconds")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a policy stands: what its conditions say.

    Args:
        reason: The Ready condition's reason, which says whether it is ready, and in which phase.
        message: Details.
        degraded: Reason and message of the Degraded condition when it is true; None when it is false.
        progress: How far a run that is acting now has come; empty when none is.
        deferred: Why the last run left to a later one what it could have done; empty when it did not.
        fights: Which objects it leaves alone because they came back whenever it deleted them; None where no run has said.
    """

    reason: Reason
    message: str = ""
    degraded: tuple[Reason, str] | None = None
    progress: str = ""
    deferred: str = ""
    fights: str | None = None


PAUSED: Final = Standing(Reason.PAUSED, "the policy is paused")


def failed(ending: Ending, fights: str | None = None) -> Standing:
    """The standing of a policy that could not do what it should; ``fights`` as in `Standing`."""
    message = ending.words or ending.message
    return Standing(ending.reason, message, (ending.reason, message), fights=fights)


def invalid(reason: Reason, messages: Sequence[str]) -> Standing:
    """The standing of a policy that is refused; it never acts."""
    return Standing(reason, "; ".join(messages))


def standing(report: RunReport, warnings: Sequence[Problem] = (), fights: str | None = None) -> Standing:
    """The standing of a policy after a run.

    Args:
        report: The run.
        warnings: What its numbers do not tell, such as a Namespace that does not exist.
        fights: As in `Standing`.
    """
    plan, ending = report.plan, report.ending
    if ending is not None and ending.failed:
        return failed(ending, fights)
    told = [
        f"matched {plan.matched}, due {plan.due}",
        *([f"to be marked {plan.marking}"] if plan.marking else []),
        *([f"copied first, for {format_duration(plan.recycled_for)}"] if plan.recycled_for else []),
        *([ending.message] if ending else []),
        *map(str, (*warnings, *plan.notes)),
    ]
    degraded = None
    if plan.unlisted:
        degraded = (Reason.LIST_INCOMPLETE, _not_listed(plan))
    elif plan.first_error is not None:
        count = plan.kept[KeptBy.ERROR]
        degraded = (
            plan.first_reason or Reason.EVALUATION_ERRORS,
            f"{counted(count, 'object is', 'objects are')} kept by an error; the first: {plan.first_error}",
        )
    elif report.results[Result.FAILED]:
        asked = plan.decisions[0].asks_for if plan.decisions else Delete
        message_of_failures = f"{counted(report.results[Result.FAILED], 'write')} failed, also after retries"
        degraded = (Reason.of_failed(asked), message_of_failures)
    elif count := report.results[Result.NOT_RECYCLED]:
        kept = counted(count, "object is", "objects are")
        degraded = (Reason.RECYCLING_FAILED, f"{kept} kept for want of a copy; the first: {report.not_recycled}")
    deferred = ending.message if ending is not None and ending.reason is Reason.DEFERRED else ""
    return Standing(Reason.EVALUATED, "; ".join(told), degraded, deferred=deferred, fights=fights)


def _not_listed(plan: Plan) -> str:
    """Which kinds of a wildcard could not be listed, all of them by name, and what follows for the others."""
    names = ", ".join(each.what for each in plan.unlisted)
    kept = counted(plan.kept[KeptBy.ERROR], "object is", "objects are")
    return (
        f"could not be listed: {names}; the others go on, but for what may own such objects: {kept} kept by an error; "
        f"the first: {plan.unlisted[0]}"
    )


def acting(report: RunReport, warnings: Sequence[Problem] = ()) -> Standing:
    """The standing of a policy while a run acts.

    Args:
        report: What the run has done so far.
        warnings: See `standing`.
    """
    done, results = report.results.total(), report.results
    deleted = results[Result.DELETED] + results[Result.ACCEPTED]
    how_far = f"{done} of {counted(len(report.plan.decisions), 'object')} done; deleted {deleted}, failed {results[Result.FAILED]}"
    return replace(standing(report, warnings), progress=how_far)


def numbers(report: RunReport, total_before: int, seen_gone: int) -> dict[str, Any]:
    """The numbers of a run.

    Args:
        report: The run.
        total_before: ``totalDeleted`` so far.
        seen_gone: Objects whose deletion was accepted earlier and that are seen gone now.
    """
    plan, results = report.plan, report.results
    deleted = results[Result.DELETED] + seen_gone
    dry = report.dry_run
    return {
        "resourcesMatched": plan.matched,
        "resourcesDeleted": deleted,
        "resourcesPending": plan.pending,
        "resourcesWouldDelete": plan.due if dry else None,
        "totalDeleted": total_before + deleted,
        "lastGCRun": format_instant(plan.now),
        "lastRun": {
            "scanned": plan.scanned,
            "due": plan.due,
            **{result.value: results[result] for result in DONE},
            "deleted": deleted,
            "accepted": results[Result.ACCEPTED],
            "gone": results[Result.GONE],
            "blocked": results[Result.BLOCKED],
            "conflicts": results[Result.CONFLICT],
            "failed": results[Result.FAILED],
            "recycled": None if plan.recycled_for is None else results[Result.DELETED] + results[Result.ACCEPTED],
            "notRecycled": None if plan.recycled_for is None else results[Result.NOT_RECYCLED],
            "kept": {str(kept_by): plan.kept[kept_by] for kept_by in KeptBy},
            "dryRun": dry,
            "oldestDue": _oldest_due(report),
            "durationSeconds": round(report.duration, 3),
        },
    }


def _oldest_due(report: RunReport) -> str | None:
    """Since when the oldest object of a plan is due, to the hour: a policy's status is no place to read objects' fields."""
    due = (each for each in report.plan.decisions if not each.begins)
    expiries = (decision.expires_at for decision in due)
    oldest = min((expiry for expiry in expiries if expiry is not None), default=None)
    return format_instant(oldest.replace(minute=0, second=0, microsecond=0)) if oldest is not None else None


def status(  # noqa: PLR0913  what a status is made of
    before: Mapping[str, Any],
    *,
    generation: int,
    digest: str,
    schedule: str,
    how: Standing,
    counted: Mapping[str, Any],
    next_run: dt.datetime | None,
    now: dt.datetime,
    scheduled: bool = False,
) -> dict[str, Any]:
    """The status to be written, as a merge patch; fields that no longer apply are null.

    Args:
        before: The status as it was read.
        generation: The generation of the policy that this is about.
        digest: What an approval of it names; empty when there can be none.
        schedule: How often it runs, or when; empty when it never does.
        how: How the policy stands.
        counted: The numbers of its run; empty when it did not run.
        next_run: When it runs next; None when it does not. While a run acts, what was written last stays.
        now: The instant of this status.
        scheduled: Whether it runs at times of its own; else what was noted of them is taken away.
    """
    return {
        "phase": how.reason.phase,
        "observedGeneration": generation,
        "digest": digest or None,
        **counted,
        **({} if how.progress else {"nextGCRun": format_instant(next_run) if next_run is not None else None}),
        "schedule": schedule or None,
        **({} if scheduled else {name: None for name in _OF_SCHEDULED if name in before}),
        "conditions": _conditions(before, how, generation, now),
    }


def _conditions(before: Mapping[str, Any], how: Standing, generation: int, now: dt.datetime) -> list[dict[str, Any]]:
    reason, message = how.degraded or (Reason.AS_EXPECTED, "")
    wanted = (
        (Condition.READY, how.reason.ready, how.reason, how.message),
        (Condition.DEGRADED, how.degraded is not None, reason, message),
        (
            Condition.PROGRESSING,
            bool(how.progress),
            Reason.ACTING if how.progress else Reason.DEFERRED if how.deferred else Reason.IDLE,
            how.progress or how.deferred,
        ),
    )
    written = [_condition(before, entry, generation, now) for entry in wanted]
    return [*written, *_fight(before, how.fights, generation, now)]


def _fight(before: Mapping[str, Any], fights: str | None, generation: int, now: dt.datetime) -> list[dict[str, Any]]:
    """The condition about fights, which is there once there was one."""
    known = _old_condition(before, Condition.FIGHT)
    if fights is None or not (fights or known):
        return [dict(known)] if known else []
    reason = Reason.COMES_BACK if fights else Reason.NOTHING_COMES_BACK
    return [_condition(before, (Condition.FIGHT, bool(fights), reason, fights), generation, now)]


def _condition(
    before: Mapping[str, Any], wanted: tuple[Condition, bool, Reason, str], generation: int, now: dt.datetime
) -> dict[str, Any]:
    kind, holds, reason, message = wanted
    found = "True" if holds else "False"
    old = _old_condition(before, kind)
    same = old.get("status") == found and isinstance(old.get("lastTransitionTime"), str)
    return {
        "type": kind.value,
        "status": found,
        "reason": reason.value,
        "message": message if len(message) <= LONGEST_MESSAGE else f"{message[: LONGEST_MESSAGE - 1]}…",
        "observedGeneration": generation,
        "lastTransitionTime": old["lastTransitionTime"] if same else format_instant(now),
    }


def _old_condition(before: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    conditions = before.get("conditions")
    for condition in conditions if isinstance(conditions, list) else []:
        if isinstance(condition, dict) and condition.get("type") == kind:
            return condition
    return {}


def worth_writing(before: Mapping[str, Any], patch: Mapping[str, Any]) -> bool:
    """Whether a patch changes anything but what the clock changes."""
    return any(
        (old := before.get(name)) != value and _without_clock(name, old) != _without_clock(name, value)
        for name, value in patch.items()
    )


def _without_clock(name: str, value: Any) -> Any:
    if name in _CLOCK:
        return value is None
    if name == "lastRun" and isinstance(value, dict):
        return {key: entry for key, entry in value.items() if key not in _CLOCK_OF_RUN and entry is not None}
    return value


def total_deleted(before: Mapping[str, Any]) -> int:
    """``totalDeleted`` of a status; 0 when it has none."""
    value = before.get("totalDeleted")
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def evaluated(before: Mapping[str, Any]) -> tuple[int, int, int] | None:
    """What the last run matched, deleted and left, as a status has it; None when it does not say."""
    values = [before.get(name) for name in ("resourcesMatched", "resourcesDeleted", "resourcesPending")]
    matched, deleted, pending = (value if isinstance(value, int) else -1 for value in values)
    return None if min(matched, deleted, pending) < 0 else (matched, deleted, pending)

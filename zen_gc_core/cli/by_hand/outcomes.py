"""What became of the objects of a run by hand: a table for people, JSON for programs, and the exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cli.plans.output import columns, object_document
from zen_gc_core.model.results import DONE, Result
from zen_gc_core.texts import placed, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zen_gc_core.controller.runs.by_hand import Done
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.report import Ending

CHANGED_SINCE: Final = "changed-since"
"""It was approved, and is not what it was: it stays."""
NOT_TRIED: Final = "not-tried"
"""It was approved, and the run ended before its turn."""

_TERMINATING: Final = "it is terminating: a finalizer or its grace period holds it"
_CHANGED: Final = frozenset((Result.DROPPED, Result.CONFLICT))
_UNDONE: Final = frozenset((Result.FAILED, Result.NOT_RECYCLED, Result.BLOCKED, NOT_TRIED))
"""What was wanted, and did not come to be although nothing changed."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one object.

    Args:
        decision: What was to be done with it.
        result: What became of it: a ``Result``, ``changed-since`` or ``not-tried``.
        message: Details, in one line; empty when there is nothing to add.
        attempt_id: The id of the write in the server's audit log; empty when nothing was sent.
    """

    decision: Decision
    result: str
    message: str = ""
    attempt_id: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What became of one policy.

    Args:
        compilation: The policy.
        fates: What became of its objects, in the order of the plan.
        ending: Why it did not do all that was wanted; None when nothing was in the way.
    """

    compilation: Compilation
    fates: tuple[Fate, ...]
    ending: Ending | None

    @property
    def title(self) -> str:
        """Its kind and its name."""
        reference = self.compilation.reference
        return f"{reference.kind} {reference}"

    @property
    def failed(self) -> bool:
        """Whether something that was wanted was not done, although nothing had changed."""
        return self.ending is not None or any(fate.result in _UNDONE for fate in self.fates)


def policy_of(done: Done, decisions: Iterable[Decision], changed: Iterable[Fate] = ()) -> Policy:
    """What became of one policy.

    Args:
        done: What its run did.
        decisions: What was to be done with its objects.
        changed: The objects of which it was known before the run that they are not what they were.
    """
    return Policy(done.wish.compilation, (*(_fate(done, decision) for decision in decisions), *changed), done.ending)


def undone(
    compilation: Compilation, decisions: Iterable[Decision], ending: Ending | None, changed: Iterable[Fate] = ()
) -> Policy:
    """What becomes of a policy for which nothing was done."""
    return Policy(compilation, (*(Fate(decision, NOT_TRIED) for decision in decisions), *changed), ending)


def _fate(done: Done, decision: Decision) -> Fate:
    outcome = done.outcomes.get(decision.uid)
    if outcome is not None:
        result = CHANGED_SINCE if outcome.result in _CHANGED else str(outcome.result)
        message = outcome.message or (_TERMINATING if outcome.result is Result.ACCEPTED else "")
        return Fate(decision, result, message, outcome.attempt_id)
    if done.report is None or any(each.uid == decision.uid for each in done.report.plan.decisions):
        return Fate(decision, NOT_TRIED)
    return Fate(decision, CHANGED_SINCE, "it is not due any more")


def question(decisions: Iterable[Decision]) -> str:
    """What is asked before anything is done: ``Delete 12 objects, mark 3?``; what removes comes first."""
    kinds = Counter(decision.asks_for for decision in decisions)
    verbs: Counter[str] = Counter()
    for kind in sorted(kinds, key=lambda kind: not kind.removes):
        verbs[kind.words.verb] += kinds[kind]
    parts = [f"{verb} {number}" for verb, number in verbs.items()]
    nouns = "objects" if next(iter(verbs.values())) != 1 else "object"
    return f"{', '.join([f'{parts[0]} {nouns}', *parts[1:]]).capitalize()}?"


def outcome_table(policies: Sequence[Policy]) -> str:
    """What became of each object, and of each policy that something stopped; for people."""
    sections = []
    for policy in policies:
        lines = [f"{policy.title}: {_counts(policy.fates)}"]
        if policy.ending is not None:
            lines.append(f"  ended early: {visible(str(policy.ending))}")
        if policy.fates:
            table = columns([_HEADER, *map(_row, policy.fates)])
            lines.extend(line.rstrip() for line in table.split("\n"))
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


_HEADER: Final = ("RESULT", "KIND", "OBJECT", "DETAILS")


def _row(fate: Fate) -> tuple[str, ...]:
    place = visible(placed(fate.decision.namespace, fate.decision.name))
    return _words(fate.result), fate.decision.kind, place, visible(fate.message)


def _words(result: str) -> str:
    return result.replace("-", " ")


def _counts(fates: Iterable[Fate]) -> str:
    numbers = Counter(fate.result for fate in fates)
    order = [*map(str, DONE), *map(str, Result), CHANGED_SINCE, NOT_TRIED]
    found = [f"{numbers[each]} {_words(each)}" for each in dict.fromkeys(order) if numbers[each]]
    return ", ".join(found) or "nothing to do"


def summary(policies: Sequence[Policy], *, interrupted: bool) -> str:
    """The last line."""
    said = _counts(fate for policy in policies for fate in policy.fates)
    if interrupted:
        return f"Interrupted: {said}."
    return f"{'Not all was done' if any(policy.failed for policy in policies) else 'Done'}: {said}."


def outcome_document(policies: Sequence[Policy], *, dry_run: bool, stopped: str | None = None) -> dict[str, Any]:
    """The JSON of the contract.

    Args:
        policies: What became of the policies.
        dry_run: Whether the server only checked what it was asked.
        stopped: Why nothing was done for any of them, where it ended before it began; None where it did not.
    """
    return {"dryRun": dry_run, "stopped": stopped, "policies": [_policy(policy) for policy in policies]}


def _policy(policy: Policy) -> dict[str, Any]:
    reference, ending = policy.compilation.reference, policy.ending
    return {
        "kind": reference.kind,
        "namespace": reference.namespace,
        "name": reference.name,
        "digest": policy.compilation.digest,
        "results": dict(sorted(Counter(fate.result for fate in policy.fates).items())),
        "ended": {"reason": str(ending.reason), "message": ending.message} if ending is not None else None,
        "objects": [_object(fate) for fate in policy.fates],
    }


def _object(fate: Fate) -> dict[str, str]:
    decision = fate.decision
    return {
        **object_document(decision),
        "action": decision.action or "",
        "result": fate.result,
        "message": fate.message,
        "attemptId": fate.attempt_id,
    }

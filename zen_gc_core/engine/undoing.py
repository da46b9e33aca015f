"""Undoing: a policy that takes its own mark away again, because it asks for what is not true of an object that it has marked.

With ``behavior.whileHolding`` what the action wrote is taken away from objects that the policy takes no more. One that asks
that its own label be absent takes none that it has marked: it would mark and unmark in turn. Only what is certain is told:
a condition of which it cannot be known here whether it holds says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.parsing.spelling import child, item
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.requests import MARKED_AT, MARKED_BY
from zen_gc_core.model.selectors import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zen_gc_core.model.policy import Policy, Target
    from zen_gc_core.model.selectors import Operator

    Written = Mapping[str, str | None]

UNDONE: Final = (
    "object that the action has marked: with behavior.whileHolding the next run takes the mark away, and a later one may "
    "write it again; leave this out, for an object that carries the mark is not marked twice"
)

_LISTED: Final[dict[str, Operator]] = {"Equals": "In", "NotEquals": "NotIn"}


def undone(policy: Policy) -> Iterator[Problem]:
    """What in a policy lets it take away again what its action has written, at native places.

    Args:
        policy: A policy without errors, its conditions and its action checked.
    """
    if not policy.behavior.while_holding:
        return
    marked = _Marked(policy)
    unmet = [marked.unmet(target) for target in policy.targets]
    for target, requirement in zip(policy.targets, unmet, strict=True):
        others = [why for other, why in zip(policy.targets, unmet, strict=True) if _may_meet(target, other)]
        if requirement is not None and None not in others:
            yield Problem(f"{target.path}.labelSelector", f"takes, by '{requirement}', no {UNDONE}")
    yield from marked.false_of(policy.conditions, "spec.conditions")


def _may_meet(one: Target, other: Target) -> bool:
    """Whether two targets may look at the same objects; their namespaces and names are not compared."""
    if one.wildcard is not None or other.wildcard is not None:
        return True
    return (one.group, one.kind) == (other.group, other.kind)


class _Marked:
    """An object that a policy has marked: what is known of it are the labels and annotations that were written."""

    def __init__(self, policy: Policy) -> None:
        # Two actions of which the policy itself says what they write; a plugin's may write what it likes.
        labels = policy.action.config if policy.action.name == "label" else {}
        annotations = policy.action.config if policy.action.name == "annotate" else {}
        signature = {MARKED_AT: None, MARKED_BY: str(policy.reference)}
        self._labels: Written = labels
        self._written: dict[str, Written] = {"hasLabels": labels, "hasAnnotations": {**annotations, **signature}}

    def unmet(self, target: Target) -> Requirement | None:
        """What the label selector of a target asks that is not true of it; None where nothing is."""
        requirements = target.label_selector.requirements if target.label_selector is not None else ()
        return next((each for each in requirements if _met(each, self._labels) is False), None)

    def false_of(self, conditions: Mapping[str, Any], path: str) -> Iterator[Problem]:
        """The conditions that surely do not hold of it, of a map all of which must hold."""
        for name, config in conditions.items():
            place = child(path, name)
            if name in {"all", "none", *self._written} and _is_ours(config):
                for index, each in enumerate(config):
                    yield from self._false_one(name, each, item(place, index))
            elif self._holds(name, config) is False:
                yield Problem(place, f"holds of no {UNDONE}")

    def _false_one(self, name: str, each: Mapping[str, Any], place: str) -> Iterator[Problem]:
        """The same of one entry of a condition that asks something of each."""
        if name == "all":
            yield from self.false_of(each, place)
        elif name == "none":
            if each and self._all_hold(each) is True:  # one that is empty is told of whatever it is asked of
                yield Problem(place, f"holds of every {UNDONE}")
        elif self._holds(name, [each]) is False:
            yield Problem(place, f"holds of no {UNDONE}")

    def _all_hold(self, conditions: Mapping[str, Any]) -> bool | None:
        return _all(self._holds(name, config) for name, config in conditions.items())

    def _holds(self, name: str, config: Any) -> bool | None:
        """Whether a condition holds of it; None where that is not known."""
        if name in {"all", "any", "none", *self._written} and not _is_ours(config):
            return None
        if (written := self._written.get(name)) is not None:
            return _all(_met(_requirement(each), written) for each in config)
        if name == "all":
            return _all(map(self._all_hold, config))
        if name in {"any", "none"}:
            none = _all(_not(self._all_hold(each)) for each in config)
            return none if name == "none" else _not(none)
        return None


def _is_ours(config: Any) -> bool:
    """Whether a condition has the form of the one of its name that comes with zen-gc: a plugin's may have another."""
    return isinstance(config, list) and all(isinstance(each, dict) for each in config)


def _requirement(raw: Mapping[str, Any]) -> Requirement:
    """One of ``hasLabels`` or ``hasAnnotations``, as label selectors have it."""
    value = raw.get("value")
    operator: Any = raw.get("operator") or ("Exists" if value is None else "Equals")
    values = raw.get("values") or () if value is None else (value,)
    return Requirement(str(raw.get("key")), _LISTED.get(operator, operator), tuple(values))


def _met(requirement: Requirement, written: Written) -> bool | None:
    """Whether a requirement is met by what was written; None where that does not decide it."""
    if requirement.key not in written:
        return None
    value = written[requirement.key]
    if value is None and requirement.operator in {"In", "NotIn"}:
        return None
    return requirement.takes({requirement.key: value or ""})


def _all(answers: Iterator[bool | None]) -> bool | None:
    """Whether all of them are true: one that is false decides, whatever is not known."""
    found = set(answers)
    if False in found:
        return False
    return None if None in found else True


def _not(answer: bool | None) -> bool | None:  # noqa: FBT001  an answer, and no switch
    return None if answer is None else not answer

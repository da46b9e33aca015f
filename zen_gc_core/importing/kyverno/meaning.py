"""What a DeletingPolicy would delete: a reference of Kyverno's own semantics, with another interpreter of CEL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.importing.kyverno.expressions import inlined
from zen_gc_core.importing.kyverno.framing import MANAGED_BY, OWN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from zen_gc_core.importing.conversion import Answer, Interpreter, Subject
    from zen_gc_core.importing.kyverno.constraints import Constraints
    from zen_gc_core.importing.kyverno.deleting import Expressions
    from zen_gc_core.importing.kyverno.filters import Filters

LACKS: Final = re.compile(r"does not compile|undeclared reference|no (?:matching|such) overload|gave no answer")
"""How the interpreter says that it lacks something, by which it cannot tell."""

_AT_ONCE: Final = 500
"""How many objects it is asked about in one go: it has a limit of time."""


@dataclass(frozen=True, slots=True)
class Deleting:
    """A DeletingPolicy.

    Args:
        constraints: Which objects it looks at.
        expressions: What it asks about them.
        filters: What Kyverno never looks at.
        namespace: The namespace that it lives in; empty for none.
        interpreter: Evaluates CEL.
    """

    constraints: Constraints
    expressions: Expressions
    filters: Filters
    namespace: str
    interpreter: Interpreter

    def takes(self, subjects: Sequence[Subject], now: dt.datetime) -> list[bool | None]:
        """Whether it would delete each object at its next time; None where the interpreter lacks something."""
        found: list[bool | None] = [False] * len(subjects)
        looked = [index for index, subject in enumerate(subjects) if self._looks_at(subject)]
        for begin in range(0, len(looked), _AT_ONCE):
            some = looked[begin : begin + _AT_ONCE]
            for index, verdict in zip(some, self._judged([subjects[index] for index in some], now), strict=True):
                found[index] = verdict
        return found

    def _looks_at(self, subject: Subject) -> bool:
        if self.namespace and subject.namespace != self.namespace:
            return False
        if self.filters.leaves_out(subject.kind, subject.namespace, subject.name):
            return False
        return subject.texts("labels").get(MANAGED_BY) != OWN and self.constraints.take(subject)

    def _judged(self, subjects: Sequence[Subject], now: dt.datetime) -> list[bool | None]:
        cases = [{"object": each.content, "namespaceObject": each.namespace_object} for each in subjects]
        asked = self.expressions

        def answers(text: str) -> Sequence[Answer]:
            return self.interpreter(inlined(text, asked.variables), now, cases)

        conditions = [answers(text) for _, text in asked.conditions]
        exceptions = [[answers(text) for text in texts] for texts in asked.exceptions]
        return [
            _goes([each[index] for each in conditions], [[each[index] for each in texts] for texts in exceptions])
            for index in range(len(cases))
        ]


def _goes(conditions: Sequence[Answer], exceptions: Sequence[Sequence[Answer]]) -> bool | None:
    """Whether an object goes: all conditions hold, and no exception does, or may."""
    if not all(any(error is None and value is False for value, error in exception) for exception in exceptions):
        return False
    if any(error is None and value is False for value, error in conditions):
        return False
    if any(error is not None and LACKS.search(error) for _, error in conditions):
        return None
    return all(error is None and value is True for value, error in conditions)

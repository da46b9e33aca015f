"""What a CleanupPolicy would delete: a reference of Kyverno's own semantics, for the keys and operators that are understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zen_gc_core.importing.kyverno.framing import MANAGED_BY, OWN
from zen_gc_core.importing.kyverno.operators import holds
from zen_gc_core.importing.kyverno.translating import seconds_of
from zen_gc_core.instants import parse_instant

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from zen_gc_core.importing.conversion import Subject
    from zen_gc_core.importing.kyverno.asking import Condition, Key
    from zen_gc_core.importing.kyverno.filters import Filters as Unseen
    from zen_gc_core.importing.kyverno.selecting import Filters


@dataclass(frozen=True, slots=True)
class Cleanup:
    """A CleanupPolicy.

    Args:
        match: What it matches.
        exclude: What it leaves out.
        every: Its conditions that must all hold.
        some: Those of which one must hold, where there are some.
        unseen: What Kyverno never looks at.
        namespace: The namespace that it lives in; empty for none.
    """

    match: Filters
    exclude: Filters
    every: tuple[Condition, ...]
    some: tuple[Condition, ...]
    unseen: Unseen
    namespace: str

    def takes(self, subjects: Sequence[Subject], now: dt.datetime) -> list[bool | None]:
        """Whether it would delete each object at its next time."""
        return [self._takes(subject, now) for subject in subjects]

    def _takes(self, subject: Subject, now: dt.datetime) -> bool:
        if self.namespace and subject.namespace != self.namespace:
            return False
        if self.unseen.leaves_out(subject.kind, subject.namespace, subject.name):
            return False
        if subject.texts("labels").get(MANAGED_BY) == OWN:
            return False
        if not self.match.take(subject) or self.exclude.take(subject):
            return False
        if not all(_holds(each, subject, now) for each in self.every):
            return False
        return not self.some or any(_holds(each, subject, now) for each in self.some)


def _holds(condition: Condition, subject: Subject, now: dt.datetime) -> bool:
    if condition.key.is_age:
        created = parse_instant(subject.metadata["creationTimestamp"])
        order = condition.operator.removeprefix("duration")
        if order == "greaterthan":
            order = "greaterthanorequals"  # a moment later it is greater, where it is equal now
        return holds(order, (now - created).total_seconds(), seconds_of(condition.value))
    return holds(condition.operator, value_of(condition.key, subject.content), condition.value)


def value_of(key: Key, content: Any) -> Any:
    """What a key yields on an object: JMESPath's null for what is not there, and its idea of false for a default."""
    value = content
    for name in key.path:
        value = value.get(name) if isinstance(value, dict) else None
    if key.flattened:
        flat: list[Any] = []
        for each in value if isinstance(value, list) else ():
            flat.extend(each if isinstance(each, list) else [each])
        value = flat if isinstance(value, list) else None
    if key.default is not None and (value is None or value is False or value in ("", [], {})):
        return key.default
    return value

"""What a Cleaner would delete: a reference of k8s-cleaner's selectors and known scripts; of another it cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zen_gc_core.importing.cleaner.scripts import known

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from zen_gc_core.importing.cleaner.selecting import Selector
    from zen_gc_core.importing.conversion import Subject


@dataclass(frozen=True, slots=True)
class Cleaner:
    """A Cleaner.

    Args:
        selectors: Its selectors; one of them must take an object.
        deletes: Whether its action is ``Delete``.
        aggregated: Whether a script looks at all that they take together.
    """

    selectors: tuple[Selector, ...]
    deletes: bool
    aggregated: bool

    def takes(self, subjects: Sequence[Subject], now: dt.datetime) -> list[bool | None]:  # noqa: ARG002  it knows no time
        """Whether it would delete each object at its next time; None where a script decides."""
        return [self._takes(subject) for subject in subjects]

    def _takes(self, subject: Subject) -> bool | None:
        taking = [selector for selector in self.selectors if selector.takes(subject)]
        if not taking or not self.deletes:
            return False
        if self.aggregated:
            return None
        told = [_matches(selector, subject) for selector in taking]
        return True if True in told else None if None in told else False


def _matches(selector: Selector, subject: Subject) -> bool | None:
    """Whether the script of a selector matches an object; None for a script that is not known."""
    if not selector.script:
        return True
    script = known(selector.script)
    return script.takes(subject.content) if script else None

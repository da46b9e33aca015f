"""Matching: a condition map, compiled, and what its keywords are shown of an object.

Compiled matchers are three-valued: true, false, or ``Undecided``. A map of them is a conjunction in CEL's sense: one
false is false, whatever else cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zen_gc_core import tracing
from zen_gc_core.errors import Undecided
from zen_gc_core.model.reads import WHOLE, Reads
from zen_gc_core.model.restricting import restrict

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.keywords import Compiled, Run
    from zen_gc_core.model.candidate import Candidate


def reads_of(compiled: Compiled[Any]) -> Reads:
    """What a compiled keyword declared that it reads."""
    return WHOLE if compiled.reads is None else Reads.of(compiled.reads)


def restricted(call: Callable[..., Any], reads: Reads) -> Callable[..., Any]:
    """The same callable, shown no more of an object than it declared."""
    if reads.everything:
        return call

    def within(candidate: Candidate, run: Run) -> Any:
        return call(restrict(candidate, reads), run)

    return within


@dataclass(frozen=True, slots=True)
class Part:
    """One keyword of a condition map.

    Args:
        name: The keyword.
        call: The callable.
        explain: Says why it does not hold; None when it cannot.
        path: Where it stands in the policy, natively.
        reads: What it declared that it looks at.
        inner: The condition maps that it is made of (``any``), and where each stands, natively; none of those that are
            about other objects.
    """

    name: str
    call: Callable[[Candidate, Run], Any]
    explain: Callable[[Candidate, Run], str] | None
    path: str
    reads: Reads
    inner: tuple[tuple[str, Matcher], ...] = ()


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition map, compiled: the conjunction of its keywords.

    Args:
        parts: The keywords, in the order written.
        reads: What they read together.
    """

    parts: tuple[Part, ...]
    reads: Reads

    def __call__(self, candidate: Candidate, run: Run) -> bool:
        """Whether all keywords hold.

        Raises:
            Undecided: None is false, and one cannot tell.
        """
        undecided: Undecided | None = None
        for part in self.parts:
            try:
                answer = part.call(candidate, run)
            except Undecided as doubt:
                undecided = undecided or _placed(part.name, doubt)
                continue
            except Exception as error:  # noqa: BLE001  whatever a keyword raises, it has not decided
                tracing.show(error)
                undecided = undecided or _placed(part.name, _fault(part.name, error))
                continue
            if answer is False:
                return False
            if answer is not True:
                undecided = undecided or _placed(
                    part.name,
                    Undecided(f"{part.name} answered with a value of type {type(answer).__name__}, not true or false"),
                )
        if undecided is not None:
            raise undecided
        return True

    def explain(self, candidate: Candidate, run: Run) -> str:
        """Why it does not hold, in the words of the first keyword that is false."""
        for part in self.parts:
            try:
                if part.call(candidate, run) is False:
                    return self._said(part, candidate, run)
            except Exception:  # noqa: BLE001, S112  only what is false is explained here
                continue
        return "conditions do not hold"

    @staticmethod
    def _said(part: Part, candidate: Candidate, run: Run) -> str:
        if part.explain is None:
            return f"condition {part.name} does not hold"
        words: object = part.explain(candidate, run)
        return words if isinstance(words, str) else f"condition {part.name} does not hold"


def _placed(name: str, doubt: Undecided) -> Undecided:
    """A doubt with the keyword that it is of: the innermost."""
    doubt.place = doubt.place or name
    return doubt


def _fault(name: str, error: Exception) -> Undecided:
    doubt = Undecided(f"{name} failed: {type(error).__name__}: {error}")
    doubt.__cause__ = error
    return doubt

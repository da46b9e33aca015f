"""``any``, ``all`` and ``none``: condition maps combined, three-valued as in CEL.

``any`` with one that holds is true, ``none`` with one that holds is false, ``all`` with one that does not hold is
false, whatever the others are; otherwise one that cannot tell makes the whole undecided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from zen_gc_conditions.conjunction import all_hold, first_false
from zen_gc_core import Build, Candidate, Compiled, Keyword, Matchers, Run, Undecided, reads_together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Maps = Annotated[list[Matchers], Field(min_length=1, max_length=200)]


def _compiled(maps: list[Matchers], build: Build, *, negated: bool = False) -> list[Compiled[bool]]:
    for index, raw in enumerate(maps):
        if not raw:
            build.warn(f"[{index}]", "asks nothing and holds of every object; take it out")
    return [build.matchers(raw, f"[{index}]", negated=negated) for index, raw in enumerate(maps)]


def _compile_all(config: list[Matchers], build: Build) -> Compiled[bool]:
    parts = _compiled(config, build)
    calls = [part.call for part in parts]

    def explain(candidate: Candidate, run: Run) -> str:
        return _why(parts[first_false(calls, candidate, run)], candidate, run)

    return Compiled(all_hold(calls), reads=reads_together(parts), explain=explain)


def _compile_any(config: list[Matchers], build: Build) -> Compiled[bool]:
    parts = _compiled(config, build)

    def explain(candidate: Candidate, run: Run) -> str:
        return "; ".join(_why(part, candidate, run) for part in parts)

    return Compiled(_one_holds([part.call for part in parts]), reads=reads_together(parts), explain=explain)


def _compile_none(config: list[Matchers], build: Build) -> Compiled[bool]:
    parts = _compiled(config, build, negated=True)
    calls = [part.call for part in parts]
    one_holds = _one_holds(calls)

    def holds(candidate: Candidate, run: Run) -> bool:
        return not one_holds(candidate, run)

    def explain(candidate: Candidate, run: Run) -> str:
        held = [index for index, call in enumerate(calls) if _surely(call, candidate, run)]
        return " and ".join(f"none[{index}] holds ({', '.join(config[index]) or 'it asks nothing'})" for index in held)

    return Compiled(holds, reads=reads_together(parts), explain=explain)


def _one_holds(calls: Sequence[Callable[[Candidate, Run], bool]]) -> Callable[[Candidate, Run], bool]:
    def holds(candidate: Candidate, run: Run) -> bool:
        undecided: Undecided | None = None
        for call in calls:
            try:
                if call(candidate, run):
                    return True
            except Undecided as doubt:
                undecided = undecided or doubt
        if undecided is not None:
            raise undecided
        return False

    return holds


def _surely(call: Callable[[Candidate, Run], bool], candidate: Candidate, run: Run) -> bool:
    try:
        return call(candidate, run)
    except Undecided:
        return False


def _why(part: Compiled[bool], candidate: Candidate, run: Run) -> str:
    return part.explain(candidate, run) if part.explain is not None else "a condition does not hold"


def _described(description: str) -> object:
    return Annotated[Maps, Field(description=description)]


ANY: Final = Keyword("any", _described("At least one of these condition maps holds."), _compile_any)
ALL: Final = Keyword("all", _described("All of these condition maps hold."), _compile_all)
NONE: Final = Keyword("none", _described("None of these condition maps holds."), _compile_none)

"""``cel`` and ``jmespath``: expressions that hold when they yield true. False does not hold; anything else is undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from zen_gc_conditions.conjunction import all_hold, first_false
from zen_gc_core import Build, Candidate, Compiled, Keyword, Missing, Run, Undecided, reads_together

if TYPE_CHECKING:
    from collections.abc import Callable

_TYPES: Final = {
    type(None): "null",
    int: "a number",
    float: "a number",
    str: "text",
    bytes: "bytes",
    list: "a list",
    dict: "a map",
}
_LONGEST_SHOWN: Final = 80


def _by_shape(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise ValueError("must be an expression, or a list of expressions, each of them text")
    return texts


def _keyword(language: str, description: str) -> Keyword[list[str], bool]:
    def compile_expressions(config: list[str], build: Build) -> Compiled[bool]:
        make = build.cel if language == "cel" else build.jmespath
        programs = [make(text, f"[{index}]" if len(config) > 1 else "") for index, text in enumerate(config)]
        calls = [_holding(program.call, language) for program in programs]

        def explain(candidate: Candidate, run: Run) -> str:
            return f"{language} is false: {_shown(config[first_false(calls, candidate, run)])}"

        return Compiled(all_hold(calls), reads=reads_together(programs), explain=explain)

    shape = Annotated[str | list[str], WrapValidator(_by_shape), Field(description=description)]
    return Keyword(language, shape, compile_expressions)


def _holding(evaluate: Callable[[Candidate, Run], Any], language: str) -> Callable[[Candidate, Run], bool]:
    def holds(candidate: Candidate, run: Run) -> bool:
        value = evaluate(candidate, run)
        if value is True:
            return True
        if value is False:
            return False
        kind = _TYPES.get(type(value), f"a {type(value).__name__.lower()}")
        doubt = Missing if value is None and language == "jmespath" else Undecided
        raise doubt(f"{language} yields {kind}, not true or false")

    return holds


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"


CEL: Final = _keyword(
    "cel",
    "A CEL expression over object, namespaceObject, now and policy, or a list of them; all must yield true.",
)
JMESPATH: Final = _keyword("jmespath", "A JMESPath expression over the object, or a list of them; all must yield true.")

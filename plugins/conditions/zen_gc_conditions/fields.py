"""``fields``: requirements on any field. Three-valued: what cannot be compared is undecided, and a missing field too.

Scalars compare by value: ``"0"`` equals the integer 0, ``"true"`` the boolean, 1 equals 1.0; text and text compare as
text. Comparing by greater and less needs numbers, or text that is one. Lists, maps and null compare with nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from zen_gc_conditions.conjunction import all_hold, first_false
from zen_gc_conditions.operators import FIELD_OPERATOR, FieldOperator, chosen, spelt
from zen_gc_core import (
    MISSING,
    Build,
    Candidate,
    Compiled,
    Config,
    FieldPath,
    Keyword,
    Missing,
    Run,
    Undecided,
    unequal,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,399})(\.[0-9]{1,400})?([eE][-+]?[0-9]{1,3})?", re.ASCII)
_LONGEST_SHOWN: Final = 40


def _scalar(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, str | bool | int | float):
        return value
    raise ValueError("must be text, a number or a boolean")


Scalar = Annotated[str | bool | int | float, WrapValidator(_scalar)]
"""A scalar of a configuration, as it was written."""


class FieldRequirement(Config):
    """What a field must be."""

    path: FieldPath = Field(description="The field.")
    operator: Annotated[FieldOperator, FIELD_OPERATOR] | None = Field(
        default=None, description="By default Equals where there is a value, else Exists."
    )
    value: Scalar | None = Field(default=None, description="For all but Exists and DoesNotExist.")
    values: list[Scalar] | None = Field(default=None, description="For In and NotIn.")


def _compile(config: list[FieldRequirement], build: Build) -> Compiled[bool]:
    made = [_compiled(requirement, build, f"[{index}]") for index, requirement in enumerate(config)]
    calls = [call for call, _ in made]

    def explain(candidate: Candidate, run: Run) -> str:
        index = first_false(calls, candidate, run)
        path, asked = config[index].path, made[index][1]
        value = candidate.get(path)
        if value is MISSING:
            return f"{path} is missing"
        return f"{path} is {_shown(value)}, not {asked}" if asked else f"{path} is there"

    reads = sorted({requirement.path.text for requirement in config})
    return Compiled(all_hold(calls), reads=reads, explain=explain)


def _compiled(requirement: FieldRequirement, build: Build, path: str) -> tuple[Callable[[Candidate, Run], bool], str]:
    operator, values = chosen(requirement, build, path)
    _of_one_kind(values, build, path)
    _check_possible(requirement, operator, values, build, path)
    asked = spelt(operator, values)
    if operator in {"Exists", "DoesNotExist"}:
        return _existing(requirement.path, wanted=operator == "Exists"), asked
    if operator in {"GreaterThan", "LessThan"}:
        bound = _number_of(values[0])
        if bound is None:
            raise build.error(f"{path}.value", f"must be a number: {operator} compares numbers")
        return _compared(requirement.path, bound, greater=operator == "GreaterThan"), asked
    return _among(requirement.path, values, wanted=operator in {"Equals", "In"}), asked


def _of_one_kind(values: tuple[str | float, ...], build: Build, path: str) -> None:
    """Refuse booleans among texts: an unquoted ``no`` in YAML has become false on its way to the cluster."""
    if not any(isinstance(value, str) for value in values):
        return
    for index, value in enumerate(values):
        if isinstance(value, bool):
            raise build.error(
                f"{path}.values[{index}]",
                f"is {_spelt_boolean(value)} among texts: YAML makes that of an unquoted "
                f"{'yes, on or y' if value else 'no, off or n'}; write it in quotes",
            )


def _check_possible(
    requirement: FieldRequirement, operator: FieldOperator, values: tuple[str | float, ...], build: Build, path: str
) -> None:
    """Hold the values against what may stand at the path: what is never equal is refused where that could collect."""
    shape = build.shape(requirement.path)
    if shape.sort == "nothing" and operator in {"Exists", "DoesNotExist"}:
        build.never(f"{path}.path", shape.what, negated=operator == "DoesNotExist")
    for index, value in enumerate(values):
        place = f"{path}.values[{index}]" if requirement.values is not None else f"{path}.value"
        if operator in {"GreaterThan", "LessThan"}:
            if shape.sort not in {"anything", "nothing", "number", "text"} or not shape.numeric:
                raise build.error(
                    f"{path}.path", f"{requirement.path} is never a number, and {operator} compares numbers"
                )
        elif fault := unequal(shape, value, loosely=True):
            if fault.by_type:
                raise build.error(place, fault.message)
            build.never(place, fault.message, negated=operator in {"NotEquals", "NotIn"})


def _existing(path: FieldPath, *, wanted: bool) -> Callable[[Candidate, Run], bool]:
    return lambda candidate, _run: (candidate.get(path) is not MISSING) is wanted


def _compared(path: FieldPath, bound: float, *, greater: bool) -> Callable[[Candidate, Run], bool]:
    def holds(candidate: Candidate, _run: Run) -> bool:
        value = candidate.get(path)
        number = _number_of(value)
        if number is None:
            raise _undecided(path, value, "no number")
        return number > bound if greater else number < bound

    return holds


def _among(
    path: FieldPath, wanted_values: tuple[str | float, ...], *, wanted: bool
) -> Callable[[Candidate, Run], bool]:
    among = _Among(wanted_values)

    def holds(candidate: Candidate, _run: Run) -> bool:
        value = candidate.get(path)
        found = among.has(value)
        if found is None:
            raise _undecided(path, value, "nothing to compare with")
        return found is wanted

    return holds


class _Among:
    """Values of a policy, laid out so that looking up a value of an object is a look into a set."""

    __slots__ = ("_booleans", "_numbers", "_numbers_for_text", "_only_booleans", "_texts")

    def __init__(self, values: tuple[str | float, ...]) -> None:
        texts = {value for value in values if isinstance(value, str)}
        self._booleans = {value for value in values if isinstance(value, bool)}
        self._numbers_for_text = {value for value in values if not isinstance(value, str | bool)}
        self._numbers = self._numbers_for_text | {number for text in texts if (number := _number_of(text)) is not None}
        self._texts = texts | {_spelt_boolean(value) for value in self._booleans}
        self._booleans |= {text == "true" for text in texts & {"true", "false"}}
        self._only_booleans = all(isinstance(value, bool) for value in values)

    def has(self, value: Any) -> bool | None:
        """Whether a value of an object is among them; None when it compares with nothing."""
        if isinstance(value, str):
            if self._only_booleans and value not in {"true", "false"}:
                return None
            return value in self._texts or (
                bool(self._numbers_for_text) and _number_of(value) in self._numbers_for_text
            )
        if isinstance(value, bool):
            return value in self._booleans
        if isinstance(value, int | float):
            return value in self._numbers
        return None


def _spelt_boolean(value: object) -> str:
    return "true" if value else "false"


def _number_of(value: Any) -> float | None:
    """A number, or what text spells as JSON spells numbers; None for anything else. Integers stay exact."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str) or (parts := _NUMBER.fullmatch(value)) is None:
        return None
    return int(value) if parts[1] is None and parts[2] is None else float(value)


def _undecided(path: FieldPath, value: Any, fault: str) -> Undecided:
    if value is MISSING:
        return Missing(f"{path} is missing")
    return Undecided(f"{path} is {_shown(value)}, {fault}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    text = _spelt_boolean(value) if isinstance(value, bool) else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


Fields = Annotated[
    list[FieldRequirement], Field(min_length=1, max_length=200, description="The object's fields meet all of these.")
]
FIELDS: Final = Keyword("fields", Fields, _compile)

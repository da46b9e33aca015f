"""The operators of ``hasLabels``, ``hasAnnotations`` and ``fields``: their names, and which values each takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeVar, get_args

from pydantic import ValidatorFunctionWrapHandler, WrapValidator

from zen_gc_core import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core import Build

StringOperator = Literal["Exists", "DoesNotExist", "Equals", "NotEquals", "In", "NotIn"]
FieldOperator = Literal["Exists", "DoesNotExist", "Equals", "NotEquals", "In", "NotIn", "GreaterThan", "LessThan"]

_BARE: Final = frozenset({"Exists", "DoesNotExist"})
_LISTED: Final = frozenset({"In", "NotIn"})

V_co = TypeVar("V_co", covariant=True)


class Requirement(Protocol[V_co]):
    """What the requirements of the three keywords have in common."""

    @property
    def operator(self) -> FieldOperator | None:
        """The operator as written; None: none."""

    @property
    def value(self) -> V_co | None:
        """The value as written; None: none."""

    @property
    def values(self) -> Sequence[V_co] | None:
        """The values as written; None: none."""

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that were written."""


def _nearest(operators: Sequence[str]) -> WrapValidator:
    def validate(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
        if value in operators:
            return value
        hint = did_you_mean(str(value), operators)
        raise ValueError(f"unknown operator {value!r}{hint} (known: {', '.join(operators)})")

    return WrapValidator(validate)


STRING_OPERATOR: Final = _nearest(get_args(StringOperator))
"""Validates an operator of labels and annotations, with the nearest name for a misspelt one."""
FIELD_OPERATOR: Final = _nearest(get_args(FieldOperator))
"""Validates an operator of fields."""


def chosen(requirement: Requirement[V_co], build: Build, path: str) -> tuple[FieldOperator, tuple[V_co, ...]]:
    """The operator and the values that a requirement means.

    Args:
        requirement: As written.
        build: Refuses.
        path: Where the requirement stands below its keyword.

    Raises:
        InputError: The values do not suit the operator.
    """
    value, values = requirement.value, requirement.values
    for field in ("operator", "value", "values"):
        if field in requirement.model_fields_set and getattr(requirement, field) is None:
            raise build.error(f"{path}.{field}", "must not be null")
    if value is not None and values is not None:
        raise build.error(path, "takes value or values, not both")
    if requirement.operator is None and values is not None:
        raise build.error(f"{path}.values", "needs an operator beside it: In or NotIn")
    operator = requirement.operator or ("Exists" if value is None else "Equals")
    given = tuple(values or ()) if value is None else (value,)
    _suited(operator, given, values is not None, build, path)
    return operator, given


def _suited(operator: FieldOperator, given: Sequence[object], listed: bool, build: Build, path: str) -> None:  # noqa: FBT001  which of two fields
    field = f"{path}.{'values' if listed else 'value'}"
    if operator in _BARE:
        if given or listed:
            raise build.error(field, f"must not be there: {operator} takes none")
    elif operator in _LISTED:
        if not given:
            raise build.error(f"{path}.values", f"must not be empty: {operator} needs one or more")
    elif listed:
        raise build.error(field, f"must not be there: {operator} takes one value")
    elif not given:
        raise build.error(field, f"is required: {operator} needs one")


def spelt(operator: FieldOperator, values: Sequence[object]) -> str:
    """What an operator asks of a value, in a few words that follow ``not``; empty where it takes no values."""
    if not values:
        return ""
    if operator in {"NotEquals", "NotIn"}:
        return "something else"
    return f"{_ASKED.get(operator, '')}{' or '.join(map(_spelt, values))}"


def _spelt(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


_ASKED: Final = {
    "GreaterThan": "greater than ",
    "LessThan": "less than ",
}

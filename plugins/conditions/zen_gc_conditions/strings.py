"""``hasLabels`` and ``hasAnnotations``: requirements on maps of text. Two-valued: a key is there with its text, or is not.

A missing key meets DoesNotExist, NotEquals and NotIn, as in label selectors. Values are text: ``value: true`` is
refused, because YAML makes the same of ``yes``, and a policy must not compare with what nobody wrote.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from zen_gc_conditions.conjunction import all_hold, first_false
from zen_gc_conditions.operators import STRING_OPERATOR, StringOperator, chosen, spelt
from zen_gc_core import Build, Candidate, Compiled, Config, Keyword, Run, label_key_fault, label_value_fault, spell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Holds = Callable[[Candidate, Run], bool]
    StringsOf = Callable[[Candidate], Mapping[str, str]]


def _text(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, bool | int | float):
        raise ValueError("must be text: write it in quotes")  # noqa: TRY004  pydantic's way to refuse
    return handler(value)


Text = Annotated[str, WrapValidator(_text)]
"""Text, and nothing that YAML reads as something else."""


class Requirement(Config):
    """What a label or annotation must be."""

    key: str = Field(min_length=1, description="The key.")
    operator: Annotated[StringOperator, STRING_OPERATOR] | None = Field(
        default=None, description="By default Equals where there is a value, else Exists."
    )
    value: Text | None = Field(default=None, description="For Equals, NotEquals, In and NotIn; in quotes.")
    values: list[Text] | None = Field(default=None, description="For In and NotIn; in quotes.")


def _keyword(name: str, where: Literal["labels", "annotations"], thing: str) -> Keyword[list[Requirement], bool]:
    strings_of: StringsOf = attrgetter(where)

    def compile_requirements(config: list[Requirement], build: Build) -> Compiled[bool]:
        made = []
        for index, requirement in enumerate(config):
            _check_key(requirement.key, where, build, f"[{index}].key")
            operator, values = chosen(requirement, build, f"[{index}]")
            _check_possible(requirement, operator, where, build, f"[{index}]")
            call = _TESTS[operator](strings_of, requirement.key, frozenset(values))
            made.append((call, spelt(operator, values)))
        calls = [call for call, _ in made]

        def explain(candidate: Candidate, run: Run) -> str:
            index = first_false(calls, candidate, run)
            key, asked = config[index].key, made[index][1]
            return f"{thing} '{key}' {_found(strings_of(candidate).get(key), asked)}"

        reads = sorted({spell(("metadata", where, requirement.key)) for requirement in config})
        return Compiled(all_hold(calls), reads=reads, explain=explain)

    shape = Annotated[list[Requirement], Field(min_length=1, description=f"The object's {where} meet all of these.")]
    return Keyword(name, shape, compile_requirements)


def _check_key(key: str, where: str, build: Build, path: str) -> None:
    if where == "labels":
        fault = label_key_fault(key)
    else:
        fault = label_key_fault(key.lower())  # as Kubernetes checks the key of an annotation
        fault = fault and fault.replace("label key", "key of an annotation")
    if fault:
        raise build.error(path, fault)


def _check_possible(requirement: Requirement, operator: str, where: str, build: Build, path: str) -> None:
    """Say which keys and values no object has; refused where not having them could collect."""
    negated = operator in {"DoesNotExist", "NotEquals", "NotIn"}
    prefix = f"metadata.{where}."
    if requirement.key.startswith(prefix):
        key = requirement.key.removeprefix(prefix)
        build.never(f"{path}.key", f"asks for a key of that whole name: write '{key}'", negated=negated)
    elif requirement.key.startswith(("object.", "$.", "metadata.")):
        key = requirement.key.partition(".")[2]
        build.never(f"{path}.key", f"asks for a key of that whole name, path and all: write '{key}'", negated=negated)
    if where != "labels":
        return
    single = requirement.value is not None
    for index, value in enumerate([requirement.value] if single else requirement.values or []):
        if value is not None and (fault := label_value_fault(value)):
            build.never(f"{path}.value" if single else f"{path}.values[{index}]", fault, negated=negated)


def _found(value: str | None, asked: str) -> str:
    if value is None:
        return "is missing"
    return f"is '{value}', not {asked}" if asked else "is there"


def _exists(strings_of: StringsOf, key: str, _values: frozenset[str]) -> Holds:
    return lambda candidate, _run: key in strings_of(candidate)


def _does_not_exist(strings_of: StringsOf, key: str, _values: frozenset[str]) -> Holds:
    return lambda candidate, _run: key not in strings_of(candidate)


def _among(strings_of: StringsOf, key: str, values: frozenset[str]) -> Holds:
    return lambda candidate, _run: strings_of(candidate).get(key) in values


def _not_among(strings_of: StringsOf, key: str, values: frozenset[str]) -> Holds:
    return lambda candidate, _run: strings_of(candidate).get(key) not in values


_TESTS: Final = {
    "Exists": _exists,
    "DoesNotExist": _does_not_exist,
    "Equals": _among,
    "In": _among,
    "NotEquals": _not_among,
    "NotIn": _not_among,
}

HAS_LABELS: Final = _keyword("hasLabels", "labels", "label")
HAS_ANNOTATIONS: Final = _keyword("hasAnnotations", "annotations", "annotation")

"""The published list: the cases of the suite that are left out and those that come out otherwise, each with its reason.

``python -m tests.conformance.cel.published`` writes it anew; a reason for a new line must be written here first.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from tests.conformance.cel.cases import Case, load
from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.cel import Environment

LIST = Path(__file__).with_name("left-out.tsv")
_HEADER = "file\tsection\tname\toutcome\treason"

_OTHERWISE = {
    ("basic", "variables"): "an unknown name refuses the policy when it is compiled, as in Kubernetes",
    ("basic", "functions"): "an unknown function refuses the policy when it is compiled, as in Kubernetes",
    (
        "parse",
        "receiver_function_names",
    ): "an unknown function refuses the policy when it is compiled, as in Kubernetes",
    ("string_ext", "format"): "a map may not have both true and 1 as keys; JSON has text keys alone",
}


def outcomes(case: Case) -> list[Any]:
    """What a case yields in either tier: values, or the expression's errors."""
    names = tuple(dict.fromkeys([*case.bindings, *case.declared]))
    environment = Environment(names, types={}, check_types=case.check_types, container=case.container)
    try:
        program = environment.compile(case.expression)
    except ExpressionSyntaxError as error:
        return [error]
    if set(case.declared) - set(case.bindings):
        return [ExpressionError("a declared variable has no value")]
    values = [case.bindings[name] for name in names]
    return [_outcome(tier, values) for tier in (program.evaluate, program.evaluate_exactly)]


def _outcome(tier: Any, values: list[Any]) -> Any:
    try:
        return tier(*values)
    except ExpressionError as error:
        return error


def holds(case: Case, outcome: Any) -> bool:
    """Whether an outcome is the one that a case wants."""
    if case.fails:
        return isinstance(outcome, ExpressionError | ExpressionSyntaxError)
    return same(outcome, case.wanted)


def same(left: Any, right: Any) -> bool:
    """Whether two values are of the same type and equal; NaN is itself."""
    if type(left) is not type(right):
        return False
    if type(left) is list:
        return len(left) == len(right) and all(map(same, left, right))
    if type(left) is dict:
        return len(left) == len(right) and all(key in right and same(value, right[key]) for key, value in left.items())
    if type(left) is float and math.isnan(left):
        return math.isnan(right)
    return bool(left == right)


def compute(cases: list[Case]) -> list[str]:
    """The lines of the list, without its header.

    Raises:
        KeyError: A case comes out otherwise, and nobody has said why.
    """
    lines = []
    for case in cases:
        if case.left_out:
            lines.append("\t".join([*case.key, "left out", case.left_out]))
        elif not all(holds(case, outcome) for outcome in outcomes(case)):
            lines.append("\t".join([*case.key, "otherwise", _OTHERWISE[case.key[:2]]]))
    return lines


def published() -> list[str]:
    """The lines of the list as it is checked in, without its header."""
    return LIST.read_text(encoding="utf-8").splitlines()[1:]


if __name__ == "__main__":
    LIST.write_text("\n".join([_HEADER, *compute(load())]) + "\n", encoding="utf-8")

"""A coverage-guided fuzzer of the compiler: any bytes as an expression and an object.

``python tests/conformance/cel/fuzz_atheris.py -max_total_time=600 [corpus]`` runs it (atheris, on Linux). Each input is
the text of an expression, a NUL, and the JSON of an object; whatever comes out other than a value or an expression's
error ends the run with a stack trace.
"""

from __future__ import annotations

import json
import sys

import atheris

with atheris.instrument_imports(include=["zen_gc_core.expressions"]):
    from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
    from zen_gc_core.expressions.cel import Environment, Timestamp, to_json

ENVIRONMENTS = (Environment(), Environment(check_types=False))
DEFAULT = {"metadata": {"name": "a", "labels": {"app": "ci"}}, "spec": {"n": 1, "l": [1, "a", None, {"x": 2.5}]}}


def outcome(tier, values):
    """What a tier yields, as text."""
    try:
        return json.dumps(to_json(tier(*values)))
    except ExpressionError as error:
        return f"{type(error).__name__}: {error}"


def test_one_input(data: bytes) -> None:
    """One input: both tiers agree, and nothing but the declared errors comes out."""
    text, _, rest = data.decode("utf-8", "replace").partition("\x00")
    try:
        value = json.loads(rest) if rest else DEFAULT
    except (ValueError, RecursionError):
        value = rest
    for environment in ENVIRONMENTS:
        try:
            program = environment.compile(text)
        except ExpressionSyntaxError as error:
            str(error.excerpt)
            continue
        values: tuple[object, ...] = (value, None, Timestamp(0), {})
        fast, exact = outcome(program.evaluate, values), outcome(program.evaluate_exactly, values)
        if fast != exact:
            raise AssertionError(f"the tiers differ on {text!r}: {fast}, {exact}")


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()

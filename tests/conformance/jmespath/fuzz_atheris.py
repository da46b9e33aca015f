"""A coverage-guided fuzzer of the compiler: any bytes as an expression and a document.

``python tests/conformance/jmespath/fuzz_atheris.py -max_total_time=600 [corpus]`` runs it (atheris, on Linux). Each input
is the text of an expression, a NUL, and the JSON of a document; whatever comes out other than a value or an expression's
error ends the run with a stack trace.
"""

from __future__ import annotations

import datetime as dt
import json
import sys

import atheris

with atheris.instrument_imports(include=["zen_gc_core.expressions"]):
    from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
    from zen_gc_core.expressions.jmespath import compile_jmespath

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DEFAULT = {"metadata": {"name": "a", "labels": {"app": "ci"}}, "spec": {"n": 1, "l": [1, "a", None, {"x": 2.5}]}}


def test_one_input(data: bytes) -> None:
    """One input: nothing but a value or the declared errors comes out."""
    text, _, rest = data.decode("utf-8", "replace").partition("\x00")
    try:
        document = json.loads(rest) if rest else DEFAULT
    except (ValueError, RecursionError):
        document = rest
    try:
        program = compile_jmespath(text)
    except ExpressionSyntaxError as error:
        str(error.excerpt)
        return
    try:
        program(document, NOW)
    except ExpressionError as error:
        str(error)


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()

"""The official compliance suite of JMESPath (jmespath.test, MIT licence), every case of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.jmespath import compile_jmespath

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("ZEN_GC_TEST_DATA", ROOT.parent / "shared" / "data")) / "jmespath"

AT_RUN_TIME = {"invalid-type"}
"""Errors of the suite that depend on the document; all others must be found when the expression is compiled."""


def cases():
    for file in sorted(DATA.glob("*.json")):
        suites = json.loads(file.read_text(encoding="utf-8"))
        for number, suite in enumerate(suites):
            for position, case in enumerate(suite["cases"]):
                if "result" in case or "error" in case:
                    yield pytest.param(suite["given"], case, id=f"{file.stem}-{number}-{position}")


CASES = list(cases())


def plain(value):
    """A form in which Python's equality is JSON's: booleans are no numbers."""
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_the_whole_suite_is_run():
    """All 892 cases with an outcome; a case may be added, none may be lost."""
    if not CASES:
        pytest.skip("NOT RUN (the compliance suite is not here; ZEN_GC_TEST_DATA names its place)")
    assert len(CASES) >= 892


@pytest.mark.parametrize(("given", "case"), CASES)
def test_a_case_of_the_suite_has_its_outcome(given, case):
    """The value is the suite's; an error comes when the expression is compiled, if the text alone shows it."""
    if "result" in case:
        assert plain(compile_jmespath(case["expression"])(given)) == plain(case["result"])
    elif case["error"] in AT_RUN_TIME:
        with pytest.raises((ExpressionError, ExpressionSyntaxError)):
            compile_jmespath(case["expression"])(given)
    else:
        with pytest.raises(ExpressionSyntaxError):
            compile_jmespath(case["expression"])

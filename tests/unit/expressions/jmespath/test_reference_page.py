"""The reference page tells the truth: its examples, its refusals and its list of functions."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.jmespath import compile_jmespath
from zen_gc_core.expressions.jmespath.functions import FUNCTIONS

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "jmespath.md").read_text(encoding="utf-8")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

CODE = re.compile(r"``(.+?)``|`(.+?)`")


def section(title):
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text):
    """The cells of the rows of a section's tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[1:]]


def code(cell):
    """The pieces of code in a cell; Markdown drops the blank between a backtick and its fence."""
    return [(double or single).strip() for double, single in CODE.findall(cell)]


EXAMPLES = [(code(expression)[0], value) for expression, value in rows(section("Examples"))]
OBJECT = json.loads(section("Examples").split("```json\n")[1].split("```")[0])


@pytest.mark.parametrize(("expression", "value"), EXAMPLES)
def test_an_example_yields_what_the_page_says(expression, value):
    """Its value as JSON, or an error."""
    program = compile_jmespath(expression)
    if value == "error":
        with pytest.raises(ExpressionError):
            program(OBJECT, NOW)
    else:
        assert json.dumps(program(OBJECT, NOW)) == value.strip("`")


@pytest.mark.parametrize(
    "expression", [text for cell, _ in rows(section("Refused when the policy is read")) for text in code(cell)]
)
def test_what_the_page_calls_refused_is_refused(expression):
    """Every expression of the table."""
    with pytest.raises(ExpressionSyntaxError):
        compile_jmespath(expression)


def test_the_page_lists_every_function_and_no_other():
    """In alphabetical order, as the table in the code."""
    listed = [code(cells[0])[0].split("(")[0] for cells in rows(section("Functions").split("\n### ")[0])]
    assert listed == sorted(FUNCTIONS)

"""The conditions of the how-to collect what it says they collect."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel import Environment, timestamp_from_datetime

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "write-a-cel-condition.md"
NOW = timestamp_from_datetime(datetime(2026, 6, 1, 12, tzinfo=UTC))
CONDITIONS = re.findall(r"```cel\n(.*?)```\n\n```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_page_has_twenty_conditions():
    """Each with its objects."""
    assert len(CONDITIONS) >= 20
    assert PAGE.read_text(encoding="utf-8").count("```cel") == len(CONDITIONS)


@pytest.mark.parametrize(("condition", "objects"), CONDITIONS, ids=[text.split("\n")[0][:60] for text, _ in CONDITIONS])
def test_a_condition_collects_the_first_object_and_keeps_the_second(condition, objects):
    """Only true collects; false and errors keep."""
    shown = yaml.safe_load(objects)
    goes, stays = shown.get("namespaces", [None, None])
    program = Environment().compile(condition)
    assert program.result_type == "bool"
    assert program(shown["goes"], goes, NOW, {}) is True
    try:
        kept = program(shown["stays"], stays, NOW, {})
    except ExpressionError:
        kept = False
    assert kept is False

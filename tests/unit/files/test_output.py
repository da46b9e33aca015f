"""YAML that is printed: every text is read back as that text, by this program and by kubectl."""

from __future__ import annotations

import pytest
import yaml

from zen_gc_core.cli.plans.output import as_yaml
from zen_gc_core.cli.reading.yamls import read_yaml

TEXTS = [
    "y",
    "n",
    "NO",
    "on",
    "0o10",
    "010",
    "1_000",
    "0b11",
    "1e3",
    "~",
    "",
    "null",
    "2026-01-01",
    "1:30",
    "<<",
    "=",
    "a: b",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_is_printed_is_read_as_that_text(text: str) -> None:
    """Values and keys; PyYAML alone leaves ``y`` and ``0o10`` unquoted."""
    (document,) = read_yaml(as_yaml({"a": text, "b": {text: 1}}))
    assert document.value == {"a": text, "b": {text: 1}}


def test_what_needs_no_quotes_has_none() -> None:
    """Plans are read by people."""
    assert as_yaml({"name": "norway", "count": 3, "on": True}) == "name: norway\ncount: 3\n'on': true"
    assert yaml.safe_load(as_yaml({"name": "yes"})) == {"name": "yes"}

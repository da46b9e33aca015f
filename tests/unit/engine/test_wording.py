"""No message of pydantic's reaches an operator in pydantic's words, whatever kind a plugin's configuration makes."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from zen_gc_core import Config
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.wording import worded
from zen_gc_core.model.policy import API_VERSION, NAMESPACED
from zen_gc_core.plugins import installed_entry_points, load_plugins

FOREIGN = re.compile(
    r"\binput\b|should be|valid (?:array|dictionary|string|integer|boolean)|\bdict\b|Value error", re.IGNORECASE
)


class Thing(Config):
    """A configuration."""

    max_age: int = 1


def said(shape: Any, value: Any) -> str:
    adapter = TypeAdapter(shape)
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(value, strict=True)
    (detail,) = refused.value.errors(include_url=False)
    return worded(detail, ["maxAge"])


SAID = [
    (list[str], "Failed", "must be a list, not 'Failed': write [Failed]"),
    (list[str], 5, "must be a list, not 5: write [5]"),
    (list[str], {"a": 1}, "must be a list, not an object"),
    (list[str], "a\u202e\nb", "must be a list, not 'a\\u202e\\nb': write [a\\u202e b]"),
    (dict[str, int], [], "must be an object, not a list"),
    (Thing, "x", "must be an object, not 'x'"),
    (str, 5, "must be text, not 5; write it in quotes"),
    (str, False, "must be text, not false; write it in quotes"),
    (str, None, "must be text, not null"),
    (bool, "true", "must be true or false, not 'true': write it without quotes"),
    (bool, "yes", "must be true or false, not 'yes'"),
    (int, "5", "must be an integer, not '5'"),
    (int, 1.5, "must be an integer, not 1.5"),
    (float, "x", "must be a number, not 'x'"),
    (Annotated[int, Field(ge=1)], 0, "must be 1 or more, not 0"),
    (Annotated[int, Field(gt=1)], 1, "must be more than 1, not 1"),
    (Annotated[int, Field(le=1)], 2, "must be 1 or less, not 2"),
    (Annotated[list[int], Field(min_length=1)], [], "must not be empty"),
    (Annotated[list[int], Field(min_length=2)], [1], "must have at least 2 entries, and has 1"),
    (Annotated[str, Field(max_length=1)], "ab", "must have at most 1 character, and has 2"),
    (Literal["a", "bee"], "bees", "must be 'a' or 'bee', not 'bees'; did you mean 'bee'?"),
    (Thing, {"maxage": 5}, "unknown field 'maxage'; did you mean 'maxAge'?"),
    (Annotated[str, Field(pattern="^a")], "b", "must match ^a, not 'b'"),
]


@pytest.mark.parametrize(("shape", "value", "words"), SAID, ids=range(len(SAID)))
def test_a_mistake_is_told_with_what_was_written_and_what_to_write(shape: Any, value: Any, words: str) -> None:
    """As the parser of policies tells it."""
    assert said(shape, value) == words


@pytest.mark.parametrize("error", list_all_errors(), ids=lambda error: error["type"])
def test_no_kind_of_message_is_in_the_words_of_a_programmer(error: Any) -> None:
    """All that pydantic has, with the context that it gives."""
    detail = {
        "type": error["type"],
        "loc": ("field",),
        "msg": error["example_message_python"],
        "input": "x",
        "ctx": error["example_context"] or {},
    }
    words = worded(detail, [])
    assert words
    assert words.isprintable()
    assert not FOREIGN.search(words), words


ODD = "\x1b[31m\x07\u202e\u2066\u200bx"
"""What a terminal would obey: colours, a bell, characters that turn the order of what follows."""

ODD_SPECS = [
    {"conditions": {f"ce{ODD}l": "true"}},
    {"conditions": {"any": [{f"ce{ODD}": "true"}]}},
    {"conditions": {"cel": f"'{ODD}"}},
    {"conditions": {"cel": f"!(object.metadata.labels['{ODD}'] == 'x')"}},
    {"conditions": {"jmespath": f'data."{ODD}" == `1` &'}},
    {"conditions": {"hasLabels": [{ODD: 1}]}},
    {"conditions": {"fields": [{"path": f"data.{ODD}", "operator": ODD, "value": ODD}]}},
    {"action": {f"del{ODD}": {}}},
    {"action": {"label": {ODD: "x"}}},
    {"ttl": {f"af{ODD}": "1d"}},
    {ODD: 1},
    {"targetResources": [{"apiVersion": f"v1{ODD}", "kind": f"ConfigMap{ODD}", "namespaces": [ODD]}]},
]


@pytest.mark.parametrize("spec", ODD_SPECS, ids=range(len(ODD_SPECS)))
def test_no_terminal_obeys_what_a_policy_is_told(spec: dict[str, Any]) -> None:
    """In its path, its message and the excerpt of its expression; status, events, log and command tell this text."""
    target = {"apiVersion": "v1", "kind": "ConfigMap"}
    document = {
        "apiVersion": API_VERSION,
        "kind": NAMESPACED,
        "metadata": {"name": "p", "namespace": "t"},
        "spec": {"targetResources": [target], "ttl": {"afterCreation": "30d"}, **spec},
    }
    compiled = compile_policy(parse_policy(document), load_plugins(installed_entry_points()).vocabulary)
    assert compiled.errors
    told = [str(problem) for problem in (*compiled.errors, *compiled.warnings)]
    assert all(line.isprintable() for text in told for line in text.split("\n"))
    assert any("u202e" in text for text in told)

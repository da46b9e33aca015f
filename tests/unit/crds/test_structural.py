"""From configurations to structural schemas: what the keyword accepts, the schema accepts."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
from typing import Annotated, Literal

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from tests.unit.crds.schemas import accepts, nodes
from zen_gc_core.engine.crds.structural import OPEN, anything, configuration_schema, visible
from zen_gc_core.keywords import Config, Duration, FieldPath, Instant, Matchers


class Team(Config):
    """The object's team label is one of these."""

    one_of: Annotated[list[str], Field(max_length=3)]
    strict: bool = False
    note: str | None = None
    mode: Literal["a", "b"] = "a"


class Named(BaseModel):
    """Accepts its field by name and by alias."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid")
    one_of: list[str] = Field(alias="oneOf")


class Choosing(BaseModel):
    """Accepts its field by two names."""

    team: str = Field(validation_alias=AliasChoices("team", "squad"))


class Looking(BaseModel):
    """Accepts text in place of itself."""

    team: str

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value):
        return {"team": value} if isinstance(value, str) else value


class Nested(Config):
    """Holds itself."""

    below: Nested | None = None
    others: list[Nested] = Field(default_factory=list)


class Cat(Config):
    """A cat."""

    kind: Literal["cat"]


class Dog(Config):
    """A dog."""

    kind: Literal["dog"]


class Colour(enum.StrEnum):
    """Words."""

    RED = "red"


class Size(enum.Enum):
    """Numbers."""

    ONE = 1


SHAPES = {
    "model": Team,
    "by name": Named,
    "two names": Choosing,
    "model that looks first": Looking,
    "recursive": Nested,
    "discriminated": Annotated[Cat | Dog, Field(discriminator="kind")],
    "union": str | list[str],
    "optional": int | None,
    "optional literal": Literal["a"] | None,
    "list that looks first": Annotated[
        list[str], BeforeValidator(lambda value: value.split(",") if isinstance(value, str) else value)
    ],
    "stripped": Annotated[str, StringConstraints(strip_whitespace=True, max_length=3, min_length=1)],
    "bounded text": Annotated[str, Field(min_length=1, max_length=3)],
    "pattern": Annotated[str, Field(pattern="^a+$")],
    "open interval": Annotated[float, Field(gt=0, lt=1)],
    "multiple": Annotated[int, Field(multiple_of=3, ge=3)],
    "pair": tuple[int, str],
    "set": set[int],
    "map": dict[str, Annotated[int, Field(ge=1)]],
    "mixed literal": Literal["a", 1],
    "truth": Literal[True],
    "word": Colour,
    "number of a list": Size,
    "decimal": decimal.Decimal,
    "time": dt.datetime,
    "span": dt.timedelta,
    "duration": Duration,
    "path": FieldPath,
    "instant": Instant,
    "conditions": Matchers,
    "list of conditions": list[Matchers],
}
SCALARS = st.sampled_from(
    [None, True, False, 0, 1, 3, 0.5, -1, 2.0, "", "a", "aa", "aaaa", " a   ", "a,b", "cat", "dog"]
)
SCALARS |= st.sampled_from(["red", "2026-01-01", "2026-01-01T00:00:00", "P1D", "7d", "1.5", "spec.a"])
KEYS = st.sampled_from(["oneOf", "one_of", "strict", "note", "mode", "team", "squad", "below", "others", "kind", "x"])
VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=4) | st.dictionaries(KEYS, below, max_size=3), max_leaves=6
)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_schema_never_refuses_what_the_configuration_accepts(shape):
    """Where it cannot say what is accepted, it accepts all."""
    adapter = TypeAdapter(shape)
    schema = configuration_schema(adapter)

    @settings(deadline=None, max_examples=150)
    @given(VALUES)
    def check(value):
        try:
            adapter.validate_json(orjson.dumps(value), strict=True)
        except ValidationError:
            return
        assert accepts(schema, value)

    check()


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_schema_is_structural_and_prunes_nothing(shape):
    """Types without composition, open objects, and null everywhere, so that the server takes nothing out."""
    for _, node in nodes(configuration_schema(TypeAdapter(shape))):
        assert node["nullable"] is True
        assert not {"$ref", "anyOf", "oneOf", "allOf", "not", "const", "default", "format", "title"} & set(node)
        assert "type" in node or node.get(OPEN) or node.get("x-kubernetes-int-or-string")
        if node.get("type") == "object":
            assert node.get(OPEN) or "additionalProperties" in node
        if node.get("type") == "array":
            assert "items" in node


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (Team, {}),
        (Team, {"oneOf": "web"}),
        (Team, {"oneOf": ["a"] * 4}),
        (Team, {"oneOf": [], "mode": "c"}),
        (SHAPES["bounded text"], "aaaa"),
        (SHAPES["map"], {"a": 0}),
        (SHAPES["word"], "blue"),
        (Duration, 1.5),
        (FieldPath, ""),
    ],
)
def test_a_schema_refuses_what_it_can_say(shape, value):
    """Required fields of exact models, types, bounds, words."""
    assert not accepts(configuration_schema(TypeAdapter(shape)), value)


def test_a_bound_that_no_double_holds_is_left_to_the_program():
    """The server would read it as the next larger number, and refuse every object for it."""
    bounded = configuration_schema(TypeAdapter(Annotated[int, Field(ge=0, le=2**63 - 1)]))
    assert bounded == {"type": "integer", "nullable": True, "minimum": 0}


def test_docstrings_and_descriptions_are_kept():
    """For `kubectl explain`."""
    assert configuration_schema(TypeAdapter(Team))["description"] == "The object's team label is one of these."


@pytest.mark.parametrize(
    ("schema", "seen"),
    [
        (anything(), False),
        ({"type": "string"}, True),
        ({"type": "array", "items": anything()}, False),
        ({"type": "object", "additionalProperties": anything()}, False),
        ({"type": "object", OPEN: True}, True),
        ({"x-kubernetes-int-or-string": True}, True),
    ],
)
def test_rules_see_what_has_a_type_all_the_way_down(schema, seen):
    """Kubernetes hides the rest, and refuses a definition whose rules look at it."""
    assert visible(schema) is seen

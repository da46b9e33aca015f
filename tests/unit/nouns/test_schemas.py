"""What a schema says of a field: that it is there, that it cannot be, or nothing."""

from __future__ import annotations

import pytest

from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.eachpaths import EachPath
from zen_gc_core.model.relations import Looked
from zen_gc_core.model.schemas import NOT_TOLD, Told, field_told

TEXT, ANY = {"type": "string"}, {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
ITEMS = {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/io.acme.Item"}], "default": {}}}
SPEC = {
    "type": "object",
    "properties": {
        "name": TEXT,
        "size": {"type": "integer"},
        "on": {"type": "boolean"},
        "port": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
        "quantity": {"oneOf": [{"type": "string"}, {"type": "number"}]},
        "raw": {"type": "object"},
        "json": {"description": "anything"},
        "labels": {"type": "object", "additionalProperties": TEXT},
        "maps": {"type": "object", "additionalProperties": {"$ref": "#/x/io.acme.Item"}},
        "free": ANY,
        "half": {**ANY, "properties": {"name": TEXT}},
        "embedded": {"type": "object", "x-kubernetes-embedded-resource": True, "properties": {"spec": ANY}},
        "items": ITEMS,
        "self": {"$ref": "#/x/loop"},
        "lost": {"$ref": "#/x/nowhere"},
        "both": {"allOf": [TEXT, TEXT]},
        "words": {"type": "array", "items": TEXT},
        "odd": "no schema",
    },
}
NAMED = {
    "io.acme.Item": {"type": "object", "properties": {"ref": TEXT, "deep": ITEMS}},
    "loop": {"$ref": "#/x/loop"},
}
ROOT = {"type": "object", "properties": {"apiVersion": TEXT, "spec": SPEC}}


def told(path, schema=ROOT):
    return field_told(schema, "Thing", Looked(EachPath.parse(path), "").field, NAMED.get)


@pytest.mark.parametrize(
    "path",
    [
        "spec.name",
        "spec.port",
        "spec.quantity",
        "spec.json",
        "spec.half.name",
        "spec.words[]",
        "spec.words[3]",
        "spec.items[].ref",
        "spec.items[].deep[].deep[].ref",
        "apiVersion",
    ],
)
def test_a_field_that_the_schema_has_is_known(path):
    """Through what it refers to, too."""
    assert told(path) == Told(known=True)


@pytest.mark.parametrize(
    "path",
    [
        "spec.labels.app",
        "spec.labels['a/b']",
        "spec.maps.x.ref",
        "spec.raw.x",
        "spec.json.x",
        "spec.free.x.y[].z",
        "spec.half.other",
        "spec.embedded.kind",
        "spec.embedded.spec.x",
        "spec.self",
        "spec.self.x",
        "spec.lost.x",
        "spec.both",
        "spec.both.x",
        "spec.odd.x",
        "spec.free[].x",
    ],
)
def test_where_anything_may_be_nothing_is_told(path):
    """Neither that it is there nor that it is not."""
    assert told(path) == NOT_TOLD


@pytest.mark.parametrize("schema", [None, {}, [], "x", {"type": "object"}, {"properties": 3}, ANY, {"properties": {}}])
def test_what_is_no_schema_tells_nothing(schema):
    """Nothing is refused for it."""
    assert told("spec.nmae", schema) == NOT_TOLD


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("sepc.name", "Thing has no field 'sepc'; did you mean 'spec'?"),
        ("spec.nmae", "spec of Thing has no field 'nmae'; did you mean 'name'?"),
        ("spec.zzz", "spec of Thing has no field 'zzz'"),
        ("spec.items[].rf", "spec.items[] of Thing has no field 'rf'; did you mean 'ref'?"),
        ("spec.items[2].rf", "spec.items[] of Thing has no field 'rf'; did you mean 'ref'?"),
        ("spec.maps.x.rf", "spec.maps.x of Thing has no field 'rf'; did you mean 'ref'?"),
        ("spec.maps['a/b'].rf", "spec.maps['a/b'] of Thing has no field 'rf'; did you mean 'ref'?"),
        ("spec.items.ref", "spec.items of Thing is a list: write spec.items[] for each of its items"),
        ("spec.words", "spec.words of Thing is a list, and no text: write spec.words[] for each of its items"),
        ("spec.name[]", "spec.name of Thing is text, and no list"),
        ("spec[].name", "spec of Thing is an object, and no list"),
        ("spec.name.first", "spec.name of Thing is text, and has no fields"),
        ("spec.items[]", "spec.items[] of Thing is an object, and no text"),
        ("spec.size", "spec.size of Thing is a number, and no text"),
        ("spec.on", "spec.on of Thing is true or false, and no text"),
        ("spec", "spec of Thing is an object, and no text"),
    ],
)
def test_a_field_that_cannot_be_is_named_with_the_nearest_one(path, fault):
    """So that a typo is seen."""
    assert told(path) == Told(fault=fault)


def test_a_path_of_ones_own_is_asked_as_it_is():
    """With an index or without."""
    assert field_told(ROOT, "Thing", Looked(FieldPath.parse("spec.words[0]"), "", own=True).field) == Told(known=True)

"""Structural schemas: pruning, defaults and judging, as tables."""

from __future__ import annotations

import copy

import pytest
from zen_gc_embedded.kinds.structural import Structure
from zen_gc_embedded.rules.validation import problems

TEXT = {"type": "string"}
OPEN = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def schema(**spec):
    return {"type": "object", "properties": {"spec": {"type": "object", **spec}}}


@pytest.mark.parametrize(
    ("inner", "spec", "pruned", "unknown"),
    [
        ({"properties": {"a": TEXT}}, {"a": "x", "b": 1}, {"a": "x"}, ["spec.b"]),
        ({}, {"b": 1}, {}, ["spec.b"]),
        ({"x-kubernetes-preserve-unknown-fields": True}, {"b": {"c": 1}}, {"b": {"c": 1}}, []),
        (
            {"x-kubernetes-preserve-unknown-fields": True, "properties": {"a": {"type": "object"}}},
            {"a": {"gone": 1}, "b": 1},
            {"a": {}, "b": 1},
            ["spec.a.gone"],
        ),
        ({"additionalProperties": {"type": "object"}}, {"x": {"gone": 1}}, {"x": {}}, ["spec.x.gone"]),
        (
            {"properties": {"l": {"type": "array", "items": {"type": "object", "properties": {"a": TEXT}}}}},
            {"l": [{"a": "x", "gone": 1}]},
            {"l": [{"a": "x"}]},
            ["spec.l[0].gone"],
        ),
        ({"properties": {"a": TEXT}}, {"a": None}, {}, []),
        ({"properties": {"a": {**TEXT, "nullable": True}}}, {"a": None}, {"a": None}, []),
        (
            {"properties": {"e": {**OPEN, "x-kubernetes-embedded-resource": True}}},
            {"e": {"kind": "K", "metadata": {"name": "n"}}},
            {"e": {"kind": "K", "metadata": {"name": "n"}}},
            [],
        ),
    ],
)
def test_unknown_fields_are_pruned_where_the_schema_closes(inner, spec, pruned, unknown):
    """And named with their paths."""
    content = {"apiVersion": "v", "kind": "K", "metadata": {"name": "n"}, "spec": copy.deepcopy(spec)}
    assert Structure(schema(**inner)).prune(content) == unknown
    assert content["spec"] == pruned
    assert content["metadata"] == {"name": "n"}


def test_defaults_fill_what_is_missing_and_do_not_share():
    """Two objects with one default must not change each other."""
    structure = Structure(schema(default={}, properties={"tags": {"type": "array", "items": TEXT, "default": ["a"]}}))
    first: dict = {}
    second: dict = {"spec": {"tags": None}}
    structure.fill(first)
    structure.fill(second)
    first["spec"]["tags"].append("b")
    assert second["spec"]["tags"] == ["a"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (TEXT, 3, 'Invalid value: "integer": spec.x in body must be of type string: "integer"'),
        ({"type": "integer"}, True, 'Invalid value: "boolean": spec.x in body must be of type integer: "boolean"'),
        ({"type": "boolean"}, "true", 'Invalid value: "string": spec.x in body must be of type boolean: "string"'),
        ({"type": "object"}, [], 'Invalid value: "array": spec.x in body must be of type object: "array"'),
        ({**TEXT, "enum": ["a", "b"]}, "c", 'Unsupported value: "c": supported values: "a", "b"'),
        ({**TEXT, "pattern": "^a+$"}, "b", "Invalid value: \"b\": spec.x in body should match '^a+$'"),
        ({**TEXT, "maxLength": 2}, "abc", "Too long: may not be more than 2 bytes"),
        ({**TEXT, "minLength": 2}, "a", 'Invalid value: "a": spec.x in body should be at least 2 chars long'),
        (
            {**TEXT, "format": "date-time"},
            "now",
            'Invalid value: "now": spec.x in body must be of type date-time: "now"',
        ),
        ({"type": "integer", "minimum": 1}, 0, "Invalid value: 0: spec.x in body should be greater than or equal to 1"),
        ({"type": "integer", "maximum": 1}, 2, "Invalid value: 2: spec.x in body should be less than or equal to 1"),
        (
            {"type": "integer", "maximum": 2, "exclusiveMaximum": True},
            2,
            "Invalid value: 2: spec.x in body should be less than 2",
        ),
        ({"type": "integer", "multipleOf": 2}, 3, "Invalid value: 3: spec.x in body should be a multiple of 2"),
        ({"type": "array", "items": TEXT, "maxItems": 1}, ["a", "b"], "Too many: 2: must have at most 1 item"),
        (
            {"type": "array", "items": TEXT, "minItems": 1},
            [],
            "Invalid value: 0: spec.x in body should have at least 1 items",
        ),
        ({**OPEN, "maxProperties": 1}, {"a": 1, "b": 2}, "Too many: 2: must have at most 1 item"),
        ({"type": "array", "items": TEXT, "x-kubernetes-list-type": "set"}, ["a", "a"], 'Duplicate value: "a"'),
    ],
)
def test_a_value_that_does_not_fit_is_named_in_kubernetes_words(field, value, message):
    """One problem, one cause."""
    (cause,) = problems(schema(properties={"x": field}), {"spec": {"x": value}})
    assert cause.message == message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"x-kubernetes-int-or-string": True}, 80),
        ({"x-kubernetes-int-or-string": True}, "http"),
        ({"type": "integer"}, 3.0),
        ({"type": "number"}, 3),
        ({**TEXT, "nullable": True}, None),
        ({**TEXT, "format": "date-time"}, "2026-01-01T00:00:00Z"),
        ({**OPEN, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"b": 1}),
        ({**OPEN, "not": {"required": ["a"]}}, {"b": 1}),
    ],
)
def test_a_value_that_fits_is_left_alone(field, value):
    """No problem, no cause."""
    assert problems(schema(properties={"x": field}), {"spec": {"x": value}}) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({**OPEN, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}),
        ({**OPEN, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"a": 1, "b": 1}),
        ({**OPEN, "allOf": [{"required": ["a"]}]}, {}),
        ({**OPEN, "not": {"required": ["a"]}}, {"a": 1}),
    ],
)
def test_combinations_are_judged(field, value):
    """allOf, anyOf, oneOf and not."""
    assert problems(schema(properties={"x": field}), {"spec": {"x": value}})

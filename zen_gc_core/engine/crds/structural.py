"""From the shape of a keyword's configuration to a structural schema (Kubernetes, "CustomResourceDefinitions").

One rule above all: **the schema never refuses what the keyword accepts.** Where a shape cannot be said exactly in the
language of structural schemas (a union, a recursion, a validator that looks first), the schema accepts anything there
and leaves the judging to the program. Nothing is pruned either: objects keep unknown fields, and every node may be
null, because the server takes a null out of a field that may not be, and so would make a policy larger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema

from zen_gc_core.durations import PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import TypeAdapter
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

Schema = dict[str, Any]

OPEN: Final = "x-kubernetes-preserve-unknown-fields"
INT_OR_STRING: Final = "x-kubernetes-int-or-string"
DURATION: Final[Mapping[str, Any]] = {"pattern": PATTERN, "minLength": 1, "minimum": 1}
"""What is asked of a duration: of its text, and of its seconds."""
_EXACT: Final = "x-zen-gc-exact"
_LARGEST_EXACT: Final = 2**53
_BOUNDS: Final = {
    "string": ("minLength", "maxLength", "enum"),
    "integer": ("minimum", "maximum", "enum"),
    "number": ("minimum", "maximum", "enum"),
    "boolean": ("enum",),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}


def configuration_schema(adapter: TypeAdapter[Any]) -> Schema:
    """The structural schema of a keyword's configuration.

    Args:
        adapter: What validates the configuration.
    """
    whole = adapter.json_schema(schema_generator=_Generator, mode="validation")
    return _Inlining(whole.get("$defs", {})).structural(whole, ())


def anything(description: str | None = None) -> Schema:
    """The schema that accepts everything and keeps it."""
    return _described({OPEN: True, "nullable": True}, description)


def _described(schema: Schema, description: Any) -> Schema:
    return (
        {"description": " ".join(description.replace("``", "'").split()), **schema}
        if isinstance(description, str)
        else schema
    )


def _said_exactly(bound: Any) -> bool:
    """Whether a bound survives the server's reading of it as a double; one that does not is left to the program."""
    return bound is not None and (not isinstance(bound, int) or abs(bound) <= _LARGEST_EXACT)


class _Generator(GenerateJsonSchema):
    """Says of a shape only what holds for everything that it accepts."""

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:  # noqa: ARG002
        return {}

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        return super().function_before_schema(schema) if "json_schema_input_schema" in schema else {}

    def function_wrap_schema(self, schema: core_schema.WrapValidatorFunctionSchema) -> JsonSchemaValue:
        return super().function_wrap_schema(schema) if "json_schema_input_schema" in schema else {}

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        return {"type": "string"} if schema.get("strip_whitespace") else super().str_schema(schema)

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        """Words alone: ``Literal[True]`` accepts 1, too."""
        words = all(isinstance(each, str) for each in schema["expected"])
        return super().literal_schema(schema) if words else {}

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        """Words alone, as with literals."""
        words = all(isinstance(each.value, str) for each in schema["members"])
        return super().enum_schema(schema) if words else {}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        config = schema["cls"].model_config
        fields = schema["cls"].model_fields.values()
        by_name = config.get("populate_by_name") or config.get("validate_by_name")
        plain = all(isinstance(field.validation_alias, str | None) for field in fields)
        return {**super().model_schema(schema), _EXACT: plain and not by_name}


class _Inlining:
    """Turns JSON Schema into structural schemas, with the definitions that it refers to put in place."""

    def __init__(self, definitions: dict[str, Schema]) -> None:
        self._definitions = definitions

    def structural(self, schema: Any, inside: tuple[str, ...]) -> Schema:
        """The structural schema for a JSON Schema.

        Args:
            schema: The JSON Schema.
            inside: The definitions that it stands in; one that contains itself is left open.
        """
        if not isinstance(schema, dict):
            return anything()
        description = schema.get("description")
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name in inside:
                return anything(description)
            below = self.structural(self._definitions.get(name), (*inside, name))
            return _described(below, description)
        if schema.get(INT_OR_STRING):
            bounds = DURATION if schema.get("format") == "duration" else {}
            return _described({INT_OR_STRING: True, "nullable": True, **bounds}, description)
        alternatives = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
        if len(alternatives) == 1 and len(schema["anyOf"]) > 1:
            below = self.structural(alternatives[0], inside)
            below.pop("enum", None)
            return _described(below, description)
        return _described(self._typed(schema, inside), description)

    def _typed(self, schema: Schema, inside: tuple[str, ...]) -> Schema:
        kind = schema.get("type")
        composed = any(word in schema for word in ("anyOf", "oneOf", "allOf", "not", "format", "patternProperties"))
        if kind not in _BOUNDS or composed:
            return anything()
        typed: Schema = {"type": kind, "nullable": True}
        typed.update({bound: schema[bound] for bound in _BOUNDS[kind] if _said_exactly(schema.get(bound))})
        if "const" in schema:
            typed["enum"] = [schema["const"]]
        if kind == "array":
            typed["items"] = self.structural(schema.get("items"), inside) if "prefixItems" not in schema else anything()
        if kind == "object":
            typed.update(self._members(schema, inside))
        return typed

    def _members(self, schema: Schema, inside: tuple[str, ...]) -> Schema:
        values = schema.get("additionalProperties")
        if "properties" not in schema and isinstance(values, dict):
            return {"additionalProperties": self.structural(values, inside)}
        members: Schema = {OPEN: True}
        if properties := schema.get("properties"):
            members["properties"] = {name: self.structural(each, inside) for name, each in properties.items()}
        if required := (schema.get("required") if schema.get(_EXACT) else None):
            members["required"] = sorted(required)
        return members


def visible(schema: Schema) -> bool:
    """Whether the API server lets CEL rules look at a field of this schema: not at what has no type."""
    if schema.get(INT_OR_STRING):
        return True
    if schema.get("type") == "array":
        return visible(schema["items"])
    if "additionalProperties" in schema:
        return visible(schema["additionalProperties"])
    return "type" in schema

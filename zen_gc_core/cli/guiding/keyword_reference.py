"""The reference of keywords and of a policy's fields, read off their schemas: what ``explain`` prints and the page is made of.

Foreign plugins' keywords are read in the same way; what a schema of theirs does not say is left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import yaml

from zen_gc_core.engine.crds import crd_documents
from zen_gc_core.model.policy import NAMESPACED
from zen_gc_core.offering import OWN_DISTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zen_gc_core.offering import Offered
    from zen_gc_core.vocabulary import Vocabulary

Schema = dict[str, Any]

WHERE: Final = {"matchers": "conditions", "ttls": "ttl", "actions": "action"}
"""Under which field of ``spec`` the keywords of each kind stand."""
NOUNS: Final = {"matchers": "condition", "ttls": "TTL", "actions": "action"}
"""What a keyword of each kind is called."""

_LONGEST_PATH: Final = 1024
_DEEPEST: Final = 8
_NAMES: Final = {
    "string": "text",
    "object": "map",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a configuration.

    Args:
        path: Its path; ``[]`` stands for each entry of a list.
        type: What it takes.
        required: Whether it must be there.
        default: What it is without being written; None where that is not said.
        meaning: What it means, in Markdown.
    """

    path: str
    type: str
    required: bool
    default: Any
    meaning: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A keyword, or a field of a policy.

    Args:
        name: Its name; of a field, its path.
        noun: What it is: a condition, a TTL, an action, a field.
        plugin: The plugin that offers it, and of which distribution; empty for a field.
        meaning: What it means, in a sentence.
        takes: What its configuration is.
        example: An example in YAML; empty where there is none.
        notes: More, in Markdown; empty where there is none.
        fields: The fields of its configuration.
    """

    name: str
    noun: str
    plugin: str
    meaning: str
    takes: str
    example: str
    notes: str
    fields: tuple[Field, ...]


def entry_of(kind: str, name: str, offered: Offered) -> Entry:
    """The reference of a keyword.

    Args:
        kind: ``matchers``, ``ttls`` or ``actions``.
        name: Its name.
        offered: The keyword.
    """
    schema = offered.adapter.json_schema()
    notes = _notes()[kind].get(name, {}) if offered.distribution == OWN_DISTRIBUTION else {}
    return Entry(
        name,
        NOUNS[kind],
        f"plugin {offered.plugin} of {offered.distribution}",
        _sentence(schema),
        type_of(schema, schema),
        notes.get("example", "").rstrip("\n"),
        notes.get("notes", "").rstrip("\n"),
        tuple(fields_of("", schema, schema)),
    )


def entries(vocabulary: Vocabulary) -> list[Entry]:
    """The reference of every installed keyword: conditions, TTLs, actions."""
    return [entry_of(kind, name, words) for kind in WHERE for name, words in getattr(vocabulary, kind).items()]


def policy_fields(vocabulary: Vocabulary) -> list[Entry]:
    """The fields of a policy's ``spec``, keywords aside, as the CustomResourceDefinition has them."""
    schema = next(
        version["schema"]["openAPIV3Schema"]["properties"]["spec"]
        for document in crd_documents(vocabulary)
        if document["spec"]["names"]["kind"] == NAMESPACED
        for version in document["spec"]["versions"][:1]
    )
    return [
        Entry(
            f"spec.{name}",
            "field of a policy",
            "",
            _sentence(found),
            type_of(found, found),
            "",
            "",
            () if name in WHERE.values() else tuple(fields_of("", found, found)),
        )
        for name, found in schema["properties"].items()
    ]


@cache
def _notes() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Beside the schemas: an example of each keyword of zen-gc's own, and what a schema cannot say."""
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.safe_load(
        files(__package__).joinpath("keywords.yaml").read_text("utf-8")
    )
    return found


def _sentence(schema: Schema) -> str:
    text = " ".join(str(schema.get("description", "")).split())
    return text if not text or text.endswith(".") else f"{text}."


def _variants(schema: Schema, root: Schema) -> list[Schema]:
    """What a value may be: the alternatives of a union, references followed; null is left out."""
    if "$ref" in schema:
        return [root.get("$defs", {}).get(schema["$ref"].rpartition("/")[2], {})]
    for word in ("anyOf", "oneOf"):
        if word in schema and "type" not in schema and "x-kubernetes-int-or-string" not in schema:
            return [found for each in schema[word] for found in _variants(each, root) if found.get("type") != "null"]
    return [schema]


def type_of(schema: Schema, root: Schema) -> str:
    """What a schema takes, in words."""
    return " or ".join(dict.fromkeys(_one_type(variant, root) for variant in _variants(schema, root))) or "anything"


def _one_type(schema: Schema, root: Schema) -> str:
    if "const" in schema or "enum" in schema:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        return ", ".join(f"`{json.dumps(value) if isinstance(value, bool) else value}`" for value in values)
    if schema.get("x-kubernetes-int-or-string"):
        return "duration or `never`" if "never" in schema.get("description", "") else "duration"
    kind = schema.get("type")
    if kind == "array":
        return f"list of {type_of(schema.get('items', {}), root)}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map of text to {type_of(schema['additionalProperties'], root)}"
    if schema.get("x-kubernetes-preserve-unknown-fields") and "properties" not in schema:
        return "condition map" if kind == "object" else "anything"
    if schema.get("maxLength") == _LONGEST_PATH:
        return "path"
    return _NAMES.get(kind, "anything") if isinstance(kind, str) else "anything"


def fields_of(prefix: str, schema: Schema, root: Schema, depth: int = 0) -> Iterator[Field]:
    """The fields below a schema, by their paths.

    Args:
        prefix: The path of the schema.
        schema: The schema.
        root: The schema whose definitions it refers to.
        depth: How deep it stands; what refers to itself ends somewhere.
    """
    for variant in _variants(schema, root) if depth < _DEEPEST else ():
        if variant.get("type") == "array":
            yield from fields_of(f"{prefix}[].", variant.get("items", {}), root, depth + 1)
        for name, field in variant.get("properties", {}).items():
            required = name in variant.get("required", ())
            meaning = " ".join(str(field.get("description", "")).split())
            yield Field(f"{prefix}{name}", type_of(field, root), required, field.get("default"), meaning)
            yield from fields_of(f"{prefix}{name}.", field, root, depth + 1)

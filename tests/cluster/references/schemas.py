"""What the API server itself says of the fields of its kinds: its OpenAPI, walked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.cluster.controller.stage import until

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


@dataclass(frozen=True)
class Field:
    """A field of a kind.

    Args:
        path: Where it is; ``[]`` for each item of a list, ``{}`` for each value of a map.
        type: The last word of the name of its schema (``LocalObjectReference``), or what JSON it is; ``free`` for
            whatever its author likes.
    """

    path: str
    type: str


def listed_kinds(cluster):
    """Every kind that can be listed: group and kind, and per version the schema and those that it refers to."""
    kinds: dict[tuple[str, str], dict[str, tuple[Any, Any]]] = {}
    for document in until(lambda: _documents(cluster), "every group tells its schemas"):
        schemas = document.get("components", {}).get("schemas", {})
        for operations in document["paths"].values():
            get = operations.get("get", {})
            if get.get("x-kubernetes-action") == "list":
                named = get["x-kubernetes-group-version-kind"]
                found = kinds.setdefault((named["group"], named["kind"]), {})
                found[named["version"]] = (_schema_of(schemas, named), schemas)
    return kinds


def _documents(cluster):
    """What each group says of itself; nothing while one of them comes or goes: others use the server, too."""
    index = cluster.request("GET", "/openapi/v3").body["paths"]
    answers = [cluster.request("GET", where["serverRelativeURL"]) for where in index.values()]
    return [answer.body for answer in answers] if all(answer.status == 200 for answer in answers) else []


def _schema_of(schemas, named):
    for schema in schemas.values():
        if named in schema.get("x-kubernetes-group-version-kind", ()) and "metadata" in schema.get("properties", {}):
            return schema
    raise AssertionError(f"no schema of {named}")


def fields_of(schema, schemas):
    """Every field below a schema, its metadata aside; what contains itself is walked once."""
    yield from _below(schema, schemas, "", ())


def _below(schema, schemas, path, around):
    for name, value in schema.get("properties", {}).items():
        if path or name not in {"apiVersion", "kind", "metadata"}:
            yield from _at(value, schemas, f"{path}.{name}".removeprefix("."), around)
    if isinstance(schema.get("items"), dict):
        yield from _at(schema["items"], schemas, f"{path}[]", around)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _at(schema["additionalProperties"], schemas, f"{path}{{}}", around)


def _at(schema, schemas, path, around):
    name = _reference(schema)
    resolved = schemas[name] if name else schema
    kind = re.split(r"[./]", name)[-1] if name else schema.get("type", "")
    yield Field(path, "free" if _free(resolved) else kind)
    if name not in around and name != OBJECT_META:
        yield from _below(resolved, schemas, path, (*around, name) if name else around)


def _reference(schema):
    candidates = [schema, *schema.get("allOf", ())]
    return next((each["$ref"].rpartition("/")[2] for each in candidates if "$ref" in each), None)


def _free(schema):
    """Whether anything may stand there: a map of texts, or an object without fields."""
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        return values.get("type") == "string"
    return schema.get("type") == "object" and "properties" not in schema

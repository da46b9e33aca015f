"""What one CustomResourceDefinition takes that another does not: a released field that is lost, or has another meaning.

``lost(before, after)`` names everything that worked with ``before`` and would not with ``after``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Document = dict[str, Any]
_MOST = ("maximum", "maxLength", "maxItems", "maxProperties")
_LEAST = ("minimum", "minLength", "minItems", "minProperties")
_SAME = (
    "type",
    "format",
    "pattern",
    "default",
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
)


def lost(before: Sequence[Document], after: Sequence[Document]) -> list[str]:
    """All that the definitions `before` gave and `after` do not, each as a path and what is wrong."""
    now = {item["metadata"]["name"]: item for item in after}
    found: list[str] = []
    for item in before:
        name = item["metadata"]["name"]
        if name not in now:
            found.append(f"{name}: is gone")
        else:
            found += [f"{name}{fault}" for fault in _of_definition(item["spec"], now[name]["spec"])]
    return found


def _of_definition(before: Document, after: Document) -> Iterator[str]:
    if before["scope"] != after["scope"]:
        yield f": is {after['scope']}, was {before['scope']}"
    for key in ("plural", "kind", "singular"):
        if before["names"].get(key) != after["names"].get(key):
            yield f": {key} is another"
    for name in set(before["names"].get("shortNames", ())) - set(after["names"].get("shortNames", ())):
        yield f": the short name {name} is gone"
    now = {version["name"]: version for version in after["versions"]}
    for version in before["versions"]:
        name = version["name"]
        if version["served"] and not now.get(name, {}).get("served"):
            yield f" {name}: is not served"
            continue
        if set(version.get("subresources", {})) - set(now[name].get("subresources", {})):
            yield f" {name}: a subresource is gone"
        schemas = (each["schema"]["openAPIV3Schema"] for each in (version, now[name]))
        yield from (f" {name} {fault}" for fault in _of_schema("", *schemas))


def _of_schema(path: str, before: Document, after: Document) -> Iterator[str]:
    where = path or "."
    yield from (f"{where}: {fault}" for fault in _other_meaning(before, after))
    yield from (f"{where}: {fault}" for fault in _narrower(before, after))
    yield from _below(path, before, after)


def _other_meaning(before: Document, after: Document) -> Iterator[str]:
    for key in _SAME:
        if before.get(key) != after.get(key):
            yield f"{key} is {after.get(key)!r}, was {before.get(key)!r}"


def _narrower(before: Document, after: Document) -> Iterator[str]:
    for keys, sign in ((_MOST, 1), (_LEAST, -1)):
        for key in keys:
            if sign * after.get(key, sign * math.inf) < sign * before.get(key, sign * math.inf):
                yield f"{key} is {after[key]}, was {before.get(key)}"
    if "enum" in after and not set(map(str, before.get("enum", ["?"]))) <= set(map(str, after["enum"])):
        yield f"takes only {after['enum']}"
    for name in set(after.get("required", ())) - set(before.get("required", ())):
        yield f"{name} is required"
    if before.get("nullable") and not after.get("nullable"):
        yield "may not be null"
    rules = {rule["rule"] for rule in before.get("x-kubernetes-validations", ())}
    for rule in after.get("x-kubernetes-validations", ()):
        if rule["rule"] not in rules:
            yield f"must meet {rule['rule']}"


def _below(path: str, before: Document, after: Document) -> Iterator[str]:
    for name, schema in before.get("properties", {}).items():
        if name not in after.get("properties", {}):
            yield f"{path}.{name}: is gone"
        else:
            yield from _of_schema(f"{path}.{name}", schema, after["properties"][name])
    for key, suffix in (("items", "[]"), ("additionalProperties", "[*]")):
        if isinstance(before.get(key), dict):
            if not isinstance(after.get(key), dict):
                yield f"{path}{suffix}: is gone"
            else:
                yield from _of_schema(f"{path}{suffix}", before[key], after[key])

"""CustomResourceDefinitions: what is wrong with one, what the server fills in, and the resources that it makes.

CEL rules and conversion webhooks are accepted and not carried out; all versions share one stored form.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from zen_gc_embedded import causes
from zen_gc_embedded.causes import child
from zen_gc_embedded.errors import UnusableError
from zen_gc_embedded.kinds.columns import printed
from zen_gc_embedded.kinds.defaulting import CRD_CLEANUP
from zen_gc_embedded.kinds.jsonpaths import compile_path
from zen_gc_embedded.kinds.resources import Resource
from zen_gc_embedded.kinds.structural import Structure
from zen_gc_embedded.store.objects import Object, items, json_kind, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zen_gc_embedded.causes import Cause

KIND = "CustomResourceDefinition"
_OPEN_TYPE = ("x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields")
_WORDS_WITHOUT_STRUCTURE = ("type", "default", "nullable", "properties", "additionalProperties")
_JUNCTORS = ("allOf", "anyOf", "oneOf")


def problems(content: Object) -> list[Cause]:
    """All that is wrong with a CustomResourceDefinition."""
    spec = mapping(content.get("spec"))
    names = mapping(spec.get("names"))
    found = [causes.required(f"spec.{field}") for field in ("group", "scope", "versions") if not spec.get(field)]
    found += [causes.required(f"spec.names.{field}") for field in ("plural", "kind") if not names.get(field)]
    if found:
        return found
    if content["metadata"].get("name") != f"{names['plural']}.{spec['group']}":
        detail = 'must be spec.names.plural+"."+spec.group'
        found.append(causes.not_valid("metadata.name", content["metadata"].get("name"), detail))
    if spec["scope"] not in {"Cluster", "Namespaced"}:
        found.append(causes.not_supported("spec.scope", spec["scope"], ("Cluster", "Namespaced")))
    versions = items(spec["versions"])
    if sum(bool(mapping(version).get("storage")) for version in versions) != 1:
        detail = "must have exactly one version marked as storage version"
        found.append(causes.not_valid("spec.versions", [mapping(version).get("name") for version in versions], detail))
        found.append(causes.not_valid("status.storedVersions", [], "must have at least one stored version"))
    for index, version in enumerate(versions):
        found += _version_problems(mapping(version), child("spec.versions", index))
    return found


def _version_problems(version: Mapping[str, Any], path: str) -> Iterator[Cause]:
    place = f"{path}.schema.openAPIV3Schema"
    for name, kind in (("name", str), ("served", bool), ("storage", bool)):
        if not isinstance(version.get(name), kind):
            yield causes.required(f"{path}.{name}")
    schema = mapping(version.get("schema")).get("openAPIV3Schema")
    if not isinstance(schema, dict):
        yield causes.required(place, "schemas are required")
        return
    if not schema.get("type"):
        yield causes.required(f"{place}.type", "must not be empty at the root")
    elif schema["type"] != "object":
        yield causes.not_valid(f"{place}.type", schema["type"], "must be object at the root")
    yield from _structure_problems(schema, place)
    for index, column in enumerate(items(version.get("additionalPrinterColumns"))):
        yield from _column_problems(mapping(column), f"{path}.additionalPrinterColumns[{index}]")


def _column_problems(column: Mapping[str, Any], path: str) -> Iterator[Cause]:
    missing = [name for name in ("name", "type", "jsonPath") if not isinstance(column.get(name), str)]
    yield from (causes.required(f"{path}.{name}") for name in missing)
    try:
        compile_path(str(column.get("jsonPath", "")))
    except UnusableError as error:
        yield causes.not_valid(f"{path}.jsonPath", column.get("jsonPath"), str(error))


def _structure_problems(schema: Any, path: str) -> Iterator[Cause]:
    if not isinstance(schema, dict):
        yield causes.wrong_type(path, json_kind(schema), "must be a schema")
        return
    if "pattern" in schema:
        yield from _pattern_problems(schema["pattern"], f"{path}.pattern")
    if "$ref" in schema:
        yield causes.disallowed(f"{path}.$ref", "must be empty string")
    for junctor in _JUNCTORS:
        for index, inner in enumerate(items(schema.get(junctor))):
            yield from _junctor_problems(inner, f"{path}.{junctor}[{index}]", schema)
    yield from _children_problems(schema, path)


def _children_problems(schema: Mapping[str, Any], path: str) -> Iterator[Cause]:
    for name, inner in mapping(schema.get("properties")).items():
        yield from _typed(inner, f"{path}.properties[{name}]", "for specified object fields")
    if isinstance(schema.get("additionalProperties"), dict):
        if schema.get("properties"):
            yield causes.disallowed(
                f"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive"
            )
        yield from _typed(schema["additionalProperties"], f"{path}.additionalProperties", "for specified object fields")
    if isinstance(schema.get("items"), dict):
        yield from _typed(schema["items"], f"{path}.items", "for specified array items")
    elif schema.get("type") == "array":
        yield causes.required(f"{path}.items", "must be specified")


def _pattern_problems(pattern: Any, path: str) -> Iterator[Cause]:
    try:
        re.compile(pattern)
    except (re.error, TypeError) as error:
        yield causes.not_valid(path, pattern, f"must be a valid regular expression, but isn't: {error}")


def _typed(schema: Any, path: str, where: str) -> Iterator[Cause]:
    if isinstance(schema, dict) and not schema.get("type") and not any(schema.get(word) for word in _OPEN_TYPE):
        yield causes.required(f"{path}.type", f"must not be empty {where}")
    yield from _structure_problems(schema, path)


def _junctor_problems(inner: Any, path: str, outer: Mapping[str, Any]) -> Iterator[Cause]:
    for word in _WORDS_WITHOUT_STRUCTURE:
        if word in mapping(inner) and not (word == "properties" or outer.get("x-kubernetes-int-or-string")):
            yield causes.disallowed(f"{path}.{word}", "must be empty to be structural")


def complete(content: Object, stamp: str) -> None:
    """Fill in what the server fills in, and establish the resource at once.

    Args:
        content: The definition; completed in place.
        stamp: The present moment, for the conditions.
    """
    spec = mapping(content.get("spec"))
    names = mapping(spec.get("names"))
    kind = str(names.get("kind", ""))
    names.setdefault("singular", kind.lower())
    names.setdefault("listKind", f"{kind}List")
    spec.setdefault("conversion", {"strategy": "None"})
    versions = [mapping(version) for version in items(spec.get("versions"))]
    stored = [version.get("name") for version in versions if version.get("storage")]
    known = {entry["type"]: entry for entry in items(mapping(content.get("status")).get("conditions"))}
    content["status"] = {
        "acceptedNames": dict(names),
        "conditions": [known.get(row[0]) or _condition(*row, stamp) for row in _CONDITIONS],
        "storedVersions": stored,
    }
    finalizers = content["metadata"].setdefault("finalizers", [])
    if CRD_CLEANUP not in finalizers and not content["metadata"].get("deletionTimestamp"):
        finalizers.append(CRD_CLEANUP)


_CONDITIONS = (
    ("NamesAccepted", "NoConflicts", "no conflicts found"),
    ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
)


def _condition(kind: str, reason: str, message: str, stamp: str) -> Object:
    return {"type": kind, "status": "True", "reason": reason, "message": message, "lastTransitionTime": stamp}


def resources_of(content: Mapping[str, Any]) -> list[Resource]:
    """The resources of a CustomResourceDefinition, one for each served version, best version first."""
    spec = content["spec"]
    versions = [version for version in spec["versions"] if version.get("served")]
    return [_resource(spec, version) for version in sorted(versions, key=lambda version: _rank(version["name"]))]


def _resource(spec: Mapping[str, Any], version: Mapping[str, Any]) -> Resource:
    names = spec["names"]
    paths = [str(entry["jsonPath"]).removeprefix(".") for entry in items(version.get("selectableFields"))]
    return Resource(
        group=spec["group"],
        version=version["name"],
        plural=names["plural"],
        kind=names["kind"],
        singular=names.get("singular", ""),
        list_kind=names.get("listKind", ""),
        namespaced=spec["scope"] == "Namespaced",
        short_names=tuple(items(names.get("shortNames"))),
        categories=tuple(items(names.get("categories"))),
        subresources=("status",) if "status" in mapping(version.get("subresources")) else (),
        fields={path: path for path in paths},
        generation=True,
        verbs=_VERBS,
        unconditional=False,
        columns=printed(items(version.get("additionalPrinterColumns"))),
        structure=Structure(mapping(mapping(version.get("schema")).get("openAPIV3Schema"))),
    )


_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")


def _rank(version: str) -> tuple[int, int, int, str]:
    """The order of versions: GA before beta before alpha, newer first (Kubernetes, "Version priority")."""
    found = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if not found:
        return (3, 0, 0, version)
    stage = {None: 0, "beta": 1, "alpha": 2}[found[2]]
    return (stage, -int(found[1]), -int(found[3] or 0), version)

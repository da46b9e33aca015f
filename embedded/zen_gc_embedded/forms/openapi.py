"""As much of ``/openapi/v3`` as kubectl asks for.

The documents name every resource with the parameters that it takes, so that ``kubectl apply`` leaves the
validation of fields to the server. They describe the fields of custom resources, for ``kubectl explain``, and
not those of built-in ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zen_gc_embedded.kinds.registry import Registry
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.store.objects import Object

_PARAMETERS = ("dryRun", "fieldManager", "fieldValidation", "force")
_METADATA: Object = {"type": "object", "description": "Standard object's metadata."}
_OF_EVERY_KIND: Object = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}
"""What custom resources have though their definitions need not say so."""


def index(registry: Registry) -> Object:
    """``/openapi/v3``."""
    places = dict.fromkeys(_place(resource) for resource in registry.all())
    return {"paths": {place: {"serverRelativeURL": f"/openapi/v3/{place}"} for place in places}}


def document(registry: Registry, place: str, version: str) -> Object | None:
    """``/openapi/v3/api/v1`` and its like; None when there is no such group and version.

    Args:
        registry: The served resources.
        place: What follows ``/openapi/v3/``.
        version: The version of the server.
    """
    found = [resource for resource in registry.all() if _place(resource) == place]
    if not found:
        return None
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": version},
        "paths": {_path(resource): _operations(resource) for resource in found},
        "components": {"schemas": {_schema_name(r): _schema(r) for r in found if r.structure is not None}},
    }


def _place(resource: Resource) -> str:
    return f"apis/{resource.group_version}" if resource.group else f"api/{resource.version}"


def _path(resource: Resource) -> str:
    scope = "/namespaces/{namespace}" if resource.namespaced else ""
    return f"/{_place(resource)}{scope}/{resource.plural}/{{name}}"


def _operations(resource: Resource) -> Object:
    """The operations that kubectl looks for: PATCH for its parameters, GET for the schema of what it gives."""
    kind = _kind(resource)
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{_schema_name(resource)}"}}}
    described = {"200": {"description": "OK", "content": content}}
    plain = {"200": {"description": "OK"}}
    return {
        "get": {
            "x-kubernetes-action": "get",
            "x-kubernetes-group-version-kind": kind,
            "responses": plain if resource.structure is None else described,
        },
        "patch": {
            "x-kubernetes-action": "patch",
            "x-kubernetes-group-version-kind": kind,
            "parameters": [{"name": name, "in": "query", "schema": {"type": "string"}} for name in _PARAMETERS],
            "responses": plain,
        },
    }


def _schema(resource: Resource) -> Object:
    schema = dict(resource.structure.schema) if resource.structure is not None else {}
    fields = {**_OF_EVERY_KIND, **(schema.get("properties") or {}), "metadata": _METADATA}
    return {**schema, "properties": fields, "x-kubernetes-group-version-kind": [_kind(resource)]}


def _schema_name(resource: Resource) -> str:
    domain = ".".join(reversed(resource.group.split(".")))
    return f"{domain}.{resource.version}.{resource.kind}"


def _kind(resource: Resource) -> Object:
    return {"group": resource.group, "version": resource.version, "kind": resource.kind}

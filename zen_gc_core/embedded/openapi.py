"""As much of ``/openapi/v3`` as ``kubectl apply`` and ``kubectl create`` ask for.

The documents name every resource with the parameters that it takes, so that kubectl leaves the validation of
fields to the server. They describe no fields: ``kubectl explain`` finds nothing here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.embedded.statuses import unknown_path

if TYPE_CHECKING:
    from zen_gc_core.embedded.objects import Object
    from zen_gc_core.embedded.registry import Registry
    from zen_gc_core.embedded.resources import Resource

_PARAMETERS = ("dryRun", "fieldManager", "fieldValidation", "force")


def index(registry: Registry) -> Object:
    """``/openapi/v3``."""
    places = dict.fromkeys(_place(resource) for resource in registry.all())
    return {"paths": {place: {"serverRelativeURL": f"/openapi/v3/{place}"} for place in places}}


def document(registry: Registry, place: str, version: str) -> Object:
    """``/openapi/v3/api/v1`` and its like.

    Args:
        registry: The served resources.
        place: What follows ``/openapi/v3/``.
        version: The version of the server.

    Raises:
        StatusError: 404, there is no such group and version.
    """
    found = [resource for resource in registry.all() if _place(resource) == place]
    if not found:
        raise unknown_path()
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": version},
        "paths": {_path(resource): {"patch": _operation(resource)} for resource in found},
        "components": {"schemas": {}},
    }


def _place(resource: Resource) -> str:
    return f"apis/{resource.group_version}" if resource.group else f"api/{resource.version}"


def _path(resource: Resource) -> str:
    scope = "/namespaces/{namespace}" if resource.namespaced else ""
    return f"/{_place(resource)}{scope}/{resource.plural}/{{name}}"


def _operation(resource: Resource) -> Object:
    return {
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": {
            "group": resource.group,
            "version": resource.version,
            "kind": resource.kind,
        },
        "parameters": [{"name": name, "in": "query", "schema": {"type": "string"}} for name in _PARAMETERS],
        "responses": {"200": {"description": "OK"}},
    }

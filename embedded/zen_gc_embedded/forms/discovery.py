"""Discovery documents: which groups, versions and resources there are, in both forms that clients ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_embedded.kinds.registry import Registry
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.store.objects import Object

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_SUB_VERBS = ("get", "patch", "update")


def wants_aggregated(accept: str) -> bool:
    """Whether an Accept header asks for aggregated discovery first."""
    first = accept.partition(",")[0]
    return {"g=apidiscovery.k8s.io", "v=v2", "as=APIGroupDiscoveryList"} <= {part.strip() for part in first.split(";")}


def core_versions() -> Object:
    """``/api``."""
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def group_list(registry: Registry) -> Object:
    """``/apis``."""
    groups = [_group(name, versions) for name, versions in registry.groups().items() if name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(registry: Registry, name: str) -> Object | None:
    """``/apis/GROUP``; None when there is no such group."""
    versions = registry.groups().get(name) if name else None
    if versions is None:
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)}


def resource_list(registry: Registry, name: str, version: str) -> Object | None:
    """``/api/v1`` and ``/apis/GROUP/VERSION``; None when there is no such version."""
    found = [resource for resource in registry.all() if (resource.group, resource.version) == (name, version)]
    if not found:
        return None
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": found[0].group_version,
        "resources": [entry for resource in found for entry in _entries(resource)],
    }


def aggregated(registry: Registry, *, core: bool) -> Object:
    """``/api`` or ``/apis`` as an ``APIGroupDiscoveryList`` (apidiscovery.k8s.io/v2)."""
    found = registry.all()
    groups = [(name, versions) for name, versions in registry.groups().items() if core is not bool(name)]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [
            {
                "metadata": {"name": name} if name else {},
                "versions": [
                    {
                        "version": version,
                        "freshness": "Current",
                        "resources": [_aggregate(r) for r in found if (r.group, r.version) == (name, version)],
                    }
                    for version in versions
                ],
            }
            for name, versions in groups
        ],
    }


def _group(name: str, versions: Sequence[str]) -> Object:
    entries = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": entries, "preferredVersion": entries[0]}


def _entries(resource: Resource) -> list[Object]:
    entry: Object = {
        "name": resource.plural,
        "singularName": resource.singular_name,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        **_offered(resource),
    }
    parts = [
        {
            "name": f"{resource.plural}/{part}",
            "singularName": "",
            "namespaced": resource.namespaced,
            **_part(resource, part),
        }
        for part in resource.subresources
    ]
    return [entry, *parts]


def _offered(resource: Resource) -> Object:
    offered: Object = {"verbs": list(resource.verbs)}
    if resource.short_names:
        offered["shortNames"] = list(resource.short_names)
    if resource.categories:
        offered["categories"] = list(resource.categories)
    return offered


def _part(resource: Resource, name: str) -> Object:
    if name == "eviction":
        return {"group": "policy", "version": "v1", "kind": "Eviction", "verbs": ["create"]}
    return {"kind": resource.kind, "verbs": ["update"] if name == "finalize" else list(_SUB_VERBS)}


def _aggregate(resource: Resource) -> Object:
    version = resource.version if resource.group else ""
    kind = {"group": resource.group, "version": version, "kind": resource.kind}
    entry: Object = {
        "resource": resource.plural,
        "responseKind": kind,
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular_name,
        **_offered(resource),
    }
    if resource.subresources:
        entry["subresources"] = [
            {
                "subresource": name,
                "responseKind": {**kind, "kind": _part(resource, name)["kind"]},
                "verbs": _part(resource, name)["verbs"],
            }
            for name in resource.subresources
        ]
    return entry

"""From a URL to what it means: a document of the server, or a resource with namespace, name and subresource."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zen_gc_embedded.forms import discovery, openapi
from zen_gc_embedded.statuses import unknown_path
from zen_gc_embedded.wire.answers import Answer, json_answer, text_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_embedded.kinds.registry import Registry
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.state import State
    from zen_gc_embedded.store.objects import Object

_HEALTH = frozenset({"healthz", "livez", "readyz"})
_PATHS = ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"]


class Route(NamedTuple):
    """Where a request goes.

    Args:
        resource: The resource.
        namespace: The namespace; None when the URL names none.
        name: The name; empty for a collection.
        subresource: The subresource; empty for the object itself.
    """

    resource: Resource
    namespace: str | None
    name: str
    subresource: str


def split(path: str) -> list[str]:
    """The parts of a path."""
    return [part for part in path.split("/") if part]


def document(state: State, parts: Sequence[str], accept: str) -> Answer | None:
    """The answer for a path that belongs to no resource; None for one that may."""
    registry = state.registry
    first = parts[0] if parts else ""
    if not parts:
        return json_answer({"paths": _PATHS})
    if first in _HEALTH:
        return text_answer("ok")
    if parts == ["version"]:
        return json_answer(_version(state.version))
    if first == "openapi":
        return _openapi(state, parts)
    if first not in {"api", "apis"}:
        return no_page()
    if len(parts) == 1:
        core = first == "api"
        if discovery.wants_aggregated(accept):
            return json_answer(discovery.aggregated(registry, core=core), content_type=discovery.AGGREGATED)
        return json_answer(discovery.core_versions() if core else discovery.group_list(registry))
    if first == "apis" and len(parts) == 2:
        return _found(discovery.group(registry, parts[1]))
    group, version, rest = _group_version(parts)
    return None if rest else _found(discovery.resource_list(registry, group, version))


def no_page() -> Answer:
    """The answer where there is no API at all."""
    return text_answer("404 page not found\n", 404)


def _found(content: Object | None) -> Answer:
    return no_page() if content is None else json_answer(content)


def route(registry: Registry, parts: Sequence[str]) -> Route | None:
    """The resource that a path names; None where there is no such group, or no such custom resource.

    Raises:
        StatusError: 404, a built-in group has no such resource, or the resource no such subresource.
    """
    group, version, rest = _group_version(parts)
    namespace: str | None = None
    if len(rest) >= 3 and rest[0] == "namespaces":
        own = registry.get(group, version, "namespaces")
        if own is None or len(rest) > 3 or rest[2] not in own.subresources:
            namespace, rest = rest[1], rest[2:]
    resource = registry.get(group, version, rest[0])
    if resource is None and not registry.is_builtin(group, version):
        return None
    if resource is None or len(rest) > 3 or (namespace is not None and not resource.namespaced):
        raise unknown_path()
    name, subresource = [*rest[1:], "", ""][:2]
    if subresource and subresource not in resource.subresources:
        raise unknown_path()
    if name and resource.namespaced and namespace is None:
        raise unknown_path()
    return Route(resource, namespace, name, subresource)


def _group_version(parts: Sequence[str]) -> tuple[str, str, list[str]]:
    if parts[0] == "api":
        return "", parts[1], list(parts[2:])
    return parts[1], parts[2], list(parts[3:])


def _openapi(state: State, parts: Sequence[str]) -> Answer:
    if parts[1:] == ["v3"]:
        return json_answer(openapi.index(state.registry))
    if len(parts) > 2 and parts[1] == "v3":
        return _found(openapi.document(state.registry, "/".join(parts[2:]), state.version))
    return no_page()


def _version(version: str) -> dict[str, str]:
    major, minor = version.removeprefix("v").split(".")[:2]
    return {"major": major, "minor": minor, "gitVersion": version, "platform": "embedded"}

"""Putting objects straight into the store, as they are, past every check.

For demonstrations, tests and benchmarks that need a past: a creationTimestamp, a status, an owner that was
never made. What an API server would have filled in at birth is filled in where it is missing.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from zen_gc_embedded.errors import UnusableError
from zen_gc_embedded.kinds import definitions
from zen_gc_embedded.kinds.defaulting import label_namespace
from zen_gc_embedded.rules.updating import put
from zen_gc_embedded.store.objects import Object, items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.state import State


def seed(state: State, objects: Iterable[Mapping[str, Any]]) -> int:
    """Put objects into the store; one that is there already is replaced.

    Args:
        state: The cluster.
        objects: Whole objects, with ``apiVersion`` and ``kind``; ``List`` objects are taken apart.

    Returns:
        How many objects there were.

    Raises:
        UnusableError: An object has no name, or a kind that is not served.
    """
    count = 0
    for content in objects:
        if str(content.get("kind", "")).endswith("List") and "items" in content:
            count += seed(state, items(content["items"]))
            continue
        _put(state, content)
        count += 1
    return count


def ensure_namespace(state: State, name: str) -> None:
    """Create a namespace that is not there."""
    if state.find(state.namespaces, "", name) is None:
        _put(state, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def _put(state: State, content: Mapping[str, Any]) -> None:
    resource = state.registry.of_kind(content.get("apiVersion"), content.get("kind"))
    metadata: Object = dict(mapping(content.get("metadata")))
    if resource is None or not metadata.get("name"):
        name = metadata.get("name") or "an object without a name"
        raise UnusableError(f"cannot seed {name}: {content.get('apiVersion')} {content.get('kind')} is not served here")
    whole: Object = {**content, "metadata": metadata}
    if resource.namespaced:
        metadata["namespace"] = metadata.get("namespace") or "default"
        ensure_namespace(state, metadata["namespace"])
    if not metadata.get("uid"):
        metadata["uid"] = str(uuid.uuid4())
    if not metadata.get("creationTimestamp"):
        metadata["creationTimestamp"] = state.stamp()
    if resource.generation:
        metadata.setdefault("generation", 1)
    _complete(state, resource, whole)
    state.write(resource, whole)


def _complete(state: State, resource: Resource, content: Object) -> None:
    if resource.kind == "Namespace":
        content["spec"] = {"finalizers": ["kubernetes"], **mapping(content.get("spec"))}
        content["status"] = {"phase": "Active", **mapping(content.get("status"))}
        label_namespace(content)
    elif resource.kind == definitions.KIND:
        definitions.complete(content, state.stamp())


def backdate(state: State, resource: Resource, namespace: str, name: str, created: str) -> None:
    """Give an object another creationTimestamp.

    Args:
        state: The cluster.
        resource: The resource of the object.
        namespace: Its namespace; empty for none.
        name: Its name.
        created: The new creationTimestamp, in RFC 3339.

    Raises:
        StatusError: 404, it is not there.
    """
    record = state.record(resource, namespace, name)
    content = record.load()
    content["metadata"]["creationTimestamp"] = created
    put(state, resource, record, content)

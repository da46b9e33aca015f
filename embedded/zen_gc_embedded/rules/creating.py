"""Creating an object: what the server fills in, checks and refuses on a POST."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from zen_gc_embedded.kinds import definitions
from zen_gc_embedded.kinds.defaulting import complete_new
from zen_gc_embedded.rules import naming, validation
from zen_gc_embedded.statuses import (
    already_exists,
    bad_request,
    forbidden,
    internal,
    invalid_object,
    not_found,
)
from zen_gc_embedded.store.objects import Object, Record, mapping

if TYPE_CHECKING:
    from zen_gc_embedded.causes import Cause
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.state import State

_SYSTEM_FIELDS = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)


def create(state: State, resource: Resource, namespace: str, content: Object, *, dry_run: bool = False) -> Record:
    """Create an object as a POST does.

    Args:
        state: The cluster.
        resource: The resource.
        namespace: The namespace of the request; empty for a cluster-scoped resource.
        content: The object as it was sent, pruned; it is completed in place.
        dry_run: Check everything and write nothing.

    Raises:
        StatusError: It may not be created, and why.
    """
    metadata = content["metadata"]
    if metadata.get("resourceVersion"):
        raise internal("resourceVersion should not be set on objects to be created")
    managed = metadata.get("managedFields")
    for field in _SYSTEM_FIELDS:
        metadata.pop(field, None)
    if managed:
        metadata["managedFields"] = managed
    check_namespace(resource, namespace, metadata)
    if not metadata.get("name") and metadata.get("generateName"):
        metadata["name"] = naming.generated_name(metadata["generateName"])
    _require_namespace(state, resource, namespace, str(metadata.get("name") or ""))
    metadata["uid"] = str(uuid.uuid4())
    metadata["creationTimestamp"] = state.stamp()
    if metadata.get("name"):
        _prepare(state, resource, content)
    check_object(resource, content)
    taken = state.find(resource, namespace, metadata["name"])
    if taken is not None:
        terminating = bool(taken.metadata().get("deletionTimestamp"))
        raise already_exists(resource, metadata["name"], terminating=terminating)
    return state.write(resource, content, dry_run=dry_run)


def check_object(resource: Resource, content: Object) -> None:
    """Refuse an object that breaks a rule; all broken rules are named.

    Raises:
        StatusError: 422 with every cause.
    """
    metadata = content["metadata"]
    found = list(naming.metadata_problems(resource, metadata)) + content_problems(resource, content)
    if found:
        raise invalid_object(resource, str(metadata.get("name") or ""), found)


def content_problems(resource: Resource, content: Object) -> list[Cause]:
    """What is wrong with an object beside its metadata."""
    if resource.structure is not None:
        return validation.problems(resource.structure.schema, content)
    return definitions.problems(content) if resource.kind == definitions.KIND else []


def check_namespace(resource: Resource, namespace: str, metadata: Object) -> None:
    """Give the object the namespace of the request, or refuse another one.

    Raises:
        StatusError: 400, the object names another namespace.
    """
    written = metadata.get("namespace") or ""
    if resource.namespaced:
        if written not in {"", namespace}:
            raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
        metadata["namespace"] = namespace
    else:
        metadata.pop("namespace", None)


def _require_namespace(state: State, resource: Resource, namespace: str, name: str) -> None:
    if not resource.namespaced:
        return
    record = state.find(state.namespaces, "", namespace)
    if record is None:
        raise not_found(state.namespaces, namespace)
    if record.metadata().get("deletionTimestamp"):
        reason = f"namespace {namespace} is being terminated"
        cause = {"reason": "NamespaceTerminating", "message": reason, "field": "metadata.namespace"}
        why = f"unable to create new content in namespace {namespace} because it is being terminated"
        raise forbidden(resource, name, why, [cause])


def _prepare(state: State, resource: Resource, content: Object) -> None:
    metadata = content["metadata"]
    if resource.has_status:
        content.pop("status", None)
    if resource.structure is not None:
        metadata["generation"] = 1
    else:
        if resource.generation:
            metadata["generation"] = 1
        complete_new(resource.kind, content)
    if resource.kind == definitions.KIND:
        definitions.complete(content, state.stamp())
    if not mapping(metadata.get("labels")):
        metadata.pop("labels", None)

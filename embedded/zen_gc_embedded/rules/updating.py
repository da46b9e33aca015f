"""Updating an object: optimistic locking, what a write may not touch, and generations.

PUT and every kind of PATCH end here, with the whole new object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson

from zen_gc_embedded import causes
from zen_gc_embedded.kinds import definitions
from zen_gc_embedded.kinds.defaulting import label_namespace
from zen_gc_embedded.rules import immutability, naming, validation
from zen_gc_embedded.rules.creating import content_problems
from zen_gc_embedded.statuses import bad_request, conflict, invalid, invalid_object
from zen_gc_embedded.store.objects import Object, Record, items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen_gc_embedded.causes import Cause
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.state import State

_FIXED = ("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "namespace")


class Write(NamedTuple):
    """What a write touches.

    Args:
        subresource: ``status`` or ``finalize`` when only that part is written.
        dry_run: Check everything and write nothing.
        precise: Whether a uid in the object is a precondition (PUT), not a change (PATCH).
    """

    subresource: str = ""
    dry_run: bool = False
    precise: bool = False


def update(state: State, resource: Resource, old: Record, content: Object, write: Write) -> Record:
    """Replace an object.

    Args:
        state: The cluster.
        resource: The resource.
        old: The object as it is stored.
        content: The object as it shall be, pruned; it is completed in place.
        write: What is touched.

    Raises:
        StatusError: It may not be updated, and why.
    """
    present = old.load()
    before, metadata = present["metadata"], content.setdefault("metadata", {})
    _check_identity(resource, before, metadata, write)
    if write.subresource:
        content = _only(write.subresource, content, present)
    elif resource.has_status:
        content.pop("status", None)
        if "status" in present:
            content["status"] = present["status"]
    for field in _FIXED:
        if field in before:
            content["metadata"][field] = before[field]
        else:
            content["metadata"].pop(field, None)
    metadata = content["metadata"]
    metadata["uid"] = metadata.get("uid") or before["uid"]
    metadata["resourceVersion"] = before["resourceVersion"]
    if resource.kind == definitions.KIND and not write.subresource:
        definitions.complete(content, state.stamp())
    if resource.kind == "Namespace":
        label_namespace(content)
    _check(resource, present, content, write)
    if (resource.generation or resource.structure) and not write.subresource and _differs(resource, content, present):
        metadata["generation"] = int(before.get("generation", 0)) + 1
    return put(state, resource, old, content, dry_run=write.dry_run)


def _check_identity(resource: Resource, before: Object, metadata: Object, write: Write) -> None:
    name = before["name"]
    if metadata.get("name") not in {None, "", name}:
        raise bad_request(f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})")
    metadata["name"] = name
    if metadata.get("namespace") not in {None, "", before.get("namespace")}:
        raise bad_request(
            f"the namespace of the object ({metadata['namespace']}) does not match the namespace on the request "
            f"({before.get('namespace', '')})"
        )
    if write.precise and metadata.get("uid") not in {None, "", before["uid"]}:
        why = f"Precondition failed: UID in precondition: {metadata['uid']}, UID in object meta: {before['uid']}"
        raise conflict(resource, name, why)
    version = metadata.get("resourceVersion")
    if not version and not resource.unconditional:
        cause = causes.not_valid("metadata.resourceVersion", 0, "must be specified for an update")
        raise invalid(resource.group, resource.plural, name, [cause])
    if version and version != before["resourceVersion"]:
        raise conflict(resource, name)


def _only(subresource: str, content: Object, present: Object) -> Object:
    if subresource == "finalize":
        finalizers = items(mapping(content.get("spec")).get("finalizers"))
        return {**present, "spec": {**mapping(present.get("spec")), "finalizers": finalizers}}
    kept = {key: value for key, value in present.items() if key != "status"}
    return {**kept, "status": content["status"]} if "status" in content else kept


def _check(resource: Resource, present: Object, content: Object, write: Write) -> None:
    """Refuse a write that breaks a rule; those on metadata are asked twice, and named twice, as by the API server."""
    before, metadata = present["metadata"], content["metadata"]
    found = 2 * [*_changes_not_allowed(before, metadata), *naming.common_problems(metadata)]
    if resource.structure is not None and write.subresource:
        found += validation.status_problems(resource.structure.schema, content)
    else:
        found += content_problems(resource, content)
        found += immutability.forbidden_changes(resource.kind, present, content) if resource.structure is None else ()
    if found:
        raise invalid_object(resource, metadata["name"], found)


def _changes_not_allowed(before: Object, metadata: Object) -> Iterator[Cause]:
    if before.get("deletionTimestamp"):
        added = sorted(set(items(metadata.get("finalizers"))) - set(items(before.get("finalizers"))))
        if added:
            shown = ", ".join(causes.shown(name) for name in added)
            detail = "no new finalizers can be added if the object is being deleted, found new finalizers "
            yield causes.disallowed("metadata.finalizers", f"{detail}[]string{{{shown}}}")
    if metadata["uid"] != before["uid"]:
        yield causes.not_valid("metadata.uid", metadata["uid"], "field is immutable")


def _differs(resource: Resource, content: Object, present: Object) -> bool:
    aside = {"metadata", "apiVersion", "kind"} | ({"status"} if resource.has_status else set())
    new = {key: value for key, value in content.items() if key not in aside}
    return new != {key: value for key, value in present.items() if key not in aside}


def put(state: State, resource: Resource, old: Record, content: Object, *, dry_run: bool = False) -> Record:
    """Store an object without checks; remove it when it was terminating and waits for nothing any more.

    Args:
        state: The cluster.
        resource: The resource.
        old: The object as it is stored; an equal one is not written again.
        content: The whole object.
        dry_run: Write nothing.
    """
    metadata = content["metadata"]
    for field in ("labels", "annotations", "finalizers", "ownerReferences"):
        if not metadata.get(field):
            metadata.pop(field, None)
    if is_finished(resource, content):
        return state.remove(resource, content, dry_run=dry_run)
    fields = {key: value for key, value in content.items() if key not in {"apiVersion", "kind"}}
    if orjson.dumps(fields, option=orjson.OPT_SORT_KEYS) == orjson.dumps(old.load(), option=orjson.OPT_SORT_KEYS):
        return old
    return state.write(resource, content, dry_run=dry_run)


def is_finished(resource: Resource, content: Object) -> bool:
    """Whether a terminating object has nothing left to wait for."""
    metadata = content["metadata"]
    if not metadata.get("deletionTimestamp") or metadata.get("finalizers"):
        return False
    if resource.kind == "Namespace" and mapping(content.get("spec")).get("finalizers"):
        return False
    return not metadata.get("deletionGracePeriodSeconds")

"""Deleting an object: preconditions, finalizers, grace periods and propagation, as ``registry.Store.Delete`` does it.

What a deletion means for dependents is ``collecting``'s business: here, it is only written down as a
finalizer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from zen_gc_embedded import causes
from zen_gc_embedded.kinds.resources import Deletion
from zen_gc_embedded.statuses import bad_request, forbidden, invalid, precondition_failed
from zen_gc_embedded.store.objects import Object, Record, items, mapping, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.state import State

ORPHAN, FOREGROUND = "orphan", "foregroundDeletion"
_POLICIES = ("Foreground", "Background", "Orphan")
_IMMORTAL = frozenset({"default", "kube-public", "kube-system"})
_ORPHANING_KINDS = frozenset({("batch", "Job"), ("", "ReplicationController")})


@dataclass(frozen=True)
class DeleteOptions:
    """What a DELETE asks for (``metav1.DeleteOptions``).

    Args:
        uid: The uid that the object must have; None for any.
        resource_version: The resourceVersion that it must have; None for any.
        policy: The propagation policy; empty for the kind's own.
        grace_seconds: The grace period in seconds; None for the kind's own.
        dry_run: Check everything and write nothing.
        accepted: Whether the answer may be 202 (the deprecated ``orphanDependents: false``).
    """

    uid: str | None = None
    resource_version: str | None = None
    policy: str = ""
    grace_seconds: int | None = None
    dry_run: bool = False
    accepted: bool = False

    @classmethod
    def parse(cls, body: Object) -> DeleteOptions:
        """Read the body of a DELETE.

        Raises:
            StatusError: 400 for values of a wrong type, 422 for values that are not allowed.
        """
        preconditions = mapping(body.get("preconditions"))
        grace, policy, dry_run = (
            body.get("gracePeriodSeconds"),
            body.get("propagationPolicy"),
            items(body.get("dryRun")),
        )
        orphan = body.get("orphanDependents")
        texts = (preconditions.get("uid"), preconditions.get("resourceVersion"), policy)
        wrong = any(text is not None and not isinstance(text, str) for text in texts)
        if wrong or isinstance(grace, (str, float, bool)) or not isinstance(body.get("preconditions") or {}, dict):
            raise bad_request("json: cannot unmarshal into Go struct field DeleteOptions")
        if body.get("kind") not in (None, "", "DeleteOptions"):
            raise bad_request("decoded object cannot be converted to DeleteOptions")
        if policy is not None and policy not in _POLICIES:
            cause = causes.not_supported("propagationPolicy", policy, (*_POLICIES, "nil"))
            raise invalid("meta.k8s.io", "DeleteOptions", "", [cause])
        if policy is not None and orphan is not None:
            detail = "orphanDependents and deletionPropagation cannot be both set"
            raise invalid("meta.k8s.io", "DeleteOptions", "", [causes.not_valid("propagationPolicy", policy, detail)])
        if any(entry != "All" for entry in dry_run):
            cause = causes.not_supported("dryRun", dry_run, ("All",))
            raise invalid("meta.k8s.io", "DeleteOptions", "", [cause])
        if orphan is not None:
            policy = "Orphan" if orphan else policy
        return cls(
            uid=preconditions.get("uid"),
            resource_version=preconditions.get("resourceVersion"),
            policy=policy or "",
            grace_seconds=grace,
            dry_run=bool(dry_run),
            accepted=orphan is False,
        )


@dataclass(frozen=True)
class Deleted:
    """What a DELETE did.

    Args:
        record: The object in its last, or present, state.
        gone: Whether it is removed.
        shown: Whether the answer is the object; else it is a Status.
    """

    record: Record
    gone: bool
    shown: bool


def delete(state: State, resource: Resource, namespace: str, name: str, options: DeleteOptions) -> Deleted:
    """Delete an object, or mark it as terminating.

    Raises:
        StatusError: 404, or 409 when a precondition does not hold.
    """
    old = state.record(resource, namespace, name)
    content = old.load()
    metadata = content["metadata"]
    check_preconditions(resource, metadata, options)
    if resource.kind == "Namespace":
        return _delete_namespace(state, resource, old, content, options)
    graceful = _grace(resource, content, options)
    if graceful is None:
        return Deleted(old, gone=False, shown=True)
    finalizers = _finalizers(resource, metadata, options)
    changed = finalizers != items(metadata.get("finalizers"))
    if finalizers or graceful:
        if changed:
            metadata["finalizers"] = finalizers
        mark(state, content, graceful)
        if not changed and content == old.load():
            return Deleted(old, gone=False, shown=True)
        return Deleted(state.write(resource, content, dry_run=options.dry_run), gone=False, shown=True)
    metadata.pop("finalizers", None)
    if resource.deletion is Deletion.GRACEFUL:
        mark(state, content, 0)
    record = state.remove(resource, content, dry_run=options.dry_run)
    return Deleted(record, gone=True, shown=resource.deletion is not Deletion.STATUS)


def mark(state: State, content: Object, grace_seconds: int) -> None:
    """Mark an object as terminating, in place; the first mark stands, a shorter grace period replaces it."""
    metadata = content["metadata"]
    former = metadata.get("deletionGracePeriodSeconds")
    if metadata.get("deletionTimestamp") and (not former or former <= grace_seconds):
        return
    start = state.now()
    if metadata.get("deletionTimestamp"):
        planned = datetime.fromisoformat(metadata["deletionTimestamp"]) - timedelta(seconds=former)
        start = max(planned, start - timedelta(seconds=grace_seconds))
    elif metadata.get("generation"):
        metadata["generation"] += 1
    metadata["deletionTimestamp"] = timestamp(start + timedelta(seconds=grace_seconds))
    metadata["deletionGracePeriodSeconds"] = grace_seconds


def check_preconditions(resource: Resource, metadata: Mapping[str, Any], options: DeleteOptions) -> None:
    """Refuse a request that is about another object, or about another state of it.

    Raises:
        StatusError: 409, with what was asked for and what is there.
    """
    found, name = metadata["uid"], metadata["name"]
    if options.uid is not None and options.uid != found:
        why = f"the UID in the precondition ({options.uid}) does not match the UID in record ({found}). "
        raise precondition_failed(resource, name, why + "The object might have been deleted and then recreated")
    found = metadata["resourceVersion"]
    if options.resource_version is not None and options.resource_version != found:
        why = f"the ResourceVersion in the precondition ({options.resource_version}) does not match the "
        why += f"ResourceVersion in record ({found}). The object might have been modified"
        raise precondition_failed(resource, name, why)


def _grace(resource: Resource, content: Object, options: DeleteOptions) -> int | None:
    """The grace period in seconds; None: a pending one goes on and the request changes nothing."""
    if resource.deletion is not Deletion.GRACEFUL:
        return 0
    metadata, spec = content["metadata"], mapping(content.get("spec"))
    wanted = options.grace_seconds
    if metadata.get("deletionTimestamp"):
        pending = int(metadata.get("deletionGracePeriodSeconds") or 0)
        if not pending:
            return 0
        return wanted if wanted is not None and wanted < pending else None
    if not spec.get("nodeName") or mapping(content.get("status")).get("phase") in {"Failed", "Succeeded"}:
        return 0
    period = wanted if wanted is not None else int(spec.get("terminationGracePeriodSeconds") or 0)
    return period if period >= 0 else 1


def _finalizers(resource: Resource, metadata: Mapping[str, Any], options: DeleteOptions) -> list[str]:
    """The finalizers with those that stand for the propagation policy."""
    present = items(metadata.get("finalizers"))
    if resource.store == "events":
        return present
    policy = options.policy
    if not policy:
        orphans = (resource.group, resource.kind) in _ORPHANING_KINDS
        implied = "Orphan" if orphans else "Background"
        policy = next((word for word, mark in _MARKS.items() if mark in present), implied)
    others = [name for name in present if name not in _MARKS.values()]
    return [*others, _MARKS[policy]] if policy in _MARKS else others


_MARKS = {"Orphan": ORPHAN, "Foreground": FOREGROUND}


def _delete_namespace(
    state: State, resource: Resource, old: Record, content: Object, options: DeleteOptions
) -> Deleted:
    metadata = content["metadata"]
    if metadata["name"] in _IMMORTAL:
        raise forbidden(resource, metadata["name"], "this namespace may not be deleted")
    if not metadata.get("deletionTimestamp"):
        metadata["deletionTimestamp"] = state.stamp()
        content["status"] = {**mapping(content.get("status")), "phase": "Terminating"}
        return Deleted(state.write(resource, content, dry_run=options.dry_run), gone=False, shown=True)
    return Deleted(old, gone=False, shown=True)

"""Evicting a Pod: PodDisruptionBudgets are asked first, as ``registry/core/pod/storage/eviction.go`` does it.

A budget's status is what somebody wrote there: no controller counts Pods here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_embedded.rules.deleting import DeleteOptions, check_preconditions, delete
from zen_gc_embedded.statuses import StatusError
from zen_gc_embedded.store.objects import Object, Record, items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.state import State

_UNASKED = frozenset({"Succeeded", "Failed", "Pending"})


def evict(state: State, resource: Resource, namespace: str, name: str, options: DeleteOptions) -> None:
    """Delete a Pod, unless a budget is against it.

    Raises:
        StatusError: 404; 409 when a precondition does not hold; 429 when a budget keeps it; 500 when there are several.
    """
    content = state.record(resource, namespace, name).load()
    metadata = content["metadata"]
    phase = mapping(content.get("status")).get("phase") or "Pending"
    if phase not in _UNASKED and not metadata.get("deletionTimestamp"):
        check_preconditions(resource, metadata, options)
        budgets = list(_budgets(state, namespace, mapping(metadata.get("labels"))))
        if len(budgets) > 1:
            message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
            raise StatusError(500, "", message)
        for budget in budgets:
            _spend(state, budget.load(), dry_run=options.dry_run)
    delete(state, resource, namespace, name, options)


def _budgets(state: State, namespace: str, labels: Mapping[str, Any]) -> Iterator[Record]:
    for record in state.storage.store(state.registry.named("poddisruptionbudgets").store).records.values():
        if record.metadata().get("namespace") == namespace and _selects(
            mapping(record.load().get("spec")).get("selector"), labels
        ):
            yield record


def _selects(selector: object, labels: Mapping[str, Any]) -> bool:
    """Whether a label selector takes labels; a missing one takes nothing, an empty one everything."""
    if not isinstance(selector, dict):
        return False
    if any(labels.get(key) != value for key, value in mapping(selector.get("matchLabels")).items()):
        return False
    return all(_meets(mapping(each), labels) for each in items(selector.get("matchExpressions")))


def _meets(expression: Object, labels: Mapping[str, Any]) -> bool:
    key, values = str(expression.get("key")), items(expression.get("values"))
    tests = {
        "In": key in labels and labels[key] in values,
        "NotIn": key not in labels or labels[key] not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }
    return tests.get(str(expression.get("operator")), False)


def _spend(state: State, budget: Object, *, dry_run: bool) -> None:
    """Take one of the disruptions that a budget allows.

    Raises:
        StatusError: 429, there is none.
    """
    name, status = budget["metadata"]["name"], mapping(budget.get("status"))
    if int(status.get("observedGeneration") or 0) < int(budget["metadata"].get("generation") or 0):
        raise _too_many(f"The disruption budget {name} is still being processed by the server.", retryAfterSeconds=10)
    allowed = int(status.get("disruptionsAllowed") or 0)
    if allowed <= 0:
        wanted, healthy = status.get("desiredHealthy") or 0, status.get("currentHealthy") or 0
        raise _too_many(f"The disruption budget {name} needs {wanted} healthy pods and has {healthy} currently")
    budget["status"] = {**status, "disruptionsAllowed": allowed - 1}
    state.write(state.registry.named("poddisruptionbudgets"), budget, dry_run=dry_run)


def _too_many(why: str, **more: int) -> StatusError:
    details = {"causes": [{"reason": "DisruptionBudget", "message": why}], **more}
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    return StatusError(429, "TooManyRequests", message, details)

"""The two forms of an Event: ``core/v1``, in which it is stored, and ``events.k8s.io/v1``.

The renamed fields are those of ``pkg/apis/events/v1/conversion.go``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zen_gc_embedded.store.objects import Object

_RENAMED = {
    "count": "deprecatedCount",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "involvedObject": "regarding",
    "lastTimestamp": "deprecatedLastTimestamp",
    "message": "note",
    "reportingComponent": "reportingController",
    "source": "deprecatedSource",
}
_RESTORED = {new: old for old, new in _RENAMED.items()}


def to_events(content: Object) -> Object:
    """An Event of ``core/v1`` in the form of ``events.k8s.io/v1``."""
    return {_RENAMED.get(key, key): value for key, value in content.items()}


def to_core(content: Object) -> Object:
    """An Event of ``events.k8s.io/v1`` in the form of ``core/v1``."""
    return {_RESTORED.get(key, key): value for key, value in content.items()}

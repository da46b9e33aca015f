"""Restoring: from the copy of an object to what is created, and what a copy cannot bring back.

What is dropped is what the API server would refuse, or what would tie the new object to the life of the old one. Each row
of the table is held to a real API server by a test.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.guarding import SELDOM_OWNERS
from zen_gc_core.engine.keep_mark import KEEP
from zen_gc_core.engine.reserved_marks import written_here
from zen_gc_core.instants import format_instant

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping

ALWAYS: Final = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generateName",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
"""Fields of ``metadata`` that the API server sets."""

_ENDING_FINALIZERS: Final = frozenset({"foregroundDeletion", "orphan"})
"""Finalizers that say how the old object was to go."""

GIVES_RIGHTS: Final = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiregistration.k8s.io",
        "certificates.k8s.io",
        "rbac.authorization.k8s.io",
    }
)
"""Groups whose objects give somebody rights: whoever may write copies must not have them made unseen."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is dropped of objects of a kind.

    Args:
        paths: Field paths; ``[]`` goes through a list, and a last ``…*`` takes what begins so.
        lost: What a copy cannot bring back.
        unless: Of an object of which this holds, nothing is dropped.
    """

    paths: tuple[tuple[str, ...], ...]
    lost: tuple[str, ...] = ()
    unless: Callable[[Mapping[str, Any]], bool] = lambda _: False


def _selects_by_hand(document: Mapping[str, Any]) -> bool:
    """Whether a Job's selector is its author's."""
    spec = document.get("spec")
    return isinstance(spec, dict) and spec.get("manualSelector") is True


def _headless(document: Mapping[str, Any]) -> bool:
    """Whether a Service asks for no cluster IP; that it is headless must not be lost."""
    spec = document.get("spec")
    return isinstance(spec, dict) and spec.get("clusterIP") == "None"


_POD_LABELS: Final = (
    "controller-uid",
    "job-name",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
)
_RUNS: Final = ("what it had done: it runs again from its beginning",)

TABLE: Final[Mapping[tuple[str, str], tuple[Row, ...]]] = {
    ("batch", "Job"): (
        Row(
            (("spec", "selector"), *(("spec", "template", "metadata", "labels", each) for each in _POD_LABELS)),
            unless=_selects_by_hand,
        ),
        Row((), _RUNS),
    ),
    ("", "Service"): (
        Row((("spec", "clusterIP"), ("spec", "clusterIPs")), unless=_headless),
        Row(
            (("spec", "ports", "[]", "nodePort"), ("spec", "healthCheckNodePort")),
            ("its addresses and node ports: it gets new ones",),
        ),
    ),
    ("", "PersistentVolumeClaim"): (
        Row(
            (
                ("spec", "volumeName"),
                ("metadata", "annotations", "pv.kubernetes.io/*"),
                ("metadata", "annotations", "volume.kubernetes.io/selected-node"),
                ("metadata", "annotations", "volume.kubernetes.io/storage-provisioner"),
                ("metadata", "annotations", "volume.beta.kubernetes.io/storage-provisioner"),
            ),
            ("the data of its volume: it gets another one",),
        ),
    ),
    ("", "Pod"): (Row((("spec", "nodeName"), ("spec", "ephemeralContainers")), _RUNS),),
}
"""By group and kind."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What is created of a copy.

    Args:
        document: The object.
        dropped: What of the copy is not in it, in field paths, what the API server sets aside.
        lost: What a copy cannot bring back.
    """

    document: dict[str, Any]
    dropped: tuple[str, ...]
    lost: tuple[str, ...]


def restored(copied: Mapping[str, Any], gone: Collection[str], keep_until: dt.datetime | None) -> Restored:
    """What is to be created of a copied object.

    Args:
        copied: The object as it was.
        gone: The uids of those of its owners that are not there any more: the API server would delete it along with them.
        keep_until: Until when no policy may take it; None says nothing of that.
    """
    document = copy.deepcopy(dict(copied))
    metadata: dict[str, Any] = document["metadata"]
    for name in ALWAYS:
        metadata.pop(name, None)
    lost = ["its status"] if document.pop("status", None) else []
    dropped: list[str] = []
    group = str(document["apiVersion"]).rpartition("/")[0]
    for row in TABLE.get((group, str(document["kind"])), ()):
        if not row.unless(document):
            for path in row.paths:
                _drop(document, path, "", dropped)
        lost += row.lost
    for place in ("labels", "annotations"):
        marks = metadata.get(place)
        if isinstance(marks, dict):
            for key in [key for key in marks if written_here(key)]:
                del marks[key]
                dropped.append(f"metadata.{place}['{key}']")
    _drop_items(metadata, "ownerReferences", lambda owner: _uid(owner) in gone, dropped)
    _drop_items(metadata, "finalizers", lambda each: each in _ENDING_FINALIZERS, dropped)
    if keep_until is not None:
        annotations = metadata.get("annotations")
        kept = {KEEP: format_instant(keep_until)}
        metadata["annotations"] = {**annotations, **kept} if isinstance(annotations, dict) else kept
    if document["kind"] not in SELDOM_OWNERS:
        lost.append("what it owned and what went along with it")
    return Restored(document, tuple(dropped), tuple(lost))


def _uid(owner: object) -> object:
    return owner.get("uid") if isinstance(owner, dict) else None


def _drop(node: Any, path: tuple[str, ...], where: str, dropped: list[str]) -> None:
    """Take what is at a path out of a document, and note it."""
    step, rest = path[0], path[1:]
    if step == "[]":
        for index, item in enumerate(node if isinstance(node, list) else ()):
            _drop(item, rest, f"{where}[{index}]", dropped)
        return
    if not isinstance(node, dict):
        return
    if rest:
        _drop(node.get(step), rest, f"{where}.{step}" if where else step, dropped)
        return
    names = [name for name in node if name.startswith(step[:-1])] if step.endswith("*") else [step]
    for name in names:
        if name in node:
            del node[name]
            dropped.append(f"{where}['{name}']" if "/" in name or "-" in name else f"{where}.{name}")


def _drop_items(metadata: dict[str, Any], field: str, goes: Callable[[Any], bool], dropped: list[str]) -> None:
    items = metadata.get(field)
    if not isinstance(items, list):
        return
    left = [item for item in items if not goes(item)]
    if len(left) < len(items):
        dropped.append(f"metadata.{field} ({len(items) - len(left)} of {len(items)})")
    if left:
        metadata[field] = left
    else:
        del metadata[field]

"""Which tool a document is of. Data, and looking it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.importing.kube_janitor.flags import flags_of
from zen_gc_core.importing.kube_janitor.meaning import EXPIRY_ANNOTATION, TTL_ANNOTATION
from zen_gc_core.importing.kyverno.labelled import TTL_LABEL
from zen_gc_core.importing.ttl_controller import meaning as ttl_controller
from zen_gc_core.importing.ttl_controller.converting import resources_of
from zen_gc_core.model.policy import CLUSTER, GROUP, NAMESPACED
from zen_gc_core.texts import listed, nearest, one_line

if TYPE_CHECKING:
    from zen_gc_core.importing.conversion import Document

KYVERNO: Final = "kyverno"
KUBE_JANITOR: Final = "kube-janitor"
TTL_CONTROLLER: Final = "k8s-ttl-controller"
CLEANER: Final = "k8s-cleaner"
TOOLS: Final[tuple[str, ...]] = (KYVERNO, KUBE_JANITOR, TTL_CONTROLLER, CLEANER)
"""The tools that are known."""

KINDS: Final = {
    ("kyverno.io", "CleanupPolicy"): KYVERNO,
    ("kyverno.io", "ClusterCleanupPolicy"): KYVERNO,
    ("policies.kyverno.io", "DeletingPolicy"): KYVERNO,
    ("policies.kyverno.io", "NamespacedDeletingPolicy"): KYVERNO,
    ("policies.kyverno.io", "PolicyException"): KYVERNO,
    ("apps.projectsveltos.io", "Cleaner"): CLEANER,
}
"""The kinds by which tools are told what to delete."""

_OTHERS: Final = {
    "kyverno.io": frozenset({"ClusterPolicy", "Policy", "PolicyException", "UpdateRequest", "GlobalContextEntry"}),
    "policies.kyverno.io": frozenset(
        {
            "ValidatingPolicy",
            "MutatingPolicy",
            "GeneratingPolicy",
            "ImageValidatingPolicy",
            "NamespacedValidatingPolicy",
            "NamespacedMutatingPolicy",
            "NamespacedGeneratingPolicy",
            "NamespacedImageValidatingPolicy",
        }
    ),
    "apps.projectsveltos.io": frozenset({"Report"}),
}
"""Kinds of their groups that delete nothing."""

_MARKS: Final = {
    ("annotations", TTL_ANNOTATION): KUBE_JANITOR,
    ("annotations", EXPIRY_ANNOTATION): KUBE_JANITOR,
    ("annotations", ttl_controller.TTL_ANNOTATION): TTL_CONTROLLER,
    ("labels", TTL_LABEL): KYVERNO,
}
"""Labels and annotations by which objects say to which tool when they go."""


def tool_of(document: Document) -> str | None:
    """The tool that a document is of; None when it is of none."""
    if "rules" in document and "apiVersion" not in document:
        return KUBE_JANITOR
    tool = KINDS.get((_group(document), str(document.get("kind", ""))))
    if tool is not None:
        return tool
    if _holds_filters(document):
        return KYVERNO
    if flags_of(document, "") is not None:
        return KUBE_JANITOR
    if resources_of(document) is not None:
        return TTL_CONTROLLER
    return next((tool for (where, key), tool in _MARKS.items() if key in _texts(document, where)), None)


def is_labelled(document: Document) -> bool:
    """Whether an object says to Kyverno when it goes."""
    return TTL_LABEL in _texts(document, "labels")


def fault_of(document: Document) -> str | None:
    """What is wrong with a document that is of no tool, and was meant to be; None for what may be passed over."""
    kind = document.get("kind")
    if not isinstance(kind, str) or not kind or not isinstance(document.get("apiVersion"), str):
        return "it has neither apiVersion and kind, nor the rules of a kube-janitor"
    group = _group(document)
    if group == GROUP and kind in {CLUSTER, NAMESPACED}:
        return f"it is a {kind}, a policy of zen-gc already"
    known = [name for of_group, name in KINDS if of_group == group]
    if not known or kind in _OTHERS.get(group, ()):
        return None
    near = nearest(kind, known)
    meant = f"; did you mean '{near}'?" if near else ""
    return f"{group} has no kind '{one_line(kind, 60)}'{meant} (of it, {listed(known)} are imported)"


def _group(document: Document) -> str:
    return str(document.get("apiVersion", "")).rpartition("/")[0]


def _texts(document: Document, where: str) -> Document:
    metadata = document.get("metadata")
    texts = metadata.get(where) if isinstance(metadata, dict) else None
    return texts if isinstance(texts, dict) else {}


def _holds_filters(document: Document) -> bool:
    data = document.get("data")
    return document.get("kind") == "ConfigMap" and isinstance(data, dict) and "resourceFilters" in data

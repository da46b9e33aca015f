"""Which tool a document is of. Data, and looking it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.importing.kube_janitor import flags as janitor_flags
from zen_gc_core.importing.kube_janitor.meaning import EXPIRY_ANNOTATION, TTL_ANNOTATION

if TYPE_CHECKING:
    from zen_gc_core.importing.conversion import Document

KUBE_JANITOR: Final = "kube-janitor"
TOOLS: Final = (KUBE_JANITOR,)
"""The tools that are known."""

_MARKS: Final = {
    ("annotations", TTL_ANNOTATION): KUBE_JANITOR,
    ("annotations", EXPIRY_ANNOTATION): KUBE_JANITOR,
}
"""Labels and annotations by which objects say to which tool when they go."""


def tool_of(document: Document) -> str | None:
    """The tool that a document is of; None when it is of none."""
    if "rules" in document and "apiVersion" not in document:
        return KUBE_JANITOR
    if janitor_flags.flags_of(document, ""):
        return KUBE_JANITOR
    metadata = document.get("metadata")
    for (where, key), tool in _MARKS.items():
        texts = metadata.get(where) if isinstance(metadata, dict) else None
        if isinstance(texts, dict) and key in texts:
            return tool
    return None


def misspelt(document: Document) -> str | None:
    """What is wrong with a document of a tool's own group that is none of what it deletes by; None when nothing is."""
    if "kind" not in document or "apiVersion" not in document:
        return "it has neither apiVersion and kind, nor the rules of kube-janitor"
    return None

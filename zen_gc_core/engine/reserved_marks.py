"""Reserved marks: the labels and annotations that mean something to somebody else, or to this program.

A policy that could write them could keep an object from every other policy, lift a Pod Security level, or take an object
away from the tool that manages it. Whoever runs the program lifts a key with ``--allow-mark``, its own marks aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.model.held_marks import HELD
from zen_gc_core.model.merging import PATCHED_BY
from zen_gc_core.model.names import label_key_fault
from zen_gc_core.model.policy import GROUP
from zen_gc_core.model.recycled import UNTIL
from zen_gc_core.model.requests import MARKED_AT, MARKED_BY
from zen_gc_core.model.scaling import SCALED_FROM
from zen_gc_core.model.suspending import SUSPENDED

if TYPE_CHECKING:
    from collections.abc import Collection

_DOMAINS: Final = {
    GROUP: "zen-gc",
    "kubernetes.io": "Kubernetes",
    "k8s.io": "Kubernetes",
    "argocd.argoproj.io": "Argo CD",
    "toolkit.fluxcd.io": "Flux",
    "helm.sh": "Helm",
}
"""Domains of keys, the domains below them included, with whose they are."""

_WRITTEN_HERE: Final = frozenset((MARKED_AT, MARKED_BY, SCALED_FROM, SUSPENDED, PATCHED_BY, UNTIL))


def belongs_to(key: str) -> str | None:
    """Whose key a label or annotation has, by its domain (``Kubernetes``); None when it is nobody's here."""
    domain = key.lower().rpartition("/")[0]
    return next(
        (owner for known, owner in _DOMAINS.items() if domain == known or domain.endswith(f".{known}")),
        None,
    )


def written_here(key: str) -> bool:
    """Whether a label or annotation is one that this program writes of its own accord, in whatever case."""
    small = key.lower()
    return small in _WRITTEN_HERE or small.rpartition("/")[0] == HELD


def reserved(key: str, allowed: Collection[str] = ()) -> str | None:
    """Why a policy may not write a label or annotation, in words that follow its place; None when it may.

    Args:
        key: Its key, in whatever case: the server takes the keys of annotations in any.
        allowed: The keys that whoever runs the program allows.
    """
    if written_here(key):
        return f"'{key}' is what zen-gc writes itself"
    if key in allowed:
        return None
    owner = belongs_to(key)
    return owner and f"'{key}' is reserved for {owner}: whoever runs the controller allows it with --allow-mark {key}"


def allowed_mark_fault(key: str) -> str | None:
    """What is wrong with what ``--allow-mark`` names; None for a reserved key that may be allowed."""
    if written_here(key):
        return "is what zen-gc writes itself, and nothing lifts that"
    if fault := label_key_fault(key):
        return fault
    return None if belongs_to(key) else "is not reserved (nothing has to be allowed for others)"

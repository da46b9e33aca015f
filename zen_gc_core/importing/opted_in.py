"""Policies for objects that say themselves when they go, by a label or an annotation: every kind, and two apart.

The Pods of Jobs and ReplicationControllers stay where a delete says nothing, so that these two kinds have a policy of their
own; a wildcard for all kinds leaves them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.importing.propagating import ORPHANING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.importing.conversion import Document

_KINDS: Final = [kind for _, kind in ORPHANING]


def every_kind(except_kinds: Sequence[str] = ()) -> Iterator[tuple[str, list[Document], Document]]:
    """Targets for every kind: a suffix for the name, the targets, and the action; that one is empty where none is needed.

    Args:
        except_kinds: The kinds that are left out altogether.
    """
    wildcard = {"apiVersion": "*", "kind": "*", "namespaces": ["*"], "clusterScoped": True}
    yield "", [{**wildcard, "except": [*_KINDS, *except_kinds]}], {}
    apart: list[Document] = [
        {"apiVersion": version, "kind": kind, "namespaces": ["*"]}
        for version, kind in ORPHANING
        if kind not in except_kinds
    ]
    if apart:
        yield "-orphaning", apart, {"delete": {"propagationPolicy": "Orphan"}}


def those(targets: Sequence[Document]) -> Iterator[tuple[str, list[Document], Document]]:
    """The same for some kinds alone."""
    orphaning = [target for target in targets if (target["apiVersion"], target["kind"]) in ORPHANING]
    others = [target for target in targets if target not in orphaning]
    if others:
        yield "", others, {}
    if orphaning:
        yield "-orphaning" if others else "", orphaning, {"delete": {"propagationPolicy": "Orphan"}}

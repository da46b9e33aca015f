"""What becomes of dependents: a delete that says nothing leaves the Pods of Jobs and ReplicationControllers alone.

To the API server, ``DeleteOptions`` without a ``propagationPolicy`` mean Background, but for these two kinds Orphan. Here a
delete always says what it means, so that what leaves them alone there must leave them alone here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.importing.conversion import Conversion, Document

ORPHANING: Final = (("batch/v1", "Job"), ("v1", "ReplicationController"))
"""The kinds whose dependents stay, where a delete says nothing."""

POLICIES: Final = frozenset({"Background", "Foreground", "Orphan"})
"""What a delete may say."""


def by_default(
    targets: Sequence[Document], conversion: Conversion, path: str
) -> Iterator[tuple[str, list[Document], Document]]:
    """Targets by what a delete that says nothing does with their dependents.

    Args:
        targets: The targets.
        conversion: Takes what becomes of it.
        path: Where the original could have said something.

    Yields:
        A suffix for the name, the targets, and the action; that one is empty where it is what a policy does anyway.
    """
    orphaning = [target for target in targets if (target["apiVersion"], target["kind"]) in ORPHANING]
    others = [target for target in targets if target not in orphaning]
    if orphaning:
        kinds = " and ".join(dict.fromkeys(target["kind"] for target in orphaning))
        conversion.exact(path, f"not written, which leaves the Pods of a {kinds} alone: propagationPolicy: Orphan")
    if others:
        yield "", others, {}
    if orphaning:
        suffix = "-orphaning" if others else ""
        yield suffix, orphaning, {"delete": {"propagationPolicy": "Orphan"}}

"""Reading lists of globs with ``!`` excludes (``["ci-*", "!ci-keep-*"]``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zen_gc_core.engine.parsing import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.engine.parsing.document import Place


class Globs(NamedTuple):
    """What a list of globs takes, and what it leaves out."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]


def read_globs(place: Place | None, fault_of: Callable[[str], str | None]) -> Globs | None:
    """Read a list of globs.

    Args:
        place: The list; None when it is not there.
        fault_of: Says what is wrong with one of them.

    Returns:
        The globs; None when there is no list, or one that is refused: empty, or of excludes alone, which could mean
        everything or nothing.
    """
    entries = place.items(least=1, most=limits.GLOBS) if place else None
    if place is None or entries is None:
        return None
    texts = [_glob(entry, fault_of) for entry in entries]
    globs = Globs(
        tuple(text for text in texts if text and not text.startswith("!")),
        tuple(text[1:] for text in texts if text and text.startswith("!")),
    )
    if None in texts:
        return None
    if not globs.include:
        place.refuse("holds excludes only; write '*' first to take all others")
        return None
    return globs


def _glob(place: Place, fault_of: Callable[[str], str | None]) -> str | None:
    text = place.text(most=limits.NAME + 1)
    if text is not None and (fault := fault_of(text.removeprefix("!"))):
        place.refuse(fault)
        return None
    return text

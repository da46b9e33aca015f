"""Reading lists of globs with ``!`` excludes (``["ci-*", "!ci-keep-*"]``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zen_gc_core.engine.parsing import limits
from zen_gc_core.model.globbing import malformed, matches_no_name, odd_among_free_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.engine.parsing.document import Place


class Globs(NamedTuple):
    """What a list of globs takes, and what it leaves out."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]


class Names(NamedTuple):
    """What the names that a list of globs is held against are like.

    Args:
        fault_of: Says what is wrong with one of the globs.
        namespaces: Whether they are those of namespaces.
        free: Whether they may hold nearly anything, as those of Roles.
    """

    fault_of: Callable[[str], str | None]
    namespaces: bool = False
    free: bool = False


def read_globs(place: Place | None, names: Names) -> Globs | None:
    """Read a list of globs.

    Args:
        place: The list; None when it is not there.
        names: What they are held against.

    Returns:
        The globs; None when there is no list, or one that is refused: empty, of excludes alone, which could mean
        everything or nothing, or with an exclude that matches no name, so that it would exclude nothing.
    """
    entries = place.items(least=1, most=limits.GLOBS) if place else None
    if place is None or entries is None:
        return None
    everything = any(entry.value == "*" for entry in entries)
    texts = [_glob(entry, names, beside_everything=everything) for entry in entries]
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


def _glob(place: Place, names: Names, *, beside_everything: bool) -> str | None:
    text = place.text(most=limits.NAME + 1)
    if text is None:
        return None
    glob = text.removeprefix("!")
    if fault := names.fault_of(glob) or malformed(glob):
        place.refuse(fault)
        return None
    if names.free:
        if odd := odd_among_free_names(glob):
            place.problems.warn(place.path, odd)
        return text
    nothing = matches_no_name(glob, namespace=names.namespaces)
    if nothing is not None and text.startswith("!"):
        place.refuse(f"{nothing}, so that this excludes nothing")
        return None
    if nothing is not None and beside_everything:
        place.refuse(f"{nothing}; beside '*' it can only be meant to exclude: write !")
        return None
    if nothing is not None:
        place.problems.warn(place.path, nothing)
    return text

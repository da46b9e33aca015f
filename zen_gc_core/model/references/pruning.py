"""Pruning: a decoder for those fields of a section that rows look at; what they do not look at is skipped, not made.

Decoding is most of what reading costs. Where a section is not as its kind is, the decoder raises, and whoever reads looks at
the whole of it: nothing is decided here.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final, TypedDict

import msgspec

from zen_gc_core.model.references.rows import Each

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from zen_gc_core.model.references.rows import Reference, Step, Steps

_NUMBERS: Final = count()

Tree = dict["Step", "Tree | None"]
"""What is looked at below a place; None: all of it."""


def decoders(
    rows: Iterable[Reference], undecoded: Collection[Steps] = ()
) -> tuple[dict[str, Callable[[bytes], Any]], dict[Steps, Callable[[bytes], Any]]]:
    """A decoder for each section (``spec``) that some rows of one kind look at.

    Args:
        rows: The rows.
        undecoded: Places that stay JSON (``msgspec.Raw``) in what is made of a section.

    Returns:
        By the name of the section: what makes of its JSON the fields that the rows look at, and none beside; it raises
        where these have not the shape that the rows say. And the same for each place that stays JSON.
    """
    tree: Tree = {}
    for row in rows:
        *way, last = row.steps
        node: Tree | None = tree
        for step in way:
            node = _below(node, step)
        if node is not None:
            node.update((beside, None) for beside in row.beside)
            node[last] = None
    of_places: dict[Steps, Callable[[bytes], Any]] = {}

    def kept(node: Tree | None, at: Steps) -> Any:
        if at not in undecoded:
            return _shape(node, at, kept)
        of_places[at] = msgspec.json.Decoder(_shape(node)).decode
        return msgspec.Raw

    of_sections: dict[str, Callable[[bytes], Any]] = {
        section: msgspec.json.Decoder(_shape(below, (section,), kept)).decode
        for section, below in tree.items()
        if isinstance(section, str) and section != "metadata"
    }
    return of_sections, of_places


def decoder_of(steps: Steps) -> Callable[[bytes], Any]:
    """A decoder for the section that a path begins with: what makes of its JSON what is on the path, and none beside.

    Args:
        steps: The path, in which ``Each`` walks lists and maps; more than one.
    """
    below: Tree | None = None
    for step in reversed(steps[1:]):
        below = {step: below}
    return msgspec.json.Decoder(_shape(below)).decode


def _below(node: Tree | None, step: Step) -> Tree | None:
    """What is looked at one step below; nothing may be left out of a place of which all is looked at."""
    return None if node is None else node.setdefault(step, {})


def _shape(node: Tree | None, at: Steps = (), inner: Callable[[Tree | None, Steps], Any] | None = None) -> Any:
    """The type that a place has, as far as it is looked at; ``inner`` says which one each place below it has."""
    if node is None:
        return Any
    below = inner or _shape
    keys = {key: below(tree, (*at, key)) for key, tree in node.items() if isinstance(key, str)}
    if len(keys) == len(node):
        fields: Any = TypedDict(f"Pruned{next(_NUMBERS)}", keys, total=False)  # type: ignore[misc]
        return fields | None
    if len(node) > 1:
        return Any
    ((step, tree),) = node.items()
    items: Any = below(tree, (*at, step))
    return list[items] | None if step is Each.ITEM else dict[str, items] | None

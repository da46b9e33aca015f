"""Parts that many objects have in common, such as the environment of the containers of one workload's Pods.

What such a part names is remembered by its JSON, which says the same wherever it stands: neither the object's name nor a
field around the part counts. Where the JSON differs by one letter, it is read as if nothing were remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from zen_gc_core.model.heads import decode_json
from zen_gc_core.model.references.found import Found
from zen_gc_core.model.references.rows import Each
from zen_gc_core.model.references.texts import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen_gc_core.model.references.found import Leaf
    from zen_gc_core.model.references.rows import Reference, Steps

MOST_PARTS: Final = 128
"""As many are remembered of one place. Lists are ordered by name, so that the Pods of a workload follow one another; and there
are some ten places for each kind that is named, whose memory whoever writes Pods may fill."""

MOST_BYTES: Final = 2048
"""A longer one is not remembered."""

MOST_NAMES: Final = 32
"""Nor is one that names more."""


def places(rows: Iterable[Reference]) -> frozenset[Steps]:
    """The fields of the items of lists that are worth remembering: in which more is looked for than a name that is all there is.

    Args:
        rows: The rows of one kind.
    """
    below: dict[Steps, list[Reference]] = {}
    for row in rows:
        if place := _place(row.steps):
            below.setdefault(place, []).append(row)
    return frozenset(
        place
        for place, those in below.items()
        if any(row.how != "name" for row in those) and all(_is_the_same_anywhere(row, place) for row in those)
    )


def _place(steps: Steps) -> Steps:
    """The first field of an item of a list on a path; nothing where there is none."""
    for number, step in enumerate(steps[1:], 1):
        if isinstance(step, str) and steps[number - 1] is Each.ITEM:
            return steps[: number + 1]
    return ()


def _is_the_same_anywhere(row: Reference, place: Steps) -> bool:
    """Whether what a row finds depends on what stands in a place alone, and on the namespace."""
    own_name = "{" in row.name.replace("{value}", "")
    return not own_name and not (row.beside and row.steps == place)


def remembering(walk: Leaf, decode: Callable[[bytes], Any]) -> Leaf:
    """What looks at a part as another does, and remembers what that found; what is decoded already is looked at anew.

    Args:
        walk: Looks at the part, decoded.
        decode: Decodes as much of its JSON as is looked at; it may raise where ``walk`` would, or find it is undecided.
    """
    known: dict[tuple[bytes, str], frozenset[tuple[str, str]]] = {}

    def read(raw: bytes, namespace: str) -> frozenset[tuple[str, str]]:
        try:
            value = decode(raw)
        except Exception:  # noqa: BLE001  whatever it was, it is met again by who looks at all of it
            value = decode_json(raw)
        found = Found("", namespace)
        if value is not None:
            walk(value, None, found)
        return frozenset(found.uses())

    def leaf(value: Any, around: Any, found: Found) -> None:
        if type(value) is not msgspec.Raw:
            walk(value, around, found)
            return
        key = (bytes(value), found.namespace)
        named = known.get(key)
        if named is None:
            named = read(*key)
            if len(key[0]) <= MOST_BYTES and len(named) <= MOST_NAMES:
                if len(known) >= MOST_PARTS:
                    known.clear()
                known[key] = named
        if named:
            found.into.update(named)
            fold(found.into)

    return leaf

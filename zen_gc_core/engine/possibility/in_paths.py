"""Field paths of configurations, held against what objects of the policy's kinds may hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from zen_gc_core.engine.kinds import built_in
from zen_gc_core.fieldpaths import FieldPath, spell
from zen_gc_core.model.object_types import Kind, object_shape, root_fault, unusual
from zen_gc_core.model.shapes import ImpossibleError, Shape, follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from zen_gc_core.model.policy import Target

_BARE_NUMBER: Final = re.compile(r"(?<!\\)\.([0-9]+)(?=[.\[]|$)", re.ASCII)


def shape_of(targets: Iterable[Target]) -> Shape:
    """What the objects of some targets may hold; of any object where there are none, and where one is a wildcard."""
    targets = tuple(targets)
    if any(target.wildcard is not None for target in targets):
        return object_shape(())
    known = ((target, built_in(target.api_version, target.kind)) for target in targets)
    return object_shape(
        Kind(target.api_version, target.kind, found is not None and found.served) for target, found in known
    )


def checked_path(shape: Shape, path: FieldPath, warn: Callable[[str], None]) -> Shape:
    """What may stand at a path; ``nothing`` where objects of these kinds lack it.

    Args:
        shape: What objects may hold.
        path: The path.
        warn: Takes what is odd about it.

    Raises:
        ImpossibleError: No object has such a place; the text says what was meant.
    """
    first = path.segments[0]
    if isinstance(first, int):
        raise ImpossibleError(f"an object is no list and has no element {first}")
    if fault := root_fault(shape, first):
        raise ImpossibleError(fault)
    found = follow(shape, path.segments, spell)
    if number := _BARE_NUMBER.search(path.text):
        place = path.text[: number.start()]
        raise ImpossibleError(
            f"{number[1]} is no name: write {place}[{number[1]}] for an element of a list, {place}['{number[1]}'] for a key"
        )
    if odd := found.what if found.sort == "nothing" else unusual(shape, first):
        warn(odd)
    return found


def paths_in(config: Any, place: str = "") -> Iterator[tuple[str, FieldPath]]:
    """All field paths in a configuration of a keyword, each with its place in it.

    Args:
        config: The configuration, in its own shape.
        place: Where it stands.
    """
    if isinstance(config, FieldPath):
        yield place, config
    elif isinstance(config, BaseModel):
        for name, field in type(config).model_fields.items():
            yield from paths_in(getattr(config, name), _below(place, field.alias or name))
    elif isinstance(config, dict):
        for key, value in config.items():
            yield from paths_in(value, _below(place, str(key)))
    elif isinstance(config, list | tuple):
        for index, value in enumerate(config):
            yield from paths_in(value, f"{place}[{index}]")


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name

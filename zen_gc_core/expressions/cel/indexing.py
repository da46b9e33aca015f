"""Lists, maps and optional ones taken apart and put together: ``a[b]``, ``a.b``, ``has(a.b)``, ``{a: b}``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel.operators import NUMBERS, has_key
from zen_gc_core.expressions.cel.values import NONE, Optional, Uint, no_overload, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable


def index(container: Any, key: Any) -> Any:
    """``container[key]``: of a list, a map, or an optional one."""
    kind = type(container)
    if kind is dict:
        if key in container if type(key) is str else has_key(container, key):
            return container[key]
        raise no_such_key(key)
    if kind is list:
        place = list_index(key)
        if 0 <= place < len(container):
            return container[place]
        raise ExpressionError(f"index out of bounds: {place}")
    if kind is Optional:
        return optional_index(container, key)
    raise no_overload("[]", container, key)


def list_index(key: Any) -> int:
    """The place that a number names in a list; a double or uint must be integral."""
    if type(key) is int:
        return key
    if type(key) in NUMBERS and math.isfinite(key) and key == int(key):
        return int(key)
    raise ExpressionError(f"a list has no index of type {type_name(key)}")


def no_such_key(key: Any) -> ExpressionError:
    """The error of a map that lacks a key."""
    return ExpressionError(f"no such key: {str(key)[:80]}")


def optional_index(container: Any, key: Any) -> Optional:
    """``container[?key]`` and ``container.?key``: the element if there is one."""
    if type(container) is Optional:
        if not container.present:
            return NONE
        container = container.value
    if type(container) is dict:
        return Optional(container[key]) if _may_be_key(key) and has_key(container, key) else NONE
    if type(container) is list:
        place = list_index(key)
        return Optional(container[place]) if 0 <= place < len(container) else NONE
    raise no_overload("[?]", container, key)


def select(container: Any, field: str) -> Any:
    """``container.field`` of a map or an optional one."""
    if type(container) is dict:
        if field in container:
            return container[field]
        raise no_such_key(field)
    if type(container) is Optional:
        return optional_index(container, field)
    raise ExpressionError(f"a value of type {type_name(container)} has no field {field[:80]!r}")


def has_field(container: Any, field: str) -> bool:
    """``has(container.field)``; what is no map has no fields to ask for.

    Raises:
        ExpressionError: The container is no map.
    """
    if type(container) is dict:
        return field in container
    if type(container) is Optional:
        return optional_index(container, field).present
    raise ExpressionError(f"a value of type {type_name(container)} has no field {field[:80]!r}")


def make_map(entries: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """A map of entries, each key once.

    Raises:
        ExpressionError: A key is repeated, is no key, or a bool stands beside an equal number, which is not held.
    """
    made: dict[Any, Any] = {}
    for key, value in entries:
        if type(key) not in (str, int, bool, Uint):
            raise ExpressionError(f"a value of type {type_name(key)} is no key of a map")
        if key in made:
            raise ExpressionError(f"repeated key: {str(key)[:80]}")
        made[key] = value
    return made


def _may_be_key(key: Any) -> bool:
    return type(key) in (str, bool) or type(key) in NUMBERS

"""What may stand in a log record: values made printable and bounded, and exceptions without what they quote.

Pure functions. Which records there are, and where they go, is said elsewhere.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import math
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.instants import format_instant
from zen_gc_core.texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

LONGEST_VALUE: Final = 256
"""Characters of one value; names of Kubernetes objects have at most 253."""
LONGEST_MESSAGE: Final = 1024
"""Characters of a message, a field that holds a sentence."""
LONGEST_NAME: Final = 64
"""Characters of the name of a field."""
LONGEST_TRACEBACK: Final = 16_384
"""Characters of a whole traceback."""
MOST_ITEMS: Final = 50
"""Items of a list, and entries of a mapping."""
MOST_FRAMES: Final = 30
"""Innermost frames of one exception."""
MOST_LINKED: Final = 8
"""Exceptions of one chain."""

MESSAGES: Final = frozenset({"event", "message", "exception"})
"""Fields that hold sentences."""

_QUOTES_NO_DATA: Final = (AttributeError, ImportError, MemoryError, NameError, OSError, RecursionError, TypeError)
"""Exceptions whose text comes from the interpreter or the operating system: it names types, files and addresses.
The text of any other may quote what it choked on, and that may be an object's field."""


def printable(text: str, limit: int = LONGEST_VALUE) -> str:
    r"""A text that does nothing to whoever looks at it.

    Control characters (C0, C1), line and paragraph separators, formatting characters (the bidirectional ones among
    them), lone surrogates and unassigned characters become visible escapes: ``\n``, ``\x1b``, ``\u202e``.

    Args:
        text: Any text at all.
        limit: The most characters of it that are kept; what is cut off is counted at the end.
    """
    kept = visible(text[:limit])
    return kept if len(text) <= limit else f"{kept}… (and {len(text) - limit} more characters)"


def plain(value: object, limit: int = LONGEST_VALUE) -> Any:
    """A value as it may stand in a record: a finite number, a boolean, None, a printable text, or a list of these.

    A mapping is only let through when it counts something (text to number): nothing that looks like an object's body
    ever is. Anything unknown shows its type alone.

    Args:
        value: The value.
        limit: The most characters of a text.
    """
    kind = type(value)  # most values are of these, which no class of anybody's can pretend to be
    if kind is str and len(value) <= limit and value.isprintable():  # type: ignore[arg-type,attr-defined]
        return value
    if value is None or kind is bool or (kind is int and -(2**63) < value < 2**63):  # type: ignore[operator]
        return value
    if isinstance(value, enum.Enum):
        return plain(value.value, limit)
    if isinstance(value, int):
        return value if abs(value) < 2**63 else printable(hex(value), limit)
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return printable(value, limit)
    if isinstance(value, dt.datetime):
        return format_instant(value) if value.tzinfo else value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        return [_leaf(item, limit) for item in items[:MOST_ITEMS]]
    if isinstance(value, Mapping) and _counts(value):
        return _count(value, limit)
    return f"<{type(value).__name__}>"


def _leaf(value: object, limit: int) -> Any:
    return f"<{type(value).__name__}>" if isinstance(value, Mapping | list | tuple | set) else plain(value, limit)


def _counts(value: Mapping[Any, Any]) -> bool:
    return all(isinstance(key, str) and isinstance(count, int | float) for key, count in value.items())


def _count(value: Mapping[Any, Any], limit: int) -> dict[str, Any]:
    """What counts something; as it is, where all of it are printable names and whole numbers, which it all but always is."""
    names, numbers = {*map(type, value)}, {*map(type, value.values())}
    if names == {str} and numbers == {int} and len(value) <= MOST_ITEMS:
        within = min(value.values()) > -(2**63) and max(value.values()) < 2**63
        if within and "".join(value).isprintable() and max(map(len, value)) <= limit:
            return dict(value)
    return {_name(str(key), limit): plain(count) for key, count in list(value.items())[:MOST_ITEMS]}


@functools.lru_cache(maxsize=256)
def _name(key: str, limit: int) -> str:
    return printable(key, limit)


def fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """A whole record, each of its values made plain; the field ``exception`` is taken to be `stack` already."""
    return {
        _name(key, LONGEST_NAME): value
        if key == "exception"
        else plain(value, LONGEST_MESSAGE if key in MESSAGES else LONGEST_VALUE)
        for key, value in record.items()
    }


def stack(error: BaseException, trace: TracebackType | None = None) -> str:
    """An exception with its causes, outermost last, as lines; without the texts that may quote data.

    Args:
        error: The exception.
        trace: Where it was, when it does not know itself.
    """
    parts: list[str] = []
    for linked in reversed(list(_chain(error))):
        parts.extend(_frames(linked.__traceback__ or (trace if linked is error else None)))
        parts.append(said(linked))
    text = "\n".join(parts)
    return text if len(text) <= LONGEST_TRACEBACK else f"…{text[-LONGEST_TRACEBACK:]}"


def said(error: BaseException) -> str:
    """An exception's type, and its text where that can quote no data."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if not isinstance(error, _QUOTES_NO_DATA):
        return printable(name)
    try:
        return f"{printable(name)}: {printable(str(error))}"
    except Exception:  # noqa: BLE001  a __str__ of anybody's may do anything, and a log record must not fail for it
        return printable(name)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    linked: BaseException | None = error
    while linked is not None and id(linked) not in seen and len(seen) < MOST_LINKED:
        seen.add(id(linked))
        yield linked
        linked = linked.__cause__ or (None if linked.__suppress_context__ else linked.__context__)


def _frames(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace, limit=-MOST_FRAMES):
        yield f"  {printable(frame.filename)}:{frame.lineno} in {printable(frame.name)}"

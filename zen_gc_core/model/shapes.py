"""Shapes: what may stand somewhere in an object, and what follows from it: what cannot be there, and cannot be equal.

No knowledge of Kubernetes in here; that is the data of ``metadata_types`` and ``object_types`` beside it. A shape never
says less than what is there: what is not known is ``ANYTHING``, and nothing is impossible of that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from zen_gc_core.errors import ZenGCError
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Mapping

Sort = Literal["anything", "text", "number", "boolean", "list", "map", "object", "nothing"]


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand at a place.

    Args:
        sort: Which kind of JSON; a map has any keys, an object has fields. ``nothing``: there never is anything.
        what: What it is, in a few words that begin a sentence (``the value of a label``); why there is nothing.
        fields: Of an object: its fields.
        is_open: Of an object: whether it may have others.
        lacks: Of an object: fields that it never has, and why; below them is nothing, and that is no mistake yet.
        lacks_others: Of an object that is not open: whether other fields are lacking rather than mistakes, as where one
            policy looks at several kinds.
        inside: What a list or map holds.
        keys: Of a map: its keys.
        fault: Of a text: says what is wrong with one, or nothing.
        letters: Of a text: what any part of it consists of.
        numeric: Of a text: whether it may spell a number.
        a_time: Of a text: whether it is an RFC 3339 time.
    """

    sort: Sort
    what: str = "it"
    fields: Mapping[str, Shape] = field(default_factory=dict)
    is_open: bool = False
    lacks: Mapping[str, str] = field(default_factory=dict)
    lacks_others: bool = False
    inside: Shape | None = None
    keys: Shape | None = None
    fault: Callable[[str], str | None] | None = None
    letters: re.Pattern[str] | None = None
    numeric: bool = True
    a_time: bool = False


ANYTHING: Final = Shape("anything")
"""What is not known."""

NAMES: Final[Mapping[Sort, str]] = {
    "anything": "anything",
    "nothing": "never there",
    "text": "text",
    "number": "a number",
    "boolean": "true or false",
    "list": "a list",
    "map": "a map",
    "object": "a map",
}
"""The sorts, as they are written in a sentence."""


class ImpossibleError(ZenGCError):
    """There is no such place in any object; the text says why, and what was meant."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something is never equal.

    Args:
        message: In one line.
        by_type: Whether values of its type never are; else it is this value alone.
    """

    message: str
    by_type: bool


def below(shape: Shape, step: str | int, where: str = "") -> Shape:
    """What may stand one step below a place.

    Args:
        shape: What may stand at the place.
        step: A key or an index.
        where: The place, as it is written; empty for the object itself.

    Raises:
        ImpossibleError: There is no such place.
    """
    if shape.sort in ("anything", "nothing"):
        return shape
    if shape.sort == "list":
        if isinstance(step, str):
            hint = f"; write {where}[{step}]" if step.isdecimal() else f"; write {where}[0].{step} for the first"
            raise ImpossibleError(f"{where} is a list and has no field {_quoted(step)}{hint}")
        return shape.inside or ANYTHING
    if isinstance(step, int):
        raise ImpossibleError(f"{where or 'the object'} is {NAMES[shape.sort]} and has no element {step}")
    if shape.sort == "map":
        if shape.keys is not None and shape.keys.fault is not None and (wrong := shape.keys.fault(step)):
            raise ImpossibleError(f"{where} cannot have the key {_quoted(step)}: {wrong}")
        return shape.inside or ANYTHING
    if shape.sort == "object":
        return _field(shape, step, where)
    raise ImpossibleError(f"{where} is {NAMES[shape.sort]}: there is nothing below it{_bracketed(where, (step,))}")


def follow(shape: Shape, steps: Iterable[str | int], spell: Callable[[tuple[str | int, ...]], str]) -> Shape:
    """What may stand at a path.

    Args:
        shape: What the path begins at.
        steps: The keys and indices of the path.
        spell: Writes a path down.

    Raises:
        ImpossibleError: There is no such place.
    """
    path = tuple(steps)
    for depth, step in enumerate(path):
        try:
            shape = below(shape, step, spell(path[:depth]) if depth else "")
        except ImpossibleError:
            if depth >= 2 and shape.sort in ("text", "number", "boolean"):
                where = spell(path[:depth])
                hint = _bracketed(where, path[depth:])
                raise ImpossibleError(f"{where} is {NAMES[shape.sort]}: there is nothing below it{hint}") from None
            raise
    return shape


def _field(shape: Shape, step: str, where: str) -> Shape:
    if step in shape.lacks:
        return Shape("nothing", shape.lacks[step])
    found = shape.fields.get(step)
    if found is not None:
        return found
    if shape.is_open:
        return ANYTHING
    hint = did_you_mean(step, shape.fields) or f" (it has {', '.join(sorted(shape.fields))})"
    message = f"{where or shape.what} has no field {_quoted(step)}{hint}"
    if shape.lacks_others:
        return Shape("nothing", message)
    raise ImpossibleError(message)


def _bracketed(where: str, rest: tuple[str | int, ...]) -> str:
    """The hint for a key with dots that was written without brackets: ``labels.acme.com`` is ``labels['acme.com']``."""
    parent, dot, last = where.rpartition(".")
    if not dot or last.endswith("]"):
        return ""
    key = ".".join([last, *map(str, rest)])
    return f"; write {parent}[{_quoted(key)}]"


def unequal(shape: Shape, value: Any, *, loosely: bool = False) -> Fault | None:
    """Why nothing that may stand at a place equals a value.

    Args:
        shape: What may stand there.
        value: Decoded JSON.
        loosely: Whether ``"5"`` equals 5 and ``"true"`` equals true, as in ``fields``.

    Returns:
        The fault; None where something may be equal.
    """
    if isinstance(value, str) and shape.sort in ("anything", "text") and (odd := _odd_ends(value)):
        return Fault(odd, by_type=False)
    if shape.sort in ("anything", "nothing"):
        return None
    if shape.sort == "text":
        return _unequal_text(shape, value, loosely=loosely)
    if shape.sort == "list" and isinstance(value, list):
        return next(filter(None, (unequal(shape.inside or ANYTHING, each) for each in value)), None)
    if shape.sort in ("map", "object") and isinstance(value, dict):
        return next(filter(None, (_unequal_entry(shape, key, each) for key, each in value.items())), None)
    if shape.sort == "number" and (_is_number(value) or (loosely and _spells_number(value))):
        return None
    if shape.sort == "boolean" and (isinstance(value, bool) or (loosely and value in ("true", "false"))):
        return None
    return Fault(f"{shape.what} is {NAMES[shape.sort]} and never equals {spelt(value)}", by_type=True)


def _odd_ends(value: str) -> str | None:
    """What is odd about the ends of a text: quotes that became a part of it, white space that nobody sees."""
    bare = value.strip()
    if bare and bare != value:
        return f"the white space around {_quoted(bare)} is part of the value"
    if len(value) > 2 and value[0] == value[-1] and value[0] in "'\"`":
        return f"the quotes inside {spelt(value)} are part of the value: write {_quoted(value[1:-1])}"
    return None


def _unequal_text(shape: Shape, value: Any, *, loosely: bool) -> Fault | None:
    if isinstance(value, str):
        wrong = shape.fault(value) if shape.fault is not None else None
        return None if wrong is None else Fault(f"{shape.what} is never {spelt(value)}: {wrong}", by_type=False)
    if isinstance(value, bool | int | float):
        if not loosely:
            hint = f"write {_quoted(spelt(value))}"
            return Fault(f"{shape.what} is text and never equals {spelt(value)}; {hint}", by_type=True)
        if not isinstance(value, bool) and (not shape.numeric or (value < 0 and shape.fault and shape.fault("-1"))):
            return Fault(f"{shape.what} is never the number {spelt(value)}", by_type=False)
        wrong = shape.fault(spelt(value)) if shape.fault is not None and isinstance(value, bool) else None
        return None if wrong is None else Fault(f"{shape.what} is never {spelt(value)}: {wrong}", by_type=False)
    return Fault(f"{shape.what} is text and never equals {spelt(value)}", by_type=True)


def _unequal_entry(shape: Shape, key: Any, value: Any) -> Fault | None:
    try:
        return unequal(below(shape, str(key), shape.what), value)
    except ImpossibleError as wrong:
        return Fault(str(wrong), by_type=True)


def holds_no(shape: Shape, part: str) -> str | None:
    """Why no text that may stand at a place holds a part; None where one may."""
    if shape.sort != "text" or shape.letters is None:
        return None
    stray = next((letter for letter in part if not shape.letters.fullmatch(letter)), None)
    return None if stray is None else f"{shape.what} never has {spelt(stray)}, so that nothing holds {spelt(part)}"


def spelt(value: Any) -> str:
    """A value for a message: text in quotes, the rest as JSON, cut to a glance."""
    if isinstance(value, str):
        return _quoted(value)
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _quoted(text: str) -> str:
    return repr(text) if len(text) <= 60 else f"{text[:60]!r}…"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _spells_number(value: Any) -> bool:
    try:
        return isinstance(value, str) and _is_number(json.loads(value))
    except ValueError:
        return False

"""Markup: elements of HTML and SVG, whose texts are escaped by whoever makes one.

Names and values of objects are foreign: a text that enters an element or an attribute here can be no markup, and what a
terminal or a browser would obey in it (control characters, turns of direction) is shown and not obeyed.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from zen_gc_core.texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_INSTANT: Final = re.compile(r"(\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(?:Z|[+-][0-9]{2}:[0-9]{2}))")
_VOID: Final = frozenset({"input", "link", "meta"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def element(name: str, /, *children: str | int, **attributes: str | float | bool | None) -> Markup:
    """An element.

    Args:
        name: Its name.
        children: What stands in it; what is no ``Markup`` is escaped.
        attributes: Its attributes, ``_`` for ``-`` and at the end of what Python keeps for itself; True has no value, False and
            None leave it out.
    """
    shown = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{shown}>")
    return Markup(f"<{name}{shown}>{''.join(map(text, children))}</{name}>")


def together(parts: Iterable[str]) -> Markup:
    """Several parts, one after the other."""
    return Markup("\n".join(map(text, parts)))


def text(value: str | int) -> str:
    """A text as markup; what is markup stays as it is."""
    return value if isinstance(value, Markup) else escape(visible(str(value)), quote=True)


def prose(words: str) -> Markup:
    """A sentence, in which no line breaks within an instant."""
    return Markup(
        "".join(element("time", part) if index % 2 else text(part) for index, part in enumerate(_INSTANT.split(words)))
    )


def _attribute(key: str, value: str | float | bool | None) -> str:  # noqa: FBT001  True is an attribute without a value
    name = key.strip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    shown = f"{value:g}" if isinstance(value, float) else escape(visible(str(value)), quote=True)
    return f' {name}="{shown}"'

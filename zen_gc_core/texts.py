"""Texts that people read: foreign text that stays on its line, names that were meant, numbers with their nouns.

Pure functions of text. Whatever a name, a message of a server or a value of an object contains, what leaves
``visible`` or ``one_line`` is one line that no terminal obeys.
"""

from __future__ import annotations

import difflib
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST_WORD: Final = 317
"""Characters of a word that are compared: the longest keyword. The comparing is quadratic."""
_NO_COLUMN: Final = frozenset(("Mn", "Me", "Cf"))
"""Categories of characters that are written over the one before them."""
_WIDE: Final = frozenset(("W", "F"))
_SILENT: Final = ("one", "once", "uni", "use", "usa", "eu")
"""How words begin that are written with a vowel and spoken with a consonant."""


_KINDS: Final = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}


def kind_of(value: object) -> str:
    """What a value of JSON is, in its words: ``an object``, ``a number``, ``null``.

    Args:
        value: The value, decoded; of another kind, it is told by its Python type.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a number"
    return _KINDS.get(type(value), f"a value of type {type(value).__name__}")


def visible(text: str, most: int | None = None) -> str:
    r"""Foreign text on one line, with what a terminal would obey shown and not obeyed.

    Control characters, line and paragraph separators, bidirectional and other formatting characters, lone surrogates
    and unassigned characters become escapes: ``\n``, ``\x1b``, ``\u202e``. Everything else stays as it is.

    Args:
        text: Any text.
        most: The most characters that come of it, the last of which is ``…`` where it is cut. None cuts nothing.
    """
    shown = text if most is None else text[:most]
    if not shown.isprintable():
        shown = "".join(character if character.isprintable() else repr(character)[1:-1] for character in shown)
    return shown if most is None or len(text) <= most >= len(shown) else f"{shown[: most - 1]}…"


def width(text: str) -> int:
    """How many columns of a terminal a text takes that ``visible`` has left: wide characters two, combining ones none.

    Args:
        text: Any text without characters that a terminal obeys.
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(each) in _NO_COLUMN else 2 if unicodedata.east_asian_width(each) in _WIDE else 1
        for each in text
    )


def visible_lines(text: str) -> str:
    """Foreign text on the lines that it has, each ``visible``: an expression, a caret below its fault.

    Args:
        text: Any text.
    """
    return text if text.isprintable() else "\n".join(map(visible, text.split("\n")))


def one_line(text: str, most: int | None = None) -> str:
    """A foreign sentence on one line: what breaks lines becomes a space, the rest is made visible.

    Args:
        text: Any text.
        most: The most characters that come of it, the last of which is ``…`` where it is cut. None cuts nothing.
    """
    begun = text if most is None else text[: 4 * most]  # a text of megabytes is not folded to be cut
    folded = " ".join(begun.split())
    return visible(folded if len(begun) == len(text) else f"{folded}…", most)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one is nearest to, case aside; None when none is near."""
    spelt = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word[:_LONGEST_WORD].lower(), spelt, n=1)
    return spelt[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?``, to be put behind what is wrong with a word; empty when no known word is near."""
    near = nearest(word, known)
    return f"; did you mean '{near}'?" if near is not None else ""


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number and its noun: ``1 object``, ``2 objects``.

    Args:
        number: How many.
        noun: One of them.
        plural: Several of them; ``s`` behind the noun when empty.
    """
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def with_article(noun: str) -> str:
    """A noun behind its indefinite article: ``a Job``, ``an Experiment``, ``an HTTPRoute``; ``null`` has none."""
    if noun == "null":
        return noun
    start = noun[:4].lower()
    spelt_out = len(noun) > 1 and noun[:2].isupper()
    vowel = noun[:1] in "AEFHILMNORSX" if spelt_out else start[:1] in {"a", "e", "i", "o", "u"}
    if not spelt_out and start.startswith(_SILENT):
        vowel = False
    return f"{'an' if vowel else 'a'} {noun}"


def placed(namespace: str, name: str) -> str:
    """An object's place as kubectl writes it: ``NAMESPACE/NAME``, or its name alone where it lives in no namespace."""
    return f"{namespace}/{name}" if namespace else name


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words as a list in a sentence: ``a``, ``a and b``, ``a, b and c``.

    Args:
        words: The words.
        last: What stands before the last one.
    """
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))

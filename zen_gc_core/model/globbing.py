"""What a glob over names can match: whether there is any name at all that it takes.

Names are DNS subdomains (``a-z``, ``0-9``, ``-`` and ``.``, each label with a letter or digit at both ends), those of
namespaces DNS labels. A glob is followed over all of them at once, by the class of the last character.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Final

from zen_gc_core.model.names import shown

_ALPHANUMERIC: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_TOKEN: Final = re.compile(r"\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
_START, _WORD, _DASH, _DOT = "start", "a", "-", "."
_AFTER: Final = {_START: {_WORD}, _WORD: {_WORD, _DASH, _DOT}, _DASH: {_WORD, _DASH}, _DOT: {_WORD}}
_LONGEST: Final = {True: 63, False: 253}


def malformed(glob: str) -> str | None:
    """What is wrong with the spelling of a glob, whatever it is to match; None where nothing is."""
    if "[^" in glob:
        right = glob.replace("[^", "[!")
        return f"{shown(glob)}: [^…] is not negated here, as it is in Go: write {shown(right)}"
    rest = "".join(part for part in _TOKEN.findall(glob) if len(part) == 1)
    if "[" in rest:
        return f"{shown(glob)}: '[' is never closed"
    return None


def matches_no_name(glob: str, *, namespace: bool = False) -> str | None:
    """Why no name matches a glob; None where one may.

    Args:
        glob: The glob (``*``, ``?``, ``[…]``).
        namespace: Whether the names are those of namespaces, which have no dots.
    """
    states = {_START}
    parts = _TOKEN.findall(glob)
    for part in parts:
        if part == "*":
            states |= {_WORD, _DASH} | (set() if namespace else {_DOT})
            continue
        allowed = {kind for kind in (_WORD, _DASH, _DOT) if _takes(part, kind)} - ({_DOT} if namespace else set())
        states = {kind for state in states for kind in _AFTER[state] & allowed}
        if not states:
            return f"{shown(glob)} matches no {'namespace' if namespace else 'name'}{_hint(glob, part)}"
    if _WORD not in states:
        return f"{shown(glob)} matches no name: names end in a letter or digit"
    if len([part for part in parts if part != "*"]) > _LONGEST[namespace]:
        return f"{shown(glob)} matches no name: {_LONGEST[namespace]} characters are the most"
    return None


def odd_among_free_names(glob: str) -> str | None:
    """What to say of a glob over names that may hold nearly anything, as those of Roles; None where nothing is odd."""
    stray = next((letter for letter in glob if letter in "{},!\"'" or not letter.isascii()), None)
    stray = None if stray == "!" and "[!" in glob and glob.count("!") == glob.count("[!") else stray
    return None if stray is None else f"{shown(glob)} asks for names with {shown(stray)}{_hint(glob, stray)}"


def _takes(part: str, kind: str) -> bool:
    letters = _ALPHANUMERIC if kind == _WORD else kind
    if len(part) == 1:
        return part == "?" or part in letters
    return any(fnmatchcase(letter, part) for letter in letters)


def _hint(glob: str, part: str) -> str:
    if "{" in glob:
        return ": braces are no alternatives here; write an entry for each"
    if "," in glob:
        return ": write an entry for each"
    if part == "!":
        return ": one '!' excludes"
    if any(letter.isupper() for letter in glob):
        return ": names are in lower case"
    if not part.isascii():
        return f": names have no {shown(part)}"
    return ": names are a-z, 0-9, '-' and '.', with a letter or digit at both ends"

"""Lines: text that cannot break out of its line, whatever a name in it contains."""

from __future__ import annotations


def visible(text: str) -> str:
    """Text on one line, with control characters shown and not obeyed."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)

"""Words of a policy that no installed keyword has: what is said of them, and where they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.parsing.misplaced import HOMES
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.offering import Offered
    from zen_gc_core.vocabulary import Vocabulary


def unknown(vocabulary: Vocabulary, words: Mapping[str, Offered], name: str) -> str:
    """What is said of a word that is not installed.

    Args:
        vocabulary: The installed keywords, and those that cannot be used.
        words: Those of the kind that the place takes.
        name: The word.
    """
    if name in vocabulary.unavailable:
        return f"'{name}' cannot be used: {vocabulary.unavailable[name]}"
    if (home := _home(vocabulary, words, name)) is not None:
        return f"unknown '{name}'; it belongs in {home}"
    return f"unknown '{name}'{did_you_mean(name, words)} (installed: {', '.join(sorted(words)) or 'none'})"


def _home(vocabulary: Vocabulary, words: Mapping[str, Offered], name: str) -> str | None:
    """Where a word belongs that stands among keywords of another kind; None when that is not known."""
    places = {
        "spec.conditions": vocabulary.matchers,
        "spec.ttl": vocabulary.ttls,
        "spec.action": vocabulary.actions,
    }
    own = next((place for place, known in places.items() if known is words), None)
    found = [place for place, known in places.items() if name in known]
    home = found[0] if found else HOMES.get(name)
    return home if home != own else None

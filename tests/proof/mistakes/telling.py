"""Mistakes that cannot be told from what somebody meant: the reasons, each with a paragraph in the documentation.

The page is ``docs/explanation/mistakes-that-cannot-be-told.md``; a test holds its headings to ``REASONS``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.proof.mistakes.judging import Finding
    from tests.proof.mistakes.mutating import Mistake

WARNED: Final = "It is warned of"
OWN_WORD: Final = "A word of your own"
UNTYPED_FIELD: Final = "A field whose type nobody declared"
SECONDS: Final = "A number is seconds"
WIDER: Final = "A shorter word matches more"

REASONS: Final = (WARNED, OWN_WORD, UNTYPED_FIELD, SECONDS, WIDER)

_SPELLING: Final = ("misspelt text", "misspelt literal")
_WORDS_OF_USERS: Final = re.compile(
    r"(hasLabels|hasAnnotations)\.(key|value|values)$|labelSelector\..*|names$|fields\.value$|owner\.(name|kind|apiVersion)$"
)
_IN_BRACKETS: Final = re.compile(r"\['[^']*'\]")
_LITERAL: Final = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_UNTYPED: Final = re.compile(r"\b(spec|status|data)\b")


def cannot_be_told(finding: Finding) -> str | None:
    """Why a mistake looks like a policy that somebody may mean; None: it could be told.

    Args:
        finding: The mistake and what it takes.
    """
    mistake = finding.mistake
    if finding.warnings:
        return WARNED
    if mistake.place.startswith("ttl.") and type(mistake.after) is int:
        return SECONDS
    if mistake.place.endswith(("olderThan",)) and type(mistake.after) is int:
        return SECONDS
    if mistake.kind in _SPELLING and _WORDS_OF_USERS.search(mistake.place):
        return OWN_WORD
    if mistake.place.endswith(("cel", "jmespath")):
        return _of_expression(mistake)
    if mistake.place.endswith("path"):
        return _of_path(mistake)
    if mistake.place.endswith("fields.value") and mistake.kind == "wrong type":
        return UNTYPED_FIELD
    return None


def _of_path(mistake: Mistake) -> str | None:
    before, after = str(mistake.before), str(mistake.after)
    if _IN_BRACKETS.sub("", before) == _IN_BRACKETS.sub("", after):
        return OWN_WORD
    return UNTYPED_FIELD if _UNTYPED.match(before) and _UNTYPED.match(after) else None


def _of_expression(mistake: Mistake) -> str | None:
    before, after = str(mistake.before), str(mistake.after)
    if mistake.kind == "misspelt literal" and _LITERAL.sub("", before) == _LITERAL.sub("", after):
        return OWN_WORD
    if re.search(r"\bage\(.*`\d+`", after) or "> 3" in after:
        return SECONDS
    if mistake.kind in ("misspelt name", "wrong type") and _UNTYPED.search(before):
        return UNTYPED_FIELD
    return None

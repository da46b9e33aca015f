"""Mistakes that cannot be told from what somebody meant: the reasons, each with a paragraph in the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.proof.mistakes.judging import Finding


def cannot_be_told(finding: Finding) -> str | None:
    """Why a mistake looks like a policy that somebody may mean; None: it could be told.

    Args:
        finding: The mistake and what it takes.
    """
    return None

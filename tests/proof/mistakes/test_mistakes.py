"""A sample of what ``make mistakes`` tries for an hour."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from tests.proof.mistakes.judging import Tally, batch
from tests.proof.mistakes.telling import REASONS, cannot_be_told

SEED = os.environ.get("ZEN_GC_MISTAKES_SEED", str(random.SystemRandom().randrange(1 << 32)))
PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "mistakes-that-cannot-be-told.md"


@pytest.mark.parametrize("part", range(4))
def test_a_mistake_that_can_be_told_deletes_nothing_more(part: int) -> None:
    """Each is refused, kept, or of a kind that the documentation names."""
    print(f"ZEN_GC_MISTAKES_SEED={SEED}")  # noqa: T201  to run a failure again
    tally = Tally()
    batch(f"{SEED}/{part}", tally)
    told = [one for one in tally.findings if cannot_be_told(one) is None]
    assert not told, f"seed {SEED}/{part}: {[(one.mistake, one.taken) for one in told[:3]]}"
    assert not tally.faults, tally.faults[:3]
    counts = [one for one in tally.counts.values() if one["refused"]]
    assert len(counts) > 20, "most mistakes are refused, at many places"


def test_every_reason_has_its_paragraph() -> None:
    """The page and the table are one list."""
    headings = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(headings) == REASONS

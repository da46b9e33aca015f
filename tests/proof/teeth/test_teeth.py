"""Every guard is missed when it is taken out, and nothing goes wrong while all are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.proof.teeth.biting import bites, lives, printed
from tests.proof.teeth.mutants import MUTANTS
from tests.proof.teeth.scenarios import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.proof.teeth.scenarios import Scenario


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.play.__name__)
def test_a_guard_that_is_taken_out_is_missed(scenario: Scenario, tmp_path: Path) -> None:
    """And the scenario passes while it is there."""
    found = bites(scenario, tmp_path)
    print(printed(found))  # noqa: T201  shown when it fails, and with -s
    assert not any(map(lives, found)), printed(found)


def test_every_mutant_has_its_scenario() -> None:
    """One that nobody plays would live."""
    assert sorted(MUTANTS) == sorted(mutant for scenario in SCENARIOS for mutant in scenario.mutants)

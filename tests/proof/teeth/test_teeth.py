"""Every guard is missed when it is taken out, and nothing goes wrong while all are there.

``make test`` plays half of the scenarios, others with each seed of the order of tests, which is printed and repeats them
(``--randomly-seed``). ``make proof PART=teeth`` plays all and prints the table; ``TEETH=whole`` plays them here.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

from tests.proof.teeth.biting import bites, lives, printed
from tests.proof.teeth.mutants import MUTANTS
from tests.proof.teeth.scenarios import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.proof.teeth.scenarios import Scenario


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take half of the scenarios, the same ones on every worker."""
    if "scenario" in metafunc.fixturenames:
        seed = getattr(metafunc.config.option, "randomly_seed", None)
        whole = os.environ.get("TEETH") == "whole" or seed is None
        found = SCENARIOS if whole else random.Random(seed).sample(SCENARIOS, len(SCENARIOS) // 2)
        metafunc.parametrize("scenario", found, ids=[scenario.play.__name__ for scenario in found])


def test_a_guard_that_is_taken_out_is_missed(scenario: Scenario, tmp_path: Path) -> None:
    """And the scenario passes while it is there."""
    found = bites(scenario, tmp_path)
    print(printed(found))  # noqa: T201  shown when it fails, and with -s
    assert not any(map(lives, found)), printed(found)


def test_every_mutant_has_its_scenario() -> None:
    """One that nobody plays would live."""
    assert sorted(MUTANTS) == sorted(mutant for scenario in SCENARIOS for mutant in scenario.mutants)

"""Biting: a scenario with and without each guard that it is about, and the table of it."""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.proof.teeth.launch import UNHARMED
from tests.proof.teeth.playing import Play
from tests.proof.teeth.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.proof.teeth.scenarios import Scenario

AT_A_TIME = 2
PLAYS = 3
"""How often a scenario is played with a guard taken out, until something goes wrong: on a machine without time, the program
may have another reason to look in the very moment in which the guard would have made it."""


@dataclass(frozen=True, slots=True)
class Bite:
    """What came of a scenario with one guard taken out.

    Args:
        mutant: the guard; ``none`` for the program as it is.
        scenario: the name of the scenario.
        wrong: what went wrong; empty when nothing did.
        seconds: how long it took.
        plays: how often it was played, the last of which counts.
    """

    mutant: str
    scenario: str
    wrong: str
    seconds: float
    plays: int = 1


def bitten(scenario: Scenario, mutant: str, directory: Path) -> Bite:
    """Play a scenario with one guard taken out."""
    began = time.monotonic()
    with Play(mutant, directory) as play:
        wrong = scenario.play(play)
    return Bite(mutant, scenario.play.__name__, wrong, time.monotonic() - began)


def bites(scenario: Scenario, directory: Path) -> list[Bite]:
    """Play a scenario as the program is, and with each of its guards taken out."""
    return [bitten(scenario, UNHARMED, directory), *(_caught(scenario, each, directory) for each in scenario.mutants)]


def _caught(scenario: Scenario, mutant: str, directory: Path) -> Bite:
    """Play it until the guard is missed, and not for ever."""
    for number in range(1, PLAYS + 1):
        bite = replace(bitten(scenario, mutant, directory), plays=number)
        if not lives(bite):
            break
    return bite


def played() -> list[Bite]:
    """Play all scenarios, each with and without its guards."""
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(AT_A_TIME) as pool:
        found = list(pool.map(lambda scenario: bites(scenario, Path(tempfile.mkdtemp(dir=place))), SCENARIOS))
    return [bite for each in found for bite in each]


def lives(bite: Bite) -> bool:
    """Whether a mutant was not caught, or something went wrong without one."""
    return bool(bite.wrong) is (bite.mutant == UNHARMED)


def printed(found: Iterable[Bite]) -> str:
    """The table: the mutants, and then the scenarios that pass without one."""
    table = list(found)
    lines = [f"{'mutant':32}{'caught by':54}{'seconds':>8}"]
    for bite in sorted(table, key=lambda bite: bite.mutant == UNHARMED):
        name = bite.mutant if bite.mutant != UNHARMED else "none, and nothing goes wrong"
        again = "" if bite.plays == 1 else f"  play {bite.plays}"
        told = again if not lives(bite) else f"  FAILS: {bite.wrong}" if bite.wrong else "  LIVES"
        lines.append(f"{name:32}{bite.scenario:54}{bite.seconds:8.1f}{told}")
    mutants = [bite for bite in table if bite.mutant != UNHARMED]
    caught = sum(not lives(bite) for bite in mutants)
    lines.append(f"{caught} of {len(mutants)} mutants caught")
    return "\n".join(lines)

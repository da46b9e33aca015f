"""The targets of the Makefile that run for too long to be run here: what they say to their programs is understood."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.proof import __main__ as proof
from tests.proof.mistakes import __main__ as mistakes
from tests.proof.mutation import __main__ as mutation

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("target", "program", "said", "understood"),
    [
        ("proof", proof, {}, {"part": None, "failovers": 1000, "cluster": None}),
        ("proof", proof, {"PART": "faults", "SEED": 7}, {"part": "faults", "seed": 7}),
        ("proof", proof, {"CLUSTER": "here", "N": 20}, {"cluster": Path("here"), "failovers": 20}),
        ("soak", proof, {}, {"part": "soak", "hours": 8.0}),
        ("soak", proof, {"HOURS": 0.33, "SEED": 7}, {"part": "soak", "hours": 0.33, "seed": 7}),
        ("mutate", mutation, {}, {"sample": 500, "minutes": 60.0}),
        ("mutate", mutation, {"SAMPLE": 20, "MINUTES": 5, "SEED": 7}, {"sample": 20, "minutes": 5.0, "seed": 7}),
        ("mistakes", mistakes, {}, {"minutes": 60.0}),
        ("mistakes", mistakes, {"MINUTES": 5}, {"minutes": 5.0}),
    ],
)
def test_what_a_target_says_is_understood(
    target: str, program: ModuleType, said: dict[str, object], understood: dict[str, object]
) -> None:
    """With its variables and without."""
    variables = [f"{name}={value}" for name, value in said.items()]
    shown = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", target, *variables],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},  # make takes the variables of whoever runs the tests for its own
        capture_output=True,
        text=True,
        check=True,
    )
    name = program.__name__.removesuffix(".__main__")
    (words,) = (shlex.split(line) for line in shown.stdout.splitlines() if f"-m {name}" in line)
    arguments = vars(program.argument_parser().parse_args(words[words.index(name) + 1 :]))
    assert {key: arguments[key] for key in understood} == understood

"""``python -m tests.proof.teeth.launch MUTANT controller …``: takes a guard out of the program, then starts it."""

from __future__ import annotations

import sys

from tests.proof.teeth.mutants import MUTANTS
from zen_gc_core.cli import main

UNHARMED = "none"
"""The mutant that is none: the program as it is, started in the same way."""


def launch() -> None:
    """Patch, and start."""
    mutant = sys.argv.pop(1)
    if mutant != UNHARMED:
        MUTANTS[mutant]()
    main()


if __name__ == "__main__":
    launch()

"""``python -m tests.proof.teeth``: every guard taken out once, and the table of what misses it."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.proof.teeth.biting import bites, lives, printed
from tests.proof.teeth.scenarios import SCENARIOS

AT_A_TIME = 2


def main() -> None:
    """Exits 1 when a mutant lives, or a scenario fails without one."""
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(AT_A_TIME) as pool:
        found = list(pool.map(lambda scenario: bites(scenario, Path(tempfile.mkdtemp(dir=place))), SCENARIOS))
    table = [bite for each in found for bite in each]
    print(printed(table))
    raise SystemExit(1 if any(map(lives, table)) else 0)


if __name__ == "__main__":
    main()

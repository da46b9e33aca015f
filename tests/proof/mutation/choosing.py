"""A plugin of pytest that runs the tests that a file names, a line each, in its order, and no other.

Loaded with ``-p`` by :func:`tests.proof.mutation.trees.tried`; the file is the one that ``MUTATION_TESTS`` names. A command line
may not be as long as the ids of some thousand tests.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

FILE: Final = "MUTATION_TESTS"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what is named."""
    order = {name: place for place, name in enumerate(Path(os.environ[FILE]).read_text(encoding="utf-8").splitlines())}
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in order])
    items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])

"""A plugin of pytest that writes down which lines each test reaches, and how long it takes.

Loaded with ``-p`` by :func:`tests.proof.mutation.reached.recorded`, in each worker of xdist; it writes into the folder that
``MUTATION_RECORDS`` names: for each process the data of coverage.py, whose contexts are the tests' ids, and their seconds as JSON.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import coverage
import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

FOLDER: Final = "MUTATION_RECORDS"
MODULES: Final = "MUTATION_MODULES"


class _Recording:
    def __init__(self, folder: Path, modules: list[str], process: str) -> None:
        self._seconds: dict[str, float] = {}
        self._file = folder / f"{process}.json"
        # By threads that a test leaves to its fixtures, too: the context is one for the whole process.
        self._coverage = coverage.Coverage(folder / process, config_file=False, include=modules, messages=False)
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._coverage.switch_context(item.nodeid)
        began = time.monotonic()
        try:
            return (yield)
        finally:
            self._seconds[item.nodeid] = time.monotonic() - began
            self._coverage.switch_context("")

    def pytest_unconfigure(self) -> None:
        self._coverage.stop()
        self._coverage.save()
        self._file.write_text(json.dumps(self._seconds), encoding="utf-8")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin in each worker before anything of the program is imported: a conftest may do that."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None:
        recording = _Recording(Path(os.environ[FOLDER]), os.environ[MODULES].splitlines(), worker)
        early_config.pluginmanager.register(recording)

"""What every test may ask for."""

from __future__ import annotations

import sys

from hypothesis import settings

pytest_plugins = ["tests.harness.fixtures", "tests.harness.ordering", "tests.harness.sockets"]

settings.register_profile("loaded", deadline=None)  # how long an example takes says more of the machine
settings.load_profile("loaded")

RECURSION_LIMIT = sys.getrecursionlimit()


def pytest_runtest_setup() -> None:
    """Begin each test with the interpreter's own limit: Hypothesis raises it, and does not always take it back.

    How deep a text may be nested before the decoders give up depends on it.
    """
    sys.setrecursionlimit(RECURSION_LIMIT)

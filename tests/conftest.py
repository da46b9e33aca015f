"""What every test may ask for."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["tests.harness.fixtures"]

settings.register_profile(
    "loaded", deadline=None
)  # how long an example takes says more of the machine than of the code
settings.load_profile("loaded")

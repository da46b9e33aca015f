"""Programs whose clock is off, or jumps, by libfaketime: only the clock that tells what time it is, not the one that measures."""

from __future__ import annotations

from tools import programs

NOT_RUN = "NOT RUN (libfaketime is not there: run `make programs`)"


def there() -> bool:
    """Whether clocks can be made to be off here."""
    return programs.find("libfaketime") is not None


def preloading(**variables: str) -> dict[str, str]:
    """The environment of a program whose clock is off.

    Args:
        variables: what libfaketime reads: by how much (``FAKETIME="+20s"``), or in which file that stands.

    Raises:
        RuntimeError: it is not there.
    """
    library = programs.find("libfaketime")
    if library is None:
        raise RuntimeError(NOT_RUN)
    return {"LD_PRELOAD": str(library), "FAKETIME_DONT_FAKE_MONOTONIC": "1", **variables}

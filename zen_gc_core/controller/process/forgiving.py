"""A log that nobody stops for: a record that cannot be written is counted, and whoever logs goes on.

The one record that must not be lost, the intent of a write, does not go this way.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger


class ForgivingLog:
    """Writes records to a log, and says which it cannot write; for any number of threads.

    Args:
        log: The log.
        lost: Called for each record that cannot be written.
    """

    def __init__(self, log: FilteringBoundLogger, lost: Callable[[], None] | None = None) -> None:
        self._log = log
        self._lost = lost

    def log(self, level: int, event: str, **fields: Any) -> None:
        """Write a record of a level."""
        try:
            self._log.log(level, event, **fields)
        except Exception:  # noqa: BLE001  a closed stream, a full disk, a value that cannot be written
            if self._lost is not None:
                with contextlib.suppress(Exception):
                    self._lost()

    def debug(self, event: str, **fields: Any) -> None:
        """Write a record for debugging."""
        self.log(10, event, **fields)

    def info(self, event: str, **fields: Any) -> None:
        """Write a record of what is as it should be."""
        self.log(20, event, **fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Write a record of what somebody should look at."""
        self.log(30, event, **fields)

    def error(self, event: str, **fields: Any) -> None:
        """Write a record of what has failed."""
        self.log(40, event, **fields)

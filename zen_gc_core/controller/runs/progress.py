"""Telling how far a run is while it acts: at once, and every ten seconds from then on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

EVERY_SECONDS: Final = 10.0


class Progress:
    """Tells while this holds, on a thread of its own; nothing is told any more when it ends.

    Args:
        tell: Tells how far it is.
        failed: Told of what ``tell`` raised.
        every: Seconds between two times.
    """

    def __init__(
        self, tell: Callable[[], None], failed: Callable[[Exception], None], every: float = EVERY_SECONDS
    ) -> None:
        self._tell = tell
        self._failed = failed
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> None:
        """Tell at once, before anything is done."""
        self._once()
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, when what is being told has been told: the last word is the caller's."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            self._once()

    def _once(self) -> None:
        try:
            self._tell()
        except Exception as error:  # noqa: BLE001  the run goes on, whatever is wrong with the telling
            self._failed(error)

"""Hearing: plugins are told of finished runs, on a thread that no run waits for.

What a plugin does with a report is its own affair; when it takes too long, reports are dropped, and that is told.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.threads import Teller
from zen_gc_core.model.reasons import ErrorType

if TYPE_CHECKING:
    from zen_gc_core.controller.telling.metrics import Metrics
    from zen_gc_core.controller.telling.runlog import RunLog
    from zen_gc_core.model.report import RunReport
    from zen_gc_core.plugins import Plugins

HOOK: Final = "zen_gc_run_finished"

MOST_REPORTS: Final = 16
"""Reports of runs that found something to do which wait to be told; each holds its run's plan."""

MOST_WAITING: Final = 2048
"""Reports that wait at all: a thousand policies may end at the same moment, and most of them have nothing to tell."""


class Hearing:
    """Tells the plugins of finished runs, one after the other.

    Args:
        plugins: Who wants to hear.
        log: Told of what fails, and of what is dropped.
        metrics: Counts both.
    """

    def __init__(self, plugins: Plugins, log: RunLog, metrics: Metrics) -> None:
        self._plugins = plugins
        self._log = log
        self._metrics = metrics
        self._room = threading.Semaphore(MOST_REPORTS)
        self._teller = Teller(HOOK, MOST_WAITING)
        self._teller.start()

    def tell(self, report: RunReport) -> None:
        """Have a report told, if anybody listens; never waits. It is dropped, loudly, when too many wait already."""
        if self._plugins.hear and not self._waits(report):
            self._log.plugin_failed(HOOK, "the listeners take too long: a report was dropped")
            self._metrics.error(report.plan.policy, ErrorType.PLUGIN_FAILED)

    def _waits(self, report: RunReport) -> bool:
        """Let a report wait to be told; False where there is no room for it."""
        if not (report.plan.decisions or report.plan.upcoming):
            return self._teller.tell(partial(self._tell, report))
        if not self._room.acquire(blocking=False):
            return False

        def tell() -> None:
            self._room.release()  # what is being told does not wait
            self._tell(report)

        if not (told := self._teller.tell(tell)):
            self._room.release()
        return told

    def close(self, seconds: float) -> None:
        """Wait until what was handed over is told, for so many seconds at the most.

        Args:
            seconds: For how long; a listener that hangs is left behind.
        """
        self._teller.close(seconds)

    def _tell(self, report: RunReport) -> None:
        try:
            failures = self._plugins.run_finished(report)
        except BaseException as error:  # noqa: BLE001  whatever a listener does to its thread, the next run is told
            self._log.plugin_failed(HOOK, type(error).__name__)
            return
        for name, told in failures:
            self._log.plugin_failed(name, told.partition(":")[0])  # its text may quote an object
            self._metrics.error(report.plan.policy, ErrorType.PLUGIN_FAILED)

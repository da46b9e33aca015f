"""Hearing: plugins are told of finished runs, on a thread that no run waits for.

What a plugin does with a report is its own affair; when it takes too long, reports are dropped, and that is told.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from typing import TYPE_CHECKING, Final

from zen_gc_core.model.reasons import ErrorType

if TYPE_CHECKING:
    from zen_gc_core.controller.telling.metrics import Metrics
    from zen_gc_core.controller.telling.runlog import RunLog
    from zen_gc_core.model.report import RunReport
    from zen_gc_core.plugins import Plugins

HOOK: Final = "zen_gc_run_finished"

MOST_REPORTS: Final = 16
"""Reports that wait to be told; each holds its run's plan."""


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
        self._reports: queue.Queue[RunReport | None] = queue.Queue(MOST_REPORTS)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def tell(self, report: RunReport) -> None:
        """Have a report told; never waits. It is dropped, loudly, when too many wait already."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=HOOK, daemon=True)
                self._thread.start()
        try:
            self._reports.put_nowait(report)
        except queue.Full:
            self._log.plugin_failed(HOOK, "the listeners take too long: a report was dropped")
            self._metrics.error(report.plan.policy, ErrorType.PLUGIN_FAILED)

    def close(self, seconds: float) -> None:
        """Wait until what was handed over is told, for so many seconds at the most.

        Args:
            seconds: For how long; a listener that hangs is left behind.
        """
        thread = self._thread
        if thread is None:
            return
        with contextlib.suppress(queue.Full):
            self._reports.put(None, timeout=seconds)
            thread.join(seconds)

    def _work(self) -> None:
        while (report := self._reports.get()) is not None:
            try:
                self._tell(report)
            except BaseException as error:  # noqa: BLE001  whatever a listener does to its thread, the next run is told
                self._log.plugin_failed(HOOK, type(error).__name__)

    def _tell(self, report: RunReport) -> None:
        for name, error in self._plugins.run_finished(report):
            self._log.plugin_failed(name, error.partition(":")[0])  # its text may quote an object
            self._metrics.error(report.plan.policy, ErrorType.PLUGIN_FAILED)

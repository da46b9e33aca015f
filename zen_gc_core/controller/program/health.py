"""Whether the controller lives and is ready, and the two ports on which that and its metrics are asked for.

`/healthz`: the main loop has ticked within its bound, and the log is not blocked; when that is not so, the kubelet
starts the container anew. `/readyz`:
the named conditions hold; a standby is as ready as a leader.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from zen_gc_core.controller.process.logs import MOST_BLOCKED_SECONDS, blocked_seconds
from zen_gc_core.controller.process.pages import Page
from zen_gc_core.controller.process.serving import Server
from zen_gc_core.controller.telling.registry import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import timedelta

    from zen_gc_core.cluster.threads import SupervisedThread
    from zen_gc_core.controller.telling.metrics import Metrics


class Heartbeat:
    """When the main loop was last seen to tick.

    Args:
        bound: How long it may take between two ticks.
        clock: Seconds that pass; those of a paused process included.
    """

    def __init__(self, bound: timedelta, clock: Callable[[], float] = time.monotonic) -> None:
        self._bound = bound.total_seconds()
        self._clock = clock
        self._last = clock()

    def beat(self) -> None:
        """The main loop ticks."""
        self._last = self._clock()

    @property
    def age(self) -> float:
        """Seconds since the last tick."""
        return self._clock() - self._last

    @property
    def alive(self) -> bool:
        """Whether the last tick is within the bound."""
        return self.age <= self._bound


class Readiness:
    """Named conditions that must all hold; none of them does at first.

    Args:
        names: The conditions (``policies listed``).
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._lock = threading.Lock()
        self._holds = dict.fromkeys(names, False)

    def set(self, name: str, *, holds: bool = True) -> None:
        """Say whether a condition holds.

        Raises:
            KeyError: There is no such condition.
        """
        with self._lock:
            if name not in self._holds:
                raise KeyError(name)
            self._holds[name] = holds

    @property
    def conditions(self) -> dict[str, bool]:
        """Every condition, and whether it holds."""
        with self._lock:
            return dict(self._holds)

    @property
    def ready(self) -> bool:
        """Whether all of them hold."""
        return all(self.conditions.values())


def serve_metrics(address: str, metrics: Metrics) -> Server:
    """Serve ``/metrics``.

    Args:
        address: Where (``:8080``).
        metrics: The metrics.

    Raises:
        InputError: The address is none.
        CannotListenError: It cannot be listened on.
    """
    return Server(address, {"/metrics": lambda: Page(metrics.exposition(), content_type=CONTENT_TYPE)})


def serve_health(
    address: str,
    heartbeat: Heartbeat,
    readiness: Readiness,
    log_blocked: Callable[[], float] = blocked_seconds,
    threads: Sequence[SupervisedThread] = (),
) -> Server:
    """Serve ``/healthz`` and ``/readyz``: 200 for yes, 503 for no, and in the body why.

    Args:
        address: Where (``:8081``).
        heartbeat: The main loop's.
        readiness: What must hold.
        log_blocked: For how long the log has been waiting for a line to leave, in seconds.
        threads: Those that matter, as many as there are when it is asked.

    Raises:
        InputError: The address is none.
        CannotListenError: It cannot be listened on.
    """

    def healthz() -> Page:
        ill = [f"the thread {thread.name} does not come back\n" for thread in threads if not thread.well]
        if not heartbeat.alive:
            ill.append(f"the main loop has not ticked for {heartbeat.age:.0f} s\n")
        if (blocked := log_blocked()) >= MOST_BLOCKED_SECONDS:
            ill.append(f"the log has been blocked for {blocked:.0f} s\n")
        return Page("".join(ill).encode(), 503) if ill else Page(b"ok\n")

    def readyz() -> Page:
        conditions = readiness.conditions
        lines = [f"[{'+' if holds else '-'}] {name}\n" for name, holds in conditions.items()]
        return Page("".join(lines).encode(), 200 if all(conditions.values()) else 503)

    return Server(address, {"/healthz": healthz, "/readyz": readyz})

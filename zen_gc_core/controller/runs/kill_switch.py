"""The kill switch: a ConfigMap in the controller's namespace that stops every write by being there."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, Protocol

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.observing import Observed

NAME: Final = "zen-gc-pause"
SECONDS_BETWEEN_LOOKS: Final = 10.0
"""How old what is told of the switch may be; before a write it is looked at by the fence."""

_CONFIG_MAPS: Final = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True)


class Told(Protocol):
    """Told at each look whether the switch stops every write."""

    def __call__(self, *, paused: bool) -> None:
        """Take it in."""


def _untold(*, paused: bool) -> None:
    """Nobody wants to know."""


class KillSwitch:
    """Looks at the switch; may be used by several threads.

    It stops by being there, unless its ``paused`` is exactly ``"false"``: whoever makes it in a hurry need not remember
    what to write into it. What cannot be read stops, too.

    Args:
        connection: The cluster.
        namespace: The controller's namespace.
        told: Told at each look whether it stops.
        clock: The boot-time clock, in seconds.
    """

    def __init__(
        self,
        connection: Connection,
        namespace: str,
        told: Told = _untold,
        clock: Callable[[], float] = boottime,
    ) -> None:
        self._connection = connection
        self._namespace = namespace
        self._told = told
        self._clock = clock
        self._lock = threading.Lock()
        self._recent: tuple[float, Stopped | None] = (float("-inf"), None)

    def look(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Look at it now.

        Args:
            sleep: Waits while the server fails or asks for patience; whatever it raises ends the wait.

        Raises:
            Stopped: It stops every write.
        """
        now = self._clock()
        try:
            seen = observe(self._connection, _CONFIG_MAPS, self._namespace, NAME, sleep=sleep)
        except ClusterError as error:
            stop = Stopped(
                Reason.KILL_SWITCH_UNREADABLE, f"ConfigMap {NAME} cannot be read, which stops every write: {error}"
            )
            self._note(now, stop)
            raise stop from error
        if seen is not None and not _let_go(seen):
            stop = Stopped(Reason.KILL_SWITCH, f"ConfigMap {self._namespace}/{NAME} stops every write")
            self._note(now, stop)
            raise stop
        self._note(now, None)

    def _note(self, at: float, stop: Stopped | None) -> None:
        self._recent = (at, stop)
        self._told(paused=stop is not None)

    def recent(self, sleep: Callable[[float], None] = time.sleep) -> Stopped | None:
        """Why it stops every write, as a look within the last seconds told; never good enough for a write."""
        with self._lock:
            at, stop = self._recent
            if self._clock() - at < SECONDS_BETWEEN_LOOKS:
                return stop
            try:
                self.look(sleep)
            except Stopped as stopped:
                return stopped
            return None


def _let_go(seen: Observed) -> bool:
    data = seen.document().get("data")
    return isinstance(data, dict) and data.get("paused") == "false"

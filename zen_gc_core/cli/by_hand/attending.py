"""Attending: work is done on a thread while the terminal is drawn, signals are heard, and the right to write is renewed."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, TypeVar

from zen_gc_core.signals import heard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_core.cluster.attention import Attention

T = TypeVar("T")

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, what ends jobs of a CI, and a terminal that is closed."""

SECONDS_A_TURN: Final = 0.1
INTERRUPTED: Final = 130


def attended(work: Callable[[], T], attention: Attention, draw: Callable[[], None]) -> T:
    """Do work on a thread, and attend to it until it ends.

    Args:
        work: The work; what it raises is raised here.
        attention: Renewed for as long as this program goes on.
        draw: Shows how far it is; called several times a second.
    """
    future: Future[T] = Future()

    def do() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  it is raised where it is waited for
            future.set_exception(error)

    attention.renew()
    thread = threading.Thread(target=do, name="run", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(SECONDS_A_TURN)
        attention.renew()
        draw()
    return future.result()


@contextlib.contextmanager
def interruptible(stopping: threading.Event, told: Callable[[], None]) -> Iterator[None]:
    """Let a signal end work after the writes that are under way, and a second one end the program at once.

    Args:
        stopping: Set by the first.
        told: Called at the first.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int) -> None:
        if stopping.is_set():
            os._exit(INTERRUPTED)
        stopping.set()
        told()

    with heard(SIGNALS, stop):
        yield

"""Signals are heard in the middle of whatever the main thread does."""

from __future__ import annotations

import subprocess
import sys

import pytest

WAITING = """
import os, signal, sys, threading, time
from zen_gc_core.signals import heard

ended = threading.Event()
with heard((signal.SIGTERM,), lambda _: ended.set()):
    with ended._cond:  # as in the middle of wait, or of set
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.3)
        assert not ended.is_set()
    assert ended.wait(60)
print("ended")
"""

TWICE = """
import os, signal, threading
from zen_gc_core.signals import heard

came = []
both = threading.Semaphore(0)

def act(number):
    came.append(number)
    both.release()

with heard((signal.SIGTERM, signal.SIGINT), act):
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)
    assert both.acquire(timeout=60) and both.acquire(timeout=60)
assert sorted(came) == [signal.SIGINT, signal.SIGTERM]
os.kill(os.getpid(), signal.SIGTERM)  # means again what it meant
"""

LEAVING = """
import os, signal, sys, time
from zen_gc_core.signals import hear

def leave(done):
    assert done.wait(60)
    sys.exit(7)

hear((signal.SIGTERM,), lambda number: print("heard", flush=True), at_once=leave)
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("program", "code", "out"),
    [(WAITING, 0, "ended\n"), (TWICE, -15, ""), (LEAVING, 7, "heard\n")],
    ids=["a lock that is held", "one after the other, and no longer than asked for", "out of whatever it does"],
)
def test_a_signal_is_acted_on(program: str, code: int, out: str) -> None:
    """On a thread: a handler that took the lock that it interrupted would wait for ever."""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert (ran.returncode, ran.stdout) == (code, out), ran.stderr

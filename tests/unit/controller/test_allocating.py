"""What is freed goes back to the system, whatever threads freed it."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, threading
from zen_gc_core.controller.process.allocating import give_back_what_is_large

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

assert give_back_what_is_large() or not hasattr(ctypes.CDLL(None), "mallopt")
bytes(20 << 20)  # glibc alone would now keep whatever is smaller
began = resident()
ended, held = threading.Event(), threading.Barrier(9)

def work():
    held.wait()
    for _ in range(4):
        buffers = [b"x" * (5 << 20) for _ in range(2)]
    del buffers
    kept.append(b"y" * 100_000)
    held.wait()
    ended.wait()

kept = []
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
held.wait()
held.wait()
print((resident() - began) >> 20)
ended.set()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_large_buffers_of_threads_go_back_to_the_system() -> None:
    """Pages are read on threads of their own, and the C library would keep megabytes for each."""
    found = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert int(found.stdout) <= 16, "MiB, of 80 that eight threads had"

"""Ports for programs that are told theirs before they listen, and cannot be asked which one they took."""

from __future__ import annotations

import random
import socket
from pathlib import Path

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""The first and the last port that the kernel gives to whoever asks for any."""
BELOW = 32768
"""Linux's own first of them, for where the file is not there."""
LEAST = 10240
TRIES = 1000


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nobody listens on, and that the kernel gives to nobody.

    A port that it gave and took back is soon given to somebody else: to another test's server, or to the near end of a connection.
    These lie below all of those, so that only another caller could take one of them, who has a few ten thousand to draw from.

    Args:
        count: how many.

    Raises:
        OSError: there are none below those that the kernel gives, or hardly one is free.
    """
    drawn = random.SystemRandom()  # a seed of the tests' must not give two processes the same
    last = _first_given() - 1
    if last < LEAST:
        raise OSError(f"there is no port between {LEAST} and those that the kernel gives, of {RANGE}")
    found: list[int] = []
    for _ in range(TRIES):
        port = drawn.randint(LEAST, last)
        if port not in found and _is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise OSError(f"of {TRIES} ports between {LEAST} and {last} only {len(found)} are free")


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _first_given() -> int:
    return int(RANGE.read_text().split()[0]) if RANGE.exists() else BELOW

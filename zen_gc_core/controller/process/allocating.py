"""How the C library keeps memory that was given back: glibc, left alone, keeps megabytes of it for each thread."""

from __future__ import annotations

import ctypes
from typing import Final

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8

LARGE: Final = 2 * 1024 * 1024
"""Bytes from which on a buffer goes back to the system when it is freed; glibc alone lets that grow to 32 MiB.
A usual page is smaller: its memory is used again, as asking for it anew would cost more than reading the page."""

KEPT: Final = 2 * LARGE
"""Bytes that a heap keeps at its end."""

ARENAS: Final = 2
"""How many heaps there are; glibc alone makes eight for each processor, and a page that is read has a thread of its own."""


def give_back_what_is_large() -> bool:
    """Have large buffers go back to the system when they are freed, and few heaps for all threads together.

    Returns:
        Whether the C library was told; one that is not glibc needs not be.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    options = ((_M_MMAP_THRESHOLD, LARGE), (_M_TRIM_THRESHOLD, KEPT), (_M_ARENA_MAX, ARENAS))
    return [mallopt(option, value) for option, value in options] == [1] * len(options)

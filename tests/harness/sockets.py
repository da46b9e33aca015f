"""TLS sockets that are closed when their connection was reset before its handshake; `tests/conftest.py` loads this as a plugin.

Later versions of Python do so themselves. The one that the tests run leaves such a socket to the collection of garbage, which warns of
it in the middle of some other test, and warnings are errors: an API server that is killed resets whoever was just connected.
"""

from __future__ import annotations

import contextlib
import ssl
import traceback
from typing import Any

_create = ssl.SSLSocket._create.__func__  # type: ignore[attr-defined]  # of the standard library, and undocumented


def _close_what_fails(cls: type[ssl.SSLSocket], *arguments: Any, **more: Any) -> ssl.SSLSocket:
    try:
        return _create(cls, *arguments, **more)
    except OSError as error:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if isinstance(half_made := frame.f_locals.get("self"), ssl.SSLSocket):
                with contextlib.suppress(OSError):
                    half_made.close()
        raise


def pytest_configure() -> None:
    """Once for a process."""
    ssl.SSLSocket._create = classmethod(_close_what_fails)  # type: ignore[attr-defined]

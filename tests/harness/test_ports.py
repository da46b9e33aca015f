"""Ports that are drawn are nobody's, and stay so while the kernel gives others."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from tests.harness import ports


def test_the_kernel_gives_none_of_them() -> None:
    """However many it is asked for."""
    drawn = set(ports.free_ports(50))
    assert len(drawn) == 50
    with ExitStack() as held:
        given = {held.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(500)}
    assert max(drawn) < int(ports.RANGE.read_text().split()[0]) <= min(given)


def test_what_is_taken_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two that there are, one."""
    monkeypatch.setattr(ports, "LEAST", ports.free_ports(1)[0])
    monkeypatch.setattr(ports, "_first_given", lambda: ports.LEAST + 1)
    with socket.create_server(("127.0.0.1", ports.LEAST)), pytest.raises(OSError, match="only 0 are free"):
        ports.free_ports(1)
    assert ports.free_ports(1) == [ports.LEAST]


def test_where_the_kernel_gives_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said."""
    monkeypatch.setattr(ports, "_first_given", lambda: 1024)
    with pytest.raises(OSError, match="no port between"):
        ports.free_ports(1)

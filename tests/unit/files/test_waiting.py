"""The line that is shown while something takes long: at a terminal alone, and gone when it is over."""

from __future__ import annotations

import io
import sys
import threading

import pytest

from zen_gc_core.cli.terminal.waiting import waiting, waiting_for_each

CLEAR = "\r\x1b[K"


class Terminal(io.StringIO):
    """A terminal, which notes when something is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def isatty(self) -> bool:
        """It is one."""
        return True

    def write(self, text: str) -> int:
        """Note it."""
        count = super().write(text)
        self.written.set()
        return count


def test_what_takes_long_is_told_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wider than the terminal, and nothing of it stays."""
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("COLUMNS", "40")
    with waiting(lambda: "reading " + "x" * 90, patience=0):
        assert terminal.written.wait(30)
    shown = terminal.getvalue()
    assert shown.startswith(f"{CLEAR}reading xxx")
    assert shown.endswith(CLEAR)
    assert max(map(len, shown.split(CLEAR))) == 39


def test_what_is_soon_over_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that flickers is worse than none."""
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with waiting(lambda: "reading", patience=1e6):
        pass
    assert terminal.getvalue() == ""


def test_nothing_is_told_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs and files get no carriage returns."""
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
    with waiting(lambda: "reading", patience=0):
        pass
    assert list(waiting_for_each([1, 2], lambda: "planning")) == [1, 2]
    assert stream.getvalue() == ""
    assert not any(thread.name == "waiting" for thread in threading.enumerate())


def test_an_error_takes_the_line_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told on a line of its own."""
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())

    def wrong() -> None:
        with waiting(lambda: "reading", patience=0):
            assert terminal.written.wait(30)
            raise RuntimeError("gone wrong")

    with pytest.raises(RuntimeError, match="gone wrong"):
        wrong()
    assert terminal.getvalue().endswith(CLEAR)

"""What Python and libraries say of themselves, brought into the project's log.

That is: the standard library's logging, warnings, uncaught exceptions and, where asked for, whatever is printed. Nothing
of the project's own is said here.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import TracebackType
    from typing import TextIO

    from structlog.typing import FilteringBoundLogger

    Unraisable = sys.UnraisableHookArgs
    Ended = threading.ExceptHookArgs

_LONGEST_PRINTED: Final = 4096
"""Characters of a printed line that are waited for before they are logged as they are."""


def everything(log: FilteringBoundLogger, undo: contextlib.ExitStack, *, streams: bool) -> None:
    """Bring everything into a log.

    Args:
        log: The log.
        undo: Gets what puts everything back as it was.
        streams: Whether what is printed on standard output and error is brought there, too, line by line.
    """
    _libraries(log, undo)
    _warnings(log, undo)
    _exceptions(log, undo)
    if streams:
        out, err = _Printed(log, "stdout"), _Printed(log, "stderr")
        undo.enter_context(contextlib.redirect_stdout(out))
        undo.enter_context(contextlib.redirect_stderr(err))
        undo.callback(err.flush)
        undo.callback(out.flush)


class _Libraries(logging.Handler):
    """Turns records of the standard library's logging into the project's."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
        except Exception as unfit:  # noqa: BLE001  a record that cannot be formatted is said to be one
            text = f"log record of {record.filename}:{record.lineno} cannot be formatted: {type(unfit).__name__}"
        error = record.exc_info[1] if record.exc_info else None
        # Further lines repeat the exception (asyncio), and with it what that quotes.
        first = text.splitlines()[0] if text else ""
        level = min(record.levelno // 10 * 10, logging.CRITICAL)
        # A library goes on when the log's stream has been closed.
        with contextlib.suppress(OSError, ValueError):
            self._log.log(level, "library message", logger=record.name, message=first, exc_info=error)


def _libraries(log: FilteringBoundLogger, undo: contextlib.ExitStack) -> None:
    root = logging.getLogger()
    undo.callback(root.setLevel, root.level)
    undo.callback(setattr, root, "handlers", root.handlers)
    root.handlers = [_Libraries(log)]
    root.setLevel(logging.WARNING)


def _warnings(log: FilteringBoundLogger, undo: contextlib.ExitStack) -> None:
    def show(  # noqa: PLR0913, PLR0917  the signature of warnings.showwarning
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        del file, line
        log.warning("warning", category=category.__name__, message=str(message), place=f"{filename}:{lineno}")

    undo.callback(setattr, warnings, "showwarning", warnings.showwarning)
    warnings.showwarning = show


def _exceptions(log: FilteringBoundLogger, undo: contextlib.ExitStack) -> None:
    def uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        log.critical("uncaught exception", thread="MainThread", exc_info=error)

    def uncaught_in_thread(ended: Ended) -> None:
        if ended.exc_type is not SystemExit:
            log.critical(
                "uncaught exception", thread=ended.thread.name if ended.thread else "", exc_info=ended.exc_value
            )

    def unraisable(found: Unraisable) -> None:
        log.error("exception ignored", where=type(found.object).__name__, exc_info=found.exc_value)

    for module, name, hook in (
        (sys, "excepthook", uncaught),
        (threading, "excepthook", uncaught_in_thread),
        (sys, "unraisablehook", unraisable),
    ):
        undo.callback(setattr, module, name, getattr(module, name))
        setattr(module, name, hook)


class _Printed(io.TextIOBase):
    """A text stream that logs each line written to it.

    Args:
        log: The log.
        name: The stream that it stands for.
    """

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, log: FilteringBoundLogger, name: str) -> None:
        self._log = log
        self._stream = name
        self._began = threading.local()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *whole, begun = (self._take() + text).split("\n")
        for line in whole:
            self._say(line)
        self._began.text = begun
        if len(begun) > _LONGEST_PRINTED:
            self.flush()
        return len(text)

    def flush(self) -> None:
        self._say(self._take())

    def fileno(self) -> int:
        """There is none: what writes past Python would write past the log."""
        raise io.UnsupportedOperation("fileno")

    def _take(self) -> str:
        text: str = getattr(self._began, "text", "")
        self._began.text = ""
        return text

    def _say(self, line: str) -> None:
        if line.strip():
            self._log.warning("printed", stream=self._stream, message=line)

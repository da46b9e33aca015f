"""How records are written: the structlog chain, one record a line, flushed before the call returns.

`configure` is called once, by the command. Which records there are is `runlog`'s; what may stand in one is
`redaction`'s; what Python and libraries say of themselves is brought here by `standard_output`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson
import structlog

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.controller.process import redaction, standard_output

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

Format = Literal["json", "console"]

MOST_BLOCKED_SECONDS: Final = 5.0
"""How long a line may take to leave before nothing more is done on the strength of what could not be written down."""

_FIRST: Final = ("timestamp", "level", "event", "policy", "namespace", "phase")
"""The fields that lead every line, in this order."""


def configure(
    level: str = "info",
    format: Format = "json",  # noqa: A002  the flag's name
    stream: TextIO | None = None,
) -> contextlib.ExitStack:
    """Say how everything is logged from now on: the project's records, the libraries', warnings and tracebacks.

    In JSON, everything that reaches standard output or error through Python is a record of one line, prints included;
    the console format is for people, and leaves both streams alone.

    Args:
        level: The least level of the project's own records: ``debug``, ``info``, ``warning`` or ``error``. Libraries
            are heard from ``warning`` on, whatever it is: below that they log the bodies of requests.
        format: ``json``, or ``console`` for people (in colours on a terminal).
        stream: Where to; standard error when not given.

    Returns:
        What puts everything back as it was when it is closed. Who never closes it keeps the configuration.
    """
    out = stream if stream is not None else sys.stderr
    lines = Lines(out)
    undo = contextlib.ExitStack()
    previous = structlog.get_config()
    undo.callback(structlog.configure, **previous)
    structlog.configure(
        processors=_chain(format, out),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        context_class=dict,
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=False,
    )
    standard_output.everything(logger(), undo, streams=format == "json")
    return undo


def logger() -> FilteringBoundLogger:
    """A logger of the configuration that is in force now; it is made once, and not for each record."""
    found: FilteringBoundLogger = structlog.get_logger().bind()
    return found


def blocked_seconds() -> float:
    """For how long the log in force has been waiting for a line to leave; 0 when none is on its way."""
    lines = structlog.get_config()["logger_factory"]()
    return lines.blocked_seconds if isinstance(lines, Lines) else 0.0


class Lines:
    """Writes whole lines to a stream and flushes each; for any number of threads.

    A finalizer or a signal handler may log in the middle of a write of the same thread: its line follows that one.

    Args:
        stream: The stream.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.RLock()
        self._writing = False
        self._late: deque[str] = deque()
        self._began: float | None = None

    @property
    def blocked_seconds(self) -> float:
        """For how long a line has been on its way; 0 when none is."""
        began = self._began
        return 0.0 if began is None else boottime() - began

    def msg(self, line: str) -> None:
        """Write a line; it has left when this returns."""
        with self._lock:
            self._late.append(line)
            if self._writing:
                return
            self._writing = True
            try:
                while self._late:
                    self._began = boottime()
                    self._stream.write(f"{self._late.popleft()}\n")
                    self._stream.flush()
            finally:
                self._writing = False
                self._began = None

    debug = info = warning = error = critical = msg


def _chain(format: Format, out: TextIO) -> list[Processor]:  # noqa: A002  the flag's name
    chain: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_stack,
        _redacted,
    ]
    if format == "json":
        return [*chain, _line]
    return [
        *chain,
        structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback),
    ]


def _with_stack(_logger: WrappedLogger, _method: str, record: EventDict) -> EventDict:
    """Replace ``exc_info`` by the field ``exception``."""
    error = record.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        record["exception"] = redaction.stack(error)
    else:
        record.pop("exception", None)
    return record


def _redacted(_logger: WrappedLogger, _method: str, record: EventDict) -> Mapping[str, Any]:
    """Make every value plain, and the fields that everybody looks for the first."""
    made = redaction.fields(record)
    return {name: made.pop(name) for name in _FIRST if name in made} | made


def _line(_logger: WrappedLogger, _method: str, record: EventDict) -> str:
    """One JSON object (RFC 8259) in ASCII, on one line."""
    try:
        line = orjson.dumps(record)
        if line.isascii():  # all but always
            return line.decode("ascii")
    except TypeError:  # a number that orjson does not take
        pass
    return json.dumps(record, allow_nan=False, separators=(",", ":"))

"""How records are written, and that everything is one."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import textwrap
import threading
import warnings
from datetime import datetime, timedelta

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.controller.process.logs import configure, logger
from zen_gc_core.controller.telling.runlog import RunLog
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.policy import PolicyReference
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending
from zen_gc_core.model.requests import Delete

SECRET = "hunter2"
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program of its own, for what belongs to a whole process."""
    return subprocess.run(
        [sys.executable, "-X", "dev", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )


def records(text: str) -> list[dict]:
    """The records of an output of which every line must be one."""
    return [json.loads(line) for line in text.splitlines()]


@given(name=ANY_TEXT, namespace=ANY_TEXT, message=ANY_TEXT)
def test_one_record_is_one_line_of_json_whatever_a_name_contains(name: str, namespace: str, message: str) -> None:
    """For all of Unicode; nothing on the line but printable ASCII."""
    stream = io.StringIO()
    policy = PolicyReference("GarbageCollectionPolicy", namespace, name)
    decision = Decision(name, name, namespace, name, name, Verdict.ACT, message, request=Delete())
    with configure("debug", "json", stream):
        RunLog().intent(policy, decision, name)
        RunLog().evaluation_failed(policy, Ending(Reason.CLUSTER_ERROR, message))
        logging.getLogger(name).error("%s", message)
    text = stream.getvalue()
    assert text.count("\n") == 3
    assert text.replace("\n", "").isprintable()
    assert text.isascii()
    for line in text.splitlines():
        json.loads(line)


def test_a_record_begins_with_when_how_grave_and_what() -> None:
    """The timestamp is ISO 8601 in UTC."""
    stream = io.StringIO()
    with configure("info", "json", stream):
        logger().info("controller started", version="0.1.0")
    (record,) = records(stream.getvalue())
    assert list(record)[:3] == ["timestamp", "level", "event"]
    assert datetime.fromisoformat(record["timestamp"]).utcoffset() == timedelta(0)
    assert (record["level"], record["event"], record["version"]) == ("info", "controller started", "0.1.0")


@pytest.mark.parametrize(("level", "told"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_is_the_least_that_is_told(level: str, told: int) -> None:
    """As `--log-level` says."""
    stream = io.StringIO()
    with configure(level, "json", stream):
        for method in ("debug", "info", "warning", "error"):
            getattr(logger(), method)("x")
    assert len(stream.getvalue().splitlines()) == told


def test_libraries_are_heard_from_warning_on_whatever_the_level() -> None:
    """Below that they log the bodies of requests and answers."""
    stream = io.StringIO()
    with configure("debug", "json", stream):
        library = logging.getLogger("kubernetes.client.rest")
        library.setLevel(logging.DEBUG)
        library.debug("response body: %s", SECRET)
        library.warning("retrying\nwith %s", SECRET)
        library.log(35, "between two levels")
        library.error("%d", "not a number")
    told = records(stream.getvalue())
    assert [(record["event"], record["logger"]) for record in told] == [
        ("library message", "kubernetes.client.rest"),
    ] * 3
    assert [record["message"] for record in told[:2]] == ["retrying", "between two levels"]
    assert "cannot be formatted: TypeError" in told[2]["message"]
    assert SECRET not in stream.getvalue()


def test_a_librarys_traceback_is_a_field() -> None:
    """Frames and types, without quoted values."""
    stream = io.StringIO()
    with configure("info", "json", stream):
        try:
            int(SECRET)
        except ValueError:
            logging.getLogger("aiohttp.server").exception("Error handling request")
    (record,) = records(stream.getvalue())
    assert record["exception"].endswith("\nValueError")
    assert "test_a_librarys_traceback_is_a_field" in record["exception"]
    assert SECRET not in stream.getvalue()


def test_warnings_are_records() -> None:
    """Of whatever library."""
    stream = io.StringIO()
    with warnings.catch_warnings(), configure("info", "json", stream):
        warnings.simplefilter("always")
        warnings.warn("old thing", DeprecationWarning, stacklevel=1)
    (record,) = records(stream.getvalue())
    assert (record["event"], record["category"], record["message"]) == ("warning", "DeprecationWarning", "old thing")


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_what_is_printed_becomes_records_a_line_each(name: str) -> None:
    """Also when it is printed piece by piece, or through click."""
    stream = io.StringIO()
    with configure("info", "json", stream):
        target = getattr(sys, name)
        print("one", "two", file=target)
        print("three\n\nfo", end="", file=target)
        print("ur", file=target)
        click.echo("five", err=name == "stderr")
        print("the rest", end="", file=target)
    told = records(stream.getvalue())
    assert [record["message"] for record in told] == ["one two", "three", "four", "five", "the rest"]
    assert {record["stream"] for record in told} == {name}


def test_threads_do_not_mix_their_lines() -> None:
    """Records and prints of many threads."""
    stream = io.StringIO()

    def speak(number: int) -> None:
        for turn in range(50):
            logger().info("x", number=number, turn=turn)
            sys.stdout.write(f"{number} {turn}\n")

    with configure("info", "json", stream):
        threads = [threading.Thread(target=speak, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(records(stream.getvalue())) == 4 * 50 * 2


def test_a_record_made_in_the_middle_of_a_write_follows_it() -> None:
    """A finalizer that fails while a line is written neither blocks nor cuts that line."""

    class Stream(io.StringIO):
        interrupted = False

        def write(self, text: str) -> int:
            half = len(text) // 2
            super().write(text[:half])
            if not self.interrupted:
                self.interrupted = True
                logger().error("exception ignored")
            super().write(text[half:])
            return len(text)

    stream = Stream()
    with configure("info", "json", stream):
        logger().info("controller started")
    assert [record["event"] for record in records(stream.getvalue())] == ["controller started", "exception ignored"]


def test_closing_puts_everything_back() -> None:
    """Hooks, handlers, streams and structlog's own configuration."""

    def state() -> tuple:
        root = logging.getLogger()
        hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
        return (*hooks, sys.stdout, sys.stderr, root.level, tuple(root.handlers))

    before = state()
    with configure("info", "json", io.StringIO()):
        assert state()[:6] != before[:6]
    assert state() == before


def test_console_lines_are_for_people_and_harmless() -> None:
    """No colours where there is no terminal, no escape sequence from a name, tracebacks on lines of their own."""
    stream = io.StringIO()
    with configure("info", "console", stream):
        before = sys.stdout
        RunLog().evaluation_failed(
            PolicyReference("GarbageCollectionPolicy", "a", "\x1b[31m\n"), Ending(Reason.EXPIRED, "why")
        )
        RunLog().failed("the sweep", OSError(5, "Input/output error"))
        assert sys.stdout is before
    text = stream.getvalue()
    assert "evaluation failed" in text
    assert "OSError: [Errno 5] Input/output error" in text
    assert "\x1b" not in text


def test_every_line_of_a_process_that_goes_wrong_in_every_way_is_json() -> None:
    """Warnings, prints, libraries, failing threads, failing destructors, and at last an uncaught exception."""
    ended = run(f"""
        import asyncio, logging, sys, threading, warnings
        from zen_gc_core.controller.process.logs import configure
        configure("debug", "json")
        class Falling:
            def __del__(self):
                raise ValueError("{SECRET}")
        def fail():
            raise ValueError("{SECRET}")
        async def forget():
            asyncio.get_running_loop().call_soon(fail)
            await asyncio.sleep(0)
        print("printed")
        print("\\u202e\\ud800", file=sys.stderr)
        warnings.warn("old", DeprecationWarning)
        logging.getLogger("urllib3").warning("Retrying")
        del logging.getLogger("urllib3").handlers[:]
        thread = threading.Thread(target=fail, name="sweeper")
        thread.start()
        thread.join()
        Falling()
        asyncio.run(forget())
        print("no end of line", end="")
        fail()
    """)
    assert ended.returncode == 1
    assert ended.stdout == ""
    told = records(ended.stderr)
    assert [record["event"] for record in told] == [
        "printed",
        "printed",
        "warning",
        "library message",
        "uncaught exception",
        "exception ignored",
        "library message",
        "uncaught exception",
        "printed",
    ]
    assert [record["thread"] for record in told if record["event"] == "uncaught exception"] == ["sweeper", "MainThread"]
    assert all("in fail" in record["exception"] for record in told if record["event"] == "uncaught exception")
    assert SECRET not in ended.stderr

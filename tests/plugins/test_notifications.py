"""Notifications: which runs have something to say, what a receiver gets, and what a bad one is spared."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import http.server
import json
import logging
import threading
from collections import Counter
from typing import TYPE_CHECKING, Self

import pytest
import tenacity
from zen_gc_notifications import DIRECTORY, sending, zen_gc_run_finished
from zen_gc_notifications.news import CONTENT_TYPE, MOST_NAMED, TYPE, News
from zen_gc_notifications.sending import MOST_WAITING, NotTakenError, Sender

from zen_gc_core.instants import parse_instant
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.plan import Plan, Soon
from zen_gc_core.model.policy import NAMESPACED, PolicyReference
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending, RunReport
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zen_gc_notifications.news import Message

NOW = parse_instant("2026-01-01T12:00:00Z")
KEY = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


def decision(name: str, verdict: Verdict = Verdict.ACT) -> Decision:
    return Decision("v1", "Pod", "team", name, f"uid-{name}", verdict, "", expires_at=NOW)


def report(
    *names: str,
    policy: str = "tidy",
    results: dict[Result, int] | None = None,
    stopped: Ending | None = None,
    soon: tuple[str, ...] = (),
    due: int | None = None,
) -> RunReport:
    coming = Soon(dt.timedelta(days=1), tuple(decision(name, Verdict.WAIT) for name in soon), len(soon) + 3)
    plan = Plan(
        PolicyReference(NAMESPACED, "team", policy, "u", 7),
        NOW,
        scanned=9,
        matched=5,
        due=len(names) if due is None else due,
        decisions=tuple(map(decision, names)),
        soon=coming if soon else None,
    )
    return RunReport(plan, Counter(results or {}), NOW, 1.23456, stopped)


TRIPPED = Ending(Reason.BREAKER_TRIPPED, "too many")
SWITCHED_OFF = Ending(Reason.KILL_SWITCH, "switched off")


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([report()], [False]),
        ([report("a", results={Result.DELETED: 1})] * 2, [True, True]),
        ([report("a", results={Result.WOULD_ACT: 1})], [False]),
        ([report("a", results={Result.DROPPED: 1, Result.CONFLICT: 1, Result.BLOCKED: 2})], [False]),
        ([report("a", results={Result.DELETED: 0})], [False]),
        ([report("a", stopped=TRIPPED)] * 3, [True, False, False]),
        ([report("a", stopped=TRIPPED), report(), report("a", stopped=TRIPPED)], [True, True, True]),
        ([report("a", stopped=SWITCHED_OFF)], [False]),
        (
            [report(soon=("a",)), report(soon=("a",)), report(soon=("a", "b")), report(soon=("b",))],
            [True, False, True, False],
        ),
        ([report("a", stopped=TRIPPED), report("a", policy="other", stopped=TRIPPED)], [True, True]),
        ([report("a", results={Result.FAILED: 1})] * 2, [True, True]),
    ],
)
def test_a_run_has_something_to_say_when_something_is_new(runs: list[RunReport], told: list[bool]) -> None:
    """What it did, why it failed and that it no longer does, and what comes; and never the same failure twice in a row."""
    news = News()
    assert [news.of(each) is not None for each in runs] == told


def message(of: RunReport | None = None) -> Message:
    found = News().of(of or report("a", results={Result.DELETED: 1}))
    assert found is not None
    return found


def test_a_message_is_a_cloud_event_that_says_what_became_of_the_run() -> None:
    """With the objects by name, 25 at the most, and never their contents."""
    of = report(
        *(f"p{number:02}" for number in range(40)), results={Result.DELETED: 39, Result.FAILED: 1, Result.GONE: 0}
    )
    event = json.loads(message(of).body)
    assert {name: event[name] for name in ("specversion", "type", "source", "datacontenttype")} == {
        "specversion": "1.0",
        "type": TYPE,
        "source": "zen-gc",
        "datacontenttype": "application/json",
    }
    assert event["subject"] == "GarbageCollectionPolicy team/tidy"
    data = event["data"]
    assert data["policy"] == {"kind": NAMESPACED, "namespace": "team", "name": "tidy", "generation": 7}
    assert data["results"] == {"deleted": 39, "failed": 1}
    assert (data["failed"], data["ending"], data["dryRun"], data["durationSeconds"]) == (True, None, False, 1.235)
    assert (data["matched"], data["due"], len(data["objects"]), data["moreObjects"]) == (5, 40, MOST_NAMED, 15)
    assert data["objects"][0] == {
        "apiVersion": "v1",
        "kind": "Pod",
        "namespace": "team",
        "name": "p00",
        "dueAt": "2026-01-01T12:00:00Z",
    }
    assert data["soon"] is None


def test_a_message_says_why_a_run_ended_and_what_comes() -> None:
    """In the words that its status has."""
    data = json.loads(message(report(soon=("x",), stopped=TRIPPED)).body)["data"]
    assert data["ending"] == {"reason": "BreakerTripped", "message": "too many"}
    assert (data["soon"]["within"], data["soon"]["moreObjects"]) == ("1d", 3)
    assert [each["name"] for each in data["soon"]["objects"]] == ["x"]


class Receiver:
    """A receiver on a port of its own, whose answers are given beforehand; the last one for ever."""

    def __init__(self, *answers: int) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.let_go = threading.Event()
        receiver, left = self, list(answers or (204,))

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status = left.pop(0) if len(left) > 1 else left[0]
                if status == 0:
                    receiver.let_go.wait(60)
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                if status == 307:
                    self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "key").write_text(f"{KEY}\n")
    return tmp_path


@pytest.fixture
def sender() -> Iterator[Sender]:
    """One that does not wait between its tries."""
    made = Sender(tenacity.wait_none())
    yield made
    made.flush(60)


def test_a_message_is_signed_as_standard_webhooks_has_it(directory: Path, sender: Sender) -> None:
    """Id, time and body, by the key of the file; a key without the prefix is taken as it is."""
    with Receiver() as receiver:
        (directory / "url").write_text(f"http://127.0.0.1:{receiver.port}/hook?token=t0ken\n")
        for key, secret in ((KEY, b"0123456789abcdef0123456789abcdef"), ("plain", b"plain"), ("whsec_?", b"whsec_?")):
            (directory / "key").write_text(key)
            sender.send(directory, message())
            assert sender.flush(60)
            headers, body = receiver.got[-1]
            signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
            assert headers["webhook-signature"] == f"v1,{expected}"
            assert headers["webhook-id"] == json.loads(body)["id"]
            assert headers["content-type"] == CONTENT_TYPE
            assert abs(int(headers["webhook-timestamp"]) - dt.datetime.now(dt.UTC).timestamp()) < 600


@pytest.mark.parametrize(
    ("answers", "sent", "logged"),
    [
        ((204,), 1, []),
        ((500, 503, 429, 200), 4, []),
        ((500,), sending.TRIES, ["a notification was not sent: the receiver answered 500"]),
        ((400,), 1, ["a notification was not sent: the receiver answered 400"]),
        ((410, 200), 1, ["a notification was not sent: the receiver answered 410"]),
        ((307,), 1, ["a notification was not sent: the receiver answered 307"]),
    ],
)
def test_what_a_receiver_cannot_take_now_is_tried_again(
    directory: Path,
    sender: Sender,
    caplog: pytest.LogCaptureFixture,
    *,
    answers: tuple[int, ...],
    sent: int,
    logged: list[str],
) -> None:
    """Under the same id; what it does not want is not, and nobody is led elsewhere."""
    with Receiver(*answers) as receiver:
        (directory / "url").write_text(f"http://127.0.0.1:{receiver.port}/hook?token=t0ken")
        with caplog.at_level(logging.WARNING):
            sender.send(directory, message())
            assert sender.flush(60)
        assert len(receiver.got) == sent
        assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert caplog.messages == logged


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/?token=t0ken", "https://no-such-host.invalid/t0ken", "t0ken", "", None]
)
def test_no_token_of_a_url_is_logged(
    directory: Path, sender: Sender, caplog: pytest.LogCaptureFixture, url: str | None
) -> None:
    """Whatever is wrong with it; and the next message is sent."""
    if url is not None:
        (directory / "url").write_text(url)
    with caplog.at_level(logging.WARNING):
        sender.send(directory, message())
        assert sender.flush(60)
    assert len(caplog.messages) == 1
    assert "t0ken" not in caplog.text
    with Receiver() as receiver:
        (directory / "url").write_text(f"http://127.0.0.1:{receiver.port}/")
        sender.send(directory, message())
        assert sender.flush(60)
        assert len(receiver.got) == 1


def _send_two(sender: Sender, directory: Path) -> None:
    """The first of them finds room where one is being sent."""
    sender.send(directory, message())
    sender.send(directory, message())


def test_a_receiver_that_hangs_holds_nobody_up(directory: Path, sender: Sender) -> None:
    """What it has no time for is dropped, and that is raised to whoever tells of failing plugins."""
    with Receiver(0) as receiver:
        (directory / "url").write_text(f"http://127.0.0.1:{receiver.port}/")
        for _ in range(MOST_WAITING):
            sender.send(directory, message())
        with pytest.raises(NotTakenError, match="too slow"):
            _send_two(sender, directory)
        assert not sender.flush(0.01)
        receiver.let_go.set()


def test_without_a_directory_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is anything made ready for it."""
    monkeypatch.delenv(DIRECTORY, raising=False)
    before = threading.active_count()
    zen_gc_run_finished(report("a", results={Result.DELETED: 1}))
    assert threading.active_count() == before

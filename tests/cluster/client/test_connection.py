"""What a connection does with servers that are down, slow, strange or not to be trusted."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
import time
import tracemalloc
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import EmbeddedCluster, Fault

from tests.cluster.client.servers import RawServer, config
from tests.harness.certificates import write_certificate
from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.clocks import ServerClock, boottime
from zen_gc_core.cluster.errors import (
    AnswerTooLarge,
    AuthorityLost,
    BadConfiguration,
    CannotReach,
    TimedOut,
    TLSTrouble,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zen_gc_core.cluster.connection import Connection

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def answer(client: socket.socket, body: bytes = b"{}", extra: bytes = b"") -> None:
    client.sendall(HEAD + extra + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def test_a_server_that_is_not_there_cannot_be_reached(connect: Callable[..., Connection]) -> None:
    """The text names the server and asks the right question."""
    with EmbeddedCluster() as server:
        connection = connect(server)
        url = server.url
    with pytest.raises(CannotReach, match=f"cannot reach {url}: .*refused.*: is the cluster running"):
        connection.request("GET", "/version")


def test_a_name_that_nobody_knows_is_said_to_be_one(connect: Callable[..., Connection]) -> None:
    """Most often a mistake in the kubeconfig."""
    with pytest.raises(CannotReach, match=r"is the kubeconfig's server right|cannot reach"):
        connect(config("http://zen-gc.invalid:1")).request("GET", "/version")


def test_a_server_that_hangs_is_given_up_in_time(server: EmbeddedCluster, connect: Callable[..., Connection]) -> None:
    """The timeout is the caller's."""
    server.faults = lambda _: Fault(delay=5)
    with pytest.raises(TimedOut, match="did not answer in time"):
        connect(server).request("GET", "/version", timeout=0.2)


@pytest.mark.parametrize("framing", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
def test_a_body_that_drips_is_given_up_in_time(connect: Callable[..., Connection], framing: bytes) -> None:
    """The timeout is for the whole answer, not for each byte."""

    def drip(client: socket.socket) -> None:
        raw.request(client)
        client.sendall(HEAD + framing + b"\r\n\r\n")
        while True:
            client.sendall(b"1\r\nx\r\n" if framing.endswith(b"chunked") else b"x")
            time.sleep(0.05)

    with RawServer(drip) as raw, pytest.raises(TimedOut, match="took too long"):
        connect(config(f"http://127.0.0.1:{raw.port}")).request("GET", "/version", timeout=2.0)


@pytest.mark.parametrize(
    ("head", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
        (b"HTTP/1.1 200 OK\r\n", b"X-More: a\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{", b" "),
    ],
    ids=["100 Continue", "a header that does not end", "headers without end", "a body without a length"],
)
def test_whatever_drips_without_end_counts_against_the_timeout(
    connect: Callable[..., Connection], head: bytes, again: bytes
) -> None:
    """Each byte begins a socket's own timeout anew."""

    def serve(client: socket.socket) -> None:
        raw.request(client)
        client.sendall(head)
        with contextlib.suppress(OSError):
            while True:
                client.sendall(again)
                time.sleep(0.05)

    with RawServer(serve) as raw:
        began = time.monotonic()
        with pytest.raises(TimedOut):
            connect(config(f"http://127.0.0.1:{raw.port}")).request("GET", "/version", timeout=1.0)
        assert time.monotonic() - began < 20.0


@pytest.mark.parametrize(
    "fault", [Fault(reset=True), Fault(truncate=0), Fault(truncate=20)], ids=["reset", "headers only", "half a body"]
)
def test_half_an_answer_is_no_answer(server: EmbeddedCluster, connect: Callable[..., Connection], fault: Fault) -> None:
    """Never a shorter one."""
    server.faults = lambda _: fault
    with pytest.raises(CannotReach, match="broke off"):
        connect(server).request("GET", "/version")


def test_what_is_no_http_is_no_answer(connect: Callable[..., Connection]) -> None:
    """An SSH server, say."""
    with (
        RawServer(lambda client: client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as raw,
        pytest.raises(CannotReach, match="broke off"),
    ):
        connect(config(f"http://127.0.0.1:{raw.port}")).request("GET", "/version")


def test_an_answer_without_end_is_not_read_to_its_end(
    server: EmbeddedCluster, connect: Callable[..., Connection]
) -> None:
    """The limit holds while reading."""
    server.faults = lambda _: Fault(body=b"x" * 3_000_000)
    with pytest.raises(AnswerTooLarge, match="more than 1 MiB"):
        connect(server).request("GET", "/version", limit=2**20)


def test_a_long_answer_is_held_once(connect: Callable[..., Connection]) -> None:
    """Not in parts and as a whole: a sweep reads the next page while it judges one."""
    part, parts = b"x" * 2**16, 160

    def serve(client: socket.socket) -> None:
        raw.request(client)
        client.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % (len(part) * parts))
        for _ in range(parts):
            client.sendall(part)

    with RawServer(serve) as raw:
        connection = connect(config(f"http://127.0.0.1:{raw.port}"))
        tracemalloc.start()
        try:
            body = connection.request("GET", "/version").body
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert len(body) == len(part) * parts
    assert most < 1.5 * len(body)


def test_a_redirect_is_not_followed(connect: Callable[..., Connection]) -> None:
    """A DELETE that is sent somewhere else is another DELETE."""

    def redirect(client: socket.socket) -> None:
        raw.request(client)
        client.sendall(b"HTTP/1.1 307 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
        raw.request(client)

    with RawServer(redirect) as raw:
        connection = connect(config(f"http://127.0.0.1:{raw.port}"))
        assert connection.request("DELETE", "/api/v1/namespaces/a/pods/b").status == 307
        assert b"elsewhere" not in raw.received


def test_a_server_with_an_unknown_certificate_is_not_trusted(
    connect: Callable[..., Connection], certificate: tuple[Path, ssl.SSLContext]
) -> None:
    """And the text says where trust is written down."""
    path, context = certificate
    with RawServer(answer, tls=context) as raw:
        url = f"https://127.0.0.1:{raw.port}"
        with pytest.raises(TLSTrouble, match="see certificate-authority in the kubeconfig"):
            connect(config(url)).request("GET", "/version")
        assert connect(config(url, **{"certificate-authority": str(path)})).request("GET", "/version").status == 200
        trusting = connect(config(url, **{"insecure-skip-tls-verify": True}))
        assert trusting.request("GET", "/version").status == 200


def test_a_certificate_for_another_name_is_not_trusted(
    connect: Callable[..., Connection], certificate: tuple[Path, ssl.SSLContext]
) -> None:
    """Also when its authority is known."""
    path, context = certificate
    with RawServer(answer, tls=context) as raw:
        strange = {"certificate-authority": str(path), "tls-server-name": "other.example"}
        with pytest.raises(TLSTrouble, match="no trust"):
            connect(config(f"https://127.0.0.1:{raw.port}", **strange)).request("GET", "/version")


def test_a_certificate_that_has_expired_is_not_trusted(connect: Callable[..., Connection], tmp_path: Path) -> None:
    """That is said, each time, and no byte of a request leaves."""
    crt, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    asked = []

    def note(client: socket.socket) -> None:
        asked.append(client)
        answer(client)

    write_certificate(crt, key, expired=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    with RawServer(note, tls=context) as raw:
        connection = connect(config(f"https://127.0.0.1:{raw.port}", **{"certificate-authority": str(crt)}))
        for _ in range(2):
            with pytest.raises(TLSTrouble, match="expired"):
                connection.request("GET", "/version")
    assert asked == []


def test_an_authority_that_is_no_certificate_is_tls_trouble(
    connect: Callable[..., Connection], certificate: tuple[Path, ssl.SSLContext]
) -> None:
    """It is noticed when it is needed."""
    with RawServer(answer, tls=certificate[1]) as raw:
        strange = {"certificate-authority-data": "bm8gcGVt"}
        with pytest.raises(TLSTrouble, match="see certificate-authority"):
            connect(config(f"https://127.0.0.1:{raw.port}", **strange)).request("GET", "/version")


def test_tls_to_a_server_without_it_is_tls_trouble(connect: Callable[..., Connection], server: EmbeddedCluster) -> None:
    """The scheme in the kubeconfig is wrong."""
    with pytest.raises(TLSTrouble, match="no trust"):
        connect(config(server.url.replace("http:", "https:"))).request("GET", "/version")


def test_no_byte_leaves_when_the_authority_ends_during_the_handshake(
    connect: Callable[..., Connection], certificate: tuple[Path, ssl.SSLContext]
) -> None:
    """The guard is asked when the connection stands: connecting may take longer than the lease."""
    path, context = certificate
    authority = Authority()
    authority.extend(boottime() + 3600)
    authority.check()

    def serve(client: socket.socket) -> None:
        raw.request(client)
        answer(client)

    with RawServer(serve, before=authority.end, tls=context) as raw:
        connection = connect(config(f"https://127.0.0.1:{raw.port}", **{"certificate-authority": str(path)}))
        with pytest.raises(AuthorityLost):
            connection.request("DELETE", "/api/v1/namespaces/a/pods/b", body={}, guard=authority.check)
        assert not raw.received
        assert connection.request("GET", "/version").status == 200


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_write_that_is_given_up_is_reset_and_not_sent_on(
    connect: Callable[..., Connection], certificate: tuple[Path, ssl.SSLContext], *, encrypted: bool
) -> None:
    """Closed in the usual way, what has not arrived would be sent for minutes to come, when the network is there again."""
    path, context = certificate
    failed: list[int] = []
    ended = threading.Event()

    def serve(client: socket.socket) -> None:
        raw.request(client)
        until = time.monotonic() + 10
        while not failed and time.monotonic() < until:
            time.sleep(0.05)
            if error := client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                failed.append(error)
        ended.set()

    scheme = "https" if encrypted else "http"
    with RawServer(serve, tls=context if encrypted else None) as raw:
        trust = {"certificate-authority": str(path)} if encrypted else {}
        connection = connect(config(f"{scheme}://127.0.0.1:{raw.port}", **trust))
        with pytest.raises(TimedOut):
            connection.request("DELETE", "/api/v1/namespaces/a/pods/b", body={}, timeout=0.5, guard=bool)
        assert ended.wait(30)
    assert failed, "the server saw its end, and no reset"


def test_a_guard_stops_its_own_request_and_no_other(
    server: EmbeddedCluster, connect: Callable[..., Connection]
) -> None:
    """Threads share the connections, not the guards."""
    connection = connect(server)
    inside, outside = threading.Event(), threading.Event()
    status: list[int] = []

    def refuse() -> None:
        inside.set()
        outside.wait(10)
        raise AuthorityLost("stop")

    def guarded() -> None:
        with pytest.raises(AuthorityLost):
            connection.request("DELETE", "/api/v1/namespaces/default", guard=refuse)
        status.append(0)

    thread = threading.Thread(target=guarded)
    thread.start()
    inside.wait(10)
    assert connection.request("GET", "/version").status == 200
    outside.set()
    thread.join()
    assert status == [0]
    assert [request.method for request in server.requests] == ["GET"]


def with_token_of(token: Path, server: EmbeddedCluster) -> dict[str, Any]:
    """A kubeconfig of a server whose token is in a file."""
    document = server.kubeconfig()
    document["users"][0]["user"] = {"tokenFile": str(token)}
    return document


def test_a_token_that_was_replaced_is_read_again(connect: Callable[..., Connection], tmp_path: Path) -> None:
    """A 401 makes the credentials be read anew, once for all threads that met it."""
    token = tmp_path / "token"
    token.write_text("old")
    with EmbeddedCluster(tokens={"new": "admin"}) as server:
        connection = connect(with_token_of(token, server))
        assert connection.request("GET", "/api/v1/namespaces").status == 401
        assert [request.status for request in server.requests] == [401, 401]
        token.write_text("new")
        assert connection.request("GET", "/api/v1/namespaces").status == 200
        assert connection.request("GET", "/api/v1/namespaces").status == 200
        assert [request.status for request in server.requests] == [401, 401, 401, 200, 200]


def test_credentials_that_cannot_be_read_again_are_said_to_be_so(
    connect: Callable[..., Connection], tmp_path: Path
) -> None:
    """The token file is gone."""
    token = tmp_path / "token"
    token.write_text("old")
    with EmbeddedCluster(tokens={"new": "admin"}) as server:
        connection = connect(with_token_of(token, server))
        token.unlink()
        with pytest.raises(BadConfiguration, match="token"):
            connection.request("GET", "/api/v1/namespaces")


def test_every_request_is_told_with_its_verb_status_and_time(
    server: EmbeddedCluster, connect: Callable[..., Connection]
) -> None:
    """Also the ones that got no answer."""
    told: list[tuple[str, int]] = []
    connection = connect(server, observe=lambda verb, status, seconds: told.append((verb, status + (seconds < 0))))
    connection.request("GET", "/version")
    connection.request("GET", "/api/v1/pods", verb="LIST")
    connection.request("DELETE", "/api/v1/namespaces/nobody")
    server.faults = lambda _: Fault(reset=True)
    with pytest.raises(CannotReach):
        connection.request("GET", "/version")
    assert told == [("GET", 200), ("LIST", 200), ("DELETE", 404), ("GET", 0)]


def test_the_user_agent_is_ours(server: EmbeddedCluster, connect: Callable[..., Connection]) -> None:
    """The audit log of the cluster says who it was."""
    connect(server, user_agent="zen-gc/1.2.3").request("GET", "/version")
    assert server.requests[-1].headers["User-Agent"] == "zen-gc/1.2.3"


@pytest.mark.parametrize(("minutes", "sign"), [(5, -1), (-5, 1)])
def test_a_server_whose_clock_is_off_is_noticed(
    server: EmbeddedCluster, connect: Callable[..., Connection], minutes: int, sign: int
) -> None:
    """The skew is the local clock's: ahead is positive."""
    connection = connect(server)
    assert connection.clock.now() is None
    assert connection.clock.skew() is None
    date = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes), usegmt=True)
    server.faults = lambda _: Fault(date=date)
    connection.request("GET", "/version")
    skew = connection.clock.skew()
    assert skew is not None
    assert sign * skew.total_seconds() == pytest.approx(300, abs=3)
    now = connection.clock.now()
    assert now is not None
    assert abs(now - dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)) < dt.timedelta(seconds=3)


def test_of_several_servers_the_earliest_clock_decides_what_is_due() -> None:
    """And the furthest one is the skew."""
    local = [1000.0]
    clock = ServerClock(lambda: local[0], lambda: 1_800_000_000 + local[0])
    for offset in (0, -40, 20):
        served = dt.datetime.fromtimestamp(1_800_001_000 + offset, dt.UTC)
        clock.record(format_datetime(served, usegmt=True), 1000.0, 1000.0)
    now, skew = clock.now(), clock.skew()
    assert now is not None
    assert skew is not None
    assert now.timestamp() == 1_800_001_000 - 40
    assert skew.total_seconds() == 39
    local[0] += 62
    assert (clock.now(), clock.skew()) == (None, None)


def test_a_clock_that_was_behind_counts_for_as_long_as_its_answer() -> None:
    """Then the others do, also where nothing was said meanwhile."""
    local = [1000.0]
    clock = ServerClock(lambda: local[0], lambda: 1_800_000_000 + local[0])
    for late in (0, 40, 0):
        served = dt.datetime.fromtimestamp(1_800_000_000 + local[0] - late, dt.UTC)
        clock.record(format_datetime(served, usegmt=True), local[0], local[0])
        local[0] += 10
    behind = []
    for _ in range(7):
        now = clock.now()
        behind.append(None if now is None else 1_800_000_000 + local[0] - now.timestamp())
        local[0] += 10
    assert behind == [40, 40, 40, 40, 40, 0, None]


@pytest.mark.parametrize("date", [None, "", "yesterday", "Thu, 99 Jan 2026 00:00:00 GMT"])
def test_an_unreadable_date_says_nothing(date: str | None) -> None:
    """A proxy may write anything."""
    clock = ServerClock()
    clock.record(date, 1.0, 2.0)
    assert clock.now() is None


def test_a_watch_that_drips_without_end_is_dead_in_the_end(connect: Callable[..., Connection]) -> None:
    """A server ends a watch when it was asked to; one that goes on and on tells nothing any more."""

    def serve(client: socket.socket) -> None:
        raw.request(client)
        client.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            while True:
                client.sendall(b"1\r\n \r\n")
                time.sleep(0.05)

    with RawServer(serve) as raw:
        connection = connect(config(f"http://127.0.0.1:{raw.port}"))
        with pytest.raises(CannotReach), connection.stream("/x", query={}, resource="things", silence=1.0) as stream:
            assert list(stream)

"""What is sent on a connection and what is taken for an answer, byte by byte; by real sockets, and through proxies."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from tests.cluster.client.servers import RawServer, config
from zen_gc_core.cluster import http1
from zen_gc_core.cluster.errors import AnswerTooLarge, AuthorityLost, CannotReach

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zen_gc_core.cluster.connection import Connection

OK = b"HTTP/1.1 200 OK\r\n"
FULL = OK + b"Content-Length: 2\r\n\r\n{}"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GONE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"
BAD_NEWS = b"HTTP/1.1 500 Oops\r\nX: y\r\nContent-Length: 4\r\n\r\noops"


@contextlib.contextmanager
def speaking(*answers: bytes, hangs_up: bool = False) -> Iterator[RawServer]:
    """A server that answers each request with some bytes: the first connection's with the first, and so on."""
    numbers = itertools.count()

    def serve(client: socket.socket) -> None:
        answer = answers[min(next(numbers), len(answers) - 1)]
        while raw.request(client):
            client.sendall(answer)
            if hangs_up:
                client.shutdown(socket.SHUT_WR)

    with RawServer(serve) as raw:
        yield raw


@pytest.fixture
def to(connect: Callable[..., Connection]) -> Callable[..., Connection]:
    """Connects to a raw server."""
    return lambda raw, path="": connect(config(f"http://127.0.0.1:{raw.port}{path}"))


@pytest.fixture
def through(connect: Callable[..., Connection], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Connection]:
    """Connects to a server through a raw server, with a token."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def connected(raw: RawServer, url: str, **cluster: Any) -> Connection:
        document = config(url, **{"proxy-url": f"http://127.0.0.1:{raw.port}"}, **cluster)
        document["users"] = [{"name": "u", "user": {"token": "secret"}}]
        document["contexts"][0]["context"]["user"] = "u"
        return connect(document)

    return connected


@pytest.mark.parametrize("step", [1, 7, 2**16])
@pytest.mark.parametrize(
    ("sent", "status", "body"),
    [
        (FULL, 200, b"{}"),
        (CHUNKED + b"5;a=b\r\nhello\r\n02\r\n{}\r\n0\r\nDate: x\r\n\r\n", 200, b"hello{}"),
        (OK + b"\r\nhello\r\n", 200, b"hello\r\n"),
        (b"HTTP/1.0 200 OK\r\n\r\nhello", 200, b"hello"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", 304, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n" + GONE, 404, b"gone"),
        (b"HTTP/1.1 200\r\nX-Empty:\r\ncontent-length:2\r\nX-Raw: \xc3\xa4\r\n\r\n{}", 200, b"{}"),
        (OK + b"Upgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}", 200, b"{}"),
    ],
    ids=[
        "length",
        "chunks",
        "no length",
        "HTTP/1.0",
        "204",
        "304",
        "interim answers",
        "odd headers",
        "upgrade offered",
    ],
)
def test_an_answer_is_the_same_however_it_is_cut(
    to: Callable[..., Connection],
    monkeypatch: pytest.MonkeyPatch,
    *,
    sent: bytes,
    status: int,
    body: bytes,
    step: int,
) -> None:
    """The network may cut it anywhere."""
    monkeypatch.setattr(http1, "_STEP", step)
    with speaking(sent, hangs_up=True) as raw:
        answer = to(raw).request("GET", "/version")
    assert (answer.status, answer.body) == (status, body)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (OK + b"Content-Length: 20\r\n\r\n{}", "hung up in the middle"),
        (OK + b"Content-Length: 2\r\n", "hung up"),
        (CHUNKED + b"2\r\n{}\r\n", "hung up in the middle"),
        (CHUNKED + b"2\r\n{}\r\n0\r\n", "hung up in the middle"),
        (CHUNKED + b"2\r\n{}x", "no HTTP"),
        (CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n", "no HTTP"),
        (CHUNKED + b"10000000000000002\r\n{}\r\n0\r\n\r\n", "no HTTP"),
        (OK + b"Transfer-Encoding: gzip\r\n\r\n{}", "hung up in the middle"),
        (OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "no HTTP"),
        (OK + b"Content-Length: 2\r\nContent-Length: 1\r\n\r\n{}", "no HTTP"),
        (OK + b"Content-Length: -2\r\n\r\n{}", "no HTTP"),
        (OK + b"Content-Length: 18446744073709551618\r\n\r\n{}", "no HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n{}", "no HTTP"),
        (OK + b"X: y\r\n" * 80_000 + b"\r\n", "longer than 256 KiB"),
        (b"", "without an answer"),
    ],
)
def test_what_is_no_whole_answer_is_none(to: Callable[..., Connection], sent: bytes, why: str) -> None:
    """Two readings of its length are one too many; and the next request is sent on another connection."""
    with speaking(sent, FULL, hangs_up=True) as raw:
        connection = to(raw)
        with pytest.raises(CannotReach, match=why):
            connection.request("DELETE", "/x")
        assert connection.request("GET", "/version").status == 200


SURPLUS = [GONE, GONE[:-1], GONE[:20], b"H", b"junk", b"HTTP/1.1 100 Continue\r\n\r\n"]


@pytest.mark.parametrize("more", SURPLUS)
def test_an_answer_that_nobody_asked_for_is_none(to: Callable[..., Connection], more: bytes) -> None:
    """Neither to the request before, whose answer it follows at once, nor to the next."""
    with speaking(BAD_NEWS + more, FULL) as raw:
        connection = to(raw)
        answer = connection.request("DELETE", "/x")
        assert (answer.status, answer.body, dict(answer.headers)["x"]) == (500, b"oops", "y")
        assert connection.request("GET", "/version").body == b"{}"


@pytest.mark.parametrize("more", [*SURPLUS, b""])
def test_what_comes_while_nobody_waits_is_no_answer(to: Callable[..., Connection], more: bytes) -> None:
    """Nor is a connection used that the server has closed meanwhile."""
    answered, said = threading.Event(), threading.Event()

    def serve(client: socket.socket) -> None:
        raw.request(client)
        client.sendall(FULL if said.is_set() else BAD_NEWS)
        answered.wait(30)
        if not said.is_set():
            client.sendall(more)
            client.shutdown(socket.SHUT_WR)
            said.set()

    with RawServer(serve) as raw:
        connection = to(raw)
        assert connection.request("DELETE", "/x").status == 500
        answered.set()
        assert said.wait(30)
        assert connection.request("GET", "/version").body == b"{}"


@pytest.mark.parametrize(
    ("sent", "connections"),
    [
        (FULL, 1),
        (CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", 1),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 1),
        (OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}", 2),
        (FULL.replace(b"/1.1", b"/1.0"), 2),
        (FULL.replace(b"/1.1", b"/1.0").replace(b"\r\n", b"\r\nConnection: keep-alive\r\n", 1), 1),
    ],
)
def test_a_connection_is_kept_unless_the_server_ends_it(
    to: Callable[..., Connection], sent: bytes, connections: int
) -> None:
    """As the answer says, or its version."""
    with speaking(sent) as raw:
        connection = to(raw)
        for _ in range(2):
            connection.request("GET", "/version")
        assert len(raw._open) == connections


def test_a_connection_with_half_an_answer_is_not_used_again(to: Callable[..., Connection]) -> None:
    """The other half would be taken for the next one's."""
    with speaking(OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 50_000 + GONE, FULL) as raw:
        connection = to(raw)
        with pytest.raises(AnswerTooLarge):
            connection.request("GET", "/version", limit=100)
        assert connection.request("GET", "/version").body == b"{}"


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("GET", None, None), ("DELETE", None, None), ("DELETE", {}, 2), ("POST", None, 0), ("PATCH", b"\r\n\r\n", 4)],
)
def test_a_request_is_whole_and_has_one_length(
    to: Callable[..., Connection], method: str, body: Any, length: int | None
) -> None:
    """A write without a body says so; the path of the server's address comes first."""
    with speaking(FULL) as raw:
        to(raw, "/k8s/clusters/x/").request(method, "/api/v1/x", query={"a": "b c"}, body=body)
        host = f"127.0.0.1:{raw.port}"
    first, *headers = bytes(raw.received).partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")
    told = dict(line.split(": ") for line in headers)
    assert first == f"{method} /k8s/clusters/x/api/v1/x?a=b+c http/1.1".lower()
    assert len(told) == len(headers), "a header is there twice"
    assert told["host"] == host
    assert told["accept-encoding"] == "identity"
    assert told.get("content-length") == (None if length is None else str(length))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://a.example", "a.example"),
        ("https://a.example:443", "a.example"),
        ("https://a.example:80", "a.example:80"),
        ("https://a.example.:6443", "a.example:6443"),
        ("https://[::1]:6443", "[::1]:6443"),
        ("https://[::1]", "[::1]"),
    ],
)
def test_the_host_header_names_the_server(url: str, host: str) -> None:
    """Without the port that its scheme has anyway; also through a proxy, whose address the connection has."""
    pool: Any = urllib3.connection_from_url(url)
    assert http1.host_of(pool._new_conn(), "/version") == host
    if url.startswith("https"):
        tunnel: Any = urllib3.ProxyManager("http://proxy.example:3128").connection_from_url(url)._new_conn()
        assert tunnel.host == "proxy.example"
        tunnel.set_tunnel(pool._tunnel_host, pool.port, scheme="http")
        assert http1.host_of(tunnel, "/version") == host


BREAKS = ["a\r\nX: y", "a\nX: y", "a\rX: y", "a\0", "a\r\n X: y"]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        *[(bad, "/x", {}) for bad in (*BREAKS, "GET /y")],
        *[("GET", f"/{bad}", {}) for bad in (*BREAKS, "x HTTP/1.1")],
        *[("GET", "/x", {"X": bad}) for bad in BREAKS],
        *[("GET", "/x", {bad: "x"}) for bad in BREAKS],
    ],
)
def test_nothing_makes_another_request_of_a_request(
    to: Callable[..., Connection], method: str, path: str, headers: dict[str, str]
) -> None:
    """Whatever a name or a token contains; not a byte of it leaves."""
    with speaking(FULL) as raw:
        connection = to(raw)
        with pytest.raises(CannotReach, match="cannot have"):
            connection.request(method, path, headers=headers)
        assert connection.request("GET", "/version").status == 200
        assert raw.received.count(b"HTTP/1.1") == 1


def test_a_server_may_answer_and_hang_up_before_it_has_read_everything(to: Callable[..., Connection]) -> None:
    """What it says is why."""

    def serve(client: socket.socket) -> None:
        raw.request(client)
        client.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}")
        client.close()

    with RawServer(serve) as raw:
        answer = to(raw).request("POST", "/x", body=b"x" * 2**24)
        assert answer.status == 413


def test_a_plain_request_is_forwarded_by_a_proxy(through: Callable[..., Connection]) -> None:
    """With the whole address; its host is the server's and not the proxy's."""
    with speaking(FULL) as raw:
        connection = through(raw, "http://a.example:8080/k8s")
        for _ in range(2):
            assert connection.request("GET", "/version").body == b"{}"
        assert len(raw._open) == 1
    assert raw.received.count(b"GET http://a.example:8080/k8s/version HTTP/1.1\r\n") == 2
    assert raw.received.count(b"Host: a.example:8080\r\n") == 2


@pytest.mark.parametrize("lost", [False, True])
def test_through_a_tunnel_only_the_server_hears_the_request(
    through: Callable[..., Connection], certificate: tuple[Path, ssl.SSLContext], *, lost: bool
) -> None:
    """The guard is asked again behind the tunnel, right before the request leaves."""
    path, context = certificate
    heads: list[bytes] = []
    asked: list[int] = []

    def serve(client: socket.socket) -> None:
        heads.append(raw.request(client))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(client, server_side=True) as inner:
            raw._open.append(inner)
            while head := raw.request(inner):
                heads.append(head)
                inner.sendall(FULL)

    def guard() -> None:
        asked.append(len(heads))
        if lost and heads:
            raise AuthorityLost("stop")

    with RawServer(serve) as raw:
        trust = {"certificate-authority": str(path), "tls-server-name": "localhost"}
        connection = through(raw, "https://a.example:6443", **trust)
        with pytest.raises(AuthorityLost) if lost else contextlib.nullcontext():
            assert connection.request("DELETE", "/x", guard=guard).body == b"{}"
            assert connection.request("GET", "/version").body == b"{}"
    assert asked[-1] == 1
    assert heads[0].startswith(b"CONNECT a.example:6443 HTTP/1.")
    assert b"secret" not in heads[0]
    assert [head.split()[:2] for head in heads[1:]] == [] if lost else [[b"DELETE", b"/x"], [b"GET", b"/version"]]
    assert all(b"Host: a.example:6443\r\n" in head and b"Bearer secret" in head for head in heads[1:])


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_watch_that_another_thread_closes_ends_and_tells_nothing_strange(
    connect: Callable[..., Connection], certificate: tuple[Path, ssl.SSLContext], *, encrypted: bool
) -> None:
    """What has come by then may still be read, but never as it is encrypted."""
    path, context = certificate
    sent = threading.Event()
    line = b"x" * 15_000 + b"\n"

    def serve(client: socket.socket) -> None:
        raw.request(client)
        client.sendall(OK + b"\r\nfirst\n")
        for _ in range(5):
            client.sendall(line)
        sent.set()
        client.recv(1)

    with RawServer(serve, tls=context if encrypted else None) as raw:
        trust = {"certificate-authority": str(path)} if encrypted else {}
        connection = connect(config(f"http{'s' * encrypted}://127.0.0.1:{raw.port}", **trust))
        with connection.stream("/x", query={}, resource="things", silence=60.0) as stream:
            told = iter(stream)
            assert next(told) == b"first"
            assert sent.wait(30)
            stream.close()
            assert set(told) <= {line.rstrip()}


@pytest.mark.parametrize("name", ["on_header", "on_body", "on_message_complete"])
def test_an_interrupt_while_an_answer_is_parsed_is_not_swallowed(
    to: Callable[..., Connection], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It is no answer that is no HTTP; and the connection is not used again."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with speaking(FULL) as raw:
        connection = to(raw)
        with monkeypatch.context() as patch:
            patch.setattr(http1.Response, name, interrupt)
            with pytest.raises(KeyboardInterrupt):
                connection.request("GET", "/version")
        assert connection.request("GET", "/version").status == 200

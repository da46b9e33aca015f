"""What may be posted to a small server, over TLS: nobody is held up by who sends too much, too slowly, or nothing."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from zen_gc_core.controller.admission.certificates import Lifetimes, new_authority, pem_of, sign_leaf
from zen_gc_core.controller.admission.contexts import distrust, showing
from zen_gc_core.controller.process import serving
from zen_gc_core.controller.process.pages import Page, Posts
from zen_gc_core.controller.process.serving import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = dt.datetime.now(dt.UTC)
AUTHORITY = new_authority(NOW, Lifetimes().ca)
LEAF = sign_leaf(AUTHORITY, ["127.0.0.1", "webhook.zen-gc-system.svc"], NOW, Lifetimes().leaf)
BUNDLE = pem_of([AUTHORITY.certificate])
LARGEST = 1000
JSON = {"Content-Type": "application/json"}


def echo(body: bytes) -> Page:
    """Say what was posted."""
    return Page(json.dumps({"size": len(body)}).encode(), content_type="application/json")


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of one path, over TLS."""
    context = showing(LEAF.chain, LEAF.key)
    with Server("127.0.0.1:0", {}, Posts({"/validate": echo}, LARGEST), lambda: context) as running:
        yield running


def trusting() -> ssl.SSLContext:
    """What trusts the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=BUNDLE.decode())
    return context


def send(
    server: Server, body: bytes | None, headers: dict[str, str], method: str = "POST", path: str = "/validate"
) -> tuple[int, bytes]:
    """Status and body of the answer."""
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=120, context=trusting())
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        assert answer.version == 10  # one request a connection
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "/validate", b"{}", JSON, 200),
        ("POST", "/validate?timeout=5s", b"{}", {"Content-Type": "application/json; charset=utf-8"}, 200),
        ("POST", "/validate", b"x" * LARGEST, JSON, 200),
        ("POST", "/validate", b"x" * (LARGEST + 1), JSON, 413),
        ("POST", "/validate", None, {**JSON, "Content-Length": "99999999999999999999"}, 413),
        ("POST", "/validate", b"{}", {}, 415),
        ("POST", "/validate", b"{}", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("POST", "/validate", b"{}", {"Content-Type": "application/json-patch+json"}, 415),
        ("POST", "/validate", None, {**JSON, "Content-Length": "-1"}, 411),
        ("POST", "/validate", None, {**JSON, "Content-Length": "٣"}, 411),
        ("POST", "/validate", None, {**JSON, "Transfer-Encoding": "chunked"}, 411),
        ("POST", "/", b"{}", JSON, 404),
        ("POST", "/validate/", b"{}", JSON, 404),
        ("GET", "/validate", None, {}, 404),
        ("PUT", "/validate", b"{}", JSON, 501),
    ],
)
def test_a_body_has_a_type_a_length_and_a_limit(  # noqa: PLR0917  the columns of a request
    server: Server, method: str, path: str, body: bytes | None, headers: dict[str, str], status: int
) -> None:
    """What has none is answered with one line, and not read."""
    encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    found, text = send(server, body, encoded, method, path)
    assert found == status
    assert status == 200 or text.count(b"\n") == 1
    assert b"Traceback" not in text


def test_a_body_far_too_large_gets_its_answer(server: Server) -> None:
    """The rest of it is read and dropped, so that the answer is not lost in a reset."""
    assert send(server, b"x" * (2 * LARGEST), JSON) == (413, b"413 the body is larger than 1000 bytes\n")


def test_an_answer_that_cannot_be_made_is_a_500_without_its_reason() -> None:
    """The server goes on."""
    context = showing(LEAF.chain, LEAF.key)

    def fails(_body: bytes) -> Page:
        raise RuntimeError("secret")

    with Server("127.0.0.1:0", {}, Posts({"/validate": fails}, LARGEST), lambda: context) as server:
        for _ in range(2):
            assert send(server, b"{}", JSON) == (500, b"500 RuntimeError\n")


def _silent(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=120)


def _no_tls(port: int) -> socket.socket:
    client = _silent(port)
    client.sendall(b"POST /validate HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
    return client


def _half_a_body(port: int) -> socket.socket:
    client = trusting().wrap_socket(_silent(port), server_hostname="127.0.0.1")
    client.sendall(b"POST /validate HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
    return client


@pytest.mark.parametrize("rude", [_silent, _no_tls, _half_a_body])
def test_nobody_is_held_up_by_who_keeps_a_connection(server: Server, rude: Callable[[int], socket.socket]) -> None:
    """Without a word, without TLS, with half a body: more of them than there may be."""
    held = [rude(server.port) for _ in range(serving.MOST_CONNECTIONS + 8)]
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: send(server, b"{}", JSON)[0], range(16)))
    finally:
        for client in held:
            client.close()
    assert answers == [200] * 16


def test_half_a_body_is_cut_off_and_answered_by_nobody(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long its sender would go on."""
    monkeypatch.setattr(serving, "LONGEST_CONNECTION", 0.3)
    with _half_a_body(server.port) as client, contextlib.suppress(ConnectionResetError, ssl.SSLError):
        assert client.recv(1) == b""


def test_all_bodies_together_have_a_limit() -> None:
    """Who comes when there is no room is told so, and there is room again when the others have gone."""
    context = showing(LEAF.chain, LEAF.key)
    entered, leave = threading.Semaphore(0), threading.Event()

    def holding(body: bytes) -> Page:
        entered.release()
        assert leave.wait(120)
        return echo(body)

    with (
        Server("127.0.0.1:0", {}, Posts({"/validate": holding}, LARGEST), lambda: context) as server,
        ThreadPoolExecutor(4) as pool,
    ):
        holders = [pool.submit(send, server, b"x" * LARGEST, JSON) for _ in range(4)]
        for _ in holders:
            assert entered.acquire(timeout=120)
        assert send(server, b"{}", JSON)[0] == 503
        leave.set()
        assert [holder.result()[0] for holder in holders] == [200] * 4
        assert send(server, b"{}", JSON)[0] == 200


def test_without_a_certificate_nobody_is_answered() -> None:
    """And with one they are, without a restart."""
    contexts: list[ssl.SSLContext] = []
    with Server(
        "127.0.0.1:0", {}, Posts({"/validate": echo}, LARGEST), lambda: contexts[0] if contexts else None
    ) as server:
        with pytest.raises((OSError, http.client.HTTPException)):
            send(server, b"{}", JSON)
        contexts.append(showing(LEAF.chain, LEAF.key))
        assert send(server, b"{}", JSON)[0] == 200


def test_who_is_being_answered_when_it_closes_is_answered() -> None:
    """The API server would fail the write of a policy."""
    context = showing(LEAF.chain, LEAF.key)
    entered, leave = threading.Event(), threading.Event()

    def slow(body: bytes) -> Page:
        entered.set()
        assert leave.wait(120)
        return echo(body)

    server = Server("127.0.0.1:0", {}, Posts({"/validate": slow}, LARGEST), lambda: context)
    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(send, server, b"{}", JSON)
        assert entered.wait(120)
        closing = pool.submit(server.close, 120.0)
        leave.set()
        assert answer.result()[0] == 200
        closing.result()


@pytest.mark.parametrize(
    ("bundle", "host", "words"),
    [
        (BUNDLE, "127.0.0.1", ""),
        (BUNDLE, "webhook.zen-gc-system.svc", ""),
        (pem_of([new_authority(NOW, Lifetimes().ca).certificate]) + BUNDLE, "127.0.0.1", ""),
        (BUNDLE, "other.zen-gc-system.svc", "does not verify the certificate for other.zen-gc-system.svc"),
        (pem_of([new_authority(NOW, Lifetimes().ca).certificate]), "127.0.0.1", "does not verify"),
        (b"garbage", "127.0.0.1", "holds no certificates"),
        (b"\xff", "127.0.0.1", "holds no certificates"),
        (b"", "127.0.0.1", "does not verify"),
        (BUNDLE, "", "no handshake"),
    ],
)
def test_who_is_trusted_is_found_out_by_a_handshake(server: Server, bundle: bytes, host: str, words: str) -> None:
    """With the bundle that the API server has, by the name by which it calls."""
    why = distrust(bundle, host, ("127.0.0.1", server.port))
    assert words in why
    assert bool(why) == bool(words)


def test_a_wrong_clock_of_this_machine_is_no_distrust() -> None:
    """The certificates are made by the clock of the API server, which verifies them."""
    ahead = NOW + dt.timedelta(days=3)
    authority = new_authority(ahead, Lifetimes().ca)
    leaf = sign_leaf(authority, ["127.0.0.1"], ahead, Lifetimes().leaf)
    context = showing(leaf.chain, leaf.key)
    with Server("127.0.0.1:0", {}, Posts({"/validate": echo}, LARGEST), lambda: context) as server:
        assert distrust(pem_of([authority.certificate]), "127.0.0.1", ("127.0.0.1", server.port)) == ""


def test_where_nobody_listens_there_is_no_trust() -> None:
    """In one line."""
    assert distrust(BUNDLE, "127.0.0.1", ("127.0.0.1", 1)) == "no handshake with 127.0.0.1: ConnectionRefusedError"

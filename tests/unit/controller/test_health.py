"""Probes and scrapes over real HTTP."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from zen_gc_core.cluster.threads import SupervisedThread
from zen_gc_core.controller.process import serving
from zen_gc_core.controller.process.addresses import parse_address
from zen_gc_core.controller.process.pages import Page
from zen_gc_core.controller.process.serving import CannotListenError, Server
from zen_gc_core.controller.program.health import Heartbeat, Readiness, serve_health, serve_metrics
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.errors import InputError

ANYWHERE = "127.0.0.1:0"


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def ask(server: Server, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(("seconds", "status"), [(0.0, 200), (30.0, 200), (30.1, 503), (3600.0, 503)])
def test_healthz_fails_when_the_main_loop_has_not_ticked_within_its_bound(seconds: float, status: int) -> None:
    """A controller that hangs is started anew."""
    clock = Clock()
    heartbeat = Heartbeat(timedelta(seconds=30), clock)
    clock.now += seconds
    with serve_health(ANYWHERE, heartbeat, Readiness([])) as server:
        assert ask(server, "/healthz")[0] == status
        heartbeat.beat()
        assert ask(server, "/healthz")[0] == 200


def test_readyz_names_what_is_missing_until_all_holds() -> None:
    """And again when something no longer does."""
    readiness = Readiness(["policies listed", "discovery done"])
    with serve_health(ANYWHERE, Heartbeat(timedelta(seconds=30)), readiness) as server:
        readiness.set("policies listed")
        status, _, body = ask(server, "/readyz")
        assert (status, body) == (503, b"[+] policies listed\n[-] discovery done\n")
        readiness.set("discovery done")
        assert ask(server, "/readyz")[0] == 200
        assert readiness.ready
        readiness.set("discovery done", holds=False)
        assert ask(server, "/readyz")[0] == 503


@pytest.mark.parametrize(("seconds", "status"), [(0.0, 200), (4.9, 200), (5.0, 503), (600.0, 503)])
def test_a_log_that_is_blocked_for_five_seconds_fails_the_probe(seconds: float, status: int) -> None:
    """Nothing is deleted without its intent in the log, so that a new container is the only way on."""
    heartbeat = Heartbeat(timedelta(seconds=30))
    with serve_health(ANYWHERE, heartbeat, Readiness([]), lambda: seconds) as server:
        found, _, body = ask(server, "/healthz")
    assert found == status
    assert (b"the log has been blocked" in body) == (status == 503)


def test_a_condition_that_was_not_declared_is_a_mistake() -> None:
    """A misspelt name would never become true."""
    with pytest.raises(KeyError):
        Readiness(["policies listed"]).set("policy listed")


def test_a_scrape_reads_the_metrics() -> None:
    """In the format and with the type that Prometheus asks for."""
    metrics = Metrics("0.1.0")
    metrics.policies({"Active": 1})
    with serve_metrics(ANYWHERE, metrics) as server:
        status, headers, body = ask(server, "/metrics")
    assert (status, headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert "gc_build_info" in {family.name for family in text_string_to_metric_families(body.decode())}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/metrics?format=text", 200),
        ("HEAD", "/metrics", 200),
        ("GET", "/", 404),
        ("GET", "/healthz", 404),
        ("GET", "/metrics/", 404),
        ("GET", "/../metrics", 404),
        ("HEAD", "/nothing", 404),
        ("POST", "/metrics", 501),
        ("DELETE", "/metrics", 501),
    ],
)
def test_there_is_nothing_else_on_a_port(method: str, path: str, status: int) -> None:
    """The metrics port serves no probes, and nothing can be written."""
    with serve_metrics(ANYWHERE, Metrics("0.1.0")) as server:
        found, headers, body = ask(server, path, method)
    assert found == status
    assert method != "HEAD" or body == b""
    assert "python" not in headers.get("server", "").lower()


def test_head_says_what_get_would_send() -> None:
    """RFC 9110, 9.3.2."""
    with Server(ANYWHERE, {"/x": lambda: Page(b"12345")}) as server:
        assert ask(server, "/x", "HEAD")[1] == ask(server, "/x")[1]
        assert ask(server, "/x", "HEAD")[1]["content-length"] == "5"


def test_a_page_that_cannot_be_made_is_a_500_without_its_reason() -> None:
    """And the server goes on."""

    def broken() -> Page:
        raise ValueError("hunter2")

    with Server(ANYWHERE, {"/x": broken}) as server:
        assert ask(server, "/x")[::2] == (500, b"500 ValueError\n")
        assert ask(server, "/y")[0] == 404


def test_requests_and_clients_that_go_away_leave_nothing_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    """Every line there is a log record."""
    with Server(ANYWHERE, {"/x": lambda: Page(b"x" * 10_000_000)}) as server:
        ask(server, "/nothing")
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"\x00garbage\r\n\r\n")
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"GET /x HTTP/1.0\r\n\r\n")
        ask(server, "/nothing")
    assert capfd.readouterr() == ("", "")


def test_clients_that_say_nothing_hold_nobody_up() -> None:
    """More of them than there may be: the oldest are cut off, a probe is answered."""
    with Server(ANYWHERE, {"/x": lambda: Page(b"ok")}) as server:
        silent = [
            socket.create_connection(("127.0.0.1", server.port), timeout=120)
            for _ in range(serving.MOST_CONNECTIONS + 8)
        ]
        try:
            assert ask(server, "/x")[0] == 200
            assert silent[0].recv(1) == b""
        finally:
            for client in silent:
                client.close()


def test_a_client_that_dribbles_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it sends a byte: the bound is on the whole connection."""
    monkeypatch.setattr(serving, "LONGEST_CONNECTION", 0.2)
    with (
        Server(ANYWHERE, {"/x": lambda: Page(b"ok")}) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=120) as client,
    ):
        stop = threading.Event()

        def dribble() -> None:
            while not stop.wait(0.05):
                try:
                    client.sendall(b"G")
                except OSError:
                    return

        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            assert client.recv(1) == b""
        except ConnectionResetError:
            pass
        finally:
            stop.set()
            thread.join()


def test_a_page_is_made_once_at_a_time_and_anew_for_who_asks_later() -> None:
    """A scrape of very many policies is large, and there is a thread for each connection: those who wait share one."""
    made: list[bytes] = []
    making: list[int] = []
    at_once: list[int] = []

    def make() -> Page:
        making.append(1)
        at_once.append(len(making))
        time.sleep(0.05)  # the others come meanwhile
        made.append(f"page {len(made) + 1}".encode())
        making.pop()
        return Page(made[-1])

    with Server(ANYWHERE, {"/x": make}) as server, ThreadPoolExecutor(20) as pool:
        answers = [each.result()[2] for each in [pool.submit(ask, server, "/x") for _ in range(20)]]
        assert set(answers) <= set(made)
        assert ask(server, "/x")[2] == made[-1]
        assert made[-1] not in answers, "what was made before is not handed out again"
    assert max(at_once) == 1


def test_for_a_request_that_is_cut_off_no_page_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """What came of it looks like a whole request, its headers being at an end."""
    monkeypatch.setattr(serving, "LONGEST_CONNECTION", 0.2)
    made: list[int] = []

    def make() -> Page:
        made.append(1)
        return Page(b"ok")

    with (
        Server(ANYWHERE, {"/x": make}) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=120) as client,
    ):
        before = threading.active_count()  # with the server's own thread, and without one for the connection
        client.sendall(b"GET /x HTTP/1.1\r\nHost: x")
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
        deadline = time.monotonic() + 120
        while threading.active_count() > before:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert not made


def test_a_closed_server_is_gone_and_its_port_free() -> None:
    """Threads end, connections are cut, the same port can be taken again."""
    before = threading.active_count()
    server = Server(ANYWHERE, {"/x": lambda: Page(b"ok")})
    waiting = socket.create_connection(("127.0.0.1", server.port), timeout=120)
    assert ask(server, "/x")[0] == 200
    server.close()
    assert waiting.recv(1) == b""
    waiting.close()
    with Server(f"127.0.0.1:{server.port}", {}):
        pass
    for thread in threading.enumerate():
        if thread.name.startswith("Thread-"):
            thread.join(10)
    assert threading.active_count() <= before


def test_every_interface_is_reached_over_both_families() -> None:
    """`:0` listens on IPv4 and, where there is any, IPv6."""
    with Server(":0", {"/x": lambda: Page(b"ok")}) as server:
        assert ask(server, "/x")[0] == 200
        if socket.has_dualstack_ipv6():
            with socket.create_connection(("::1", server.port), timeout=120) as client:
                client.sendall(b"GET /x HTTP/1.0\r\n\r\n")
                assert client.recv(15) == b"HTTP/1.0 200 OK"


def test_a_port_in_use_is_one_clear_line() -> None:
    """With the address as it was written."""
    with Server(ANYWHERE, {}) as server, pytest.raises(CannotListenError) as refused:
        Server(f"127.0.0.1:{server.port}", {})
    assert str(refused.value) == f"cannot listen on 127.0.0.1:{server.port}: Address already in use"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (":8080", ("", 8080)),
        ("0.0.0.0:1", ("0.0.0.0", 1)),
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("[::1]:8081", ("::1", 8081)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_an_address_is_read_as_go_reads_it(text: str, address: tuple[str, int]) -> None:
    """So that flags of the Go program go on working."""
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["", "8080", "localhost", ":", ":http", ":65536", ":-1", ":²", "::1:80", "[x]:80"])
def test_anything_else_is_no_address(text: str) -> None:
    """Refused before anything listens."""
    with pytest.raises(InputError):
        parse_address(text)


STARVING = """
import os, resource, sys, time
from zen_gc_core.controller.process.pages import Page
from zen_gc_core.controller.process.serving import Server

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
server = Server("127.0.0.1:0", {"/healthz": lambda: Page(b"ok")})
taken = []
try:
    while True:
        taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    print(server.port, flush=True)
time.sleep(600)
"""


def test_probes_are_answered_when_no_descriptor_is_left() -> None:
    """One is kept for them, and again for the next."""
    with subprocess.Popen([sys.executable, "-c", STARVING], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            for _ in range(10):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
                connection.request("GET", "/healthz")
                assert connection.getresponse().status == 200
                connection.close()
        finally:
            process.kill()


def test_healthz_names_a_thread_that_does_not_come_back() -> None:
    """The kubelet starts the container anew."""
    thread = SupervisedThread(lambda: None, "the watch of policies")
    with serve_health(ANYWHERE, Heartbeat(timedelta(seconds=30)), Readiness([]), threads=[thread]) as server:
        status, _, body = ask(server, "/healthz")
    assert (status, body) == (503, b"the thread the watch of policies does not come back\n")

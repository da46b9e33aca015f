"""What a controller says when it cannot start: one clear line, and an exit code."""

from __future__ import annotations

import json
import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import Stage, by_controller, until
from zen_gc_core.controller.beats import loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded import Request

    from tests.cluster.controller.controllers import Inside, Replica
    from tests.cluster.controller.stage import EmbeddedStage
    from tests.harness.embedded import InProcessCluster


def refusal(replica: Replica, code: int) -> str:
    """The one line of a controller that does not start."""
    assert replica.wait() == code
    assert not replica.err.read_text()
    (record,) = replica.records()
    assert record["event"] == "controller cannot start"
    assert record["level"] == "error"
    return str(record["message"])


def test_without_a_cluster(embedded: EmbeddedStage, replica: Callable[..., Replica]) -> None:
    """Nobody listens there."""
    nowhere = "http://127.0.0.1:1"  # which no test is given, unlike a port that was free a moment ago
    config = embedded.cluster.kubeconfig_path.read_text().replace(embedded.cluster.url, nowhere)
    path = embedded.cluster.kubeconfig_path.with_name("nobody")
    path.write_text(config)
    assert nowhere in refusal(replica(embedded, config=path), 1)


@pytest.mark.parametrize(
    ("flag", "words"),
    [("--context=elsewhere", "elsewhere"), ("--kubeconfig=/nowhere/config", "/nowhere/config")],
)
def test_with_a_wrong_configuration(
    embedded: EmbeddedStage, replica: Callable[..., Replica], flag: str, words: str
) -> None:
    """It is named."""
    assert words in refusal(replica(embedded, flag), 1)


def test_without_rights(real: Stage, replica: Callable[..., Replica]) -> None:
    """The verb and the resource are named."""
    config = real.cluster.service_account_kubeconfig(real.home, "nobody")
    message = refusal(replica(real, config=config), 1)
    assert "grant the verb list on garbagecollectionpolicies.gc.kube-zen.io" in message


def test_without_credentials(real: Stage, replica: Callable[..., Replica]) -> None:
    """A token that nobody knows."""
    message = refusal(replica(real, config=real.cluster.token_kubeconfig("wrong")), 1)
    assert "credentials" in message


def test_without_the_crds(server: InProcessCluster, replica: Callable[..., Replica]) -> None:
    """What installs them is said."""
    bare = Stage(server, "default", "default")
    assert "zen-gc crd | kubectl apply" in refusal(replica(bare), 1)


@pytest.mark.parametrize("status", [403, 404])
def test_an_api_server_that_has_only_just_been_started(
    embedded: EmbeddedStage, replica: Callable[..., Replica], status: int
) -> None:
    """It knows of no roles yet, or of no definitions: it is asked again before that counts as the answer."""
    denied: list[str] = []

    def hook(request: Request) -> Fault | None:
        if not by_controller(request) or "garbagecollectionpolicies" not in request.path or len(denied) == 3:
            return None
        denied.append(request.path)
        return Fault(status=status)

    embedded.server.faults = hook
    name = embedded.make()
    embedded.policy()
    replica(embedded).awake()
    until(lambda: not embedded.there(name), "it has begun")
    assert len(denied) == 3


@pytest.mark.parametrize("readiness", [Fault(status=403), Fault(status=500), Fault(reset=True)])
def test_an_api_server_that_is_not_ready_for_long(
    embedded: EmbeddedStage, replica: Callable[..., Replica], readiness: Fault
) -> None:
    """While it says so, lets nobody ask, or does not answer, its refusals do not count as answers yet."""
    began = time.monotonic()

    def hook(request: Request) -> Fault | None:
        if not by_controller(request) or time.monotonic() - began > 9:
            return None
        if request.path == "/readyz":
            return readiness
        return Fault(status=403) if "garbagecollectionpolicies" in request.path else None

    embedded.server.faults = hook
    name = embedded.make()
    embedded.policy()
    replica(embedded).awake()
    until(lambda: not embedded.there(name), "it has begun")


@pytest.mark.parametrize("flag", ["--metrics-addr", "--health-addr"])
def test_with_a_port_that_is_taken(embedded: EmbeddedStage, replica: Callable[..., Replica], flag: str) -> None:
    """It is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert address in refusal(replica(embedded, f"{flag}={address}"), 1)


@pytest.mark.parametrize(
    "flag",
    [
        "--gc-interval=soon",
        "--gc-interval=500ms",
        "--nonsense",
        "--batch-size=21",
        "--metrics-addr=nowhere",
        "--log-level=loud",
    ],
)
def test_a_bad_flag_is_wrong_usage(embedded: EmbeddedStage, replica: Callable[..., Replica], flag: str) -> None:
    """Exit code 2, and the flag is named."""
    started = replica(embedded, flag)
    assert started.wait() == 2
    said = started.text() + started.err.read_text()
    assert flag.partition("=")[0].removeprefix("--") in said or "nowhere" in said
    assert "Traceback" not in said


def test_times_that_do_not_fit_together(embedded: EmbeddedStage, replica: Callable[..., Replica]) -> None:
    """Two replicas could act at once, or none."""
    assert "--leader-election-renew-deadline" in refusal(replica(embedded, "--leader-election-renew-deadline=9s"), 1)


def test_a_sigterm_while_it_starts_ends_it(embedded: EmbeddedStage, replica: Callable[..., Replica]) -> None:
    """Also when the API server hangs."""
    asked = []

    def hang(each: Request) -> Fault | None:
        if not by_controller(each):
            return None
        asked.append(each)
        return Fault(delay=3600.0)

    embedded.server.faults = hang
    started = replica(embedded)
    until(lambda: asked, "it asks")
    started.send(signal.SIGTERM)
    assert started.wait() == 0
    assert [json.loads(line)["event"] for line in started.text().splitlines()] == ["controller stopping"]


def test_it_ends_when_it_is_told_to_however_long_it_would_rest(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing comes that would wake it up."""
    monkeypatch.setattr(loop, "REST", 10_000.0)
    started = inside(embedded)
    time.sleep(2.0)  # until it rests
    started.stop()


def test_it_ends_when_it_is_told_to_while_policies_are_listed_that_run_once(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API server takes its time."""
    monkeypatch.setattr(loop, "REST", 10_000.0)
    embedded.server.faults = lambda each: (
        Fault(delay=600.0)
        if each.path.endswith("garbagecollectionpolicies") and each.query.get("limit") != "1"
        else None
    )
    started = inside(embedded, once=True).start()
    time.sleep(2.0)
    started.stop()

"""What a shell completes: names of the cluster, its configuration and the plugins; never slow, and never an error."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.shell_completion import BashComplete

from tests.harness.embedded import InProcessCluster
from tests.harness.kubeconfig import kubeconfig
from zen_gc_core.cli import program
from zen_gc_core.cli.arguments import completing
from zen_gc_core.engine.crds import crd_documents
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def completed(*arguments: str | Path, incomplete: str = "") -> list[str]:
    """What is offered behind arguments."""
    shell = BashComplete(program, {}, "zen-gc", "_ZEN_GC_COMPLETE")
    return [each.value for each in shell.get_completions(list(map(str, arguments)), incomplete)]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who types may wait, so that no loaded machine makes a cluster silent."""
    monkeypatch.setattr(completing, "SECONDS", 60.0)


@pytest.fixture(scope="module")
def cluster() -> Iterator[InProcessCluster]:
    """A cluster with policies in two namespaces and of its own."""
    with InProcessCluster() as served:
        for document in crd_documents(load_plugins(installed_entry_points()).vocabulary):
            served.create(document)
        for name in ("team-a", "team-b"):
            served.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        for kind, metadata in (
            ("GarbageCollectionPolicy", {"name": "old-jobs", "namespace": "team-a"}),
            ("GarbageCollectionPolicy", {"name": "old-pods", "namespace": "team-b"}),
            ("ClusterGarbageCollectionPolicy", {"name": "old-everything"}),
        ):
            served.create(policy(kind, metadata))
        config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "scratch", "namespace": "team-a"}}
        served.create(config)
        yield served


def policy(kind: str, metadata: dict[str, str]) -> dict[str, Any]:
    """A policy on ConfigMaps."""
    target = {"apiVersion": "v1", "kind": "ConfigMap", **({} if "namespace" in metadata else {"namespaces": ["*"]})}
    spec = {"targetResources": [target], "ttl": {"afterCreation": "1d"}}
    return {"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


@pytest.mark.usefixtures("patient")
def test_names_of_the_cluster_are_offered(cluster: InProcessCluster) -> None:
    """Of the namespace and the cluster that the line means so far."""
    here = ("--kubeconfig", cluster.kubeconfig_path)
    assert completed("plan", *here, "-n", "team-a") == ["old-jobs"]
    assert completed("plan", *here, "-n", incomplete="team") == ["team-a", "team-b"]
    assert completed("approve", *here, incomplete="old-e") == ["old-everything"]
    assert completed("why", *here, "-n", "team-a", incomplete="cm/scr") == ["cm/scratch"]
    assert completed("forecast", *here, "-n", incomplete="team-b") == ["team-b"]


@pytest.mark.usefixtures("patient")
def test_what_no_cluster_is_asked_for_is_offered(tmp_path: Path) -> None:
    """Contexts, kinds, plugins, keywords."""
    config = kubeconfig("http://127.0.0.1:1")
    name = config["contexts"][0]["name"]
    (tmp_path / "config").write_text(yaml.safe_dump(config))
    assert completed("plan", "--kubeconfig", tmp_path / "config", "--context") == [name]
    assert completed("init", "--kind", incomplete="Cron") == ["CronJob"]
    assert completed("why", incomplete="cronj") == ["cronjob/"]
    assert "ttl" in completed("plan", "--disable-plugin")
    assert completed("plan", "--disable-plugin", incomplete="ttl,act") == ["ttl,actions"]
    assert completed("explain", incomplete="hasL") == ["hasLabels"]


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "config", [None, "no kubeconfig: [", kubeconfig("http://127.0.0.1:1")], ids=["none", "broken", "refused"]
)
def test_without_a_cluster_nothing_is_offered_and_nothing_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], config: Any
) -> None:
    """No configuration, one that is none, one of a server that is not there."""
    path = tmp_path / "config"
    if config is not None:
        path.write_text(config if isinstance(config, str) else yaml.safe_dump(config))
    for command in (("plan",), ("plan", "-n"), ("why", "-n")):
        assert completed(*command[:1], "--kubeconfig", path, *command[1:]) == []
    assert completed("why", "--kubeconfig", path, incomplete="po/") == []
    assert capfd.readouterr() == ("", "")


def test_a_server_that_does_not_answer_is_not_waited_for(tmp_path: Path) -> None:
    """It is left alone after a second: far below what a request may take."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (tmp_path / "config").write_text(yaml.safe_dump(kubeconfig(f"http://127.0.0.1:{silent.getsockname()[1]}")))
        began = time.monotonic()
        assert completed("plan", "--kubeconfig", tmp_path / "config", "-n") == []
        assert time.monotonic() - began < 10 * completing.SECONDS


@pytest.mark.usefixtures("patient")
def test_whatever_goes_wrong_nothing_is_offered() -> None:
    """Also what is no Exception: somebody is typing."""

    def leave() -> list[str]:
        raise SystemExit(3)

    assert completing.within(leave) == []
    assert completing.within(lambda: ["a"]) == ["a"]

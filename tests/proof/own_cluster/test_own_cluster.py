"""The proof on a cluster of somebody's own: it judges there, refuses where it would do harm, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.stage import COLLECTIONS, Stage, until
from tests.harness.crds import install_crds
from tests.harness.real import RealCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@pytest.fixture(scope="module")
def somebodys(apiserver_binaries: None) -> Iterator[RealCluster]:
    """A real API server on which nobody has installed anything."""
    with RealCluster(controller_manager=True) as cluster:
        yield cluster


def proof(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it as a user would."""
    command = [sys.executable, "-m", "tests.proof", "--cluster", str(config), *arguments]
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=500, check=False)


def namespaces(cluster: RealCluster) -> set[str]:
    """The names of all."""
    return {each["metadata"]["name"] for each in cluster.request("GET", "/api/v1/namespaces").body["items"]}


@pytest.mark.timeout(900)
def test_it_judges_what_it_can_says_what_it_cannot_and_leaves_nothing_behind(somebodys: RealCluster) -> None:
    """With the CRDs that were not there before."""
    before = namespaces(somebodys)
    ran = proof(somebodys.kubeconfig_path, "--failovers", "1", "--seed", "3")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 failovers" in ran.stdout
    assert " 0 wrong, 0 lost, 0 unlogged, 0 uncopied, 0 unexplained" in ran.stdout
    assert "stale, double, without preconditions: NOT RUN" in ran.stdout
    assert namespaces(somebodys) == before
    assert somebodys.request("GET", COLLECTIONS[0]).status == 404


@pytest.mark.timeout(900)
def test_it_refuses_a_cluster_with_a_policy_and_touches_nothing(somebodys: RealCluster) -> None:
    """Its replicas would carry it out."""
    install_crds(somebodys)
    stage = Stage(somebodys, somebodys.namespace(), somebodys.namespace())
    policy = stage.policy()
    before = namespaces(somebodys)
    ran = proof(somebodys.kubeconfig_path, "--failovers", "2")
    assert ran.returncode == 1
    assert f"NOT RUN (a policy of zen-gc is installed already, {policy} in {stage.namespace}" in ran.stderr
    assert namespaces(somebodys) == before
    definitions = [f"{DEFINITIONS}/{path.rpartition('/')[2]}.gc.kube-zen.io" for path in COLLECTIONS]
    for path in definitions:
        somebodys.request("DELETE", path)
    until(lambda: all(somebodys.request("GET", path).status == 404 for path in definitions), "the CRDs are gone")


@pytest.mark.parametrize("part", ["faults", "teeth"])
def test_what_needs_the_servers_processes_does_not_run_there(tmp_path: Path, part: str) -> None:
    """Nor does it begin."""
    ran = proof(tmp_path / "config", "--part", part)
    assert ran.returncode == 2
    assert "only chaos runs on a cluster of yours" in ran.stderr


def test_what_is_no_kubeconfig_is_one_line(tmp_path: Path) -> None:
    """Or names a server that is not there."""
    missing = proof(tmp_path / "config")
    (tmp_path / "empty").write_text("{}")
    empty = proof(tmp_path / "empty")
    assert (missing.returncode, empty.returncode) == (1, 1)
    assert f"NOT RUN (there is no kubeconfig {tmp_path / 'config'})" in missing.stderr
    assert "NOT RUN (" in empty.stderr
    assert "Traceback" not in missing.stderr + empty.stderr

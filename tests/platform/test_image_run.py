"""The image, laid out, packed and run as a cluster would run it: read-only, as 65532, and it does its work.

It takes some minutes, so it is `make image`'s own.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.controller.controllers import Replica
from tests.cluster.controller.stage import Stage, until
from tests.harness.crds import install_crds
from tests.harness.real import RealCluster
from tests.platform.image_rooms import CHROOT, LOADER, can_lay_out, declared, inside, lay_out
from tests.platform.outside import program, run

TAG = "zen-gc:test"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The file system of the image as it comes out of an OCI layout, and the layout's configuration."""
    if os.environ.get("ZEN_GC_IMAGE") != "1":
        pytest.skip("image: NOT RUN (it takes minutes: run `make image`)")
    program("umoci")
    if why := can_lay_out():
        pytest.skip(f"image: NOT RUN ({why})")
    place = tmp_path_factory.mktemp("image")
    root = place / "build"
    (root / "tmp").mkdir(parents=True)
    if wrong := lay_out(root):
        pytest.fail(wrong, pytrace=False)
    layout, image = place / "layout", declared()
    reference = f"{layout}:test"
    told = [part for port in image.ports for part in ("--config.exposedports", f"{port}/tcp")]
    told += [part for each in image.environment for part in ("--config.env", each)]
    told += [part for each in image.entrypoint for part in ("--config.entrypoint", each)]
    told += [part for each in image.command for part in ("--config.cmd", each)]
    umoci("init", "--layout", str(layout))
    umoci("new", "--image", reference)
    umoci("insert", "--image", reference, str(root / "opt/zen-gc"), "/opt/zen-gc")
    umoci("config", "--image", reference, "--config.user", image.user, *told)
    umoci("unpack", "--image", reference, str(place / "bundle"))
    manifest = blob(layout, json.loads((layout / "index.json").read_text())["manifests"][0]["digest"])
    return place / "bundle/rootfs", blob(layout, manifest["config"]["digest"])["config"]


def umoci(*arguments: str) -> None:
    """Run umoci, which has to succeed."""
    done = run("umoci", *arguments)
    assert done.returncode == 0, done.stderr


def blob(layout: Path, digest: str) -> dict[str, Any]:
    """A JSON blob of a layout."""
    algorithm, _, name = digest.partition(":")
    return dict(json.loads((layout / "blobs" / algorithm / name).read_text()))


def test_the_layout_says_what_the_dockerfile_says(packed: tuple[Path, dict[str, Any]]) -> None:
    """Who runs what, with which ports; and there is nothing in it to install more with."""
    files, config = packed
    assert config["User"] == "65532:65532"
    assert config["Entrypoint"] == ["zen-gc"]
    assert config["Cmd"] == ["controller"]
    assert set(config["ExposedPorts"]) == {"8080/tcp", "8081/tcp"}
    assert {"PYTHONDONTWRITEBYTECODE=1", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0"} <= set(config["Env"])
    assert (files / "opt/zen-gc/bin/zen-gc").exists()
    assert not list((files / "opt/zen-gc/bin").glob("pip*"))
    (zones,) = files.glob("opt/zen-gc/lib/python3*/site-packages/tzdata/zoneinfo/Europe/Berlin")
    assert zones.stat().st_size
    assert list(files.glob("opt/zen-gc/lib/python3*/site-packages/zen_gc_core/__pycache__/*.pyc")), (
        "nothing writes them later"
    )


def mounted(cluster: RealCluster, files: Path, namespace: str) -> dict[str, str]:
    """Put an account's files where a kubelet mounts them, and return the variables that a Pod has."""
    config = json.loads(cluster.kubeconfig_path.read_text())
    account = files / "var/run/secrets/kubernetes.io/serviceaccount"
    account.mkdir(parents=True)
    (account / "token").write_text(config["users"][0]["user"]["token"])
    (account / "ca.crt").write_bytes(base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]))
    (account / "namespace").write_text(namespace)
    host, _, port = cluster.url.removeprefix("https://").partition(":")
    return {
        "KUBERNETES_SERVICE_HOST": host,
        "KUBERNETES_SERVICE_PORT": port,
        "POD_NAME": "image",
        "POD_NAMESPACE": namespace,
    }


@pytest.mark.real
def test_it_does_its_work_read_only_and_as_nobody_in_particular(
    packed: tuple[Path, dict[str, Any]], apiserver_binaries: None, tmp_path: Path
) -> None:
    """By the layout's own user, program and environment; what it tries to write it cannot."""
    files, config = packed
    with RealCluster(controller_manager=True) as cluster:
        install_crds(cluster)
        stage = Stage(cluster, cluster.namespace(), cluster.namespace())
        due = stage.make()
        stage.policy()
        environment = {
            **LOADER,
            **dict(each.split("=", 1) for each in config["Env"]),
            **mounted(cluster, files, stage.home),
        }
        chroot = (CHROOT, f"--userspec={config['User']}", str(files))
        flags = (
            "--metrics-addr=127.0.0.1:0",
            "--health-addr=127.0.0.1:0",
            "--gc-interval=1s",
        )
        out, err = tmp_path / "out", tmp_path / "err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = inside(
                files,
                *(*chroot, "/usr/bin/env", "-i", *(f"{key}={value}" for key, value in environment.items())),
                *(*config["Entrypoint"], *config["Cmd"], *flags),
                mode="ro",
                stdout=stdout,
                stderr=stderr,
            )
        replica = Replica(process, out, err)
        try:
            replica.awake()
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
            assert status["Uid"].split() == ["65532"] * 4
            assert status["Gid"].split() == ["65532"] * 4
            assert int(status["CapEff"], 16) == 0
            wrote = subprocess.run(
                ["nsenter", "-t", str(process.pid), "-m", "touch", f"{files}/opt/zen-gc/x"], check=False
            )
            assert wrote.returncode != 0, "nobody can write there, not even root"
            until(lambda: not stage.there(due))
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, err.read_text()
        finally:
            replica.kill()

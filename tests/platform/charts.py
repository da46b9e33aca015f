"""The chart, rendered by Helm itself."""

from __future__ import annotations

import functools
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.platform.outside import program

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/helm/zen-gc"
HOME = "zen-gc-system"
IMAGE = {"registry": "registry.example.com", "repository": "platform/zen-gc"}


def helm(*arguments: str | Path, kubeconfig: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Helm with a home of its own, which it takes along."""
    found = program("helm")
    with tempfile.TemporaryDirectory() as home:
        places = {name: f"{home}/{name}" for name in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HOME")}
        return subprocess.run(
            [found, *arguments],
            env={**places, "KUBECONFIG": str(kubeconfig or "/nonexistent")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def rendered(
    values: dict[str, Any] | None = None, home: str = HOME, *, image: bool = True
) -> subprocess.CompletedProcess[str]:
    """What `helm template` says of the chart with these values, installed in a namespace."""
    given = {**({"image": IMAGE} if image else {}), **(values or {})}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(json.dumps(given))
        file.flush()
        return helm("template", "zen-gc", CHART, "--namespace", home, "--values", file.name)


def objects(values: dict[str, Any] | None = None, home: str = HOME) -> list[dict[str, Any]]:
    """The objects of the chart with these values, those of the image aside, installed in a namespace."""
    return [document for document in yaml.safe_load_all(_text(json.dumps(values or {}), home)) if document]


@functools.cache
def _text(values: str, home: str) -> str:
    done = rendered(json.loads(values), home)
    assert done.returncode == 0, done.stderr
    return done.stdout


def find(items: list[dict[str, Any]], kind: str, name: str = "gc-controller") -> dict[str, Any]:
    """The one object of a kind and name."""
    (found,) = [item for item in items if (item["kind"], item["metadata"]["name"]) == (kind, name)]
    return found


def container(items: list[dict[str, Any]]) -> dict[str, Any]:
    """The controller's container."""
    (found,) = find(items, "Deployment")["spec"]["template"]["spec"]["containers"]
    return dict(found)

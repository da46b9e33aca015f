"""The example of a third-party plugin, built and installed as its users would, beside a built and installed zen-gc."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "plugin-acme"
LOAD = """
import json
from zen_gc_core.plugins import installed_entry_points, load_plugins
import acme_zen_gc, zen_gc_core
plugins = load_plugins(installed_entry_points()).plugins
print(json.dumps({
    "files": [zen_gc_core.__file__, acme_zen_gc.__file__],
    "plugins": [[p.name, p.distribution, p.version, p.failure, dict(p.keywords)] for p in plugins],
}))
"""


def _run(*command: str | Path, cwd: Path) -> str:
    environment = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTHONPATH", None)
    finished = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=110
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A virtual environment of its own with both distributions; their dependencies are lent by this one."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home / "venv", with_pip=False, symlinks=True)
    python = home / "venv" / "bin" / "python"
    site = Path(_run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", "--ignore-installed"]
    _run(*pip, "--no-build-isolation", "--disable-pip-version-check", "--quiet", REPOSITORY, EXAMPLE, cwd=home)
    return python, site


def test_the_example_is_loaded_beside_the_projects_own_plugins(fresh, tmp_path):
    """Its keyword and distribution are listed, nothing is in quarantine, and both run from where they were installed."""
    python, site = fresh
    found = json.loads(_run(python, "-c", LOAD, cwd=tmp_path))
    assert all(Path(file).is_relative_to(site) for file in found["files"])
    assert [plugin[0] for plugin in found["plugins"]] == ["actions", "conditions", "notifications", "ttl", "acme"]
    assert [plugin[3] for plugin in found["plugins"]] == [None] * 5
    assert found["plugins"][4] == [
        "acme",
        "acme-zen-gc",
        "1.0.0",
        None,
        {
            "matchers": ["acme.io/team", "acme.io/undrawn"],
            "ttls": ["acme.io/afterRelease"],
            "actions": ["acme.io/park"],
            "finishing kinds": ["acme.io/Render"],
            "referring kinds": ["acme.io/Render"],
        },
    ]


UNDRAWN = {"acme.io/undrawn": {"steps": ["queued", "drawing"]}}
PARK = {"acme.io/park": {"queue": "night"}}
POLICY = {
    "apiVersion": "gc.kube-zen.io/v1alpha1",
    "kind": "GarbageCollectionPolicy",
    "metadata": {"name": "releases", "namespace": "shop"},
    "spec": {
        "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap"}],
        "ttl": {"acme.io/afterRelease": {"wait": "1d"}},
        "retain": {"last": 1},
    },
}


def test_what_is_retained_is_ordered_by_where_the_ttl_of_a_plugin_starts(fresh, tmp_path):
    """By the date of the release: the object that was made last was released first."""
    python, _ = fresh
    documents = [POLICY]
    for made, released in ((3, 1), (2, 2), (1, 3)):
        metadata = {
            "name": f"released-{released}",
            "namespace": "shop",
            "creationTimestamp": f"2024-12-0{made}T00:00:00Z",
            "annotations": {"acme.io/released": f"2025-01-0{released}T00:00:00Z"},
        }
        documents.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    (tmp_path / "all.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))
    options = ("-f", tmp_path / "all.json", "--now", "2026-01-01T00:00:00Z", "-o", "json")
    planned = json.loads(_run(python.parent / "zen-gc", "plan", *options, cwd=tmp_path))
    verdicts = {each["name"]: each["verdict"] for each in planned["policies"][0]["decisions"]}
    assert verdicts == {"released-1": "act", "released-2": "act", "released-3": "keep"}


def _policy(name: str, kind: str, target: dict[str, Any], **spec: Any) -> dict[str, Any]:
    where = {} if kind.startswith("Cluster") else {"namespace": "shop"}
    head = {"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": kind, "metadata": {"name": name, **where}}
    return {**head, "spec": {"targetResources": [target], **spec}}


def _render(name: str, step: str, **spec: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", "creationTimestamp": "2025-01-01T00:00:00Z"}
    status = {"step": step, "endedAt": "2025-01-02T00:00:00Z"}
    return {"apiVersion": "acme.io/v1", "kind": "Render", "metadata": metadata, "spec": spec, "status": status}


def test_its_rows_its_relation_and_its_request_are_planned(fresh, tmp_path):
    """By the command of whoever installed it: which scenes and palettes go, and which Renders are parked."""
    python, _ = fresh
    config_maps, old = {"apiVersion": "v1", "kind": "ConfigMap"}, {"afterCreation": "30d"}
    renders = {"apiVersion": "acme.io/v1", "kind": "Render", "namespaces": ["shop"]}
    documents = [
        _policy("scenes", "GarbageCollectionPolicy", config_maps, conditions=UNDRAWN, ttl=old),
        _policy("palettes", "GarbageCollectionPolicy", config_maps, conditions={"unreferenced": True}, ttl=old),
        _policy("park", "ClusterGarbageCollectionPolicy", renders, ttl={"afterFinished": "1d"}, action=PARK),
        _render("waits", "queued", scene="one", palette="night"),
        _render("ended", "done", scene="two", palette="night"),
    ]
    for name in ("one", "two", "palette-night", "palette-day"):
        metadata = {"name": name, "namespace": "shop", "creationTimestamp": "2025-01-01T00:00:00Z"}
        documents.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    (tmp_path / "all.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))
    options = ("-f", tmp_path / "all.json", "--now", "2026-01-01T00:00:00Z", "--assume-complete", "-o", "json")
    planned = json.loads(_run(python.parent / "zen-gc", "plan", *options, cwd=tmp_path))["policies"]
    acted = [{each["name"] for each in one["decisions"] if each["verdict"] == "act"} for one in planned]
    assert acted == [{"two", "palette-night", "palette-day"}, {"palette-day"}, {"ended"}]


def test_the_examples_own_tests_pass(fresh, tmp_path):
    """As its author would run them, against what is installed."""
    python, _ = fresh
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    shutil.copy(EXAMPLE / "pyproject.toml", tmp_path)
    output = _run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", cwd=tmp_path)
    assert " passed" in output


def test_the_example_type_checks_strictly_against_what_is_installed(fresh, tmp_path):
    """``py.typed`` is in the wheel, and the door's names have types."""
    python, site = fresh
    shutil.copytree(EXAMPLE / "acme_zen_gc", tmp_path / "acme_zen_gc")
    assert (site / "zen_gc_core" / "py.typed").is_file()
    output = _run(python, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "acme_zen_gc", cwd=tmp_path)
    assert "Success: no issues found" in output


def test_a_wrong_use_of_the_door_is_found_by_the_type_checker(fresh, tmp_path):
    """The check bites: a misspelt name of the door is no Any."""
    python, _ = fresh
    (tmp_path / "wrong.py").write_text(
        "from zen_gc_core import Candidate\n\n\ndef f(c: Candidate) -> int:\n    return c.nam\n"
    )
    with pytest.raises(AssertionError, match='has no attribute "nam"'):
        _run(python, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "wrong.py", cwd=tmp_path)

"""The image: what can be told without building it."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import zen_gc_core

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
IGNORED = (ROOT / "deploy/Dockerfile.dockerignore").read_text().split()


def pins(path: str) -> dict[str, str]:
    """Each requirement of a lock file with its version, markers and hashes."""
    text = (ROOT / path).read_text()
    return {match[1]: match[0] for match in re.finditer(r"^([\w.-]+)==.*\n(?: {4}.*\n)*", text, re.MULTILINE)}


@pytest.mark.parametrize("path", ["requirements/image.txt", "deploy/build-requirements.txt"])
def test_everything_that_is_installed_is_pinned_by_hash(path: str) -> None:
    """And pip is told to insist."""
    assert pins(path)
    assert all("--hash=sha256:" in pin for pin in pins(path).values())
    assert f"--require-hashes -r {path}" in DOCKERFILE.replace("--only-binary=:all: ", "")


def test_the_wheel_is_built_by_what_developers_build_it_with() -> None:
    """One lock, of which the image takes a part."""
    locked = pins("requirements/dev.txt")
    assert {name: locked.get(name) for name in pins("deploy/build-requirements.txt")} == pins(
        "deploy/build-requirements.txt"
    )


def test_the_image_has_what_the_tests_run_with_and_nothing_to_build_with() -> None:
    """Its lock is the developers' less the build back end, version by version."""
    image, run = pins("requirements/image.txt"), pins("requirements/run.txt")
    assert {name: run.get(name) for name in image} == image
    assert set(run) - set(image) <= set(pins("deploy/build-requirements.txt"))
    assert "hatchling" in set(run) - set(image)


def test_every_other_install_is_without_an_index() -> None:
    """Nothing comes from the network that no lock names."""
    installs = re.findall(r"pip (?:install|wheel) [^\n&]+", DOCKERFILE)
    unlocked = [command for command in installs if "--require-hashes" not in command]
    assert unlocked
    assert all("--no-deps" in command for command in unlocked)


def test_the_last_stage_runs_as_nobody_in_particular() -> None:
    """The user that the Deployment asks for, by number, so that runAsNonRoot can be checked."""
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER 65532:65532$", last, re.MULTILINE)
    assert "RUN" not in last


def test_what_is_copied_is_there_and_not_ignored() -> None:
    """Everything is ignored but what the image is made of."""
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert IGNORED[0] == "*"
    for source in sources:
        assert (ROOT / source).exists()
        assert f"!{source}" in IGNORED


def test_the_wheel_builds_from_what_is_copied(tmp_path: Path) -> None:
    """It has the command, the entry points of the plugins, and every module of the core."""
    for source in (name.removeprefix("!") for name in IGNORED if name.startswith("!")):
        target = tmp_path / "src" / source
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", ROOT / source, target], check=True)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=tmp_path / "src",
        check=True,
        capture_output=True,
        timeout=100,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        said = archive.read(f"zen_gc-{zen_gc_core.__version__}.dist-info/entry_points.txt").decode()
    copied = tmp_path / "src"
    assert {str(path.relative_to(copied)) for path in (copied / "zen_gc_core").rglob("*.py")} <= names
    assert "zen-gc = zen_gc_core.cli:main" in said
    assert all(f"{point.name} = {point.value}" in said for point in entry_points(group="zen_gc", name="ttl"))

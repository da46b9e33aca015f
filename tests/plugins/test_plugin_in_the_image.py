"""The Dockerfile of the page on plugins, carried out line by line without a Docker daemon: what it makes finds the plugin.

Each stage has a root at one and the same place, as each has `/` in an image; the base image is an environment with a built and installed
zen-gc and no pip, whose dependencies are lent by this one. Of `FROM python` only its Python counts, which is the one of the tests.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import uuid
import venv
from dataclasses import dataclass, field
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "plugin-acme"
PAGE = REPOSITORY / "docs/how-to/install-a-plugin.md"
IMAGE = "registry.example.com/zen-gc:0.1.0"
POLICY = """\
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: p, namespace: default}
spec:
  targetResources: [{apiVersion: v1, kind: ConfigMap}]
  conditions: {acme.io/team: {oneOf: [web]}}
  ttl: {afterCreation: 1h}
"""


def block(language: str, holding: str) -> str:
    """The fenced block of the page that has something in it."""
    (found,) = (
        text
        for text in re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        if holding in text
    )
    return found


def run(*command: str | Path, cwd: Path, code: int = 0, **variables: str) -> str:
    """Run a command, and return what it prints."""
    environment = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **variables}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@dataclass
class Daemon:
    """What carries a Dockerfile out.

    Args:
        home: a directory of its own.
        context: what `COPY` takes files from.
        bases: images, by their names, as trees.
        stages: the stages that are done, by their names.
    """

    home: Path
    context: Path
    bases: dict[str, Path]
    stages: dict[str, Path] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The root of the stage that is being made."""
        return self.home / "root"

    def build(self, dockerfile: str) -> None:
        """Carry out all instructions; the last stage is what `root` holds in the end."""
        name = ""
        for line in re.sub(r"\\\n", " ", dockerfile).splitlines():
            word, _, rest = line.partition(" ")
            match word:
                case "FROM":
                    self._keep(name)
                    image, *alias = rest.split(" AS ")
                    name = alias[0] if alias else ""
                    self._begin(image)
                case "COPY":
                    self._copy(rest)
                case "RUN":
                    self._run(rest)
                case "":
                    pass
                case _:
                    pytest.fail(f"the page has an instruction that this test does not know: {line}")

    def _keep(self, name: str) -> None:
        if self.root.exists():
            self.stages[name] = self.root.rename(self.home / f"stage-{uuid.uuid4()}")

    def _begin(self, image: str) -> None:
        if image in self.bases:
            shutil.copytree(self.bases[image], self.root, symlinks=True)
        else:
            assert image == "python:3.11-slim-bookworm", f"no such base image: {image}"
            (self.root / "tmp").mkdir(parents=True)

    def _copy(self, words: str) -> None:
        *options, source, target = words.split()
        tree = self.context
        for option in options:
            key, _, stage = option.partition("=")
            assert key == "--from"
            tree = self.stages[stage]
        found, place = tree / source.lstrip("/"), self.root / target.lstrip("/")
        if found.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            run("cp", "-a", f"{found}/.", place, cwd=self.home)
        else:
            shutil.copy2(found, place / found.name if target.endswith("/") else place)

    def _run(self, command: str) -> None:
        words = [f"{self.root}{word}" if word.startswith("/") else word for word in shlex.split(command)]
        assert words[0] == "python", f"the base image has a Python, and not {words[0]}"
        run(sys.executable, *words[1:], cwd=self.root)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Daemon:
    """A base image with zen-gc in `/opt/zen-gc`, and the plugin's wheel, made as the page says."""
    home = tmp_path_factory.mktemp("image")
    context = home / "plugin"
    shutil.copytree(EXAMPLE, context, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "dist"))
    (wheel,) = block("sh", "pip wheel").splitlines()
    assert wheel.startswith("pip wheel ")  # what builds it is lent, as this test has no network
    run(sys.executable, "-m", *shlex.split(wheel), cwd=context, PIP_NO_INDEX="1", PIP_NO_BUILD_ISOLATION="0")
    found = Daemon(home, context, {})
    environment = found.root / "opt/zen-gc"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin/python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-index",
        "--no-deps",
        "--ignore-installed",
    )
    run(*pip, "--no-build-isolation", "--quiet", REPOSITORY, cwd=home)
    found.bases[IMAGE] = found.root.rename(home / "base")
    return found


def test_the_image_of_the_page_finds_the_plugin(daemon: Daemon, tmp_path: Path) -> None:
    """And uses it: a policy with its keyword is valid there, as the command of the image says."""
    daemon.build(block("dockerfile", "FROM"))
    command = daemon.root / "opt/zen-gc/bin/zen-gc"
    assert re.search(r"^acme .*1\.0\.0", run(command, "plugins", cwd=tmp_path), re.MULTILINE)
    (tmp_path / "policy.yaml").write_text(POLICY)
    run(command, "validate", "-f", "policy.yaml", cwd=tmp_path)
    where = run(
        daemon.root / "opt/zen-gc/bin/python", "-c", "import acme_zen_gc; print(acme_zen_gc.__file__)", cwd=tmp_path
    )
    assert where.startswith(str(daemon.root))


def test_without_the_last_line_it_does_not(daemon: Daemon, tmp_path: Path) -> None:
    """The base image knows nothing of the plugin, and refuses its keyword."""
    *lines, last = block("dockerfile", "FROM").strip().splitlines()
    assert last.startswith("COPY --from=build")
    shutil.rmtree(daemon.root, ignore_errors=True)
    daemon.build("\n".join(lines))
    command = daemon.root / "opt/zen-gc/bin/zen-gc"
    assert "acme" not in run(command, "plugins", cwd=tmp_path)
    (tmp_path / "policy.yaml").write_text(POLICY)
    assert "acme.io/team" in run(command, "validate", "-f", "policy.yaml", cwd=tmp_path, code=2)

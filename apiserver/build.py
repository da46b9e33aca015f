#!/usr/bin/env python3
"""Build the API server that the tests run against: `apiserver/build.py`, or `make apiserver`; `--oldest` for `make compat`.

What lives here: which binaries there are, where they are found, and how they are built. Only the standard library, so that it
runs before anything is installed. Starting the binaries is the tests' business.

Every binary is looked for in `$KUBEBUILDER_ASSETS` (the convention of envtest) and then in the user's cache directory, under a
name made of everything that decides what is built. Nothing is written to the tree.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SOURCE = Path(__file__).resolve().parent
BINARIES = ("etcd", "kube-apiserver", "kube-controller-manager")


OLDEST = "ZEN_GC_OLDEST_APISERVER"
"""The environment variable that makes it the oldest version that the chart claims, of `oldest.mod`, and no other."""


class BuildError(Exception):
    """The binaries cannot be built; the message is one line and says why."""


def oldest() -> bool:
    """Whether the oldest version is asked for."""
    return os.environ.get(OLDEST) == "1"


def module_file() -> Path:
    """The go.mod of what is built."""
    return SOURCE / ("oldest.mod" if oldest() else "go.mod")


def kubernetes_version() -> str:
    """The version of k8s.io/kubernetes that is asked for, such as `v1.36.3`."""
    found = re.search(r"^\s*k8s\.io/kubernetes (v\S+)$", module_file().read_text(), re.MULTILINE)
    if found is None:
        raise BuildError(f"{module_file()}: no requirement of k8s.io/kubernetes")
    return found[1]


def linker_flags() -> str:
    """The linker's flags: no symbols, and the version that the server reports at /version.

    Kubernetes stamps the same variables (its hack/lib/version.sh).
    """
    version = kubernetes_version()
    major, minor = version.removeprefix("v").split(".")[:2]
    stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    packages = ("k8s.io/client-go/pkg/version", "k8s.io/component-base/version")
    return " ".join(["-s", "-w", *(f"-X {package}.{key}={stamps[key]}" for package in packages for key in stamps)])


def cache_directory() -> Path:
    """Where the binaries of exactly these sources are kept, whether they are there or not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(f"{sys.platform} {platform.machine()} {linker_flags()}".encode())
    for source in (
        module_file(),
        module_file().with_suffix(".sum"),
        *(SOURCE / "cmd" / name / "main.go" for name in BINARIES),
    ):
        digest.update(source.read_bytes())
    return cache / "zen-gc" / "apiserver" / digest.hexdigest()[:16]


def find(name: str) -> Path | None:
    """The binary called `name`: from `$KUBEBUILDER_ASSETS`, else built before, else None."""
    assets = None if oldest() else os.environ.get("KUBEBUILDER_ASSETS")
    for directory in ([Path(assets)] if assets else []) + [cache_directory()]:
        if os.access(directory / name, os.X_OK):
            return directory / name
    return None


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the lock at `path`; the kernel releases it when the process ends, however it ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run_go(*arguments: str) -> str:
    """Run the go command in the module and return what it prints.

    Raises:
        BuildError: with the last line of what it complained about.
    """
    environment = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"}
    try:
        done = subprocess.run(  # noqa: S603 - arguments of our own
            ["go", *arguments],  # noqa: S607 - the user's Go is the one on PATH
            cwd=SOURCE,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise BuildError(f"go: {error.strerror or error}: Go 1.24 or later is needed to build the API server") from None
    if done.returncode:
        complaint = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise BuildError(f"go {arguments[0]}: {complaint[-1]}")
    return done.stdout.strip()


def build(names: Sequence[str], into: Path) -> None:
    """Build the binaries `names` into the directory `into`; each appears there whole or not at all."""
    for name in names:
        with tempfile.TemporaryDirectory(dir=into) as scratch:
            target = Path(scratch) / name
            run_go(
                "build",
                f"-modfile={module_file()}",
                "-mod=readonly",
                "-trimpath",
                "-ldflags",
                linker_flags(),
                "-o",
                str(target),
                f"./cmd/{name}",
            )
            target.replace(into / name)


def main() -> int:
    """Build what is missing and say in one line where everything is."""
    if "--oldest" in sys.argv[1:]:
        os.environ[OLDEST] = "1"
    directory = cache_directory()
    try:
        with lock(directory.with_suffix(".lock")):
            missing = [name for name in BINARIES if find(name) is None]
            if missing:
                with contextlib.suppress(OSError):
                    os.nice(10)
                directory.mkdir(parents=True, exist_ok=True)
                say(
                    f"building {', '.join(missing)} {kubernetes_version()} with {run_go('env', 'GOVERSION')}: some minutes"
                )
                started = time.monotonic()
                build(missing, directory)
                say(f"built in {time.monotonic() - started:.0f} s")
        say(" ".join(str(find(name)) for name in BINARIES))
    except (BuildError, OSError) as error:
        say(f"NOT BUILT ({error})")
        return 1
    return 0


def say(line: str) -> None:
    """Tell the user one line."""
    sys.stderr.write(f"real-apiserver: {line}\n")


if __name__ == "__main__":
    sys.exit(main())

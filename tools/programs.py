#!/usr/bin/env python3
"""Programs of others that tests run or preload, and that no environment of ours holds: helm, promtool, libfaketime and so on.

What lives here: which there are, where each is found, and how it is had. Only the standard library. A test asks `find`, and
says `NOT RUN (why)` where there is none; nothing here is needed to build or to run zen-gc.

    tools/programs.py helm              # build it, if it is not there
    tools/programs.py --all-quick       # all that take seconds
    tools/programs.py --print helm      # and print where it is, on standard output
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE: Final = 1_800
"""Seconds that a download or a build may take."""


class ObtainError(Exception):
    """A program cannot be had; the message is one line and says why."""


class Source(Protocol):
    """Where a program comes from.

    Attributes:
        quick: Whether it is there in seconds.
        in_place: Whether it works only where it was put first.
    """

    quick: bool
    in_place: bool

    def identity(self) -> bytes:
        """All that decides what is had: what has another identity is kept in another place."""

    def program(self, name: str, directory: Path) -> Path:
        """Where the program called `name` stands below the directory that `obtain` has filled."""

    def obtain(self, directory: Path) -> None:
        """Fill an empty directory.

        Raises:
            ObtainError: It cannot be had here.
        """


@dataclass(frozen=True)
class GoTool:
    """A program built from a Go module of ours, whose go.sum pins every source by hash.

    Args:
        module: The directory of go.mod.
        package: The main package.
        version: Where the linker writes the version, and the module whose version that is; None where the program does not ask.
        quick: Whether it is built in seconds.
    """

    module: Path
    package: str
    version: tuple[str, str] | None = None
    quick: bool = True
    in_place: bool = False

    def identity(self) -> bytes:
        """See `Source`."""
        return (
            b"".join((self.module / name).read_bytes() for name in ("go.mod", "go.sum")) + repr(self.version).encode()
        )

    def program(self, name: str, directory: Path) -> Path:
        """See `Source`."""
        return directory / name

    def obtain(self, directory: Path) -> None:
        """See `Source`."""
        flags = "-s -w"
        if self.version is not None:
            variable, module = self.version
            flags += f" -X {variable}={self._go('list', '-m', '-f', '{{.Version}}', module)}"
        target = directory / self.package.rpartition("/")[2]
        self._go("build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", str(target), self.package)

    def _go(self, *arguments: str) -> str:
        return run(["go", *arguments], cwd=self.module, env={"CGO_ENABLED": "0", "GOWORK": "off"})


@dataclass(frozen=True)
class DebianPackage:
    """A package of Debian, unpacked and not installed: no service starts, and nobody has to be root.

    Args:
        package: Its name.
    """

    package: str
    quick: bool = True
    in_place: bool = False

    def identity(self) -> bytes:
        """See `Source`."""
        release = Path("/etc/os-release")
        return self.package.encode() + (release.read_bytes() if release.exists() else b"")

    def program(self, name: str, directory: Path) -> Path:
        """See `Source`."""
        return directory / "usr/bin" / name

    def obtain(self, directory: Path) -> None:
        """See `Source`."""
        if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
            raise ObtainError("no apt-get: only Debian and its kin have this package")
        with tempfile.TemporaryDirectory(dir=directory) as scratch:
            run(["apt-get", "-q", "download", self.package], cwd=Path(scratch))
            for archive in Path(scratch).glob("*.deb"):
                run(["dpkg", "-x", str(archive), str(directory)])


@dataclass(frozen=True)
class PythonTools:
    """Python programs in an environment of their own, pinned by hash.

    Args:
        requirements: The lock.
        file: Where the program stands in the environment, as a pattern.
    """

    requirements: Path
    file: str = "bin/{name}"
    quick: bool = True
    in_place: bool = True

    def identity(self) -> bytes:
        """See `Source`."""
        return self.requirements.read_bytes() + sys.version.encode() + b"in place"

    def program(self, name: str, directory: Path) -> Path:
        """See `Source`."""
        pattern = self.file.format(name=name)
        return next(directory.glob(pattern), directory / pattern)

    def obtain(self, directory: Path) -> None:
        """See `Source`."""
        run([sys.executable, "-m", "venv", str(directory)])
        pip = [str(directory / "bin/python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        run([*pip, "--require-hashes", "--only-binary=:all:", "-r", str(self.requirements)])


_HELM: Final = GoTool(
    ROOT / "tools/helm",
    "helm.sh/helm/v4/cmd/helm",
    version=("helm.sh/helm/v4/internal/version.version", "helm.sh/helm/v4"),
    quick=False,
)
_PROMETHEUS: Final = DebianPackage("prometheus")
_LOCK: Final = ROOT / "requirements/checkers.txt"
_CHECKERS: Final = PythonTools(_LOCK)

SOURCES: Final[Mapping[str, Source]] = {
    "helm": _HELM,
    "actionlint": GoTool(ROOT / "tools/actionlint", "github.com/rhysd/actionlint/cmd/actionlint"),
    "promtool": _PROMETHEUS,
    "prometheus": _PROMETHEUS,
    "umoci": DebianPackage("umoci"),
    "libfaketime": PythonTools(_LOCK, "lib/python*/site-packages/{name}/vendor/{name}/src/{name}.so.1"),
    "zizmor": _CHECKERS,
    "cyclonedx-py": _CHECKERS,
    "zensical": _CHECKERS,
}


def run(arguments: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run a program and return what it prints.

    Raises:
        ObtainError: with the last line of what it complained about.
    """
    name = Path(arguments[0]).name
    try:
        done = subprocess.run(
            arguments,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ObtainError(f"{name}: {getattr(error, 'strerror', None) or error}") from None
    if done.returncode:
        complaint = (done.stderr or done.stdout).strip().splitlines() or [f"exit status {done.returncode}"]
        raise ObtainError(f"{name}: {complaint[-1]}")
    return done.stdout.strip()


def directory_of(name: str) -> Path:
    """Where exactly this version of a program is kept, whether it is there or not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(f"{sys.platform} {platform.machine()} ".encode() + SOURCES[name].identity())
    return cache / "zen-gc" / "programs" / digest.hexdigest()[:16]


def find(name: str) -> Path | None:
    """The program called `name`: that of `$ZEN_GC_NAME` (such as `$ZEN_GC_HELM`), else one had before, else None."""
    named = os.environ.get(f"ZEN_GC_{name.upper().replace('-', '_')}")
    kept = SOURCES[name].program(name, directory_of(name))
    for path in ([Path(named)] if named else []) + [kept]:
        if os.access(path, os.R_OK if ".so" in path.name else os.X_OK):
            return path
    return None


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the lock at `path`; the kernel releases it when the process ends, however it ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def obtain(name: str) -> Path:
    """Get the program called `name`, if it is not there yet.

    Raises:
        ObtainError: It cannot be had here.
    """
    directory = directory_of(name)
    with lock(directory.with_suffix(".lock")):
        found = find(name)
        if found is None and SOURCES[name].in_place:
            shutil.rmtree(directory, ignore_errors=True)
            SOURCES[name].obtain(directory)
            found = find(name)
        elif found is None:
            scratch = Path(tempfile.mkdtemp(dir=directory.parent)) / directory.name
            scratch.mkdir()
            try:
                SOURCES[name].obtain(scratch)
                shutil.rmtree(directory, ignore_errors=True)
                scratch.replace(directory)
            finally:
                shutil.rmtree(scratch.parent, ignore_errors=True)
            found = find(name)
        if found is None:
            raise ObtainError(f"what was had holds no program {name}")
        return found


def main(arguments: Sequence[str]) -> int:
    """Get the programs that are named, and say in a line each where it is; 1 when one cannot be had."""
    with contextlib.suppress(OSError):
        os.nice(10)
    wanted = [name for name in SOURCES if SOURCES[name].quick] if arguments == ["--all-quick"] else arguments
    failed, told = False, sys.stderr
    if wanted[:1] == ["--print"]:
        wanted, told = wanted[1:], sys.stdout
    for name in wanted:
        try:
            said = str(obtain(name))
        except (ObtainError, OSError, KeyError) as error:
            failed = True
            said = f"NOT BUILT ({error})"
            sys.stderr.write(f"{name}: {said}\n")
            continue
        told.write(f"{said}\n" if told is sys.stdout else f"{name}: {said}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

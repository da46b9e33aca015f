"""Starting, sharing and leaving a control plane: etcd, kube-apiserver and, when asked for, kube-controller-manager.

What is here ends where the API begins. A control plane lives in one temporary directory and is
kept by a supervisor for as long as a process holds the lock in it (`supervise`).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

import urllib3

from apiserver.build import BINARIES, find
from tests.harness import supervise
from tests.harness.commands import AUDIT_LOG, Endpoints, prepare
from tests.harness.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 300.0
PAUSE = 0.1
ATTEMPTS = 3


class StartError(RuntimeError):
    """The control plane did not start; the message ends with what its processes said last."""


class PortTakenError(StartError):
    """Somebody else took a port between its choice and its use."""


def missing_binaries() -> list[str]:
    """The binaries that are not there; empty when a control plane can be started."""
    return [name for name in BINARIES if find(name) is None]


class ControlPlane:
    """A running control plane that this process uses; made by `start` or `meet`.

    Args:
        directory: where it lives.
        users: the open lock file that keeps it.

    Attributes:
        endpoints: how it is reached.
        authority: the certificate to verify it by.
        audit_log: what the API server writes down, when that was asked for.
    """

    def __init__(self, directory: Path, users: TextIO) -> None:
        self._users = users
        self._directory = directory
        self.audit_log = directory / AUDIT_LOG
        self.endpoints = Endpoints(**json.loads((directory / "ready").read_text()))
        self.authority = directory / "apiserver.crt"

    @classmethod
    def start(cls, *, controller_manager: bool, audit: bool = False) -> Self:
        """Start one of its own.

        Args:
            controller_manager: whether it has the controllers.
            audit: whether every request is written down.

        Raises:
            StartError: it does not come up.
        """
        for attempt in range(ATTEMPTS):
            try:
                return cls._start(controller_manager=controller_manager, audit=audit)
            except PortTakenError:
                if attempt + 1 == ATTEMPTS:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    @classmethod
    def meet(cls, place: Path, *, controller_manager: bool) -> Self:
        """Use the one that the processes which meet at `place` share, or start it.

        Args:
            place: a directory that they all know.
            controller_manager: whether one that is started has the controllers.
        """
        place.mkdir(parents=True, exist_ok=True)
        with exclusive(place / "lock"):
            known = place / "control-plane"
            if known.exists() and (joined := cls._join(Path(known.read_text()))) is not None:
                return joined
            started = cls.start(controller_manager=controller_manager)
            known.write_text(str(started.authority.parent))
            return started

    def restart(self, name: str) -> None:
        """Kill one of its processes and start it again; comes back when the API server is ready."""
        asked = self._directory / supervise.RESTART
        asked.write_text(name)
        deadline = time.monotonic() + PATIENCE
        while asked.exists():
            if time.monotonic() > deadline:
                raise StartError(f"{name} was not restarted after {PATIENCE:.0f} s")
            time.sleep(PAUSE)
        await_ready(self.endpoints, self._directory)

    def pid(self, name: str) -> int:
        """The process of one of its programs: it lives in its directory.

        Raises:
            LookupError: there is none.
        """
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                program = process.joinpath("cmdline").read_bytes().partition(b"\0")[0].decode(errors="replace")
                if Path(program).name == name and process.joinpath("cwd").samefile(self._directory):
                    return int(process.name)
        raise LookupError(f"no {name} runs in {self._directory}")

    def leave(self) -> None:
        """Stop using it; it stops when nobody uses it."""
        self._users.close()

    @classmethod
    def _join(cls, directory: Path) -> Self | None:
        with contextlib.suppress(OSError):
            users = (directory / "users").open("r")
            try:
                fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return cls(directory, users)
            except OSError:
                users.close()
        return None

    @classmethod
    def _start(cls, *, controller_manager: bool, audit: bool) -> Self:
        directory = Path(tempfile.mkdtemp(prefix="zen-gc-apiserver-"))
        users = (directory / "users").open("a")
        try:
            fcntl.flock(users, fcntl.LOCK_SH)
            endpoints = prepare(directory, controller_manager=controller_manager, audit=audit)
            supervise_in_background(directory)
            await_ready(endpoints, directory)
            (directory / "ready").write_text(json.dumps(asdict(endpoints)))
            return cls(directory, users)
        except BaseException:
            users.close()
            shutil.rmtree(directory, ignore_errors=True)
            raise


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock at `path`."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def supervise_in_background(directory: Path) -> None:
    """Start the supervisor, which no signal of a terminal reaches: it goes when its users have gone."""
    with (directory / "supervisor.log").open("wb") as log:
        subprocess.run(
            [sys.executable, "-I", supervise.__file__, str(directory)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=True,
        )


def await_ready(endpoints: Endpoints, directory: Path) -> None:
    """Wait until the API server is ready and has made its own namespaces.

    Raises:
        StartError: a process ended, or the patience did.
    """
    deadline = time.monotonic() + PATIENCE
    connection = Connection(endpoints.url, token=endpoints.token, authority=directory / "apiserver.crt")
    try:
        while not all(answers(connection, path) for path in ("/readyz", "/api/v1/namespaces/default")):
            ended = directory / "ended"
            if ended.exists():
                raise complaint(f"{ended.read_text()} ended", directory / f"{ended.read_text()}.log")
            if time.monotonic() > deadline:
                raise complaint(f"not ready after {PATIENCE:.0f} s", directory / "kube-apiserver.log")
            time.sleep(PAUSE)
    finally:
        connection.close()


def answers(connection: Connection, path: str) -> bool:
    """Whether a GET of `path` is answered well by now."""
    try:
        return connection.request("GET", path).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def complaint(what: str, log: Path) -> StartError:
    """The error for a start that failed, with the end of a log."""
    said = log.read_text(errors="replace") if log.exists() else ""
    last = "\n".join(said.splitlines()[-12:])
    kind = PortTakenError if "address already in use" in said else StartError
    return kind(f"{what}\n{last}")

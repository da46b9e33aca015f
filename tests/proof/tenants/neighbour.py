"""The tenant next door: is its policy served, and within how many of its intervals, while somebody else attacks."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import urllib3

from tests.harness.connection import Connection
from zen_gc_core.model.policy import API_VERSION, NAMESPACED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import Stage
    from tests.harness.connection import Response

INTERVAL = 10.0
"""Seconds between two runs of the neighbour's policy: the least that a namespaced policy gets."""

SPIN = 0.02
DONE = {"served": "done"}
SECRET = "s3cr3t-0f-th3-n3ighb0ur"
POLICY = "served"


UNANSWERED = 20.0
"""Seconds after which a request is sent anew: the neighbour must not wait for one that an attack has stuck."""


class _RefusedError(Exception):
    """The server did not do what the neighbour may ask for."""


@dataclass
class Wait:
    """How long an object of the neighbour's waited to be collected.

    Args:
        during: What was done meanwhile.
        name: The object.
        made: When it was made, monotonic.
        seconds: How long it was there, or has been.
        gone: Whether it is gone.
    """

    during: str
    name: str
    made: float
    seconds: float = 0.0
    gone: bool = False


class Neighbour(threading.Thread):
    """Makes an object every few seconds and looks when it goes; whatever is labelled otherwise must stay.

    Args:
        stage: The cluster; its namespace is the neighbour's.
        token: Of who may write in that namespace.
        authority: The server's certificate authority.
    """

    def __init__(self, stage: Stage, token: str, authority: Path | None) -> None:
        super().__init__(daemon=True, name="neighbour")
        self._connection = Connection(stage.cluster.url, token=token, authority=authority, seconds=UNANSWERED)
        self._path = f"/api/v1/namespaces/{stage.namespace}/configmaps"
        self._ending = threading.Event()
        self._stretches: list[float] = []
        self._waiting: dict[str, Wait] = {}
        self._enough = False
        self.during = "peace"
        self.waits: list[Wait] = []
        self.unanswered = 0
        self.refused = ""

    def run(self) -> None:
        """Go on until told to end; a request that is not answered is sent again."""
        next_one = 0.0
        while not self._ending.wait(0.2):
            self._spin()
            try:
                if time.monotonic() >= next_one and not self._enough:
                    self._make()
                    next_one = time.monotonic() + INTERVAL / 3
                self._look()
            except (urllib3.exceptions.HTTPError, _RefusedError) as error:
                self.unanswered += 1
                self.refused = f"{type(error).__name__}: {error}"[:300]

    def make_no_more(self) -> None:
        """Only look what becomes of what is there."""
        self._enough = True

    def end(self) -> None:
        """Make it end."""
        self._ending.set()
        self.join(90.0)
        self._connection.close()

    def latest(self, during: str) -> float:
        """The longest wait of what was made meanwhile, in intervals, those that still wait among them."""
        return max((wait.seconds / INTERVAL for wait in self.waits if wait.during == during), default=0.0)

    def waiting(self) -> bool:
        """Whether an object that was made before now is still there."""
        return bool(self._waiting)

    @property
    def stretch(self) -> float:
        """How much longer work takes here than the processor needs for it: the load of the machine, 1 when it is idle."""
        recent = sorted(self._stretches)
        return max(1.0, recent[len(recent) * 9 // 10]) if recent else 1.0

    def _make(self) -> None:
        wait = Wait(self.during, f"done-{secrets.token_hex(4)}", 0.0)
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": wait.name, "labels": DONE}}
        self._answer("POST", self._path, {**body, "data": {"secret": SECRET}})
        wait.made = time.monotonic()
        self._waiting[wait.name] = wait
        self.waits.append(wait)

    def _look(self) -> None:
        answer = self._answer("GET", f"{self._path}?labelSelector=served%3Ddone")
        there = {item["metadata"]["name"] for item in answer.body["items"]}
        for name, wait in list(self._waiting.items()):
            wait.seconds = time.monotonic() - wait.made
            if name not in there:
                wait.gone = True
                del self._waiting[name]

    def _answer(self, method: str, path: str, body: Any = None) -> Response:
        answer = self._connection.request(method, path, body)
        if answer.status not in {200, 201}:
            raise _RefusedError(f"{method} {path}: {answer.status} {answer.text}")
        return answer

    def _spin(self) -> None:
        began, until = time.monotonic(), time.thread_time() + SPIN
        while time.thread_time() < until:
            pass
        self._stretches.append((time.monotonic() - began) / SPIN)


def policy() -> dict[str, Any]:
    """The neighbour's policy."""
    target = {"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": DONE}}
    spec = {"targetResources": [target], "ttl": {"immediate": True}, "evaluationInterval": f"{INTERVAL:.0f}s"}
    return {"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": {"name": POLICY}, "spec": spec}

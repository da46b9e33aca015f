"""On the wire: what is retained of a group was seen, in answers of the last five seconds, before anything else of it goes.

The controller stands behind a proxy that writes down what it asks and what it is told; somebody else deletes the newest of the
same groups all the while, past the proxy.
"""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.stage import until
from tests.harness.certificates import write_certificate
from tests.harness.kubeconfig import kubeconfig
from tests.proof.proxy.server import Exchange, Proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cluster.controller.controllers import Replica
    from tests.cluster.controller.stage import Stage

RETAINED = 3
WINDOW = 5.0
SERIES = 3
RUNS = 40
KILLS = 30
"""How many of the newest somebody else deletes at the most."""


@dataclass(frozen=True, slots=True)
class Told:
    """A Job as an answer showed it.

    Args:
        when: when the answer came, by the monotonic clock.
        owner: the uid of its CronJob.
        finished: when it finished.
        there: whether it was there, and not on its way out.
    """

    when: float
    owner: str
    finished: str
    there: bool


@dataclass
class Delete:
    """A DELETE that came by: of which Job, and how many newer ones of its series had been shown within the window."""

    name: str
    shown: int


class Watching(Proxy):
    """A proxy that breaks nothing, and knows at each DELETE what its client has been told."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.deletes: list[Delete] = []
        self._told: dict[str, list[Told]] = {}

    async def _pass(self, exchange: Exchange, fault: str) -> None:
        request = exchange.request
        name = request.path.rpartition("/jobs/")[2]
        if request.method == "DELETE" and "/jobs/" in request.path:
            self.deletes.append(Delete(name, self._shown(name, time.monotonic())))
        if request.method != "GET" or not ("/jobs/" in request.path or request.path.endswith("/jobs")):
            await super()._pass(exchange, fault)
            return
        answer = await exchange.forward()
        self._note(name, answer.status, json.loads(answer.body), time.monotonic())
        await exchange.send(answer)

    def _note(self, name: str, status: int, body: Any, now: float) -> None:
        if status == 404:
            self._told.setdefault(name, []).append(Told(now, "", "", there=False))
        elif status == 200:
            for job in body.get("items", [body]):
                metadata = job["metadata"]
                told = Told(
                    now,
                    metadata["ownerReferences"][0]["uid"],
                    job["status"]["completionTime"],
                    "deletionTimestamp" not in metadata,
                )
                self._told.setdefault(metadata["name"], []).append(told)

    def _shown(self, name: str, now: float) -> int:
        own = self._told[name][-1]
        recent = {
            other: told[-1] for other, told in self._told.items() if other != name and told[-1].when >= now - WINDOW
        }
        return sum(told.there and told.owner == own.owner and told.finished > own.finished for told in recent.values())


@dataclass
class Rival(threading.Thread):
    """Deletes one of the newest of a series, now here and now there, on a connection of its own."""

    stage: Stage
    seed: int
    enough: Callable[[], bool]
    killed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True, name="rival")

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Go on until it is enough, or would be too much."""
        chance = random.Random(self.seed)
        while len(self.killed) < KILLS and not self.enough():
            series = chance.choice(sorted(left(self.stage).items()))[1]
            if len(series) > 2 * RETAINED:
                name = chance.choice(series[:RETAINED])
                self.stage.delete(
                    f"/apis/batch/v1/namespaces/{self.stage.namespace}/jobs/{name}?propagationPolicy=Background"
                )
                self.killed.append(name)
            time.sleep(0.1)


def left(stage: Stage) -> dict[str, list[str]]:
    """The Jobs that are there, by the uid of their CronJob, the newest first."""
    items = stage.cluster.request("GET", f"/apis/batch/v1/namespaces/{stage.namespace}/jobs").body["items"]
    found: dict[str, list[str]] = {}
    for job in sorted(items, key=lambda job: str(job["status"]["completionTime"]), reverse=True):
        if "deletionTimestamp" not in job["metadata"]:
            found.setdefault(job["metadata"]["ownerReferences"][0]["uid"], []).append(job["metadata"]["name"])
    return found


def histories(stage: Stage) -> None:
    """Some CronJobs that rest, each with Jobs that finished an hour apart."""
    pod = {"template": {"spec": {"containers": [{"name": "c", "image": "i"}], "restartPolicy": "Never"}}}
    for series in range(SERIES):
        cron = {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": f"nightly-{series}", "namespace": stage.namespace},
            "spec": {
                "schedule": "0 3 * * *",
                "suspend": True,
                "successfulJobsHistoryLimit": 1000,
                "jobTemplate": {"spec": pod},
            },
        }
        uid = stage.cluster.create(cron)["metadata"]["uid"]
        owner = {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "name": f"nightly-{series}",
            "uid": uid,
            "controller": True,
        }
        for number in range(RUNS):
            at = (datetime.now(UTC) - timedelta(hours=2 + number)).strftime("%Y-%m-%dT%H:%M:%SZ")
            done = [
                {"type": kind, "status": "True", "lastTransitionTime": at}
                for kind in ("SuccessCriteriaMet", "Complete")
            ]
            stage.cluster.create(
                {
                    "apiVersion": "batch/v1",
                    "kind": "Job",
                    "metadata": {
                        "name": f"nightly-{series}-{number:03}",
                        "namespace": stage.namespace,
                        "ownerReferences": [owner],
                        "creationTimestamp": at,
                    },
                    "spec": {**pod, "suspend": False},
                    "status": {"startTime": at, "completionTime": at, "succeeded": 1, "conditions": done},
                }
            )


@contextlib.contextmanager
def behind_a_proxy(stage: Stage, directory: Path) -> Iterator[tuple[Watching, Path]]:
    """The proxy, and the kubeconfig of a client behind it."""
    write_certificate(directory / "proxy.crt", directory / "proxy.key")
    authority = stage.cluster.authority
    assert authority is not None
    with Watching(stage.cluster.url, authority, directory / "proxy.crt", directory / "proxy.key", 1) as proxy:
        token = json.loads(stage.cluster.kubeconfig_path.read_text())["users"][0]["user"]["token"]
        config = directory / "behind.kubeconfig"
        url = f"https://127.0.0.1:{proxy.port}"
        config.write_text(json.dumps(kubeconfig(url, token=token, authority=directory / "proxy.crt")))
        yield proxy, config


@pytest.mark.real
@pytest.mark.timeout(900)
def test_three_are_seen_before_each_delete_while_somebody_else_deletes_them(
    real: Stage, replica: Callable[..., Replica], tmp_path: Path
) -> None:
    """Each DELETE of the controller comes after answers that show three newer ones of the same history."""
    histories(real)
    behavior = {"maxDeletionsPerSecond": 20, "breaker": {"minObjects": 10**6}}
    retain = {"groupBy": ["owner"], "last": RETAINED}
    target = {"apiVersion": "batch/v1", "kind": "Job"}
    with behind_a_proxy(real, tmp_path) as (proxy, config):
        started = replica(real, config=config).awake()
        rival = Rival(real, 7, lambda: len(started.records("group left alone")) >= SERIES)
        rival.start()
        real.policy(
            targetResources=[target],
            ttl={"afterFinished": "1h"},
            retain=retain,
            behavior=behavior,
            evaluationInterval="5s",
        )
        until(lambda: all(len(names) <= RETAINED for names in left(real).values()), "the histories are cut")
        rival.join(120)
        assert not proxy.troubles
    shown = [each.shown for each in proxy.deletes]
    met = len(started.records("group left alone"))
    print(f"{len(shown)} deletes, {len(rival.killed)} by the rival, {met} times a group left alone")  # noqa: T201  shown with -s
    assert len(shown) >= SERIES * (RUNS - RETAINED) - len(rival.killed) - SERIES
    assert min(shown) >= RETAINED, [each for each in proxy.deletes if each.shown < RETAINED]
    assert rival.killed, "the rival was at work"
    assert met, "and was met"
    assert 0 < len(left(real)) <= SERIES, "what the rival takes between a look and a delete, nothing brings back"

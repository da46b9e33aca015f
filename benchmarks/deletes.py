"""Deletes a second under the whole contract, against a loop that only GETs and DELETEs, both with eight workers.

The contract has its log lines and its metrics; the loop is urllib3 and nothing else. What the same loop does over the connection
of this program is told beside it: that is what the contract itself takes.
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks.figures import Figure, show
from benchmarks.raw import RawClient
from benchmarks.serving import embedded, real
from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.counting import FieldSelectors
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.namespaces import Namespaces
from zen_gc_core.cluster.policies import POLICY_KINDS
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.controller.process.logs import configure
from zen_gc_core.controller.runs.acting import WORKERS, Acting, carry_out
from zen_gc_core.controller.runs.fencing import Fence
from zen_gc_core.controller.runs.kill_switch import KillSwitch
from zen_gc_core.controller.runs.pacing import Rate
from zen_gc_core.controller.runs.preparing import Preparing
from zen_gc_core.controller.runs.sweeping import Sweep
from zen_gc_core.controller.telling.events import PolicyEvents
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.run_reporter import RunReporter
from zen_gc_core.controller.telling.runlog import RunLog
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.crds import crd_documents
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.planning import conclude
from zen_gc_core.engine.protections import Grants
from zen_gc_core.engine.shares import Count
from zen_gc_core.model.results import Result
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


OBJECTS = 2_000
ROUNDS = 3
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True)
NAMESPACES = Resource("", "v1", "namespaces", "Namespace", namespaced=False)


def run() -> bool:
    """Measure, print, and say whether all bounds hold."""
    with embedded(0) as kubeconfig:
        holds = _measured("embedded cluster", kubeconfig)
    with real(0) as found:
        return (_measured("real API server", found[0]) and holds) if found is not None else holds


def _measured(name: str, kubeconfig: Path) -> bool:
    connection = Connection.open(kubeconfig=kubeconfig, pool_size=2 * WORKERS)
    _install(connection)
    client = RawClient(kubeconfig, 2 * WORKERS)

    def sent(method: str, path: str, body: Any) -> bytes:
        return connection.request(method, path, body=body).body

    rounds = [
        (
            _raw(connection, f"raw-{number}", lambda method, path, body: client.request(method, path, body=body)),
            _raw(connection, f"same-{number}", sent),
            _ours(connection, f"ours-{number}"),
        )
        for number in range(ROUNDS)
    ]
    raw, same, ours = (max(each[which][0] for each in rounds) for which in range(3))
    raw_burnt, same_burnt, burnt = (min(each[which][1] for each in rounds) * 1e6 for which in range(3))
    figures = [
        Figure("deletes a second, against the raw GET + DELETE loop", ours / raw, 0.9, least=True),
        Figure("the same, against that loop over our connection", ours / same),
        Figure("deletes a second", ours, unit="/s", note=f"raw {raw:.0f}/s, over our connection {same:.0f}/s"),
        Figure(
            "processor time of a delete",
            burnt,
            unit="µs",
            note=f"raw {raw_burnt:.0f} µs, over our connection {same_burnt:.0f} µs",
        ),
    ]
    return show(f"Deletes, {WORKERS} workers, {name}", figures)


def _install(connection: Connection) -> None:
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    for document in crd_documents(load_plugins(installed_entry_points()).vocabulary):
        _expect(connection, "POST", path, document)
    while connection.request("GET", POLICY_KINDS["GarbageCollectionPolicy"].path()).status != 200:
        time.sleep(0.1)


def _fill(connection: Connection, namespace: str) -> list[str]:
    _expect(connection, "POST", NAMESPACES.path(), {"metadata": {"name": namespace}})
    names = [f"cm-{number:05d}" for number in range(OBJECTS)]

    def create(name: str) -> None:
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"k": "v" * 200}}
        _expect(connection, "POST", CONFIG_MAPS.path(namespace), body)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(create, names))
    time.sleep(1.1)  # so that they are due by whole seconds
    return names


def _expect(connection: Connection, method: str, path: str, body: Any) -> Any:
    answer = connection.request(method, path, body=body)
    if answer.status not in {200, 201, 202}:
        raise SystemExit(f"{method} {path}: {answer.status} {answer.body[:200]!r}")
    return answer.document()


def _raw(connection: Connection, namespace: str, send: Callable[[str, str, Any], bytes]) -> tuple[float, float]:
    """Deletes a second, and the processor time of each in seconds."""
    names = _fill(connection, namespace)

    def delete(name: str) -> None:
        path = CONFIG_MAPS.path(namespace, name)
        metadata = orjson.loads(send("GET", path, None))["metadata"]
        preconditions = {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}
        orjson.loads(send("DELETE", path, {"preconditions": preconditions}))

    began, burnt = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(delete, names))
    seconds, burnt = time.perf_counter() - began, time.process_time() - burnt
    return OBJECTS / seconds, burnt / OBJECTS


class _NoEvents:
    def record(self, *_: object, **__: object) -> None:
        """Events are written by a thread of their own, 25 a run at the most."""


def _ours(connection: Connection, namespace: str) -> tuple[float, float]:
    """As ``_raw``."""
    _fill(connection, namespace)
    policy = {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "all", "namespace": namespace},
        "spec": {
            "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap", "names": ["cm-*"]}],
            "ttl": {"afterCreation": "1s"},
            "behavior": {"breaker": {"maxPercent": 100}},
        },
    }
    installed = _expect(connection, "POST", POLICY_KINDS["GarbageCollectionPolicy"].path(namespace), policy)
    compiled = compile_policy(parse_policy(installed), load_plugins(installed_entry_points()).vocabulary).compiled
    if compiled is None:
        raise SystemExit("the policy of the benchmark is invalid")
    time.sleep(1.1)
    resources = Resources(connection)
    preparing = Preparing(connection, resources, Namespaces(connection), Grants())
    members = preparing.members(compiled, dt.datetime.now(dt.UTC))
    gc.freeze()
    for resource, member in members.items():
        Sweep(connection, resource, [member], selectors=FieldSelectors(connection)).run()
    member = next(iter(members.values()))
    plan = conclude(member.case, member.tallies, lambda: {("", "ConfigMap"): Count(OBJECTS, 10 * OBJECTS)})
    stopping = threading.Event()
    with tempfile.TemporaryFile("w") as lines, configure(stream=lines):
        acting = Acting(
            connection,
            resources,
            Fence(connection, compiled, switch=KillSwitch(connection, "default"), batch_size=20),
            Rate(1e6),
            Authority.forever().check,
            RunReporter(RunLog(), Metrics("bench"), PolicyEvents(_NoEvents()), compiled.reference),
            stopping,
            timeout=3.0,
            now=lambda: dt.datetime.now(dt.UTC),
        )
        began, burnt = time.perf_counter(), time.process_time()
        carried = carry_out(member.case, plan, acting)
        seconds, burnt = time.perf_counter() - began, time.process_time() - burnt
    if carried.results[Result.DELETED] != OBJECTS:
        raise SystemExit(f"not all were deleted: {dict(carried.results)} {carried.stopped}")
    return OBJECTS / seconds, burnt / OBJECTS


if __name__ == "__main__":
    sys.exit(0 if run() else 1)

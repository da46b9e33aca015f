"""One pass over many Pods, in a process of its own: raw, or as the controller makes it. Prints one line of JSON.

The raw pass only fetches the pages and splits them into items.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from benchmarks.raw import RawClient
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.counting import FieldSelectors
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.namespaces import Namespaces
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.controller.runs.gathering import Gatherer
from zen_gc_core.controller.runs.gathering_shares import Need
from zen_gc_core.controller.runs.preparing import Preparing
from zen_gc_core.controller.runs.sweeping import Sweep
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.planning import conclude
from zen_gc_core.engine.protections import Grants
from zen_gc_core.engine.shares import Count
from zen_gc_core.keywords import Run
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable

PODS = Resource("", "v1", "pods", "Pod", namespaced=True)
NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)

POLICIES: list[dict[str, Any]] = [
    {"conditions": {"phase": ["Succeeded", "Failed"]}, "ttl": {"afterFinished": "6h"}},
    {
        "conditions": {"hasLabels": [{"key": "app", "value": "ci-3"}], "phase": ["Failed"]},
        "ttl": {"afterCreation": "1h"},
    },
    {"conditions": {"fields": [{"path": "spec.restartPolicy", "value": "Always"}]}, "ttl": {"afterCreation": "7d"}},
]


RETAINED: dict[str, dict[str, Any]] = {
    "due": {"ttl": {"afterCreation": "1h"}},
    "waiting": {"ttl": {"afterCreation": "30d"}},
}
"""Policies that are measured with and without ``retain``: everything is due, or nothing is yet."""

RETAIN: dict[str, dict[str, Any]] = {
    "": {},
    "last": {"retain": {"groupBy": ["metadata.labels.series"], "last": 3}},
    "calendar": {"retain": {"groupBy": ["metadata.labels.series"], "last": 3, "daily": 7, "weekly": 4}},
}
"""What they retain."""


class _ListMeta(msgspec.Struct, rename={"continue_": "continue"}):
    continue_: str = ""


class _Page(msgspec.Struct):
    metadata: _ListMeta
    items: list[msgspec.Raw]


def policies(count: int) -> list[dict[str, Any]]:
    """As many cluster policies on Pods as are asked for."""
    target = {"apiVersion": "v1", "kind": "Pod", "namespaces": ["*"]}
    return [
        {
            "apiVersion": "gc.kube-zen.io/v1alpha1",
            "kind": "ClusterGarbageCollectionPolicy",
            "metadata": {"name": f"p{number}"},
            "spec": {"targetResources": [target], **POLICIES[number % len(POLICIES)]},
        }
        for number in range(count)
    ]


def raw(client: RawClient) -> int:
    """Fetch and split the pages, and do nothing else."""
    decode = msgspec.json.Decoder(_Page).decode
    token, seen = "", 0
    while True:
        query = {"limit": "500", **({"continue": token} if token else {})}
        page = decode(client.request("GET", PODS.path(), query=query))
        seen += len(page.items)
        token = page.metadata.continue_
        if not token:
            return seen


def retaining(which: str) -> dict[str, Any]:
    """A policy of ``RETAINED``, and what it retains: ``due``, ``due+last``."""
    (document,) = policies(1)
    name, _, retain = which.partition("+")
    spec = {**RETAINED[name], **RETAIN[retain]}
    return {**document, "spec": {"targetResources": document["spec"]["targetResources"], **spec}}


def prepared(connection: Connection, documents: list[dict[str, Any]]) -> Sweep:
    """A sweep of policies, compiled and ready: what is done once a generation is not part of a pass."""
    return Sweep(connection, PODS, members_of(connection, documents), selectors=FieldSelectors(connection))


def members_of(connection: Connection, documents: list[dict[str, Any]], now: dt.datetime = NOW) -> list[Any]:
    """Policies on a sweep of an instant, compiled and ready."""
    vocabulary = load_plugins(installed_entry_points()).vocabulary
    preparing = Preparing(connection, Resources(connection), Namespaces(connection), Grants())
    members: list[Any] = []
    for document in documents:
        compiled = compile_policy(parse_policy(document), vocabulary).compiled
        if compiled is None:
            raise SystemExit("a policy of the benchmark is invalid")
        members.extend(preparing.members(compiled, now).values())
    gc.freeze()  # as the controller does when it has started
    return members


def swept(sweep: Sweep, *, plans: bool) -> tuple[int, int, int]:
    """Run a sweep, and make plans of it or not; objects listed, lists begun, objects due."""
    sweep.run()
    for member in sweep.members:
        if member.error is not None:
            raise SystemExit(str(member.error))
        if plans:
            conclude(member.case, member.tallies, lambda: {("", "Pod"): Count(0, 10**9)})
    return sweep.objects, sweep.lists, sum(tally.due for member in sweep.members for tally in member.tallies)


RELATED: dict[str, dict[str, Any]] = {
    "related": {
        "related": [
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "by": {"theirs": "spec.volumes[].persistentVolumeClaim.claimName", "mine": "metadata.name"},
                "are": "none",
            }
        ]
    },
    "unreferenced": {"unreferenced": True},
}
"""Conditions about other objects than the policy's own."""


def gathering(connection: Connection, which: str) -> Callable[[], tuple[int, int, int]]:
    """What lists the objects on which a policy of ``RELATED`` depends: how many, in how many lists."""
    target = {"apiVersion": "v1", "kind": "ConfigMap", "namespaces": ["*"]}
    (document,) = policies(1)
    spec = {"targetResources": [target], "conditions": RELATED[which], "ttl": {"afterCreation": "7d"}}
    compiled = compile_policy(
        parse_policy({**document, "spec": spec}), load_plugins(installed_entry_points()).vocabulary
    ).compiled
    if compiled is None:
        raise SystemExit("a policy of the benchmark is invalid")
    lists: list[int] = []
    gatherer = Gatherer(connection, Resources(connection))
    run = Run(NOW, compiled.reference, Namespaces(connection))
    gc.freeze()  # as the controller does when it has started

    def gathered() -> tuple[int, int, int]:
        need = Need(compiled.relations, run, None, told=lambda _, objects, __: lists.append(objects))
        (related,) = gatherer.gather([need])[0].values()
        return sum(lists), len(lists), len(related.marks)

    return gathered


def passing(kubeconfig: str, what: str, which: str) -> Callable[[], tuple[int, int, int]]:
    """What is measured; it answers with the objects listed, the lists begun, and the objects due or the keys found."""
    if what == "raw":
        client = RawClient(kubeconfig)
        client.request("GET", "/version")
        return lambda: (raw(client), 1, 0)
    connection = Connection.open(kubeconfig=kubeconfig)
    connection.request("GET", "/version")
    if what == "gather":
        return gathering(connection, which)
    sweep = prepared(connection, [retaining(which)] if what == "retain" else policies(int(which)))
    return lambda: swept(sweep, plans=what == "retain")


def peak_memory() -> float:
    """The most memory of this process so far, in MiB; ``ru_maxrss`` would begin with its parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def main() -> None:
    """``passing.py KUBECONFIG raw|sweep|retain|gather POLICIES``; how many, or of the last two which."""
    kubeconfig, what, which = sys.argv[1:4]
    passed = passing(kubeconfig, what, which)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    result = passed()
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        json.dumps(
            {
                "wall": wall,
                "cpu": cpu,
                "rss": peak_memory(),
                "objects": result[0],
                "lists": result[1],
                "due": result[2],
            }
        )
    )


if __name__ == "__main__":
    main()

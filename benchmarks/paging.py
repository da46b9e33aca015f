"""What pages cost: a pass over many ConfigMaps of a real API server, against who only reads the same pages, and the server's part.

``python -m benchmarks.paging KUBECONFIG WHAT`` is one pass in a process of its own, and prints one line of JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import msgspec

from benchmarks.figures import Figure, show
from benchmarks.passing import members_of, peak_memory, policies
from benchmarks.raw import RawClient
from benchmarks.serving import real
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.counting import FieldSelectors
from zen_gc_core.cluster.page_sizes import FIRST, MOST, PageSizes
from zen_gc_core.cluster.paging import METADATA_ONLY
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.controller.runs.sweeping import Sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.harness.real import RealCluster

MANY: Final = 100_000
MILLION: Final = 1_000_000
ROUNDS: Final = 3
CONFIG_MAPS: Final = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True)
TARGET: Final = {"apiVersion": "v1", "kind": "ConfigMap", "namespaces": ["*"]}

SPECS: Final[dict[str, list[dict[str, Any]]]] = {
    "metadata": [
        {"conditions": {"hasLabels": [{"key": "app", "value": "a"}]}, "ttl": {"afterCreation": "7d"}},
        {"ttl": {"afterCreation": "30d"}},
    ],
    "whole": [{"conditions": {"fields": [{"path": "data.key-1", "value": "no"}]}, "ttl": {"afterCreation": "7d"}}],
}
"""Policies that read metadata alone, and one that reads further."""


class _ListMeta(msgspec.Struct, rename={"continue_": "continue"}):
    continue_: str = ""


class _Page(msgspec.Struct):
    metadata: _ListMeta
    items: list[msgspec.Raw]


def run() -> bool:
    """Measure 100,000 objects, print, and say whether all bounds hold."""
    return _measured(MANY, ROUNDS, ("raw", "sweep", "short", "long"))


def run_million() -> bool:
    """The same for 1,000,000, which takes minutes; not with short pages, during which the list would expire."""
    return _measured(MILLION, 1, ("raw", "sweep"))


def _measured(objects: int, rounds: int, readers: Sequence[str]) -> bool:
    with real(0) as found:
        if found is None:
            return True
        kubeconfig, cluster = found
        _fill(cluster, objects)
        best: dict[str, dict[str, float]] = {}
        for _ in range(rounds):
            for what in [f"{reader}:{which}" for which in SPECS for reader in readers]:
                got = _one(kubeconfig, cluster, what)
                print(f"  {what}: {got}", file=sys.stderr)
                if got["objects"] < objects:
                    raise SystemExit(f"{what} saw {got['objects']} of {objects} objects")
                best[what] = {name: min(value, best.get(what, got)[name]) for name, value in got.items()}
        figures = [figure for which in SPECS for figure in _figures(which, best)]
    return show(f"Pages: {objects:,} ConfigMaps of 1 KB, a real API server", figures)


def _figures(which: str, best: dict[str, dict[str, float]]) -> list[Figure]:
    raw, swept, short, long = (best.get(f"{what}:{which}") for what in ("raw", "sweep", "short", "long"))
    if raw is None or swept is None:
        return []
    figures = [
        Figure(
            f"wall, {which}, against a raw reader of the same pages",
            swept["wall"] / raw["wall"],
            1.3,
            note=f"{swept['wall']:.1f} s, raw {raw['wall']:.1f} s",
        ),
        Figure(
            f"CPU, {which}", swept["cpu"], unit="s", note=f"raw {raw['cpu']:.1f} s, the server {swept['server']:.1f} s"
        ),
        Figure(f"peak memory, {which}", swept["rss"], 100, unit="MiB"),
    ]
    if short is None or long is None:
        return figures
    least = f"a raw reader of pages of {MOST:,}, the longest there may be: {long['server'] / short['server']:.2f}"
    return [
        *figures,
        Figure(
            f"CPU of the API server, {which}, against pages of {FIRST}",
            swept["server"] / short["server"],
            0.5,
            note=f"{swept['server']:.1f} s, {short['server']:.1f} s with pages of {FIRST}; {least}",
        ),
        Figure(f"wall, {which}, against a raw reader of pages of {FIRST}", swept["wall"] / short["wall"]),
    ]


def _fill(cluster: RealCluster, objects: int) -> None:
    namespace = cluster.namespace()
    data = {f"key-{number}": "x" * 60 for number in range(9)}
    labels = {"app": "b", "example.com/part": "benchmark"}
    metadata = {"name": "cm-first", "namespace": namespace, "labels": labels, "annotations": {"note": "x" * 80}}
    first = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
    cluster.create(first)
    cluster.multiply(first, [f"cm-{number:07d}" for number in range(objects - 1)])


def _one(kubeconfig: Path, cluster: RealCluster, what: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.paging", str(kubeconfig), what]
    before = cluster.cpu_seconds()
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(result.stdout)
    return {**found, "server": cluster.cpu_seconds() - before}


FIXED: Final = {"short": FIRST, "long": MOST}
"""Raw readers whose pages are all as long."""


def _raw(client: RawClient, *, metadata_only: bool, fixed: int | None) -> int:
    """Fetch and split the pages, of the sizes that a sweep asks for or all as long, and do nothing else."""
    decode = msgspec.json.Decoder(_Page).decode
    sizes = PageSizes(metadata_only=metadata_only, fixed=fixed)
    sizes.most = fixed or MOST
    token, seen = "", 0
    while True:
        query = {"limit": str(sizes.limit), **({"continue": token} if token else {})}
        whole = not metadata_only or sizes.sampling
        accept = "application/json" if whole else METADATA_ONLY
        began = time.perf_counter()
        body = client.request("GET", CONFIG_MAPS.path(), query=query, accept=accept)
        page = decode(body)
        sizes.note(len(page.items), len(body), time.perf_counter() - began, whole=whole)
        seen += len(page.items)
        token = page.metadata.continue_
        if not token:
            return seen


def _swept(connection: Connection, which: str) -> Sweep:
    documents = [
        {**document, "spec": {"targetResources": [TARGET], **spec}}
        for document, spec in zip(policies(len(SPECS[which])), SPECS[which], strict=True)
    ]
    members = members_of(connection, documents, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
    return Sweep(connection, CONFIG_MAPS, members, selectors=FieldSelectors(connection))


def _passing(kubeconfig: str, what: str, which: str) -> Callable[[], int]:
    """What is measured, ready, on a connection that stands; it answers with the objects listed."""
    if what != "sweep":
        client = RawClient(kubeconfig)
        client.request("GET", "/version")
        return lambda: _raw(client, metadata_only=which == "metadata", fixed=FIXED.get(what))
    connection = Connection.open(kubeconfig=kubeconfig)
    connection.request("GET", "/version")
    sweep = _swept(connection, which)

    def swept() -> int:
        sweep.run()
        if errors := [member.error for member in sweep.members if member.error is not None]:
            raise SystemExit(str(errors[0]))
        return sweep.objects

    return swept


def main() -> None:
    """``KUBECONFIG raw|sweep|short|long:metadata|whole``: one pass."""
    kubeconfig, asked = sys.argv[1:3]
    what, _, which = asked.partition(":")
    passed = _passing(kubeconfig, what, which)
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    seen = passed()
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"wall": wall, "cpu": cpu, "rss": peak_memory(), "objects": seen}))


if __name__ == "__main__":
    main()

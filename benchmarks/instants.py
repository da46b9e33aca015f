"""From expiry to gone, at the default interval: how late objects go that a pass saw coming, beside many others, on a real API server."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.beats import metric, started
from benchmarks.figures import Figure, show
from benchmarks.serving import real
from tests.harness.crds import install_crds
from zen_gc_core.instants import format_instant, parse_instant

if TYPE_CHECKING:
    from tests.harness.real import RealCluster

MANY: Final = 100_000
EXPIRING: Final = 500
SECONDS: Final = 120
EXPIRES: Final = "example.com/expires"


def run() -> bool:
    """Measure, print, and say whether all bounds hold."""
    with real(0) as found, tempfile.TemporaryDirectory() as directory:
        if found is None:
            return True
        kubeconfig, cluster = found
        install_crds(cluster)
        namespace = cluster.namespace()
        _others(cluster, namespace)
        cluster.create(_policy(namespace))
        with started(kubeconfig, Path(directory) / "log") as (_, port):
            while metric(port, "gc_sweep_duration_seconds_count", "configmaps") < 1:
                time.sleep(0.5)
            lags, intervals, lists = _lags(cluster, namespace, port)
    ordered = sorted(lags)
    figures = [
        Figure("from expiry to gone, p50", ordered[len(ordered) // 2], unit="s"),
        Figure("from expiry to gone, p99", ordered[int(len(ordered) * 0.99)], 2, unit="s"),
        Figure("lists an interval", lists / intervals, 1 + 1 / intervals),
    ]
    title = f"At their instant: {EXPIRING} of {MANY:,} ConfigMaps expire within {SECONDS} s, a pass a minute, a real API server"
    return show(title, figures)


def _policy(namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "instants", "namespace": namespace},
        "spec": {
            "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap"}],
            "ttl": {"expiresAt": {"path": f"metadata.annotations['{EXPIRES}']"}},
        },
    }


def _object(namespace: str, name: str, expires: dt.datetime) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "annotations": {EXPIRES: format_instant(expires)}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"key": "x" * 500}}


def _others(cluster: RealCluster, namespace: str) -> None:
    first = _object(namespace, "other", dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    cluster.create(first)
    cluster.multiply(first, [f"other-{number:06d}" for number in range(MANY - 1)])


def _lags(cluster: RealCluster, namespace: str, port: int) -> tuple[list[float], float, int]:
    """How late each object went; over how many intervals that was, and how many lists there were in them.

    The objects are made more than an interval before they expire, so that a pass sees them coming.
    """
    begin = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=150)
    expires: dict[str, dt.datetime] = {}
    for number in range(EXPIRING):
        instant = begin + dt.timedelta(seconds=number * SECONDS / EXPIRING)
        item = _object(namespace, f"soon-{number:04d}", instant)
        cluster.create(item)
        expires[item["metadata"]["name"]] = parse_instant(item["metadata"]["annotations"][EXPIRES])
    before, began = metric(port, "gc_sweep_duration_seconds_count", "configmaps"), time.monotonic()
    lags: dict[str, float] = {}
    waiting = sorted(expires, key=expires.__getitem__)
    watch = threading.Event()
    while waiting and time.monotonic() - began < 900:
        now = dt.datetime.now(dt.UTC)
        for name in [name for name in waiting if expires[name] < now]:
            path = f"/api/v1/namespaces/{namespace}/configmaps/{name}"
            if cluster.request("GET", path).status == 404:
                lags[name] = (dt.datetime.now(dt.UTC) - expires[name]).total_seconds()
                waiting.remove(name)
        watch.wait(0.05)
    seconds = time.monotonic() - began
    lags |= dict.fromkeys(waiting, 900.0)
    lists = metric(port, "gc_sweep_duration_seconds_count", "configmaps") - before
    return list(lags.values()), seconds / 60, lists


if __name__ == "__main__":
    sys.exit(0 if run() else 1)

"""``zen-gc plan`` over a file of many objects, against reading and splitting the file alone."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import orjson

from benchmarks.figures import Figure, show
from benchmarks.objects import pod
from benchmarks.passing import policies

MANY = 100_000


class _List(msgspec.Struct):
    items: list[msgspec.Raw]


def run() -> bool:
    """Measure, print, and say whether all bounds hold."""
    with tempfile.TemporaryDirectory() as directory:
        objects, rules = Path(directory) / "pods.json", Path(directory) / "policies.json"
        with objects.open("wb") as file:
            file.write(b'{"apiVersion":"v1","kind":"PodList","metadata":{},"items":[')
            for number in range(MANY):
                file.write((b"," if number else b"") + orjson.dumps(pod(number)))
            file.write(b"]}")
        rules.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": policies(3)}))
        before = resource.getrusage(
            resource.RUSAGE_CHILDREN
        )  # a child's peak begins with this process's: it is small yet
        began = time.perf_counter()
        subprocess.run(
            [
                *(str(Path(sys.executable).with_name("zen-gc")), "plan", "-f", str(rules), "-f", str(objects)),
                *("--now", "2026-01-01T12:00:00Z", "-o", "json"),
            ],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = objects.stat().st_size
        began = time.perf_counter()
        msgspec.json.Decoder(_List).decode(objects.read_bytes())
        raw = time.perf_counter() - began
    figures = [
        Figure("wall", wall, unit="s", note=f"{size >> 20} MiB, {3 * MANY:,} decisions printed"),
        Figure("wall, against reading and splitting the file", wall / raw),
        Figure("CPU, an object", (after.ru_utime - before.ru_utime) / MANY * 1e6, unit="µs"),
        Figure("peak memory", after.ru_maxrss / 1024, unit="MiB"),
        Figure("peak memory, above the file's size", after.ru_maxrss / 1024 - size / 2**20, 150, unit="MiB"),
    ]
    return show(f"zen-gc plan over a file of {MANY:,} Pods, three policies", figures)


if __name__ == "__main__":
    sys.exit(0 if run() else 1)

"""``zen-gc plan`` over a file of many objects, against reading and splitting the file alone."""

from __future__ import annotations

import json
import os
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


_MEASURED = """
import sys
from zen_gc_core.cli import main
try:
    sys.exit(main())
finally:
    from benchmarks.passing import peak_memory
    print(peak_memory(), file=sys.stderr)
"""
"""The command, and the most memory of its process on the last line: what ``wait4`` tells may be its parent's, which began it."""


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
        began = time.perf_counter()
        command = [
            *(sys.executable, "-c", _MEASURED, "plan", "-f", str(rules), "-f", str(objects)),
            *("--now", "2026-01-01T12:00:00Z", "-o", "json"),
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = process.stderr.read() if process.stderr is not None else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
        if process.returncode:
            raise SystemExit(f"zen-gc plan ended with {process.returncode}: {said}")
        peak = float(said.splitlines()[-1])
        size = objects.stat().st_size
        began = time.perf_counter()
        msgspec.json.Decoder(_List).decode(objects.read_bytes())
        raw = time.perf_counter() - began
    figures = [
        Figure("wall", wall, unit="s", note=f"{size >> 20} MiB, {3 * MANY:,} decisions printed"),
        Figure("wall, against reading and splitting the file", wall / raw),
        Figure("CPU, an object", used.ru_utime / MANY * 1e6, unit="µs"),
        Figure("peak memory", peak, unit="MiB"),
        Figure("peak memory, above the file's size", peak - size / 2**20, 150, unit="MiB"),
    ]
    return show(f"zen-gc plan over a file of {MANY:,} Pods, three policies", figures)


if __name__ == "__main__":
    sys.exit(0 if run() else 1)

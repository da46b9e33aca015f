"""How soon the command answers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, show

ROUNDS = 7

_POLICY = """\
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: jobs, namespace: team-a}
spec:
  targetResources: [{apiVersion: batch/v1, kind: Job}]
  conditions: {phase: [Succeeded, Failed]}
  ttl: {afterFinished: 1h}
"""
_CEL = _POLICY.replace("phase: [Succeeded, Failed]", "cel: \"object.spec.template.spec.restartPolicy != 'Always'\"")
_OBJECT = """\
---
apiVersion: batch/v1
kind: Job
metadata: {name: done, namespace: team-a, creationTimestamp: "2026-01-01T09:00:00Z"}
status: {completionTime: "2026-01-01T10:00:00Z", conditions: [{type: Complete, status: "True"}]}
"""


def run() -> bool:
    """Measure, print, and say whether all bounds hold."""
    with tempfile.TemporaryDirectory() as directory:
        policy, cel, both = (Path(directory) / name for name in ("policy.yaml", "cel.yaml", "both.yaml"))
        policy.write_text(_POLICY)
        cel.write_text(_CEL)
        both.write_text(_POLICY + _OBJECT)
        figures = [
            Figure("zen-gc --version", _best("--version"), 0.15, unit="s"),
            Figure("zen-gc validate", _best("validate", "-f", str(policy)), 0.6, unit="s"),
            Figure("zen-gc validate, with a CEL condition", _best("validate", "-f", str(cel)), 0.6, unit="s"),
            Figure("zen-gc plan of a small file", _best("plan", "-f", str(both)), 0.7, unit="s"),
        ]
    return show(f"How soon the command answers (best of {ROUNDS})", figures)


def _best(*arguments: str) -> float:
    command = [str(Path(sys.executable).with_name("zen-gc")), *arguments]
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        seconds.append(time.perf_counter() - began)
    return min(seconds)


if __name__ == "__main__":
    sys.exit(0 if run() else 1)

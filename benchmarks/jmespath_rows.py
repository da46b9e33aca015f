"""JMESPath: the jmespath library against the compiled programs, in one process, over the same Pods.

``python benchmarks/jmespath_rows.py`` prints the rows and the bounds they must hold. The first five expressions are
those of the CEL table; E6 to E12 cover what else conditions are made of.
"""

from __future__ import annotations

import contextlib
import math
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import jmespath
from jmespath.exceptions import JMESPathError

from zen_gc_core.errors import ExpressionError, ZenGCError
from zen_gc_core.expressions.jmespath import compile_jmespath

if TYPE_CHECKING:
    from collections.abc import Callable

Row = tuple[str, str, float, float]
"""Name, expression, µs an evaluation by the library, µs by zen-gc."""

EXPRESSIONS: Final = {
    "E1 field": "status.phase == 'Succeeded'",
    "E2 prefix": "metadata.labels.app && starts_with(metadata.labels.app, 'ci-')",
    "E3 filter": "length(spec.containers[?contains(image, ':latest')]) > `0`",
    "E4 order": "metadata.creationTimestamp < '2026-05-31T12:00:00Z' && !(metadata.ownerReferences)",
    "E5 keys": "length(keys(metadata.annotations)[?starts_with(@, 'keep.')]) == `0`",
    "E6 logic": "status.phase == 'Failed' || status.phase == 'Succeeded' && spec.restartPolicy != 'Always'",
    "E7 wildcard": "contains(status.containerStatuses[*].state.terminated.reason, 'Completed')",
    "E8 flatten": "length(spec.containers[].env[].name) > `20`",
    "E9 sort": "sort_by(status.conditions, &lastTransitionTime)[-1].reason == 'PodCompleted'",
    "E10 map": "max(map(&restartCount, status.containerStatuses)) < `5`",
    "E11 hash": "status.conditions[?type == 'Ready'] | [0].{status: status, reason: reason}.status == 'True'",
    "E12 error": "starts_with(metadata.labels.missing, 'ci-')",
}

ATTACKS: Final = {
    "a value that doubles": " | ".join(["[@, @]"] * 200),
    "a value that doubles, spelt": f"to_string({' | '.join(['[@, @]'] * 100)})",
    "an array that doubles": " | ".join(["spec.containers", *["[@, @][]"] * 100]),
    "an array that doubles, filtered": " | ".join(["spec.containers", *["[@, @][]"] * 14, "[?contains(image, 'x')]"]),
    "parentheses": "(" * 4000,
    "negations": "!" * 4000,
    "alternatives": " || ".join(["a"] * 500),
    "a long literal": f"`[{','.join(['1'] * 2000)}]`",
}
"""Expressions that would be dear without a budget."""

ATTACK_BOUND_MS: Final = 250.0
COMPILE_BOUND_US: Final = 2000.0
ERROR_BOUND_US: Final = 10.0
MEDIAN_BOUND: Final = 5.0
"""How many times faster than the library the median row must be; no row may be slower."""

PODS: Final = 100


def rows(seconds: float = 0.15, rounds: int = 5) -> list[Row]:
    """Measure every expression.

    Args:
        seconds: CPU time of one measurement.
        rounds: Measurements of each side, in turns; the best counts.

    Returns:
        A row for each expression.
    """
    pods = [pod(number) for number in range(PODS)]
    measured = []
    for name, expression in EXPRESSIONS.items():
        sides = jmespath.compile(expression).search, compile_jmespath(expression)
        best = [math.inf, math.inf]
        for _ in range(rounds):
            for side, evaluate in enumerate(sides):
                best[side] = min(best[side], _microseconds(evaluate, pods, seconds))
        measured.append((name, expression, best[0], best[1]))
    return measured


def slowest_compilation() -> float:
    """The longest that compiling one of the expressions takes, in µs of CPU time."""
    return max(_microseconds(compile_jmespath, [expression], 0.1) for expression in EXPRESSIONS.values())


def slowest_attack() -> tuple[str, float]:
    """The attack that takes longest to compile and to stop, with its ms of CPU time."""
    document = pod(0)
    spent: dict[str, float] = {}
    for name, expression in ATTACKS.items():
        start = time.process_time()
        with contextlib.suppress(ZenGCError):
            compile_jmespath(expression)(document)
        spent[name] = (time.process_time() - start) * 1e3
    worst = max(spent, key=spent.__getitem__)
    return worst, spent[worst]


def failures(measured: list[Row]) -> list[str]:
    """What the rows break of the bounds, in sentences; nothing when they hold."""
    broken = [f"{name} is slower than the library" for name, _, library, ours in measured if ours > library]
    median = statistics.median(library / ours for _, _, library, ours in measured)
    if median < MEDIAN_BOUND:
        broken.append(f"the median row is {median:.1f} times faster than the library, not {MEDIAN_BOUND:g}")
    error = next(ours for name, _, _, ours in measured if name.endswith("error"))
    if error > ERROR_BOUND_US:
        broken.append(f"an error takes {error:.1f} µs, not {ERROR_BOUND_US:g}")
    return broken


def _microseconds(evaluate: Callable[[Any], Any], inputs: list[Any], seconds: float) -> float:
    count = failed = 0
    start = time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for item in inputs:
            try:
                evaluate(item)
            except (ExpressionError, JMESPathError):
                failed += 1
        count += len(inputs)
    if failed not in (0, count):
        raise RuntimeError("an expression of this table fails on all of the Pods or on none")
    return spent / count * 1e6


def pod(number: int) -> dict[str, Any]:
    """A Pod of a finished CI job, as the API server returns it: about 4.5 KB of JSON."""
    created = "2026-05-30T08:15:42Z"
    containers = [_container(position, name) for position, name in enumerate(("runner", "sidecar-proxy"))]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"ci-job-{number:07d}-x7x2v",
            "generateName": f"ci-job-{number:07d}-",
            "namespace": f"team-{number % 50}",
            "uid": f"3f1c9a2e-7b0f-4c52-9a66-{number:012d}",
            "resourceVersion": str(100_000 + number),
            "creationTimestamp": created,
            "labels": {"app": f"ci-runner-{number % 7}", "tier": "batch", "pod-template-hash": "5d8f7c9b6d"},
            "annotations": {
                "cni.projectcalico.org/podIP": "10.1.2.3/32",
                "prometheus.io/scrape": "true",
                "prometheus.io/port": "8080",
                "ci.example.com/pipeline": "https://ci.example.com/p/123456/jobs/987",
                "kubectl.kubernetes.io/restartedAt": created,
            },
        },
        "spec": {
            "containers": containers,
            "nodeName": "ip-10-0-12-34.eu-west-1.compute.internal",
            "restartPolicy": "Never",
            "serviceAccountName": "ci",
            "priority": 0,
            "terminationGracePeriodSeconds": 30,
            "tolerations": [
                {
                    "effect": "NoExecute",
                    "key": f"node.kubernetes.io/{key}",
                    "operator": "Exists",
                    "tolerationSeconds": 300,
                }
                for key in ("not-ready", "unreachable")
            ],
        },
        "status": {
            "phase": "Succeeded",
            "podIP": "10.1.2.3",
            "startTime": created,
            "conditions": [
                {"type": kind, "status": "True", "lastTransitionTime": created, "reason": "PodCompleted"}
                for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")
            ],
            "containerStatuses": [_container_status(container, created) for container in containers],
        },
    }


def _container(position: int, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "image": f"registry.example.com/ci/{name}:1.25.3",
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c", "exec /app/run --config /etc/app/config.yaml --verbose"],
        "env": [{"name": f"VAR_{number}", "value": f"value-{number}"} for number in range(6)],
        "ports": [{"containerPort": 8080 + position, "name": "http", "protocol": "TCP"}],
        "resources": {"limits": {"cpu": "500m", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "terminationMessagePath": "/dev/termination-log",
    }


def _container_status(container: dict[str, Any], at: str) -> dict[str, Any]:
    digest = "9c0d8f6b4b1f0c3e9ad8a2d53b1f7a2e" * 2
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": f"{container['image']}@sha256:{digest}",
        "containerID": f"containerd://{digest}",
        "ready": False,
        "restartCount": 0,
        "state": {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": at, "finishedAt": at}},
    }


def main() -> int:
    """Print the rows; the exit code says whether the bounds hold."""
    measured = rows()
    print(f"{'expression':<14}{'library µs':>12}{'zen-gc µs':>12}{'ratio':>8}")
    for name, _, library, ours in measured:
        print(f"{name:<14}{library:>12.2f}{ours:>12.2f}{library / ours:>8.1f}")
    print(f"{'median':<38}{statistics.median(row[2] / row[3] for row in measured):>8.1f}")
    broken = failures(measured)
    compilation = slowest_compilation()
    print(f"slowest compilation: {compilation:.0f} µs")
    if compilation > COMPILE_BOUND_US:
        broken.append(f"compiling takes {compilation:.0f} µs, not {COMPILE_BOUND_US:g}")
    attack, milliseconds = slowest_attack()
    print(f"slowest attack: {milliseconds:.0f} ms ({attack})")
    if milliseconds > ATTACK_BOUND_MS:
        broken.append(f"an attack takes {milliseconds:.0f} ms, not {ATTACK_BOUND_MS:g}: {attack}")
    print("\n".join(broken or ["every bound holds"]))
    return len(broken) > 0


if __name__ == "__main__":
    sys.exit(main())

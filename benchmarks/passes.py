"""One pass over many objects, against a loop that only fetches and splits the pages."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure, show
from benchmarks.serving import embedded, real

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 3
MANY = 100_000
FEW = 10_000
EMBEDDED, REAL = (1.5, 2.5), (1.05, 1.15)
"""How much longer a pass may take than the raw loop, and how much more CPU: an API server has more work to do for both."""


def run() -> bool:
    """Measure, print, and say whether all bounds hold."""
    with embedded(FEW) as kubeconfig:
        few = one_pass(kubeconfig, "sweep", 3)
    with embedded(MANY) as kubeconfig:
        raw, swept = _rounds(kubeconfig)
        holds = show(
            f"One pass over {MANY:,} Pods of 4 KB, three policies, embedded cluster",
            _figures(raw, swept, few, EMBEDDED),
        )
        holds = show(f"Retaining, of {MANY:,} Pods in 1,000 groups", _retaining(kubeconfig)) and holds
    with embedded(FEW) as kubeconfig:
        thousand = one_pass(kubeconfig, "sweep", 1000)
        figures = [
            Figure("lists for a thousand policies on one resource", thousand["lists"], 1, unit=""),
            Figure("a thousand policies, per object and policy", thousand["cpu"] / FEW / 1000 * 1e6, unit="µs"),
        ]
        holds = show("A thousand policies on one resource", figures) and holds
    with real(MANY) as found:
        if found is not None:
            raw, swept = _rounds(found[0])
            where = f"{MANY:,} Pods of a real API server"
            holds = show(f"The same over {where}", _figures(raw, swept, None, REAL)) and holds
            holds = show(f"Retaining, of {where} in 1,000 groups", _retaining(found[0])) and holds
    return holds


def _retaining(kubeconfig: Path) -> list[Figure]:
    """A pass with and without ``retain``, in turn; plans are part of both."""
    figures = []
    for what, words in (("due", "everything due"), ("waiting", "nothing due yet")):
        which = [what, f"{what}+last", f"{what}+calendar"]
        rounds = [[one_pass(kubeconfig, "retain", each) for each in which] for _ in range(ROUNDS)]
        without, *having = (best([found[each] for found in rounds]) for each in range(len(which)))
        for retained, found in zip(("the last 3", "days and weeks, too"), having, strict=True):
            each, plain = (one["cpu"] / one["objects"] * 1e6 for one in (found, without))
            note = f"{each:.1f} µs an object, {plain:.1f} µs without"
            figures += [
                Figure(f"CPU, {words}, {retained}", found["cpu"] / without["cpu"], 1.3, note=note),
                Figure(f"memory beyond that, {words}, {retained}", found["rss"] - without["rss"], 20, unit="MiB"),
            ]
    return figures


def _rounds(kubeconfig: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The best of some rounds of each, taken in turn: what others do on the machine is not measured."""
    rounds = [(one_pass(kubeconfig, "raw", 0), one_pass(kubeconfig, "sweep", 3)) for _ in range(ROUNDS)]
    return best([raw for raw, _ in rounds]), best([swept for _, swept in rounds])


def best(results: list[dict[str, Any]]) -> dict[str, Any]:
    """The best of some rounds."""
    return {**results[0], **{name: min(result[name] for result in results) for name in ("wall", "cpu", "rss")}}


def one_pass(kubeconfig: Path, what: str, policies: int | str) -> dict[str, Any]:
    """One pass, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.passing", str(kubeconfig), what, str(policies)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def _figures(
    raw: dict[str, Any], swept: dict[str, Any], few: dict[str, Any] | None, most: tuple[float, float]
) -> list[Figure]:
    objects = swept["objects"]
    figures = [
        Figure(
            "wall, against the raw loop",
            swept["wall"] / raw["wall"],
            most[0],
            note=f"{swept['wall']:.1f} s, raw {raw['wall']:.1f} s",
        ),
        Figure(
            "CPU, against the raw loop",
            swept["cpu"] / raw["cpu"],
            most[1],
            note=f"{swept['cpu'] / objects * 1e6:.1f} µs an object, raw {raw['cpu'] / objects * 1e6:.1f} µs",
        ),
        Figure("peak memory", swept["rss"], 100, unit="MiB"),
    ]
    if few is not None:
        figures.append(Figure(f"peak memory, against {few['objects']:,} objects", swept["rss"] / few["rss"], 1.1))
    return figures


if __name__ == "__main__":
    sys.exit(0 if run() else 1)

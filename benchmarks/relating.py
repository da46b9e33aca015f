"""Gathering what Pods are related to, against a loop that only fetches and splits the pages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure, show
from benchmarks.passes import MANY, ROUNDS, best, one_pass
from benchmarks.serving import embedded, real

if TYPE_CHECKING:
    from pathlib import Path

MEASURED = {"related": "the claims that Pods mount", "unreferenced": "all that Pods and others refer to"}


def run() -> bool:
    """Measure on both servers, print, and say whether all bounds hold."""
    with embedded(MANY) as kubeconfig:
        holds = _gathering(kubeconfig, "an embedded cluster")
    with real(MANY) as found:
        return (found is None or _gathering(found[0], "a real API server")) and holds


def _gathering(kubeconfig: Path, where: str) -> bool:
    rounds = [[one_pass(kubeconfig, *which) for which in _PASSES] for _ in range(ROUNDS)]
    raw, *gathered = (best([found[each] for found in rounds]) for each in range(len(_PASSES)))
    figures = [figure for what, found in zip(MEASURED, gathered, strict=True) for figure in _figures(what, raw, found)]
    return show(f"Gathering, over {MANY:,} Pods of 4 KB of {where}", figures)


_PASSES: list[tuple[str, int | str]] = [("raw", 0), *(("gather", what) for what in MEASURED)]


def _figures(what: str, raw: dict[str, Any], found: dict[str, Any]) -> list[Figure]:
    each, plain = (one["cpu"] / one["objects"] * 1e6 for one in (found, raw))
    return [
        Figure(
            f"CPU against the raw loop: {MEASURED[what]}",
            found["cpu"] / raw["cpu"],
            1.5,
            note=f"{each:.1f} µs an object, raw {plain:.1f} µs",
        ),
        Figure(f"memory beyond it: {MEASURED[what]}", found["rss"] - raw["rss"], 40, unit="MiB"),
    ]


if __name__ == "__main__":
    sys.exit(0 if run() else 1)

"""``python -m tests.proof --part chaos --failovers 1000``: a part of the proof, as a whole, or all parts; and their figures."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cluster.controller.stage import EmbeddedStage, Stage
from tests.harness.control_plane import missing_binaries
from tests.harness.crds import install_crds
from tests.harness.embedded import InProcessCluster
from tests.harness.real import RealCluster
from tests.proof import clocks
from tests.proof.chaos.mutating import policies
from tests.proof.chaos.running import Arena, run
from tests.proof.figures import record
from tests.proof.load import Load
from tests.proof.load import printed as table_of
from tests.proof.own_cluster.guest import Guest, RefusedError
from tests.proof.own_cluster.witnessing import NOT_RUN, GuestOracle
from tests.proof.soak import soak
from tests.proof.teeth.biting import lives, played, printed
from tests.proof.teeth.launch import UNHARMED

if TYPE_CHECKING:
    from collections.abc import Callable

AT_A_TIME = 50
"""Failovers of one run of chaos: each has a cluster and an oracle of its own."""

ROOT = Path(__file__).parents[2]


def chaos(arguments: argparse.Namespace) -> bool:
    """Leaders fall; one run after the other until there were enough, and the sum of their tables."""
    if missing := missing_binaries():
        print(f"chaos: NOT RUN ({', '.join(missing)} missing: run `make apiserver`)")
        return False
    total: Counter[str] = Counter()
    befallen: Counter[str] = Counter()
    number, told, numbers = 0, "", ""
    while sum(total[each] for each in ("failovers",)) < arguments.failovers:
        seed = arguments.seed + number
        number += 1
        with tempfile.TemporaryDirectory() as place, RealCluster(controller_manager=True, audit=True) as cluster:
            install_crds(cluster)
            stage = Stage(cluster, cluster.namespace(), cluster.namespace())
            wanted = min(AT_A_TIME, arguments.failovers - total["failovers"])
            ran = run(Arena.own(stage), Path(place), seed, wanted, seconds=float("inf"))
        print(ran, flush=True)
        befallen += ran.befallen
        total["failovers"] += ran.failovers
        total["deletes"] += ran.counts.deletes
        total["copied first"] += ran.counts.copied
        total["marks"] += ran.counts.marks
        total["scaled"] += ran.counts.scaled
        total["held"] += ran.counts.held
        total["changes"] += ran.changes
        total["clocks off"] += ran.shifted
        total["replicas fallen by themselves"] += len(ran.fallen)
        for name, found in ran.counts.findings.items():
            total[name.replace("_", " ")] += len(found)
        told = ", ".join(f"{value:,} {name}" for name, value in sorted(befallen.items()))
        told += "; clocks that are off: NOT RUN" if clocks.missing() else ""
        numbers = ", ".join(f"{value:,} {name}" for name, value in total.items())
        # After each run: what was seen is kept, also where the others are not waited for.
        command = f"make proof PART=chaos N={total['failovers']} SEED={arguments.seed}"
        record("chaos", f"{numbers} ({told})", str(arguments.seed), command, beside=True)
    print(f"\n{number} runs from seed {arguments.seed} on: {told}\n{numbers}")
    good = {"failovers", "deletes", "copied first", "marks", "scaled", "held", "changes", "clocks off"}
    return not any(value for name, value in total.items() if name not in good)


def on_your_cluster(config: Path, failovers: int, seed: int) -> bool:
    """Leaders fall on a cluster that somebody else runs, in namespaces of our own; what cannot be counted there is said."""
    try:
        with Guest(config) as cluster, tempfile.TemporaryDirectory() as place:
            stage = Stage(cluster, cluster.place, cluster.home)
            chosen = policies([cluster.place], whole=False)
            oracle = GuestOracle(cluster)
            arena = Arena(stage, oracle, [cluster.place], chosen, ours=False)
            ran = run(arena, Path(place), seed, failovers, seconds=float("inf"))
    except RefusedError as error:
        print(f"own cluster: NOT RUN ({error})", file=sys.stderr)
        return False
    print(ran)
    print(f"{', '.join(name.replace('_', ' ') for name in NOT_RUN)}: NOT RUN (only the API server's audit log tells)")
    print("restarts of the API server and of etcd: NOT RUN (they are not ours)")
    print("cluster policies, marks, faults, teeth: NOT RUN (make proof)")
    return ran.counts.clean and not ran.fallen


def teeth(arguments: argparse.Namespace) -> bool:
    """Every guard is taken out once."""
    began = time.monotonic()
    table = played()
    print(printed(table))
    mutants = [bite for bite in table if bite.mutant != UNHARMED]
    caught = sum(not lives(bite) for bite in mutants)
    clean = sum(not lives(bite) for bite in table if bite.mutant == UNHARMED)
    figures = f"{caught} of {len(mutants)} mutants caught, by {clean} scenarios that pass without one, in {time.monotonic() - began:.0f} s"
    record("teeth", figures, "none", "make proof PART=teeth")
    return not any(map(lives, table))


def faults(arguments: argparse.Namespace) -> bool:
    """Every request to a real API server is broken in every way."""
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:randomly", "tests/proof/test_hostile_server.py"]
    environment = {**os.environ, "HOSTILE": "whole", "HOSTILE_SEED": str(arguments.seed)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout)
    sums = [line.split() for line in done.stdout.splitlines() if line.startswith("all ")]
    if sums and done.returncode == 0:
        _, pairs, runs, wrong, lost, hung = sums[-1]
        figures = f"{pairs} pairs of fault and verb, {runs} requests broken, {wrong} wrong, {lost} lost, {hung} hung"
        record("faults", figures, str(arguments.seed), "make proof PART=faults")
    return done.returncode == 0


def load(_: argparse.Namespace) -> bool:
    """Very many policies, slow clients, a log that nobody reads."""
    with InProcessCluster() as server, tempfile.TemporaryDirectory() as place:
        install_crds(server)
        rows = Load(EmbeddedStage(server, server.namespace(), server.namespace()), Path(place)).run()
    print(table_of(rows))
    record("load", "; ".join(f"{row.what}: {row.seen}" for row in rows), "none", "make proof PART=load")
    return all(row.good for row in rows)


def soaked(arguments: argparse.Namespace) -> bool:
    """Hours of churn."""
    if missing := missing_binaries():
        print(f"soak: NOT RUN ({', '.join(missing)} missing: run `make apiserver`)")
        return False
    with tempfile.TemporaryDirectory() as place, RealCluster(controller_manager=True) as cluster:
        install_crds(cluster)
        stage = Stage(cluster, cluster.namespace(), cluster.namespace())
        found = soak(stage, Path(place), arguments.seed, arguments.hours * 3600, partial(print, flush=True))
    print(found)
    record("soak", str(found), str(arguments.seed), f"make soak HOURS={arguments.hours:g}")
    return found.good


PARTS: dict[str, Callable[[argparse.Namespace], bool]] = {
    "chaos": chaos,
    "faults": faults,
    "load": load,
    "soak": soaked,
    "teeth": teeth,
}
ALL = ("chaos", "faults", "load", "teeth")
"""What is run when no part is named; a soak takes as many hours as are given to it."""


def argument_parser() -> argparse.ArgumentParser:
    """What the command line may say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=sorted(PARTS))
    parser.add_argument("--failovers", type=int, default=1000)
    parser.add_argument(
        "--cluster", type=Path, help="the kubeconfig of a cluster of yours, on which no policy is installed"
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    parser.add_argument("--hours", type=float, default=8.0, help="how long a soak takes")
    return parser


def main() -> None:
    """Run a part, or all; exits 1 when something is found, or does not run."""
    parser = argument_parser()
    arguments = parser.parse_args()
    if arguments.cluster:
        if arguments.part not in {None, "chaos"}:
            parser.error(f"--part {arguments.part} needs the server's processes: only chaos runs on a cluster of yours")
        raise SystemExit(0 if on_your_cluster(arguments.cluster, arguments.failovers, arguments.seed) else 1)
    well = [PARTS[part](arguments) for part in ([arguments.part] if arguments.part else ALL)]
    raise SystemExit(0 if all(well) else 1)


if __name__ == "__main__":
    main()

"""What policies take of objects, by the command that their authors would use: ``zen-gc plan``."""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tests.proof.mistakes.mutating import Mistake, mutate
from tests.proof.mistakes.objects import NOW, population
from tests.proof.mistakes.policies import make
from zen_gc_core.cli.commands.plan import command

EACH = 24
BATCH = 150


@dataclass
class Finding:
    """A mistake that deletes what the policy without it keeps."""

    mistake: Mistake
    before: dict[str, Any]
    after: dict[str, Any]
    taken: list[str]
    warnings: list[str]


def _counters() -> defaultdict[tuple[str, str], Counter[str]]:
    return defaultdict(Counter)


@dataclass
class Tally:
    """What came of many mistakes: per kind of mistake and place, how many were refused, warned of, harmless, harmful."""

    counts: dict[tuple[str, str], Counter[str]] = field(default_factory=_counters)
    findings: list[Finding] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in what came of other mistakes."""
        for key, counts in other.counts.items():
            self.counts[key].update(counts)
        self.findings += other.findings
        self.faults += other.faults


def plans(objects: list[dict[str, Any]], policies: list[dict[str, Any]], folder: Path) -> dict[str, dict[str, Any]]:
    """The plan of each policy, by its name."""
    (folder / "objects.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    (folder / "policies.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": policies}))
    now = NOW.isoformat().replace("+00:00", "Z")
    done = CliRunner().invoke(command, ["-f", str(folder), "--now", now, "-o", "json"], standalone_mode=False)
    if not done.stdout.startswith("{"):
        raise AssertionError(f"no plan: {done.exception!r} {done.stderr[:2000]}")
    return {plan["name"]: plan for plan in json.loads(done.stdout)["policies"]}


def taken(plan: dict[str, Any]) -> set[str]:
    """What a plan would delete."""
    return {f"{one['kind']}/{one['name']}" for one in plan["decisions"] if one["verdict"] == "act"}


def batch(seed: str, tally: Tally) -> None:
    """One batch of policies with their mistakes over one population."""
    dice = random.Random(seed)
    objects = population(dice, EACH)
    right = {f"r{n}": make(dice, f"r{n}") for n in range(BATCH)}
    wrong: dict[str, tuple[str, Mistake, dict[str, Any]]] = {}
    for name, policy in right.items():
        for turn in range(4):
            made = mutate(dice, policy)
            if made is not None:
                changed, mistake = made
                changed["metadata"] = {**policy["metadata"], "name": f"{name}-w{turn}"}
                wrong[f"{name}-w{turn}"] = (name, mistake, changed)
    with tempfile.TemporaryDirectory() as folder:
        found = plans(objects, [*right.values(), *(changed for _, _, changed in wrong.values())], Path(folder))
    for name in right:
        if not found[name]["valid"]:
            tally.faults.append(
                f"seed {seed}: a right policy is refused: {right[name]['spec']}: {found[name]['errors']}"
            )
    for name, (base, mistake, changed) in wrong.items():
        if found[base]["valid"]:
            before, after = right[base]["spec"], changed["spec"]
            _count(tally, Finding(mistake, before, after, [], []), found[base], found[name])


def one_batch(seed: str) -> Tally:
    """What came of one batch."""
    tally = Tally()
    batch(seed, tally)
    return tally


def _count(tally: Tally, tried: Finding, right: dict[str, Any], wrong: dict[str, Any]) -> None:
    counts = tally.counts[tried.mistake.kind, tried.mistake.place]
    counts["tried"] += 1
    if not wrong["valid"]:
        counts["refused"] += 1
        return
    more = sorted(taken(wrong) - taken(right))
    if wrong["warnings"]:
        counts["warned"] += 1
    if more:
        counts["deletes more"] += 1
        warnings = [one["message"] for one in wrong["warnings"]]
        tally.findings.append(replace(tried, taken=more, warnings=warnings))
    else:
        counts["keeps"] += 1

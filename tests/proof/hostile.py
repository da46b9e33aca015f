"""A controller behind the hostile proxy: faults one after the other, and what is seen from outside meanwhile."""

from __future__ import annotations

import contextlib
import json
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.cluster.controller.churn import POLICY, Mutator, Witness, eligible, mutate, witness
from tests.cluster.controller.stage import until
from tests.harness.certificates import write_certificate
from tests.harness.kubeconfig import kubeconfig
from tests.proof.health import Health
from tests.proof.proxy.bodies import BODIES
from tests.proof.proxy.messages import VERBS
from tests.proof.proxy.server import PROMISED, SLACK, Plan, Proxy
from tests.proof.proxy.wires import HOLDING, WIRES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.cluster.controller.controllers import Replica
    from tests.cluster.controller.stage import Stage

FAULTS = (*WIRES, *BODIES)
ENOUGH = 3
"""How many requests are broken by a fault before the next has its turn."""

SOON, LATER = 0.7, 3.0
"""Seconds after which the policies are edited again while a fault waits for requests, each time twice as many, so that a run on a
slow machine comes as far as its writes."""

MOST_ILL = 5.0
"""Seconds for which ``/healthz`` may say no at a stretch."""


def pairs() -> list[tuple[str, str]]:
    """Every fault on every verb, and on what has none: discovery."""
    return [(fault, verb) for fault in FAULTS for verb in (*VERBS, "")]


@dataclass
class Row:
    """What came of one fault on one verb.

    Args:
        runs: how many requests were broken.
        wrong: how many objects were deleted meanwhile that should have stayed.
        lost: how many objects were due when the fault ended and never went, nobody having changed them since.
        hung: how many requests were waited for longer than promised.
    """

    runs: int = 0
    wrong: int = 0
    lost: int = 0
    hung: int = 0


@dataclass
class Trial:
    """A controller behind the proxy, an adversary beside it, a witness beyond both.

    Args:
        seeking: a policy of a kind that is not served, for which discovery is asked again and again.
    """

    stage: Stage
    proxy: Proxy
    replica: Replica
    health: Health
    seen: Witness
    mutators: Sequence[Mutator]
    policy: str
    seeking: str
    table: dict[tuple[str, str], Row] = field(default_factory=dict)
    judged: int = 0
    due: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)
    suspects: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    wrong: list[dict[str, Any]] = field(default_factory=list)
    rounds: int = 0

    def break_for(self, fault: str, verb: str, *, patience: float, share: float, most: float, first: float) -> None:
        """Break requests of a verb until enough of them are broken, and look what came of it.

        Args:
            fault: how.
            verb: of which verb; empty: those of discovery.
            patience: for how many seconds a request is held.
            share: how many of them, of 1.
            most: for how many seconds.
            first: for how many seconds where none has been broken.
        """
        tally = self.proxy.tally(fault, verb)
        wanted, began, stirred, pause = tally.broken + ENOUGH, time.monotonic(), float("-inf"), SOON
        before = tally.broken
        self.proxy.plan = Plan(fault, verb, share, patience)
        if verb == "watch":
            self.proxy.drop_watches()
        while tally.broken < wanted and time.monotonic() - began < (
            most if tally.broken > before else max(most, first)
        ):
            if time.monotonic() - stirred > pause:
                self._stir()
                stirred, pause = time.monotonic(), min(2 * pause, LATER)
            time.sleep(0.05)
        time.sleep(0.2)
        if verb == "watch":
            self._stir()
            time.sleep(0.3)
        self.proxy.plan = Plan()
        if verb == "watch":
            self.proxy.drop_watches()
        self.table.setdefault((fault, verb), Row())
        self.due.setdefault((fault, verb), set()).update(self._due())
        self._note_suspects(fault, verb)

    def _due(self) -> set[tuple[str, str]]:
        """What is there and due now: each object, and its state."""
        answer = self.stage.cluster.request("GET", f"/api/v1/namespaces/{self.stage.namespace}/configmaps")
        found = [item["metadata"] for item in answer.body["items"] if eligible(item)]
        return {(metadata["uid"], metadata["resourceVersion"]) for metadata in found}

    def _stir(self) -> None:
        """Edit the policies: they are told of, compiled, and run at once, whatever became of their last run."""
        self.rounds += 1
        for policy in (self.policy, self.seeking):
            self.stage.edit(policy, {"behavior": {"maxDeletionsPerSecond": 500 + self.rounds}})

    def _note_suspects(self, fault: str, verb: str) -> None:
        """Note what went since the last look and should not have; whether the adversary did it is known when it has ended."""
        ended = self.seen.ended[self.judged :]
        self.judged += len(ended)
        self.suspects += [(fault, verb, item) for item in ended if not eligible(item)]

    def settle(self, patience: float = 90.0) -> None:
        """End the adversary, and wait for some seconds until the controller has done all that there is to do: it is served again."""
        for each in self.mutators:
            each.end()
        with contextlib.suppress(AssertionError):  # the table says what is lost
            until(lambda: not self._due(), "what is due goes when all is well", patience)
        left = self._due()
        for pair, due in self.due.items():
            self.table[pair].lost = len(due & left)
        afterwards = left.difference(*self.due.values())
        if afterwards:
            self.table[("", "afterwards")] = Row(lost=len(afterwards))
        self._note_suspects("", "afterwards")
        own = set().union(*(each.deleted for each in self.mutators))
        for fault, verb, item in self.suspects:
            if item["metadata"]["uid"] not in own:
                self.table.setdefault((fault, verb), Row()).wrong += 1
                self.wrong.append(item)
        for (fault, verb), tally in self.proxy.tallies.items():
            row = self.table.setdefault((fault, verb), Row())
            row.runs, row.hung = tally.broken, tally.overdue

    @property
    def unmet(self) -> list[str]:
        """The faults that met no request, of which the table says nothing."""
        return [
            f"{fault} on {verb or 'discovery'}" for (fault, verb), row in sorted(self.table.items()) if not row.runs
        ]

    def printed(self) -> str:
        """The table."""
        lines = [f"{'fault':16} {'verb':10} {'runs':>6} {'wrong':>6} {'lost':>6} {'hung':>6}"]
        for (fault, verb), row in sorted(self.table.items()):
            lines.append(f"{fault:16} {verb or 'discovery':10} {row.runs:6} {row.wrong:6} {row.lost:6} {row.hung:6}")
        rows = self.table.values()
        total = [sum(getattr(row, name) for row in rows) for name in ("runs", "wrong", "lost", "hung")]
        lines.append(f"{'all':16} {len(self.table):10} " + " ".join(f"{each:6}" for each in total))
        lines.append(f"{len(self.unmet)} met no request{': ' if self.unmet else ''}{', '.join(self.unmet)}")
        return "\n".join(lines)


@contextlib.contextmanager
def trial(stage: Stage, replica: Callable[..., Replica], directory: Path, seed: int, pause: float) -> Any:
    """Start a controller behind a proxy with a seed, beside an adversary that pauses between its changes."""
    write_certificate(directory / "proxy.crt", directory / "proxy.key")
    authority = stage.cluster.authority
    assert authority is not None
    policy = stage.policy(
        evaluationInterval="1s", behavior={"maxDeletionsPerSecond": 500, "breaker": {"minObjects": 10**6}}, **POLICY
    )
    seeking = stage.policy(targetResources=[{"apiVersion": "nothing.example/v1", "kind": "Nothing"}])
    with contextlib.ExitStack() as ends:
        proxy = ends.enter_context(
            Proxy(stage.cluster.url, authority, directory / "proxy.crt", directory / "proxy.key", seed)
        )
        token = json.loads(stage.cluster.kubeconfig_path.read_text())["users"][0]["user"]["token"]
        config = directory / "hostile.kubeconfig"
        url = f"https://127.0.0.1:{proxy.port}"
        config.write_text(json.dumps(kubeconfig(url, token=token, authority=directory / "proxy.crt")))
        seen = witness(stage)
        ends.callback(seen.end)
        started = replica(stage, config=config).awake()
        started.await_record("became leader")
        mutators = mutate(stage, 2, pause)
        for each in mutators:
            ends.callback(each.end)
        health = Health(started)
        health.start()
        ends.callback(health.end)
        yield Trial(stage, proxy, started, health, seen, mutators, policy, seeking)


def sampled(seed: int, size: int) -> list[tuple[str, str]]:
    """Some of the pairs: each fault at least once, as far as the size goes."""
    chance = random.Random(seed)
    first = [(fault, chance.choice(VERBS)) for fault in chance.sample(FAULTS, len(FAULTS))]
    return (first + chance.sample(pairs(), len(pairs())))[:size]


def patience_of(fault: str, verb: str, *, whole: bool) -> float:
    """For how long the proxy holds a request: until its client should have given up, where there is time for that."""
    promised = PROMISED[verb] + SLACK + 5.0
    return promised if whole and fault in HOLDING else 2.0

"""What a plain policy pays for the parts of the language that it does not use: the tally, against one that knows none of them.

No cluster, and no list: the same pages of 100,000 Pods, made candidates and offered to both in turn, page by page.
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
import time
from typing import TYPE_CHECKING, Any

import msgspec
import orjson

from benchmarks.figures import Figure, show
from benchmarks.objects import pod
from benchmarks.passing import NOW
from zen_gc_core.engine import judging
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.protections import Grants, Protections, needs_whole
from zen_gc_core.engine.selecting import in_scope
from zen_gc_core.engine.tallying import Tally
from zen_gc_core.errors import Undecided
from zen_gc_core.keywords import Namespace, Run
from zen_gc_core.model.decision import KeptBy
from zen_gc_core.model.heads import Head, Items
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import Target

ROUNDS = 7
MANY = 100_000
DISTINCT = 10_000
PAGE = 500
BOUND = 1.05
INTERVAL = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)

SPEC: dict[str, Any] = {
    "targetResources": [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "namespaces": ["*"],
            "labelSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["ci-3"]}]},
        }
    ],
    "ttl": {"afterCreation": "12h"},
}
"""Six of seven objects are taken, and the time of half of these has come."""

CONDITIONS: dict[str, dict[str, Any]] = {
    "hasLabels": {"hasLabels": [{"key": "app", "value": "ci-2"}]},
    "phase": {"phase": ["Succeeded", "Failed"]},
}
"""One of the metadata, which costs next to nothing, and one for which the status is decoded."""


class _Page(msgspec.Struct):
    items: list[Head]


_decode = msgspec.json.Decoder(_Page).decode


class BareTally(Tally):
    """The tally as the first part of the language needed it.

    It knows of no mark that must go, no notice, no small runs, no opting in and no wildcards.
    """

    __slots__ = ()

    def offer(self, candidate: Candidate) -> None:
        """Take in one object of the kind."""
        if self._takes_all_of is None or candidate.namespace in self._takes_all_of:
            self.scanned += 1
            self._judge(candidate)
            return
        try:
            reached = in_scope(self._targets, candidate, self._case.run)
            if not reached:
                return
            self.scanned += 1
            if not _selected(reached, candidate):
                return
        except Undecided as doubt:
            self.scanned += 1
            self.matched += 1
            words = "cannot tell whether the policy looks at it"
            self._keep(judging.keep(candidate, KeptBy.ERROR, f"{words}: {doubt}", words))
            return
        self._judge(candidate)

    def _judge(self, candidate: Candidate) -> None:
        self.matched += 1
        case = self._case
        if candidate.owner_references:
            self.guards.look_at(candidate, self._owner_kinds, case.protections, case.run)
        owner_matters = candidate.complete or not needs_whole(candidate, case.compiled.lifted, case.run.finishing)
        answer = judging.due(case.compiled, candidate, case.run, case.protections, owner_matters=owner_matters)
        if isinstance(answer, dt.datetime):  # what is yet to come
            answer = None
        self._note(answer, candidate, owner_matters=owner_matters)


def _selected(targets: Sequence[Target], candidate: Candidate) -> bool:
    for target in targets:
        if (
            (target.label_selector is None or target.label_selector.takes(candidate.labels))
            and target.takes_name(candidate.name)
            and (target.field_selector is None or target.field_selector.takes(candidate.get))
        ):
            return True
    return False


def run() -> bool:
    """Measure, print, and say whether all bounds hold."""
    pages = _pages()
    gc.freeze()  # as the controller does when it has started
    figures = []
    for name, conditions in CONDITIONS.items():
        case = _case(conditions)
        for what, ahead in (("a pass", False), ("judging alone", True)):
            ours, bare = _best(case, pages, ahead=ahead)
            note = f"{ours / MANY * 1e6:.2f} µs an object, {bare / MANY * 1e6:.2f} µs without"
            figures.append(Figure(f"CPU of {what}, against the bare tally, {name}", ours / bare, BOUND, note=note))
    return show(f"A plain policy over {MANY:,} Pods of 4 KB, no cluster", figures)


def _pages() -> list[bytes]:
    """Pages of Pods that were made evenly over the last day; ten times as many are a pass."""
    items = []
    for number in range(DISTINCT):
        made = pod(number)
        created = NOW - DAY * ((number * 7919 % DISTINCT) / DISTINCT)
        made["metadata"]["creationTimestamp"] = f"{created:%Y-%m-%dT%H:%M:%SZ}"
        items.append(made)
    return [orjson.dumps({"items": items[first : first + PAGE]}) for first in range(0, DISTINCT, PAGE)]


def _case(conditions: dict[str, Any]) -> Case:
    """A run as the controller makes it: nothing is recorded, and what comes before the next pass is remembered."""
    document = {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "ClusterGarbageCollectionPolicy",
        "metadata": {"name": "plain"},
        "spec": {**SPEC, "conditions": conditions},
    }
    compiled = compile_policy(parse_policy(document), load_plugins(installed_entry_points()).vocabulary).compiled
    if compiled is None:
        raise SystemExit("the policy of the benchmark is invalid")
    run = Run(NOW, compiled.reference, lambda name: Namespace(name, {}, {}, {}), finishing=compiled.finishing)
    return Case(compiled, run, Protections(Grants()), upcoming_until=NOW + INTERVAL)


def _best(case: Case, pages: list[bytes], *, ahead: bool) -> tuple[float, float]:
    """The best time of some rounds of each; ``ahead``: the candidates are made before the clock is looked at."""
    rounds = [_round(case, pages, ahead=ahead, turn=number % 2) for number in range(ROUNDS)]
    return min(ours for ours, _ in rounds), min(bare for _, bare in rounds)


def _round(case: Case, pages: list[bytes], *, ahead: bool, turn: int) -> tuple[float, float]:
    """The CPU time of a pass through each; who comes first changes with every page."""
    targets = case.compiled.policy.targets
    tallies = (Tally(case, targets), BareTally(case, targets))
    spent = [0.0, 0.0]
    for number, page in enumerate(pages * (MANY // DISTINCT)):
        first = (number + turn) % 2
        for which in (first, 1 - first):
            spent[which] += _offered(tallies[which], page, ahead=ahead)
    ours, bare = ((each.scanned, each.matched, each.due, each.kept) for each in tallies)
    if ours != bare:
        raise SystemExit(f"the two do not agree: {ours} and {bare}")
    return spent[0], spent[1]


def _offered(tally: Tally, page: bytes, *, ahead: bool) -> float:
    """The CPU time of a page: of decoding it, too, unless that is done before."""
    offer = tally.offer
    began = time.process_time()
    objects: Iterable[JsonCandidate] = JsonCandidate.of_page(
        Items(page, _decode(page).items), api_version="v1", kind="Pod"
    )
    if ahead:
        objects = list(objects)
        began = time.process_time()
    for candidate in objects:
        offer(candidate)
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(0 if run() else 1)

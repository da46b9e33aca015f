"""Gathering for several policies at once: each knows what it would know alone, and each resource is listed once."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from tests.unit.controller.test_gathering import LEASES, PODS, WIDGETS, Surveyed
from tests.unit.engine.situations import compiled, document, run_of
from zen_gc_core.cluster.errors import AccessDenied, ListIncomplete
from zen_gc_core.cluster.listing import Restart
from zen_gc_core.controller.runs import gathering, gathering_shares
from zen_gc_core.controller.runs.gathering import Gatherer
from zen_gc_core.controller.runs.gathering_shares import Need
from zen_gc_core.engine import relating
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.policy import CLUSTER, NAMESPACED

POD = {"apiVersion": "v1", "kind": "Pod"}
PATHS = {"theirs": "spec.volumes[].configMap.name", "mine": "metadata.name"}
MOUNTS = {**POD, "by": PATHS, "are": "none"}
CONDITIONS = (
    {"unreferenced": True},
    {"none": [{"unreferenced": True}]},
    {"related": [MOUNTS]},
    {"related": [{**MOUNTS, "namespace": "any"}]},
    {"related": [{**POD, "by": "owned", "are": "none", "where": {"phase": ["Running"]}}]},
    {"related": [{**POD, "by": "owner", "are": "any"}, MOUNTS]},
    {"related": [{**POD, "by": {**PATHS, "theirs": "spec.who"}, "are": "none"}]},
)
SPACES = "abcdefgh"


def pod(number, draw):
    """A Pod of some Namespace; some are such that nothing can be told of them."""
    metadata = {"name": f"p{number}", "namespace": draw.choice(SPACES), "uid": f"u{number}"}
    if draw.random() < 0.4:
        metadata["ownerReferences"] = [
            {"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": f"o{draw.randrange(9)}"}
        ]
    spec = {"volumes": [{"configMap": {"name": f"c{draw.randrange(9)}"}} for _ in range(draw.randrange(3))]}
    if draw.random() < 0.05:
        spec["volumes"] = "odd"
    document = {**POD, "metadata": metadata, "spec": spec, "status": {"phase": draw.choice(["Running", "Failed"])}}
    if draw.random() < 0.05:
        document["status"] = {"phase": 3}
    if draw.random() < 0.03:
        del metadata[draw.choice(["name", "namespace"])]
    return document


class Lists:
    """A cluster of Pods, and which lists of it were asked for."""

    def __init__(self, monkeypatch, draw):
        self.pods = [pod(number, draw) for number in range(40)]
        self.asked, self.errors, self.restart = [], {}, False
        monkeypatch.setattr(gathering, "pages", self._pages)
        monkeypatch.setattr(gathering, "candidates", lambda page: map(JsonCandidate.from_object, page.items))

    def _pages(self, _connection, resource, selection, *, check_cancelled):
        check_cancelled()
        self.asked.append((resource.plural, selection.namespace))
        if (error := self.errors.get(selection.namespace)) is not None:
            raise error
        there = self.pods if resource is PODS else []
        if selection.namespace is not None:  # whose list an object without a Namespace is in, nobody can tell
            there = [each for each in there if each["metadata"].get("namespace", "") in {"", selection.namespace}]
        for begin in range(0, len(there), 15):
            if self.restart and begin == 15 and self.asked.count((resource.plural, selection.namespace)) == 1:
                yield SimpleNamespace(items=there[5:9])
                yield Restart(1)
                yield SimpleNamespace(items=there[:15])
            yield SimpleNamespace(items=there[begin : begin + 15])


@pytest.fixture(params=range(40))
def draw(request):
    """Chance, the same each time."""
    return random.Random(request.param)


def needs_of(draw, count):
    """What some policies have to know, of all Namespaces or of some."""
    needs = []
    for _ in range(count):
        conditions = draw.choice(CONDITIONS)
        within = frozenset(draw.sample(SPACES, draw.randrange(1, 8))) if draw.random() < 0.7 else None
        if len(within or ()) > 1 or within is None:
            of = compiled(document(CLUSTER, conditions=conditions))
        else:
            (space,) = within
            if "namespace" in str(conditions):
                conditions = CONDITIONS[0]
            policy = document(NAMESPACED, target={"apiVersion": "v1", "kind": "ConfigMap"}, conditions=conditions)
            policy["metadata"]["namespace"] = space
            of = compiled(policy)
        needs.append(Need(of.relations, run_of(of), within))
    return needs


def answers(need, known):
    """What is found of every object that the policy may judge, or that it cannot be told."""
    found = []
    for each in need.relations:
        for space in sorted(need.namespaces or SPACES):
            keys = [("", f"u{number}") for number in range(40)] + [("", f"o{number}") for number in range(9)]
            keys += [(where, f"c{number}") for number in range(9) for where in (space, "*")]
            found += [known[each.relation].find([key], space) for key in keys]
    return found


def test_together_each_knows_what_it_would_know_alone(monkeypatch, draw):
    """Of every object, whoever rides along; a list that begins anew tells nothing twice."""
    lists = Lists(monkeypatch, draw)
    needs = needs_of(draw, draw.randrange(2, 6))
    gatherer = Gatherer(None, Surveyed(PODS, WIDGETS, LEASES))
    alone = [answers(need, gatherer.gather([need])[0]) for need in needs]
    lists.asked.clear()
    lists.restart = draw.random() < 0.5
    together = [answers(need, known) for need, known in zip(needs, gatherer.gather(needs), strict=True)]
    assert together == alone
    assert len(lists.asked) == len(set(lists.asked))


@pytest.mark.parametrize("count", [1, 2, 30])
def test_a_resource_is_listed_once_however_many_look_at_it(monkeypatch, count):
    """And so is asked what there is."""
    lists = Lists(monkeypatch, random.Random(1))
    lists.pods = []
    served = Surveyed(PODS, WIDGETS)
    surveys = []
    monkeypatch.setattr(served, "all_served", lambda: surveys.append(1) or (served.served, ()))
    policies = [compiled(document(conditions=CONDITIONS[number % 3])) for number in range(count)]
    Gatherer(None, served).gather([Need(each.relations, run_of(each), None) for each in policies])
    assert sorted(lists.asked) == [("pods", None), ("widgets", None)]
    assert len(surveys) == 1


@pytest.mark.parametrize("error", [ListIncomplete("half of it"), AccessDenied("list", "pods")])
def test_a_list_that_fails_is_known_to_nobody(monkeypatch, error):
    """Who may be told by the lists of its Namespaces is, where all may not be listed."""
    lists = Lists(monkeypatch, random.Random(1))
    lists.pods, lists.errors[None] = [], error
    everywhere, within = (compiled(document(conditions={"related": [MOUNTS]})) for _ in range(2))
    needs = [
        Need(everywhere.relations, run_of(everywhere), None),
        Need(within.relations, run_of(within), frozenset("ab")),
    ]
    first, second = (next(iter(known.values())) for known in Gatherer(None, Surveyed(PODS)).gather(needs))
    assert first.unknown is not None
    assert (second.unknown is None) is isinstance(error, AccessDenied)


def test_who_takes_too_long_is_told_nothing_and_the_others_all(monkeypatch):
    """Whatever it asks costs nobody else."""
    lists = Lists(monkeypatch, random.Random(3))
    lists.pods = [each for each in lists.pods if each["metadata"].get("namespace") and each["metadata"].get("name")]
    time = [0.0]
    monkeypatch.setattr(gathering_shares, "thread_time", lambda: time[0])
    slow, quick = (compiled(document(conditions=CONDITIONS[which])) for which in (4, 2))

    def where(_candidate, _run):
        time[0] += 31.0
        return True

    object.__setattr__(slow.relations[0].relation, "where", where)
    needs = [Need(each.relations, run_of(each), None) for each in (slow, quick)]
    told, all_told = (next(iter(known.values())) for known in Gatherer(None, Surveyed(PODS)).gather(needs))
    assert "took more than 30 s" in told.unknown
    assert all_told.unknown is None
    alone = Gatherer(None, Surveyed(PODS)).gather(needs[1:])[0]
    assert all_told.marks == next(iter(alone.values())).marks
    assert len(all_told.marks) > 3


def test_too_many_names_for_one_leave_the_lists_of_others_as_they_are(monkeypatch):
    """Who looks at several kinds may know too many, while another one who shares one of them does not."""
    lists = Lists(monkeypatch, random.Random(3))
    lists.pods = [
        {
            **POD,
            "metadata": {"name": f"p{n}", "namespace": "a"},
            "spec": {"volumes": [{"configMap": {"name": f"c{n}"}}]},
        }
        for n in range(9)
    ]
    of = compiled(document(conditions={"unreferenced": True}))
    need = Need(of.relations, run_of(of), None)
    gathered = relating.Gathered(of.relations[0].relation)
    other = relating.Gathered(of.relations[0].relation)
    shared = relating.Gathering(relating.Source.of_referring(of.relations[0].relation.of("", "Pod")), need.run)
    for each in lists.pods:
        shared.offer(JsonCandidate.from_object(each))
    monkeypatch.setattr(relating, "MOST_KEYS", 12)
    gathered.add(shared, "one")
    other.add(shared, "one")
    gathered.add(relating.Gathering(shared.source, need.run, marks=dict.fromkeys(range(9), 1)), "two")
    assert "more than 12" in gathered.related().unknown
    assert gathered.related().marks == {}
    assert other.related().unknown is None
    assert other.related().find([("a", "c3")], "a").any()

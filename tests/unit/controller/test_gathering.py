"""Gathering related objects: which lists are asked for, and that what is missing is never nothing."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.unit.engine.situations import compiled, document, run_of
from zen_gc_core.cluster.errors import AccessDenied, Cancelled, ListIncomplete, NotFound, TargetUnavailable
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.controller.runs import gathering, gathering_shares
from zen_gc_core.controller.runs.gathering import Gatherer
from zen_gc_core.controller.runs.gathering_shares import Need
from zen_gc_core.errors import Undecided
from zen_gc_core.model.policy import CLUSTER, NAMESPACED
from zen_gc_core.model.schemas import NOT_TOLD

PODS = Resource("", "v1", "pods", "Pod", namespaced=True, verbs=frozenset({"list"}))


class Served:
    """What a cluster serves."""

    schemas = SimpleNamespace(tell=lambda questions: [NOT_TOLD] * len(questions))

    def __init__(self, resource=PODS):
        self.resource = resource
        self.forgotten = []

    def resolve(self, _api_version, _kind):
        if self.resource is None:
            raise TargetUnavailable("v1 has no kind Pod")
        return self.resource

    def forget(self, resource):
        self.forgotten.append(resource)


def policy(**more):
    by = {"theirs": "spec.a", "mine": "metadata.name"} if "namespace" in more else "owned"
    return compiled(
        document(conditions={"related": [{"apiVersion": "v1", "kind": "Pod", "by": by, "are": "none", **more}]})
    )


@pytest.fixture
def lists(monkeypatch):
    """The namespaces that were listed; what a list of one raises is in ``errors``."""
    asked, errors = [], {}

    def pages(_connection, _resource, selection, *, check_cancelled):
        check_cancelled()
        asked.append(selection.namespace)
        if selection.namespace in errors:
            raise errors[selection.namespace]
        return iter(())

    monkeypatch.setattr(gathering, "pages", pages)
    return asked, errors


def gathered(of, namespaces, resources=None, check=bool):
    run = run_of(of)
    (found,) = Gatherer(None, resources or Served(), check).gather([Need(of.relations, run, namespaces)])
    (related,) = found.values()
    return related


@pytest.mark.parametrize(
    ("namespaces", "crosses", "asked"),
    [
        ({"a", "b"}, False, ["a", "b"]),
        (set("abcdef"), False, [None]),
        (None, False, [None]),
        ({"a"}, True, [None]),
    ],
)
def test_a_list_is_no_wider_and_no_narrower_than_the_relation(lists, namespaces, crosses, asked):
    """A few namespaces one by one, unless objects of others may matter."""
    more = {"namespace": "any"} if crosses else {}
    gathered(policy(**more), namespaces and frozenset(namespaces))
    assert lists[0] == asked


def test_no_namespaces_are_an_error_and_no_empty_answer(lists):
    """Nothing was looked at."""
    related = gathered(policy(), frozenset())
    assert "no namespace was given" in str(related.unknown)
    with pytest.raises(Undecided):
        related.find([("", "u")], "a")
    assert lists[0] == []


@pytest.mark.parametrize("error", [ListIncomplete("half of it"), AccessDenied("list", "pods", "b"), NotFound("gone")])
def test_what_fails_leaves_open_what_is_there(lists, error):
    """Of one namespace is of all: who asks does not know which."""
    lists[1]["b"] = error
    related = gathered(policy(), frozenset({"a", "b"}))
    with pytest.raises(Undecided, match="Pod objects are not known"):
        related.find([("", "u")], "a").none()


def test_where_all_may_not_be_listed_some_may(lists):
    """A right in each namespace is enough, unless objects of others may matter."""
    lists[1][None] = AccessDenied("list", "pods")
    assert gathered(policy(), frozenset("abcdef")).unknown is None
    assert lists[0] == [None, *"abcdef"]
    assert gathered(policy(namespace="any"), frozenset("abcdef")).unknown is not None


@pytest.mark.parametrize("resource", [None, replace(PODS, aggregated=True), replace(PODS, aggregated=None)])
def test_a_kind_that_kubernetes_does_not_serve_is_not_known(lists, resource):
    """Nor one of which that cannot be told."""
    related = gathered(policy(), None, Served(resource))
    with pytest.raises(Undecided):
        related.find([("", "u")], "a").none()
    assert lists[0] == []


def test_nobody_waits_for_a_list_when_the_program_ends(lists):
    """What the check raises ends everything, and is no answer."""

    def check():
        raise Cancelled("the program is ending")

    with pytest.raises(Cancelled):
        gathered(policy(), None, check=check)


WIDGETS = Resource("acme.io", "v1", "widgets", "Widget", namespaced=True, verbs=frozenset({"list", "delete"}))
DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment", namespaced=True, verbs=frozenset({"list", "delete"}))
LEASES = Resource("coordination.k8s.io", "v1", "leases", "Lease", namespaced=True, verbs=frozenset({"list"}))


class Surveyed(Served):
    """All that a cluster serves."""

    def __init__(self, *served, silent=()):
        super().__init__()
        self.served = served
        self.silent = silent

    def all_served(self):
        return self.served, self.silent


@pytest.mark.parametrize(
    ("served", "silent", "asked", "unknown"),
    [
        ((PODS, DEPLOYMENTS, WIDGETS), (), ["pods", "deployments", "widgets"], None),
        ((PODS, replace(WIDGETS, version="v2"), WIDGETS), (), ["pods", "widgets"], None),
        ((PODS, LEASES), (), ["pods"], None),
        ((PODS,), ("acme.io/v1",), ["pods"], "acme.io/v1 objects are not known: its API server does not answer"),
        ((PODS,), ("metrics.k8s.io/v1beta1",), ["pods"], None),
        ((replace(DEPLOYMENTS, version="v1beta1"),), (), [], "served in versions of which no table says what it names"),
        ((replace(DEPLOYMENTS, version="v1beta1"), DEPLOYMENTS), (), ["deployments"], None),
        (
            (replace(WIDGETS, verbs=frozenset({"delete"})),),
            (),
            [],
            "Widget objects are not known: they cannot be listed",
        ),
        ((replace(WIDGETS, verbs=frozenset({"create"})),), (), [], None),
        ((replace(WIDGETS, aggregated=True),), (), ["widgets"], None),
    ],
)
def test_unreferenced_asks_every_kind_that_is_served(monkeypatch, served, silent, asked, unknown):
    """Once, in a version of which it is known what it names; what is not known of one leaves all open."""
    listed = []

    def pages(_connection, resource, _selection, *, check_cancelled):
        check_cancelled()
        listed.append(resource.plural)
        return iter(())

    monkeypatch.setattr(gathering, "pages", pages)
    of = compiled(document(conditions={"unreferenced": True}))
    related = gathered(of, None, Surveyed(*served, silent=silent))
    assert sorted(listed) == sorted(asked)
    assert related.unknown is None if unknown is None else unknown in related.unknown
    if unknown is not None:
        with pytest.raises(Undecided):
            related.find([("a", "x")], "a").none()


def test_what_is_not_known_is_told_the_same_whichever_list_was_first(monkeypatch):
    """Several are under way at the same time; a status that flaps would be written again and again."""
    kinds = [replace(WIDGETS, kind=f"Widget{number}", plural=f"widgets{number}") for number in range(12)]

    def pages(_connection, resource, _selection, *, check_cancelled):
        check_cancelled()
        time.sleep(random.random() / 100)
        raise ListIncomplete(f"the list of {resource} is incomplete")

    monkeypatch.setattr(gathering, "pages", pages)
    of = compiled(document(conditions={"unreferenced": True}))
    said = {gathered(of, None, Surveyed(*kinds)).unknown for _ in range(5)}
    assert said == {
        "Widget0 objects are not known: the list of widgets0.acme.io is incomplete; nor are those of 11 other kinds"
    }


def test_what_ends_one_list_ends_all(monkeypatch):
    """And is raised, whichever it was."""
    kinds = [replace(WIDGETS, kind=f"Widget{number}", plural=f"widgets{number}") for number in range(12)]
    ended = threading.Event()

    def pages(_connection, _resource, _selection, *, check_cancelled):
        check_cancelled()
        ended.set()
        check_cancelled()
        return iter(())

    def check():
        if ended.is_set():
            raise Cancelled("the program is ending")

    monkeypatch.setattr(gathering, "pages", pages)
    with pytest.raises(Cancelled):
        gathered(compiled(document(conditions={"unreferenced": True})), None, Surveyed(*kinds), check)


@pytest.mark.parametrize(
    ("kind", "lists", "seconds", "known"),
    [(NAMESPACED, 1, 4.9, True), (NAMESPACED, 1, 5.1, False), (NAMESPACED, 12, 2.6, False), (CLUSTER, 12, 29.9, True)],
)
def test_looking_has_an_allowance_of_processor_time(monkeypatch, kind, lists, seconds, known):
    """A namespaced policy 5 s for a list and 30 s for all of them, a cluster policy 30 s for a list."""
    kinds = [replace(WIDGETS, kind=f"Widget{number}", plural=f"widgets{number}") for number in range(lists)]
    clock = iter(range(1000))
    target = {"apiVersion": "v1", "kind": "ConfigMap", **({"namespaces": ["*"]} if kind == CLUSTER else {})}
    of = compiled(document(kind, target=target, conditions={"unreferenced": True}))
    monkeypatch.setattr(gathering, "pages", lambda *_, **__: iter([SimpleNamespace(items=())]))
    monkeypatch.setattr(gathering, "candidates", lambda _page: ())
    monkeypatch.setattr(gathering, "AT_A_TIME", 1)
    monkeypatch.setattr(gathering_shares, "thread_time", lambda: next(clock) * seconds)
    related = gathered(of, None, Surveyed(*kinds))
    assert (related.unknown is None) is known
    assert known or "took more than" in related.unknown


def test_lists_of_all_runs_have_their_turn(lists):
    """A run waits for another's; and waits no more when nobody wants it."""
    turns = threading.Semaphore(1)
    of = policy()
    run = run_of(of)
    gatherer = Gatherer(None, Served(), turns=turns)
    assert gatherer.gather([Need(of.relations, run, None)])
    assert turns.acquire(blocking=False)  # given back

    def check():
        raise Cancelled("the program is ending")

    with pytest.raises(Cancelled):
        Gatherer(None, Served(), check, turns=turns).gather([Need(of.relations, run, None)])
    turns.release()

"""Selecting: scope first, then names, labels and fields; an empty set takes nothing."""

from __future__ import annotations

import pytest

from tests.unit.engine.situations import EVERYWHERE, compiled_once, document, run_of, thing
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.planning import tally_of
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.selecting import in_scope, required_label, selected, surely_taken, whole_namespaces
from zen_gc_core.errors import Undecided
from zen_gc_core.keywords import Namespace, Run
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.policy import Target
from zen_gc_core.model.scope import EveryNamespace, MatchingNamespaces, TheseNamespaces, Unwritten
from zen_gc_core.model.selectors import LabelSelector, Requirement

DEV = LabelSelector((Requirement("tier", "In", ("dev",)),))
RUN = run_of(compiled_once(document()), namespaces={"team": ({"tier": "dev"}, {}), "unread": None})


def reaches(target, namespace):
    """Whether a target reaches a ConfigMap of a namespace."""
    return bool(in_scope([target], JsonCandidate.from_object(thing(namespace=namespace)), RUN))


@pytest.mark.parametrize(
    ("scope", "team", "none"),
    [
        (EveryNamespace(), True, True),
        (TheseNamespaces(frozenset({"team"})), True, False),
        (TheseNamespaces(frozenset()), False, False),
        (MatchingNamespaces(("te*",)), True, False),
        (MatchingNamespaces(("*",), ("te*",)), False, False),
        (MatchingNamespaces(()), False, False),
        (Unwritten(), False, True),
    ],
)
def test_a_scope_takes_what_it_names_and_nothing_wider(scope, team, none):
    """Of an object in the namespace ``team``, and of one in none."""
    target = Target("v1", "ConfigMap", scope)
    assert (reaches(target, "team"), reaches(target, None)) == (team, none)


def test_a_namespace_selector_asks_for_the_labels_of_the_namespace():
    """One without the label is out of scope, and so is what lives in no namespace."""
    target = Target("v1", "ConfigMap", namespace_selector=DEV)
    assert reaches(target, "team")
    assert not reaches(target, "other")
    assert not reaches(target, None)


def test_a_namespace_that_cannot_be_read_is_undecided():
    """Neither in scope nor out of it; and so is one that is not in the files."""
    target = Target("v1", "ConfigMap", namespace_selector=DEV)
    with pytest.raises(Undecided, match="cannot be read"):
        reaches(target, "unread")
    absent = Run(RUN.now, RUN.policy, lambda name: Namespace(name, {}, {}, None))
    with pytest.raises(Undecided, match="the labels of Namespace team are not known"):
        in_scope([target], JsonCandidate.from_object(thing()), absent)


def test_what_cannot_be_told_is_not_surely_taken():
    """As what is not taken."""
    target = Target("v1", "ConfigMap", namespace_selector=DEV)
    where = {"team": True, "other": False, "unread": False}
    for namespace, sure in where.items():
        candidate = JsonCandidate.from_object(thing(namespace=namespace))
        assert surely_taken([target], candidate, RUN) is sure


def test_an_unread_namespace_outside_the_scope_is_not_asked_about():
    """The names come first."""
    target = Target("v1", "ConfigMap", TheseNamespaces(frozenset({"team"})), namespace_selector=DEV)
    assert not reaches(target, "unread")


@pytest.mark.parametrize(
    ("target", "taken"),
    [
        ({}, True),
        ({"names": ["a"]}, True),
        ({"names": ["b"]}, False),
        ({"names": ["*", "!a"]}, False),
        ({"names": ["*", "!b"]}, True),
        ({"labelSelector": {"matchLabels": {"app": "web"}}}, True),
        ({"labelSelector": {"matchLabels": {"app": "db"}}}, False),
        ({"labelSelector": {"matchExpressions": [{"key": "none", "operator": "DoesNotExist"}]}}, True),
        ({"fieldSelector": {"matchFields": {"data.count": "3"}}}, True),
        ({"fieldSelector": {"matchFields": {"data.count": "4"}}}, False),
        ({"fieldSelector": {"matchFields": {"data.none": "3"}}}, False),
        ({"names": ["a"], "labelSelector": {"matchLabels": {"app": "db"}}}, False),
        ({"names": ["b"], "labelSelector": {"matchLabels": {"app": "web"}}}, False),
    ],
)
def test_names_labels_and_fields_must_all_take_an_object(target, taken):
    """Each narrows; none of them widens."""
    policy = compiled_once(document(target={**EVERYWHERE, **target})).policy
    candidate = JsonCandidate.from_object(thing(labels={"app": "web"}, rest={"data": {"count": 3}}))
    assert selected(policy.targets, candidate) is taken
    assert (whole_namespaces(policy.targets) is None) is (target == {})


@pytest.mark.parametrize(
    ("targets", "whole"),
    [
        ([], set()),
        ([Target("v1", "ConfigMap", TheseNamespaces(frozenset()))], set()),
        ([Target("v1", "ConfigMap", TheseNamespaces(frozenset({"a", "b"})))], {"a", "b"}),
        ([Target("v1", "ConfigMap", TheseNamespaces(frozenset({"a"})), include_names=("x",))], set()),
        ([Target("v1", "ConfigMap", TheseNamespaces(frozenset({"a"})), namespace_selector=DEV)], set()),
        ([Target("v1", "ConfigMap", MatchingNamespaces(("*",)))], set()),
        ([Target("v1", "ConfigMap", Unwritten())], set()),
        ([Target("v1", "ConfigMap", TheseNamespaces(frozenset({each}))) for each in "ab"], {"a", "b"}),
        ([Target("v1", "ConfigMap", TheseNamespaces(frozenset({"a"}))), Target("v1", "ConfigMap")], None),
    ],
)
def test_of_which_namespaces_everything_is_taken(targets: list[Target], whole: set[str] | None) -> None:
    """Only of those that are written out, by a target that asks for nothing else; what a selector takes is asked."""
    assert whole_namespaces(targets) == whole
    for namespace in whole or ():
        candidate = JsonCandidate.from_object({"metadata": {"name": "n", "namespace": namespace}})
        assert selected(in_scope(targets, candidate, RUN), candidate)


def test_one_of_several_targets_is_enough():
    """And no target takes nothing."""
    targets = [Target("v1", "ConfigMap", include_names=(name,)) for name in ("a", "b")]
    candidate = JsonCandidate.from_object(thing())
    assert selected(targets, candidate)
    assert not selected(targets[1:], candidate)
    assert not selected([], candidate)
    assert in_scope([], candidate, RUN) == []


LABELLED = {**EVERYWHERE, "labelSelector": {"matchLabels": {"app": "a"}}}


@pytest.mark.parametrize(
    ("spec", "record_skipped", "label"),
    [
        ({}, False, ("app", "a")),
        ({}, True, None),
        ({"behavior": {"whileHolding": True}, "action": {"label": {"due": "yes"}}}, False, None),
    ],
)
def test_who_is_shown_only_what_carries_a_label_wants_to_know_of_nothing_else(spec, record_skipped, label):
    """Not of what is passed over, nor of what a mark is to be taken from."""
    policy = compiled_once(document(target=LABELLED, **spec))
    case = Case(policy, run_of(policy), Protections(), record=record_skipped, record_skipped=record_skipped)
    assert tally_of(case, policy.policy.targets).label == label


OF_A = LabelSelector((Requirement("app", "In", ("a",)),))


@pytest.mark.parametrize(
    ("how", "label"),
    [
        ({}, ("app", "a")),
        ({"scope": TheseNamespaces(frozenset({"team"}))}, ("app", "a")),
        ({"scope": MatchingNamespaces(("t*",))}, None),
        ({"scope": Unwritten()}, None),
        ({"namespace_selector": DEV}, None),
        ({"label_selector": None}, None),
        ({"label_selector": LabelSelector((Requirement("app", "In", ("a", "b")),))}, None),
        ({"label_selector": LabelSelector((Requirement("app", "NotIn", ("a",)),))}, None),
        ({"label_selector": LabelSelector((Requirement("app", "Exists", ()), *OF_A.requirements))}, ("app", "a")),
    ],
)
def test_which_label_all_that_is_taken_carries(how, label):
    """Only where nobody has to ask which namespaces are meant; and of one target alone."""
    target = Target("v1", "ConfigMap", **{"scope": EveryNamespace(), "label_selector": OF_A, **how})
    assert required_label([target]) == label
    assert required_label([target, target]) is None
    assert required_label([]) is None

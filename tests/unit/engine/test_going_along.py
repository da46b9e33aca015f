"""What goes along with an object is asked, too: what a Namespace or a CRD holds, and dependents in view, in any order."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from tests.unit.engine.situations import KEEP, NOW, compilation, compiled, document, run_of, thing
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.files import Files
from zen_gc_core.engine.guarding import Settled, going_unseen, guard_of
from zen_gc_core.engine.offline import plan_offline
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Grants, Protections
from zen_gc_core.engine.shares import Count
from zen_gc_core.errors import Undecided
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.unlisted import ALL_OBJECTS, NO_GAPS, Gaps

EVERYTHING = Grants(
    resources=frozenset({"namespaces", "customresourcedefinitions.apiextensions.k8s.io"}),
)
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "runs.acme.io", "uid": "crd", "creationTimestamp": "2025-06-01T00:00:00Z"},
    "spec": {"group": "acme.io", "scope": "Namespaced", "names": {"plural": "runs", "kind": "Run"}},
}
NAMESPACE = thing("Namespace", name="old", namespace=None, uid="ns")
OF_CRDS = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
OF_NAMESPACES = {"apiVersion": "v1", "kind": "Namespace"}


def planned(objects, *targets, grants=EVERYTHING, **spec):
    """The decisions of a policy that takes everything at once, by the objects' names; and the plan."""
    policy = document(ttl={"immediate": True}, **spec)
    policy["spec"]["targetResources"] = list(targets)
    made = compilation(policy, grants=grants)
    assert made.compiled is not None, made.errors
    files = Files(map(JsonCandidate.from_object, objects), [made])
    (one,) = plan_offline([made], files, Asking(NOW, grants))
    return {decision.name: decision for decision in one.plan.decisions}, one.plan


def concluded(objects, *, record=False, gaps=NO_GAPS, **spec):
    """The controller's plan of a policy that takes every ConfigMap at once, without a cluster."""
    policy = compiled(document(ttl={"immediate": True}, **spec))
    case = Case(policy, run_of(policy), Protections(), record=record)
    tally = tally_of(case, policy.policy.targets)
    for each in objects:
        tally.offer(JsonCandidate.from_object(each))
    return conclude(case, [tally], lambda: {("", "ConfigMap"): Count(0, 100)}, gaps=gaps)


def inside(kind="ConfigMap", api_version="v1", name="x", **fields):
    """An object in the Namespace that would go."""
    return thing(kind, api_version, name=name, namespace="old", uid=name, **fields)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (inside(), None),
        (inside(labels={KEEP: ""}), f"ConfigMap x would go with it, and it carries {KEEP}"),
        (inside("PersistentVolumeClaim"), "(--allow-resource persistentvolumeclaims lifts this)"),
        (
            inside("Role", "rbac.authorization.k8s.io/v1"),
            "(--allow-resource roles.rbac.authorization.k8s.io lifts this)",
        ),
        (
            inside("Secret", rest={"type": "helm.sh/release.v1"}),
            "Secrets of type helm.sh/release.v1 are protected (--allow-secret-type helm.sh/release.v1 lifts this)",
        ),
        (inside("Secret", rest={"type": "Opaque"}), None),
        (inside("Secret", rest={"type": 5}), "cannot tell whether it is protected"),
        (inside(annotations={"argocd.argoproj.io/tracking-id": "shop"}), "Argo CD application shop tracks it"),
        (inside(name="kube-root-ca.crt"), None),
        (inside(name="openshift-service-ca.crt"), None),
        (inside("ServiceAccount", name="default"), None),
        (inside("ServiceAccount", name="robot"), "kind ServiceAccount is protected"),
        (inside(name="kube-root-ca.crt", labels={KEEP: ""}), "carries"),
        (inside(ownerReferences=[{"kind": "X", "name": "y", "uid": "z", "controller": True}]), None),
        (inside(labels={"a": 5}), "cannot tell whether it is protected"),
    ],
)
def test_a_namespace_goes_only_with_what_may_go(content, words):
    """Marks, protections that are not lifted, and what cannot be read keep it; what every Namespace has does not."""
    decisions, _ = planned([NAMESPACE, content], OF_NAMESPACES)
    assert (decisions["old"].verdict is Verdict.ACT) is (words is None)
    assert (words or "") in decisions["old"].because


def test_what_is_lifted_keeps_no_namespace():
    """The same flags as for the objects by themselves."""
    grants = Grants(
        resources=EVERYTHING.resources | {"persistentvolumeclaims"}, secret_types=frozenset({"helm.sh/release.v1"})
    )
    secret = inside("Secret", name="s", rest={"type": "helm.sh/release.v1"})
    decisions, _ = planned([NAMESPACE, inside("PersistentVolumeClaim"), secret], OF_NAMESPACES, grants=grants)
    assert decisions["old"].verdict is Verdict.ACT


def test_marking_a_namespace_takes_nothing_along():
    """What is in it does not matter to a label."""
    decisions, _ = planned([NAMESPACE, inside("PersistentVolumeClaim")], OF_NAMESPACES, action={"label": {"a": "b"}})
    assert decisions["old"].verdict is Verdict.ACT


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (thing("Run", "acme.io/v1"), None),
        (thing("Run", "acme.io/v1", labels={KEEP: ""}), f"Run team/a would go with it, and it carries {KEEP}"),
        (thing("Run", "acme.io/v7", annotations={KEEP: "true"}), "would go with it"),
        (thing("Run", "acme.io/v1", namespace="kube-system"), "namespace kube-system is protected"),
        (thing("Run", "acme.io/v1", labels={"a": 5}), "cannot be read"),
        (thing("Run", "other.io/v1", labels={KEEP: ""}), None),
        (thing("ConfigMap", labels={KEEP: ""}), None),
    ],
)
def test_a_crd_goes_only_with_objects_that_may_go(content, words):
    """Deleting it deletes all objects of its kind, in whatever version."""
    decisions, _ = planned([CRD, content], OF_CRDS)
    assert (decisions["runs.acme.io"].verdict is Verdict.ACT) is (words is None)
    assert (words or "") in decisions["runs.acme.io"].because


def test_the_mark_of_a_namespace_keeps_a_crd_whose_objects_live_there():
    """As it keeps the objects themselves."""
    home = thing("Namespace", name="team", namespace=None, labels={KEEP: ""})
    decisions, _ = planned([CRD, home, thing("Run", "acme.io/v1")], OF_CRDS)
    assert decisions["runs.acme.io"].kept_by is KeptBy.PROTECTED


def test_a_definition_without_a_kind_is_kept():
    """Nobody can tell what would go with it."""
    decisions, _ = planned([{**CRD, "spec": {}}], OF_CRDS)
    assert decisions["runs.acme.io"].kept_by is KeptBy.ERROR


MAPS = {"apiVersion": "v1", "kind": "ConfigMap", "namespaces": ["*"]}
SECRETS = {"apiVersion": "v1", "kind": "Secret", "namespaces": ["*"]}


def owned(name, owner, kind="ConfigMap", owner_kind="ConfigMap", **fields):
    """An object, and the one that owns it; the uids are the names."""
    reference = {"apiVersion": "v1", "kind": owner_kind, "name": owner, "uid": owner}
    return thing(kind, name=name, uid=name, ownerReferences=[reference], **fields)


CHAIN = [
    thing(name="top", uid="top"),
    owned("upper", "top"),
    owned("middle", "upper"),
    owned("kept", "middle", labels={KEEP: ""}),
    thing(name="other", uid="other"),
]


@pytest.mark.parametrize("objects", list(permutations(CHAIN)))
def test_a_marked_dependent_in_view_keeps_its_owners_in_whatever_order(objects):
    """Their owners', too; what owns nothing of it goes."""
    decisions, plan = planned(objects, MAPS)
    assert {name for name, each in decisions.items() if each.verdict is Verdict.ACT} == {"other"}
    assert decisions["top"].because.startswith(
        f"protected: ConfigMap kept, which it owns and would take along: it carries {KEEP}"
    )
    assert (plan.matched, plan.due, plan.pending, plan.kept[KeptBy.PROTECTED]) == (5, 1, 4, 4)


@pytest.mark.parametrize(
    ("dependent", "targets", "kept_by"),
    [
        (owned("b", "a", labels={KEEP: ""}), [MAPS], KeptBy.PROTECTED),
        (owned("b", "a", kind="Secret", labels={KEEP: ""}), [MAPS, SECRETS], KeptBy.PROTECTED),
        (owned("b", "a", kind="Secret", rest={"type": "helm.sh/release.v1"}), [MAPS, SECRETS], KeptBy.PROTECTED),
        (owned("b", "a", labels={KEEP: "", "x": 5}), [MAPS], KeptBy.ERROR),
        (owned("b", "a", kind="Secret", labels={KEEP: ""}), [MAPS], None),
        (owned("b", "c", labels={KEEP: ""}), [MAPS], None),
        (owned("b", "a", owner_kind="Job", labels={KEEP: ""}), [MAPS], None),
        (owned("b", "a"), [MAPS], None),
        (owned("b", "a", labels={KEEP: "false"}), [MAPS], None),
        (thing("Secret", name="b", uid="b", ownerReferences=5), [MAPS, SECRETS], KeptBy.ERROR),
        (thing("Secret", name="b", uid="b", namespace="else", ownerReferences=5), [MAPS, SECRETS], None),
        (thing(name="b", uid="b", ownerReferences=5), [MAPS], None),
    ],
)
def test_what_keeps_an_owner_is_in_view_and_must_stay(dependent, targets, kept_by):
    """Marked, protected, or not to be told; what the policy does not look at is not seen."""
    decisions, _ = planned([thing(uid="a"), dependent], *targets)
    assert decisions["a"].kept_by is kept_by


@pytest.mark.parametrize(
    ("action", "goes"),
    [
        ({"delete": {}}, False),
        ({"delete": {"propagationPolicy": "Foreground"}}, False),
        ({"delete": {"propagationPolicy": "Orphan"}}, True),
        ({"label": {"a": "b"}}, True),
    ],
)
def test_an_action_that_takes_nothing_along_takes_the_owner(action, goes):
    """Orphans stay, and a mark deletes nothing."""
    decisions, _ = planned([thing(uid="a"), owned("b", "a", labels={KEEP: ""})], MAPS, action=action)
    assert (decisions["a"].verdict is Verdict.ACT) is goes


def test_owners_without_a_uid_are_known_by_their_names():
    """Objects of files may have none."""
    decisions, _ = planned([thing(uid=None), owned("b", "a", labels={KEEP: ""})], MAPS)
    assert decisions["a"].kept_by is KeptBy.PROTECTED


def test_objects_that_own_each_other_go_along_with_each_other():
    """Each once, in a circle and on two ways."""
    ring = [owned("a", "b"), owned("b", "a"), thing(name="top", uid="top"), owned("left", "top"), owned("right", "top")]
    both = [{"apiVersion": "v1", "kind": "ConfigMap", "name": each, "uid": each} for each in ("left", "right")]
    along = concluded([*ring, thing(name="low", uid="low", ownerReferences=both)]).along
    assert {uid: sorted(each.name for each in those) for uid, those in along.items()} == {
        **{uid: ["a", "b"] for uid in "ab"},
        "top": ["left", "low", "right"],
        "left": ["low"],
        "right": ["low"],
    }


def test_a_dependent_that_the_selectors_do_not_take_is_not_seen():
    """That is what the page says cannot be seen; a cheaper look would need a list of everything."""
    only = {**MAPS, "labelSelector": {"matchLabels": {"gc": "yes"}}}
    decisions, _ = planned([thing(uid="a", labels={"gc": "yes"}), owned("b", "a", labels={KEEP: ""})], only)
    assert decisions["a"].verdict is Verdict.ACT


@pytest.mark.parametrize(
    ("obj", "target", "spec", "told"),
    [
        (thing("Job", "batch/v1"), {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]}, {}, True),
        (thing(), MAPS, {}, False),
        (
            thing("Job", "batch/v1"),
            {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]},
            {"action": {"delete": {"propagationPolicy": "Orphan"}}},
            False,
        ),
        (
            thing("Job", "batch/v1", labels={KEEP: ""}),
            {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]},
            {},
            False,
        ),
    ],
)
def test_a_plan_says_what_it_has_not_looked_at(obj, target, spec, told):
    """Where something that usually owns others goes, and takes them along."""
    _, plan = planned([obj], target, **spec)
    assert going_unseen(plan) is told


def test_what_would_go_along_and_cannot_be_told_of_keeps_its_owner():
    """A Namespace that something owns, whose contents cannot be listed."""

    def unlisted(*_):
        raise Undecided("what is in it cannot be listed")

    run = run_of(compiled(document()))
    asked, of_it = Protections(EVERYTHING, unlisted), JsonCandidate.from_object(NAMESPACE)
    guard = guard_of(of_it, asked, run, contents=True)
    assert guard_of(of_it, asked, run) is None, "all that is in it is listed right before it would go, and no earlier"
    assert guard is not None
    assert guard.kept_by is KeptBy.ERROR
    assert guard.because == (
        "cannot tell whether Namespace old, which it owns and would take along, must stay: what is in it cannot be listed"
    )


def test_what_came_back_whenever_it_was_deleted_is_left_alone():
    """It, and nothing else; a mark deletes nothing."""
    gaps = Gaps(left_alone={("", "ConfigMap", "team", "fought-over"): "it came back three times"})

    def kept(**spec):
        plan = concluded([thing(name=name, uid=name) for name in ("fought-over", "b")], record=True, gaps=gaps, **spec)
        return {each.name: each.because for each in plan.decisions if each.verdict is Verdict.KEEP}

    assert kept() == {"fought-over": "protected: it came back three times"}
    assert kept(action={"label": {"a": "b"}}) == {}
    gaps = Gaps(left_alone={ALL_OBJECTS: "too much came back"})
    assert kept() == dict.fromkeys(("fought-over", "b"), "protected: too much came back"), "whatever it is"
    assert kept(action={"label": {"a": "b"}}) == {}
    gaps = Gaps(left_alone={("acme.io", "Run", "team", "fought-over"): "it came back twice"})
    due = replace(concluded([thing(name="fought-over")]).decisions[0], api_version="acme.io/v2", kind="Run")
    guard = Settled((), gaps).guard(due)
    assert guard is not None
    assert guard.because == "protected: it came back twice", "in whatever version"


def test_what_may_not_be_written_stays_and_says_why():
    """A kind of a wildcard's; another one's objects are not asked about."""
    for action in ({}, {"action": {"label": {"a": "b"}}}):
        gaps = Gaps(forbidden={("v1", "ConfigMap"): "no right to delete them"})
        (kept,) = concluded([thing()], record=True, gaps=gaps, **action).decisions
        assert (kept.kept_by, kept.reason) == (KeptBy.ERROR, Reason.ACCESS_DENIED)
        assert kept.because == "ConfigMap objects may not be written: no right to delete them"
    (due,) = concluded([thing()], record=True, gaps=Gaps(forbidden={("v1", "Secret"): "no right"})).decisions
    assert due.verdict is not Verdict.KEEP

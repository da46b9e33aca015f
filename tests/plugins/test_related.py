"""``related``: none, any or all of other objects, three-valued, over every way in which objects are related."""

from __future__ import annotations

import itertools

import pytest
from zen_gc_conditions.related import RELATED

from zen_gc_core import InputError, Missing, Polarity, Undecided
from zen_gc_core.model.policy import CLUSTER, PolicyReference
from zen_gc_core.testing import ask, compile_keyword, explain, warnings_of

CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data", "namespace": "a", "uid": "c"},
}
BY_CLAIM = {"theirs": "spec.volumes[].persistentVolumeClaim.claimName", "mine": "metadata.name"}
CLAIMS = [("v1", "PersistentVolumeClaim")]
CLUSTER_POLICY = PolicyReference(CLUSTER, "", "tested")


def pod(name="p", namespace="a", claim=None, *, owner=None, phase="Running", **metadata):
    owners = [{"apiVersion": "v1", "kind": "Owner", "name": "o", "uid": owner}] if owner else []
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}] if claim else []
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"{namespace}-{name}",
            "ownerReferences": owners,
            **metadata,
        },
        "spec": {"volumes": volumes},
        "status": {"phase": phase},
    }


def related(are, by=BY_CLAIM, **more):
    return [{"apiVersion": "v1", "kind": "Pod", "by": by, "are": are, **more}]


def asked(config, there, obj=CLAIM, **situation):
    try:
        return ask(RELATED, config, obj, related=there, targets=CLAIMS, **situation)
    except Undecided:
        return None


OTHER = pod("other", claim="elsewhere")
RUNS = {"phase": ["Running"]}
KINDS = {
    "counts": pod("counts", claim="data"),
    "does not": pod("not", claim="data", phase="Failed"),
    "doubt": {**pod("doubt", claim="data"), "status": {}},
}
"""Pods that use the claim, and whether ``where`` holds of them: yes, no, it cannot be told."""
WHERE = {"cel": "object.status.phase == 'Running'"}


def _meant(are, there):
    counts, other, doubt = ("counts" in there, "does not" in there, "doubt" in there)
    if are == "none":
        return False if counts else None if doubt else True
    if are == "any":
        return True if counts else None if doubt else False
    return False if other else None if doubt or not counts else True


@pytest.mark.parametrize("are", ["none", "any", "all"])
@pytest.mark.parametrize("there", [set(some) for number in range(4) for some in itertools.combinations(KINDS, number)])
def test_the_truth_table(are, there):
    """One that counts decides ``none`` and ``any``, one that does not ``all``; a doubt leaves the rest open; all of none, too."""
    config = related(are, where=WHERE)
    assert asked(config, [OTHER, *(KINDS[name] for name in sorted(there))]) is _meant(are, there)


@pytest.mark.parametrize("are", ["none", "any", "all"])
def test_without_a_list_nothing_is_known(are):
    """A relation that nobody gathered is no relation to nothing."""
    with pytest.raises(Undecided, match="Pod objects were not looked at"):
        ask(RELATED, related(are), CLAIM, targets=CLAIMS)


@pytest.mark.parametrize("are", ["none", "any", "all"])
def test_a_path_that_no_object_has_is_undecided(are):
    """It may be misspelt; nothing else would tell."""
    misspelt = {"theirs": "spec.volume[].persistentVolumeClaim.claimName", "mine": "metadata.name"}
    with pytest.raises(Undecided, match=r"none has spec\.volume\[\]\.persistentVolumeClaim\.claimName"):
        ask(RELATED, related(are, misspelt), CLAIM, related=[pod(claim="data")], targets=CLAIMS)


@pytest.mark.parametrize(("are", "meant"), [("none", True), ("any", False), ("all", None)])
def test_a_path_that_is_known_to_be_right_need_not_be_seen(are, meant):
    """By the table of references: no Pod may mount anything for now."""
    assert asked(related(are), []) is meant


@pytest.mark.parametrize(
    ("spoilt", "in_a", "in_b"),
    [
        (pod("odd", "a", labels=5), None, True),
        (pod("odd", "b", labels=5), True, None),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": 5}, None, None),
        ({**pod("odd", "b"), "spec": {"volumes": [5]}}, True, None),
    ],
)
def test_an_item_that_cannot_be_read_leaves_its_namespace_undecided(spoilt, in_a, in_b):
    """Of all namespaces, where it does not say in which it is."""
    there = [OTHER, spoilt]
    elsewhere = {**CLAIM, "metadata": {**CLAIM["metadata"], "namespace": "b"}}
    assert asked(related("none"), there) is in_a
    assert asked(related("none"), there, elsewhere) is in_b


def test_only_objects_of_the_same_namespace_are_related():
    """Unless the policy says so, or one of the two lives in none."""
    there = [OTHER, pod("p", "b", "data")]
    assert asked(related("none"), there) is True
    assert asked(related("none", namespace="any"), there, policy=CLUSTER_POLICY) is False
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "v"},
        "spec": {"claimRef": {"name": "data"}},
    }
    by = {"theirs": "spec.claimRef.name", "mine": "metadata.name"}
    config = [{"apiVersion": "v1", "kind": "PersistentVolume", "by": by, "are": "none"}]
    assert asked(config, [volume], policy=CLUSTER_POLICY) is False
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "uid": "n"}}
    by_node = related("none", {"theirs": "spec.nodeName", "mine": "metadata.name"})
    there = [{**pod("p", "z"), "spec": {"nodeName": "n"}}]
    assert ask(RELATED, by_node, node, related=there, targets=[("v1", "Node")], policy=CLUSTER_POLICY) is False


@pytest.mark.parametrize("value", [None, "", ..., 5, ["data"]])
def test_a_path_of_its_own_that_is_empty_is_undecided(value):
    """Nothing names nothing: a typo must not find that nobody does."""
    config = related("none", {"theirs": BY_CLAIM["theirs"], "mine": "spec.volumeName"})
    spec = {} if value is ... else {"volumeName": value}
    assert asked(config, [pod(claim="x")], {**CLAIM, "spec": spec}) is None
    if value in (None, "", ...):
        with pytest.raises(Missing):
            ask(RELATED, config, {**CLAIM, "spec": spec}, related=[pod(claim="x")], targets=CLAIMS)


def test_owned_goes_by_uid():
    """A name that was given anew is another object's."""
    assert asked(related("none", "owned"), [pod(owner="c")]) is False
    assert asked(related("none", "owned"), [pod(owner="another")]) is True
    assert asked(related("any", "owned"), [pod(owner="c")]) is True
    assert asked(related("none", "owned"), []) is True
    without = {**CLAIM, "metadata": {"name": "data", "namespace": "a"}}
    assert asked(related("none", "owned"), [], without) is None


def test_owner_looks_for_what_the_object_names():
    """An owner that is gone is none; one without a uid cannot be looked for."""
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "a-p"}
    owned = {**CLAIM, "metadata": {**CLAIM["metadata"], "ownerReferences": [owner]}}
    assert asked(related("any", "owner"), [pod("p")], owned) is True
    assert asked(related("none", "owner"), [pod("p")], owned) is False
    assert asked(related("none", "owner"), [pod("another")], owned) is True
    assert asked(related("none", "owner"), [pod("p")]) is True
    assert asked(related("all", "owner"), [pod("p")]) is None
    owner["apiVersion"] = "left.example/v1beta1"
    assert asked(related("none", "owner"), [pod("p")], owned) is False, "a group that the kind has left since"
    owner["uid"] = ""
    assert asked(related("none", "owner"), [pod("p")], owned) is None


def test_inside_asks_what_is_in_a_namespace():
    """Of another kind it is refused."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "uid": "n"}}
    situation = {"targets": [("v1", "Namespace")], "policy": CLUSTER_POLICY}
    assert ask(RELATED, related("none", "inside"), namespace, related=[pod("p", "a")], **situation) is False
    assert ask(RELATED, related("none", "inside"), namespace, related=[pod("p", "b")], **situation) is True
    with pytest.raises(InputError, match="inside asks what is in a Namespace"):
        compile_keyword(RELATED, related("none", "inside"), targets=CLAIMS, policy=CLUSTER_POLICY)


@pytest.mark.parametrize(
    ("config", "wrong"),
    [
        (related("none", "owners"), "did you mean 'owner'"),
        (related("none", {"theirs": "spec.", "mine": "metadata.name"}), "by.theirs: .*no field path"),
        (related("none", {"theirs": "spec.nodeName", "mine": "metadata.nmae"}), "did you mean 'name'"),
        (
            related("none", {"theirs": "metadata.ownerReference[].uid", "mine": "metadata.uid"}),
            "did you mean 'ownerRef",
        ),
        (related("none", {"theirs": "metadata.name[]", "mine": "metadata.name"}), "metadata.name is text"),
        (related("some"), "must be 'none', 'any' or 'all'"),
        (related("none", where={"related": related("none", "owned")}), "cannot stand in a condition about related"),
        (related("none", where={"any": [{"related": related("none", "owned")}]}), "cannot stand in a condition about"),
        (related("none", where={"phase": ["Bound"]}), "never the phase of a Pod"),
        (related("none", where={"fase": ["Bound"]}), r"related\[0\].where: unknown 'fase'; did you mean 'phase'"),
        (related("none", "owned", namespace="any"), "goes with two paths only"),
        (related("none", where=None), r"related\[0\].where: must not be null"),
        ([{**related("none")[0], "kind": "Pods"}], "no kind 'Pods' in v1; did you mean 'Pod'"),
        ([{**related("none")[0], "apiVersion": "V1"}], "no apiVersion"),
        (related("none") * 11, "at most 10 entries"),
        (
            [
                {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "by": {"theirs": "metadata.name", "mine": "metadata.name"},
                    "are": "none",
                }
            ],
            "relates every object to itself",
        ),
        (
            [
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "by": {"theirs": "data.name", "mine": "metadata.name"},
                    "are": "none",
                }
            ],
            "of Secrets only metadata and type may be asked",
        ),
        (
            [
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "by": "owned",
                    "are": "none",
                    "where": {"cel": "has(object.data.x)"},
                }
            ],
            "of Secrets only metadata and type may be asked",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(config, wrong):
    """Each in one line, with what was meant."""
    with pytest.raises(InputError, match=wrong):
        compile_keyword(RELATED, config, targets=CLAIMS)


@pytest.mark.parametrize(
    "config",
    [
        related("none", namespace="any"),
        [{"apiVersion": "v1", "kind": "Node", "by": "owner", "are": "none"}],
    ],
)
def test_a_namespaced_policy_relates_to_its_own_namespace_alone(config):
    """What lives elsewhere, or in no namespace, is not its to ask about."""
    with pytest.raises(InputError, match="looks at its own namespace only; use a ClusterGarbageCollectionPolicy"):
        compile_keyword(RELATED, config, targets=CLAIMS)
    assert compile_keyword(RELATED, config, targets=CLAIMS, policy=CLUSTER_POLICY).relations


def test_of_secrets_metadata_and_type_may_be_asked():
    """What they hold is nobody's condition."""
    config = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "by": "owned",
            "are": "none",
            "where": {"cel": "object.type == 'Opaque'"},
        }
    ]
    assert compile_keyword(RELATED, config, targets=CLAIMS).relations[0].reads == ["metadata.ownerReferences", "type"]


@pytest.mark.parametrize(
    ("are", "polarity", "absent"),
    [
        ("none", Polarity.INCLUDES, True),
        ("any", Polarity.INCLUDES, False),
        ("all", Polarity.INCLUDES, False),
        ("none", Polarity.EXCLUDES, False),
        ("any", Polarity.EXCLUDES, True),
        ("all", Polarity.EXCLUDES, False),
        ("none", Polarity.EITHER, True),
        ("any", Polarity.EITHER, True),
    ],
)
def test_it_is_known_whether_objects_go_because_there_is_none(are, polarity, absent):
    """Under ``none``, ``any`` says so."""
    assert compile_keyword(RELATED, related(are), targets=CLAIMS, polarity=polarity).relations[0].absent is absent


def test_a_where_that_can_never_hold_is_refused_where_that_would_collect():
    """Under ``none``, what never counts collects everything; under ``any`` it keeps."""
    never = {"hasLabels": [{"key": "a", "value": "b,c"}]}
    with pytest.raises(InputError, match="what never matches would collect everything"):
        compile_keyword(RELATED, related("none", where=never), targets=CLAIMS)
    assert warnings_of(RELATED, related("any", where=never), targets=CLAIMS)


def test_it_says_what_is_there():
    """With the name of one, where people read it."""
    there = [pod("web", claim="data"), pod("failed", claim="data", phase="Failed")]
    path = BY_CLAIM["theirs"]
    assert explain(RELATED, related("none"), CLAIM, related=there, targets=CLAIMS) == f"Pod web names it in {path}"
    assert explain(RELATED, related("any"), CLAIM, related=[OTHER], targets=CLAIMS) == f"no Pod names it in {path}"
    config = related("all", where=RUNS)
    words = explain(RELATED, config, CLAIM, related=there, targets=CLAIMS)
    assert words == f"not every Pod that names it in {path} is like that"


def test_conditions_hold_at_the_instant_of_the_run_and_of_their_kind():
    """``where`` is about them: its fields are those of their kind."""
    config = related("none", where={"olderThan": "1h"})
    young = pod("p", claim="data", creationTimestamp="2026-01-01T11:30:00Z")
    assert asked(config, [young]) is True
    assert asked(config, [young], now="2026-01-01T13:00:00Z") is False

"""``delete``, ``label`` and ``annotate``: requests, never the asking."""

from __future__ import annotations

import pytest
from zen_gc_actions.deleting import DELETE
from zen_gc_actions.evicting import EVICT
from zen_gc_actions.marking import ANNOTATE, LABEL
from zen_gc_actions.notifying import NOTIFY
from zen_gc_actions.patching import PATCH
from zen_gc_actions.scaling import SCALE
from zen_gc_actions.suspending import SUSPEND

from tests.harness.definitions import custom_resource_definition
from zen_gc_core import (
    SUSPENDABLE,
    Delete,
    Evict,
    FieldPath,
    InputError,
    Mark,
    MergePatch,
    Notify,
    Scale,
    Suspend,
    Undecided,
)
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.policy import CLUSTER, PolicyReference
from zen_gc_core.model.results import Result, Unsure
from zen_gc_core.model.scaling import ScaleBack, scaled_from
from zen_gc_core.model.suspending import Resume
from zen_gc_core.testing import check_keyword, request_of

OBJECT = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "default", "uid": "1"}}


@pytest.mark.parametrize(
    ("config", "request_"),
    [
        ({}, Delete("Background", None)),
        ({"propagationPolicy": "Foreground"}, Delete("Foreground", None)),
        ({"propagationPolicy": "Orphan", "gracePeriodSeconds": 0}, Delete("Orphan", 0)),
        ({"gracePeriodSeconds": 30}, Delete("Background", 30)),
    ],
)
def test_delete_asks_for_a_deletion(config, request_):
    """Background unless told otherwise; the grace period is the object's own unless told otherwise."""
    assert request_of(DELETE, config, OBJECT) == request_


@pytest.mark.parametrize(
    "config",
    [
        {"propagationPolicy": "Invalid"},
        {"propagationPolicy": ""},
        {"propagationPolicy": "background"},
        {"propagationPolicy": None},
        {"gracePeriodSeconds": -1},
        {"gracePeriodSeconds": "30s"},
        {"gracePeriodSeconds": 1.5},
        {"gracePeriodSeconds": True},
        {"gracePeriodSeconds": 2**63},
        {"gracePeriod": 30},
        [],
        None,
        True,
    ],
)
def test_a_deletion_that_cannot_be_meant_is_refused(config):
    """An unknown policy is never a silent Background."""
    with pytest.raises(InputError, match="delete"):
        request_of(DELETE, config, OBJECT)


def test_marks_ask_for_labels_and_annotations():
    """What was written, and no more: the core signs it."""
    assert request_of(LABEL, {"example.com/gc": "yes", "empty": ""}, OBJECT) == Mark(
        labels={"example.com/gc": "yes", "empty": ""}
    )
    assert request_of(ANNOTATE, {"note": "any text: \n of any kind"}, OBJECT) == Mark(
        annotations={"note": "any text: \n of any kind"}
    )


RESERVED = [
    "gc.kube-zen.io/keep",
    "gc.kube-zen.io/approve",
    "held.gc.kube-zen.io/0b1e",
    "kubernetes.io/metadata.name",
    "pod-security.kubernetes.io/enforce",
    "kubectl.kubernetes.io/last-applied-configuration",
    "app.kubernetes.io/managed-by",
    "k8s.io/x",
    "cluster-autoscaler.k8s.io/safe-to-evict",
    "argocd.argoproj.io/tracking-id",
    "kustomize.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/name",
    "meta.helm.sh/release-name",
    "helm.sh/chart",
]
FREE = ["quarantine", "example.com/keep", "xkubernetes.io/a", "gc.kube-zen.io.example.com/keep", "argoproj.io/x"]


@pytest.mark.parametrize("keyword", [LABEL, ANNOTATE], ids=["label", "annotate"])
def test_a_mark_that_means_something_to_others_is_refused_at_its_place(keyword):
    """It could keep an object from every policy, open a namespace, or take an object from the tool that manages it."""
    for key in RESERVED:
        with pytest.raises(InputError, match=rf"\['{key}'\]: '{key}' is (reserved for|what zen-gc writes)"):
            request_of(keyword, {key: "x"}, OBJECT)
    for key in FREE:
        assert request_of(keyword, {key: "x"}, OBJECT)


def test_an_annotation_is_reserved_in_whatever_case():
    """The server takes the keys of annotations in any."""
    with pytest.raises(InputError, match="reserved for Kubernetes"):
        request_of(ANNOTATE, {"Pod-Security.Kubernetes.IO/enforce": "x"}, OBJECT)


@pytest.mark.parametrize(
    ("keyword", "config", "problem"),
    [
        (LABEL, {}, "label: "),
        (LABEL, None, "label: "),
        (LABEL, ["a"], "label: "),
        (LABEL, {"a": True}, r"label\.a: "),
        (LABEL, {"a": None}, r"label\.a: "),
        (LABEL, {"a b": "c"}, "is no label key"),
        (LABEL, {"a": "b c"}, "is no label value"),
        (LABEL, {"a": "x" * 64}, "is no label value"),
        (ANNOTATE, {}, "annotate: "),
        (ANNOTATE, {"a": 5}, r"annotate\.a: "),
        (ANNOTATE, {"a b": "c"}, "is no key of an annotation"),
        (ANNOTATE, {"a": "x" * 262_144}, "256 KiB"),
        (ANNOTATE, {"gc.kube-zen.io/marked-by": "me"}, "is what zen-gc writes itself"),
        (ANNOTATE, {"gc.kube-zen.io/marked-at": "now"}, "is what zen-gc writes itself"),
    ],
)
def test_a_mark_that_the_server_would_refuse_is_refused_here(keyword, config, problem):
    """When the policy is read, not when the first object is due."""
    with pytest.raises(InputError, match=problem):
        request_of(keyword, config, OBJECT)


DEPLOYMENT = ("apps/v1", "Deployment")


def deployment(spec, **metadata):
    """A Deployment with this spec."""
    document = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "uid": "1", **metadata}}
    return JsonCandidate.from_object(document if spec is None else {**document, "spec": spec})


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({}, "scale.replicas: is required"),
        ({"replicas": -1}, r"scale\.replicas: "),
        ({"replicas": "0"}, r"scale\.replicas: "),
        ({"replicas": True}, r"scale\.replicas: "),
        ({"replicas": 0.5}, r"scale\.replicas: "),
        ({"replicas": 2**31}, r"scale\.replicas: "),
        ({"replica": 0}, "did you mean 'replicas'"),
        (0, "scale: "),
    ],
)
def test_a_scale_that_cannot_be_meant_is_refused(config, problem):
    """A count is a whole number from 0 on."""
    with pytest.raises(InputError, match=problem):
        request_of(SCALE, config, OBJECT, targets=[DEPLOYMENT])


@pytest.mark.parametrize("target", [("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "ReplicaSet")])
def test_the_kinds_with_a_count_are_scaled(target):
    """By a table."""
    obj = {**OBJECT, "apiVersion": target[0], "kind": target[1]}
    assert request_of(SCALE, {"replicas": 0}, obj, targets=[DEPLOYMENT, target]) == Scale(0)
    check_keyword(SCALE, {"replicas": 0}, kind="action", targets=[target])


@pytest.mark.parametrize(
    "target",
    [
        ("v1", "Pod"),
        ("apps/v1", "DaemonSet"),
        ("batch/v1", "Job"),
        ("networking.k8s.io/v1", "Ingress"),
        ("extensions/v1beta1", "Deployment"),
    ],
)
def test_a_kind_that_never_has_a_count_is_refused(target):
    """Writing spec.replicas there would do nothing, or something else."""
    with pytest.raises(InputError, match=f"cannot scale {target[0]} {target[1]}: only Deployment, StatefulSet"):
        request_of(SCALE, {"replicas": 0}, OBJECT, targets=[DEPLOYMENT, target])


FLEET = ("games.example.com/v1", "Fleet")


def fleet(spec):
    """An object of a custom kind."""
    return JsonCandidate.from_object({**OBJECT, "apiVersion": FLEET[0], "kind": FLEET[1], "spec": spec})


def fleets(**scale):
    """The definition of the kind, in two versions; the first one has this scale subresource."""
    definition = custom_resource_definition("games.example.com", "Fleet", "v1", "v2")
    definition["spec"]["versions"][0]["subresources"] = {"scale": {"statusReplicasPath": ".status.size", **scale}}
    return definition


def test_a_custom_kind_is_scaled_where_its_definition_says_that_its_count_is():
    """One patch of that path and the annotation; the way back writes to the same place."""
    definition = fleets(specReplicasPath=".spec.servers.min-size")
    request = request_of(SCALE, {"replicas": 0}, fleet({}), targets=[FLEET], definitions=[definition])
    assert request.fault() is None
    obj = fleet({"servers": {"min-size": 5}, "replicas": 0})
    assert request.carried_by(obj) is None
    assert request.body(obj) == {
        "spec": {"servers": {"min-size": 0}},
        "metadata": {"annotations": {"gc.kube-zen.io/scaled-from": "5"}},
    }
    assert request.carried_by(fleet({"servers": {"min-size": 0}, "replicas": 9})) == "it has 0 replicas already"
    for spec, result in (({"servers": {"min-size": 0}}, Result.SCALED), ({"replicas": 0}, Result.FAILED)):
        assert request.read({"metadata": {"uid": "1"}, "spec": spec}, "1").result is result
    back = ScaleBack(5, request.path).body(obj)
    assert back["spec"] == {"servers": {"min-size": 5}}


@pytest.mark.parametrize("spec", [{}, {"replicas": 3}, {"servers": 1}, {"servers": {"min-size": None}}])
def test_an_object_of_a_custom_kind_that_holds_no_count_is_undecided(spec):
    """Nobody fills one in, and what is written elsewhere is none."""
    request = request_of(
        SCALE,
        {"replicas": 0},
        fleet({}),
        targets=[FLEET],
        definitions=[fleets(specReplicasPath=".spec.servers.min-size")],
    )
    with pytest.raises(Undecided, match=r"spec\.servers\.min-size is missing"):
        request.carried_by(fleet(spec))


@pytest.mark.parametrize(
    ("definitions", "version", "words"),
    [
        ([], "v1", "no file holds it"),
        ([custom_resource_definition("other.example.com", "Fleet", "v1")], "v1", "no file holds it"),
        ([fleets(specReplicasPath=".spec.replicas")], "v2", "in v2, has no scale subresource"),
        ([fleets(specReplicasPath=".spec.replicas")], "v3", "has no version v3"),
        ([fleets(specReplicasPath=".spec.replicas"), fleets()], "v1", "is no path below"),
        ([fleets(specReplicasPath=".status.replicas")], "v1", "is no path below"),
        ([fleets(specReplicasPath=".spec")], "v1", "is no path below"),
        ([fleets(specReplicasPath="spec.replicas")], "v1", "is no path below"),
        ([fleets(specReplicasPath=".spec.a[0].replicas")], "v1", "is no path below"),
        ([fleets(specReplicasPath=7)], "v1", "is no path below"),
    ],
)
def test_where_the_count_of_a_custom_kind_is_not_known_nothing_is_asked_for(definitions, version, words):
    """With the reason."""
    obj = {**OBJECT, "apiVersion": f"games.example.com/{version}", "kind": "Fleet"}
    with pytest.raises(Undecided, match=words):
        request_of(SCALE, {"replicas": 0}, obj, targets=[FLEET], definitions=definitions)


@pytest.mark.parametrize("path", ["spec", "metadata.generation", "spec.pools[0]", "status.replicas"])
def test_a_count_that_is_written_anywhere_but_below_spec_is_refused(path):
    """Whoever answers with it."""
    assert "a count of replicas is in" in Scale(0, FieldPath.parse(path)).fault()


@pytest.mark.parametrize(
    ("spec", "wanted", "carried"),
    [
        ({"replicas": 3}, 0, None),
        ({"replicas": 1}, 0, None),
        ({"replicas": 0}, 0, "it has 0 replicas already"),
        ({"replicas": 1}, 1, "it has 1 replica already"),
        ({"replicas": 1}, 2, "it has 1 replica already"),
        ({}, 0, None),
        (None, 1, "it has 1 replica already"),
        ({"replicas": None}, 1, "it has 1 replica already"),
    ],
)
def test_an_object_with_as_few_replicas_is_left_alone(spec, wanted, carried):
    """It is never scaled up. Without a count there is one, as the API server fills in."""
    assert Scale(wanted).carried_by(deployment(spec)) == carried


@pytest.mark.parametrize("replicas", ["3", True, -1, 1.0, {}, []])
def test_a_count_that_is_none_is_undecided(replicas):
    """What it was could not be written down."""
    for ask in (Scale(0).carried_by, Scale(0).body):
        with pytest.raises(Undecided, match="no count"):
            ask(deployment({"replicas": replicas}))


def test_a_scaling_writes_the_count_and_the_earlier_one_together():
    """One patch: neither is ever there without the other; the way back takes all of it away again."""
    signature = {"gc.kube-zen.io/marked-at": "2026-01-01T12:00:00Z", "gc.kube-zen.io/marked-by": "p"}
    body = Scale(0).signed(signature).body(deployment({"replicas": 3}))
    assert body == {
        "spec": {"replicas": 0},
        "metadata": {"annotations": {**signature, "gc.kube-zen.io/scaled-from": "3"}},
    }
    scaled = deployment({"replicas": 0}, annotations=body["metadata"]["annotations"])
    back = ScaleBack(scaled_from(scaled), annotations={"gc.kube-zen.io/keep": "2026-01-02T12:00:00Z"}).body(scaled)
    assert back["spec"] == {"replicas": 3}
    assert {key for key, value in back["metadata"]["annotations"].items() if value is None} == set(
        body["metadata"]["annotations"]
    )


@pytest.mark.parametrize("text", [None, "", "three", "-1", "1.5", "٣", "99999999999", "2147483648", " 3"])
def test_a_note_that_is_no_count_brings_nothing_back(text):
    """Somebody wrote it by hand."""
    annotations = {} if text is None else {"gc.kube-zen.io/scaled-from": text}
    with pytest.raises(InputError, match=r"gc\.kube-zen\.io/scaled-from"):
        scaled_from(deployment({"replicas": 0}, annotations=annotations))


def test_a_scaling_is_done_when_the_server_says_that_it_has_the_count():
    """Admission may have put another in its place; an answer about another object is none."""
    for document, result in (
        ({"metadata": {"uid": "1"}, "spec": {"replicas": 0}}, Result.SCALED),
        ({"metadata": {"uid": "1"}, "spec": {"replicas": 2}}, Result.FAILED),
        ({"metadata": {"uid": "1"}}, Result.FAILED),
        ({"metadata": {"uid": "2"}, "spec": {"replicas": 0}}, Result.FAILED),
        ({}, Result.FAILED),
    ):
        assert Scale(0).read(document, "1").result is result


ON = True
CRON_JOB = ("batch/v1", "CronJob")
SIGNATURE = {"gc.kube-zen.io/marked-at": "2026-01-01T12:00:00Z", "gc.kube-zen.io/marked-by": "p"}


def thing(group, kind, spec, status=None, **metadata):
    """An object with this spec."""
    document = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "a", "uid": "1", **metadata}}
    document |= {} if spec is None else {"spec": spec}
    return JsonCandidate.from_object(document if status is None else {**document, "status": status})


@pytest.mark.parametrize("config", [False, None, {}, "true", 1, []])
def test_a_suspension_is_written_out(config):
    """Letting objects go on is no garbage collection."""
    with pytest.raises(InputError, match="suspend"):
        request_of(SUSPEND, config, OBJECT, targets=[CRON_JOB])


@pytest.mark.parametrize(
    "target", [("v1", "Pod"), ("apps/v1", "Deployment"), ("example.com/v1", "CronJob"), ("argoproj.io/v1", "Job")]
)
def test_a_kind_that_is_not_known_to_rest_is_refused(target):
    """Its field would do nothing, or something else."""
    with pytest.raises(InputError, match=f"suspend: cannot suspend {target[0]} {target[1]}: it is known how to of Job"):
        request_of(SUSPEND, ON, OBJECT, targets=[CRON_JOB, target])


@pytest.mark.parametrize(("group", "kind"), SUSPENDABLE)
def test_each_kind_of_the_table_is_suspended_and_let_go_on_by_its_field(group, kind):
    """The switch, the note and the signature together; the way back takes all of it away again."""
    assert request_of(SUSPEND, ON, OBJECT, targets=[(f"{group}/v1", kind)]) == Suspend()
    keys = SUSPENDABLE[group, kind].split(".")
    body = Suspend().signed(SIGNATURE).body(thing(group, kind, {"other": 1}))
    note = {**SIGNATURE, "gc.kube-zen.io/suspended": ".".join(keys)}
    assert (body["metadata"]["annotations"], below(body, keys)) == (note, True)
    resting = thing(group, kind, body["spec"], annotations=note)
    assert Suspend().carried_by(resting) == "it is suspended already"
    back = Resume({"own": "1"}).body(resting)
    assert below(back, keys) is False
    assert back["metadata"]["annotations"] == {**dict.fromkeys(note), "own": "1"}
    assert Suspend().carried_by(thing(group, kind, back["spec"])) is None
    assert Resume().carried_by(thing(group, kind, back["spec"])) == "it is not suspended"


def below(value, keys):
    """What stands below keys."""
    for key in keys:
        value = value[key]
    return value


def test_what_has_finished_is_not_suspended():
    """It starts nothing more as it is."""
    finished = {"conditions": [{"type": "Complete", "status": "True"}]}
    assert Suspend().carried_by(thing("batch", "Job", {}, finished)) == "it has finished"
    assert Suspend().carried_by(thing("batch", "Job", {}, {**finished, "active": 1})) is None
    assert Suspend().carried_by(thing("batch", "Job", None)) is None
    assert Suspend().carried_by(thing("batch", "CronJob", {"suspend": None}, finished)) is None


@pytest.mark.parametrize("value", ["true", 1, {}, []])
def test_a_switch_that_is_neither_on_nor_off_is_undecided(value):
    """It cannot be told what turning it would change."""
    with pytest.raises(Undecided, match="neither true nor false"):
        Suspend().carried_by(thing("batch", "CronJob", {"suspend": value}))


def test_a_suspension_is_done_when_the_server_says_that_the_object_rests():
    """A version that does not know the field drops it in silence; admission may turn it back."""
    for spec, result in (
        ({"suspend": True}, Result.SUSPENDED),
        ({"suspend": False}, Result.FAILED),
        ({}, Result.FAILED),
    ):
        answer = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"uid": "1"}, "spec": spec}
        assert Suspend().read(answer, "1").result is result
        assert Suspend().read(answer, "2").result is Result.FAILED
    assert Suspend().read({}, "1").result is Result.FAILED
    assert Suspend().read({"metadata": {"uid": "1"}, "spec": {"suspend": True}}, "1").result is Result.FAILED


POD = ("v1", "Pod")


@pytest.mark.parametrize(
    ("config", "request_"),
    [({}, Evict()), ({"gracePeriodSeconds": 0}, Evict(0)), ({"gracePeriodSeconds": None}, Evict())],
)
def test_evict_asks_for_an_eviction(config, request_):
    """The grace period is the Pod's own unless told otherwise."""
    assert request_of(EVICT, config, OBJECT, targets=[POD]) == request_


@pytest.mark.parametrize(
    "config", [None, True, [], "", {"gracePeriodSeconds": -1}, {"gracePeriodSeconds": "5"}, {"gracePeriod": 5}]
)
def test_an_eviction_that_cannot_be_meant_is_refused(config):
    """As with a deletion."""
    with pytest.raises(InputError, match="evict"):
        request_of(EVICT, config, OBJECT, targets=[POD])


@pytest.mark.parametrize("target", [("apps/v1", "Deployment"), ("v1", "Node"), ("metrics.k8s.io/v1", "Pod")])
def test_nothing_but_pods_is_evicted(target):
    """There is no such subresource elsewhere."""
    with pytest.raises(InputError, match=f"cannot evict {target[0]} {target[1]}: only Pods are evicted"):
        request_of(EVICT, {}, OBJECT, targets=[POD, target])


def test_an_eviction_names_the_pod_and_leaves_the_preconditions_to_the_writer():
    """A plugin that asks for one of something else gets nothing."""
    pod = JsonCandidate.from_object(OBJECT)
    assert Evict(5).body(pod) == {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": "a", "namespace": "default"},
        "deleteOptions": {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 5},
    }
    assert Evict().carried_by(pod) is None
    assert Evict().carried_by(deployment({})) == "a Deployment is not evicted, Pods are"
    assert Evict(ON).fault()
    assert Evict(-1).fault()


BUDGET = {"details": {"causes": [{"reason": "DisruptionBudget", "message": "m"}]}, "message": "Cannot evict pod"}


@pytest.mark.parametrize(
    ("status", "document", "result"),
    [
        (429, BUDGET, Result.BLOCKED),
        (429, {"message": "Cannot evict pod"}, None),
        (429, {"details": {"causes": [{"reason": "Other"}, 5]}}, None),
        (429, {"details": {"causes": {}}}, None),
        (429, {}, None),
        (500, {"message": "This pod has more than one PodDisruptionBudget, which"}, Result.FAILED),
        (500, {"message": 5}, None),
        (500, BUDGET, None),
        (503, BUDGET, None),
        (409, BUDGET, None),
    ],
)
def test_what_only_an_eviction_is_answered_is_read_as_that(status, document, result):
    """Any other answer means what it means for a delete."""
    read = Evict().refused(status, document)
    assert (read.result if read else None) is result


def test_the_success_of_an_eviction_is_looked_after():
    """It says that a deletion has begun; a Status of failure under a success is none."""
    success = {"kind": "Status", "status": "Success", "code": 201}
    assert Evict().read(success, "1") == Unsure(Result.DELETED)
    assert Evict().read({}, "1") == Unsure(Result.DELETED)
    assert Evict().read({"kind": "Status", "status": "Failure", "code": 500}, "1").result is Result.FAILED


def test_telling_asks_for_nothing():
    """Of any kind."""
    assert request_of(NOTIFY, {}, OBJECT, targets=[POD, DEPLOYMENT]) == Notify()
    assert not Notify.sends
    for config in (None, True, {"to": "me"}, []):
        with pytest.raises(InputError, match="notify"):
            request_of(NOTIFY, config, OBJECT)


@pytest.mark.parametrize(
    ("patch", "problem"),
    [
        (None, "patch: must be an object"),
        ([], "patch: must be an object"),
        ({}, "patch: sets nothing"),
        ({"spec": {}}, "patch.spec: sets nothing"),
        ({"spec": {"a": {"b": {}}}}, "patch.spec.a.b: sets nothing"),
        ({"apiVersion": "v2"}, "patch.apiVersion: is never patched"),
        ({"kind": None}, "patch.kind: is never patched"),
        ({"status": {"phase": "Failed"}}, "patch.status: is never patched"),
        ({"status": None}, "patch.status: is never patched"),
        ({"Status": 1}, "patch.Status: is never patched"),
        ({"type": "Opaque"}, "patch.type: is never patched: it decides whether a Secret is protected"),
        ({"spec": None}, "patch.spec: must be a map: anything else would take spec.finalizers along"),
        ({"spec": []}, "patch.spec: must be a map"),
        ({"spec": {"finalizers": None}}, "patch.spec.finalizers: is never patched"),
        ({"spec": {"finalizers": []}}, "patch.spec.finalizers: is never patched"),
        ({"metadata": None}, "patch.metadata: must be a map with labels or annotations"),
        ({"metadata": {}}, "patch.metadata: must be a map with labels or annotations"),
        ({"metadata": {"finalizers": None}}, "patch.metadata.finalizers: is never patched: of metadata only"),
        ({"metadata": {"ownerReferences": []}}, "patch.metadata.ownerReferences: is never patched"),
        ({"metadata": {"name": "b"}}, "patch.metadata.name: is never patched"),
        ({"Metadata": {"labels": {"a": "b"}}}, "patch.Metadata.labels: is never patched"),
        ({"metadata": {"labels": None}}, "patch.metadata.labels: must be a map, with null for what is to be removed"),
        ({"metadata": {"labels": {}}}, "patch.metadata.labels: must be a map"),
        ({"metadata": {"labels": {"a": 5}}}, "patch.metadata.labels.a: must be text"),
        ({"metadata": {"labels": {"a": "b c"}}}, "patch.metadata.labels.a: .*no label value"),
        ({"metadata": {"annotations": {"a b": None}}}, "annotations.*no key of an annotation"),
        ({"metadata": {"labels": {"gc.kube-zen.io/keep": None}}}, "keep'.: .*reserved for zen-gc"),
        ({"metadata": {"annotations": {"gc.kube-zen.io/patched-by": "me"}}}, "is what zen-gc writes itself"),
        ({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": None}}}, "reserved for Argo CD"),
        ({"": 1}, "no object has a field"),
    ],
)
def test_a_patch_of_what_is_never_patched_is_refused_at_its_place(patch, problem):
    """Which object it is, what others have seen, what keeps or protects it; a null counts."""
    with pytest.raises(InputError, match=problem):
        request_of(PATCH, patch, OBJECT, targets=[DEPLOYMENT])


def test_all_that_is_wrong_with_a_patch_is_said_at_once():
    """Each at its place."""
    patch = {"kind": "X", "status": {}, "metadata": {"labels": {"gc.kube-zen.io/keep": "x"}, "uid": "1"}}
    with pytest.raises(InputError) as raised:
        request_of(PATCH, patch, OBJECT, targets=[DEPLOYMENT])
    for place in ("patch.kind", "patch.status", "keep", "patch.metadata.uid"):
        assert place in str(raised.value)


LIST = [{"name": "c", "image": "v2"}]


@pytest.mark.parametrize(
    ("patch", "spec", "carried"),
    [
        ({"paused": True}, {"paused": True}, True),
        ({"paused": True}, {"paused": False}, False),
        ({"paused": True}, {}, False),
        ({"paused": True}, None, False),
        ({"paused": True}, {"paused": 1}, False),
        ({"replicas": 1}, {"replicas": True}, False),
        ({"replicas": 1}, {"replicas": 1.0}, True),
        ({"replicas": 1}, {"replicas": "1"}, False),
        ({"a": None}, {}, True),
        ({"a": None}, {"a": None}, True),
        ({"a": None}, {"a": 0}, False),
        ({"a": {"b": None}}, {}, True),
        ({"a": {"b": None}}, {"a": 5}, True),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, True),
        ({"a": {"b": 1}}, {"a": "b"}, False),
        ({"a": []}, {"a": []}, True),
        ({"a": []}, {"a": [1]}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": LIST}, {"a": [{**LIST[0], "terminationMessagePath": "/dev/termination-log"}]}, True),
        ({"a": LIST}, {"a": [*LIST, *LIST]}, False),
        ({"a": LIST}, {"a": [{"name": "c", "image": "v1"}]}, False),
    ],
)
def test_an_object_that_is_as_the_patch_would_make_it_is_left_alone(patch, spec, carried):
    """What the server filled into entries of a list does not matter; true is no 1."""
    asked = MergePatch({"spec": patch}).carried_by(deployment(spec))
    assert asked == ("it is as the patch would make it already" if carried else None)
    answer = {"metadata": {"uid": "1"}} | ({} if spec is None else {"spec": spec})
    assert MergePatch({"spec": patch}).read(answer, "1").result is (Result.PATCHED if carried else Result.FAILED)


def test_a_patch_says_who_made_it():
    """Beside the signature of every mark; its own annotations stay as they are asked for."""
    patch = {"spec": {"paused": True}, "metadata": {"annotations": {"why": "idle", "old": None}}}
    body = MergePatch(patch).signed(SIGNATURE).body(deployment({}))
    assert body["spec"] == {"paused": True}
    assert body["metadata"] == {
        "annotations": {"why": "idle", "old": None, **SIGNATURE, "gc.kube-zen.io/patched-by": "p"}
    }


def test_two_policies_do_not_patch_an_object_in_turn():
    """The first is left to it, whatever the other's patch sets; so is one that made a mark that it would change."""
    mine, other = PolicyReference(CLUSTER, "", "mine"), "team-b/other"
    patch = MergePatch({"metadata": {"labels": {"tier": "a"}}})
    assert patch.conflict(deployment({}), mine) is None
    assert patch.conflict(deployment({}, annotations={"gc.kube-zen.io/patched-by": "mine"}), mine) is None
    patched = deployment({}, annotations={"gc.kube-zen.io/patched-by": other})
    assert patch.conflict(patched, mine) == "policy team-b/other patched it, and policy mine would change it again"
    marked = deployment({}, labels={"tier": "b"}, annotations={"gc.kube-zen.io/marked-by": other})
    assert "made its mark tier" in patch.conflict(marked, mine)


def test_a_plugins_patch_is_held_to_the_same():
    """Whatever it is filled with."""
    assert MergePatch({"metadata": {"finalizers": None}}).fault()
    assert MergePatch({}).fault()
    assert MergePatch({"spec": {"a": 1}}).fault() is None
    assert list(MergePatch({"metadata": {"labels": {"a": None}, "annotations": {"b": "c"}}}).marks()) == ["a", "b"]

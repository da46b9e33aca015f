"""Protections: what no policy may take, who may lift that, and that the decision says which one kept an object."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from itertools import product

import pytest

from tests.unit.engine.situations import (
    EVERYWHERE,
    KEEP,
    OLD,
    OWNER,
    compilation,
    compiled,
    document,
    finished_job,
    judged,
    run_of,
    thing,
)
from zen_gc_core.engine.protected import LIFTED_BY_NOBODY, PROTECTED_KINDS
from zen_gc_core.engine.protections import Grants, Lifted, Protections, is_definition, needs_whole
from zen_gc_core.errors import Undecided
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.finishing import BUILT_IN
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.recycled import SECRET_TYPE

IMMEDIATE = document(ttl={"immediate": True})
KINDS = [
    ("v1", "Namespace", "namespaces"),
    ("v1", "Node", "nodes"),
    ("v1", "PersistentVolume", "persistentvolumes"),
    ("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    ("v1", "ServiceAccount", "serviceaccounts"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions.apiextensions.k8s.io"),
    ("apiregistration.k8s.io/v1", "APIService", "apiservices.apiregistration.k8s.io"),
    *(
        (f"admissionregistration.k8s.io/{version}", kind, f"{plural}.admissionregistration.k8s.io")
        for version, kind, plural in [
            ("v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
            ("v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
            ("v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
            ("v1beta1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"),
            ("v1alpha1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies"),
            ("v1alpha1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings"),
        ]
    ),
    ("rbac.authorization.k8s.io/v1", "Role", "roles.rbac.authorization.k8s.io"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings.rbac.authorization.k8s.io"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles.rbac.authorization.k8s.io"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings.rbac.authorization.k8s.io"),
    ("storage.k8s.io/v1", "StorageClass", "storageclasses.storage.k8s.io"),
    ("storage.k8s.io/v1", "VolumeAttachment", "volumeattachments.storage.k8s.io"),
    ("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses.scheduling.k8s.io"),
    ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", "flowschemas.flowcontrol.apiserver.k8s.io"),
    (
        "flowcontrol.apiserver.k8s.io/v1beta3",
        "PriorityLevelConfiguration",
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
    ),
    ("coordination.k8s.io/v1", "Lease", "leases.coordination.k8s.io"),
    ("certificates.k8s.io/v1", "CertificateSigningRequest", "certificatesigningrequests.certificates.k8s.io"),
    ("gc.kube-zen.io/v1alpha1", "GarbageCollectionPolicy", "garbagecollectionpolicies.gc.kube-zen.io"),
    ("gc.kube-zen.io/v9", "ClusterGarbageCollectionPolicy", "clustergarbagecollectionpolicies.gc.kube-zen.io"),
]


@pytest.fixture(scope="module")
def policy():
    """A policy that would take everything at once."""
    return compiled(IMMEDIATE)


@pytest.mark.parametrize("of", [Grants, Lifted])
def test_nothing_is_lifted_that_nobody_lifts(policy, of):
    """By the program or by a policy."""
    nothing = of()
    assert [each.name for each in fields(nothing) if getattr(nothing, each.name)] == []
    grants, lifted = (nothing, Lifted()) if of is Grants else (Grants(), nothing)
    owned = JsonCandidate.from_object(thing(ownerReferences=[OWNER]))
    assert Protections(grants).against(owned, run_of(policy), lifted) is not None


@pytest.mark.parametrize("name", ["kube-system", "own"])
def test_what_is_called_a_namespace_elsewhere_is_no_protected_one(policy, name):
    """Its name is its own; nor is a definition of somebody's one of the API."""
    other = thing("Namespace", "acme.io/v1", name=name, namespace=None)
    assert judged(policy, other, grants=Grants(own_namespace="own")).verdict is Verdict.ACT
    definitions = [("CustomResourceDefinition", "acme.io/v1"), ("Other", "apiextensions.k8s.io/v1")]
    assert not any(is_definition(JsonCandidate.from_object(thing(*definition))) for definition in definitions)


def test_the_table_of_kinds_is_complete():
    """Every protected kind is in the table below, and none that is not."""
    lifted = {key: name for key, name in PROTECTED_KINDS.items() if key not in LIFTED_BY_NOBODY}
    assert {(version.rpartition("/")[0], kind): name for version, kind, name in KINDS} == lifted


@pytest.mark.parametrize("kind", ["RecycledObject", "ClusterRecycledObject"])
def test_a_copy_in_the_recycle_bin_is_kept_whatever_is_granted(policy, kind):
    """It goes when its time is over, and by no policy."""
    everything = Grants(resources=frozenset(PROTECTED_KINDS.values()))
    obj = thing(kind, "gc.kube-zen.io/v1alpha1", namespace="team" if kind == "RecycledObject" else None)
    for grants in (Grants(), everything):
        assert judged(policy, obj, grants=grants).because == f"protected: kind {kind} is protected"


def test_a_secret_that_is_a_copy_is_kept_whatever_is_granted(policy):
    """Its type is one that nothing lifts."""
    grants = Grants(secret_types=frozenset({SECRET_TYPE}), recycle_secrets=True)
    obj = {**thing("Secret", "v1"), "type": SECRET_TYPE}
    assert judged(policy, obj, grants=grants).because == f"protected: Secrets of type {SECRET_TYPE} are protected"


@pytest.mark.parametrize(("granted", "verdict"), [(False, Verdict.KEEP), (True, Verdict.ACT)])
def test_a_policy_that_recycles_takes_secrets_only_where_they_may_be_copied(granted, verdict):
    """Without a copy nothing goes; another policy takes them as ever."""
    recycling = compiled(document(ttl={"immediate": True}, behavior={"recycle": {"keepFor": "7d"}}))
    obj = {**thing("Secret", "v1"), "type": "Opaque"}
    decision = judged(recycling, obj, grants=Grants(recycle_secrets=granted))
    assert decision.verdict is verdict
    assert granted or "(--recycle-secrets allows it)" in decision.because


@pytest.mark.parametrize(
    ("api_version", "kind", "resource"),
    [
        ("v1", "Namespace", "namespaces"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions.apiextensions.k8s.io"),
    ],
)
def test_a_policy_that_recycles_takes_nothing_that_holds_more_though_it_may(api_version, kind, resource):
    """More would go than a copy brings back."""
    recycling = compiled(document(ttl={"immediate": True}, behavior={"recycle": {"keepFor": "7d"}}))
    obj = thing(kind, api_version, name="team", namespace=None)
    decision = judged(recycling, obj, grants=Grants(resources=frozenset({resource})))
    assert decision.because == f"protected: a {kind} is never recycled, and without a copy nothing goes"


@pytest.mark.parametrize(("api_version", "kind", "resource"), KINDS)
def test_a_protected_kind_is_kept_until_its_own_grant_lifts_it(policy, api_version, kind, resource):
    """Whatever the version of the group; every other grant together does not lift it."""
    obj = thing(kind, api_version)
    others = frozenset(name for _, _, name in KINDS) - {resource}
    for resources in (frozenset(), others, frozenset({kind})):
        decision = judged(policy, obj, grants=Grants(resources=resources))
        assert decision.kept_by is KeptBy.PROTECTED
        assert decision.because == f"protected: kind {kind} is protected"
    assert judged(policy, obj, grants=Grants(resources=frozenset({resource}))).verdict is Verdict.ACT


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [("acme.io/v1", "Namespace"), ("acme.io/v1", "Lease"), ("v1", "Role"), ("batch/v1", "Job"), ("v1", "Secret")],
)
def test_a_kind_of_another_group_is_not_protected_by_its_name(policy, api_version, kind):
    """It is the group and the kind that count."""
    assert judged(policy, thing(kind, api_version)).verdict is Verdict.ACT


@pytest.mark.parametrize("namespace", ["kube-system", "kube-public", "kube-node-lease", "zen-gc"])
def test_a_protected_namespace_is_kept_until_it_is_granted(policy, namespace):
    """The three of Kubernetes and the controller's own; a grant of another does not help."""
    grants = Grants(own_namespace="zen-gc")
    obj = thing(namespace=namespace)
    kept = judged(policy, obj, grants=replace(grants, namespaces=frozenset({"team"})))
    assert kept.kept_by is KeptBy.PROTECTED
    assert f"namespace {namespace} is" in kept.because
    lifted = replace(grants, namespaces=frozenset({namespace}))
    assert judged(policy, obj, grants=lifted).verdict is Verdict.ACT


@pytest.mark.parametrize("name", ["kube-system", "zen-gc"])
def test_a_protected_namespace_is_kept_itself_though_its_kind_is_granted(policy, name):
    """Two grants are needed to take kube-system: that of the kind and that of the namespace."""
    grants = Grants(resources=frozenset({"namespaces"}), own_namespace="zen-gc")
    obj = thing("Namespace", name=name, namespace=None)
    assert judged(policy, obj, grants=grants).kept_by is KeptBy.PROTECTED
    both = replace(grants, namespaces=frozenset({name}))
    assert judged(policy, obj, grants=both).verdict is Verdict.ACT


@pytest.mark.parametrize("namespace", ["default", "kube-systems", "Kube-System", "zen-gc"])
def test_other_namespaces_are_not_protected(policy, namespace):
    """Nor is the namespace of a controller that this one is not."""
    assert judged(policy, thing(namespace=namespace)).verdict is Verdict.ACT


@pytest.mark.parametrize(
    ("secret_type", "kept"),
    [
        ("kubernetes.io/service-account-token", True),
        ("helm.sh/release.v1", True),
        ("bootstrap.kubernetes.io/token", True),
        ("Opaque", False),
        ("kubernetes.io/tls", False),
    ],
)
def test_secrets_are_protected_by_their_type(policy, secret_type, kept):
    """Service account tokens, Helm's releases and bootstrap tokens, each until its type is granted."""
    obj = thing("Secret", rest={"type": secret_type})
    assert (judged(policy, obj).kept_by is KeptBy.PROTECTED) is kept
    assert judged(policy, obj, grants=Grants(secret_types=frozenset({secret_type}))).verdict is Verdict.ACT


@pytest.mark.parametrize("secret_type", [{}, [], ["Opaque"], 5, None, True])
def test_a_secret_whose_type_is_no_text_is_kept_by_an_error(policy, secret_type):
    """Nobody can tell what it is."""
    decision = judged(policy, thing("Secret", rest={"type": secret_type}))
    assert decision.kept_by is KeptBy.ERROR
    assert decision.because == "cannot tell whether it is protected: the type of the Secret is no text"


def test_a_secret_of_which_only_the_metadata_is_known_is_kept_by_an_error(policy):
    """Its type was not requested, so that it cannot be told whether it is protected."""
    partial = {"metadata": thing()["metadata"]}
    candidate = JsonCandidate.from_object(partial, api_version="v1", kind="Secret", complete=False)
    assert judged(policy, candidate).kept_by is KeptBy.ERROR


MARKS = [
    ("true", True, True),
    ("", True, True),
    ("no", True, True),
    ("False", True, True),
    ("false", False, False),
    ("2026-01-01T12:00:00Z", True, True),
    ("2026-01-01T13:00:00+00:00", True, True),
    ("2026-01-02", True, True),
    ("2026-01-01T11:59:59Z", True, False),
    ("2026-01-01", True, False),
    ("2026-01-01T13:30:00+02:00", True, False),
    ("2026-13-01", True, True),
    ("2020-01-01 00:00:00", True, True),
    (" 2020-01-01", True, True),
]


@pytest.mark.parametrize(("value", "as_label", "as_annotation"), MARKS)
def test_the_keep_mark_keeps_an_object(policy, value, as_label, as_annotation):
    """Any value but "false"; as an annotation, a time that exists keeps until then, and no longer."""
    assert (judged(policy, thing(labels={KEEP: value})).kept_by is KeptBy.PROTECTED) is as_label
    assert (judged(policy, thing(annotations={KEEP: value})).kept_by is KeptBy.PROTECTED) is as_annotation


@pytest.mark.parametrize(("value", "as_label", "as_annotation"), MARKS)
def test_the_keep_mark_of_a_namespace_keeps_what_is_in_it(policy, value, as_label, as_annotation):
    """By the same rule as on the object."""
    for kept, marks in ((as_label, ({KEEP: value}, {})), (as_annotation, ({}, {KEEP: value}))):
        decision = judged(policy, thing(), namespaces={"team": marks, "other": ({}, {})})
        assert (decision.because == f"protected: its Namespace carries {KEEP}") is kept
        assert judged(policy, thing(namespace="other"), namespaces={"team": marks}).verdict is Verdict.ACT


@pytest.mark.parametrize(
    ("labels", "annotations"),
    [({KEEP: "false"}, {KEEP: "true"}), ({KEEP: "true"}, {KEEP: "false"}), ({KEEP: "x"}, {KEEP: "2020-01-01"})],
)
def test_one_of_two_marks_is_enough(policy, labels, annotations):
    """A "false" or a time gone by in the one does not undo the other."""
    assert judged(policy, thing(labels=labels, annotations=annotations)).kept_by is KeptBy.PROTECTED


def test_a_snooze_says_until_when(policy):
    """The user sees when the object will be looked at again."""
    decision = judged(policy, thing(annotations={KEEP: "2026-02-01"}))
    assert decision.because == f"protected: it carries {KEEP} until 2026-02-01T00:00:00Z"
    last = judged(policy, thing(annotations={KEEP: "2026-01-01T12:00:00Z"}))
    assert last.because == f"protected: it carries {KEEP} until 2026-01-01T12:00:00Z", "it is that instant"


@pytest.mark.parametrize(
    ("until", "verdict"),
    [
        ("2025-12-31", Verdict.ACT),
        ("2014-01-01", Verdict.ACT),
        ("2013-12-31T23:59:59Z", Verdict.KEEP),
        ("1-1-2025", Verdict.KEEP),
    ],
)
def test_a_snooze_is_over_when_it_was_a_time_that_can_be_right(policy, until, verdict):
    """What is none is a mark like any other."""
    assert judged(policy, thing(annotations={KEEP: until})).verdict is verdict


def test_no_grant_lifts_the_keep_mark(policy):
    """Nobody may: not even whoever grants everything."""
    everything = Grants(
        cross_namespace=True,
        resources=frozenset(PROTECTED_KINDS.values()),
        namespaces=frozenset({"team"}),
        secret_types=frozenset({"Opaque"}),
    )
    owned = compiled(document(ttl={"immediate": True}, behavior={"includeOwned": True}))
    assert judged(owned, thing(labels={KEEP: "true"}), grants=everything).kept_by is KeptBy.PROTECTED
    assert judged(owned, thing(), grants=everything, namespaces={"team": ({KEEP: ""}, {})}).verdict is Verdict.KEEP


def test_an_object_whose_namespace_cannot_be_read_is_kept_by_an_error(policy):
    """Its Namespace might carry the mark."""
    decision = judged(policy, thing(), namespaces={"team": None})
    assert decision.kept_by is KeptBy.ERROR
    assert decision.because == "cannot tell whether it is protected: its Namespace team cannot be read"


def test_a_terminating_object_is_kept(policy):
    """It was deleted already; what it waits for is not ours to remove."""
    decision = judged(policy, thing(deletionTimestamp="2026-01-01T11:00:00Z"))
    assert decision.because == "protected: it is terminating"


RUNNING = {"status": {"phase": "Running"}}
DONE = {
    "status": {
        "phase": "Failed",
        "conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": "2025-12-31T00:00:00Z"}],
    }
}


@pytest.mark.parametrize(
    ("obj", "kept"),
    [
        (thing(ownerReferences=[OWNER]), True),
        (thing("Pod", ownerReferences=[OWNER], rest=RUNNING), True),
        (thing("Pod", ownerReferences=[OWNER], rest=DONE), False),
        (finished_job(ownerReferences=[OWNER]), False),
        (thing("Job", "batch/v1", ownerReferences=[OWNER], rest={"status": {"active": 1}}), True),
        (thing(ownerReferences=[{**OWNER, "controller": False}]), False),
        (thing(ownerReferences=[{**OWNER, "controller": False}, OWNER]), True),
        (thing(ownerReferences=[]), False),
    ],
)
def test_an_unfinished_object_with_a_controller_is_kept(policy, obj, kept):
    """Something still looks after it; a finished one stays gone. ``includeOwned`` takes them all."""
    decision = judged(policy, obj)
    words = "protected: it is not finished, and ReplicaSet web controls it (`behavior.includeOwned: true` lifts this)"
    assert (decision.because == words) is kept
    takes_owned = compiled(document(ttl={"immediate": True}, behavior={"includeOwned": True}))
    assert judged(takes_owned, obj).verdict is Verdict.ACT


def test_include_owned_lifts_nothing_else():
    """It is about owners alone."""
    policy = compiled(document(ttl={"immediate": True}, behavior={"includeOwned": True}))
    for obj in (
        thing("Lease", "coordination.k8s.io/v1"),
        thing(namespace="kube-system"),
        thing(labels={KEEP: "true"}),
        thing(deletionTimestamp="2026-01-01T11:00:00Z"),
    ):
        assert judged(policy, obj).kept_by is KeptBy.PROTECTED


def _doubt(_owner, _keeps):
    raise Undecided("Pods cannot be listed")


@pytest.mark.parametrize(
    ("inside", "verdict", "kept_by"),
    [
        (lambda _owner, _keeps: None, Verdict.ACT, None),
        (lambda owner, _keeps: f"Pod a would go with it: {owner.name}", Verdict.KEEP, KeptBy.PROTECTED),
        (_doubt, Verdict.KEEP, KeptBy.ERROR),
    ],
)
def test_a_namespace_is_asked_for_what_is_in_it(policy, inside, verdict, kept_by):
    """Though its kind is granted: something in it may carry the mark, or may not be known."""
    grants = Grants(resources=frozenset({"namespaces"}))
    obj = thing("Namespace", name="old", namespace=None)
    decision = judged(policy, obj, grants=grants, kept_inside=inside)
    assert (decision.verdict, decision.kept_by) == (verdict, kept_by)


def test_only_a_namespace_is_asked_for_what_is_in_it(policy):
    """An object of that name in some other kind is not."""
    assert judged(policy, thing(name="old"), kept_inside=_doubt).verdict is Verdict.ACT


TRACKED = {"argocd.argoproj.io/tracking-id": "shop"}


@pytest.mark.parametrize(
    ("kind", "metadata", "lifted", "needed"),
    [
        ("Workflow", {"ownerReferences": [OWNER]}, Lifted(), True),
        ("Workflow", {"ownerReferences": [OWNER]}, Lifted(owned=True), False),
        ("Workflow", {"ownerReferences": [OWNER]}, Lifted(managed=True), True),
        ("Workflow", {"ownerReferences": [{**OWNER, "controller": False}]}, Lifted(), False),
        ("Workflow", {"ownerReferences": []}, Lifted(), False),
        ("Workflow", {"annotations": TRACKED}, Lifted(), True),
        ("Workflow", {"annotations": TRACKED}, Lifted(owned=True), True),
        ("Workflow", {"annotations": TRACKED}, Lifted(managed=True), False),
        ("Other", {"ownerReferences": [OWNER]}, Lifted(), True),
        ("ConfigMap", {"ownerReferences": [OWNER], "annotations": TRACKED}, Lifted(), False),
    ],
)
def test_an_object_is_read_whole_when_it_matters_whether_it_finished(kind, metadata, lifted, needed):
    """Its metadata does not tell; of a kind that never finishes it need not."""
    api_version = {"ConfigMap": "v1", "Other": "acme.io/v1"}.get(kind, "argoproj.io/v1alpha1")
    candidate = JsonCandidate.from_object(thing(kind, api_version, **metadata), complete=False)
    assert needs_whole(candidate, lifted, BUILT_IN) is needed


ARGO = "argocd.argoproj.io/tracking-id"
HELM = {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "team"}
ANY_NAMESPACE_HAS = [
    ("ConfigMap", name) for name in ("kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert")
]


@pytest.mark.parametrize(
    ("kind", "api_version", "name", "namespace", "kept"),
    [
        *((kind, "v1", name, namespace, True) for kind, name in ANY_NAMESPACE_HAS for namespace in ("team", "default")),
        ("Service", "v1", "kubernetes", "default", True),
        ("Endpoints", "v1", "kubernetes", "default", True),
        ("EndpointSlice", "discovery.k8s.io/v1", "kubernetes", "default", True),
        ("EndpointSlice", "discovery.k8s.io/v1beta1", "kubernetes", "default", True),
        ("Service", "v1", "kubernetes", "team", False),
        ("Service", "serving.knative.dev/v1", "kubernetes", "default", False),
        ("Secret", "v1", "kube-root-ca.crt", "team", False),
        ("ConfigMap", "v1", "kube-root-ca", "team", False),
        ("ConfigMap", "v1", "kubernetes", "default", False),
    ],
)
def test_objects_that_everybody_relies_on_are_kept_by_their_names(  # noqa: PLR0917  a row of the table
    policy, kind, api_version, name, namespace, kept
):
    """The cluster's CA in every Namespace, the ways to the API server: no grant lifts that."""
    grants = Grants(resources=frozenset(PROTECTED_KINDS.values()), namespaces=frozenset({namespace}))
    obj = thing(kind, api_version, name=name, namespace=namespace)
    assert (judged(policy, obj, grants=grants, has_service=lambda *_: False).kept_by is KeptBy.PROTECTED) is kept


def test_a_slice_of_the_service_kubernetes_is_kept_whatever_its_name(policy):
    """Slices may be named after their Service, or carry it as a label."""
    obj = thing(
        "EndpointSlice",
        "discovery.k8s.io/v1",
        name="kubernetes-x",
        namespace="default",
        labels={"kubernetes.io/service-name": "kubernetes"},
    )
    assert judged(policy, obj).kept_by is KeptBy.PROTECTED


@pytest.mark.parametrize(
    ("services", "kept_by"), [({("team", "a")}, KeptBy.PROTECTED), ({("other", "a")}, None), (None, KeptBy.ERROR)]
)
def test_endpoints_are_kept_while_there_is_a_service_of_their_name(policy, services, kept_by):
    """Traffic goes by them; where nobody can be asked, they are kept, too."""
    lookup = None if services is None else lambda *where: where in services
    decision = judged(policy, thing("Endpoints"), has_service=lookup)
    assert decision.kept_by is kept_by
    assert services is not None or decision.because.endswith("nobody can be asked for its Service")


@pytest.mark.parametrize(
    ("metadata", "manager"),
    [
        ({"annotations": {ARGO: "shop:/ConfigMap:team/a"}}, "Argo CD application shop"),
        ({"annotations": {ARGO: "shop:/ConfigMap:elsewhere/a"}}, "Argo CD application shop"),
        ({"annotations": {ARGO: "shop"}}, "Argo CD application shop"),
        ({"annotations": {ARGO: ""}}, "Argo CD"),
        ({"annotations": {ARGO: "shop:apps/Deployment:team/a"}}, None),
        ({"annotations": {ARGO: "shop:/ConfigMap:team/b"}}, None),
        (
            {"labels": {"kustomize.toolkit.fluxcd.io/name": "web", "kustomize.toolkit.fluxcd.io/namespace": "flux"}},
            "Flux Kustomization flux/web",
        ),
        ({"labels": {"helm.toolkit.fluxcd.io/name": "web"}}, "Flux HelmRelease web"),
        ({"labels": {"app.kubernetes.io/managed-by": "Helm"}}, None),
        ({"annotations": HELM}, None),
        ({"labels": {"app.kubernetes.io/managed-by": "hand"}, "annotations": HELM}, None),
        ({"labels": {"app.kubernetes.io/managed-by": "Helm"}, "annotations": HELM}, "Helm release team/shop"),
        (
            {
                "labels": {"app.kubernetes.io/managed-by": "Helm"},
                "annotations": {"meta.helm.sh/release-name": "shop"},
            },
            "Helm release shop",
        ),
        ({}, None),
    ],
)
def test_an_unfinished_object_that_a_gitops_tool_tracks_is_kept(policy, metadata, manager):
    """It would come back; a tracking id that was copied from another object tracks nothing."""
    decision = judged(policy, thing(**metadata))
    words = f"protected: {manager} tracks it and would make it again (`behavior.includeManaged: true` lifts this)"
    assert (decision.because == words) is (manager is not None)
    takes = compiled(document(ttl={"immediate": True}, behavior={"includeManaged": True}))
    assert judged(takes, thing(**metadata)).verdict is Verdict.ACT


def test_what_a_deployment_hands_on_makes_no_release_of_its_replicasets(policy):
    """They get its annotations, and often its labels; what owns them is what Helm would make again."""
    labels = {"app.kubernetes.io/managed-by": "Helm"}
    decision = judged(policy, thing(labels=labels, annotations=HELM, ownerReferences=[OWNER]))
    assert "controls it (`behavior.includeOwned: true` lifts this)" in decision.because
    takes = compiled(document(ttl={"immediate": True}, behavior={"includeOwned": True}))
    owned = thing(labels=labels, annotations=HELM, ownerReferences=[OWNER])
    assert judged(takes, owned).verdict is Verdict.ACT


def test_a_finished_object_that_a_gitops_tool_tracks_may_go(policy):
    """A Job that ran to its end is garbage, whoever made it."""
    assert judged(policy, finished_job(annotations={ARGO: "shop:batch/Job:team/a"})).verdict is Verdict.ACT


def test_what_tracks_an_object_that_is_known_by_its_metadata_keeps_it(policy):
    """Whether it finished is not known, and nobody is asked."""
    tracked = finished_job(annotations={ARGO: "shop:batch/Job:team/a"})
    decision = judged(policy, JsonCandidate.from_object(tracked, complete=False))
    assert decision.kept_by is KeptBy.PROTECTED
    assert decision.because.startswith("protected: Argo CD application shop tracks it")


@pytest.mark.parametrize(
    ("lifts", "owned", "managed"),
    [({}, False, False), ({"includeOwned": True}, True, False), ({"includeManaged": True}, False, True)],
)
def test_each_of_the_two_lifts_its_own(lifts, owned, managed):
    """Who takes what is tracked does not take what is owned."""
    takes = compiled(document(ttl={"immediate": True}, behavior=lifts))
    assert (judged(takes, thing(ownerReferences=[OWNER])).verdict is Verdict.ACT) is owned
    assert (judged(takes, thing(annotations={ARGO: "shop"})).verdict is Verdict.ACT) is managed


@pytest.mark.parametrize(
    ("target", "path", "flag"),
    [
        (
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespaces": ["*"]},
            "spec.targetResources[0].kind",
            "--allow-resource persistentvolumeclaims",
        ),
        ({**EVERYWHERE, "namespaces": ["kube-system"]}, "spec.targetResources[0]", "--allow-namespace kube-system"),
    ],
)
def test_a_policy_on_something_protected_is_valid_with_a_warning(target, path, flag):
    """The warning names the flag that would lift it, and goes away with the grant."""
    answer = _compilation(target, Grants())
    assert answer.compiled is not None
    assert [(warning.path, flag in warning.message) for warning in answer.warnings] == [(path, True)]
    granted = Grants(resources=frozenset({"persistentvolumeclaims"}), namespaces=frozenset({"kube-system"}))
    assert not _compilation(target, granted).warnings


def _compilation(target, grants):
    return compilation(document(target=target), grants=grants)


UNDER_ALL = [
    ({}, []),
    ({"deletionTimestamp": OLD, "labels": {KEEP: ""}}, [f"it carries {KEEP}", "it is terminating"]),
    (
        {"namespace": "kube-system", "labels": {KEEP: "yes"}},
        ["namespace kube-system is protected", f"it carries {KEEP}"],
    ),
    (
        {"ownerReferences": [OWNER], "labels": {KEEP: ""}},
        [
            f"it carries {KEEP}",
            "it is not finished, and ReplicaSet web controls it (`behavior.includeOwned: true` lifts this)",
        ],
    ),
]


@pytest.mark.parametrize(("metadata", "reasons"), UNDER_ALL)
def test_all_that_protects_an_object_is_told_and_begins_with_what_keeps_it(policy, metadata, reasons):
    """For `why`: who lifts the first protection is not surprised by the next."""
    asked = JsonCandidate.from_object(thing(**metadata))
    guard, run = Protections(), run_of(policy)
    assert list(guard.each_against(asked, run, policy.lifted)) == reasons
    assert guard.against(asked, run, policy.lifted) == next(iter(reasons), None)


SHIELDED = [
    thing(),
    thing(namespace="kube-system"),
    thing("PersistentVolumeClaim"),
    thing("Secret", rest={"type": "Opaque"}),
    thing("Secret", rest={"type": "helm.sh/release.v1"}),
    thing("Namespace", name="team", namespace=None),
    thing("Endpoints"),
    thing(labels={KEEP: ""}),
    thing(deletionTimestamp=OLD),
    thing(ownerReferences=[OWNER]),
    thing(annotations={ARGO: "shop:/ConfigMap:team/a"}),
    thing("Secret", rest={"type": "Opaque"}, labels={KEEP: ""}, deletionTimestamp=OLD, ownerReferences=[OWNER]),
    thing("Namespace", name="team", namespace=None, annotations={ARGO: "shop"}),
]


@pytest.mark.parametrize("lifted", [Lifted(*each) for each in product([False, True], repeat=4)], ids=str)
def test_what_is_told_first_of_all_protections_is_the_one_that_keeps(policy, lifted):
    """Whatever a policy takes besides, of every sort of object."""
    run = run_of(policy, namespaces={"team": ({"x": "y"}, {})})
    grants = Grants(resources=frozenset({"namespaces"}))
    guard = Protections(grants, lambda *_: "something in it must stay", lambda *_: True)
    kept = Counter()
    for obj in SHIELDED:
        candidate = JsonCandidate.from_object(obj)
        first = guard.against(candidate, run, lifted)
        assert next(guard.each_against(candidate, run, lifted), None) == first, obj
        kept[first is not None] += 1
    assert kept[True] >= 7


def test_nothing_is_granted_or_lifted_by_default():
    """Whoever wants more says so."""
    assert not any(getattr(Grants(), each.name) for each in fields(Grants))
    assert not any(getattr(Lifted(), each.name) for each in fields(Lifted))
    assert Protections() == Protections(Grants(), None, None, None)


def test_what_goes_along_is_asked_for_its_namespace_unless_that_goes_itself():
    """Its place, and the marks of its Namespace."""
    run = run_of(compiled(document()), namespaces={"marked": ({}, {KEEP: ""})})
    for namespace, words in (
        ("kube-system", "namespace kube-system is protected"),
        ("marked", "its Namespace carries"),
    ):
        candidate = JsonCandidate.from_object(thing(namespace=namespace))
        assert Protections().of_what_goes_along(candidate, run).startswith(words)
        assert Protections().of_what_goes_along(candidate, run, inside=True) is None


def test_what_goes_along_and_is_known_by_its_metadata_is_asked_for_its_kind():
    """But for Secrets, whose types are no part of it; they are asked when they are known whole."""
    run = run_of(compiled(document()))
    odd = JsonCandidate.from_object(thing("Secret", rest={"type": 5}))
    partial = JsonCandidate.from_object(thing("Secret"), complete=False)
    claim = JsonCandidate.from_object(thing("PersistentVolumeClaim"), complete=False)
    assert Protections().of_what_goes_along(partial, run) is None
    assert Protections().of_what_goes_along(claim, run).startswith("kind PersistentVolumeClaim is protected")
    with pytest.raises(Undecided, match="the type of the Secret is no text"):
        Protections().of_what_goes_along(odd, run)

"""zen-gc's own table of references: each kind by a real example, each row by one of them, and nothing beside."""

from __future__ import annotations

import copy

import orjson
import pytest
from zen_gc_conditions.references import reference_rows

from tests.plugins.reference_examples import BEARERS, ELSEWHERE, NAMED, OTHERS, TELL_OTHERS, TOLD, pod
from tests.plugins.reference_strangers import STRANGERS
from zen_gc_core import Exhaustive, Reference, References, Undecided, WellKnown, label_key_fault
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.names import policy_name_fault
from zen_gc_core.testing import uses_of

ROWS = reference_rows()
TABLE = References(ROWS)
KINDS = ("ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount")
NAMES_OF_OTHERS = [
    pytest.param(example["object"], kind, names, id=f"{example['object']['kind']}-{kind}-{index}")
    for index, example in enumerate(OTHERS)
    for kind, names in example["names"].items()
]
EXAMPLES = [pod(), *BEARERS, *(example["object"] for example in (*OTHERS, *STRANGERS))]


def _pairs(names):
    return {tuple(name.split("/", 1)) for name in names}


@pytest.mark.parametrize("kind", KINDS)
def test_a_pod_names_what_its_containers_and_volumes_use(kind):
    """Of init and ephemeral containers, too; what programs are told may be a name of any kind."""
    told = {*TOLD, "vault-tls"}
    own = {"web-1-scratch"} if kind == "PersistentVolumeClaim" else set()
    assert uses_of(ROWS, pod(), kind) == {("shop", name) for name in NAMED[kind] | told | own}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("obj", BEARERS, ids=lambda obj: obj["kind"])
def test_whatever_holds_a_template_of_pods_names_what_they_would(obj, kind):
    """Where Pods are defined, a program may be told of another namespace; of copies of that it is not asked again."""
    found = uses_of(ROWS, obj, kind)
    expected = {("shop", name) for name in NAMED[kind] | TOLD | {"vault-tls"}}
    if obj["kind"] == "ControllerRevision":
        assert found >= expected
        assert {namespace for namespace, _ in found} == {"shop"}
    else:
        assert found == expected | (ELSEWHERE if obj["kind"] in TELL_OTHERS else set())


@pytest.mark.parametrize(("obj", "kind", "names"), NAMES_OF_OTHERS)
def test_an_object_names_these_and_no_others(obj, kind, names):
    """Each field that names another, and nothing that does not."""
    found = uses_of(ROWS, obj, kind)
    assert found == _pairs(names)


def test_each_row_is_needed_by_an_example():
    """Without it, one names less: a row that is lost or misspelt is noticed, and none is there that nobody has tried."""
    missed = []
    for row in ROWS:
        if isinstance(row, Reference):
            of_its_kind = [each for each in ROWS if _kind(each) == _kind(row)]
            others = [each for each in of_its_kind if each != row]
            target = "ConfigMap" if row.to == "*" else row.to
            examples = [obj for obj in EXAMPLES if _kind_of_object(obj) == _kind(row)]
            if not any(uses_of(of_its_kind, obj, target) - uses_of(others, obj, target) for obj in examples):
                missed.append(row)
    assert missed == []


def _kind(row):
    return (row.group, row.kind) if isinstance(row, Reference | Exhaustive) else None


def _kind_of_object(obj):
    return (obj["apiVersion"].rpartition("/")[0], obj["kind"])


@pytest.mark.parametrize("example", STRANGERS, ids=lambda example: example["object"]["kind"])
def test_what_an_object_of_any_other_kind_names_is_found(example):
    """Wherever it is, without a row; what no text says is found by rows alone."""
    obj, made = example["object"], _pairs(example.get("made", ()))
    by_text, by_rows = uses_of([], obj, "Secret"), uses_of(ROWS, obj, "Secret")
    assert by_rows >= _pairs(example["names"]) | made
    assert by_rows - by_text >= made
    assert by_text >= _pairs(example["names"])
    for kind in ("ConfigMap", "PersistentVolumeClaim", "ServiceAccount"):
        assert uses_of(ROWS, obj, kind) >= _pairs(example["names"])


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("ConfigMap", {"name": "kube-root-ca.crt"}),
        ("ConfigMap", {"name": "extension-apiserver-authentication", "namespace": "kube-system"}),
        ("ConfigMap", {"name": "kubelet-config-1.30"}),
        ("ConfigMap", {"name": "web-leader", "annotations": {"control-plane.alpha.kubernetes.io/leader": "{}"}}),
        ("ConfigMap", {"name": "boards", "labels": {"grafana_dashboard": "1"}}),
        ("ConfigMap", {"name": "sh.helm.release.v1.web.v3"}),
        ("ConfigMap", {"name": "config-logging", "labels": {"app.kubernetes.io/part-of": "knative-serving"}}),
        ("Secret", {"name": "sh.helm.release.v1.web.v3", "type": "helm.sh/release.v1"}),
        ("Secret", {"name": "token", "type": "kubernetes.io/service-account-token"}),
        ("Secret", {"name": "bootstrap-token-abcdef", "type": "bootstrap.kubernetes.io/token"}),
        ("Secret", {"name": "key", "labels": {"sealedsecrets.bitnami.com/sealed-secrets-key": "active"}}),
        ("Secret", {"name": "repo", "labels": {"argocd.argoproj.io/secret-type": "repository"}}),
        ("Secret", {"name": "remote", "labels": {"istio/multiCluster": "true"}}),
        ("Secret", {"name": "shop.db.credentials.postgresql.acid.zalan.do"}),
        ("Secret", {"name": "wildcard", "annotations": {"reflector.v1.k8s.emberstack.com/reflection-allowed": "true"}}),
        ("ServiceAccount", {"name": "default"}),
    ],
)
def test_what_is_used_without_being_named_is_known(kind, fields):
    """And nothing of the same kind that has none of it."""
    assert TABLE.well_known(_held(kind, fields)) is not None
    assert TABLE.well_known(_held(kind, {"name": "web", "labels": {"app": "web"}, "type": "Opaque"})) is None


@pytest.mark.parametrize("row", [row for row in ROWS if isinstance(row, WellKnown)], ids=str)
def test_each_row_of_what_is_well_known_holds_of_what_it_describes(row):
    """A misspelt one would hold of nothing that there is: names and types are such as Kubernetes takes."""
    key, _, value = row.label.partition("=")
    fields = {
        "name": row.name.replace("*", "x") or "web",
        "type": row.type or "Opaque",
        "labels": {key: value.replace("*", "x")} if key else {},
        "annotations": {row.annotation: ""} if row.annotation else {},
    }
    assert TABLE.well_known(_held(row.kind, fields)) is not None
    assert policy_name_fault(fields["name"]) is None
    assert all(label_key_fault(each) is None for each in (key, row.annotation) if each)
    assert row.kind in KINDS


def _held(kind, fields):
    own = {key: fields[key] for key in fields.keys() & {"name", "namespace", "labels", "annotations"}}
    document = {"apiVersion": "v1", "kind": kind, "metadata": {"namespace": "shop", **own}}
    return JsonCandidate.from_object({**document, **({"type": fields["type"]} if "type" in fields else {})})


@pytest.mark.parametrize(
    ("api_version", "kind", "obj"),
    [
        ("v1", "Event", {"involvedObject": {"kind": "Secret", "name": "a"}, "message": "Secret a is missing"}),
        ("wgpolicyk8s.io/v1alpha2", "PolicyReport", {"results": [{"resources": [{"kind": "Secret", "name": "a"}]}]}),
        ("aquasecurity.github.io/v1alpha1", "ConfigAuditReport", {"report": {"target": "a"}}),
        ("gc.kube-zen.io/v1alpha1", "RecycledObject", {"spec": {"name": "a", "object": "a"}}),
        ("coordination.k8s.io/v1", "Lease", {"spec": {"holderIdentity": "a"}}),
        ("v1", "Secret", {"data": {"a": "a"}}),
        ("v1", "ConfigMap", {"data": {"a": "a"}}),
    ],
)
def test_what_only_tells_of_objects_uses_none(api_version, kind, obj):
    """Else a report on a Secret would keep it."""
    obj = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "b", "namespace": "shop"}, **obj}
    for target in KINDS:
        assert uses_of(ROWS, obj, target) == set()


@pytest.mark.parametrize(
    ("path", "value", "kinds"),
    [
        ("spec", "web", KINDS),
        ("spec.containers", "web", KINDS),
        ("spec.containers", {"name": "web"}, KINDS),
        ("spec.volumes", "data", KINDS),
        ("spec.volumes", {"name": "data"}, KINDS),
        ("spec.volumes", ["data"], KINDS),
        ("spec.serviceAccountName", 7, ("ServiceAccount",)),
        ("spec.imagePullSecrets", [{"name": ["registry"]}], ("Secret",)),
    ],
)
def test_what_a_malformed_pod_names_is_undecided(path, value, kinds):
    """Never nothing, for whom it matters."""
    obj = copy.deepcopy(pod())
    holder = obj
    *parents, last = path.split(".")
    for key in parents:
        holder = holder[key]
    holder[last] = value
    assert tuple(kind for kind in KINDS if _undecided(obj, kind)) == kinds


def _undecided(obj, kind):
    try:
        uses_of(ROWS, obj, kind)
    except Undecided:
        return True
    return False


@pytest.mark.parametrize(
    "spec",
    [
        {},
        None,
        {"volumes": None},
        {"volumes": []},
        {"containers": None},
        {"containers": []},
        {"serviceAccountName": ""},
        {"serviceAccountName": None},
        {"volumes": [None, {"configMap": {"name": None}}]},
    ],
)
def test_what_is_null_or_empty_names_nothing(spec):
    """As what is not there."""
    obj = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec}
    for kind in KINDS:
        assert uses_of(ROWS, obj, kind) == set()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("obj", EXAMPLES, ids=lambda obj: obj["kind"])
def test_what_is_decoded_for_the_rows_alone_names_the_same(obj, kind):
    """As the whole object does: from JSON only what the rows look at is made."""
    group, name = _kind_of_object(obj)
    referring = TABLE.of(group, name, to=("", kind))
    if referring is None:
        return
    raw = JsonCandidate.from_json(orjson.dumps(obj), api_version=obj["apiVersion"], kind=name)
    assert referring.uses(raw) == referring.uses(JsonCandidate.from_object(obj))


@pytest.mark.parametrize(
    "spec",
    [
        5,
        {"volumes": {"a": 1}},
        {"volumes": [5]},
        {"containers": [{"env": [{"valueFrom": {"configMapKeyRef": {"name": 5}}}]}]},
        {"containers": [{"env": {"a": 1}}]},
        {"volumes": [{"csi": {"volumeAttributes": "x"}}]},
        {"volumes": [{"configMap": []}]},
    ],
)
def test_what_is_of_another_shape_is_as_undecided_from_json(spec):
    """The decoder fails, the whole is looked at, and says why it cannot tell."""
    obj = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "a"}, "spec": spec}
    uses = TABLE.of("", "Pod", to=("", "ConfigMap")).uses
    said = []
    for candidate in (
        JsonCandidate.from_json(orjson.dumps(obj), api_version="v1", kind="Pod"),
        JsonCandidate.from_object(obj),
    ):
        try:
            said.append(uses(candidate))
        except Undecided as doubt:
            said.append(str(doubt))
    assert said[0] == said[1]

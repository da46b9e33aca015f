"""zen-gc's own table of references: each kind by a real example, each row by one of them, and nothing beside."""

from __future__ import annotations

import copy

import pytest
from zen_gc_conditions.references import reference_rows

from tests.plugins.reference_examples import BEARERS, ELSEWHERE, NAMED, OTHERS, TELL_OTHERS, TOLD, pod
from zen_gc_core import Exhaustive, Reference, Undecided
from zen_gc_core.testing import uses_of

ROWS = reference_rows()
KINDS = ("ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount")
NAMES_OF_OTHERS = [
    pytest.param(example["object"], kind, names, id=f"{example['object']['kind']}-{kind}-{index}")
    for index, example in enumerate(OTHERS)
    for kind, names in example["names"].items()
]
EXAMPLES = [pod(), *BEARERS, *(example["object"] for example in OTHERS)]


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


def test_each_row_finds_something_in_an_example():
    """By itself: a row that no example needs is one that nobody has tried."""
    found = set()
    for row in ROWS:
        if isinstance(row, Reference):
            alone = [row, Exhaustive(row.group, row.kind, "the row alone")]
            target = "ConfigMap" if row.to == "*" else row.to
            for obj in EXAMPLES:
                if uses_of(alone, obj, target):
                    found.add(row)
                    break
    assert [row for row in ROWS if isinstance(row, Reference) and row not in found] == []


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
        *({field: empty} for field in ("volumes", "containers") for empty in (None, [])),
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

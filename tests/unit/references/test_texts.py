"""Names in the texts of objects of unknown kinds: whatever may be meant is found, and the work stays in proportion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.references import References, found_under

NAMES = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?(\.[a-z0-9]{1,5})?", fullmatch=True)
KEYS = st.text(max_size=8)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=20)


def _uses(obj, to=("", "Secret")):
    candidate = JsonCandidate.from_object(obj)
    group = candidate.api_version.rpartition("/")[0]
    return set(References().of(group, candidate.kind, to=to).uses(candidate))


def _thing(**fields):
    metadata = {"name": "thing", "namespace": "shop", **fields.pop("metadata", {})}
    return {"apiVersion": "acme.io/v1", "kind": "Thing", "metadata": metadata, **fields}


@st.composite
def _around(draw, inner):
    """Any JSON around a value."""
    value = inner
    for _ in range(draw(st.integers(0, 5))):
        if draw(st.booleans()):
            value = [draw(LEAVES), value, draw(LEAVES)]
        else:
            value = {**draw(st.dictionaries(KEYS, LEAVES, max_size=3)), draw(KEYS): value}
    return value


@given(data=st.data(), name=NAMES, namespace=st.from_regex(r"[a-z]{1,10}", fullmatch=True))
def test_a_text_that_is_a_name_is_a_use_wherever_it_is(data, name, namespace):
    """At whatever depth, in any field but what the server itself writes; so is NAMESPACE/NAME in that namespace."""
    field = data.draw(st.sampled_from(["spec", "status", "data", "anything"]))
    assert ("shop", name) in _uses(_thing(**{field: data.draw(_around(name))}))
    assert (namespace, name) in _uses(_thing(**{field: data.draw(_around(f"{namespace}/{name}"))}))


@pytest.mark.parametrize(
    ("fields", "use"),
    [
        ({"spec": "here"}, "shop/here"),
        ({"spec": {"args": "--config=a/b --secret here,there"}}, "shop/here"),
        ({"spec": {"args": "--config=a/b --secret here,there"}}, "a/b"),
        ({"spec": {"url": "k8s://certs/here"}}, "certs/here"),
        ({"spec": {"ref": "here:key"}}, "shop/here"),
        ({"spec": {"secret": "here.far"}}, "far/here"),
        ({"spec": {"secret": "here.far"}}, "shop/here.far"),
        ({"spec": {"values": "auth:\n  existingSecret: 'here'\n"}}, "shop/here"),
        ({"spec": {"secrets": {"here": "/etc/secrets"}}}, "shop/here"),
        ({"spec": {"conf": {"driver.secrets.here": "/etc"}}}, "shop/here"),
        ({"spec": {"ref": {"name": "here", "namespace": "far"}}}, "far/here"),
        ({"spec": {"ref": {"name": "here", "namespace": "far"}}}, "shop/here"),
        ({"spec": {"target": {"targetNamespace": "far", "refs": [{"deep": {"name": "here"}}]}}}, "far/here"),
        ({"spec": {"a": {"namespace": "far", "b": {"namespace": "near", "name": "here"}}}}, "near/here"),
        ({"status": {"current": {"name": "here", "namespace": "far"}}}, "far/here"),
        ({"status": {"inventory": ["far/here"]}}, "far/here"),
        ({"metadata": {"annotations": {"acme.io/secret": "far/here"}}}, "far/here"),
        ({"metadata": {"labels": {"uses": "here"}}}, "shop/here"),
        ({"spec": {}}, "shop/thing"),
        ({"spec": {"deep": {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}}}, "shop/data-thing-#"),
        ({"spec": {"volumeClaimTemplates": [{"name": "data"}]}}, "shop/data-thing-#"),
    ],
)
def test_what_may_be_meant_is_found(fields, use):
    """Words of longer texts, keys, what is beside a namespace, the object's own name, and claims by its templates."""
    assert tuple(use.split("/")) in _uses(_thing(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"status": {"message": "waiting for here"}},
        {"metadata": {"managedFields": [{"manager": "here"}]}},
        {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "here"}}},
        {"metadata": {"annotations": {"meta.helm.sh/release-name": "here"}}},
        {"metadata": {"annotations": {"held.gc.kube-zen.io/0a": "here"}}},
        {"spec": {"name": "Here"}},
        {"spec": {"name": "here" * 100}},
        {"spec": {"name": "hereabouts"}},
    ],
)
def test_what_cannot_be_meant_is_no_use(fields):
    """Sentences of a status, what others write into metadata, and what is no name."""
    assert not {name for _, name in _uses(_thing(**fields)) if name == "here"}


def test_what_an_object_without_a_namespace_names_may_be_in_any():
    """And beside it in the one that it says."""
    obj = _thing(spec={"ref": {"name": "here", "namespace": "far"}})
    del obj["metadata"]["namespace"]
    assert {("*", "here"), ("far", "here")} <= _uses(obj)


def test_an_object_is_no_use_of_itself():
    """That it carries its own name says nothing; that another of its kind does, says something."""
    assert ("shop", "thing") not in _uses(_thing(), to=("acme.io", "Thing"))
    assert ("far", "thing") in _uses(_thing(spec={"ref": "far/thing"}), to=("acme.io", "Thing"))
    assert ("shop", "other") in _uses(_thing(spec={"ref": "other"}), to=("acme.io", "Thing"))


MANY = [f"a{each}" for each in range(12_000)]


@pytest.mark.parametrize(
    ("spec", "used"),
    [
        ({"names": MANY}, {("shop", "*")}),
        ({"text": " ".join(MANY * 5)}, {("shop", "*")}),
        ({"names": MANY, "namespace": "far"}, {("shop", "*"), ("far", "*")}),
        ({"far": [f"far/{each}" for each in MANY]}, {("far", "*"), ("shop", "*")}),
        ({"far": [f"{each}/here" for each in MANY]}, {("*", "*")}),
        ({f"n{each}namespace": f"n{each}" for each in range(2000)} | {"names": MANY}, {("*", "*")}),
        ({".".join(MANY): "b"}, set()),
    ],
    ids=["names", "one text", "beside a namespace", "in another", "in many others", "many namespaces", "many dots"],
)
@pytest.mark.parametrize("field", ["spec", "data"])
def test_of_an_object_that_names_more_than_is_kept_all_that_it_may_mean_is_used(field, spec, used):
    """Whoever may write objects of his own cannot make the program remember all that he writes."""
    found = _uses(_thing(**{field: spec}))
    assert len(found) <= 10_100
    assert used <= found
    assert all(set(found_under("shop", name)) & found for name in (MANY[0], MANY[-1])) or not used


def test_a_word_on_the_border_of_two_pieces_of_a_long_text_is_found():
    """Wherever it is cut."""
    for before in range(65_500, 65_540):
        assert ("far", "here") in _uses(_thing(spec={"text": " " * before + "far/here" + " there" * 9}))


def test_namespaces_that_enclose_each_other_cost_nothing_more():
    """Of many around a name the innermost counts, and two in each map do not double at every depth."""
    value = "here"
    for depth in range(300):
        value = {"aNamespace": f"a{depth}", "bNamespace": f"b{depth}", "in": value}
    found = _uses(_thing(spec=value))
    assert {("shop", "here"), ("a0", "here"), ("b0", "here")} <= found
    assert ("a299", "here") not in found
    assert len(found) < 5000

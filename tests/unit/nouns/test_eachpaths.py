"""Paths that walk lists: which texts they find, what is none, and what cannot be told."""

from __future__ import annotations

import pytest

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.model.eachpaths import EachPath
from zen_gc_core.model.json_candidates import JsonCandidate

CLAIMS = "spec.volumes[].persistentVolumeClaim.claimName"


def texts(path, spec):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"a[]b": "x"}}, "spec": spec}
    return list(EachPath.parse(path).texts(JsonCandidate.from_object(pod)))


@pytest.mark.parametrize(
    ("path", "spec", "found"),
    [
        (CLAIMS, {"volumes": [{"persistentVolumeClaim": {"claimName": "a"}}, {"emptyDir": {}}]}, ["a"]),
        (CLAIMS, {"volumes": [{"persistentVolumeClaim": {"claimName": name}} for name in "ab"]}, ["a", "b"]),
        (
            CLAIMS,
            {"volumes": [{"persistentVolumeClaim": None}, {"persistentVolumeClaim": {"claimName": ""}}, None]},
            [],
        ),
        (CLAIMS, {"volumes": []}, []),
        (CLAIMS, {"volumes": None}, []),
        (CLAIMS, {}, []),
        ("spec.args[]", {"args": ["a", "b"]}, ["a", "b"]),
        ("spec.lists[][]", {"lists": [["a"], [], ["b", "c"]]}, ["a", "b", "c"]),
        ("spec.them[][0].name", {"them": [[{"name": "a"}, {"name": "b"}], []]}, ["a"]),
        ("spec.name", {"name": "a"}, ["a"]),
        ("metadata.labels['a[]b']", {}, ["x"]),
    ],
)
def test_every_element_of_a_list_is_walked(path, spec, found):
    """What is missing, null or empty has no text."""
    assert texts(path, spec) == found


@pytest.mark.parametrize(
    ("path", "spec", "why"),
    [
        (CLAIMS, {"volumes": {"a": 1}}, "walks a list, and there is an object"),
        (CLAIMS, {"volumes": ["a"]}, "goes into an object, and there is a string"),
        (CLAIMS, {"volumes": [{"persistentVolumeClaim": {"claimName": 5}}]}, "holds a number, no text"),
        ("spec.args[][0]", {"args": [{"0": "a"}]}, "goes into a list, and there is an object"),
        ("spec.name", {"name": ["a"]}, "holds an object|holds a list"),
    ],
)
def test_what_is_of_another_shape_is_undecided(path, spec, why):
    """It has not said that it names nothing."""
    with pytest.raises(Undecided, match=why):
        texts(path, spec)


@pytest.mark.parametrize(
    "path", ["", "[]", "[].a", "spec.[]", "spec[]a", "spec.volumes[", "spec[].", 5, None, "a" * 1025]
)
def test_what_is_no_path_is_refused(path):
    """In one line."""
    with pytest.raises(InputError) as refused:
        EachPath.parse(path)
    assert "\n" not in str(refused.value)


def test_its_place_is_held_against_a_schema_through_the_first_element():
    """The shape of an element is that of all."""
    assert str(EachPath.parse("spec.them[].a[0][].b").of_first) == "spec.them[0].a[0][0].b"

"""Paths that walk lists: which texts they find, what is none, and what cannot be told."""

from __future__ import annotations

import random

import orjson
import pytest

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.model.eachpaths import EachPath
from zen_gc_core.model.json_candidates import JsonCandidate

CLAIMS = "spec.volumes[].persistentVolumeClaim.claimName"


def texts(path, spec):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"a[]b": "x"}}, "spec": spec}
    found = ways(EachPath.parse(path), pod)
    assert found[1:] == found[:-1]
    if isinstance(found[0], str):
        raise Undecided(found[0])
    return found[0]


def ways(path, pod):
    """What is found as it is looked at once, and by whoever looks at many, decoded and as JSON; or why it is not told."""
    raw = orjson.dumps({**pod, "status": {}})
    candidates = (
        lambda: JsonCandidate.from_object(pod),
        lambda: JsonCandidate.from_json(raw, api_version="v1", kind="Pod"),
    )
    found = []
    for made in candidates:
        for read in (path.texts, path.reader()):
            try:
                found.append(list(read(made())))
            except Undecided as why:
                found.append(str(why))
    return found


VALUES: tuple[object, ...] = (None, "", "a", "b", 5, True, {}, [])


def anything(draw, depth):
    """A value of no shape in particular, such as the paths below walk."""
    if not depth or draw.random() < 0.12:
        return draw.choice(VALUES)
    if draw.random() < 0.5:
        return [anything(draw, depth - 1) for _ in range(draw.randrange(1, 3))]
    return {key: anything(draw, depth - 1) for key in draw.sample(["a", "b", "c"], draw.choice([1, 2, 3, 3]))}


@pytest.mark.parametrize("path", ["spec.a[].b.c", "spec.a.b[].c", "spec.a[][]", "spec.a[].b[].c", "spec.a", "spec[].a"])
def test_who_looks_at_many_finds_the_same(path):
    """Whatever stands there; and it is told the same where it cannot be told."""
    draw, asked = random.Random(path), EachPath.parse(path)
    for _ in range(800):
        found = ways(asked, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": anything(draw, 5)})
        assert found[1:] == found[:-1], found


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

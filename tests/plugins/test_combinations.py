"""``any``, ``all`` and ``none``: three-valued as in CEL, over every combination."""

from __future__ import annotations

import itertools

import pytest
from zen_gc_conditions.combinations import ALL, ANY, NONE

from zen_gc_core import InputError, Missing, Undecided
from zen_gc_core.testing import ask, compile_keyword, explain

OBJECT = {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a", "labels": {"app": "web"}}, "spec": {"it": 1}}
PARTS = {
    True: {"fields": [{"path": "spec.it", "value": 1}]},
    False: {"fields": [{"path": "spec.it", "value": 2}]},
    None: {"fields": [{"path": "spec.typo", "value": 1}]},
}
"""Condition maps that hold, do not hold, and cannot tell."""
TRIPLES = list(itertools.product(PARTS, repeat=3))


def _any(parts):
    return True if True in parts else None if None in parts else False


def _all(parts):
    return False if False in parts else None if None in parts else True


def _none(parts):
    return {True: False, False: True, None: None}[_any(parts)]


def _asked(keyword, config):
    try:
        return ask(keyword, config, OBJECT)
    except Undecided:
        return None


@pytest.mark.parametrize("parts", TRIPLES)
@pytest.mark.parametrize(("keyword", "meant"), [(ANY, _any), (ALL, _all), (NONE, _none)])
def test_the_truth_table(keyword, meant, parts):
    """One true decides ``any`` and ``none``, one false ``all``; otherwise undecided stays undecided."""
    assert _asked(keyword, [PARTS[part] for part in parts]) is meant(parts)


@pytest.mark.parametrize("outer", [ANY, ALL, NONE])
@pytest.mark.parametrize("inner", ["any", "all", "none"])
@pytest.mark.parametrize("part", PARTS)
def test_undecided_passes_through_nesting(outer, inner, part):
    """Also under two negations."""
    meant = {"any": _any, "all": _all, "none": _none}
    expected = meant[outer.name]([meant[inner]([part])])
    assert _asked(outer, [{inner: [PARTS[part]]}]) is expected


def test_a_missing_field_stays_no_error():
    """The reason passes through as it is."""
    for keyword in (ANY, ALL, NONE):
        with pytest.raises(Missing, match=r"spec\.typo is missing"):
            ask(keyword, [PARTS[None]], OBJECT)


def test_a_map_is_a_conjunction():
    """All keywords of one map must hold; an empty map asks nothing and holds."""
    both = {**PARTS[True], "hasLabels": [{"key": "app"}]}
    assert ask(ANY, [both], OBJECT) is True
    assert ask(ANY, [{**both, "owner": {"kind": "Job"}}], OBJECT) is False
    assert ask(ALL, [{}], OBJECT) is True
    assert ask(NONE, [{}], OBJECT) is False


def test_they_say_why_they_do_not_hold():
    """``any`` for each map, ``all`` for the first, ``none`` for those that hold."""
    false, labels = PARTS[False], {"hasLabels": [{"key": "temp"}]}
    assert explain(ANY, [false, labels], OBJECT) == "spec.it is 1, not 2; label 'temp' is missing"
    assert explain(ALL, [PARTS[None], labels, false], OBJECT) == "label 'temp' is missing"
    assert (
        explain(NONE, [PARTS[None], PARTS[True], {}], OBJECT)
        == "none[1] holds (fields) and none[2] holds (it asks nothing)"
    )


@pytest.mark.parametrize(
    ("config", "reads"),
    [
        ([PARTS[True], {"hasLabels": [{"key": "app"}]}], ["metadata.labels.app", "spec.it"]),
        ([{"all": [{"owner": "none"}]}, {}], ["metadata.ownerReferences"]),
        ([PARTS[True], {"cel": "object == {}"}], None),
    ],
)
@pytest.mark.parametrize("keyword", [ANY, ALL, NONE])
def test_they_read_what_their_parts_read(keyword, config, reads):
    """The whole object as soon as one part does."""
    assert compile_keyword(keyword, config).reads == reads


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ([], "any: "),
        ({}, "any: "),
        (None, "any: "),
        (["phase"], r"any\[0\]: "),
        ([{}, {"phsae": ["Failed"]}], r"any\[1\]: unknown 'phsae'; did you mean 'phase'\?"),
        ([{"none": [{"phase": "Failed"}]}], r"any\[0\]\.none\[0\]\.phase: "),
        (
            [{"any": [{"any": [{"any": [{"any": [{"any": [{"any": [{"any": [{"any": [{}]}]}]}]}]}]}]}]}],
            "nested more than 8 deep",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(config, problem):
    """With the place inside; nesting has an end."""
    with pytest.raises(InputError, match=problem):
        ask(ANY, config, OBJECT)

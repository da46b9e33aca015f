"""Selectors: what they take, and how they are pushed down to the server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.fieldpaths import MISSING, FieldPath
from zen_gc_core.model.selectors import FieldSelector, LabelSelector, Requirement, as_text

LABELS = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["", "x", "y"]), max_size=2)
REQUIREMENTS = st.builds(
    Requirement,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"]),
    st.sampled_from([("x",), ("x", "y"), ("",)]),
)


@pytest.mark.parametrize(
    ("requirement", "taken", "pushed_down"),
    [
        (Requirement("a", "In", ("x",)), {"x"}, "a=x"),
        (Requirement("a", "In", ("",)), {""}, "a="),
        (Requirement("a", "In", ("x", "y")), {"x", "y"}, "a in (x,y)"),
        (Requirement("a", "NotIn", ("x",)), {None, "", "y"}, "a notin (x)"),
        (Requirement("a", "Exists"), {"", "x", "y"}, "a"),
        (Requirement("a", "DoesNotExist"), {None}, "!a"),
    ],
)
def test_a_requirement_takes_what_kubernetes_says(requirement, taken, pushed_down):
    """A missing label meets NotIn and DoesNotExist (Kubernetes, "Labels and Selectors")."""
    answers = {value: requirement.takes({} if value is None else {"a": value}) for value in (None, "", "x", "y")}
    assert {value for value, answer in answers.items() if answer} == taken
    assert str(requirement) == pushed_down


@given(st.lists(REQUIREMENTS, max_size=4), LABELS)
def test_a_selector_takes_what_all_its_requirements_take(requirements, labels):
    """And an empty one everything."""
    assert LabelSelector(tuple(requirements)).takes(labels) == all(each.takes(labels) for each in requirements)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (0, "0"),
        (True, "true"),
        (False, "false"),
        (1.5, "1.5"),
        (2.0, "2"),
        (None, None),
        (MISSING, None),
        ([], None),
        ({}, None),
    ],
)
def test_a_scalar_is_compared_as_json_spells_it(value, text):
    """Null, lists and maps equal nothing."""
    assert as_text(value) == text


def test_a_field_selector_takes_objects_whose_fields_all_have_their_value():
    """A missing field has none."""
    selector = FieldSelector(((FieldPath.parse("status.phase"), "Failed"), (FieldPath.parse("spec.n"), "0")))
    takes = [
        selector.takes(lambda path, value=value: path.get(value))
        for value in (
            {"status": {"phase": "Failed"}, "spec": {"n": 0}},
            {"status": {"phase": "Failed"}, "spec": {}},
            {"status": {"phase": "failed"}, "spec": {"n": 0}},
        )
    ]
    assert takes == [True, False, False]


def test_a_field_selector_escapes_what_the_server_would_split_at():
    """Commas, equals signs and backslashes (Kubernetes, "Field Selectors")."""
    assert str(FieldSelector(((FieldPath.parse("a"), "x,y=z\\"),))) == r"a=x\,y\=z\\"

"""``fields``: scalars compare by value, numbers by size, and what cannot be compared is undecided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zen_gc_conditions.fields import FIELDS

from zen_gc_core import InputError, Missing, Undecided
from zen_gc_core.testing import ask, explain

EQUALITIES = [
    {"value": "low"},
    {"operator": "NotEquals", "value": "low"},
    {"operator": "In", "values": ["low"]},
    {"operator": "NotIn", "values": ["low"]},
]


def _object(**spec):
    return {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": spec}


def _ask(found, **requirement):
    return ask(FIELDS, [{"path": "spec.it", **requirement}], _object(it=found))


EQUAL = [
    ("low", "low"),
    ("", ""),
    (0, "0"),
    ("0", 0),
    (5, 5),
    (5, 5.0),
    (5.0, 5),
    ("5.0", 5),
    ("5", 5.0),
    ("1e3", 1000),
    (1000, "1e3"),
    (-7, "-7"),
    (1.5, "1.5"),
    ("1.5", 1.5),
    (True, True),
    (True, "true"),
    ("true", True),
    (False, "false"),
    (2**63, "9223372036854775808"),
    (9007199254740993, "9007199254740993"),
]
DIFFERENT = [
    ("low", "Low"),
    ("0", ""),
    ("0", "0.0"),
    ("5", "05"),
    ("05", 5),
    ("+5", 5),
    (" 5", 5),
    ("0x5", 5),
    ("five", 5),
    ("NaN", 5),
    (5, 6),
    (5, "5s"),
    (1, True),
    (True, 1),
    (0, False),
    (False, "0"),
    (1.0, True),
    (True, "True"),
    (True, "yes"),
    (9007199254740993, 9007199254740992),
    (9007199254740993, 9007199254740992.0),
    ("9007199254740993", 9007199254740992),
    ("\u0665", 5),
]


@pytest.mark.parametrize(
    ("found", "value", "same"), [*((*row, True) for row in EQUAL), *((*row, False) for row in DIFFERENT)]
)
def test_scalars_compare_by_value(found, value, same):
    """Text and text as text; text that spells a number or a boolean as JSON does equals it; 1 is not true."""
    assert _ask(found, value=value) is same
    assert _ask(found, operator="NotEquals", value=value) is not same
    others = [-99] if isinstance(value, bool) else ["another", -99]
    assert _ask(found, operator="In", values=[value, *others]) is same
    assert _ask(found, operator="NotIn", values=[value, *others]) is not same


@pytest.mark.parametrize("text", ["NO", "no", "True", "yes", "", "0"])
@pytest.mark.parametrize("operator", ["Equals", "NotEquals", "In", "NotIn"])
def test_a_text_and_a_boolean_compare_with_nothing(text, operator):
    """An unquoted NO of a policy is false on the cluster: ``NotEquals`` must not take Norway, nor ``none`` over it."""
    asked = {"values": [False]} if operator in {"In", "NotIn"} else {"value": False}
    with pytest.raises(Undecided, match=r"spec\.it is .*, nothing to compare with"):
        _ask(text, operator=operator, **asked)
    assert _ask(found=True, operator=operator, **asked) is (operator in {"NotEquals", "NotIn"})


@given(st.one_of(st.integers(-(2**63), 2**63 - 1), st.booleans(), st.text(max_size=9)))
def test_a_value_equals_itself(value):
    """Whatever scalar it is."""
    assert _ask(value, value=value) is True


@pytest.mark.parametrize(
    ("found", "bound", "greater", "less"),
    [
        (6, 5, True, False),
        (5, 5, False, False),
        (4, 5, False, True),
        (5.5, "5", True, False),
        ("6", 5, True, False),
        ("4.9", "5", False, True),
        (-1, 0, False, True),
        (2**63, 2**63 - 1, True, False),
    ],
)
def test_greater_and_less_compare_numbers(found, bound, greater, less):
    """And text that is one."""
    assert _ask(found, operator="GreaterThan", value=bound) is greater
    assert _ask(found, operator="LessThan", value=bound) is less


@pytest.mark.parametrize("found", ["", "five", "5Gi", "0x5", True, None, [], [5], {}])
@pytest.mark.parametrize("operator", ["GreaterThan", "LessThan"])
def test_greater_and_less_of_what_is_no_number_are_undecided(found, operator):
    """Neither is true, and neither is false under ``none``."""
    with pytest.raises(Undecided, match=r"spec\.it is .*, no number") as doubt:
        _ask(found, operator=operator, value=1)
    assert not isinstance(doubt.value, Missing)


@pytest.mark.parametrize("found", [None, [], ["low"], {}, {"low": 1}])
@pytest.mark.parametrize("requirement", EQUALITIES)
def test_lists_maps_and_null_compare_with_nothing(found, requirement):
    """Undecided, and that is an evaluation error."""
    with pytest.raises(Undecided, match=r"spec\.it is .*, nothing to compare with") as doubt:
        _ask(found, **requirement)
    assert not isinstance(doubt.value, Missing)


@pytest.mark.parametrize("found", ["x", 0, False, None, [], {}])
def test_a_field_exists_whatever_it_holds(found):
    """Null is a value, as in CEL."""
    assert _ask(found) is True
    assert _ask(found, operator="Exists") is True
    assert _ask(found, operator="DoesNotExist") is False


@pytest.mark.parametrize(
    "requirement",
    [
        *EQUALITIES,
        {"operator": "GreaterThan", "value": 1},
        {"operator": "LessThan", "value": 1},
    ],
)
def test_a_missing_field_is_undecided_and_no_error(requirement):
    """A typo in a path must not collect, not even under ``none``; Exists and DoesNotExist alone tell."""
    config = [{"path": "spec.typo", **requirement}]
    with pytest.raises(Missing, match=r"spec\.typo is missing"):
        ask(FIELDS, config, _object())
    assert ask(FIELDS, [{"path": "spec.typo"}], _object()) is False
    assert ask(FIELDS, [{"path": "spec.typo", "operator": "DoesNotExist"}], _object()) is True
    assert ask(FIELDS, [{"path": "spec.typo", "operator": "Exists"}, *config], _object()) is False


def test_one_false_is_false_whatever_else_cannot_be_told():
    """In either order, as ``&&`` in CEL."""
    false, undecided, true = (
        {"path": "spec.it", "value": 2},
        {"path": "spec.typo", "value": 1},
        {"path": "spec.it", "value": 1},
    )
    assert ask(FIELDS, [undecided, false], _object(it=1)) is False
    assert ask(FIELDS, [false, undecided], _object(it=1)) is False
    with pytest.raises(Missing):
        ask(FIELDS, [true, undecided, true], _object(it=1))
    assert ask(FIELDS, [true, true], _object(it=1)) is True


@pytest.mark.parametrize(
    ("found", "requirement", "words"),
    [
        ("low", {"operator": "In", "values": ["high", "critical"]}, "spec.it is 'low', not 'high' or 'critical'"),
        (3, {"value": 0}, "spec.it is 3, not 0"),
        (3, {"operator": "GreaterThan", "value": 5}, "spec.it is 3, not greater than 5"),
        (True, {"operator": "NotEquals", "value": True}, "spec.it is true, not something else"),
        ({}, {"operator": "DoesNotExist"}, "spec.it is there"),
        ("x" * 100, {"value": "y"}, f"spec.it is '{'x' * 39}…, not 'y'"),
    ],
)
def test_it_says_what_it_found(found, requirement, words):
    """Briefly, whatever the object holds."""
    assert explain(FIELDS, [{"path": "spec.it", **requirement}], _object(it=found)) == words


def test_it_says_that_a_field_is_missing():
    """The one case in which a missing field is false."""
    assert explain(FIELDS, [{"path": "spec.typo"}], _object()) == "spec.typo is missing"


@pytest.mark.parametrize(
    ("requirement", "problem"),
    [
        ({"operator": "GreaterThan", "value": "soon"}, "[0].value: must be a number: GreaterThan compares numbers"),
        ({"operator": "LessThan", "value": True}, "[0].value: must be a number"),
        ({"operator": "LessThan"}, "[0].value: is required"),
        ({"operator": "greater than", "value": 1}, "unknown operator 'greater than'; did you mean 'GreaterThan'?"),
        ({"value": [1]}, "[0].value: must be text, a number or a boolean"),
        ({"value": {}}, "[0].value: must be text, a number or a boolean"),
        ({"value": None}, "[0].value: must not be null"),
        ({"operator": "In", "values": ["a", None]}, "[0].values[1]: must be text, a number or a boolean"),
        (
            {"operator": "NotIn", "values": [False, "SE"]},
            "[0].values[0]: is false among texts: YAML makes that of an unquoted no, off or n; write it in quotes",
        ),
        ({"operator": "In", "values": ["maybe", True]}, "[0].values[1]: is true among texts"),
        ({"path": "spec..it"}, "[0].path: 'spec..it' is no field path"),
        ({"fieldPath": "spec.it"}, "unknown field 'fieldPath'"),
    ],
)
def test_what_cannot_be_meant_is_refused(requirement, problem):
    """With its place."""
    with pytest.raises(InputError) as refusal:
        ask(FIELDS, [{"path": "spec.it", **requirement}], _object(it=1))
    assert problem in str(refusal.value)

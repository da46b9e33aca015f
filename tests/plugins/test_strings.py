"""``hasLabels`` and ``hasAnnotations``: operators, defaults, missing keys, and what is refused."""

from __future__ import annotations

import pytest
from zen_gc_conditions.strings import HAS_ANNOTATIONS, HAS_LABELS

from zen_gc_core import InputError
from zen_gc_core.testing import ask, compile_keyword, explain

KEYWORDS = pytest.mark.parametrize(("keyword", "where"), [(HAS_LABELS, "labels"), (HAS_ANNOTATIONS, "annotations")])


def _object(where, strings):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", where: strings}}


TRUTH = [
    ({}, True, True, False),
    ({"operator": "Exists"}, True, True, False),
    ({"operator": "DoesNotExist"}, False, False, True),
    ({"value": "web"}, True, False, False),
    ({"operator": "Equals", "value": "web"}, True, False, False),
    ({"operator": "NotEquals", "value": "web"}, False, True, True),
    ({"operator": "In", "values": ["web", "api"]}, True, False, False),
    ({"operator": "In", "value": "web"}, True, False, False),
    ({"operator": "NotIn", "values": ["web", "api"]}, False, True, True),
    ({"operator": "NotIn", "value": "web"}, False, True, True),
    ({"value": ""}, False, False, False),
]


@KEYWORDS
@pytest.mark.parametrize("row", TRUTH, ids=str)
def test_the_operators(keyword, where, row):
    """Of a key with that text, with another, and of a missing key (as in label selectors)."""
    requirement, same, other, missing = row
    config = [{"key": "app", **requirement}]
    assert ask(keyword, config, _object(where, {"app": "web"})) is same
    assert ask(keyword, config, _object(where, {"app": "db"})) is other
    assert ask(keyword, config, _object(where, {"application": "web"})) is missing
    assert ask(keyword, config, _object(where, None)) is missing


@KEYWORDS
def test_all_requirements_must_hold(keyword, where):
    """And the first that does not is named."""
    config = [{"key": "app"}, {"key": "temp"}]
    assert ask(keyword, config, _object(where, {"app": "x", "temp": "y"})) is True
    assert ask(keyword, config, _object(where, {"app": "x"})) is False
    assert explain(keyword, config, _object(where, {"app": "x"})) == f"{where[:-1]} 'temp' is missing"


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        ({"operator": "DoesNotExist"}, "label 'app' is there"),
        ({"value": "db"}, "label 'app' is 'web', not 'db'"),
        ({"operator": "In", "values": ["db", "api"]}, "label 'app' is 'web', not 'db' or 'api'"),
        ({"operator": "NotEquals", "value": "web"}, "label 'app' is 'web', not something else"),
    ],
)
def test_it_says_what_it_found(requirement, words):
    """In the words of the plan."""
    assert explain(HAS_LABELS, [{"key": "app", **requirement}], _object("labels", {"app": "web"})) == words


@KEYWORDS
@pytest.mark.parametrize(
    ("requirement", "problem"),
    [
        ({"operator": "Equals"}, "[0].value: is required: Equals needs one"),
        ({"operator": "NotEquals", "values": ["a"]}, "[0].values: must not be there: NotEquals takes one value"),
        ({"operator": "In"}, "[0].values: must not be empty: In needs one or more"),
        ({"operator": "NotIn", "values": []}, "[0].values: must not be empty"),
        ({"operator": "Exists", "value": "a"}, "[0].value: must not be there: Exists takes none"),
        ({"operator": "DoesNotExist", "values": []}, "[0].values: must not be there: DoesNotExist takes none"),
        ({"operator": "In", "value": "a", "values": ["b"]}, "[0]: takes value or values, not both"),
        ({"values": ["a"]}, "[0].values: needs an operator beside it: In or NotIn"),
        ({"value": None}, "[0].value: must not be null"),
        ({"operator": None}, "[0].operator: must not be null"),
        ({"operator": "Equal", "value": "a"}, "unknown operator 'Equal'; did you mean 'Equals'?"),
        ({"operator": "notin", "values": ["a"]}, "unknown operator 'notin'; did you mean 'NotIn'?"),
        ({"operator": "GreaterThan", "value": "1"}, "unknown operator 'GreaterThan'"),
        ({"operator": "", "value": "1"}, "unknown operator ''"),
        ({"value": True}, "[0].value: must be text: write it in quotes"),
        ({"value": 5}, "[0].value: must be text: write it in quotes"),
        ({"operator": "In", "values": ["a", 1.5]}, "[0].values[1]: must be text: write it in quotes"),
        ({"vlaue": "a"}, "[0].vlaue: unknown field 'vlaue'; did you mean 'value'?"),
    ],
)
def test_what_cannot_be_meant_is_refused(keyword, where, requirement, problem):
    """With its place, and the nearest name for a misspelt one."""
    with pytest.raises(InputError) as refusal:
        ask(keyword, [{"key": "app", **requirement}], _object(where, {}))
    assert problem in str(refusal.value)


@KEYWORDS
@pytest.mark.parametrize("config", [[], {}, "app", ["app"], [{}], [{"key": ""}], [{"key": 5}], None])
def test_what_is_no_list_of_requirements_is_refused(keyword, where, config):
    """An empty list asks nothing, and nobody writes it to say so."""
    with pytest.raises(InputError):
        ask(keyword, config, _object(where, {}))


@pytest.mark.parametrize("key", ["a b", "a/b/c", "-a", "a=b", "x" * 64, "Example.com/a"])
def test_a_key_that_no_label_can_have_is_refused(key):
    """Under DoesNotExist a typo would hold for every object."""
    with pytest.raises(InputError, match="is no label key"):
        ask(HAS_LABELS, [{"key": key, "operator": "DoesNotExist"}], _object("labels", {}))


def test_the_domain_of_an_annotation_may_be_in_capitals():
    """Kubernetes lower-cases an annotation's key before it checks it."""
    assert ask(HAS_ANNOTATIONS, [{"key": "Example.com/a"}], _object("annotations", {"Example.com/a": ""})) is True
    with pytest.raises(InputError, match="is no key of an annotation"):
        ask(HAS_ANNOTATIONS, [{"key": "a b"}], _object("annotations", {}))


@KEYWORDS
def test_each_key_is_declared_by_itself(keyword, where):
    """Dots and slashes are quoted; a key that is asked twice is declared once."""
    keys = ["app", "app.kubernetes.io/name", "app"]
    reads = compile_keyword(keyword, [{"key": key} for key in keys]).reads
    assert reads == [f"metadata.{where}.app", f"metadata.{where}['app.kubernetes.io/name']"]

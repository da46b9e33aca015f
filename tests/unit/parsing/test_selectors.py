"""Reading selectors: what Kubernetes accepts is accepted, what it refuses is refused, and nothing is guessed."""

from __future__ import annotations

import pytest

from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.policy import API_VERSION
from zen_gc_core.model.selectors import LabelSelector


def parse(**target):
    """Parse a policy whose target has these fields beside its kind."""
    return parse_policy(
        {
            "apiVersion": API_VERSION,
            "kind": "GarbageCollectionPolicy",
            "metadata": {"name": "p", "namespace": "team"},
            "spec": {
                "targetResources": [{"apiVersion": "v1", "kind": "Pod", **target}],
                "ttl": {"immediate": True},
            },
        }
    )


@pytest.mark.parametrize(
    ("selector", "pushed_down"),
    [
        ({}, ""),
        ({"matchLabels": {"b": "2", "a": ""}}, "a=,b=2"),
        ({"matchLabels": {"app.kubernetes.io/name": "x"}}, "app.kubernetes.io/name=x"),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["y", "x", "y"]}]}, "a in (x,y)"),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["x"]}]}, "a notin (x)"),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, "a"),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist", "values": []}]}, "!a"),
    ],
)
def test_a_label_selector_is_read_as_kubernetes_reads_it(selector, pushed_down):
    """In an order of its own, so that equal selectors make equal requests."""
    assert str(parse(labelSelector=selector).policy.targets[0].label_selector) == pushed_down


@pytest.mark.parametrize(
    ("selector", "error"),
    [
        ([], "labelSelector: must be an object, not a list"),
        ({"matchLabels": {"a": True}}, "labelSelector.matchLabels.a: must be text, not true; write it in quotes"),
        ({"matchLabels": {"a": None}}, "labelSelector.matchLabels.a: must be text, not null"),
        ({"matchLabels": None}, "labelSelector.matchLabels: is null; leave it out, or give it a value"),
        (
            {"matchExpressions": [{"key": "a", "operator": "in", "values": ["x"]}]},
            (
                "labelSelector.matchExpressions[0].operator: must be one of In, NotIn, Exists, DoesNotExist, not 'in'; "
                "did you mean 'In'?"
            ),
        ),
        (
            {"matchExpressions": [{"key": "a", "values": ["x"]}]},
            "labelSelector.matchExpressions[0].operator: is missing: write one of In, NotIn, Exists, DoesNotExist",
        ),
        ({"matchExpressions": [{"operator": "Exists"}]}, "labelSelector.matchExpressions[0].key: is missing"),
        (
            {"matchExpressions": [{"key": "a", "operator": "NotIn"}]},
            "labelSelector.matchExpressions[0]: NotIn needs values",
        ),
        (
            {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["x"]}]},
            "labelSelector.matchExpressions[0]: Exists takes no values",
        ),
    ],
)
def test_a_wrong_label_selector_is_refused(selector, error):
    """A selector that cannot be read must not select everything."""
    assert [str(problem) for problem in parse(labelSelector=selector).errors] == [f"spec.targetResources[0].{error}"]


@pytest.mark.parametrize(
    "key", ["", "a b", "-a", "a-", "a" * 64, "/a", "A.io/a", "a/b/c", "a.io/", "a" * 254 + "/x", "a\n"]
)
def test_a_key_that_no_label_can_have_is_refused(key):
    """Kubernetes, "qualified name"."""
    assert len(parse(labelSelector={"matchLabels": {key: "x"}}).errors) == 1


@pytest.mark.parametrize("value", ["a b", "-a", "a-", "a" * 64, "a/b", "é", "a\n"])
def test_a_value_that_no_label_can_have_is_refused(value):
    """Kubernetes, "label value"."""
    assert len(parse(labelSelector={"matchLabels": {"a": value}}).errors) == 1


def test_a_null_selector_selects_everything_with_a_warning():
    """As in the Go program; a forgotten value is shown."""
    parsed = parse(labelSelector=None, fieldSelector=None)
    target = parsed.policy.targets[0]
    assert (target.label_selector, target.field_selector) == (None, None)
    assert [warning.path.rpartition(".")[2] for warning in parsed.warnings] == ["labelSelector", "fieldSelector"]


def test_an_empty_selector_is_no_missing_one():
    """It takes all objects and is asked all the same."""
    assert parse(labelSelector={}).policy.targets[0].label_selector == LabelSelector()


def test_a_field_selector_compares_scalars_as_text():
    """A number, a boolean and text are written as JSON writes them."""
    fields = {"spec.a": 1, "spec.b": True, "metadata.labels['x.y']": "z", "spec.c": 1.5}
    selector = parse(fieldSelector={"matchFields": fields}).policy.targets[0].field_selector
    assert {path.text: value for path, value in selector.fields} == {
        "spec.a": "1",
        "spec.b": "true",
        "metadata.labels['x.y']": "z",
        "spec.c": "1.5",
    }


@pytest.mark.parametrize(
    "fields", [{"spec.": "x"}, {"": "x"}, {"a": None}, {"a": []}, {"a": {}}, {"a": "x" * 1025}, {"a": 2**64}]
)
def test_a_field_that_cannot_be_compared_is_refused(fields):
    """A malformed path, and a value that is no scalar."""
    assert len(parse(fieldSelector={"matchFields": fields}).errors) == 1

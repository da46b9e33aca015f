"""Merging: RFC 7386, strategic merge, and server-side apply."""

from __future__ import annotations

import pytest
from zen_gc_embedded.kinds.builtin_resources import builtin_resources
from zen_gc_embedded.rules.applying import Applier, applied
from zen_gc_embedded.rules.patching import decode_yaml, merge
from zen_gc_embedded.rules.strategic import strategic_merge
from zen_gc_embedded.statuses import StatusError

CONFIGMAPS = next(resource for resource in builtin_resources() if resource.plural == "configmaps")
PODS = next(resource for resource in builtin_resources() if resource.plural == "pods")


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patches_follow_the_table_of_the_rfc(target, patch, result):
    """RFC 7386, appendix A."""
    assert merge(target, patch) == result


@pytest.mark.parametrize(
    ("value", "patch", "result"),
    [
        (
            {"containers": [{"name": "a", "image": "1"}, {"name": "b"}]},
            {"containers": [{"name": "a", "image": "2"}]},
            {"containers": [{"name": "a", "image": "2"}, {"name": "b"}]},
        ),
        ({"containers": [{"name": "a"}]}, {"containers": [{"name": "a", "$patch": "delete"}]}, {"containers": []}),
        (
            {"containers": [{"name": "a"}]},
            {"containers": [{"$patch": "replace"}, {"name": "b"}]},
            {"containers": [{"name": "b"}]},
        ),
        ({"args": ["a"]}, {"args": ["b"]}, {"args": ["b"]}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"$retainKeys": ["c"], "c": 3}}, {"a": {"c": 3}}),
        ({"a": {"b": 1}}, {"a": {"$patch": "delete"}}, {}),
        ({"a": 1}, {"$setElementOrder/a": [1], "b": 2}, {"a": 1, "b": 2}),
    ],
)
def test_strategic_merge_knows_keys_and_directives(value, patch, result):
    """Lists with a merge key merge by it, others are replaced."""
    assert strategic_merge(value, patch) == result


def apply(live, data, manager="m", *, force=False, resource=CONFIGMAPS, **more):
    configuration = {"metadata": {"name": "x"}, "data": data, **more}
    return applied(resource, live, configuration, Applier(manager, "2026-01-01T00:00:00Z", force=force))


def test_what_a_manager_does_not_apply_again_goes():
    """Its fields are in managedFields; fields of others stay."""
    live = apply({}, {"mine": "1", "also": "2"})
    live["data"]["foreign"] = "3"
    assert apply(live, {"mine": "1"})["data"] == {"mine": "1", "foreign": "3"}


def test_a_field_of_two_managers_stays_until_both_let_go():
    """Sharing a value is no conflict."""
    live = apply(apply({}, {"a": "1"}, "one"), {"a": "1"}, "two")
    live = apply(live, {}, "one")
    assert live["data"] == {"a": "1"}
    assert "a" not in apply(live, {}, "two").get("data", {})


def test_another_value_is_a_conflict_unless_forced():
    """Who forces owns the field from then on."""
    live = apply({}, {"a": "1"}, "one")
    with pytest.raises(StatusError, match=r'conflict with "one": \.data\.a'):
        apply(live, {"a": "2"}, "two")
    taken = apply(live, {"a": "2"}, "two", force=True)
    assert taken["data"] == {"a": "2"}
    assert [entry["fieldsV1"]["f:data"] for entry in taken["metadata"]["managedFields"]] == [{"f:a": {}}, {}]


def test_lists_with_keys_are_owned_entry_by_entry():
    """An entry that is not applied again goes, others stay."""
    containers = [{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]
    live = apply({}, {}, resource=PODS, spec={"containers": containers})
    live["spec"]["containers"].append({"name": "foreign"})
    again = apply(live, {}, resource=PODS, spec={"containers": [{"name": "b", "image": "2"}]})
    assert again["spec"]["containers"] == [{"name": "b", "image": "2"}, {"name": "foreign"}]


@pytest.mark.parametrize(
    ("text", "value"),
    [(b"a: 2026-01-01", {"a": "2026-01-01"}), (b"a: 1", {"a": 1}), (b"1: a", {"1": "a"}), (b"- x", ["x"])],
)
def test_yaml_has_the_types_of_json(text, value):
    """A date stays text, and keys are text."""
    assert decode_yaml(text) == value


@pytest.mark.parametrize("text", [b"a: [", b"a: 99999999999999999999999999", b"\xff", b"!!python/object:x {}"])
def test_yaml_that_is_no_json_is_a_bad_request(text):
    """Never an exception of a library."""
    with pytest.raises(StatusError) as raised:
        decode_yaml(text)
    assert raised.value.code == 400

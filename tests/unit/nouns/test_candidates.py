"""Candidates: whatever JSON an object is, it can be asked; what cannot be right about it keeps it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath
from zen_gc_core.model.candidate import UndeclaredReadError
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.reads import NOTHING, WHOLE, Reads
from zen_gc_core.model.restricting import restrict

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web",
        "namespace": "team",
        "uid": "u1",
        "resourceVersion": "7",
        "creationTimestamp": "2026-01-01T12:00:00Z",
        "labels": {"app": "web", "tier": "x"},
        "annotations": {"note": "n"},
        "ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "rs", "uid": "o", "controller": True}
        ],
        "finalizers": ["f"],
    },
    "spec": {"a": {"b": [1, None]}},
    "status": {"phase": "Running"},
    "data": {"k": "v"},
}
PATHS = ["kind", "apiVersion", "metadata.name", "metadata.labels.app", "spec.a.b[0]", "spec.a.b[1]", "status.phase"]
PATHS += ["data.k", "status.none", "nothing.at.all", "metadata", "spec"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=8,
)
_FIELDS = ("name", "namespace", "uid", "creationTimestamp", "labels", "ownerReferences", "deletionTimestamp")
METADATA = st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS, JSON))
OBJECTS = JSON | st.fixed_dictionaries(
    {"metadata": METADATA | JSON}, optional={"spec": JSON, "status": JSON, "x": JSON}
)


def both(document):
    """The object as it comes from a file, and as it comes in a list."""
    raw = json.dumps({name: value for name, value in document.items() if name not in ("apiVersion", "kind")}).encode()
    return [JsonCandidate.from_object(document), JsonCandidate.from_json(raw, api_version="v1", kind="Pod")]


@pytest.mark.parametrize("candidate", both(POD), ids=["file", "list"])
def test_an_object_is_the_same_from_a_file_and_from_a_list(candidate):
    """Identity, metadata and every field; items of lists carry no kind of their own."""
    assert (candidate.api_version, candidate.kind, candidate.namespace, candidate.name) == ("v1", "Pod", "team", "web")
    assert (candidate.uid, candidate.resource_version) == ("u1", "7")
    assert (candidate.labels, candidate.annotations) == (POD["metadata"]["labels"], {"note": "n"})
    assert candidate.created == datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert [(owner.kind, owner.controller) for owner in candidate.owner_references] == [("ReplicaSet", True)]
    assert (candidate.finalizers, candidate.terminating, candidate.malformed) == (["f"], False, None)
    assert {path: candidate.get(path) for path in PATHS} == {path: FieldPath.parse(path).get(POD) for path in PATHS}
    assert candidate.object == POD


@settings(deadline=None)
@given(OBJECTS)
def test_any_json_is_a_candidate(document):
    """Nothing but Undecided is ever raised for what cannot be told."""
    candidates = [JsonCandidate.from_object(document, api_version="v1", kind="Pod")]
    raw = json.dumps(document).encode()
    if isinstance(document, dict):
        candidates.append(JsonCandidate.from_json(raw, api_version="v1", kind="Pod"))
    for candidate in candidates:
        assert isinstance(candidate.name, str)
        assert candidate.malformed is not None or candidate.name
        for path in PATHS:
            candidate.get(path)
        try:
            assert candidate.created.tzinfo is UTC
        except Undecided:
            continue


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"name": "x"}, "no metadata.creationTimestamp"),
        ({"name": "x", "creationTimestamp": None}, "no metadata.creationTimestamp"),
        ({"name": "x", "creationTimestamp": "yesterday"}, "cannot be right"),
        ({"name": "x", "creationTimestamp": "2026-01-01"}, "cannot be right"),
        ({"name": "x", "creationTimestamp": "2013-12-31T23:59:59Z"}, "before 2014"),
    ],
)
def test_a_creation_that_cannot_be_right_is_undecided(metadata, reason):
    """Nothing is old because its age is unknown."""
    for candidate in both({"metadata": metadata}):
        with pytest.raises(Undecided, match=reason):
            _ = candidate.created


@pytest.mark.parametrize(
    "metadata",
    [None, {}, [], {"name": ""}, {"name": 5}, {"name": "x", "labels": {"a": 1}}, {"name": "x", "ownerReferences": {}}],
)
def test_metadata_that_cannot_be_right_is_told(metadata):
    """The engine keeps such an object."""
    for candidate in both({"metadata": metadata, "spec": {}}):
        assert candidate.malformed


@pytest.mark.parametrize("raw", [b"", b"{", b"nul", b'{"metadata": {"name": "x"}, "spec": {]}', b"\xff"])
def test_what_is_no_json_is_no_object(raw):
    """A list with such an item is no list."""
    with pytest.raises(InputError):
        JsonCandidate.from_json(raw, api_version="v1", kind="Pod")


@pytest.mark.parametrize("candidate", both(POD), ids=["file", "list"])
def test_a_keyword_sees_what_it_declared(candidate):
    """Below a declared path, everything; and always who the object is."""
    seen = restrict(candidate, Reads.of(["metadata.labels.app", "metadata.creationTimestamp", "spec.a"]))
    assert (seen.kind, seen.namespace, seen.name, seen.uid) == ("Pod", "team", "web", "u1")
    assert seen.labels.get("app") == "web"
    assert seen.created == candidate.created
    assert seen.get("spec.a.b[0]") == 1
    assert restrict(candidate, WHOLE).object == POD


@pytest.mark.parametrize(
    "read",
    [
        lambda seen: seen.labels["tier"],
        lambda seen: "tier" in seen.labels,
        lambda seen: list(seen.labels),
        lambda seen: len(seen.labels),
        lambda seen: seen.labels == {},
        lambda seen: seen.annotations.get("note"),
        lambda seen: seen.created,
        lambda seen: seen.owner_references,
        lambda seen: seen.finalizers,
        lambda seen: seen.terminating,
        lambda seen: seen.resource_version,
        lambda seen: seen.object,
        lambda seen: seen.get("status.phase"),
        lambda seen: seen.get("metadata"),
    ],
)
def test_a_keyword_that_reads_what_it_did_not_declare_is_stopped(read):
    """Its answer would be about an object that is not there."""
    for declared in (NOTHING, Reads.of(["metadata.labels.app"])):
        with pytest.raises(UndeclaredReadError):
            read(restrict(JsonCandidate.from_object(POD), declared))


def test_where_only_metadata_was_requested_nothing_else_is_missing():
    """It is not known, which is another thing."""
    candidate = JsonCandidate.from_object({"metadata": POD["metadata"]}, api_version="v1", kind="Pod", complete=False)
    assert candidate.get("metadata.labels.app") == "web"
    assert candidate.get("metadata.none") is MISSING
    assert candidate.get("kind") == "Pod"
    for read in (lambda: candidate.get("status.phase"), lambda: candidate.object):
        with pytest.raises(UndeclaredReadError):
            read()

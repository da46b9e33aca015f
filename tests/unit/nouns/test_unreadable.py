"""What no decoder reads is split, named and kept."""

from __future__ import annotations

import pytest

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.fieldpaths import MISSING
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.unreadable import split_items, told

DEEP = b'{"a":' * 1500 + b"1" + b"}" * 1500
BRACKETS = b"[" * 100_000 + b"]" * 100_000


def page(*items: bytes) -> bytes:
    """A page of a list."""
    return b'{"kind":"L", "metadata":{"items":[1]}, "items" : [' + b" ,".join(items) + b'],"x":"]}"}'


@pytest.mark.parametrize(
    "items",
    [
        (),
        (b"1",),
        (b"null", b'"a,]}"', b'{"a":[1,2],"b":"\\"],["}'),
        (b'{"deep":' + DEEP + b"}", b'{"metadata":{"name":"shallow"}}', BRACKETS),
    ],
)
def test_a_page_is_split_whatever_its_items_are(items: tuple[bytes, ...]) -> None:
    """Strings with brackets and commas in them, and any depth."""
    rest, found = split_items(page(*items))
    assert found == list(items)
    assert rest == page()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'{"items":1}',
        b'{"items":[1,]}',
        b'{"items":[1',
        b'{"items":[1]',
        b'{"items":[1],"items":[2]}',
        b'{"a":{"items":[1]}}',
        b'{"items":[{"a":"x]}',
    ],
)
def test_half_a_page_is_none(text: bytes) -> None:
    """It has not one whole list of items."""
    with pytest.raises(InputError):
        split_items(text)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        (b'"managedFields":[{"fieldsV1":' + DEEP + b"}]}", "it is nested too deeply to be read"),
        (b'"labels":{"a":"\xff\xfe"}}', "it cannot be read: JSONDecodeError"),
        (b'"labels":{"a":"\\ud800"}}', "it cannot be read: JSONDecodeError"),
        (b'"labels":{}},"spec":' + BRACKETS, "it is nested too deeply to be read"),
    ],
)
def test_an_unreadable_object_is_named_and_malformed(rest: bytes, said: str) -> None:
    """So that it is kept and can be told of."""
    raw = b'{"metadata":{"name":"odd","namespace":"team","uid":"u",' + rest + b"}"
    candidate = JsonCandidate.from_json(raw, api_version="v1", kind="ConfigMap")
    assert (candidate.name, candidate.namespace, candidate.uid) == ("odd", "team", "u")
    assert candidate.malformed == said


@pytest.mark.parametrize("raw", [b"", b'{"metadata":', b'{"metadata":{"name":NaN}}', b"{]", b'{"a":"b}'])
def test_what_is_no_json_is_no_object(raw: bytes) -> None:
    """A list with such an item is no list."""
    with pytest.raises(InputError):
        JsonCandidate.from_json(raw, api_version="v1", kind="ConfigMap")


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("spec.a", b'{"metadata":{"name":"x"},"spec":{"a":"\\ud800"}}'),
        ("spec.a", b'{"metadata":{"name":"x"},"spec":{"a":"\xff"}}'),
        ("spec.a", b'{"metadata":{"name":"x"},"spec":{"a":1e999}}'),
        ("status.b.c", b'{"metadata":{"name":"x"},"status":{"b":{"c":"\\ud800"}}}'),
    ],
)
def test_an_unreadable_field_is_not_a_missing_one(path: str, raw: bytes) -> None:
    """Whoever asks for the absence of a field must not be told that it is absent."""
    candidate = JsonCandidate.from_json(raw, api_version="v1", kind="ConfigMap")
    for _ in range(2):  # the second look takes another way
        found: object = MISSING
        try:
            found = candidate.get(path)
        except Undecided as doubt:
            found = doubt
        assert found is not MISSING


def test_what_is_told_of_an_object_ends_somewhere() -> None:
    """Its depth is bounded, its name is there."""
    found = told(b'{"metadata":{"name":"x","f":' + DEEP + b'},"z":1}')
    assert (found["metadata"]["name"], found["z"]) == ("x", 1)
    assert str(found["metadata"]["f"]).count("{") <= 32

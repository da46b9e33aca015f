"""Copies: what is written down of an object is that object, and what contradicts itself is no copy."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.errors import InputError
from zen_gc_core.model.recycled import MOST_BYTES, UNTIL, Copy, TooLargeError, kept_until, read_copy, text_of

AT = datetime(2026, 1, 1, tzinfo=UTC)
METADATA = {"name": "a", "namespace": "team", "uid": "u-1"}
OBJECT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": METADATA}


def copy_of(document: dict[str, Any], **changes: Any) -> Copy:
    """A copy of an object."""
    metadata = document["metadata"]
    made = Copy(
        document["apiVersion"],
        document["kind"],
        metadata.get("namespace", ""),
        metadata["name"],
        metadata["uid"],
        "team/tidy",
        AT,
        AT + timedelta(days=7),
        "attempt",
        text_of(json.dumps(document).encode()),
    )
    return replace(made, **changes)


def test_an_object_is_copied_as_the_server_spelt_it() -> None:
    """Numbers that Python would write otherwise, the order of fields, escapes; what is taken out is `managedFields` alone."""
    spec = b'{"z":1.0,"big":123456789012345678901234567890,"e":1e5,"u":"\\u00e9\\u0000","a":[{"b":-0.0}]}'
    raw = (
        b'{"kind":"K","apiVersion":"a/v1","metadata":{"name":"n","managedFields":[{"a":1}],"uid":"u"},"spec":'
        + spec
        + b"}"
    )
    text = text_of(raw)
    assert text == ('{"kind":"K","apiVersion":"a/v1","metadata":{"name":"n","uid":"u"},"spec":' + spec.decode() + "}")


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b'"x"', b"{}", b'{"metadata":1}', b'{"metadata":{}', b"\xff", b'{"metadata":{"a":"\xff"}}']
)
def test_what_is_no_object_is_not_copied(raw: bytes) -> None:
    """One error, and no guess."""
    with pytest.raises(InputError):
        text_of(raw)


def test_what_is_larger_than_900_kib_is_not_copied() -> None:
    """To the byte."""
    empty = json.dumps({**OBJECT, "data": {"a": ""}}, separators=(",", ":")).encode()
    fits = empty.replace(b'""', b'"' + b"x" * (MOST_BYTES - len(empty)) + b'"')
    assert len(text_of(fits).encode()) == MOST_BYTES
    with pytest.raises(TooLargeError, match="921,601 bytes, and 921,600 are the most"):
        text_of(fits.replace(b'"x', b'"xx', 1))


@pytest.mark.parametrize(
    ("document", "stored"),
    [
        (OBJECT, ("gc.kube-zen.io/v1alpha1", "RecycledObject")),
        ({**OBJECT, "kind": "Secret"}, ("v1", "Secret")),
        ({**OBJECT, "apiVersion": "acme.io/v1", "kind": "Secret"}, ("gc.kube-zen.io/v1alpha1", "RecycledObject")),
        (
            {**OBJECT, "kind": "Node", "metadata": {"name": "a", "uid": "u-1"}},
            ("gc.kube-zen.io/v1alpha1", "ClusterRecycledObject"),
        ),
    ],
    ids=["namespaced", "secret", "another-secret", "cluster"],
)
def test_a_copy_is_read_back_as_it_was_written(document: dict[str, Any], stored: tuple[str, str]) -> None:
    """Beside the object that it is of; a Secret as a Secret and nothing else as one."""
    copy = copy_of({**document, "metadata": {**document["metadata"], "labels": {"a": "b"}}})
    held = copy.document()
    assert (held["apiVersion"], held["kind"]) == stored
    assert held["metadata"]["name"] == "r-u-1"
    assert "labels" not in held["metadata"]
    assert held["metadata"].get("namespace") == document["metadata"].get("namespace")
    assert read_copy(json.loads(json.dumps(held))) == copy
    if stored[1] == "Secret":
        assert "ConfigMap" not in json.dumps(held)
        assert held["type"] == "gc.kube-zen.io/recycled"


def _changed(*path: str, value: Any) -> dict[str, Any]:
    """The document of a copy with one value changed."""
    document: dict[str, Any] = copy_of(OBJECT).document()
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


OTHER = json.dumps({**OBJECT, "metadata": {**METADATA, "namespace": "kube-system"}})
NAMELESS = json.dumps({**OBJECT, "metadata": {}})


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"metadata": None},
        _changed("kind", value="Secret"),
        _changed("kind", value="ClusterRecycledObject"),
        _changed("apiVersion", value="v1"),
        _changed("spec", value=None),
        _changed("metadata", "name", value="r-u-2"),
        _changed("metadata", "namespace", value="kube-system"),
        _changed("metadata", "namespace", value=7),
        _changed("spec", "object", value=OTHER),
        _changed("spec", "object", value=NAMELESS),
        _changed("spec", "object", value="[]"),
        _changed("spec", "object", value="{"),
        _changed("spec", "object", value="[" * 100_000),
        _changed("spec", "object", value=7),
        _changed("spec", "name", value="b"),
        _changed("spec", "uid", value="u-2"),
        _changed("spec", "kind", value="Secret"),
        _changed("spec", "apiVersion", value="v2"),
        _changed("spec", "policy", value=None),
        _changed("spec", "recycledAt", value="now"),
        _changed("spec", "expiresAt", value="2026-13-01"),
        _changed("spec", "expiresAt", value=7),
    ],
    ids=range(23),
)
def test_what_contradicts_itself_is_no_copy(document: dict[str, Any]) -> None:
    """It is neither restored nor deleted as one."""
    with pytest.raises(InputError):
        read_copy(document)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["spec", "metadata", "kind", "data", "object", "name", "type"]), inner)
        ),
        max_leaves=12,
    )
)
def test_whatever_stands_in_a_copy_is_an_error_and_no_surprise(document: Any) -> None:
    """Whoever may write copies writes what they like."""
    if isinstance(document, dict):
        with pytest.raises(InputError):
            read_copy(document)


def test_an_annotation_puts_a_copy_off_and_never_forward() -> None:
    """And one that is no time is an error, so that the copy stays."""
    copy = copy_of(OBJECT)
    assert kept_until(copy, {}) == copy.until
    assert kept_until(copy, {UNTIL: "2020-01-01"}) == copy.until
    assert kept_until(copy, {UNTIL: "2030-01-01"}) == datetime(2030, 1, 1, tzinfo=UTC)
    with pytest.raises(InputError):
        kept_until(copy, {UNTIL: "never"})

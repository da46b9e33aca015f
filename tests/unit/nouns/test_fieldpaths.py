"""Field paths: how they are written, and what they find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.errors import InputError
from zen_gc_core.fieldpaths import MISSING, FieldPath, spell

OBJECT = {"spec": {"a": None, "items": [{"name": "x"}], "a.b": 1}, "metadata": {"labels": {"x.io/y": "z"}}}


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("spec", ("spec",)),
        ("spec.items[0].name", ("spec", "items", 0, "name")),
        ("metadata.labels['x.io/y']", ("metadata", "labels", "x.io/y")),
        ('metadata.labels["x.io/y"]', ("metadata", "labels", "x.io/y")),
        (r"spec.a\.b", ("spec", "a.b")),
        (r"a['it\'s']", ("a", "it's")),
        ("['a'].b", ("a", "b")),
        ("a[0][1]", ("a", 0, 1)),
        ("metadata.annotations.x-y/z", ("metadata", "annotations", "x-y/z")),
    ],
)
def test_a_path_is_keys_and_indices(text, segments):
    """Quoted, escaped or bare."""
    assert FieldPath.parse(text).segments == segments


@pytest.mark.parametrize(
    "text",
    [
        *(None, 5, [], "", ".", "a.", ".a", "a..b", "a[", "a[]", "a[x]", "a[-1]", "a]", "a b", "a\\", "a.[0]", "a['b'"),
        *("a'b", "a\n", "a" * 1025),
    ],
)
def test_what_is_no_path_is_refused(text):
    """A stray dot or bracket is a typo, and a typo must not collect."""
    with pytest.raises(InputError):
        FieldPath.parse(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("spec.items[0].name", "x"),
        ("spec.items[1]", MISSING),
        ("spec.items.name", MISSING),
        ("spec['items'][0]", {"name": "x"}),
        ("spec.a", None),
        ("spec.a.b", MISSING),
        (r"spec.a\.b", 1),
        ("spec.none", MISSING),
        ("metadata.labels['x.io/y']", "z"),
        ("metadata.labels[0]", MISSING),
    ],
)
def test_a_missing_field_is_told_from_null(text, found):
    """Null is a value; what is not there is MISSING, whatever its parents are."""
    assert FieldPath.parse(text).get(OBJECT) == found


@given(st.lists(st.text(min_size=1, max_size=8) | st.integers(0, 10**9 - 1), min_size=1, max_size=5))
def test_segments_survive_the_way_to_text_and_back(segments):
    """Whatever characters a key has."""
    assert FieldPath.parse(spell(tuple(segments))).segments == tuple(segments)

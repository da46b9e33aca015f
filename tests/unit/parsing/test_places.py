"""Places: how they are written, and translated into the user's words."""

from __future__ import annotations

import pytest

from zen_gc_core.engine.parsing.spelling import Spelling, child, item


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("", "spec", "spec"),
        ("spec", "ttl", "spec.ttl"),
        ("spec.conditions", "acme.io/team", "spec.conditions['acme.io/team']"),
        ("labels", "auto-cleanup", "labels.auto-cleanup"),
        ("labels", "", "labels['']"),
        ("labels", "a\nb", "labels['a\\nb']"),
    ],
)
def test_a_key_that_is_no_plain_word_is_quoted(path, key, expected):
    """So that the place can be read on one line, and found."""
    assert child(path, key) == expected


def test_the_longest_known_place_counts():
    """What lies below it stays as it is."""
    spelling = Spelling({"spec.a": "spec.x", "spec.a.b": "spec.y", "spec.a[0]": "spec.z"})
    written = {
        place: spelling.written(place) for place in ("spec.a.b.c", "spec.a.bc", "spec.a[0].d", "spec.a[1]", "spec")
    }
    assert written == {
        "spec.a.b.c": "spec.y.c",
        "spec.a.bc": "spec.x.bc",
        "spec.a[0].d": "spec.z.d",
        "spec.a[1]": "spec.x[1]",
        "spec": "spec",
    }
    assert item("spec.a", 3) == "spec.a[3]"

"""Reads: which fields a keyword declared, and what that allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.errors import InputError
from zen_gc_core.model.reads import NOTHING, WHOLE, Reads

PATHS = st.lists(st.sampled_from(["metadata", "labels", "status", "phase"]), min_size=1, max_size=3).map(tuple)
SETS = st.frozensets(PATHS, max_size=3).map(Reads)


@pytest.mark.parametrize(
    ("reads", "metadata_only"),
    [
        (NOTHING, True),
        (WHOLE, False),
        (Reads.of(["metadata.labels.a", "kind", "apiVersion"]), True),
        (Reads.of(["metadata.labels", "status.phase"]), False),
    ],
)
def test_metadata_alone_is_enough_when_nobody_reads_further(reads, metadata_only):
    """That decides what is requested of the server."""
    assert reads.metadata_only is metadata_only


@pytest.mark.parametrize(
    ("declared", "keys"),
    [
        (["metadata.labels.a", "metadata.labels['x.io/y']"], {"a", "x.io/y"}),
        (["metadata.labels"], None),
        (["metadata"], None),
        (["status"], set()),
    ],
)
def test_the_keys_of_a_map_are_those_declared(declared, keys):
    """None stands for all of them."""
    assert Reads.of(declared).keys_under("metadata", "labels") == keys


def test_what_is_no_field_path_is_refused():
    """A plugin learns of it when it is compiled."""
    with pytest.raises(InputError):
        Reads.of(["metadata..labels"])


@given(SETS, SETS, PATHS)
def test_a_union_covers_what_either_covers(one, other, path):
    """Neither more nor less."""
    assert (one | other).covers(path) == (one.covers(path) or other.covers(path))


@given(SETS, PATHS, PATHS)
def test_what_is_covered_covers_all_below(reads, path, below):
    """A declared path is a prefix."""
    if reads.covers(path):
        assert reads.covers((*path, *below))

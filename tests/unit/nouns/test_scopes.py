"""Scopes: which namespaces they take; no emptiness means everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.model.scope import EveryNamespace, MatchingNamespaces, TheseNamespaces, Unwritten, matches_globs

NAMES = st.text("abc-*?[]!", max_size=6)


@pytest.mark.parametrize(
    ("scope", "taken"),
    [
        (EveryNamespace(), {"", "team", "prod-a"}),
        (TheseNamespaces(frozenset(["team"])), {"team"}),
        (TheseNamespaces(frozenset()), set()),
        (TheseNamespaces(frozenset(["*"])), set()),
        (MatchingNamespaces(("*",)), {"team", "prod-a"}),
        (MatchingNamespaces(("*",), ("prod-*",)), {"team"}),
        (MatchingNamespaces(()), set()),
        (Unwritten(), {""}),
    ],
)
def test_a_scope_takes_what_it_says_and_no_more(scope, taken):
    """The empty namespace stands for cluster-scoped objects."""
    assert {name for name in ("", "team", "prod-a") if scope.takes(name)} == taken


@given(NAMES, st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=3))
def test_an_exclude_wins_over_every_include(name, include, exclude):
    """More excludes never take more."""
    if matches_globs(name, tuple(include), tuple(exclude)):
        assert matches_globs(name, tuple(include), ())
        assert not matches_globs(name, tuple(include), (*exclude, "*"))


@given(NAMES)
def test_no_includes_take_nothing(name):
    """An empty list is not everything."""
    assert not matches_globs(name, (), ())

"""A required plugin that is not there is named, with the one that was meant."""

from __future__ import annotations

from tests.unit.plugins.entry_points import Point, plugin
from zen_gc_core.plugins import load_plugins


def test_a_required_plugin_that_is_misspelt_says_which_was_meant():
    """As one that is to be switched off."""
    plugins = load_plugins([Point(name, plugin(zen_gc_finishes=[])) for name in ("acme", "ttl")])
    assert plugins.missing(["tll", "acme", "nothing-like-it"]) == (
        "tll: not installed; did you mean 'ttl'?",
        "nothing-like-it: not installed",
    )

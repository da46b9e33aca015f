"""Loading plugins: each by itself; what is broken is quarantined by name and harms nobody else."""

from __future__ import annotations

import types

import pytest

from tests.unit.plugins.entry_points import Distribution, Point, plugin
from zen_gc_core import CelFunction, Compiled, Config, Delete, Keyword
from zen_gc_core.plugins import installed_entry_points, load_plugins


class Nothing(Config):
    """Asks nothing."""


class Unfinished(Config):
    """Names a type that does not exist."""

    field: NoSuchType  # type: ignore[name-defined]  # noqa: F821  that is the point


def _keyword(name, config=Nothing, requests=()):
    return Keyword(name, config, lambda _config, _build: Compiled(lambda _candidate, _run: True), requests)


class Everything(Delete):
    """A request of somebody's own."""

    verb = "deletecollection"  # type: ignore[assignment]  # that is the point


def _raising(error):
    def raises():
        raise error

    return raises


def _veto_of_another_thing(plann):
    return plann


GOOD = Point("good", plugin(zen_gc_matchers=[_keyword("good.io/fine")]), Distribution("good-zen-gc"))
FUNCTION = CelFunction("acme.double", ("int",), "int", lambda number: number * 2)

BROKEN = [
    pytest.param(ImportError("No module named 'acme'"), "ImportError: No module named 'acme'", id="import error"),
    pytest.param(SystemExit(3), "SystemExit: 3", id="exits at import"),
    pytest.param(SyntaxError("invalid syntax"), "SyntaxError: invalid syntax", id="no Python"),
    pytest.param(plugin(zen_gc_matcher=[]), "unknown hook 'zen_gc_matcher'", id="misspelt hook"),
    pytest.param(plugin(zen_gc_veto=_veto_of_another_thing), "Argument(s) {'plann'} are declared", id="wrong argument"),
    pytest.param(types.ModuleType("acme"), "it implements no hook; is @hookimpl missing?", id="no hook"),
    pytest.param(None, "it implements no hook", id="nothing at all"),
    pytest.param(plugin(zen_gc_matchers=_raising(KeyError("team"))), "KeyError: 'team'", id="raises"),
    pytest.param(plugin(zen_gc_matchers=_raising(SystemExit())), "SystemExit", id="exits in a hook"),
    pytest.param(plugin(zen_gc_matchers=None), "zen_gc_matchers must return a list, not None", id="forgets to return"),
    pytest.param(plugin(zen_gc_ttls="abc"), "zen_gc_ttls must return a list, not str", id="returns text"),
    pytest.param(
        plugin(zen_gc_actions=["x"]), "zen_gc_actions must return keywords, not str", id="returns no keywords"
    ),
    pytest.param(
        plugin(zen_gc_actions=[_keyword("acme.io/x")]), "must say which requests it makes", id="says no requests"
    ),
    pytest.param(
        plugin(zen_gc_actions=[_keyword("acme.io/x", requests="delete")]),
        "must be classes such as Delete",
        id="a word",
    ),
    pytest.param(
        plugin(zen_gc_actions=[_keyword("acme.io/x", requests=(Delete, dict))]),
        "must be classes such as Delete",
        id="no request",
    ),
    pytest.param(
        plugin(zen_gc_actions=[_keyword("acme.io/x", requests=Everything)]),
        "action 'acme.io/x' makes a Everything; a plugin may ask for a Delete or Mark or Scale",
        id="a request of its own",
    ),
    pytest.param(
        plugin(zen_gc_matchers=[_keyword("team")]), "needs a domain of yours, such as 'acme.io/team'", id="unqualified"
    ),
    pytest.param(
        plugin(zen_gc_matchers=[_keyword("acme/team")]), "'acme/team' is no name for a keyword", id="no domain"
    ),
    pytest.param(
        plugin(zen_gc_matchers=[_keyword("acme.io/a b")]), "'acme.io/a b' is no name", id="a space in the name"
    ),
    pytest.param(plugin(zen_gc_matchers=[_keyword(7)]), "7 is no name for a keyword", id="a number for a name"),
    pytest.param(plugin(zen_gc_ttls=[_keyword("acme.io/x")] * 2), "'acme.io/x' is offered twice", id="twice"),
    pytest.param(plugin(zen_gc_ttls=[_keyword("acme.io/x", object())]), "has no usable configuration", id="no type"),
    pytest.param(
        plugin(zen_gc_ttls=[_keyword("acme.io/x", Unfinished)]), "has no usable configuration", id="undefined type"
    ),
    pytest.param(plugin(zen_gc_cel_functions=["size"]), "must return functions for CEL, not str", id="no CEL function"),
    pytest.param(
        plugin(zen_gc_cel_functions=[CelFunction("acme.f", ("strin",), "int", len)]),
        "names the type 'strin'",
        id="CEL type",
    ),
    pytest.param(
        plugin(zen_gc_cel_functions=[CelFunction("size", ("string",), "int", len)]),
        "the function size is there already",
        id="CEL built-in",
    ),
]


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_broken_plugin_is_quarantined_by_name_and_harms_nobody_else(broken, reason):
    """Whatever it does, it is listed with its distribution and the cause, and the plugins around it work."""
    plugins = load_plugins([Point("acme", broken), GOOD])
    (quarantined,) = plugins.quarantined
    assert (quarantined.name, quarantined.distribution, quarantined.version) == ("acme", "acme-zen-gc", "1.0")
    assert reason in quarantined.failure
    assert "\n" not in quarantined.failure
    assert plugins.loaded == {"good"}
    assert set(plugins.vocabulary.matchers) == {"good.io/fine"}


def test_the_keywords_of_a_quarantined_plugin_are_known_to_be_unavailable():
    """A policy that uses one is told why, not that there is no such keyword."""
    acme = plugin(zen_gc_matchers=[_keyword("acme.io/team")], zen_gc_ttls=_raising(OSError("disk")))
    vocabulary = load_plugins([Point("acme", acme)]).vocabulary
    assert vocabulary.unavailable == {"acme.io/team": "plugin 'acme' of acme-zen-gc is quarantined: OSError: disk"}


def test_in_a_clash_the_newcomer_is_quarantined_and_both_are_named():
    """The first keeps its keyword; the second is out as a whole, its other keywords too."""
    first = Point("first", plugin(zen_gc_matchers=[_keyword("acme.io/team")]), Distribution("one"))
    second = Point("second", plugin(zen_gc_matchers=[_keyword("acme.io/other"), _keyword("acme.io/team")]))
    plugins = load_plugins([first, second])
    assert plugins.loaded == {"first"}
    assert plugins.quarantined[0].failure == "keyword 'acme.io/team' is offered by 'first' of one already"
    assert set(plugins.vocabulary.unavailable) == {"acme.io/other"}


def test_the_same_name_may_be_a_matcher_and_a_ttl():
    """They stand in different places of a policy, as ``cel`` does."""
    acme = plugin(zen_gc_matchers=[_keyword("acme.io/x")], zen_gc_ttls=[_keyword("acme.io/x")])
    assert load_plugins([Point("acme", acme)]).quarantined == ()


def test_a_builtin_is_never_the_newcomer():
    """The project's own plugins come first, whatever others are called."""
    points = installed_entry_points()
    own = [point.dist.name == "zen-gc" for point in points]
    assert own == sorted(own, reverse=True)
    assert own[:3] == [True] * 3


def test_a_second_entry_point_of_the_same_name_is_quarantined():
    """Else one of them could be disabled or required in the name of the other."""
    plugins = load_plugins([GOOD, Point("good", plugin(zen_gc_matchers=[_keyword("acme.io/team")]))])
    assert plugins.quarantined[0].failure == "an entry point named 'good' is loaded already"
    assert set(plugins.vocabulary.matchers) == {"good.io/fine"}


def test_a_disabled_plugin_is_listed_but_never_imported():
    """``--disable-plugin`` takes the entry point's name, and its code does not run."""
    plugins = load_plugins([Point("acme", SystemExit("imported")), GOOD], disabled=["acme"])
    assert [(plugin.name, plugin.disabled, plugin.failure) for plugin in plugins.plugins] == [
        ("acme", True, None),
        ("good", False, None),
    ]
    assert plugins.quarantined == ()


def test_a_required_plugin_that_is_not_loaded_is_missing_with_the_reason():
    """Absent, broken and disabled alike: a missing veto must be no open door."""
    points = [GOOD, Point("acme", ImportError("gone")), Point("off", plugin(zen_gc_matchers=[]))]
    plugins = load_plugins(points, disabled=["off"])
    assert plugins.missing(["good"]) == ()
    assert plugins.missing(["acme", "good", "off", "absent"]) == (
        "acme: ImportError: gone",
        "off: disabled",
        "absent: not installed",
    )


def test_all_overloads_of_a_cel_function_are_taken():
    """One name, two argument types, one plugin."""
    overload = CelFunction("acme.double", ("string",), "string", lambda text: text * 2)
    plugins = load_plugins([Point("acme", plugin(zen_gc_cel_functions=[FUNCTION, overload]))])
    assert plugins.vocabulary.cel_functions == (FUNCTION, overload)
    assert plugins.plugins[0].keywords == {"cel functions": ("acme.double",)}


def test_a_cel_function_of_another_plugin_is_a_clash():
    """Overloads from two plugins would depend on the order of loading."""
    acme = plugin(zen_gc_cel_functions=[FUNCTION])
    plugins = load_plugins([Point("acme", acme), Point("other", acme)])
    assert plugins.quarantined[0].failure == "CEL function 'acme.double' is offered by 'acme' already"


def test_a_plugin_may_be_an_object_without_a_distribution():
    """An entry point may name any object, and one that is made in a test comes from no distribution."""
    plugins = load_plugins([Point("acme", plugin(zen_gc_matchers=[_keyword("acme.io/x")]), dist=None)])
    assert plugins.quarantined == ()
    assert plugins.plugins[0].distribution == "unknown"


def test_without_plugins_there_is_an_empty_vocabulary():
    """The core runs with none."""
    plugins = load_plugins([])
    assert (plugins.loaded, dict(plugins.vocabulary.matchers)) == (frozenset(), {})

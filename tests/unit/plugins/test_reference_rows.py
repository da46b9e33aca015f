"""The hook ``zen_gc_references``: a plugin says what objects of its kinds use, and what is used without being named."""

from __future__ import annotations

import re

import pytest

from tests.unit.plugins.entry_points import Point, plugin
from zen_gc_core import Exhaustive, Referable, Reference, WellKnown
from zen_gc_core.engine.building import Workshop
from zen_gc_core.keywords import Config, Keyword
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.policy import NAMESPACED, KeywordUse, PolicyReference
from zen_gc_core.plugins import installed_entry_points, load_plugins

PALETTE = Reference("acme.io", "Render", "spec.palette", to="ConfigMap", name="palette-{value}")
RENDER = {
    "apiVersion": "acme.io/v1",
    "kind": "Render",
    "metadata": {"name": "a", "namespace": "art"},
    "spec": {"palette": "warm"},
}


def _point(name, answer):
    return Point(name, plugin(zen_gc_references=answer))


def _loaded(*points):
    return load_plugins([*installed_entry_points(), *points])


def _named(plugins, obj, kind="ConfigMap"):
    candidate = JsonCandidate.from_object(obj)
    referring = plugins.vocabulary.references.of("acme.io", obj["kind"], to=("", kind))
    return set(referring.uses(candidate)) if referring else set()


def test_a_row_of_a_plugin_adds_what_no_text_says():
    """Beside every text of such an object, which counts with it and without."""
    assert ("art", "palette-warm") in _named(_loaded(_point("acme", [PALETTE])), RENDER)
    for plugins in (_loaded(_point("acme", [PALETTE])), _loaded()):
        assert ("art", "warm") in _named(plugins, RENDER)
        assert ("art", "palette-warm") not in _named(plugins, RENDER, "Secret")


def test_a_kind_that_a_plugin_says_is_exhaustive_uses_what_its_rows_say_alone():
    """And without rows nothing."""
    row = Reference("acme.io", "Render", "spec.palette", to="ConfigMap", versions=("v1",))
    plugins = _loaded(_point("acme", [row, Exhaustive("acme.io", "Render", "ours")]))
    assert _named(plugins, RENDER) == {("art", "warm")}
    assert _named(plugins, RENDER, "Secret") == set()


def test_a_plugin_declares_kinds_of_its_own_completely_referable():
    """Beside the four of Kubernetes that are; no other is."""
    references = _loaded(_point("acme", [Referable("acme.io", "Palette")])).vocabulary.references
    kinds = [("acme.io", "Palette"), ("", "ConfigMap"), ("", "Secret"), ("", "Service"), ("acme.io", "Render")]
    assert [references.completely_referable(*kind) for kind in kinds] == [True, True, True, False, False]


def test_a_plugin_knows_what_is_used_without_being_named():
    """With its reason."""
    row = WellKnown("ConfigMap", "the studio reads it", name="studio-*", namespace="art")
    references = _loaded(_point("acme", [row])).vocabulary.references
    found = JsonCandidate.from_object({**RENDER, "apiVersion": "v1", "kind": "ConfigMap"})
    assert references.well_known(found) is None
    found.name = "studio-light"
    assert references.well_known(found) == "the studio reads it"
    found.namespace = "shop"
    assert references.well_known(found) is None


def test_the_rows_of_a_plugin_are_listed_by_their_kinds():
    """Those that name, and those that may be asked for."""
    rows = [PALETTE, Reference("", "Turn", "a", to="*"), Referable("acme.io", "Palette"), Exhaustive("a.io", "*", "x")]
    plugins = _loaded(_point("acme", rows))
    assert plugins.plugins[-1].keywords == {
        "referring kinds": ("acme.io/Render", "Turn"),
        "referable kinds": ("acme.io/Palette",),
    }


NO_KIND_OF_YOURS = "is no kind of yours"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "must return a list, not None"),
        ("Render", "must return a list, not str"),
        (["Render"], "must return rows such as Reference, not str"),
        ([PALETTE, PALETTE], "acme.io/Render spec.palette -> ConfigMap is known already"),
        ([Referable("", "Service")], f"Service {NO_KIND_OF_YOURS}"),
        ([Referable("apps", "Deployment")], f"apps/Deployment {NO_KIND_OF_YOURS}"),
        ([Exhaustive("", "Pod", "all")], NO_KIND_OF_YOURS),
        ([Exhaustive("storage.k8s.io", "StorageClass", "all")], NO_KIND_OF_YOURS),
        ([PALETTE, Exhaustive("acme.io", "Render", "ours")], "the rows of Render say all there is: of which versions"),
        (
            [Reference("", "Pod", "spec.x", to="Secret", versions=("v2",))],
            "there is no version in which all rows of this kind hold",
        ),
        (
            [Reference("", "Pod", "spec.serviceAccountName", to="ServiceAccount", versions=("v1",))],
            "Pod spec.serviceAccountName -> ServiceAccount is said by 'conditions' already",
        ),
    ],
)
def test_what_is_no_row_quarantines_its_plugin(answer, why):
    """By name; everybody else works, and the project's own rows stand."""
    plugins = _loaded(_point("acme", answer), _point("other", [PALETTE]))
    (broken,) = plugins.quarantined
    assert broken.name == "acme"
    assert re.search(re.escape(why), broken.failure)
    assert ("art", "palette-warm") in _named(plugins, RENDER)


def test_of_two_plugins_that_say_the_same_the_newcomer_is_quarantined():
    """And the first one is named."""
    (broken,) = _loaded(_point("acme", [PALETTE]), _point("other", [PALETTE])).quarantined
    assert broken.failure == "acme.io/Render spec.palette -> ConfigMap is said by 'acme' already"


def test_keywords_get_the_rows_of_all_plugins_to_build_with():
    """As they get the kinds that finish."""
    seen = []

    def compiled(_config, build):
        seen.append(build.references)
        return lambda _candidate, _run: True

    keyword = Keyword("acme.io/used", Config, compiled)
    plugins = _loaded(Point("acme", plugin(zen_gc_references=[PALETTE], zen_gc_matchers=[keyword])))
    workshop = Workshop(PolicyReference(NAMESPACED, "default", "tested"), (), plugins.vocabulary)
    workshop.keyword(plugins.vocabulary.matchers, KeywordUse(keyword.name, {}, keyword.name))
    assert seen == [plugins.vocabulary.references]
    assert seen[0].of("acme.io", "Render", to=("", "ConfigMap")).versions == ()

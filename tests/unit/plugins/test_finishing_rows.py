"""The hook ``zen_gc_finishes``: a plugin says when objects of its kinds have finished."""

from __future__ import annotations

import re

import pytest

from tests.unit.plugins.entry_points import Point, plugin
from zen_gc_core import Condition, Finishes
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.files import Files
from zen_gc_core.engine.offline import plan_offline
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.protections import Grants
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.plugins import installed_entry_points, load_plugins
from zen_gc_core.testing import finish_of

RENDER = Finishes("acme.io", "Render", state="status.step", states=("done",), at=("status.doneAt",))
DONE = {"step": "done", "doneAt": "2026-01-01T10:00:00Z"}


def _point(name, answer):
    return Point(name, plugin(zen_gc_finishes=answer))


def _loaded(*points):
    return load_plugins([*installed_entry_points(), *points])


def _render(name, **status):
    created = {"namespace": "team", "creationTimestamp": "2026-01-01T09:00:00Z"}
    metadata = {"name": name, **created}
    return JsonCandidate.from_object(
        {"apiVersion": "acme.io/v1", "kind": "Render", "metadata": metadata, "status": status}
    )


def _decided(plugins, objects, target, **spec):
    document = {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "finished", "namespace": "team"},
        "spec": {"targetResources": [target], **spec},
    }
    compilation = compile_policy(parse_policy(document), plugins.vocabulary)
    asking = Asking(parse_instant("2026-01-01T12:00:00Z"), Grants())
    (planned,) = plan_offline([compilation], Files(objects, [compilation]), asking)
    return planned.plan.decisions, compilation.warnings


def _planned(plugins):
    objects = [_render("done", **DONE), _render("running", step="cutting", doneAt=DONE["doneAt"])]
    target = {"apiVersion": "acme.io/v1", "kind": "Render"}
    decisions, warnings = _decided(plugins, objects, target, ttl={"afterFinished": "1h"})
    return {decision.name: decision.verdict for decision in decisions}, warnings


def test_a_row_of_a_plugin_decides_for_its_kind():
    """Without it, the kind is not known to finish, which is a warning."""
    verdicts, warnings = _planned(_loaded(_point("acme", [RENDER])))
    assert (verdicts, warnings) == ({"done": Verdict.ACT, "running": Verdict.KEEP}, ())
    verdicts, warnings = _planned(_loaded())
    assert set(verdicts.values()) == {Verdict.KEEP}
    assert "it is not known when a Render finishes" in warnings[0].message


def test_what_has_finished_by_the_row_of_a_plugin_is_not_suspended():
    """It starts nothing more as it is, of a kind that can be told to rest; without the row nobody knows."""
    row = Finishes("volsync.backube", "ReplicationSource", state="status.step", states=("done",), at=("status.doneAt",))
    target = {"apiVersion": "volsync.backube/v1alpha1", "kind": "ReplicationSource"}
    metadata = {"name": "a", "namespace": "team", "creationTimestamp": "2026-01-01T09:00:00Z"}
    source = JsonCandidate.from_object({**target, "metadata": metadata, "status": DONE})

    def verdict(plugins):
        (decision,), _ = _decided(plugins, [source], target, ttl={"afterCreation": "1h"}, action={"suspend": True})
        return decision.verdict, decision.because

    assert verdict(_loaded(_point("acme", [row]))) == (Verdict.KEEP, "it has finished")
    assert verdict(_loaded())[0] is Verdict.ACT


def test_the_kinds_of_a_plugin_are_listed():
    """With what else it offers."""
    plugins = _loaded(_point("acme", [RENDER, Finishes("", "Turn", conditions=(Condition("Turned"),))]))
    assert plugins.plugins[-1].keywords == {"finishing kinds": ("acme.io/Render", "Turn")}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "must return a list, not None"),
        ("Render", "must return a list, not str"),
        (["Render"], r"must return rows \(Finishes\), not str"),
        ([RENDER, RENDER], "is known already"),
        (
            [Finishes("batch", "Job", conditions=(Condition("Suspended"),))],
            "when a Job of batch finishes is known already",
        ),
    ],
)
def test_what_is_no_row_quarantines_its_plugin(answer, why):
    """By name; everybody else works, and the built-in rows stand."""
    plugins = _loaded(_point("acme", answer), _point("other", [RENDER]))
    (broken,) = plugins.quarantined
    assert broken.name == "acme"
    assert re.search(why, broken.failure)
    assert plugins.vocabulary.finishing.known("acme.io", "Render")


def test_of_two_plugins_that_speak_of_one_kind_the_newcomer_is_quarantined():
    """And the first one is named."""
    plugins = _loaded(_point("acme", [RENDER]), _point("other", [RENDER]))
    (broken,) = plugins.quarantined
    assert broken.failure == "when a Render of acme.io finishes is said by 'acme' already"


def test_the_test_kit_asks_a_row():
    """As the program would, and without a policy."""
    metadata = {"name": "a", "creationTimestamp": "2026-01-01T09:00:00Z"}
    obj = {"apiVersion": "acme.io/v1", "kind": "Render", "metadata": metadata, "status": DONE}
    assert finish_of(RENDER, obj) == parse_instant("2026-01-01T10:00:00Z")
    assert finish_of(RENDER, {**obj, "status": {"step": "cutting"}}) is None

"""What Acme's keyword, rows and veto promise."""

import datetime as dt

import pytest
from acme_zen_gc import AFTER_RELEASE, FREEZE, PALETTE, PARK, RELEASED, RENDER, TEAM, UNDRAWN, zen_gc_veto

from zen_gc_core import InputError, MergePatch, Undecided
from zen_gc_core.testing import (
    OBJECTS,
    ask,
    check_keyword,
    explain,
    finish_of,
    plan_of,
    policy_of,
    request_of,
    uses_of,
)


def _labelled(**labels):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": labels}}


@pytest.mark.parametrize(("team", "holds"), [("web", True), ("api", True), ("db", False)])
def test_it_holds_for_the_teams_that_are_named(team, holds):
    assert ask(TEAM, {"oneOf": ["web", "api"]}, _labelled(team=team)) is holds


def test_an_object_without_a_team_is_nobodys():
    assert ask(TEAM, {"oneOf": ["web"]}, _labelled()) is False


def test_it_says_why_it_does_not_hold():
    assert explain(TEAM, {"oneOf": ["web", "api"]}, _labelled(team="db")) == "team is db, not web or api"


@pytest.mark.parametrize("config", [{"oneOf": []}, {"oneof": ["web"]}, {}, [], {"oneOf": "web"}])
def test_a_configuration_that_cannot_be_meant_is_refused(config):
    with pytest.raises(InputError):
        ask(TEAM, config, _labelled())


def test_it_keeps_the_promises_of_the_plugin_contract():
    check_keyword(TEAM, {"oneOf": ["web"]})


def _at_step(scene, step, namespace="a"):
    metadata = {"name": f"{scene}-{step}", "namespace": namespace}
    return {
        "apiVersion": "acme.io/v1",
        "kind": "Render",
        "metadata": metadata,
        "spec": {"scene": scene},
        "status": {} if step is None else {"step": step},
    }


SCENE = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "castle", "namespace": "a"}}


@pytest.mark.parametrize(
    ("renders", "undrawn"),
    [
        ([], True),
        ([_at_step("castle", "done")], True),
        ([_at_step("castle", "done"), _at_step("castle", "drawing")], False),
        ([_at_step("garden", "drawing"), _at_step("castle", "drawing", namespace="b")], True),
    ],
)
def test_a_scene_is_undrawn_when_no_render_under_way_draws_it(renders, undrawn):
    assert ask(UNDRAWN, {"steps": ["queued", "drawing"]}, SCENE, related=renders) is undrawn


@pytest.mark.parametrize("situation", [{"related": [_at_step("castle", None)]}, {}])
def test_what_is_not_known_of_renders_decides_nothing(situation):
    with pytest.raises(Undecided):
        ask(UNDRAWN, {"steps": ["drawing"]}, SCENE, **situation)


def test_relations_keep_the_promises_of_the_plugin_contract():
    check_keyword(UNDRAWN, {"steps": ["drawing"]}, related=[_at_step("sample", "drawing", namespace="default")])


def _released(at):
    annotations = {} if at is None else {RELEASED: at}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "annotations": annotations}}


def test_an_object_is_due_so_long_after_its_release():
    assert ask(AFTER_RELEASE, {"wait": "30d"}, _released("2026-01-01T10:00:00Z")) == dt.datetime(
        2026, 1, 31, 10, tzinfo=dt.UTC
    )


def test_what_is_not_released_is_never_due():
    assert ask(AFTER_RELEASE, {"wait": "30d"}, _released(None)) is None


def test_a_release_that_is_no_date_decides_nothing():
    with pytest.raises(Undecided):
        ask(AFTER_RELEASE, {"wait": "30d"}, _released("soon"))


@pytest.mark.parametrize("config", [{"wait": "0s"}, {"wait": "-1d"}, {"wait": "soon"}, {}])
def test_a_wait_that_cannot_be_meant_is_refused(config):
    with pytest.raises(InputError):
        ask(AFTER_RELEASE, config, _released("2026-01-01T10:00:00Z"))


@pytest.mark.parametrize("at", ["2026-01-01T10:00:00Z", "soon", None])
def test_its_start_and_its_opt_in_keep_the_promises_of_the_plugin_contract(at):
    check_keyword(AFTER_RELEASE, {"wait": "30d"}, [*OBJECTS, _released(at)])


def _render(step):
    metadata = {"name": "a", "creationTimestamp": "2026-01-01T09:00:00Z"}
    status = {"step": step, "endedAt": "2026-01-01T10:00:00Z"}
    return {"apiVersion": "acme.io/v1", "kind": "Render", "metadata": metadata, "status": status}


def test_a_render_is_finished_when_it_is_done():
    assert finish_of(RENDER, _render("done")) == dt.datetime(2026, 1, 1, 10, tzinfo=dt.UTC)


def test_a_render_that_is_made_again_is_not_finished():
    assert finish_of(RENDER, _render("cutting")) is None


def test_a_render_uses_its_palette():
    render = {"apiVersion": "acme.io/v1", "kind": "Render", "metadata": {"name": "a", "namespace": "art"}}
    assert ("art", "palette-warm") in uses_of([PALETTE], {**render, "spec": {"palette": "warm"}}, "ConfigMap")


RENDERS = [("acme.io/v1", "Render")]


def test_a_render_is_parked_by_a_patch_of_its_queue():
    assert request_of(PARK, {}, _render("queued"), targets=RENDERS) == MergePatch({"spec": {"queue": "night"}})
    check_keyword(PARK, {"queue": "weekend"}, targets=RENDERS)


@pytest.mark.parametrize(
    ("config", "targets"), [({"queue": ""}, RENDERS), ({"queue": 5}, RENDERS), ({}, [("v1", "Pod")])]
)
def test_what_cannot_be_parked_is_refused(config, targets):
    with pytest.raises(InputError, match=r"acme\.io/park"):
        request_of(PARK, config, _render("queued"), targets=targets)


def _plan(annotations):
    return plan_of(policy=policy_of("old-configs", "shop", annotations=annotations))


def test_a_freeze_stops_the_run_with_its_reason():
    assert zen_gc_veto(plan=_plan({FREEZE: "year's end"})) == "frozen: year's end"


def test_without_a_freeze_the_run_passes():
    assert zen_gc_veto(plan=_plan({})) is None

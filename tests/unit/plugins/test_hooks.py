"""The hooks that are called while the program runs: vetoes, and the news of a finished run."""

from __future__ import annotations

import datetime as dt
import types

import pytest

from zen_gc_core import Plan, RunReport, hookimpl
from zen_gc_core.model.plan import Veto
from zen_gc_core.model.policy import PolicyReference
from zen_gc_core.plugins import load_plugins

POLICY = PolicyReference("GarbageCollectionPolicy", "default", "a")
PLAN = Plan(POLICY, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), scanned=0, matched=0, due=0, decisions=())


class Point:
    dist = None

    def __init__(self, name, **hooks):
        self.name = self.value = name
        self.module = types.ModuleType(name)
        for hook, function in hooks.items():
            setattr(self.module, hook, hookimpl(function))

    def load(self):
        return self.module


def _vetoing(answer):
    def veto(plan):
        assert plan is PLAN
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return veto


def _nothing():
    return []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("a freeze", "a freeze"),
        ("two\nlines", "two lines"),
        ("", "no reason given"),
        (True, "its veto answered bool, not text"),
        (False, "its veto answered bool, not text"),
        (ValueError("oh"), "its veto raised ValueError: oh"),
        (SystemExit(1), "its veto raised SystemExit: 1"),
    ],
)
def test_whatever_a_veto_answers_but_none_stops_the_run(answer, reason):
    """Text is the reason; anything else, and raising, counts as a veto too."""
    plugins = load_plugins([Point("acme", zen_gc_veto=_vetoing(answer))])
    assert plugins.veto(PLAN) == (Veto("acme", reason),)


def test_every_plugin_is_asked_and_all_reasons_are_shown():
    """One that raises does not silence the others, and one that lets it pass adds nothing."""
    answers = {"one": OSError("down"), "two": None, "three": "a freeze"}
    plugins = load_plugins([Point(name, zen_gc_veto=_vetoing(answer)) for name, answer in answers.items()])
    assert plugins.veto(PLAN) == (Veto("one", "its veto raised OSError: down"), Veto("three", "a freeze"))


def test_without_a_veto_the_run_passes():
    """Plugins that implement no veto are not in the way."""
    assert load_plugins([Point("acme", zen_gc_matchers=_nothing)]).veto(PLAN) == ()


def test_a_plugin_that_raises_at_the_end_of_a_run_harms_nobody_else():
    """Its name and error are returned, and the next plugin still hears of the run."""
    heard = []

    def broken(report):
        raise SystemExit(report.duration)

    def listening(report):
        heard.append(report)

    plugins = load_plugins(
        [
            Point("one", zen_gc_run_finished=broken),
            Point("two", zen_gc_run_finished=listening),
        ]
    )
    report = RunReport(PLAN, duration=1.5)
    assert plugins.run_finished(report) == (("one", "SystemExit: 1.5"),)
    assert heard == [report]

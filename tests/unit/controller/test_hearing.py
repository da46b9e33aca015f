"""Plugins that hear of finished runs: no run waits for them, and what they miss is told."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from zen_gc_core.controller.runs.hearing import HOOK, MOST_REPORTS, MOST_WAITING, Hearing
from zen_gc_core.plugins import load_plugins


class Notes:
    """What was logged and counted."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str]] = []
        self.errors: list[Any] = []

    def plugin_failed(self, plugin: str, cause: str) -> None:
        """Note a record."""
        self.failures.append((plugin, cause))

    def error(self, policy: Any, kind: Any) -> None:
        """Note a count."""
        self.errors.append((policy, kind))


def report(number: int, *, found: bool = True) -> Any:
    """A report of a run that found something to do, as far as it is looked at here."""
    plan = SimpleNamespace(policy=f"policy-{number}", decisions=("something",) if found else (), upcoming=())
    return SimpleNamespace(number=number, plan=plan)


def hearing(hear: Any) -> tuple[Hearing, Notes]:
    """A hearing whose plugins do what is given."""
    notes = Notes()
    plugins: Any = SimpleNamespace(run_finished=hear, hear=True)
    told: Any = notes
    return Hearing(plugins, told, told), notes


def hanging() -> tuple[Hearing, Notes, list[int], threading.Event]:
    """A hearing whose plugins hang in the first report, 0, until they are told to go on; and the reports that they have heard."""
    hangs, goes_on, heard = threading.Event(), threading.Event(), list[int]()

    def hear(each: Any) -> tuple[()]:
        hangs.set()
        assert goes_on.wait(60)
        heard.append(each.number)
        return ()

    ears, notes = hearing(hear)
    ears.tell(report(0))
    assert hangs.wait(60)
    return ears, notes, heard, goes_on


def test_where_nobody_listens_nothing_waits_and_nothing_is_dropped() -> None:
    """However many runs end at the same time."""
    notes = Notes()
    told: Any = notes
    ears = Hearing(load_plugins(()), told, told)
    for number in range(10 * MOST_REPORTS):
        ears.tell(report(number))
    ears.close(60.0)
    assert notes.failures == []


def test_a_listener_that_hangs_delays_no_run_and_what_it_misses_is_told():
    """As many reports wait as may; what comes then is dropped, logged and counted, and none is told twice."""
    ears, notes, heard, goes_on = hanging()
    for number in range(1, MOST_REPORTS + 3):  # it would never come back here if it waited
        ears.tell(report(number))
    ears.close(0.0)
    assert notes.failures == [(HOOK, "the listeners take too long: a report was dropped")] * 2
    assert [policy for policy, _ in notes.errors] == [f"policy-{MOST_REPORTS + 1}", f"policy-{MOST_REPORTS + 2}"]
    goes_on.set()
    ears.close(60.0)
    assert heard == list(range(MOST_REPORTS + 1))


def test_what_has_nothing_to_tell_is_dropped_late() -> None:
    """All policies may end at the same moment; and it takes no room from what has."""
    ears, notes, heard, goes_on = hanging()
    for number in range(1, 1001):
        ears.tell(report(number, found=False))
    for number in range(1001, 1001 + MOST_REPORTS):
        ears.tell(report(number))
    assert notes.failures == []
    for number in range(MOST_WAITING):
        ears.tell(report(number, found=False))
    assert notes.failures
    goes_on.set()
    ears.close(60.0)
    assert heard[: 1001 + MOST_REPORTS] == list(range(1001 + MOST_REPORTS))


def test_whatever_a_listener_raises_the_next_run_is_told():
    """Its words are not logged, for they may quote an object; an exception of no kind ends no thread."""
    heard = []

    def hear(each: Any) -> tuple[tuple[str, str], ...]:
        heard.append(each.number)
        if each.number == 1:
            raise GeneratorExit("a secret")
        return (("acme", "ValueError: a secret"),) if each.number == 0 else ()

    ears, notes = hearing(hear)
    for number in range(3):
        ears.tell(report(number))
    ears.close(60.0)
    assert heard == [0, 1, 2]
    assert notes.failures == [("acme", "ValueError"), (HOOK, "GeneratorExit")]
    assert [policy for policy, _ in notes.errors] == ["policy-0"]

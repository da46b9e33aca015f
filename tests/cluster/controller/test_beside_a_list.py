"""Small runs go on while the next pass lists, and every guard is as strict as if they had waited for it."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import by_controller, until
from tests.cluster.controller.test_at_their_instant import LONGER, Seen, end, expiring, gone, passes, seen_coming
from zen_gc_core.controller.beats import instants
from zen_gc_core.controller.runs import small_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage

EVERY = 9
"""Seconds from one pass to the next."""

LISTED = "the list is over"
BEGUN = "a pass begins"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine takes its time."""
    monkeypatch.setattr(instants, "LATE", 60.0)


def course(controller: Inside) -> list[str]:
    """What happened, in its order: passes that begin, lists that are over, and what is about to be deleted, by its name."""
    words = {"evaluating policy": BEGUN, "sweep finished": LISTED}
    return [
        words.get(each["event"]) or each["resource_name"]
        for each in controller.records()
        if each["event"] in words or each["event"] == "deleting resource"
    ]


def after(what: str, times: int, happened: list[str]) -> list[str]:
    """What happened after something did so many times."""
    for _ in range(times):
        happened = happened[happened.index(what) + 1 :] if what in happened else []
    return happened


class Slow:
    """Answers that take their time.

    Args:
        lists: How many seconds each list takes, from now on.
        reads: How many the first read of an object takes.
    """

    def __init__(self, lists: float, reads: float = 0.0) -> None:
        self.lists = lists
        self.reads = reads
        self.of = ""
        self.listing = False
        self.met: list[str] = []

    def __call__(self, request: Request) -> Fault | None:
        if not by_controller(request) or request.method != "GET":
            return None
        name = request.path.rpartition("/")[2]
        if name == "configmaps" and "limit" in request.query:
            self.listing = True
            return Fault(delay=self.lists)
        self.met.append(name)
        return Fault(delay=self.reads) if name == self.of and self.met.count(name) == 1 else None


def attempts(
    stage: EmbeddedStage,
    inside: Callable[..., Inside],
    slow: Callable[[], Slow],
    *seconds: float,
    unseen: int = 0,
    **spec: Any,
) -> Iterator[tuple[Seen, list[str], Slow]]:
    """What a first pass saw coming, others that are due at the second pass, and slow answers: until the course is the one meant.

    Each attempt is given up when the next one is asked for, as the machine had no time; there are few.
    """
    for _ in LONGER:
        stage.server.faults = lambda _: None
        others: list[str] = []
        answers = slow()

        def then(names: list[str], _policy: str, others: list[str] = others, answers: Slow = answers) -> None:
            others += expiring(stage, *[1] * unseen)
            answers.of = (others or names)[0] if answers.of else names[0]
            stage.server.faults = answers

        seen = seen_coming(stage, inside, *seconds, every=EVERY, then=then, **spec)
        yield seen, others, answers
        end(stage, seen._replace(names=[*seen.names, *others]))
    raise AssertionError("the course was never the one that is meant")


def test_what_comes_while_a_pass_lists_goes_then(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """And the pass ends as any does."""
    for seen, _, _ in attempts(embedded, inside, lambda: Slow(15), 11, 5000):
        until(partial(gone, embedded, seen.names[:1]), "it is gone")
        if seen.names[0] not in after(BEGUN, 2, course(seen.controller)):
            continue  # before that pass began
        assert passes(seen.controller) == 1
        until(lambda seen=seen: len(seen.controller.records("evaluation finished")) == 2, "the pass has ended")  # type: ignore[misc]
        assert not gone(embedded, seen.names[1:])
        assert not seen.controller.records("evaluation failed")
        return


def test_a_pass_acts_when_the_small_run_has_ended(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """One run of a policy acts at a time, as rate and limits are shared: a pass that has listed waits."""
    for seen, others, slow in attempts(embedded, inside, lambda: Slow(7, reads=9), 11, unseen=1):
        until(lambda slow=slow, seen=seen: seen.names[0] in slow.met, "a small run reads it")  # type: ignore[misc]
        if not slow.listing or passes(seen.controller) > 1:
            continue
        until(lambda seen=seen, others=others: gone(embedded, [*seen.names, *others]), "both are gone")  # type: ignore[misc]
        happened = after(BEGUN, 2, course(seen.controller))
        if happened.index(seen.names[0]) < happened.index(LISTED):
            continue  # the list took longer than the small run
        assert happened.index(seen.names[0]) < happened.index(others[0])
        return


def test_a_small_run_waits_for_a_pass_that_acts(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Only its lists go on beside small runs."""
    for seen, others, slow in attempts(embedded, inside, _slow_act, 11, unseen=1):
        until(lambda seen=seen, others=others: gone(embedded, [*seen.names, *others]), "both are gone")  # type: ignore[misc]
        happened = after(LISTED, 2, course(seen.controller))
        if seen.names[0] not in happened or others[0] not in slow.met:
            continue
        assert happened.index(others[0]) < happened.index(seen.names[0])
        return


def _slow_act() -> Slow:
    slow = Slow(0, reads=8)
    slow.of = "the first of the others"
    return slow


@pytest.mark.parametrize(
    ("action", "done"), [({"notify": {}}, "resource notified"), ({"label": {"stale": "true"}}, "resource marked")]
)
def test_what_stays_waits_for_the_pass(
    embedded: EmbeddedStage, inside: Callable[..., Inside], action: dict[str, Any], done: str
) -> None:
    """Only what is gone is not met again: a pass that listed an object before that would take it a second time."""
    for seen, _, _ in attempts(embedded, inside, lambda: Slow(8), 11, action=action):
        until(partial(seen.controller.records, done), "it is told")
        words = {"evaluating policy": BEGUN, "sweep finished": LISTED, done: done}
        happened = [words[each["event"]] for each in seen.controller.records() if each["event"] in words]
        if done not in after(BEGUN, 2, happened):
            continue  # before that pass began
        assert happened.index(LISTED, happened.index(LISTED) + 1) < happened.index(done)
        return


def test_what_is_due_at_the_instant_of_a_pass_is_left_to_it(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a small run did not come to would count twice for the breaker, if the next one took it while the pass lists."""
    monkeypatch.setattr(small_run, "LONGEST", 6.0)
    behavior = {"maxDeletionsPerSecond": 1, "breaker": {"maxObjects": 10}}
    for seen, _, _ in attempts(embedded, inside, lambda: Slow(5), *[7.5] * 9, behavior=behavior):
        until(partial(gone, embedded, seen.names), "all are gone")
        happened = after(BEGUN, 2, course(seen.controller))
        if not set(happened) & set(seen.names):
            continue  # all of them went before
        assert LISTED in happened[:1]
        assert embedded.reason(seen.policy) != "BreakerTripped"
        return


def test_what_goes_beside_the_list_counts_with_what_the_pass_finds(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Three each, and four are the most: an avalanche in two parts is one."""
    behavior = {"breaker": {"maxObjects": 4}}
    for seen, others, _ in attempts(embedded, inside, lambda: Slow(8), *[11] * 3, unseen=3, behavior=behavior):
        until(partial(gone, embedded, seen.names), "those that were seen coming are gone")
        if seen.names[0] not in after(BEGUN, 2, course(seen.controller)):
            continue
        until(lambda seen=seen: embedded.reason(seen.policy) == "BreakerTripped", "they count together")  # type: ignore[misc]
        assert "beside the 3" in embedded.condition(seen.policy)["message"]
        assert not any(gone(embedded, [name]) for name in others)
        return


def test_what_the_pass_before_wrote_counts_with_its_population(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Two of four have gone in that pass, longer ago than an interval; two more would be all that it saw."""
    behavior = {"breaker": {"maxPercent": 50, "minObjects": 1}}
    for seen, _, slow in attempts(
        embedded, inside, lambda: Slow(8), 14, 14, first=partial(_due, embedded), behavior=behavior
    ):
        until(lambda slow=slow: slow.listing, "the second pass lists")  # type: ignore[misc]
        until(lambda seen=seen: passes(seen.controller) == 2, "it has listed")  # type: ignore[misc]
        until(lambda seen=seen: embedded.reason(seen.policy) == "BreakerTripped", "it is too much")  # type: ignore[misc]
        assert not any(gone(embedded, [name]) for name in seen.names)
        return


def _due(stage: EmbeddedStage, _names: list[str]) -> None:
    expiring(stage, 1, 1)
    time.sleep(3)

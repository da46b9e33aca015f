"""What a pass saw coming is acted on at its instant, through the whole contract; what is in doubt waits for the pass."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import SELECTOR, EmbeddedStage, Stage, by_controller, until
from zen_gc_core.controller.runs import small_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside

HOUR = timedelta(hours=1)
EXPIRES = "example.com/expires"
AT = {"expiresAt": {"path": f"metadata.annotations['{EXPIRES}']"}}
"""Objects say when they expire."""


def in_seconds(seconds: float) -> dict[str, Any]:
    """The annotation of an object that expires then."""
    return {EXPIRES: (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")}


def expiring(stage: Stage, *seconds: float) -> list[str]:
    """Objects that expire after so many seconds each, by name."""
    return [stage.make(metadata={"annotations": in_seconds(each)}) for each in seconds]


class Seen(NamedTuple):
    """Objects that a pass saw coming.

    Args:
        names: their names.
        policy: the policy.
        controller: the controller.
        longer: how many times longer than was asked for they live, as the machine had no time.
    """

    names: list[str]
    policy: str
    controller: Inside
    longer: int


LONGER = (1, 2, 4, 8)


def seen_coming(
    stage: Stage,
    inside: Callable[..., Inside],
    *seconds: float,
    first: Callable[[list[str]], object] = lambda _names: None,
    then: Callable[[list[str], str], object] = lambda _names, _policy: None,
    every: float | None = None,
    **spec: Any,
) -> Seen:
    """Objects that expire after so many seconds, once a first pass of a controller has seen them and they are not due yet.

    A machine that has no time comes too late for that: then all begins anew, with others that live longer.

    Args:
        stage: where.
        inside: starts controllers.
        seconds: how long each lives.
        first: done before the policy is there.
        then: done when the pass is over, and before they expire, too.
        every: seconds of the policy's interval, which grows with them; None: an hour.
        spec: the rest of the policy.
    """
    for longer in LONGER:
        nearest = datetime.now(UTC) + timedelta(seconds=min(seconds) * longer - 1)  # they say it in whole seconds
        names = expiring(stage, *(each * longer for each in seconds))
        first(names)
        interval = {"evaluationInterval": f"{every * longer:.0f}s"} if every is not None else {}
        policy = stage.policy(**{"ttl": AT, **interval, **spec})
        controller = inside(stage, gc_interval=HOUR)
        until(lambda policy=policy: stage.settled(policy))  # type: ignore[misc]  # mypy does not see what it binds
        then(names, policy)
        seen = Seen(names, policy, controller, longer)
        if datetime.now(UTC) < nearest:
            return seen
        end(stage, seen)
    raise AssertionError(f"no pass saw what expires within {min(seconds) * LONGER[-1]} s")


def end(stage: Stage, seen: Seen) -> None:
    """Let another controller begin with nothing."""
    seen.controller.stop()
    stage.delete(stage.path(seen.policy))
    for name in seen.names:
        stage.delete(stage.config_map(name))


def metadata_of(stage: Stage, name: str) -> dict[str, Any]:
    """The metadata of an object."""
    return dict(stage.cluster.request("GET", stage.config_map(name)).body["metadata"])


def passes(controller: Inside) -> int:
    """How many passes there were over ConfigMaps."""
    return int(controller.scrape().total("gc_sweep_duration_seconds_count", resource="configmaps"))


def gone(stage: Stage, names: list[str]) -> bool:
    """Whether all of them are gone."""
    return not any(stage.there(name) for name in names)


def assert_counted_together(
    stage: EmbeddedStage, inside: Callable[..., Inside], lives: float, every: float, *, slow: bool = False
) -> None:
    """Two objects go at their instant, three that no pass has seen are due when the next one begins, and its breaker trips.

    Args:
        stage: where.
        inside: starts controllers.
        lives: seconds after which the two expire.
        every: seconds of the policy's interval.
        slow: whether the list of the second pass takes nearly as long.
    """
    for _ in LONGER:
        stage.server.faults = lambda _: None
        seen = seen_coming(stage, inside, lives, lives, every=every, behavior={"breaker": {"maxObjects": 4}})
        takes = every * seen.longer - 1 if slow else 0.0
        lists: list[datetime] = []

        def listed(request: Request, lists: list[datetime] = lists, takes: float = takes) -> Fault | None:
            if not (by_controller(request) and request.path.endswith("/configmaps") and "limit" in request.query):
                return None
            lists.append(datetime.now(UTC))
            return Fault(delay=takes) if takes else None

        stage.server.faults = listed
        until(partial(gone, stage, seen.names), "the first are gone")
        unseen = expiring(stage, 1, 1, 1)
        due = datetime.now(UTC) + timedelta(seconds=2)
        until(lambda lists=lists: lists, "the second pass lists")  # type: ignore[misc]  # as above
        if lists[0] < due:  # the machine had no time, and the three may have come too late for it
            end(stage, seen._replace(names=unseen))
            continue
        until(lambda policy=seen.policy: stage.reason(policy) == "BreakerTripped", "they are counted together")  # type: ignore[misc]
        assert not any(gone(stage, [name]) for name in unseen)
        assert "beside the 2" in stage.condition(seen.policy)["message"]
        assert passes(seen.controller) == 2
        return
    raise AssertionError("what was to be due at the second pass never was in time")


def test_objects_go_at_their_instant_and_not_at_the_next_pass(stage: Stage, inside: Callable[..., Inside]) -> None:
    """With an interval of an hour; on both servers. The status has the totals, and the last pass's numbers."""
    last = expiring(stage, 3000)
    names, policy, controller, _ = seen_coming(stage, inside, 4, 5, 7)
    until(lambda: gone(stage, names), "all are gone at their instants")
    assert passes(controller) == 1
    assert not gone(stage, last)
    until(lambda: stage.status(policy).get("totalDeleted"), "the totals are told")
    status = stage.status(policy)
    assert status["resourcesMatched"] == 4
    assert status["lastRun"]["deleted"] == 0
    assert not controller.records("left to the next pass")
    assert controller.scrape().total("gc_resources_deleted_total") == 3


def test_the_next_run_is_that_of_the_nearest_object(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """An hour to the next pass, and 40 minutes to the object."""
    name = expiring(embedded, 2400)[0]
    policy = embedded.policy(ttl=AT)
    inside(embedded, gc_interval=HOUR)
    until(lambda: embedded.settled(policy))
    assert embedded.status(policy)["nextGCRun"] == metadata_of(embedded, name)["annotations"][EXPIRES]


def test_a_little_more_than_the_rate_allows_goes_on_without_a_pass(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small run does not wait for its rate for long; what it did not come to is the next one's."""
    monkeypatch.setattr(small_run, "LONGEST", 2.0)
    seen = seen_coming(embedded, inside, *[6.0] * 12, behavior={"maxDeletionsPerSecond": 4})
    until(partial(gone, embedded, seen.names), "all are gone")
    assert passes(seen.controller) == 1
    requests = [each.path for each in embedded.sent("DELETE") if by_controller(each)]
    assert len(requests) == len(set(requests)) == 12


def test_much_more_than_the_rate_allows_waits_for_the_pass(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reads a thousand objects one by one, again and again, to write to one of them."""
    monkeypatch.setattr(small_run, "LONGEST", 0.5)
    seen = seen_coming(embedded, inside, *[6.0] * 12, behavior={"maxDeletionsPerSecond": 1})
    until(lambda: "left to the next pass" in seen.controller.text(), "it is left to the pass")
    assert 1 <= 12 - len(embedded.names() & set(seen.names)) < 6


def test_an_object_that_changed_since_is_judged_anew(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """It lives longer, carries the mark, is not taken any more, or is another one of that name."""

    def change(names: list[str], _policy: str) -> None:
        later, kept, left, anew, _ = names
        embedded.patch(embedded.config_map(later), {"metadata": {"annotations": in_seconds(4000)}})
        embedded.patch(embedded.config_map(kept), {"metadata": {"annotations": {"gc.kube-zen.io/keep": "true"}}})
        embedded.patch(embedded.config_map(left), {"metadata": {"labels": {"gc": None}}})
        expires = in_seconds(1)
        embedded.delete(embedded.config_map(anew))
        embedded.make(anew, metadata={"annotations": expires})

    names = seen_coming(embedded, inside, *[15] * 5, then=change).names
    until(lambda: gone(embedded, names[-1:]), "the one that did not change is gone")
    time.sleep(2)
    assert [name for name in names if not gone(embedded, [name])] == names[:-1]


BREAKERS: dict[str, tuple[dict[str, Any], int]] = {
    "maxObjects": ({"maxObjects": 3}, 3),
    "maxPercent": ({"minObjects": 4, "maxPercent": 30}, 3),
}


@pytest.mark.parametrize(("breaker", "most"), BREAKERS.values(), ids=BREAKERS)
def test_an_avalanche_in_drops_is_an_avalanche(
    stage: Stage, inside: Callable[..., Inside], breaker: dict[str, Any], most: int
) -> None:
    """Each drop counts what was written in the last interval; on both servers."""
    expiring(stage, 4000)
    names, _, controller, _ = seen_coming(stage, inside, *range(6, 22, 2), behavior={"breaker": breaker})

    def taken() -> int:
        return sum(not stage.there(name) for name in names)

    controller.await_record("left to the next pass", reason="BreakerTripped")
    until(lambda: taken() >= most, "as many are gone as may")
    time.sleep(5)
    assert taken() == most
    assert passes(controller) == 1


def test_a_pass_counts_what_was_written_since_the_last(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Two went at their instants, and three more are due: more than four in an interval."""
    assert_counted_together(embedded, inside, 5, 25)


def test_a_slow_list_hides_nothing_that_was_written_before_it(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """The window of a pass ends where the pass begins: two went since the last one, and its own list takes longer than that."""
    assert_counted_together(embedded, inside, 9, 20, slow=True)


def test_a_steady_stream_at_the_limit_stops_no_pass(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Each pass has its own limit: what the pass before it wrote was due an interval earlier, and no small run had a part."""
    policy = embedded.policy(behavior={"breaker": {"maxObjects": 4}})
    controller = inside(embedded, gc_interval=timedelta(seconds=4))

    def later_than(before: int) -> bool:
        return passes(controller) > before

    for _ in range(4):
        before = passes(controller)
        names = [embedded.make() for _ in range(4)]
        until(partial(gone, embedded, names), "the next pass has taken them", 30.0)
        until(partial(later_than, before), "it is over")
    assert embedded.reason(policy) != "BreakerTripped"
    assert not controller.records("evaluation failed")


APART: dict[str, dict[str, Any]] = {
    "retain": {"retain": {"groupBy": ["metadata.namespace"], "last": 1}},
    "whileHolding": {"label": {"due": "yes"}, "behavior": {"whileHolding": True}},
    "dry run": {"behavior": {"dryRun": True}},
    "schedule": {"schedule": {"cron": "0 0 1 1 *"}},
    "two kinds": {
        "targetResources": [
            {"apiVersion": "v1", "kind": kind, "labelSelector": SELECTOR} for kind in ("ConfigMap", "Secret")
        ]
    },
    "related": {
        "conditions": {
            "related": [
                {
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "by": {"theirs": "spec.volumes[].configMap.name", "mine": "metadata.name"},
                    "are": "none",
                }
            ]
        }
    },
}


@pytest.mark.parametrize("spec", APART.values(), ids=APART)
def test_what_depends_on_other_objects_waits_for_the_pass(
    embedded: EmbeddedStage, inside: Callable[..., Inside], spec: dict[str, Any]
) -> None:
    """And so does what only says what it would do. Another policy's object goes meanwhile."""
    other = EmbeddedStage(embedded.cluster, embedded.cluster.namespace(), embedded.home)
    gone_there = expiring(other, 5)
    other.policy(ttl=AT)
    seen = seen_coming(embedded, inside, 4, 5000, **spec)
    until(lambda: gone(other, gone_there), "the other policy's is gone")
    time.sleep(4 * seen.longer)
    name = seen.names[0]
    assert not gone(embedded, [name])
    assert "due" not in metadata_of(embedded, name)["labels"]


def test_what_owns_an_object_in_view_waits_for_the_pass(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Whether the owned one must stay is for a pass to see."""

    def owned(names: list[str]) -> None:
        uid = metadata_of(embedded, names[0])["uid"]
        reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": names[0], "uid": uid}
        embedded.make(metadata={"annotations": in_seconds(5000), "ownerReferences": [reference]})

    owner, other = seen_coming(embedded, inside, 5, 5, first=owned).names
    until(lambda: gone(embedded, [other]), "the one that owns nothing is gone")
    time.sleep(2)
    assert not gone(embedded, [owner])


def test_an_edited_policy_forgets_what_it_saw_coming(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Paused, nothing of it goes."""
    seen = seen_coming(embedded, inside, 15, then=lambda _, policy: embedded.edit(policy, {"paused": True}))
    time.sleep(15 * seen.longer + 2)
    assert not gone(embedded, seen.names)


def test_the_kill_switch_stops_what_comes(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """As it stops a pass."""
    names, _, controller, _ = seen_coming(embedded, inside, 15)
    metadata = {"name": "zen-gc-pause", "namespace": embedded.home}
    embedded.cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"paused": "true"}})
    controller.await_record("left to the next pass", reason="KillSwitch")
    assert not gone(embedded, names)


def test_a_small_run_lists_nothing(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """It reads what it acts on, by name."""
    names = seen_coming(embedded, inside, 5, 6, 7).names
    before = len(embedded.sent("GET"))
    until(lambda: gone(embedded, names), "all are gone")
    asked = [each for each in embedded.sent("GET")[before:] if by_controller(each)]
    assert not [each.path for each in asked if each.path.endswith("/configmaps")]

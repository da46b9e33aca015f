"""What a pass saw coming is acted on at its instant, through the whole contract; what is in doubt waits for the pass."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import SELECTOR, EmbeddedStage, Stage, by_controller, until

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


def metadata_of(stage: Stage, name: str) -> dict[str, Any]:
    """The metadata of an object."""
    return dict(stage.cluster.request("GET", stage.config_map(name)).body["metadata"])


def passes(controller: Inside) -> int:
    """How many passes there were over ConfigMaps."""
    return int(controller.scrape().total("gc_sweep_duration_seconds_count", resource="configmaps"))


def gone(stage: Stage, names: list[str]) -> bool:
    """Whether all of them are gone."""
    return not any(stage.there(name) for name in names)


def test_objects_go_at_their_instant_and_not_at_the_next_pass(stage: Stage, inside: Callable[..., Inside]) -> None:
    """With an interval of an hour; on both servers. The status has the totals, and the last pass's numbers."""
    names = expiring(stage, 4, 5, 7)
    last = expiring(stage, 3000)
    policy = stage.policy(ttl=AT)
    controller = inside(stage, gc_interval=HOUR)
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


def test_an_object_that_changed_since_is_judged_anew(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """It lives longer, carries the mark, is not taken any more, or is another one of that name."""
    later, kept, left, anew, sure = names = expiring(embedded, *[15] * 5)
    policy = embedded.policy(ttl=AT)
    inside(embedded, gc_interval=HOUR)
    until(lambda: embedded.settled(policy))
    embedded.patch(embedded.config_map(later), {"metadata": {"annotations": in_seconds(4000)}})
    embedded.patch(embedded.config_map(kept), {"metadata": {"annotations": {"gc.kube-zen.io/keep": "true"}}})
    embedded.patch(embedded.config_map(left), {"metadata": {"labels": {"gc": None}}})
    expires = in_seconds(1)
    embedded.delete(embedded.config_map(anew))
    embedded.make(anew, metadata={"annotations": expires})
    until(lambda: gone(embedded, [sure]), "the one that did not change is gone")
    time.sleep(2)
    assert [name for name in names if not gone(embedded, [name])] == [later, kept, left, anew]


BREAKERS: dict[str, tuple[dict[str, Any], int]] = {
    "maxObjects": ({"maxObjects": 3}, 3),
    "maxPercent": ({"minObjects": 4, "maxPercent": 30}, 3),
}


@pytest.mark.parametrize(("breaker", "most"), BREAKERS.values(), ids=BREAKERS)
def test_an_avalanche_in_drops_is_an_avalanche(
    stage: Stage, inside: Callable[..., Inside], breaker: dict[str, Any], most: int
) -> None:
    """Each drop counts what was written in the last interval; on both servers."""
    names = expiring(stage, *range(6, 22, 2))
    expiring(stage, 4000)
    stage.policy(ttl=AT, behavior={"breaker": breaker})
    controller = inside(stage, gc_interval=HOUR)
    controller.await_record("left to the next pass", reason="BreakerTripped")
    time.sleep(5)
    there = [name for name in names if stage.there(name)]
    assert len(names) - len(there) == most
    assert passes(controller) == 1


def test_a_pass_counts_what_was_written_since_the_last(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Two went at their instants, and three more are due: more than four in an interval."""
    first = expiring(embedded, 5, 5)
    policy = embedded.policy(ttl=AT, behavior={"breaker": {"maxObjects": 4}}, evaluationInterval="25s")
    controller = inside(embedded, gc_interval=HOUR)
    until(lambda: embedded.settled(policy))
    until(lambda: gone(embedded, first), "the first are gone")
    unseen = expiring(embedded, 1, 1, 1)
    until(lambda: embedded.reason(policy) == "BreakerTripped", "the pass has counted them together")
    assert not any(gone(embedded, [name]) for name in unseen)
    assert "beside the 2" in embedded.condition(policy)["message"]
    assert passes(controller) == 2


def test_a_slow_list_hides_nothing_that_was_written_before_it(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """The window of a pass ends where the pass begins: two went since the last one, and its own list takes longer than that."""
    first = expiring(embedded, 9, 9)
    policy = embedded.policy(ttl=AT, behavior={"breaker": {"maxObjects": 4}}, evaluationInterval="20s")
    controller = inside(embedded, gc_interval=HOUR)
    until(lambda: embedded.settled(policy))

    def slow(request: Request) -> Fault | None:
        listed = request.path.endswith("/configmaps") and "limit" in request.query
        return Fault(delay=19.0) if by_controller(request) and listed else None

    embedded.server.faults = slow
    until(lambda: gone(embedded, first), "the first are gone")
    unseen = expiring(embedded, 1, 1, 1)
    until(lambda: passes(controller) == 2, "the second pass is over", 60.0)
    until(lambda: embedded.reason(policy) == "BreakerTripped", "it has counted them together")
    assert not any(gone(embedded, [name]) for name in unseen)


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
    name, _ = expiring(embedded, 4, 5000)
    policy = embedded.policy(**{"ttl": AT, **spec})
    other = EmbeddedStage(embedded.cluster, embedded.cluster.namespace(), embedded.home)
    gone_there = expiring(other, 5)
    other.policy(ttl=AT)
    inside(embedded, gc_interval=HOUR)
    if "schedule" not in spec:
        until(lambda: embedded.settled(policy))
    until(lambda: gone(other, gone_there), "the other policy's is gone")
    time.sleep(2)
    assert not gone(embedded, [name])
    assert "due" not in metadata_of(embedded, name)["labels"]


def test_what_owns_an_object_in_view_waits_for_the_pass(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Whether the owned one must stay is for a pass to see."""
    owner, other = expiring(embedded, 5, 5)
    uid = metadata_of(embedded, owner)["uid"]
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": owner, "uid": uid}
    embedded.make(metadata={"annotations": in_seconds(5000), "ownerReferences": [reference]})
    policy = embedded.policy(ttl=AT)
    inside(embedded, gc_interval=HOUR)
    until(lambda: embedded.settled(policy))
    until(lambda: gone(embedded, [other]), "the one that owns nothing is gone")
    time.sleep(2)
    assert not gone(embedded, [owner])


def test_an_edited_policy_forgets_what_it_saw_coming(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Paused, nothing of it goes."""
    names = expiring(embedded, 15)
    policy = embedded.policy(ttl=AT)
    inside(embedded, gc_interval=HOUR)
    until(lambda: embedded.settled(policy))
    embedded.edit(policy, {"paused": True})
    time.sleep(17)
    assert not gone(embedded, names)


def test_the_kill_switch_stops_what_comes(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """As it stops a pass."""
    names = expiring(embedded, 15)
    policy = embedded.policy(ttl=AT)
    controller = inside(embedded, gc_interval=HOUR)
    until(lambda: embedded.settled(policy))
    metadata = {"name": "zen-gc-pause", "namespace": embedded.home}
    embedded.cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"paused": "true"}})
    controller.await_record("left to the next pass", reason="KillSwitch")
    assert not gone(embedded, names)


def test_a_small_run_lists_nothing(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """It reads what it acts on, by name."""
    names = expiring(embedded, 5, 6, 7)
    policy = embedded.policy(ttl=AT)
    inside(embedded, gc_interval=HOUR)
    until(lambda: embedded.settled(policy))
    before = len(embedded.sent("GET"))
    until(lambda: gone(embedded, names), "all are gone")
    asked = [each for each in embedded.sent("GET")[before:] if by_controller(each)]
    assert not [each.path for each in asked if each.path.endswith("/configmaps")]

"""Fights: what comes back whenever it is deleted is left alone after the third time, until the policy is edited."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from tests.cluster.controller.stage import until
from tests.harness import RealCluster
from zen_gc_core.cluster.answers import Answer
from zen_gc_core.cluster.observing import Observed
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.controller.runs.fights import MOST_DELETED, MOST_FIGHTS, Fights, shown
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.policy import NAMESPACED, PolicyReference
from zen_gc_core.model.requests import Delete

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import Stage

NAME = "comes-back"


def made(stage: Stage) -> str:
    """The object, made anew by somebody else; its uid."""
    until(lambda: not stage.there(NAME), "it is gone")
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME, "namespace": stage.namespace, "labels": {"gc": "yes"}},
    }
    path = f"/api/v1/namespaces/{stage.namespace}/configmaps?fieldManager=somebody"
    answer = stage.cluster.request("POST", path, body)
    assert answer.status == 201, answer.text
    return str(answer.body["metadata"]["uid"])


def fight(stage: Stage, policy: str) -> dict[str, Any]:
    """The condition."""
    return stage.condition(policy, "Fight")


def test_what_comes_back_whenever_it_is_deleted_is_left_alone(stage: Stage, inside: Callable[..., Inside]) -> None:
    """After three deletions; the others go; event, condition, log and metric say so; an edit begins anew."""
    policy = stage.policy()
    controller = inside(stage)
    uids = [made(stage) for _ in range(4)]

    until(lambda: fight(stage, policy).get("status") == "True")

    other = stage.make()
    until(lambda: not stage.there(other))
    until(lambda: stage.settled(policy).get("lastRun", {}).get("kept", {}).get("protected") == 1)
    assert stage.cluster.request("GET", stage.config_map(NAME)).body["metadata"]["uid"] == uids[-1]
    deleted = [each["resource_uid"] for each in controller.records("resource deleted", resource_name=NAME)]
    assert deleted == uids[:-1]
    said = f"ConfigMap {stage.namespace}/{NAME} came back 3 times within an hour, each time within 60 s of its deletion"
    found = fight(stage, policy)
    maker = "somebody" if isinstance(stage.cluster, RealCluster) else "nobody knows whom"  # no managedFields there
    assert (found["reason"], found["message"]) == (
        "ComesBack",
        f"{said}, made by {maker}: left alone until the policy is edited",
    )
    event = until(lambda: next((each for each in stage.events(policy) if each["reason"] == "Fight"), None))
    assert (event["type"], event["count"], event["message"]) == ("Warning", 1, found["message"])
    assert controller.await_record("resource comes back")["message"] == found["message"]
    assert controller.scrape().total("gc_errors_total", policy_name=policy, error_type="fight") == 1

    stage.edit(policy, {"behavior": {"batchSize": 10}})
    until(lambda: not stage.there(NAME))
    until(lambda: fight(stage, policy).get("status") == "False")
    assert fight(stage, policy)["reason"] == "NothingComesBack"


NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
RESOURCE = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True)


def decision(uid: str, name: str = "a") -> Decision:
    """To delete an object."""
    return Decision("v1", "ConfigMap", "team-a", name, uid, Verdict.ACT, "due", request=Delete())


def observed(uid: str, born: dt.datetime | None, name: str = "a", managers: Any = None) -> Observed:
    """The object as it was read."""
    metadata: dict[str, Any] = {"name": name, "namespace": "team-a", "uid": uid, "resourceVersion": "1"}
    if born is not None:
        metadata["creationTimestamp"] = born.strftime("%Y-%m-%dT%H:%M:%SZ")
    if managers is not None:
        metadata["managedFields"] = managers
    raw = orjson.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    path = RESOURCE.path("team-a", name)
    return Observed(RESOURCE, "team-a", name, Answer("GET", path, 200, {}, raw))


def round_of(fights: Fights, number: int, *, back: float, every: float, name: str = "a") -> str | None:
    """An object is deleted, comes back some seconds later, and is met."""
    at = NOW + dt.timedelta(seconds=number * every)
    fights.deleted(decision(f"u{number}", name), at)
    uid = f"u{number + 1}"
    return fights.meets(decision(uid, name), observed(uid, at + dt.timedelta(seconds=back), name))


@pytest.mark.parametrize(
    ("back", "every", "left"), [(0, 61, True), (60, 61, True), (61, 100, False), (-5, 61, False), (10, 1900, False)]
)
def test_it_is_a_fight_when_it_comes_back_at_once_three_times_in_an_hour(
    back: float, every: float, *, left: bool
) -> None:
    """Later, or more seldom, it is somebody's work."""
    fights = Fights()
    found = [round_of(fights, number, back=back, every=every) for number in range(6)]
    assert [why is not None for why in found] == ([False, False, *[True] * 4] if left else [False] * 6)


def test_the_same_object_counts_once_however_often_it_is_met() -> None:
    """A deletion that failed is tried again in the next run."""
    fights = Fights()
    fights.deleted(decision("u0"), NOW)
    back = observed("u1", NOW + dt.timedelta(seconds=1))
    assert [fights.meets(decision("u1"), back) for _ in range(5)] == [None] * 5


def test_an_object_without_a_time_is_no_fight() -> None:
    """Nothing tells when it came back."""
    fights = Fights()
    for number in range(6):
        fights.deleted(decision(f"u{number}"), NOW)
        assert fights.meets(decision(f"u{number + 1}"), observed(f"u{number + 1}", None)) is None


def test_another_state_of_the_policy_begins_anew() -> None:
    """So does another policy of that name."""
    for other in (
        PolicyReference(NAMESPACED, "team-a", "p", "u", 2),
        PolicyReference(NAMESPACED, "team-a", "p", "v", 1),
    ):
        fights = Fights()
        fights.of(PolicyReference(NAMESPACED, "team-a", "p", "u", 1))
        for number in range(3):
            round_of(fights, number, back=1, every=61)
        assert len(fights.of(PolicyReference(NAMESPACED, "team-a", "p", "u", 1))) == 1
        assert (len(fights.untold()), len(fights.untold())) == (1, 0)
        assert fights.of(other) == {}
        assert round_of(fights, 3, back=1, every=61) is None


def test_a_policy_that_fights_about_too_much_deletes_nothing_until_it_is_edited() -> None:
    """Not even what never came back: nobody could remember what is to be left alone."""
    fights = Fights()
    policy = PolicyReference(NAMESPACED, "team-a", "p", "u", 1)
    fights.of(policy)
    for name in range(MOST_FIGHTS):
        for number in range(3):
            round_of(fights, number, back=1, every=61, name=f"fought-{name}")
    other = observed("v", NOW, "other")
    assert (len(fights.of(policy)), fights.meets(decision("v", "other"), other)) == (MOST_FIGHTS, None)
    assert "and 90 more" in shown(fights.of(policy))
    fights.untold()

    found = [round_of(fights, number, back=1, every=61, name="one-more") for number in range(3)]

    why = "more than 100 objects came back whenever they were deleted"
    assert [each is not None for each in found] == [False, False, True]
    assert (fights.meets(decision("v", "other"), other) or "").startswith(why)
    assert [each.startswith(why) for each in (shown(fights.of(policy)), *fights.untold())] == [True, True]
    fights.of(PolicyReference(NAMESPACED, "team-a", "p", "u", 2))
    assert fights.meets(decision("v", "other"), other) is None


def test_what_is_remembered_has_an_end() -> None:
    """Of very many deletions the latest are, and what fights stands among them."""
    fights = Fights()
    for number in range(3 * MOST_DELETED):
        fights.deleted(decision(f"x{number}", f"x{number}"), NOW)
    assert len(fights._deleted) == MOST_DELETED
    for number in range(3):
        round_of(fights, number, back=1, every=61)
    assert len(fights._left) == 1


def test_a_deletion_that_can_make_no_fight_any_more_is_forgotten() -> None:
    """After an hour and a minute; but not the one after which the third time may only be met late."""
    fights = Fights()
    fights.deleted(decision("v", "other"), NOW)
    for number in range(2):
        round_of(fights, number, back=1, every=61)
    fights.deleted(decision("u2"), NOW + dt.timedelta(seconds=122))
    for minutes, remembered in ((61, {"other", "a", "later"}), (62, {"a", "later"}), (600, {"a", "later"})):
        fights.deleted(decision("w", "later"), NOW + dt.timedelta(minutes=minutes))
        assert {key[-1] for key in fights._deleted} == remembered
    late = observed("u3", NOW + dt.timedelta(seconds=123))
    assert fights.meets(decision("u3"), late) is not None


@pytest.mark.parametrize(
    ("managers", "by"),
    [
        (None, "nobody knows whom"),
        ("x", "nobody knows whom"),
        ([5, {}], "nobody knows whom"),
        ([{"manager": "b", "time": "2026-01-02T00:00:00Z"}, {"manager": "a", "time": "2026-01-01T00:00:00Z"}], "a"),
        ([{"manager": "s", "subresource": "status", "time": "2025-01-01T00:00:00Z"}], "nobody knows whom"),
        ([{"manager": "a\nb\x1b", "time": "2026-01-01T00:00:00Z"}], "a"),
    ],
)
def test_who_made_it_is_the_first_that_wrote_it(managers: Any, by: str) -> None:
    """Its own words are shown on one line."""
    fights = Fights()
    for number in range(2):
        round_of(fights, number, back=1, every=61)
    at = NOW + dt.timedelta(seconds=130)
    fights.deleted(decision("u2"), at)
    why = fights.meets(decision("u3"), observed("u3", at, managers=managers))
    assert why is not None
    assert f"made by {by}" in why
    assert "\n" not in why
    assert shown(fights.of(PolicyReference(NAMESPACED, "", "", "", 0))) == why

"""Each count of the oracle counts: small histories, written by hand, with one thing wrong in each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.proof.oracle.auditing import Asked
from tests.proof.oracle.meaning import KEEP, NotUnderstoodError
from tests.proof.oracle.told import ITEM, LEASE, MADE, POLICY, Told, item, lease, only, policy, switch

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_delete_that_is_right_is_counted_and_nothing_is_found(told: Told) -> None:
    """The good case, without which no bad one would say anything."""
    told.deleted()
    counts = told.counts()
    assert counts.clean, str(counts)
    assert (counts.deletes, counts.others) == (1, 0)


LAST_MOMENTS: dict[str, Callable[[Told], None]] = {
    "another label": lambda told: told.stored(ITEM, item(label="no")),
    "another state": lambda told: told.stored(ITEM, {**item(), "data": {"state": "busy"}}),
    "no state": lambda told: told.stored(ITEM, {**item(), "data": None}),
    "a keep mark": lambda told: told.stored(ITEM, item(annotations={KEEP: "true"})),
    "another object": lambda told: [told.deleted(user="adversary"), told.stored(ITEM, item("2", label="no"))][0],
    "a mark on its Namespace, 9 s ago": lambda told: [
        told.stored("namespaces/apps", {"metadata": {"name": "apps", "labels": {KEEP: "true"}}}),
        told.stored(LEASE, lease("a_1"), wait=9.0),
    ][0],
    "a policy paused 9 s ago": lambda told: [
        told.stored(POLICY, policy(paused=True)),
        told.stored(LEASE, lease("a_1"), wait=9.0),
    ][0],
    "a policy deleted 9 s ago": lambda told: [told.stored(POLICY, None), told.stored(LEASE, lease("a_1"), wait=9.0)][0],
    "a policy that only says what it would do": lambda told: [
        told.stored(POLICY, policy(behavior={"dryRun": True})),
        told.stored(LEASE, lease("a_1"), wait=9.0),
    ][0],
    "a switch pulled 9 s ago": lambda told: [
        told.stored("configmaps/home/zen-gc-pause", switch("true")),
        told.stored(LEASE, lease("a_1"), wait=9.0),
    ][0],
    "a time that has not come": lambda told: [
        told.stored(POLICY, policy(ttl={"afterCreation": "9000d"})),
        told.stored(LEASE, lease("a_1"), wait=9.0),
    ][0],
}


@pytest.mark.parametrize("last", LAST_MOMENTS)
def test_what_no_policy_of_the_last_seconds_wanted_is_wrong(told: Told, last: str) -> None:
    """In exactly the state in which it went."""
    LAST_MOMENTS[last](told)
    told.deleted()
    only(told.counts(), "wrong")


@pytest.mark.parametrize("last", ["policy", "namespace", "switch"])
def test_what_was_so_seven_seconds_ago_still_counts(told: Told, last: str) -> None:
    """The contract says 8 s."""
    told.stored(LEASE, lease("a_1", 60))
    changed = {
        "policy": (POLICY, policy(paused=True)),
        "namespace": ("namespaces/apps", {"metadata": {"name": "apps", "labels": {KEEP: "true"}}}),
        "switch": ("configmaps/home/zen-gc-pause", switch("")),
    }
    told.stored(*changed[last])
    told.deleted(wait=7.0)
    assert told.counts().clean


def test_a_delete_after_another_took_the_lease_is_stale(told: Told) -> None:
    """By the order of revisions."""
    told.stored(LEASE, lease("b_1"))
    told.deleted()
    only(told.counts(), "stale")


def test_a_delete_after_the_lease_has_run_out_is_stale(told: Told) -> None:
    """By authority and not by name: the Lease still names it."""
    told.deleted(wait=3.5)
    only(told.counts(), "stale")


def test_a_delete_under_a_lease_that_was_given_back_is_stale(told: Told) -> None:
    """Nobody holds it."""
    told.stored(LEASE, lease(""))
    told.deleted()
    only(told.counts(), "stale")


def test_what_is_due_for_more_than_two_intervals_with_a_leader_is_lost(told: Told) -> None:
    """It should have gone by then."""
    told.stored(LEASE, lease("a_1"))
    assert told.counts().clean, "not yet"
    for _ in range(3):
        told.stored(LEASE, lease("a_1"))
    only(told.counts(), "lost")


@pytest.mark.parametrize("reason", ["no leader", "a pause of leaders", "the switch", "the policy", "the object"])
def test_what_could_not_go_is_not_lost(told: Told, reason: str) -> None:
    """Nobody was there to delete it, or it was not to be deleted until just now."""
    if reason == "a pause of leaders":
        told.now += 60.0
    if reason == "the switch":
        told.stored("configmaps/home/zen-gc-pause", switch("true"))
    for _ in range(5):
        told.stored(LEASE, lease("a_1"))
    if reason == "no leader":
        told.stored(LEASE, lease(""))
    if reason == "the policy":
        told.stored(POLICY, policy(evaluationInterval="2s"))
    if reason == "the object":
        told.stored(ITEM, {**item(), "data": {"state": "done", "more": "x"}})
    if reason == "a pause of leaders":
        told.now += 3.5
    assert told.counts().clean


def test_two_requests_that_succeed_for_one_uid_are_double(told: Told) -> None:
    """A finalizer holds it, and it is asked to go again."""
    told.deleted(terminating=True)
    told.asked.append(replace(told.asked[-1], audit_id="again"))
    told.intents["again"] = "1"
    only(told.counts(), "double")


def test_a_delete_without_an_intent_is_unlogged(told: Told) -> None:
    """Whoever reads the log would not know."""
    told.deleted(logged=False)
    only(told.counts(), "unlogged")


def test_an_intent_about_another_object_is_none(told: Told) -> None:
    """The uid counts, not the attempt alone."""
    told.deleted()
    told.intents = dict.fromkeys(told.intents, "another uid")
    only(told.counts(), "unlogged")


@pytest.mark.parametrize(
    "changed",
    [{"pinned_uid": ""}, {"pinned_version": ""}, {"pinned_uid": "", "pinned_version": "", "code": 404}],
    ids=str,
)
def test_a_request_without_both_preconditions_counts_whatever_came_of_it(told: Told, changed: dict[str, Any]) -> None:
    """It could have deleted anything of that name."""
    told.deleted(**changed)
    assert len(told.counts().without_preconditions) == 1


def test_who_is_turned_away_at_the_door_was_not_read(told: Told) -> None:
    """The audit log does not show what was sent."""
    door = Asked("d", "account-a", "delete", ITEM, told.now, 403, "", "", "")
    told.asked += [door, replace(door, code=503), replace(door, code=0)]
    assert told.counts().clean
    told.asked.append(replace(door, code=403, pinned_uid="1"))
    only(told.counts(), "without_preconditions")


def test_a_whole_collection_is_without_preconditions(told: Told) -> None:
    """There is no object that it names."""
    told.asked.append(Asked("c", "account-a", "deletecollection", "configmaps/apps", told.now, 200, "", "", ""))
    only(told.counts(), "without_preconditions")


def test_what_others_delete_is_not_judged(told: Told) -> None:
    """It is counted apart."""
    told.stored(ITEM, item(label="no"))
    told.deleted(user="adversary", logged=False, pinned_version="")
    counts = told.counts()
    assert counts.clean
    assert (counts.deletes, counts.others) == (0, 1)


def test_a_request_that_was_never_answered_is_held_against_who_sent_it(told: Told) -> None:
    """The API server was killed when it was done."""
    told.stored(ITEM, item(label="no"))
    told.deleted(code=0, uid="")
    counts = told.counts()
    only(counts, "wrong")
    assert counts.deletes == 1


def test_what_nobody_asked_for_is_unexplained(told: Told) -> None:
    """Then the oracle does not know enough, and the run proves nothing."""
    told.stored(ITEM, None)
    only(told.counts(), "unexplained")


@pytest.mark.parametrize(
    "spec",
    [
        {"retain": {}},
        {"retain": {"last": 3, "within": "1h"}},
        {"retain": {"last": 3}, "ttl": {"afterCreation": "1s"}},
        {"conditions": {"cel": "true"}},
        {"ttl": {"after": {}}},
        {"behavior": {"includeOwned": True}},
    ],
    ids=str,
)
def test_a_policy_that_is_not_understood_is_an_error_and_never_a_yes(told: Told, spec: dict[str, Any]) -> None:
    """Nor a no."""
    told.stored(POLICY, policy(**spec))
    told.deleted()
    with pytest.raises(NotUnderstoodError):
        told.counts()


NEWEST_TWO = {"retain": {"groupBy": ["data.series"], "last": 2}}


def member(uid: str, series: str | None = "s", **metadata: Any) -> dict[str, Any]:
    """An object of a series; of those made in the same second the one with the larger uid is newer."""
    found = item(uid, **metadata)
    return {**found, "data": {"state": "done"} | ({"series": series} if series else {})}


def series(told: Told, *newer: dict[str, Any] | None) -> None:
    """The policy retains two of each series; the object is the oldest of one, and these are beside it."""
    told.stored(POLICY, policy(**NEWEST_TWO))
    told.stored(ITEM, member("1"))
    for number, each in enumerate(newer):
        told.stored(f"configmaps/apps/n{number}", each)
    told.stored(LEASE, lease("a_1", 60), wait=9.0)  # the policy of before retained nothing


def test_the_third_of_a_series_of_which_two_stay_goes_rightly(told: Told) -> None:
    """Two newer ones are there."""
    series(told, member("2"), member("3"))
    told.deleted()
    counts = told.counts()
    assert counts.clean, str(counts)
    assert counts.deletes == 1


BESIDE: dict[str, dict[str, Any]] = {
    "older": member("0"),
    "made before": member("3", creationTimestamp="2026-09-20T23:59:59Z"),
    "of another series": member("3", "t"),
    "of no series": member("3", None),
    "marked to be kept": member("3", annotations={KEEP: "true"}),
    "on its way out": member("3", deletionTimestamp=MADE),
    "not selected": member("3", label="no"),
    "without what the conditions ask": {**member("3"), "data": {"state": "busy", "series": "s"}},
}


@pytest.mark.parametrize("other", BESIDE)
def test_one_of_the_newest_of_its_series_that_goes_is_wrong(told: Told, other: str) -> None:
    """Beside one newer object, this other one takes no place before it."""
    series(told, member("2"), BESIDE[other])
    told.deleted()
    only(told.counts(), "wrong")


def test_an_object_of_no_series_that_goes_is_wrong(told: Told) -> None:
    """It is in no group, and stays."""
    series(told, member("2"), member("3"))
    told.stored(ITEM, member("1", None))
    told.deleted()
    only(told.counts(), "wrong")


@pytest.mark.parametrize(("seconds", "found"), [(7.0, ""), (9.0, "wrong")])
def test_what_somebody_else_took_may_have_been_seen_for_eight_seconds(told: Told, seconds: float, found: str) -> None:
    """No precondition holds another object."""
    series(told, member("2"), member("3"))
    gone = told.history.present("configmaps/apps/n1")
    assert gone is not None
    told.asked.append(Asked("r", "rival", "delete", "configmaps/apps/n1", told.now, 200, "3", "3", "9"))
    told.stored("configmaps/apps/n1", None)
    told.deleted(wait=seconds)
    assert [name for name, lines in told.counts().findings.items() if lines] == ([found] if found else [])


def test_what_is_retained_is_not_lost_and_what_is_left_over_is(told: Told) -> None:
    """However long it is there; and a newer one that came just now makes it wait for its turn."""
    series(told, member("2"))
    for _ in range(5):
        told.stored(LEASE, lease("a_1", 60))
    assert told.counts().clean
    told.stored("configmaps/apps/n1", member("3"))
    assert told.counts().clean
    for _ in range(5):
        told.stored(LEASE, lease("a_1", 60))
    only(told.counts(), "lost")


FLAG = {"action": {"label": {"flagged": "yes"}}}


def marked(told: Told, *, logged: bool = True, **changed: Any) -> None:
    """A replica marks the object, with an intent in its log."""
    found = told.history.present(ITEM)
    assert found is not None
    uid, attempt = found["metadata"]["uid"], f"attempt-{len(told.asked)}"
    labels = {**found["metadata"]["labels"], "flagged": "yes"}
    told.stored(ITEM, {**found, "metadata": {**found["metadata"], "labels": labels}})
    version = str(told.history.revision)
    request = Asked(attempt, "account-a", "patch", ITEM, told.now, 200, uid, uid, "before", version)
    told.asked.append(replace(request, **changed))
    if logged:
        told.intents[attempt] = uid


@pytest.fixture
def flagging(told: Told) -> Told:
    """The policy marks, and has done so for long."""
    told.stored(POLICY, policy(**FLAG))
    told.stored(LEASE, lease("a_1", 60), wait=9.0)
    return told


def test_a_mark_that_is_right_is_counted_and_the_object_is_not_lost(flagging: Told) -> None:
    """It carries the label by now."""
    marked(flagging)
    for _ in range(5):
        flagging.stored(LEASE, lease("a_1", 60))
    counts = flagging.counts()
    assert counts.clean, str(counts)
    assert (counts.marks, counts.deletes) == (1, 0)


def test_a_mark_in_a_state_that_no_policy_wanted_is_wrong(flagging: Told) -> None:
    """As with a delete."""
    flagging.stored(ITEM, item(annotations={KEEP: "true"}))
    marked(flagging)
    only(flagging.counts(), "wrong")


def test_what_is_to_be_marked_and_goes_is_wrong_and_so_is_the_other_way_round(told: Told, flagging: Told) -> None:
    """A policy wants one or the other."""
    flagging.deleted()
    only(flagging.counts(), "wrong")
    told.stored(POLICY, policy())
    told.stored(ITEM, item("2"))
    told.stored(LEASE, lease("a_1", 60), wait=9.0)
    marked(told)
    assert len(told.counts().wrong) == 2


def test_a_mark_without_an_intent_is_unlogged(flagging: Told) -> None:
    """As with a delete."""
    marked(flagging, logged=False)
    only(flagging.counts(), "unlogged")


def test_a_mark_after_another_took_the_lease_is_stale(flagging: Told) -> None:
    """As with a delete."""
    flagging.stored(LEASE, lease("b_1"))
    marked(flagging)
    only(flagging.counts(), "stale")


def test_what_is_not_marked_for_more_than_two_intervals_is_lost(flagging: Told) -> None:
    """As with a delete."""
    for _ in range(5):
        flagging.stored(LEASE, lease("a_1", 60))
    only(flagging.counts(), "lost")


def test_a_mark_that_changed_nothing_is_none(flagging: Told) -> None:
    """The answer names the state that was there before."""
    marked(flagging, logged=False, version="before")
    assert flagging.counts().marks == 0


def test_a_history_that_goes_back_has_a_gap(told: Told) -> None:
    """It proves nothing."""
    told.history.add(1, told.now, ITEM, None)
    assert told.history.gaps

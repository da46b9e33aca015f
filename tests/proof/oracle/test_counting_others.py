"""What is copied, named, held and scaled counts, too: small histories, written by hand, with one thing wrong in each."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.proof.chaos.mutating import IDLE, USED
from tests.proof.oracle.auditing import Asked
from tests.proof.oracle.holding import HELD
from tests.proof.oracle.told import ITEM, LEASE, POLICY, item, lease, only, policy

if TYPE_CHECKING:
    from tests.proof.oracle.told import Told

COPY = "gc.kube-zen.io/recycledobjects/apps/r-1"
USER = "configmaps/apps/user"
DEPLOYMENT = "deployments/apps/d"
AGES = 9.0
"""Seconds after which what was so before does not count any more."""


def copy(**changed: Any) -> dict[str, Any]:
    """The copy of the object, or of another state of it."""
    served = {"resourceVersion": "3", "managedFields": []}
    text = {**item(), "metadata": {**item()["metadata"], **served}, **changed}
    return {"metadata": {"name": "r-1", "uid": "c"}, "spec": {"object": json.dumps(text)}}


@pytest.fixture
def binned(told: Told) -> Told:
    """The policy copies what it deletes."""
    told.stored(POLICY, policy(behavior={"recycle": {"keepFor": "1h"}}))
    told.stored(LEASE, lease("a_1", 60), wait=AGES)
    return told


def test_what_was_copied_before_goes_rightly(binned: Told) -> None:
    """As the server stored it, whatever it adds when it is asked."""
    binned.stored(COPY, copy())
    binned.deleted()
    counts = binned.counts()
    assert counts.clean, str(counts)
    assert (counts.deletes, counts.copied) == (1, 1)


@pytest.mark.parametrize("when", ["never", "afterwards", "of another state", "and removed"])
def test_a_delete_without_its_copy_is_uncopied(binned: Told, when: str) -> None:
    """It must be there before, of just this state, and stay."""
    if when not in {"never", "afterwards"}:
        binned.stored(COPY, copy(**({"data": {"state": "busy"}} if when == "of another state" else {})))
    binned.deleted()
    if when == "afterwards":
        binned.stored(COPY, copy())
    if when == "and removed":
        binned.stored(COPY, None)
    only(binned.counts(), "uncopied")


def test_what_another_policy_takes_without_a_copy_needs_none(told: Told) -> None:
    """Who of two was faster does not matter."""
    told.stored(POLICY.replace("/all", "/binned"), policy(behavior={"recycle": {"keepFor": "1h"}}))
    told.deleted()
    counts = told.counts()
    assert counts.clean, str(counts)
    assert (counts.deletes, counts.copied) == (1, 0)


def user(name: str = "x") -> dict[str, Any]:
    """An object that names the one that is judged, or another."""
    found = item("9", label="user")
    return {**found, "metadata": {**found["metadata"], "name": "user"}, "data": {"uses": name}}


def held(told: Told, *, seconds: float = 4.0, generation: int = 1, uid: str = "1") -> dict[str, Any]:
    """The object, with a mark of so many seconds ago."""
    since = dt.datetime.fromtimestamp(told.now - seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return item(label="used", annotations={f"{HELD}p": f"{since} {generation} {uid}"})


@pytest.fixture
def used(told: Told) -> Told:
    """The policy takes what nobody has named for three seconds."""
    asked = policy(**USED)
    told.stored(POLICY, {**asked, "metadata": {**asked["metadata"], "generation": 1}})
    told.stored(LEASE, lease("a_1", 60), wait=AGES)
    return told


def test_what_nobody_names_and_was_marked_long_enough_goes_rightly(used: Told) -> None:
    """Somebody else may name another."""
    used.stored(USER, user("another"))
    used.stored(ITEM, held(used))
    used.deleted()
    assert used.counts().clean, str(used.counts())


@pytest.mark.parametrize("mark", [{"seconds": 0.0}, {"generation": 2}, {"uid": "2"}], ids=str)
def test_a_mark_that_is_too_young_or_of_another_lets_nothing_go(used: Told, mark: dict[str, Any]) -> None:
    """Of another generation of the policy, or copied from another object."""
    used.stored(ITEM, held(used, **mark))
    used.deleted()
    only(used.counts(), "wrong")


def test_what_somebody_names_for_longer_than_the_last_look_goes_wrongly(used: Told) -> None:
    """Nine seconds before the delete."""
    used.stored(USER, user())
    used.stored(ITEM, held(used), wait=AGES)
    used.deleted()
    only(used.counts(), "wrong")


def test_what_somebody_named_a_moment_ago_counts_as_not_seen(used: Told) -> None:
    """No precondition holds another object."""
    used.stored(ITEM, held(used))
    used.stored(USER, user())
    used.deleted()
    assert used.counts().clean, str(used.counts())


def patched(told: Told, key: str, after: dict[str, Any], *, wait: float = 1.0) -> None:
    """A replica changes an object, with an intent in its log."""
    before = told.history.present(key)
    assert before is not None
    uid, attempt = before["metadata"]["uid"], f"attempt-{len(told.asked)}"
    told.intents[attempt] = uid
    version = str(told.history.revision + 1)
    told.asked.append(Asked(attempt, "account-a", "patch", key, told.now + wait, 200, uid, uid, "7", version))
    told.stored(key, after, wait=wait)


def test_a_mark_on_what_nobody_names_is_held(used: Told) -> None:
    """And one that is taken away is not judged."""
    used.stored(ITEM, item(label="used"))
    patched(used, ITEM, held(used, seconds=0))
    patched(used, ITEM, item(label="used"))
    counts = used.counts()
    assert counts.clean, str(counts)
    assert counts.held == 1


@pytest.mark.parametrize("why", ["it is named", "its state", "of no policy"])
def test_a_mark_that_no_policy_asks_for_is_wrong(used: Told, why: str) -> None:
    """It would be due too early."""
    used.stored(ITEM, item(label="used") | ({"data": {"state": "busy"}} if why == "its state" else {}))
    if why == "it is named":
        used.stored(USER, user())
        used.stored(LEASE, lease("a_1", 60), wait=AGES)
    marked = held(used, seconds=0)
    if why == "of no policy":
        marked["metadata"]["annotations"] = {f"{HELD}q": "2026-09-21T00:00:00Z 1 1"}
    before = used.history.present(ITEM)
    assert before is not None
    patched(used, ITEM, {**marked, "data": before["data"]})
    only(used.counts(), "wrong")


def deployment(replicas: int, state: str = "done") -> dict[str, Any]:
    """A Deployment that the policy scales down, or in another state."""
    metadata = {"name": "d", "namespace": "apps", "uid": "5", "creationTimestamp": "2026-09-21T00:00:00Z"}
    labels = {"gc": "yes", "state": state}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**metadata, "labels": labels},
        "spec": {"replicas": replicas},
    }


@pytest.mark.parametrize(
    ("state", "replicas", "found"), [("done", 0, ""), ("busy", 0, "wrong"), ("done", 1, "wrong")], ids=str
)
def test_what_is_scaled_must_be_wanted_so(told: Told, state: str, replicas: int, found: str) -> None:
    """The state of the object, and the count."""
    told.stored(POLICY, policy(**IDLE))
    told.stored(DEPLOYMENT, deployment(3, state))
    told.stored(LEASE, lease("a_1", 60))
    patched(told, DEPLOYMENT, deployment(replicas, state))
    told.stored(ITEM, None)
    told.asked.append(replace(told.asked[-1], audit_id="other", user="adversary", verb="delete", key=ITEM, uid="1"))
    counts = told.counts()
    assert counts.scaled == 1
    if found:
        only(counts, found)
    else:
        assert counts.clean, str(counts)

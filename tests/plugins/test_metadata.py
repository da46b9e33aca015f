"""``olderThan`` and ``owner``: what an object's metadata say."""

from __future__ import annotations

import datetime as dt

import pytest
from zen_gc_conditions.older_than import OLDER_THAN
from zen_gc_conditions.owner import OWNER

from zen_gc_core import InputError, Undecided
from zen_gc_core.testing import ask, explain


def _object(created="2026-01-01T10:00:00Z", **metadata):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "creationTimestamp": created, **metadata}}


@pytest.mark.parametrize(
    ("age", "holds"), [("1h", True), ("1h59m59s", True), ("2h", False), ("2h1s", False), (7199, True)]
)
def test_older_than_compares_the_age(age, holds):
    """Strictly: at two hours it is not yet older than two hours."""
    assert ask(OLDER_THAN, age, _object()) is holds


def test_older_than_says_how_old_it_is():
    """In the words of the plan."""
    assert explain(OLDER_THAN, "7d", _object()) == "it is 2h old, not older than 7d"


@pytest.mark.parametrize("created", [None, "", "soon", "2013-01-01T00:00:00Z", "2026-01-01T12:00:31Z"])
def test_an_age_that_cannot_be_right_is_undecided(created):
    """Missing, unreadable, before 2014, ahead of now."""
    with pytest.raises(Undecided, match="creationTimestamp"):
        ask(OLDER_THAN, "1h", _object(created))


def test_a_clock_may_be_a_little_ahead():
    """By no more than the run allows; such an object is new."""
    assert ask(OLDER_THAN, "1s", _object("2026-01-01T12:00:10Z")) is False
    with pytest.raises(Undecided):
        ask(OLDER_THAN, "1s", _object("2026-01-01T12:00:10Z"), clock_skew=dt.timedelta(seconds=9))


@pytest.mark.parametrize("config", [0, -5, "never", "", None, [], {"than": "1h"}])
def test_an_age_that_is_no_duration_is_refused(config):
    """0 too."""
    with pytest.raises(InputError, match="olderThan"):
        ask(OLDER_THAN, config, _object())


JOB = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": "1", "controller": True}
SET = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "2"}


@pytest.mark.parametrize(("owners", "holds"), [(None, True), ([], True), ([JOB], False)])
def test_owner_none_means_no_owner_references(owners, holds):
    """Owners that are no controllers count as well."""
    assert ask(OWNER, "none", _object(ownerReferences=owners)) is holds
    assert ask(OWNER, "none", _object()) is True


@pytest.mark.parametrize(
    ("like", "holds"),
    [
        ({"kind": "CronJob"}, True),
        ({"name": "web-1"}, True),
        ({"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1"}, True),
        ({"kind": "CronJob", "name": "web-1"}, False),
        ({"apiVersion": "batch/v2"}, True),
        ({"apiVersion": "extensions/v1beta1"}, False),
        ({"kind": "Cronjob"}, False),
    ],
)
def test_one_owner_must_be_like_this_in_everything_that_is_asked(like, holds):
    """Not one owner's kind and another's name; of apiVersions the group."""
    assert ask(OWNER, like, _object(ownerReferences=[JOB, SET])) is holds
    assert ask(OWNER, like, _object()) is False


def test_owner_says_who_owns_it():
    """Or that nobody like this does."""
    assert explain(OWNER, "none", _object(ownerReferences=[JOB])) == "it has an owner: CronJob nightly"
    assert explain(OWNER, {"kind": "Workflow", "name": "w"}, _object()) == "no owner is Workflow w"


@pytest.mark.parametrize(
    "config",
    [
        {},
        "None",
        "any",
        None,
        [],
        ["none"],
        {"kind": ""},
        {"kind": None},
        {"kind": "Job", "apiVersion": None},
        {"uid": "1"},
        False,
    ],
)
def test_what_is_no_owner_is_refused(config):
    """An empty map would hold for whatever has an owner; that is not what it says."""
    with pytest.raises(InputError, match="owner"):
        ask(OWNER, config, _object())

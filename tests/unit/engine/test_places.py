"""Places by themselves: ties, bounds at their very number, and what is asked no further because it would fill none."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.unit.engine.situations import NOW
from zen_gc_core.engine.retaining.buckets import BUCKETS
from zen_gc_core.engine.retaining.groups import group_words
from zen_gc_core.engine.retaining.holding import Held, Rule
from zen_gc_core.engine.retaining.places import Places
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.retain import OWNER, PHASE

DAY = dt.timedelta(days=1)
KEY = ("", "ConfigMap", "team", "a")


def rule_of(*, last=0, within=None, **buckets):
    """What takes a place."""
    return Rule(last, within, tuple((field, BUCKETS[field], number) for field, number in buckets.items()), dt.UTC)


def held(days=0, which="u"):
    """An object that was made so many days before now, and is due."""
    found = Held(KEY, NOW - days * DAY, which, f"n-{which}", "v1")
    found.due = True
    return found


def test_of_an_object_nothing_is_known_but_what_was_said():
    """It is not due, has not finished, fills no place, and is not older than itself."""
    one = Held(KEY, NOW, "u", "n", "v1")
    assert (one.due, one.finished, one.places, one.decision) == (False, False, 0, None)
    assert not one < one  # noqa: PLR0124  that is the question
    assert held(1) < one


@pytest.mark.parametrize(
    ("rule", "stays"),
    [({"last": 1}, "first"), ({"daily": 1}, "again"), ({"daily": 2}, "again"), ({"within": DAY}, "again")],
)
def test_one_that_is_shown_again_has_one_place(rule, stays):
    """Whichever of the two it counts as: it is asked anew, and the other fills none."""
    places = Places(rule_of(**rule))
    first, again = held(), held()
    assert list(places.offer(first)) == []
    assert places.may_take(KEY, again.order)
    left = places.offer(again)
    one, other = (first, again) if stays == "first" else (again, first)
    assert list(map(id, places.groups[KEY].filling())) == [id(one)]
    assert (one.places, other.places) == (1, 0)
    assert list(map(id, left)) == ([] if "within" in rule else [id(other)]), "within the span it is held all the same"


@pytest.mark.parametrize("days", [0, 1])
def test_one_that_is_shown_again_keeps_its_bucket_where_all_are_taken(days):
    """Also in the oldest that is kept, which the next one may be too old for."""
    places = Places(rule_of(daily=2))
    for each in (held(0, "a"), held(1, "b")):
        places.offer(each)
    again = held(days, "ab"[days])
    assert places.may_take(KEY, again.order)
    places.offer(again)
    assert again.places == 1


def test_what_would_fill_no_bucket_need_not_be_asked_more():
    """Not while there is room, and then all that is older than the oldest that is kept."""
    places = Places(rule_of(daily=2))
    places.offer(held(1, "b"))
    assert places.may_take(KEY, held(5).order), "there is room for another day, older or not"
    places.offer(held(0, "a"))
    assert not places.may_take(KEY, held(5).order)
    assert places.may_take(KEY, (NOW + DAY, "n", "n"))
    assert not places.may_take(KEY, (NOW - DAY, "a", "a")), "of that day there is a newer one"
    assert places.may_take(KEY, (NOW - DAY, "c", "c"))


def test_no_more_is_held_within_the_span_than_there_may_be():
    """Fifty thousand, where nobody says otherwise; what is beyond is told, and counted."""
    left_out = []
    places = Places(rule_of(within=DAY), left_out=left_out.append)
    for number in range(50_002):
        places.offer(held(0.5, f"{number:05}"))
    assert len(places.groups[KEY].within) == 50_000
    assert (places.beyond, len(left_out)) == ((1, 0), 1)


@pytest.mark.parametrize("most", [1, 2])
def test_as_many_are_held_within_the_span_as_there_may_be(most):
    """And none less."""
    places = Places(rule_of(within=DAY), most_within=most)
    for number in range(4):
        places.offer(held(0.5, str(number)))
    assert len(places.groups[KEY].within) == most
    assert places.beyond == (3 - most, 0)


def test_a_group_is_named_by_as_many_values_as_the_policy_groups_by():
    """Values of another policy are none of its own; long ones are cut."""
    app = FieldPath.parse("metadata.labels.app")
    assert group_words([app], (*KEY[:3], "x" * 60)) == f"app={'x' * 60}"
    assert group_words([app], (*KEY[:3], "x" * 61)) != f"app={'x' * 61}"
    with pytest.raises(ValueError, match="zip"):
        group_words([app], (*KEY, "b"))


def test_a_controller_is_shown_by_its_kind_and_uid():
    """And a phase by its name."""
    assert group_words([OWNER], (*KEY[:3], ("owner", "ReplicaSet", "u1"))) == "owner=ReplicaSet u1"
    assert group_words([PHASE], (*KEY[:3], ("phase", "Failed"))) == "phase=Failed"

"""The breaker: a run that would act on too much acts on nothing, by exact numbers, until somebody approves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.engine.situations import compiled, document
from zen_gc_core.engine.breaker import APPROVE, approved, tripped
from zen_gc_core.engine.shares import Count, Written
from zen_gc_core.model.policy import NAMESPACED

DIGEST = "9e1d1e7e4f1c9d3a"


def policy(breaker=None, approval=None, generation=7, kind="ClusterGarbageCollectionPolicy"):
    """A policy with a breaker and an approval."""
    annotations = {} if approval is None else {APPROVE: approval.replace("DIGEST", DIGEST)}
    target = {"apiVersion": "v1", "kind": "ConfigMap"} | ({} if kind == NAMESPACED else {"namespaces": ["*"]})
    behavior = {"breaker": breaker} if breaker else {}
    written = document(kind, target=target, annotations=annotations, generation=generation, behavior=behavior)
    return replace(compiled(written).policy, digest=DIGEST)


def stops(written, *, due, unfinished=None, population=None):
    """Whether a run must act on nothing."""
    counted = due if unfinished is None else unfinished
    return tripped(written, due=due, unfinished=counted, counts=lambda: counting(counted, population)) is not None


def counting(unfinished, population):
    """The counts of one kind."""
    return None if population is None else {("", "ConfigMap"): Count(unfinished, population)}


def never_asked():
    """A population that must not be counted: it may cost a pass over everything."""
    raise AssertionError("the population was asked for")


@pytest.mark.parametrize(
    ("unfinished", "population", "trips"),
    [
        (499, 1000, False),
        (500, 1000, False),
        (501, 1000, True),
        (100, 200, False),
        (100, 199, True),
        (101, 202, False),
        (101, 201, True),
        (100, 100, True),
        (100, 0, True),
        (99, 99, False),
        (5 * 10**15, 10**16, False),
        (5 * 10**15 + 1, 10**16, True),
    ],
)
def test_half_of_all_is_the_most_by_default(unfinished, population, trips):
    """49.9 % and 50 % may go, 50.1 % may not; the percentage is exact however large the numbers."""
    assert stops(policy(), due=unfinished, population=population) is trips


@pytest.mark.parametrize(
    ("percent", "unfinished", "population", "trips"),
    [
        (10, 100, 1000, False),
        (10, 101, 1000, True),
        (1, 100, 9999, True),
        (1, 100, 10000, False),
        (100, 500, 500, False),
    ],
)
def test_the_percentage_is_the_policy_s_own(percent, unfinished, population, trips):
    """``maxPercent``, also where a float would round."""
    assert stops(policy({"maxPercent": percent}), due=unfinished, population=population) is trips


@pytest.mark.parametrize(
    ("least", "unfinished", "trips"), [(100, 99, False), (100, 100, True), (1, 1, True), (3, 2, False)]
)
def test_the_percentage_counts_from_min_objects_on(least, unfinished, trips):
    """Below it the population is not even asked for."""
    written = policy({"minObjects": least})
    if trips:
        assert stops(written, due=unfinished, population=unfinished)
    else:
        assert tripped(written, due=unfinished, unfinished=unfinished, counts=never_asked) is None


@pytest.mark.parametrize(("due", "trips"), [(4, False), (5, False), (6, True), (10**9, True)])
def test_max_objects_counts_everything_finished_or_not(due, trips):
    """It is the most that a run may act on; the population does not matter to it."""
    written = policy({"maxObjects": 5})
    assert (tripped(written, due=due, unfinished=0, counts=never_asked) is not None) is trips


@pytest.mark.parametrize(
    ("counts", "numbers"),
    [
        (
            {("", "Pod"): Count(100, 10_000), ("", "ConfigMap"): Count(120, 120)},
            "120 of 120 unfinished ConfigMap objects",
        ),
        (
            {("", "Pod"): Count(0, 10_000), ("", "ConfigMap"): Count(100, 199)},
            "100 of 199 unfinished ConfigMap objects",
        ),
        ({("", "Pod"): Count(60, 100), ("", "ConfigMap"): Count(60, 100)}, "120 of 200 unfinished objects"),
        ({("", "Pod"): Count(100, 10_000), ("", "ConfigMap"): Count(99, 99)}, None),
        ({("acme.io", "Run"): Count(120, 20)}, "120 of 120 unfinished objects"),
        ({("acme.io", "Run"): Count(120, 20), ("", "ConfigMap"): Count(0, 500)}, "120 of 120 unfinished Run objects"),
        ({("", "Pod"): Count(0, 10_000), ("", "ConfigMap"): Count(99, 99)}, None),
    ],
)
def test_the_share_of_each_kind_is_judged_too(counts, numbers):
    """Many Pods hide no ConfigMaps; a kind counts by itself from the same number on as all together."""
    words = tripped(policy(), due=220, unfinished=220, counts=lambda: counts)
    assert (words is None) if numbers is None else words.startswith(f"it would act on {numbers}, more than")


def test_numbers_that_turn_out_smaller_do_not_trip():
    """Before the pass an object known by its metadata counts as unfinished; after it, as what it is."""
    assert tripped(policy(), due=120, unfinished=120, counts=lambda: {("acme.io", "Run"): Count(9, 9)}) is None


def test_finished_objects_swept_away_in_bulk_are_normal_life():
    """A million finished Jobs may go; the percentage is of what is unfinished."""
    assert tripped(policy(), due=1_000_000, unfinished=99, counts=never_asked) is None


def test_a_population_that_cannot_be_told_trips():
    """No number means tripped."""
    assert stops(policy(), due=100, population=None)
    assert not stops(policy(), due=99, population=None)


@pytest.mark.parametrize(
    ("approval", "most"),
    [
        ("DIGEST/200", 200),
        ("DIGEST/0", 0),
        ("9e1d1e7e4f1c9d3b/200", 0),
        ("9E1D1E7E4F1C9D3A/200", 0),
        ("9e1d1e7e4f1c9d3/200", 0),
        ("0DIGEST/200", 0),
        ("7/200", 0),
        (None, 0),
        ("", 0),
        ("DIGEST", 0),
        ("DIGEST/", 0),
        ("/200", 0),
        ("DIGEST/-1", 0),
        ("DIGEST/+200", 0),
        ("DIGEST/2e3", 0),
        ("DIGEST/200.5", 0),
        (" DIGEST/200", 0),
        ("DIGEST/200\n", 0),
        ("DIGEST/200/300", 0),
        ("DIGEST/٢٠٠", 0),
        ("DIGEST/" + "9" * 19, 0),
        ("*/200", 0),
        ("true", 0),
    ],
)
def test_an_approval_is_of_one_digest_and_up_to_a_number(approval, most):
    """A stale or malformed one approves nothing; one of another state of the policy, or of a generation, never counts."""
    written = policy({"maxObjects": 5}, approval)
    assert approved(written) == most
    assert not stops(written, due=5)
    for due in (6, 200):
        assert stops(written, due=due, population=due) is (due > most)
    assert stops(written, due=201, population=201)


def test_an_approval_lifts_every_limit_and_asks_nothing():
    """The number was seen by whoever approved it."""
    written = policy({"maxObjects": 5}, "DIGEST/100")
    assert tripped(written, due=100, unfinished=100, counts=never_asked) is None


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("ClusterGarbageCollectionPolicy", "zen-gc approve tidy --cluster --digest 9e1d1e7e4f1c9d3a --up-to 600"),
        (NAMESPACED, "zen-gc approve tidy -n team --digest 9e1d1e7e4f1c9d3a --up-to 600"),
    ],
)
@pytest.mark.parametrize(
    ("breaker", "population", "numbers"),
    [
        ({"maxObjects": 5}, None, "it would act on 600 objects, more than breaker.maxObjects 5"),
        ({"maxPercent": 20}, 1000, "it would act on 600 of 1000 unfinished objects, more than breaker.maxPercent 20"),
        ({}, None, "it would act on 600 unfinished objects, and how many there are cannot be told"),
    ],
)
def test_a_tripped_breaker_says_the_numbers_and_the_command_that_lifts_it(kind, command, breaker, population, numbers):
    """On one line, to be copied."""
    written = policy(breaker, kind=kind)
    words = tripped(written, due=600, unfinished=600, counts=lambda: counting(600, population))
    assert words == f"{numbers}; to let it: {command}, or raise the limit"


@pytest.mark.parametrize("approval", ["7/600", "9e1d1e7e4f1c9d3b/600", "yes"])
def test_an_approval_that_does_not_count_is_pointed_out(approval):
    """With the command that approves anew; one that is too small is an approval all the same."""
    words = tripped(policy({"maxObjects": 5}, approval), due=600, unfinished=0, counts=never_asked)
    assert f"its annotation {APPROVE} does not approve this state of the policy; to let it: zen-gc approve" in words
    small = tripped(policy({"maxObjects": 5}, "DIGEST/7"), due=600, unfinished=0, counts=never_asked)
    assert "does not approve" not in small


def test_without_a_digest_nothing_is_approved():
    """Canonical JSON cannot hold every number; then there is nothing that an approval could name."""
    written = replace(policy({"maxObjects": 5}, "/9"), digest="")
    assert approved(written) == 0
    assert "zen-gc approve" not in tripped(written, due=6, unfinished=0, counts=never_asked)


@given(st.integers(0, 10**12), st.integers(1, 100), st.integers(1, 1000), st.integers(0, 10**12))
@example(501, 50, 100, 1000)
@example(100, 33, 100, 303)
@example(100, 99, 100, 20)
@example(100, 100, 100, 20)
def test_it_trips_if_and_only_if_the_share_is_too_large(unfinished, percent, least, population):
    """Against the definition in cross-multiplied integers, for all numbers; a share is never more than all."""
    written = policy({"maxPercent": percent, "minObjects": least})
    too_much = unfinished >= least and unfinished * 100 > percent * max(population, unfinished)
    assert stops(written, due=unfinished, population=population) is too_much


@pytest.mark.parametrize(
    ("breaker", "due", "before", "population", "trips"),
    [
        ({"maxObjects": 4}, 3, Written(1, 1), None, False),
        ({"maxObjects": 4}, 3, Written(2, 0), None, True),
        ({"maxObjects": 4}, 0, Written(9, 9), None, False),
        ({"minObjects": 4, "maxPercent": 50}, 3, Written(0, 0), None, False),  # nobody counts for so few
        ({"minObjects": 4, "maxPercent": 50}, 3, Written(1, 1), 8, False),
        ({"minObjects": 4, "maxPercent": 50}, 3, Written(1, 1), 7, True),
        ({"minObjects": 4, "maxPercent": 50}, 3, Written(1, 1, gone=1), 7, False),  # there were eight before it
        ({"minObjects": 4, "maxPercent": 50}, 0, Written(9, 9), None, False),
    ],
)
def test_what_was_written_since_the_last_pass_counts_with_what_is_due(breaker, due, before, population, trips):
    """In every limit, and only where something is due."""
    counts = never_asked if population is None else lambda: counting(due, population)
    why = tripped(policy(breaker), due=due, unfinished=due, counts=counts, before=before)
    assert (why is not None) is trips
    if trips and "maxObjects" in breaker:
        assert why.startswith("it would act on 3 objects beside the 2 of the time between its passes")


def test_a_state_that_no_approval_can_name_is_told_how_to_lift_the_limit():
    """Its numbers have no digest."""
    without = replace(policy({"maxObjects": 1}), digest="")
    told = tripped(without, due=2, unfinished=2, counts=never_asked)
    assert told.endswith("to let it: raise the limit (its spec holds numbers that no approval can name)")

"""The conformance suite of CEL, case by case, in both tiers; what is left out is published and may only shrink."""

from __future__ import annotations

import pytest

from tests.conformance.cel.cases import SUITE, load
from tests.conformance.cel.published import holds, outcomes, published

CASES = load()
APPLICABLE = [case for case in CASES if not case.left_out]
PUBLISHED = [line.split("\t") for line in published()]
OTHERWISE = {tuple(line[:3]) for line in PUBLISHED if line[3] == "otherwise"}

pytestmark = pytest.mark.skipif(not CASES, reason=f"NOT RUN (the suite is not at {SUITE.parent.name}/{SUITE.name})")


@pytest.mark.parametrize(
    "case", [case for case in APPLICABLE if case.key not in OTHERWISE], ids=lambda case: "/".join(case.key)
)
def test_a_case_comes_out_as_the_suite_says(case):
    """Each tier yields the wanted value, or fails where the suite wants a failure."""
    for outcome in outcomes(case):
        assert holds(case, outcome), f"{case.expression} yields {outcome!r}, not {case.wanted!r}"


def test_a_published_case_still_comes_out_otherwise():
    """A case that has come right is struck from the list."""
    mended = [
        case.key for case in APPLICABLE if case.key in OTHERWISE and all(holds(case, got) for got in outcomes(case))
    ]
    assert mended == []


def test_the_cases_left_out_are_those_published():
    """What the reader leaves out is what the list says, with its reason."""
    left_out = {(*case.key, case.left_out) for case in CASES if case.left_out}
    assert left_out == {(*line[:3], line[4]) for line in PUBLISHED if line[3] == "left out"}


def test_the_list_only_shrinks():
    """The figures of the first release; lower them when a case comes right, never raise them."""
    assert len(CASES) == 2456
    assert len(PUBLISHED) - len(OTHERWISE) <= 766
    assert len(OTHERWISE) <= 20
    assert len(APPLICABLE) - len(OTHERWISE) >= 1670

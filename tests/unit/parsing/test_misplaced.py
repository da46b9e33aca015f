"""Fields in the wrong place: every field of a policy that stands in one place alone is sent there."""

from __future__ import annotations

import pytest

from zen_gc_core.engine.crds.definitions import crd_documents
from zen_gc_core.engine.parsing.misplaced import HOMES, MEANT
from zen_gc_core.plugins import installed_entry_points, load_plugins

VOCABULARY = load_plugins(installed_entry_points()).vocabulary
SPEC = crd_documents(VOCABULARY)[0]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
ELSEWHERE = {
    "cel",
    "targetResource",
    "finalizer",
    "propagationPolicy",
    "gracePeriodSeconds",
    "apiVersion",
    "kind",
    "last",
    "within",
    "timeZone",
    "suspend",
}
"""Names that belong to several places, or to none but the Go spelling's, or that say nothing by themselves."""


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("spec.conditions", VOCABULARY.matchers),
        ("spec.ttl", VOCABULARY.ttls),
        ("spec.action", VOCABULARY.actions),
        ("spec", SPEC["properties"]),
        ("spec.behavior", SPEC["properties"]["behavior"]["properties"]),
        ("spec.behavior.breaker", SPEC["properties"]["behavior"]["properties"]["breaker"]["properties"]),
        ("spec.retain", SPEC["properties"]["retain"]["properties"]),
    ],
)
def test_every_field_has_its_home(place: str, names: dict[str, object]) -> None:
    """A new keyword or field is known where it is looked for in vain."""
    assert {name: HOMES.get(name) for name in names if name not in ELSEWHERE} == {
        name: place for name in names if name not in ELSEWHERE
    }


def test_what_a_word_of_other_tools_means_is_a_field() -> None:
    """None that is gone, and none of our own."""
    assert set(MEANT.values()) <= set(HOMES)
    assert not set(MEANT) & set(HOMES)


def test_who_writes_suspend_is_told_of_both_things_that_it_may_mean() -> None:
    """To other tools it lets the whole policy rest; here it is an action on what is due."""
    assert HOMES["suspend"] == "spec.action; to let the policy rest, write paused: true"

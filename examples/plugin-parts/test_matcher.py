"""A condition: what is asked of an object, and why it does not hold."""

from __future__ import annotations

from zen_gc_core import Build, Candidate, Compiled, Config, Keyword, Run, Undecided, hookimpl
from zen_gc_core.testing import ask, check_keyword, explain


class Tier(Config):
    """The object's tier is below this one."""

    below: int


def compile_tier(config: Tier, build: Build) -> Compiled[bool]:
    if config.below < 1:
        raise build.error("below", "must be at least 1")

    def holds(candidate: Candidate, _run: Run) -> bool:
        text = candidate.labels.get("tier", "")
        if not text.isdecimal():
            raise Undecided(f"its tier is {text!r}, no number")  # keeps the object, and says so
        return int(text) < config.below

    def explain_it(candidate: Candidate, _run: Run) -> str:
        return f"tier {candidate.labels['tier']} is not below {config.below}"

    return Compiled(holds, reads=["metadata.labels.tier"], explain=explain_it)


TIER = Keyword("acme.io/tier", Tier, compile_tier)


@hookimpl
def zen_gc_matchers() -> list[Keyword[Tier, bool]]:
    return [TIER]


def test_it_asks_the_label() -> None:
    thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"tier": "3"}}}
    assert ask(TIER, {"below": 4}, thing) is True
    assert explain(TIER, {"below": 2}, thing) == "tier 3 is not below 2"
    check_keyword(TIER, {"below": 2})

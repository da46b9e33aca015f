"""Acme's keywords for zen-gc.

``conditions: {acme.io/team: {oneOf: [web, api]}}``: the object's team label is one of these. Rows: when a Render of ours
has finished, and that it draws with a palette. And a veto: nothing is collected while a policy carries the annotation ``acme.io/freeze``.
"""

from __future__ import annotations

from zen_gc_core import Build, Candidate, Compiled, Config, Finishes, Keyword, Plan, Reference, Run, hookimpl

FREEZE = "acme.io/freeze"


class Team(Config):
    """The object's team label is one of these."""

    one_of: list[str]


def compile_team(config: Team, build: Build) -> Compiled[bool]:
    """Once a policy: check the configuration further, and make the callable."""
    if not config.one_of:
        raise build.error("oneOf", "must name at least one team")
    teams = frozenset(config.one_of)

    def holds(candidate: Candidate, _run: Run) -> bool:
        return candidate.labels.get("team") in teams

    def explain(candidate: Candidate, _run: Run) -> str:
        return f"team is {candidate.labels.get('team', 'missing')}, not {' or '.join(config.one_of)}"

    return Compiled(holds, reads=["metadata.labels.team"], explain=explain)


TEAM = Keyword("acme.io/team", Team, compile_team)

RENDER = Finishes("acme.io", "Render", state="status.step", states=("done", "failed"), at=("status.endedAt",))

PALETTE = Reference("acme.io", "Render", "spec.palette", to="ConfigMap", name="palette-{value}")


@hookimpl
def zen_gc_matchers() -> list[Keyword[Team, bool]]:
    """Our keywords for ``spec.conditions``."""
    return [TEAM]


@hookimpl
def zen_gc_finishes() -> list[Finishes]:
    """When objects of our kinds have finished, so that ``afterFinished`` knows them."""
    return [RENDER]


@hookimpl
def zen_gc_references() -> list[Reference]:
    """What objects of our kinds use that none of their texts names, so that ``unreferenced`` keeps it."""
    return [PALETTE]


@hookimpl
def zen_gc_veto(plan: Plan) -> str | None:
    """Nothing is collected during a freeze."""
    reason = plan.policy.annotations.get(FREEZE)
    return None if reason is None else f"frozen: {reason}"

"""Acme's keywords for zen-gc.

``conditions: {acme.io/team: {oneOf: [web, api]}}``: the object's team label is one of these.
``conditions: {acme.io/undrawn: {steps: [queued, drawing]}}``: no Render that is at one of these steps draws the object.
``ttl: {acme.io/afterRelease: {wait: 30d}}``: so long after the release that the object says it belongs to.
``action: {acme.io/park: {queue: night}}``: put a Render into another queue, instead of deleting it. Rows: when a
Render of ours has finished, and that it draws with a palette. And a veto: nothing is collected while a policy carries the
annotation ``acme.io/freeze``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from zen_gc_core import (
    Build,
    Candidate,
    Compiled,
    Config,
    Decision,
    Duration,
    Finishes,
    InputError,
    Keyword,
    MergePatch,
    Plan,
    Reference,
    Relation,
    Run,
    Undecided,
    format_duration,
    format_instant,
    hookimpl,
    parse_instant,
)

FREEZE = "acme.io/freeze"
RELEASED = "acme.io/released"


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


class Undrawn(Config):
    """No Render that is at one of these steps draws the object, by its name in spec.scene."""

    steps: list[str]


def compile_undrawn(config: Undrawn, build: Build) -> Compiled[bool]:
    """A condition about other objects: it declares them, and the program lists them, before each write anew."""
    if not config.steps:
        raise build.error("steps", "must name at least one step")
    steps = frozenset(config.steps)

    def scene_of(render: Candidate) -> list[tuple[str, str]]:
        scene = render.get("spec.scene")
        return [(render.namespace, scene)] if isinstance(scene, str) else []

    def at_such_a_step(render: Candidate, _run: Run) -> bool:
        step = render.get("status.step")
        if not isinstance(step, str):
            raise Undecided("it does not say at which step it is")
        return step in steps

    renders = Relation(
        "acme.io/v1", "Render", scene_of, reads=["spec.scene", "status.step"], where=at_such_a_step, absent=True
    )

    def holds(candidate: Candidate, run: Run) -> bool:
        return run.find(renders, [(candidate.namespace, candidate.name)], candidate.namespace).none()

    def explain(_candidate: Candidate, _run: Run) -> str:
        return f"a Render that is {' or '.join(config.steps)} draws it"

    return Compiled(holds, reads=[], explain=explain, relations=[renders])


UNDRAWN = Keyword("acme.io/undrawn", Undrawn, compile_undrawn)


class AfterRelease(Config):
    """So long after the release that the object belongs to, which its annotation acme.io/released dates."""

    wait: Duration


def compile_after_release(config: AfterRelease, build: Build) -> Compiled[dt.datetime | None]:
    """A TTL that counts from an instant: ``start`` says from which, and ``spec.retain`` orders objects by it."""
    if config.wait <= dt.timedelta():
        raise build.error("wait", "must be more than 0")

    def released(candidate: Candidate, _run: Run) -> dt.datetime | None:
        text = candidate.annotations.get(RELEASED)
        if text is None:
            return None
        try:
            return parse_instant(text)
        except InputError as wrong:
            raise Undecided(f"its annotation {RELEASED}: {wrong}") from None

    def expiry(candidate: Candidate, run: Run) -> dt.datetime | None:
        start = released(candidate, run)
        return None if start is None else start + config.wait

    def explain(candidate: Candidate, run: Run) -> str:
        start = released(candidate, run)
        since = "not released" if start is None else f"released {format_instant(start)}"
        return f"{since}, wait {format_duration(config.wait)}"

    path = f"metadata.annotations['{RELEASED}']"
    return Compiled(expiry, reads=[path], explain=explain, start=released, needs=[path])


AFTER_RELEASE = Keyword("acme.io/afterRelease", AfterRelease, compile_after_release)


class Park(Config):
    """Put the Render into another queue, where it waits for its turn."""

    queue: str = "night"


def compile_park(config: Park, build: Build) -> Compiled[MergePatch]:
    """An action: it asks for a request, and the program carries it out under the same guards as its own."""
    for target in build.targets:
        if (target.group, target.kind) != ("acme.io", "Render"):
            raise build.error("", f"only Renders are parked, not {target.kind}")
    if not config.queue:
        raise build.error("queue", "must be the name of a queue")
    request = MergePatch({"spec": {"queue": config.queue}})

    def ask(_decision: Decision, _run: Run) -> MergePatch:
        return request

    return Compiled(ask, reads=[])


PARK = Keyword("acme.io/park", Park, compile_park, requests=MergePatch)

RENDER = Finishes("acme.io", "Render", state="status.step", states=("done", "failed"), at=("status.endedAt",))

PALETTE = Reference("acme.io", "Render", "spec.palette", to="ConfigMap", name="palette-{value}")


@hookimpl
def zen_gc_matchers() -> list[Keyword[Any, bool]]:
    """Our keywords for ``spec.conditions``."""
    return [TEAM, UNDRAWN]


@hookimpl
def zen_gc_ttls() -> list[Keyword[AfterRelease, dt.datetime | None]]:
    """Our keywords for ``spec.ttl``."""
    return [AFTER_RELEASE]


@hookimpl
def zen_gc_actions() -> list[Keyword[Park, MergePatch]]:
    """Our keywords for ``spec.action``; what they may ask for is said with each."""
    return [PARK]


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

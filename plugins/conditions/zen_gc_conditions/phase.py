"""``phase``: the object's ``status.phase`` is in a list. A Job has none: its conditions tell it.

An object that has no phase yet is undecided: a Pod that was made a moment ago is not one that does not run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from zen_gc_core import (
    MISSING,
    PHASES,
    Build,
    Candidate,
    Compiled,
    FieldPath,
    Keyword,
    Missing,
    Run,
    Undecided,
    built_in,
    with_article,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_PHASE: Final = FieldPath.parse("status.phase")
_CONDITIONS: Final = FieldPath.parse("status.conditions")
_JOB: Final = ("batch", "Job")
_JOB_PHASES: Final[Mapping[str, str]] = {"Complete": "Succeeded", "Failed": "Failed"}
_PHASES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {**PHASES, _JOB: ("Active", "Succeeded", "Failed")}


Phases = Annotated[
    list[Annotated[str, Field(min_length=1)]],
    Field(
        min_length=1, description="The object's status.phase is one of these; a Job's is Active, Succeeded or Failed."
    ),
]
"""The configuration: phases."""


def _compile(config: list[str], build: Build) -> Compiled[bool]:
    _check_possible(config, build)
    wanted = frozenset(config)
    asked = " or ".join(config)
    with_jobs = not build.targets or any((target.group, target.kind) == _JOB for target in build.targets)
    phase_of = _phase_of_any if with_jobs else _phase_of_others

    def holds(candidate: Candidate, _run: Run) -> bool:
        return phase_of(candidate) in wanted

    def explain(candidate: Candidate, _run: Run) -> str:
        phase = phase_of(candidate)
        return f"phase is {phase if phase.isprintable() else repr(phase)}, not {asked}"

    return Compiled(
        holds, reads=("status.phase", "status.conditions") if with_jobs else ("status.phase",), explain=explain
    )


def _phase_of_any(candidate: Candidate) -> str:
    if candidate.kind == "Job" and candidate.api_version.startswith("batch/"):
        return _phase_of_job(candidate.get(_CONDITIONS))
    return _phase_of_others(candidate)


def _phase_of_others(candidate: Candidate) -> str:
    phase = candidate.get(_PHASE)
    if isinstance(phase, str) and phase:
        return phase
    if phase is MISSING or phase is None or phase == "":
        raise Missing("status.phase is missing")
    raise Undecided(f"status.phase is a value of type {type(phase).__name__}, not text")


def _phase_of_job(conditions: Any) -> str:
    if isinstance(conditions, list):
        for condition in conditions:
            if isinstance(condition, dict) and condition.get("status") == "True":
                kind = condition.get("type")
                if isinstance(kind, str) and kind in _JOB_PHASES:
                    return _JOB_PHASES[kind]
    return "Active"


def _check_possible(config: list[str], build: Build) -> None:
    known = [(target.kind, _phases_of(target.group, target.api_version, target.kind)) for target in build.targets]
    for index, phase in enumerate(config):
        if known and all(phases is not None and phase not in phases for _, phases in known):
            owners = [kind for (_, kind), phases in _PHASES.items() if phase in phases]
            elsewhere = f"; it is one of {' and '.join(owners)}" if owners else ""
            kinds = " or ".join(
                sorted({f"{kind} ({', '.join(phases or ()) or 'it has none'})" for kind, phases in known})
            )
            build.never(f"[{index}]", f"'{phase}' is never the phase of {with_article(kinds)}{elsewhere}")


def _phases_of(group: str, api_version: str, kind: str) -> tuple[str, ...] | None:
    """The phases of a kind; None where that is not known."""
    if (group, kind) in _PHASES:
        return _PHASES[group, kind]
    found = built_in(api_version, kind)
    return () if found is not None and found.served else None


PHASE: Final = Keyword("phase", Phases, _compile)

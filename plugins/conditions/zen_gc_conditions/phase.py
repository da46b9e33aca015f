"""``phase``: the object's ``status.phase`` is in a list. A Job has none: its conditions tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from zen_gc_core import (
    PHASES,
    Build,
    Candidate,
    Compiled,
    Keyword,
    Run,
    built_in,
    phase_of,
    phase_said,
    with_article,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_JOB: Final = ("batch", "Job")
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
    said = phase_of if with_jobs else phase_said

    def holds(candidate: Candidate, _run: Run) -> bool:
        return said(candidate) in wanted

    def explain(candidate: Candidate, _run: Run) -> str:
        phase = said(candidate)
        return f"phase is {phase if phase.isprintable() else repr(phase)}, not {asked}"

    return Compiled(
        holds, reads=("status.phase", "status.conditions") if with_jobs else ("status.phase",), explain=explain
    )


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

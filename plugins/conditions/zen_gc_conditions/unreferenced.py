"""``unreferenced``: nothing in the cluster uses the object: no field names it, nothing owns it, and nobody is known to need it.

Which fields name others is a table (``zen_gc_references``). It is asked of every kind that is there; what is not known of
one of them leaves the answer open.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from zen_gc_core import (
    Build,
    Candidate,
    Compiled,
    Keyword,
    Polarity,
    Relation,
    Run,
    Undecided,
    found_under,
    with_article,
)

if TYPE_CHECKING:
    from zen_gc_core import Found, References

    Kind = tuple[str, str]

Unreferenced = Annotated[bool, Field(description="Nothing in the cluster uses it; must be true, written out.")]
"""The configuration: nothing but ``true``."""


def _compile(config: bool, build: Build) -> Compiled[bool]:  # noqa: FBT001  the configuration is one
    if not config:
        raise build.error("", "must be true; for objects that something uses write none: [{unreferenced: true}]")
    references = build.references
    kinds = _kinds(build)

    def relation_of(candidate: Candidate) -> Relation:
        relation = kinds.get((_group(candidate), candidate.kind))
        if relation is None:
            raise Undecided(f"what uses {with_article(candidate.kind)} is not known")
        return relation

    def look(relation: Relation, candidate: Candidate, run: Run) -> Found:
        return run.find(relation, found_under(candidate.namespace, candidate.name), candidate.namespace or None)

    def holds(candidate: Candidate, run: Run) -> bool:
        relation = relation_of(candidate)
        return _needed(candidate, references) is None and look(relation, candidate, run).none()

    def explain(candidate: Candidate, run: Run) -> str:
        relation = relation_of(candidate)
        why = _needed(candidate, references) or f"{look(relation, candidate, run).name or 'something'} names it"
        return f"in use: {why}"

    reads = {path for kind in kinds for path in references.well_known_reads(*kind)}
    return Compiled(
        holds, reads=sorted({"metadata.ownerReferences", *reads}), explain=explain, relations=tuple(kinds.values())
    )


def _kinds(build: Build) -> dict[Kind, Relation]:
    """What may name objects of each kind of the policy."""
    references = build.references
    kinds: dict[Kind, Relation] = {}
    for target in build.targets:
        kind = (target.group, target.kind)
        if target.wildcard is not None or not references.completely_referable(*kind):
            raise build.error("", _refusal("a wildcard's kind" if target.wildcard is not None else target.kind, build))
        absent = build.polarity is not Polarity.EXCLUDES
        kinds[kind] = Relation("*", "*", _none, absent=absent, of=partial(references.of, to=kind))
    return kinds


def _none(_other: Candidate) -> tuple[tuple[str, str], ...]:
    """The keys of a relation to whichever kind, which has those of each kind."""
    return ()


def _needed(candidate: Candidate, references: References) -> str | None:
    """Why an object is in use although nothing names it."""
    if candidate.owner_references:
        owner = candidate.owner_references[0]
        return f"it has an owner, {owner.kind} {owner.name}, with which it goes"
    return references.well_known(candidate)


def _group(candidate: Candidate) -> str:
    return candidate.api_version.rpartition("/")[0]


def _refusal(kind: str, build: Build) -> str:
    if kind == "Service":
        return "Services are used by DNS, which no field shows: ask with related for the Pods behind them"
    named = ", ".join(sorted(each for _, each in build.references.referable))
    return f"{kind} objects may be used without being named: it is said of {named} alone"


UNREFERENCED: Final = Keyword("unreferenced", Unreferenced, _compile)

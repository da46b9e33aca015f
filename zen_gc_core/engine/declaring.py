"""Declaring: the relations of a policy's keywords, held to what a policy may ask of other objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.configuring import below
from zen_gc_core.engine.kinds import built_in, kinds_of, leaves_nothing
from zen_gc_core.engine.reaching import out_of_reach
from zen_gc_core.model.names import api_version_fault, kind_fault
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.reads import WHOLE, Reads
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zen_gc_core.keywords import Compiled
    from zen_gc_core.model.policy import KeywordUse, PolicyReference
    from zen_gc_core.model.relations import Relation

MOST: Final = 10
"""Relations of a policy, those aside to whichever kind."""

_OF_A_SECRET: Final = frozenset({"metadata", "type", "kind", "apiVersion"})
"""What may be asked of a Secret that is not the policy's own object: nothing that it keeps."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A relation of a policy.

    Args:
        relation: The relation.
        path: Where the policy says so, natively.
        reads: What its callables are shown of an object, where a plugin made them; None: all.
    """

    relation: Relation
    path: str
    reads: Reads | None = None


def declare(  # noqa: PLR0913  a relation, and where it stands
    relations: Iterable[Relation],
    path: str,
    policy: PolicyReference,
    known: list[Declared],
    *,
    nested: bool,
    own: bool,
) -> Iterator[Problem]:
    """Note the relations of a keyword; what is wrong with them is yielded.

    Args:
        relations: What the keyword declared.
        path: Where the keyword stands.
        policy: The policy.
        known: The relations of the policy so far.
        nested: Whether the keyword is asked of objects of a relation itself.
        own: Whether the keyword is one of the project's.
    """
    for relation in relations:
        place = below(path, relation.place)
        if nested:
            yield Problem(path, "cannot stand in a condition about related objects")
            return
        reads = WHOLE if relation.reads is None else Reads.of(relation.reads)
        known.append(Declared(relation, place, None if own else reads))
        if relation.of is not None:
            continue
        if sum(each.relation.of is None for each in known) == MOST + 1:
            yield Problem(place, f"more than {MOST} relations in one policy")
        if (relation.group, relation.kind) == ("", "Secret") and not _spares_secrets(reads):
            yield Problem(place, "of Secrets only metadata and type may be asked")
        found = built_in(relation.api_version, relation.kind)
        if found is not None:
            problem = out_of_reach(policy, relation, namespaced=found.namespaced, path=place)
            if problem is not None:
                yield problem


def _spares_secrets(reads: Reads) -> bool:
    return not reads.everything and reads.roots <= _OF_A_SECRET


def kind_problem(api_version: str, kind: str, path: str) -> Problem | None:
    """What is wrong with a kind whose objects are to be asked about; None when nothing is.

    Args:
        api_version: Its group and version.
        kind: The kind.
        path: Where both stand.
    """
    if fault := api_version_fault(api_version):
        return Problem(below(path, "apiVersion"), fault)
    if fault := kind_fault(kind):
        return Problem(below(path, "kind"), fault)
    if leaves_nothing(api_version, kind):
        return Problem(below(path, "kind"), f"{kind} is a question to the API server: none is ever kept")
    known = kinds_of(api_version)
    if known and kind not in known:
        return Problem(
            below(path, "kind"), f"Kubernetes v1.36 has no kind '{kind}' in {api_version}{did_you_mean(kind, known)}"
        )
    return None


def about_absence(relations: Iterable[Declared], ttl: Compiled[Any], use: KeywordUse) -> tuple[str, Problem] | None:
    """What is to be said of a policy that takes objects because there is no other object.

    There is none for a moment while somebody replaces it.

    Args:
        relations: Its relations.
        ttl: Its TTL.
        use: The same as the policy writes it.

    Returns:
        ``error`` or ``warning``, and the problem; None where there is none.
    """
    if ttl.holding is not None:
        return None
    absent = next((each for each in relations if each.relation.absent), None)
    if absent is None:
        return None
    if ttl.at_once:
        return "error", Problem(
            use.path,
            f"takes at once what {absent.path} finds unused, and what somebody replaces is unused for a moment: let it wait",
        )
    return "warning", Problem(
        use.path,
        f"does not count from when {absent.path} began to hold: an object old enough is due as soon as nothing uses it, "
        "also for the moment in which somebody replaces what does; write after: {since: held, wait: …}",
    )

"""Relating without a cluster: what a policy has to know of other objects, from the objects of files.

That a file holds no object of a kind does not say that there is none, unless it is said that the files are everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.kinds import own_group
from zen_gc_core.engine.relating import Gathering, not_known, out_of_reach

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.declaring import Declared
    from zen_gc_core.engine.files import Files
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.policy import Problem
    from zen_gc_core.model.relations import Related, Relation


def denied(compiled: CompiledPolicy, namespaced: Callable[[str, str], bool]) -> Problem | None:
    """Why a policy may not look at the other objects that it asks about; None when it may.

    Args:
        compiled: The policy.
        namespaced: Whether a kind lives in namespaces.
    """
    for each in compiled.relations:
        lives = each.relation.may_be_unserved or namespaced(each.relation.api_version, each.relation.kind)
        problem = out_of_reach(compiled.reference, each.relation, namespaced=lives, path=each.path)
        if problem is not None:
            return problem
    return None


def related_in(files: Files, relations: Sequence[Declared], run: Run, *, everything: bool) -> dict[Relation, Related]:
    """What the objects of files say of some relations.

    Args:
        files: The objects.
        relations: The relations.
        run: The run.
        everything: Whether the files hold all that there is.
    """
    return {each.relation: _related(files, each, run, everything=everything) for each in relations}


def _related(files: Files, declared: Declared, run: Run, *, everything: bool) -> Related:
    relation = declared.relation
    if files.aggregated(relation.api_version):
        return not_known(relation, f"an API server of its own serves {relation.api_version}")
    found = files.of_kind(relation.api_version, relation.kind)
    if not found:
        nearby = files.nearby(relation.api_version, relation.kind)
        if not everything or (
            nearby is not None and own_group(relation.group) and _in_another_version(files, relation)
        ):
            hint = nearby or "add them, or say with --assume-complete that the files are everything"
            return not_known(relation, f"the files hold none: {hint}")
    gathering = Gathering(relation, run, named=True, reads=declared.reads)
    for candidate in found:
        gathering.offer(candidate)
    return gathering.related()


def _in_another_version(files: Files, relation: Relation) -> bool:
    """Whether the files hold objects of a kind in a version that Kubernetes does not serve any more."""
    return any(
        kind.kind == relation.kind and kind.api_version.rpartition("/")[0] == relation.group for kind in files.kinds()
    )

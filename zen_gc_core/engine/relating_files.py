"""Relating without a cluster: what a policy has to know of other objects, from the objects of files.

That no file holds an object of a kind does not say that there is none, unless it is said that the files are everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.kinds import own_group
from zen_gc_core.engine.relating import Gathered, Gathering, Source
from zen_gc_core.engine.schemas import has_its_path, schemas_of
from zen_gc_core.model.names import group_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.engine.declaring import Declared
    from zen_gc_core.engine.files import Files
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.relations import Related, Relation

_HINT: Final = "add them, or say with --assume-complete that the files are everything"


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
    gathered = Gathered(relation, path_is_right=has_its_path(relation, schemas_of(files)))
    if relation.of is not None:
        for there in files.kinds(aggregated=True):
            referring = relation.of(group_of(there.api_version), there.kind)
            if referring is None:
                continue
            if referring.versions and (version := there.api_version.rpartition("/")[2]) not in referring.versions:
                gathered.lack(there.kind, f"where {version} of them names others is in no table")
            _take(gathered, files, Source.of_referring(referring), there.api_version, there.kind, run)
        if not everything:
            gathered.lack("other", f"a kind of which no file holds an object may name it: {_HINT}")
        return gathered.related()
    if files.aggregated(relation.api_version):
        gathered.lack(relation.kind, f"an API server of its own serves {relation.api_version}")
    if not files.of_kind(relation.api_version, relation.kind):
        nearby = files.nearby(relation.api_version, relation.kind)
        if not everything or (own_group(relation.group) and _in_another_version(files, relation)):
            gathered.lack(relation.kind, f"the files hold none: {nearby or _HINT}")
    _take(gathered, files, Source.of_relation(relation, declared.reads), relation.api_version, relation.kind, run)
    return gathered.related()


def _take(  # noqa: PLR0913, PLR0917  a list, and what is made of it
    gathered: Gathered, files: Files, source: Source, api_version: str, kind: str, run: Run
) -> None:
    gathering = Gathering(source, run, named=True)
    for candidate in files.of_kind(api_version, kind):
        gathering.offer(candidate)
    gathered.add(gathering, f"{api_version} {kind}")


def _in_another_version(files: Files, relation: Relation) -> bool:
    """Whether the files hold objects of a kind in a version that Kubernetes does not serve any more."""
    return any(kind.kind == relation.kind and group_of(kind.api_version) == relation.group for kind in files.kinds())

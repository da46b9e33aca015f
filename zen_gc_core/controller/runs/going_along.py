"""What goes along with a Namespace or a CustomResourceDefinition, and whether any of it must stay.

Asked before such an object goes. Everything is listed by its metadata, or whole where a policy that retains judges it; what
cannot be listed makes it undecided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from zen_gc_core.cluster.paging import Selection
from zen_gc_core.controller.runs.scope_counting import everything
from zen_gc_core.engine.protected import PROTECTED_SECRET_TYPES
from zen_gc_core.engine.protections import is_definition, placed_inside, secrets_are_protected
from zen_gc_core.engine.shares import kind_key
from zen_gc_core.errors import ClusterError, Undecided

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.discovery import Resources
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.engine.protections import Grants, Keeps
    from zen_gc_core.model.candidate import Candidate

_List: TypeAlias = "tuple[Resource, Selection, str | None]"
"""What to list, and why everything on the list must stay; None: each object is asked."""


def kept_inside(  # noqa: PLR0913, PLR0917  what is looked at, and how
    connection: Connection,
    resources: Resources,
    grants: Grants,
    owner: Candidate,
    keeps: Keeps,
    judged: Collection[tuple[str, str]] = (),
) -> str | None:
    """Why something that goes along with an object must stay, or None.

    Args:
        connection: The cluster.
        resources: What the cluster serves.
        grants: Which protections are lifted.
        owner: The Namespace or CustomResourceDefinition that a policy would delete.
        keeps: Says of each object that goes along why it must stay.
        judged: The kinds that it judges by more than their metadata, by version and name; of these, one version is
            enough.

    Raises:
        Undecided: Something that goes along cannot be listed, or read.
    """
    try:
        for resource, selection, all_of_them in _lists(resources, grants, owner, judged):
            for candidate in everything(connection, resource, selection, None):
                if candidate is None:
                    continue
                where = f"{candidate.kind} {placed_inside(owner, candidate)}"
                if candidate.malformed is not None:
                    raise Undecided(f"{where} in it cannot be read: {candidate.malformed}")
                if (why := all_of_them or keeps(candidate)) is not None:
                    return f"{where} would go with it, and {why}"
    except ClusterError as error:
        raise Undecided(f"what goes along with {owner.kind} {owner.name} cannot be told: {error}") from error
    return None


def _lists(
    resources: Resources, grants: Grants, owner: Candidate, judged: Collection[tuple[str, str]]
) -> Iterator[_List]:
    served = _once_where_judged(resources.everything(), judged)
    if is_definition(owner):
        yield _of_its_kind(served, owner, judged)
        return
    for resource in served:
        if not resource.namespaced or not {"list", "delete"} <= resource.verbs:
            continue
        yield resource, Selection(owner.name, metadata_only=not _is_judged(resource, judged)), None
        if (resource.group, resource.kind) == ("", "Secret"):
            for each in sorted(each for each in PROTECTED_SECRET_TYPES if not grants.lifted_type(each)):
                selection = Selection(owner.name, field_selector=f"type={each}", metadata_only=True)
                yield resource, selection, secrets_are_protected(each)


def _is_judged(resource: Resource, judged: Collection[tuple[str, str]]) -> bool:
    return (resource.api_version, resource.kind) in judged


def _once_where_judged(served: Iterable[Resource], judged: Collection[tuple[str, str]]) -> list[Resource]:
    """What is served, without the other versions of what is judged in one: they show the same objects."""
    served = list(served)
    kinds = {kind_key(each.group, each.kind) for each in served if "list" in each.verbs and _is_judged(each, judged)}
    return [each for each in served if kind_key(each.group, each.kind) not in kinds or _is_judged(each, judged)]


def _of_its_kind(served: Iterable[Resource], definition: Candidate, judged: Collection[tuple[str, str]]) -> _List:
    """The list of all objects of a kind; one version shows all of them."""
    for resource in served:
        if str(resource) == definition.name and "list" in resource.verbs:
            return resource, Selection(metadata_only=not _is_judged(resource, judged)), None
    raise Undecided("its objects cannot be listed: the API server does not serve them")

"""What kinds of wildcards could not be listed in a run: told, and kept in mind, while the others go on.

What a policy names itself must be listed, or the run fails; of what a wildcard means, a kind may fail by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.errors import AccessDenied, ListIncomplete, MalformedAnswer, NotFound, Refused
from zen_gc_core.engine.expanding import by_wildcard
from zen_gc_core.model.unlisted import Unlisted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from zen_gc_core.cluster.access_reviews import AccessReviews
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.runs.members import Member
    from zen_gc_core.engine.tallying import Tally
    from zen_gc_core.errors import ClusterError
    from zen_gc_core.model.requests import Request

_OF_A_KIND: Final = (AccessDenied, ListIncomplete, MalformedAnswer, NotFound, Refused)
"""What may be wrong with one kind, and with no other; anything else ends the run."""


def failure_of(members: Mapping[Resource, Member]) -> ClusterError | None:
    """Why a run cannot go on: a kind that the policy names could not be listed, or none that a wildcard means.

    Args:
        members: The policy on each of its sweeps.
    """
    failed = {resource: member.error for resource, member in members.items() if member.error is not None}
    for resource, error in failed.items():
        if not by_wildcard(members[resource].targets) or not isinstance(error, _OF_A_KIND):
            return error
    return next(iter(failed.values())) if failed and len(failed) == len(members) else None


def unlisted(members: Mapping[Resource, Member]) -> tuple[Unlisted, ...]:
    """The kinds that could not be listed, in a run that goes on."""
    return tuple(
        Unlisted(str(resource), str(member.error), resource.namespaced, member.namespaces)
        for resource, member in members.items()
        if member.error is not None
    )


def listed(members: Mapping[Resource, Member]) -> dict[Resource, Member]:
    """The policy on those of its sweeps that came to their end."""
    return {resource: member for resource, member in members.items() if member.error is None}


def counted(members: Mapping[Resource, Member]) -> dict[Resource, Member]:
    """The policy on the sweeps of which numbers are told: of all that a wildcard means, those with something matched."""
    return {
        resource: member
        for resource, member in members.items()
        if not by_wildcard(member.targets) or any(tally.matched for tally in member.tallies)
    }


def tallies_of(members: Mapping[Resource, Member]) -> list[Tally]:
    """What was counted on them."""
    return [tally for member in members.values() for tally in member.tallies]


def forbidden(
    reviews: AccessReviews, members: Mapping[Resource, Member], requests: Collection[type[Request]]
) -> Iterator[tuple[tuple[str, str], str]]:
    """The kinds of wildcards with something due that may not be written, by version and name, and why.

    Args:
        reviews: What the server says of rights.
        members: The policy on its sweeps, those that came to their end.
        requests: What its action asks for.

    Raises:
        ClusterError: The server does not say.
    """
    verbs = ("get", ""), *dict.fromkeys((request.verb, request.subresource) for request in requests)
    for resource, member in members.items():
        if not by_wildcard(member.targets) or not any(tally.due for tally in member.tallies):
            continue
        names = member.namespaces if resource.namespaced else None
        where = [""] if names is None else sorted(names)
        for verb, subresource in verbs:
            if not all(reviews.may(verb, resource, name, subresource=subresource) for name in where):
                yield (resource.api_version, resource.kind), f"grant the verb {verb} on {resource}"
                break

"""Which rights a policy needs: asked of the server before it runs, and printed by ``zen-gc rbac``, from one table.

A right is a verb on a resource, in one namespace or in all. What stands here is what a run asks for, request by request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.definitions import DEFINITIONS
from zen_gc_core.cluster.errors import AccessDenied, TargetUnavailable
from zen_gc_core.cluster.recycle_bin import IN_NAMESPACES, OF_THE_CLUSTER, RIGHTS
from zen_gc_core.cluster.resource import SECRETS, Resource
from zen_gc_core.controller.runs.related_kinds import RelatedKinds
from zen_gc_core.engine.expanding import by_wildcard
from zen_gc_core.engine.kinds import own_group
from zen_gc_core.engine.reaching import namespaces_of
from zen_gc_core.engine.relating import Gathered
from zen_gc_core.engine.scaling import scaled_by_definition
from zen_gc_core.model.policy import API_VERSION
from zen_gc_core.model.scope import TheseNamespaces
from zen_gc_core.texts import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from zen_gc_core.cluster.access_reviews import AccessReviews
    from zen_gc_core.controller.runs.related_kinds import Serving
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.policy import Target
    from zen_gc_core.model.requests import Request

SERVICES: Final = Resource("", "v1", "services", "Service", namespaced=True)
WHILE_THERE_IS_A_SERVICE: Final = frozenset({("", "Endpoints"), ("discovery.k8s.io", "EndpointSlice")})
"""The kinds that are kept while there is a Service of their name."""

NAMESPACE: Final = ("", "Namespace")
DEFINITION: Final = ("apiextensions.k8s.io", "CustomResourceDefinition")
MOST_NAMED: Final = 20
"""How many resources are named for which a right is missing."""


@dataclass(frozen=True, slots=True)
class Right:
    """One right.

    Args:
        verb: The verb, as RBAC calls it.
        resource: On what.
        namespace: Where; empty for all namespaces, or a cluster-scoped resource.
        subresource: Below the object; empty for the object itself.
        name: Of which object alone; empty for all.
    """

    verb: str
    resource: Resource
    namespace: str = ""
    subresource: str = ""
    name: str = ""

    @property
    def plural(self) -> str:
        """The resource as a role names it."""
        return f"{self.resource.plural}/{self.subresource}" if self.subresource else self.resource.plural


def on_targets(
    requests: Collection[type[Request]], places: Mapping[Resource, Sequence[Target]], *, dry_run: bool
) -> Iterator[Right]:
    """What a policy needs of the objects that it looks at.

    Args:
        requests: What its action may ask for.
        places: Its targets, by resource; scopes settled.
        dry_run: Whether nothing will be written.
    """
    verbs = [("list", "")]
    if not dry_run:
        verbs += [("get", ""), *dict.fromkeys((request.verb, request.subresource) for request in requests)]
    for resource, targets in places.items():
        for namespace in _namespaces(resource, targets):
            for verb, subresource in verbs:
                yield Right(verb, resource, namespace, subresource)


def on_the_bin(places: Mapping[Resource, Sequence[Target]], *, secrets: bool) -> dict[Right, None]:
    """What a policy needs of the recycle bin, where it recycles.

    Args:
        places: Its targets, by resource; scopes settled.
        secrets: Whether Secrets may be copied, too.
    """
    asked: dict[Right, None] = {}
    for resource, targets in places.items():
        of_secrets = (resource.group, resource.kind) == ("", "Secret")
        if of_secrets and not secrets:
            continue
        copies = SECRETS if of_secrets else IN_NAMESPACES if resource.namespaced else OF_THE_CLUSTER
        for namespace in _namespaces(resource, targets):
            asked |= dict.fromkeys(Right(verb, copies, namespace) for verb in RIGHTS)
            if resource.namespaced and secrets:  # one bin holds both
                asked |= dict.fromkeys(Right("list", each, namespace) for each in (SECRETS, IN_NAMESPACES))
    return asked


def on_related(compiled: CompiledPolicy, serving: Serving, *, whole: bool = False) -> dict[Right, None]:
    """What a policy needs of the other objects on which its conditions depend.

    Args:
        compiled: The policy, its scopes settled.
        serving: What is served.
        whole: Whether it must be all that it needs.

    Raises:
        TargetUnavailable: It must be, and some of it is not known.
    """
    namespaces = namespaces_of(compiled.policy.targets)
    asked: dict[Right, None] = {}
    found = {each.relation: Gathered(each.relation) for each in compiled.relations}
    for listing in RelatedKinds(serving).listings(compiled.relations, found):
        resource = listing.resource
        inside = resource.namespaced and not listing.source.crosses and namespaces is not None
        for namespace in sorted(namespaces or ()) if inside else [""]:
            asked[Right("list", resource, namespace)] = None
    for gathered in found.values() if whole else ():
        if (why := gathered.lacks) is not None:
            raise TargetUnavailable(why)
    return asked


def on_services(places: Mapping[Resource, Sequence[Target]]) -> Iterator[Right]:
    """What a policy needs so that it can tell Endpoints that are in use."""
    for resource, targets in places.items():
        if (resource.group, resource.kind) in WHILE_THERE_IS_A_SERVICE:
            for namespace in _namespaces(resource, targets):
                yield Right("get", SERVICES, namespace)


def on_definitions(compiled: CompiledPolicy, serving: Serving) -> Iterator[Right]:
    """What a policy needs so that it can tell where custom kinds keep the count that it scales."""
    for target in scaled_by_definition(compiled):
        yield Right("get", DEFINITIONS, name=str(serving.resolve(target.api_version, target.kind)))


def on_contents(places: Mapping[Resource, Sequence[Target]], serving: Serving, grants: Grants) -> Iterator[Right]:
    """What a policy needs so that it can tell what would go along with a Namespace, or with the definition of a kind.

    Raises:
        TargetUnavailable: Which kinds there are is not known.
    """
    taken = {(resource.group, resource.kind) for resource in places if grants.lifted(resource.group, resource.kind)}
    if not taken & {NAMESPACE, DEFINITION}:
        return
    served, _ = serving.all_served()
    for resource in served:
        of_namespaces = NAMESPACE in taken and resource.namespaced
        of_definitions = DEFINITION in taken and not own_group(resource.group)
        if (of_namespaces or of_definitions) and {"list", "delete"} <= resource.verbs:
            yield Right("list", resource)


def rights_of(
    compiled: CompiledPolicy, places: Mapping[Resource, Sequence[Target]], serving: Serving, grants: Grants
) -> dict[Right, None]:
    """All that a policy needs of objects, in the order in which it needs them.

    Args:
        compiled: The policy, its scopes settled.
        places: Its targets, by resource.
        serving: What is served.
        grants: What is allowed beyond the protections.

    Raises:
        TargetUnavailable: Not all of it can be known.
    """
    dry_run = compiled.policy.behavior.dry_run
    asked = dict.fromkeys(on_targets(compiled.writes, places, dry_run=dry_run))
    if compiled.policy.behavior.recycle is not None and not dry_run:
        asked |= on_the_bin(places, secrets=grants.recycle_secrets)
    if any(request.removes for request in compiled.requests) and not dry_run:
        asked |= dict.fromkeys(on_contents(places, serving, grants))
    asked |= on_related(compiled, serving, whole=True)
    return asked | dict.fromkeys([*on_services(places), *on_definitions(compiled, serving)])


def check_access(
    reviews: AccessReviews,
    requests: Collection[type[Request]],
    places: Mapping[Resource, Sequence[Target]],
    *,
    dry_run: bool,
) -> None:
    """Ask the server whether a policy's run may list and write, before it begins.

    Of kinds that only a wildcard means it is asked later: by listing them, and before something of them is written.

    Args:
        reviews: What the server says of rights.
        requests: What the policy's action may ask for.
        places: Its targets, by resource; scopes settled.
        dry_run: Whether nothing will be written.

    Raises:
        AccessDenied: Something is not allowed; it names verb and resource.
        ClusterError: The server does not say.
    """
    named = {resource: targets for resource, targets in places.items() if not by_wildcard(targets)}
    for right in on_targets(requests, named, dry_run=dry_run):
        reviews.require(right.verb, right.resource, right.namespace, subresource=right.subresource)


def check_recycling(
    reviews: AccessReviews,
    serving: Serving,
    places: Mapping[Resource, Sequence[Target]],
    *,
    secrets: bool,
) -> None:
    """Ask the server whether a policy's run may fill and empty the recycle bin.

    Args:
        reviews: What the server says of rights.
        serving: What it serves.
        places: The policy's targets, by resource; scopes settled.
        secrets: Whether Secrets may be copied, too.

    Raises:
        TargetUnavailable: The kinds of the recycle bin are not installed.
        AccessDenied: Something is not allowed; it names verb and resource.
        ClusterError: The server does not say.
    """
    kinds = {
        (IN_NAMESPACES if resource.namespaced else OF_THE_CLUSTER).kind
        for resource in places
        if secrets or (resource.group, resource.kind) != ("", "Secret")
    }
    for kind in sorted(kinds):
        serving.resolve(API_VERSION, kind)
    for right in on_the_bin(places, secrets=secrets):
        reviews.require(right.verb, right.resource, right.namespace)


def check_related(reviews: AccessReviews, serving: Serving, compiled: CompiledPolicy) -> None:
    """Ask the server whether a policy's run may list the other objects on which its conditions depend.

    Args:
        reviews: What the server says of rights.
        serving: What it serves.
        compiled: The policy, its scopes settled.

    Raises:
        AccessDenied: Something is not allowed; it names the resources.
        ClusterError: The server does not say.
    """
    missing: dict[str, list[str]] = {}
    for right in on_related(compiled, serving):
        if not reviews.may(right.verb, right.resource, right.namespace):
            missing.setdefault(right.namespace, []).append(str(right.resource))
    for namespace, names in missing.items():
        more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
        raise AccessDenied("list", listed([*names[:MOST_NAMED], *more]), namespace, account=reviews.account)


def _namespaces(resource: Resource, targets: Sequence[Target]) -> list[str]:
    if not resource.namespaced or not all(isinstance(target.scope, TheseNamespaces) for target in targets):
        return [""]
    return sorted(namespaces_of(targets) or ())

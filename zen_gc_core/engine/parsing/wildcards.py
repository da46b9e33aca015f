"""Reading a wildcard: the target of apiVersion '*' and kind '*', and the kinds that it leaves out.

What it takes is found when it runs; that its objects opt in is held when the policy is compiled (``opting_in``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.kinds import built_in_kinds, groups_of, own_group
from zen_gc_core.engine.parsing import limits
from zen_gc_core.model.names import api_version_fault, kind_fault, shown
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.scope import EveryNamespace
from zen_gc_core.model.wildcards import ANY, Excepted, Wildcard
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    from zen_gc_core.engine.parsing.document import Fields, Place
    from zen_gc_core.engine.parsing.scopes import Reach
    from zen_gc_core.model.scope import Scope

FIELDS: Final = ("except", "clusterScoped")
"""The fields of a target that only a wildcard has."""

_VERSION: Final = re.compile(r"v[0-9]+(?:(?:alpha|beta)[0-9]+)?", re.ASCII)


def is_wildcard(fields: Fields) -> bool:
    """Whether a target means every kind, or tries to."""
    return any((place := fields.get(name)) is not None and place.value == ANY for name in ("apiVersion", "kind"))


def read_wildcard(fields: Fields, reach: Reach) -> Wildcard | None:
    """Read what a wildcard takes.

    Args:
        fields: The target.
        reach: How far the policy may reach.

    Returns:
        The wildcard; None when it is refused.
    """
    right = True
    for name in ("apiVersion", "kind"):
        place = fields.required(name)
        if place is None:
            right = False
        elif place.value != ANY:
            place.refuse("apiVersion and kind are '*' together, or neither is: a wildcard takes every kind")
            right = False
    if reach.own is not None:
        fields.place.refuse(
            "a wildcard takes every kind of the cluster, and a GarbageCollectionPolicy has none; "
            "use a ClusterGarbageCollectionPolicy",
            Reason.SCOPE_DENIED,
        )
        return None
    excepted = _excepted(fields.get("except"))
    cluster_scoped = fields.boolean("clusterScoped", default=False)
    return Wildcard(excepted, cluster_scoped) if right and excepted is not None else None


def refuse_strays(fields: Fields) -> None:
    """Refuse what only a wildcard has, in a target that is none."""
    for name in FIELDS:
        if (place := fields.get(name)) is not None:
            place.refuse("belongs to a wildcard, whose apiVersion and kind are '*'; leave it out")


def check_scope(fields: Fields, wildcard: Wildcard, scope: Scope) -> bool:
    """Whether the scope of a wildcard fits what it takes; what does not is refused."""
    selector = fields.get("namespaceSelector")
    if wildcard.cluster_scoped and (scope != EveryNamespace() or (selector is not None and selector.value is not None)):
        fields.place.problems.refuse(
            f"{fields.place.path}.clusterScoped",
            "takes objects that live in no namespace, and namespaces are chosen beside it: "
            "write two targets, or namespaces: ['*'] alone",
        )
        return False
    return True


def _excepted(place: Place | None) -> tuple[Excepted, ...] | None:
    entries = place.items(least=1, most=limits.EXCEPTED) if place else []
    if entries is None:
        return None
    found = [_exception(entry) for entry in entries]
    return None if None in found else tuple(filter(None, found))


def _exception(place: Place) -> Excepted | None:
    """A kind that is left out; one that cannot exist is refused, for it would leave out nothing."""
    text = place.text(most=limits.API_VERSION + limits.KIND)
    if text is None:
        return None
    group, slash, kind = text.rpartition("/")
    if fault := (_group_fault(group, kind) if slash else None) or _kind_fault(kind, group if slash else None):
        place.refuse(f"{fault}; this would leave out nothing")
        return None
    if not slash and kind not in built_in_kinds() and (near := did_you_mean(kind, built_in_kinds(stable=True))):
        place.problems.warn(place.path, f"Kubernetes v1.36 has no kind '{kind}'{near}")
    return Excepted(kind, group if slash else None, place.problems.spelling.written(place.path))


def _group_fault(group: str, kind: str) -> str | None:
    last = group.rpartition("/")[2]
    if _VERSION.fullmatch(last):
        bare = group.removesuffix(last).removesuffix("/")
        return f"a kind is left out in all of its versions: write {f'{bare}/{kind}' if bare else kind}"
    if not group or api_version_fault(f"{group}/v1"):
        return f"{shown(group)} is no API group: write KIND, or GROUP/KIND such as apps/Deployment"
    if group == "core":
        return f"the core group has no name: write {kind}"
    if "." not in group and not own_group(group):  # a CRD's group has a dot, and API servers of their own are not asked
        return f"{shown(group)} is no API group{did_you_mean(group, groups_of(kind))}"
    return None


def _kind_fault(kind: str, group: str | None) -> str | None:
    if fault := kind_fault(kind):
        return fault
    everywhere, known = built_in_kinds(), built_in_kinds(group)
    spelt = {form: name for name, forms in everywhere.items() for form in forms}
    if kind not in everywhere and kind.lower() in spelt:
        return f"{shown(kind)} is no kind; did you mean {spelt[kind.lower()]}?"
    if not kind[0].isupper():
        return f"{shown(kind)} is no kind: kinds begin with a capital letter"
    if group is not None and known and kind not in known:
        return f"Kubernetes v1.36 has no kind {kind} in {group}{did_you_mean(kind, known)}"
    return None

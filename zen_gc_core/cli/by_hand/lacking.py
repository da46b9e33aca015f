"""What somebody may not do of a plan, asked before the question: a run by hand has the rights of whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.runs.every_kind import every_kind
from zen_gc_core.controller.runs.rights import on_related, on_targets, on_the_bin
from zen_gc_core.controller.runs.settling import settle
from zen_gc_core.controller.runs.stopping import Stopped, ending_by
from zen_gc_core.engine.expanding import by_wildcard
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending
from zen_gc_core.texts import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from zen_gc_core.cluster.access_reviews import AccessReviews
    from zen_gc_core.cluster.discovery import Resources
    from zen_gc_core.controller.runs.rights import Right
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.decision import Decision

MOST_NAMED: Final = 5
"""How many resources are named of which a right is missing."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What is missing for one policy.

    Args:
        ending: Why nothing at all is done for it; None where something is.
        words: What whoever asks may not do, so that nothing is done for it; empty where something else is in the way.
        kinds: What whoever asks may not do of kinds that only a wildcard means, by version and name: their objects stay.
    """

    ending: Ending | None = None
    words: str = ""
    kinds: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of whoever asks.

    Args:
        reviews: What the server says of them.
        resources: What it serves.
        grants: What policies may do beyond the protections.
    """

    reviews: AccessReviews
    resources: Resources
    grants: Grants

    def lacking(self, compiled: CompiledPolicy, decisions: Collection[Decision]) -> Lack:
        """Ask whether a policy may do what it plans: what its run asks for before it begins, and for what is due alone.

        Args:
            compiled: The policy.
            decisions: What it would do.
        """
        try:
            return self._lacking(compiled, {(each.api_version, each.kind) for each in decisions})
        except Stopped as stop:
            return Lack(stop.ending)
        except ClusterError as error:
            return Lack(ending_by(error))

    def _lacking(self, compiled: CompiledPolicy, due: Collection[tuple[str, str]]) -> Lack:
        expanded, _ = every_kind(compiled, self.resources, self.grants)
        settled, places = settle(expanded, self.resources, self.grants)
        named = {resource: targets for resource, targets in places.items() if not by_wildcard(targets)}
        asked = dict.fromkeys(on_targets(compiled.writes, named, dry_run=False))
        if compiled.policy.behavior.recycle is not None:
            asked |= on_the_bin(places, secrets=self.grants.recycle_secrets)
        asked |= on_related(settled, self.resources)
        if missing := self._missing(asked):
            return Lack(Ending(Reason.ACCESS_DENIED, f"access denied: grant {_wanted(missing)}"), _refused(missing))
        kinds: dict[tuple[str, str], str] = {}
        for resource, targets in places.items():
            key = (resource.api_version, resource.kind)
            if resource in named or key not in due:
                continue
            if missing := self._missing(on_targets(compiled.writes, {resource: targets}, dry_run=False)):
                kinds[key] = _refused(missing)
        return Lack(kinds=kinds)

    def _missing(self, rights: Iterable[Right]) -> list[Right]:
        return [
            right
            for right in rights
            if not self.reviews.may(right.verb, right.resource, right.namespace, subresource=right.subresource)
        ]


def _by_place(rights: Iterable[Right]) -> dict[str, list[str]]:
    """The verbs of some rights, by what and where they are about, in words."""
    found: dict[str, list[str]] = {}
    for right in rights:
        group = f".{right.resource.group}" if right.resource.group else ""
        where = f" in namespace {right.namespace}" if right.namespace else ""
        everywhere = " in all namespaces" if right.resource.namespaced and not right.namespace else ""
        found.setdefault(f"{right.plural}{group}{where or everywhere}", []).append(right.verb)
    return found


def _refused(rights: Iterable[Right]) -> str:
    """As ``you may not get and delete pods in namespace team-a``."""
    return f"you may not {_named(f'{listed(verbs)} {place}' for place, verbs in _by_place(rights).items())}"


def _wanted(rights: Iterable[Right]) -> str:
    """As ``the verb delete on pods in namespace team-a``."""
    return _named(
        f"the {'verb' if len(verbs) == 1 else 'verbs'} {listed(verbs)} on {place}"
        for place, verbs in _by_place(rights).items()
    )


def _named(parts: Iterable[str]) -> str:
    texts = list(parts)
    more = [f"{len(texts) - MOST_NAMED} more"] if len(texts) > MOST_NAMED else []
    return "; ".join([*texts[:MOST_NAMED], *more])

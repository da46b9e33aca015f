"""One run of one policy, as keywords see it: an instant, the Namespaces, and what is known of other objects."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zen_gc_core.model.finishing import BUILT_IN, Finishing
from zen_gc_core.model.held_marks import held_since
from zen_gc_core.model.relations import NotKnown
from zen_gc_core.model.replicas import by_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.relations import Found, Related, Relation
    from zen_gc_core.model.replicas import CountPath


@dataclass(frozen=True, slots=True)
class Namespace:
    """A Namespace as keywords see it.

    Args:
        name: Its name.
        labels: Its labels.
        annotations: Its annotations.
        object: The whole Namespace, decoded; None where there is none to be read (offline, not in the files).
    """

    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    object: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one policy, as keywords see it.

    Args:
        now: The instant of the run: one for all objects.
        policy: The policy that runs.
        namespaces: Looks up a Namespace; raises Undecided when it cannot.
        clock_skew: How far clocks may disagree before a time is wrong.
        finishing: The kinds that are known to finish.
        related: What is known of other objects, by the relation that a keyword declared.
        held_from: Marks that say since when the conditions hold count from here on; None: none does.
        count_path: Where objects of a group and version and of a kind keep their count of replicas, as a ``FieldPath``;
            raises Undecided where that is not known.
    """

    now: dt.datetime
    policy: PolicyReference
    namespaces: Callable[[str], Namespace]
    clock_skew: dt.timedelta = dt.timedelta(seconds=30)
    finishing: Finishing = BUILT_IN
    related: Mapping[Relation, Related] = field(default_factory=dict)
    held_from: dt.datetime | None = None
    count_path: CountPath = by_table

    def finish_of(self, candidate: Candidate) -> dt.datetime | None:
        """When an object finished its work, by its kind's row or the common conventions; None when it has not.

        Raises:
            Missing: It has finished, but there is no time.
            Undecided: It says that it has finished, at a time that cannot be right.
        """
        return self.finishing.finish_of(candidate, self.now, self.clock_skew)

    def finished(self, candidate: Candidate) -> bool:
        """Whether an object has finished, at a time that is known and can be right."""
        return self.finishing.finished(candidate, self.now, self.clock_skew)

    def released(self, candidate: Candidate) -> bool:
        """Whether an object has finished, and what owns or tracks it has no more use for it."""
        return self.finishing.released(candidate, self.now, self.clock_skew)

    def held_since(self, candidate: Candidate) -> dt.datetime | None:
        """Since when the policy's conditions have held of an object without a break, as its mark says; None without one."""
        return held_since(candidate, self.policy, self.now, self.held_from)

    def namespace(self, name: str) -> Namespace:
        """A Namespace by its name.

        Raises:
            Undecided: It cannot be read.
        """
        return self.namespaces(name)

    def find(self, relation: Relation, keys: Iterable[tuple[str, str]], within: str | None) -> Found:
        """What is known of other objects that are found under any of some keys.

        Args:
            relation: The relation, as the keyword declared it.
            keys: The keys.
            within: The namespace in which such objects live, or in none; None: they may live in any.

        Raises:
            Undecided: These objects are not known.
        """
        known = self.related.get(relation)
        if known is None:
            raise NotKnown(f"{relation.kind} objects were not looked at")
        return known.find(keys, within)

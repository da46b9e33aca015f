"""Telling once: an object that a policy only tells of is told of when it becomes due, and not again while it is.

What was told is known to one replica: another leader, a restart and an edit of the policy tell anew. An object that was
not due for a run is told of when it is again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.model.plan import Plan


NOBODY: Final[frozenset[str]] = frozenset()  # one for all policies: Python makes an empty one anew each time


class Told:
    """The objects of one policy that were told of; as many as its last plan held, at the most."""

    def __init__(self) -> None:
        self._of = ("", 0)
        self._uids = NOBODY

    def leave_out(self, plan: Plan, *, whole: bool) -> Plan:
        """The plan without the objects that were told of; what is due no longer is forgotten.

        Args:
            plan: The policy's plan.
            whole: Whether it is of all that is due; of what is missing in a part of that nothing follows.
        """
        state = (plan.policy.uid, plan.policy.generation)
        if state != self._of:
            self._uids, self._of = NOBODY, state
        elif whole:
            due = {each.uid for each in plan.decisions if each.request is not None and not each.request.sends}
            self._uids = self._uids & due or NOBODY
        if not self._uids:
            return plan
        return replace(plan, decisions=tuple(each for each in plan.decisions if each.uid not in self._uids))

    def note(self, uids: Iterable[str]) -> None:
        """Remember objects that were told of now."""
        self._uids = self._uids.union(uids) or NOBODY

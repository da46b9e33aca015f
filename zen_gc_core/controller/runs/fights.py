"""Fights: what a policy deletes and somebody makes again, over and over. After the third time the policy lets go.

It is known to one replica and written nowhere: another leader deletes a few times more before it lets go, too. An edit of
the policy begins anew.
"""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.controller.runs.keepers import Withheld
from zen_gc_core.errors import Undecided
from zen_gc_core.model.unlisted import ALL_OBJECTS
from zen_gc_core.texts import one_line, placed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import PolicyReference

BACK_WITHIN: Final = dt.timedelta(seconds=60)
"""How soon after its deletion an object is made again, for that to count."""

WITHIN: Final = dt.timedelta(hours=1)
TIMES: Final = 3

MOST_DELETED: Final = 1000
"""Deletions of a policy that are remembered, the latest."""

MOST_FIGHTS: Final = 100
"""Objects that a policy leaves alone, each by its name; with one more it deletes nothing at all."""

_FORGOTTEN_AFTER: Final = WITHIN + BACK_WITHIN
_TOO_MANY: Final = (
    f"more than {MOST_FIGHTS} objects came back whenever they were deleted: somebody wants them there, and nothing is deleted "
    "until the policy is edited"
)
_MOST_SHOWN: Final = 10
_TRUNCATED: Final = dt.timedelta(seconds=2)  # a creationTimestamp has no fractions
_LONGEST_NAME: Final = 64

_NONE: Final[frozenset[Key]] = frozenset()  # one for all policies: Python makes an empty one anew each time

Key = tuple[str, str, str, str]
"""An object by its group, kind, namespace and name, whichever uid it has."""


def key_of(decision: Decision) -> Key:
    """What an object is known as when it comes back."""
    group = decision.api_version.rpartition("/")[0]
    return group, decision.kind, decision.namespace, decision.name


@dataclass(slots=True)
class _Deleted:
    at: dt.datetime
    uid: str
    back: tuple[dt.datetime, ...] = ()
    counted: str = ""


class Fights:
    """What one policy deleted and what came back; may be used by several threads."""

    def __init__(self) -> None:
        self._of = ("", 0)
        self._lock = threading.Lock()
        self._deleted: OrderedDict[Key, _Deleted] = OrderedDict()
        self._left: dict[Key, str] = {}
        self._told: frozenset[Key] = _NONE

    def of(self, policy: PolicyReference) -> Mapping[Key, str]:
        """The objects that a policy leaves alone, and why; all of them, where there is ``ALL_OBJECTS``.

        Whatever was known of another state of the policy is forgotten.
        """
        with self._lock:
            if self._of != (policy.uid, policy.generation):
                self._of = (policy.uid, policy.generation)
                self._deleted.clear()
                self._left.clear()
                self._told = _NONE
            return dict(self._left)

    def untold(self) -> list[str]:
        """Why objects are left alone of which this was not asked before."""
        with self._lock:
            found = [why for key, why in self._left.items() if key not in self._told]
            self._told = frozenset(self._left) or _NONE
            return found

    def deleted(self, decision: Decision, at: dt.datetime) -> None:
        """Remember that an object was deleted, or began to be.

        Args:
            decision: What was carried out.
            at: When.
        """
        key = key_of(decision)
        with self._lock:
            known = self._deleted.pop(key, None)
            self._deleted[key] = _Deleted(at, decision.uid, known.back if known else ())
            self._forget(at)

    def _forget(self, now: dt.datetime) -> None:
        """Let go of deletions so long ago that what came back of them makes no third time within an hour any more."""
        old = itertools.takewhile(lambda each: now - each[1].at > _FORGOTTEN_AFTER, self._deleted.items())
        for key in [key for key, known in old if len(known.back) < TIMES - 1]:
            del self._deleted[key]
        if len(self._deleted) > MOST_DELETED:
            self._deleted.popitem(last=False)

    def check(self, decision: Decision, observed: Observed) -> None:
        """Ask right before an object is deleted whether it has come back too often; as ``meets``.

        Raises:
            Withheld: It has.
        """
        if (why := self.meets(decision, observed)) is not None:
            raise Withheld(why)

    def meets(self, decision: Decision, observed: Observed) -> str | None:
        """Why an object that is about to be deleted is left alone, having come back too often; None when it is not.

        Args:
            decision: What is to be done.
            observed: The object, as it was just read.
        """
        key = key_of(decision)
        with self._lock:
            known = self._deleted.get(key)
            if (why := self._left.get(key) or self._left.get(ALL_OBJECTS)) is not None:
                return why
            if known is None or observed.uid in {known.uid, known.counted}:
                return None
            try:
                born = observed.candidate().created
            except Undecided:
                return None
            if not known.at - _TRUNCATED <= born <= known.at + BACK_WITHIN:
                return None
            known.counted = observed.uid
            known.back = (*(each for each in known.back if born - each <= WITHIN), born)
            if len(known.back) < TIMES:
                return None
            del self._deleted[key]
            if len(self._left) >= MOST_FIGHTS:
                self._left[ALL_OBJECTS] = _TOO_MANY
                return _TOO_MANY
            self._left[key] = (
                f"{decision.kind} {placed(decision.namespace, decision.name)} came back {TIMES} times within an hour, each "
                f"time within {BACK_WITHIN.seconds} s of its deletion, made by {_maker(observed.document())}: left alone "
                "until the policy is edited"
            )
            return self._left[key]


def shown(left: Mapping[Key, str]) -> str:
    """The objects that are left alone, for a condition; empty when there are none."""
    if ALL_OBJECTS in left:
        return left[ALL_OBJECTS]
    more = f"; and {len(left) - _MOST_SHOWN} more" if len(left) > _MOST_SHOWN else ""
    return "; ".join(list(left.values())[:_MOST_SHOWN]) + more


def _maker(document: Mapping[str, Any]) -> str:
    """The field manager that made an object: the one that wrote first, below no subresource."""
    entries = document.get("metadata", {}).get("managedFields")
    made = [
        (str(entry.get("time")), str(entry.get("manager") or ""))
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and not entry.get("subresource")
    ]
    return one_line(min(made)[1], _LONGEST_NAME) or "nobody knows whom" if made else "nobody knows whom"

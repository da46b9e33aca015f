"""What ``related`` wants, written down a second time: nobody names the object, seen in any state of the last seconds.

No precondition of a delete holds another object: a delete is right when, at some instant that the program may have
seen, nobody named the object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.proof.oracle.history import OBJECTS, namespace_of
from tests.proof.oracle.meaning import requirement, value_at

if TYPE_CHECKING:
    from tests.proof.oracle.history import Document, History


def free(history: History, policy: Document, item: Document, *, since: float, before: int) -> bool:
    """Whether nobody named an object, at one instant of a span at least.

    Args:
        history: what was stored.
        policy: the policy, which was checked, with a requirement of this kind.
        item: the object, in the state in which it is judged.
        since: the beginning of the span, in seconds since 1970.
        before: the revision that ends it.
    """
    asked = requirement(policy)
    mine = value_at(item, asked["by"]["mine"])
    label = asked["where"]["hasLabels"][0]
    there: set[str] = set()
    for change in history.changes(f"{OBJECTS}{namespace_of(item)}/"):
        if change.revision >= before:
            break
        if change.at > since and not there:
            return True  # so it stood until now
        there.discard(change.key)
        other = change.after
        if other is not None and value_at(other, asked["by"]["theirs"]) == mine:
            labels = other["metadata"].get("labels") or {}
            if labels.get(label["key"]) == label["value"]:
                there.add(change.key)
    return not there

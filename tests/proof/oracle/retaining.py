"""What ``retain`` wants, written down a second time: the newest few of each group stay, seen in any state of the last seconds.

No precondition of a delete holds another object, so what somebody else takes after the last look cannot be held against
the program: a delete is right when, at some instant that it may have seen, enough newer ones of its group were there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.proof.oracle.history import OBJECTS, namespace_of, uid_of
from tests.proof.oracle.meaning import value_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.proof.oracle.history import Document, History


def left_over(
    history: History,
    policy: Document,
    item: Document,
    fills: Callable[[Document], bool],
    *,
    since: float,
    before: int,
) -> bool:
    """Whether an object was none of those that a policy retains, at one instant of a span at least.

    Args:
        history: what was stored.
        policy: the policy, which was checked.
        item: the object, in the state in which it is judged.
        fills: whether another object, in a state of its own, may be one of those that are retained.
        since: the beginning of the span, in seconds since 1970.
        before: the revision that ends it.
    """
    place = f"{OBJECTS}{namespace_of(item)}/"
    there: set[str] = set()
    most = 0
    for change in history.changes(place):
        if change.revision >= before:
            break
        if change.at > since:
            most = max(most, len(there))  # so it stood until now
        there.discard(change.key)
        if change.after is not None and fills(change.after) and newer(policy, change.after, item):
            there.add(change.key)
    return max(most, len(there)) >= int(policy["spec"]["retain"]["last"])


def newer(policy: Document, other: Document, item: Document) -> bool:
    """Whether another object is of the same group as one, and before it: made later, or in the same second of a larger uid."""
    same = group(policy, item)
    return same is not None and group(policy, other) == same and _order(other) > _order(item)


def group(policy: Document, item: Document) -> tuple[Any, ...] | None:
    """What an object has in common with those of its group; None when it is in none."""
    found = tuple(value_at(item, path) for path in policy["spec"]["retain"].get("groupBy", ()))
    return None if None in found else found


def _order(item: Document) -> tuple[str, str]:
    return (item["metadata"]["creationTimestamp"], uid_of(item))

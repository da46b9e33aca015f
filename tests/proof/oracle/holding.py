"""What ``since: held`` wants, written down a second time: the mark on an object, and how long ago it was written."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.proof.oracle.history import uid_of

if TYPE_CHECKING:
    from tests.proof.oracle.history import Change, Document

HELD = "held.gc.kube-zen.io/"


def marked_for(policy: Document, item: Document, at: float) -> float:
    """For how many seconds an object has carried the mark of a policy as it is; minus infinity without one."""
    mark = marks_on(item).get(f"{HELD}{uid_of(policy)}")
    if mark is None:
        return float("-inf")
    since, generation, uid = mark.split(" ")
    if (int(generation), uid) != (policy["metadata"]["generation"], uid_of(item)):
        return float("-inf")
    return at - dt.datetime.fromisoformat(since).timestamp()


def marks_on(item: Document) -> dict[str, str]:
    """The marks on an object, whose ever they are."""
    annotations = item["metadata"].get("annotations") or {}
    return {key: value for key, value in annotations.items() if key.startswith(HELD)}


def marked(change: Change) -> set[str]:
    """The uids of the policies whose marks a change wrote."""
    before, after = marks_on(change.before or {"metadata": {}}), marks_on(change.after or {"metadata": {}})
    return {key.removeprefix(HELD) for key, value in after.items() if before.get(key) != value}


def unmarked(change: Change) -> bool:
    """Whether all that a change did to marks was to take some away."""
    before, after = marks_on(change.before or {"metadata": {}}), marks_on(change.after or {"metadata": {}})
    return before != after and after.items() <= before.items()

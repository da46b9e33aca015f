"""A policy's place among all: in the schedule, in the shares of threads, on the beats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.beats.scheduling import CONTROLLER, BeatKey

if TYPE_CHECKING:
    from zen_gc_core.controller.runs.remembered import Entry

Slot = tuple[str, str, str, str]
"""A policy's kind, namespace, name and uid."""

NOTHING: Final = BeatKey(CONTROLLER, "", "")
"""The beat of policies that look at nothing, because they are refused or rest."""


def slot_of(entry: Entry) -> Slot:
    """A policy's place in the schedule: one that is made anew under its name has a place of its own."""
    return (*entry.key, entry.reference.uid)


def owner_of(entry: Entry) -> str:
    """Whose share a policy's work is taken from: its namespace's; a policy of whoever runs the cluster has its own."""
    return entry.reference.namespace or f"/{entry.reference.name}"


def beats_of(entry: Entry) -> frozenset[BeatKey]:
    """The beats on which a policy runs: one for each kind that it looks at."""
    compiled = entry.compilation.compiled
    if compiled is None or entry.paused:
        return frozenset({NOTHING})
    kinds = entry.kinds or {(target.api_version, target.kind) for target in compiled.policy.targets}
    whose = identity_of(entry)
    return frozenset(BeatKey(whose, *kind) for kind in kinds)


def identity_of(entry: Entry) -> str:
    """As whom a policy looks at objects: only policies of the same identity share a list."""
    compiled = entry.compilation.compiled
    return str(compiled.account) if compiled is not None and compiled.account is not None else CONTROLLER


def payer_of(key: BeatKey) -> str:
    """Whose turn a sweep takes: the namespace's of the account, however many accounts it has; the controller's own."""
    return key.identity.partition("/")[0]

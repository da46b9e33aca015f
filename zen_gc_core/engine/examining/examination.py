"""An examination: all that a policy has to say of one object, taken apart; what it comes to is the plan's to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zen_gc_core.engine import judging
from zen_gc_core.engine.examining.parts import Asked, Saw, asked_of, seen
from zen_gc_core.engine.examining.selecting import asked_by
from zen_gc_core.engine.expanding import by_wildcard
from zen_gc_core.engine.expiring import instant_of, words_of
from zen_gc_core.engine.protections import needs_whole
from zen_gc_core.engine.retaining.groups import group_words
from zen_gc_core.engine.selecting import taken
from zen_gc_core.engine.shares import kind_key
from zen_gc_core.errors import Undecided
from zen_gc_core.model.names import group_of
from zen_gc_core.model.restricting import of_metadata

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.retaining.groups import GroupKey
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import Decision


@dataclass(frozen=True, slots=True)
class Expiry:
    """The TTL's arithmetic.

    Args:
        ttl: The TTL's keyword.
        path: Where it stands, natively.
        start: The instant from which it counts; None where it counts from none, or that has not come.
        due: The instant at which the object is due; None where there is none.
        words: What it says of itself (``finished 2026-01-01T10:00:00Z, wait 1h``).
        doubt: Why it cannot be told; None when it can.
        saw: The values that it looked at.
        whole: Whether it looks at the whole object.
        supposed: Whether the object is due then only if its conditions began to hold now.
    """

    ttl: str
    path: str
    start: dt.datetime | None
    due: dt.datetime | None
    words: str
    doubt: str | None
    saw: tuple[Saw, ...]
    whole: bool
    supposed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The place of an object among those of which a policy retains some.

    Args:
        words: Its group (``pipeline=build``); empty where all objects of a kind and namespace are one group.
        time: The time by which it is ordered; None where it has none yet.
        doubt: Why that cannot be told; None when it can.
        key: What the objects of its group have in common.
    """

    words: str
    time: dt.datetime | None
    doubt: str | None = None
    key: GroupKey = ()


@dataclass(frozen=True, slots=True)
class Examination:
    """What a policy says of one object, part by part.

    Args:
        case: The policy's run.
        candidate: The object, as the policy sees it.
        selectors: What each target of the kind asks, and whether it takes the object.
        taken: Whether the selectors of one target take it; None where that cannot be told.
        protections: Why it must not be touched, whatever the rest says.
        conditions: What each keyword of the conditions says.
        expiry: The TTL's arithmetic; None where the object cannot be read.
        group: Its place among those of which some are retained; None where nothing is.
        alone: What the policy says of it where other objects of the policy are left aside; None where it does not take it.
    """

    case: Case
    candidate: Candidate
    selectors: tuple[Asked, ...]
    taken: bool | None
    protections: tuple[str, ...] = ()
    conditions: tuple[Asked, ...] = ()
    expiry: Expiry | None = None
    group: Group | None = None
    alone: Decision | None = None


def examine(case: Case, candidate: Candidate) -> Examination:
    """Take apart what a policy says of an object of one of its kinds.

    Args:
        case: The policy's run, its scopes settled.
        candidate: The object, in the version that the policy names; whole.
    """
    targets = case.compiled.targets_of(candidate.api_version, candidate.kind)
    selectors = tuple(asked_by(target, candidate, case.run) for target in targets)
    try:
        takes: bool | None = taken(targets, candidate, case.run)
    except Undecided:
        takes = None
    if not takes or candidate.malformed is not None:
        alone = judging.decide(case.compiled, candidate, case.run, case.protections) if takes else None
        return Examination(case, candidate, selectors, takes, alone=alone)
    compiled, run = case.compiled, case.run
    known = run.finishing.known(group_of(candidate.api_version), candidate.kind)
    if by_wildcard(targets) and not known and needs_whole(candidate, compiled.lifted, run.finishing):
        candidate = of_metadata(candidate)  # as the plan sees what somebody looks after, of a kind that never finishes
    return Examination(
        case,
        candidate,
        selectors,
        takes,
        protections=tuple(_protections(case, candidate)),
        conditions=asked_of(compiled.matcher, candidate, run, compiled),
        expiry=_expiry(case, candidate),
        group=_group(case, candidate),
        alone=judging.decide(compiled, candidate, run, case.protections),
    )


def _protections(case: Case, candidate: Candidate) -> Iterator[str]:
    try:
        yield from case.protections.each_against(candidate, case.run, case.compiled.lifted)
    except Exception as doubt:  # noqa: BLE001  whatever it was, it has not said that nothing protects the object
        yield f"cannot tell whether it is protected: {doubt}"


def _expiry(case: Case, candidate: Candidate) -> Expiry:
    compiled, run = case.compiled, case.run
    start, due, doubt, supposed = None, None, None, False
    if compiled.start is not None:
        try:
            start = compiled.start(candidate, run)
        except Exception:  # noqa: BLE001  the TTL itself says it below
            start = None
    try:
        due = instant_of(compiled.expiry, candidate, run)
        if due is None and compiled.holding is not None:
            due, supposed = instant_of(compiled.holding, candidate, run), True
    except Undecided as error:
        doubt = str(error)
    ttl = compiled.policy.ttl
    return Expiry(
        ttl.name,
        ttl.path,
        start,
        due,
        words_of(compiled, candidate, run),
        doubt,
        tuple(seen(candidate, compiled.expiry_reads)),
        compiled.expiry_reads.everything,
        supposed,
    )


def _group(case: Case, candidate: Candidate) -> Group | None:
    retention, retain = case.compiled.retention, case.compiled.policy.retain
    if retention is None or retain is None:
        return None
    try:
        time = retention.time(candidate, case.run)
        key = retention.group(candidate, kind_key(group_of(candidate.api_version), candidate.kind))
    except Undecided as doubt:
        return Group("", None, str(doubt))
    return Group(group_words(retain.group_by, key), time, key=key)

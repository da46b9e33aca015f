"""Expanding wildcards: from "every kind" to the kinds that there are, each once, by one version.

Pure: which kinds are served, or lie in files, is told. What may not be among them is decided here, for both alike:
protected kinds, whatever is allowed; kinds without namespaces, unless the wildcard asks for them; what it leaves out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.kinds import leaves_nothing
from zen_gc_core.engine.protected import PROTECTED_KINDS
from zen_gc_core.engine.shares import kind_key
from zen_gc_core.model.names import group_of
from zen_gc_core.texts import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from zen_gc_core.engine.shares import KindKey
    from zen_gc_core.model.policy import Policy, Target
    from zen_gc_core.model.wildcards import Excepted, Wildcard

_VERSION: Final = re.compile(r"v([0-9]+)(?:(alpha|beta)([0-9]+))?", re.ASCII)
_STAGES: Final = {"alpha": 0, "beta": 1, None: 2}


@dataclass(frozen=True, slots=True)
class KindThere:
    """A kind whose objects can be listed and deleted.

    Args:
        api_version: Group and version.
        kind: The kind.
        namespaced: Whether its objects live in namespaces.
    """

    api_version: str
    kind: str
    namespaced: bool

    @property
    def key(self) -> KindKey:
        """What it is, whatever its version."""
        return kind_key(group_of(self.api_version), self.kind)


def wildcards(policy: Policy) -> tuple[Wildcard, ...]:
    """The wildcards of a policy."""
    return tuple(target.wildcard for target in policy.targets if target.wildcard is not None)


def by_wildcard(targets: Iterable[Target]) -> bool:
    """Whether nothing but wildcards made these targets."""
    return all(target.wildcard is not None for target in targets)


def once_each(kinds: Iterable[KindThere], preferred: Iterable[str] = ()) -> list[KindThere]:
    """Kinds, each in one version: the one that its group prefers, else the newest.

    Events are in two groups, and the same objects in both: they are taken from the core group where they are in it.

    Args:
        kinds: The kinds, in all of their versions.
        preferred: The group versions that are preferred.
    """
    first = frozenset(preferred)
    chosen: dict[KindKey, KindThere] = {}
    for kind in kinds:
        known = chosen.get(kind.key)
        if known is None or _rank(kind, first) > _rank(known, first):
            chosen[kind.key] = kind
    return list(chosen.values())


def expanded(policy: Policy, kinds: Sequence[KindThere]) -> Policy:
    """A policy whose wildcards are the kinds that they mean.

    A kind that the policy names itself, too, is looked at in the version that it names.

    Args:
        policy: The policy.
        kinds: The kinds that there are, each once.
    """
    named: dict[KindKey, tuple[str, str]] = {}
    for target in policy.targets:
        if target.wildcard is None:
            named.setdefault(kind_key(target.group, target.kind), (target.api_version, target.kind))
    targets: list[Target] = []
    for target in policy.targets:
        if target.wildcard is None:
            targets.append(target)
            continue
        for kind in kinds:
            if _takes(target.wildcard, kind):
                api_version, name = named.get(kind.key, (kind.api_version, kind.kind))
                targets.append(replace(target, api_version=api_version, kind=name))
    return replace(policy, targets=tuple(targets))


def missing_exceptions(policy: Policy, kinds: Iterable[tuple[str, str]]) -> list[Excepted]:
    """What wildcards leave out and is not there: a misspelt kind would leave out nothing.

    A kind of a group that is not there at all is not missed, for what brings it is not installed; unless a group of
    nearly that name has it.

    Args:
        policy: The policy.
        kinds: The groups and kinds that there are, in all versions.
    """
    there = frozenset(kinds)
    return [
        excepted for wildcard in wildcards(policy) for excepted in wildcard.excepted if _is_missing(excepted, there)
    ]


def meant(excepted: Excepted, kinds: Iterable[tuple[str, str]]) -> str | None:
    """What may have been meant by an exception that is missing; None when nothing is like it.

    Args:
        excepted: The exception.
        kinds: The groups and kinds that there are, in all versions.
    """
    there = frozenset(kinds)
    if excepted.group is not None and (group := _nearly(excepted.group, excepted.kind, there)):
        return f"{group}/{excepted.kind}"
    return nearest(excepted.kind, {kind for _, kind in there})


def _is_missing(excepted: Excepted, there: Collection[tuple[str, str]]) -> bool:
    if excepted.group is None:
        return all(kind != excepted.kind for _, kind in there)
    if (excepted.group, excepted.kind) in there:
        return False
    if any(group == excepted.group for group, _ in there):
        return True
    return _nearly(excepted.group, excepted.kind, there) is not None


def _nearly(group: str, kind: str, there: Iterable[tuple[str, str]]) -> str | None:
    """A group of nearly this name, or of the same first part (``apps.k8s.io`` for ``apps``), that has a kind."""
    having = sorted(each for each, name in there if name == kind and each)
    first = group.partition(".")[0]
    return nearest(group, having) or next((each for each in having if each == first), None)


def _takes(wildcard: Wildcard, kind: KindThere) -> bool:
    group = group_of(kind.api_version)
    if (group, kind.kind) in PROTECTED_KINDS or kind.key in PROTECTED_KINDS:
        return False
    if leaves_nothing(kind.api_version, kind.kind) or not (kind.namespaced or wildcard.cluster_scoped):
        return False
    return not any(_leaves_out(excepted, kind) for excepted in wildcard.excepted)


def _leaves_out(excepted: Excepted, kind: KindThere) -> bool:
    if excepted.group is None:
        return excepted.kind == kind.kind
    return kind_key(excepted.group, excepted.kind) == kind.key


def _rank(kind: KindThere, preferred: frozenset[str]) -> tuple[bool, bool, int, int, int, str]:
    group, _, version = kind.api_version.rpartition("/")
    found = _VERSION.fullmatch(version)
    core = not group
    if found is None:
        return core, kind.api_version in preferred, -1, 0, 0, version
    major, stage, minor = found.groups()
    return core, kind.api_version in preferred, _STAGES[stage], int(major), int(minor or 0), version

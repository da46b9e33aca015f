"""Opting in: a wildcard takes only objects that say so themselves, by a label or an annotation.

Held when a policy is compiled, and again of each object (``Target.opt_in``): a wildcard looks at all that a cluster
holds, so that no TTL, condition or mistake of a policy may take what nobody has marked for it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.reserved_marks import belongs_to
from zen_gc_core.fieldpaths import FieldPath, spell
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.wildcards import OptIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zen_gc_core.model.policy import Policy, Target
    from zen_gc_core.model.reads import Reads

_ENDS: Final = frozenset(
    {
        "cleanup",
        "delete",
        "deletable",
        "deletion",
        "disposable",
        "ephemeral",
        "expiration",
        "expire",
        "expires",
        "expiry",
        "garbage",
        "gc",
        "janitor",
        "maxage",
        "prune",
        "purge",
        "reap",
        "reaper",
        "sweep",
        "temp",
        "temporary",
        "throwaway",
        "tmp",
        "transient",
        "ttl",
    }
)
"""Words of keys by which an object says that it may go."""

_STAYS: Final = frozenset(
    {
        "block",
        "blocked",
        "deny",
        "disable",
        "disabled",
        "don",
        "dont",
        "except",
        "exclude",
        "excluded",
        "exempt",
        "hold",
        "ignore",
        "ignored",
        "keep",
        "never",
        "no",
        "non",
        "not",
        "off",
        "optout",
        "pause",
        "paused",
        "preserve",
        "prevent",
        "protect",
        "protected",
        "protection",
        "skip",
        "stop",
        "suspend",
        "without",
    }
)
"""Words of keys by which it says the opposite, whatever else they say."""

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")

_MOST_NAMED: Final = 3


def generic(key: str) -> str | None:
    """Why a key is no opt-in, in words that follow it; None when it is one.

    It is one when it has a domain that is nobody's here, or when one of its words says that the object may go, and none
    that it is to stay: what has neither, a cluster is full of (``team``, ``env``, ``version``).
    """
    if "/" in key:
        owner = belongs_to(key)
        return f"is {owner}'s, and no word of the object's own" if owner else None
    words = _words(key)
    if words & _STAYS:
        return "says that objects are to stay"
    return None if words & _ENDS else "objects carry whether or not they are to go"


def _words(key: str) -> set[str]:
    """The words of a key, and of each two that follow one another the word that they are together (``clean-up``)."""
    found = [word.lower() for word in _WORDS.findall(key)]
    return {*found, *(first + second for first, second in itertools.pairwise(found))}


def opted_in(policy: Policy, needs: Iterable[str]) -> tuple[Policy, list[Problem]]:
    """The policy with what its wildcards ask of every object, and what is wrong with them.

    Args:
        policy: The policy, as parsed.
        needs: The field paths without which its TTL never comes (``Compiled.needs``).
    """
    if all(target.wildcard is None for target in policy.targets):
        return policy, []
    keys = list(_keys(needs))
    opt_in = next((each for each in keys if generic(each.key) is None), None)
    wrong = [] if opt_in else [f"{each} {generic(each.key)}" for each in keys]
    targets, problems = [], []
    for target in policy.targets:
        if target.wildcard is None:
            targets.append(target)
            continue
        if opt_in is None and not _selects(target):
            problems.append(Problem(target.path, _refusal([*wrong, *_of_selector(target)])))
        targets.append(replace(target, opt_in=opt_in))
    return replace(policy, targets=tuple(targets)), problems


def beyond_metadata(policy: Policy, parts: Iterable[tuple[str, Reads]]) -> Iterator[Problem]:
    """What is wrong with a policy whose wildcards would have to list whole objects.

    Args:
        policy: The policy.
        parts: Its parts, natively, and what each reads of an object.
    """
    if all(target.wildcard is None for target in policy.targets):
        return
    for path, reads in parts:
        if not reads.metadata_only:
            yield Problem(
                path,
                f"looks at {_beyond(reads)}, and of every kind only metadata is listed: "
                "name the kinds in a policy of their own, or ask for metadata alone",
            )


def _keys(needs: Iterable[str]) -> Iterator[OptIn]:
    """The labels and annotations among field paths."""
    for path in needs:
        match FieldPath.parse(path).segments:
            case ("metadata", "labels", str(key)):
                yield OptIn("labels", key)
            case ("metadata", "annotations", str(key)):
                yield OptIn("annotations", key)


def _selects(target: Target) -> bool:
    """Whether a label selector requires a label that is an opt-in."""
    selector = target.label_selector
    return selector is not None and any(
        requirement.operator in {"In", "Exists"} and generic(requirement.key) is None
        for requirement in selector.requirements
    )


def _of_selector(target: Target) -> Iterator[str]:
    selector = target.label_selector
    for requirement in selector.requirements if selector else ():
        if requirement.operator in {"In", "Exists"}:
            yield f"the label {requirement.key} {generic(requirement.key)}"
        else:
            yield f"{requirement.operator} of the label {requirement.key} takes what says nothing"


def _refusal(wrong: list[str]) -> str:
    why = f" ({'; '.join(wrong[:_MOST_NAMED])})" if wrong else ""
    return (
        f"a wildcard takes only objects that opt in{why}: let ttl.after.wait.path or ttl.expiresAt.path name "
        "metadata.annotations['KEY'] or metadata.labels['KEY'], without else and with onMissing: keep, or let the "
        "labelSelector require a label of your own; a key counts by its domain (acme.io/team), or because one of its words "
        "says that the object may go (cleanup, ttl, expires)"
    )


def _beyond(reads: Reads) -> str:
    if reads.everything:
        return "the whole object"
    paths = sorted(spell(path) for path in reads.paths if path[0] not in {"metadata", "kind", "apiVersion"})
    return " and ".join(paths[:_MOST_NAMED])

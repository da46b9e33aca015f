"""Counting from a mark: ``since: {path: metadata.annotations['gc.kube-zen.io/marked-at'], markedBy: POLICY}``.

The mark of another policy begins nothing: it was made for other reasons, and with another promise of what comes next.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core import MARKED_AT, MARKED_BY, Build, Candidate, FieldPath, Missing, Run, policy_named

if TYPE_CHECKING:
    import datetime as dt

    from zen_gc_ttl.starts import SinceField, Start

_NAME: Final = re.compile(r"(?:[a-z0-9-]{0,63}/)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)
_BY: Final = f"metadata.annotations['{MARKED_BY}']"


def marks(path: FieldPath) -> bool:
    """Whether a field is when an object was marked."""
    return path.segments == ("metadata", "annotations", MARKED_AT)


def counted_from_a_mark(start: Start, since: SinceField, build: Build) -> Start:
    """A start at the mark of one policy.

    Args:
        start: The start at whatever mark there is.
        since: Its configuration.
        build: Of the keyword.

    Raises:
        InputError: It does not say whose mark, or counts from something else where there is none.
    """
    if since.otherwise is not None:
        raise build.error("since.else", "what was not marked has had no warning: leave this out")
    if since.unit is not None:
        raise build.error("since.unit", "marks are times, and no numbers")
    if since.marked_by is None:
        raise build.error(
            "since", "counts from whatever policy's mark: say whose with markedBy, such as markedBy: quarantine"
        )
    if not _NAME.fullmatch(since.marked_by):
        raise build.error(
            "since.markedBy", "is no name of a policy: NAME, NAMESPACE/NAME, or /NAME for a cluster policy"
        )
    wanted = _spelt(since.marked_by, build)

    def of(candidate: Candidate, run: Run) -> dt.datetime | None:
        marked = start.of(candidate, run)
        by = candidate.annotations.get(MARKED_BY)
        if by != wanted:
            whose = "nobody says who marked it" if by is None else f"policy {policy_named(by)} marked it"
            raise Missing(f"{whose}, not policy {wanted}")
        return marked

    def words(candidate: Candidate, run: Run) -> str:
        of(candidate, run)
        return f"{start.words(candidate, run)} by {wanted}"

    return replace(start, of=of, reads=(*start.reads, _BY), words=words)


def _spelt(name: str, build: Build) -> str:
    """A policy as marks spell it: one without a namespace is beside the policy that names it."""
    namespace, slash, rest = name.rpartition("/")
    if slash:
        return f"{namespace}/{rest}" if namespace else rest
    return f"{build.policy.namespace}/{name}" if build.policy.namespace else name

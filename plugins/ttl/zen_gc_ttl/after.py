"""``after: {since, wait}`` and its shortcuts ``afterCreation`` and ``afterFinished``: a start and a wait.

What can be a start is in ``starts``, what can be a wait in ``waits``; here they are added up.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import WithJsonSchema

from zen_gc_core import Build, Candidate, Compiled, Config, Duration, Keyword, Run, Undecided, built_in, with_article
from zen_gc_ttl.starts import CREATED, HELD, Since, Start, finished, start_of
from zen_gc_ttl.waits import ConfiguredWait, Wait, fixed, wait_of

if TYPE_CHECKING:
    from collections.abc import Callable


class After(Config):
    """So long after a start: ``since`` is created, finished, held (the conditions, without a break), or a time in the object; ``wait`` is a duration, or a field that names one."""

    since: Since
    wait: ConfiguredWait


def _compile_after(config: After, build: Build) -> Compiled[dt.datetime | None]:
    if config.since == "finished":
        _warn_of_the_unfinishable(build, "since")
    if config.since == "held":
        return _held(wait_of(config.wait, build))
    return _added(start_of(config.since, build), wait_of(config.wait, build))


def _compile_after_creation(config: dt.timedelta, _build: Build) -> Compiled[dt.datetime | None]:
    return _added(CREATED, fixed(config))


def _compile_after_finished(config: dt.timedelta, build: Build) -> Compiled[dt.datetime | None]:
    _warn_of_the_unfinishable(build, "")
    return _added(finished(build), fixed(config))


def _warn_of_the_unfinishable(build: Build, path: str) -> None:
    for target in build.targets:
        if target.wildcard is not None or build.finishing.known(target.group, target.kind):
            continue
        known = built_in(target.api_version, target.kind)
        if known is not None and known.served:
            build.warn(path, f"{with_article(target.kind)} never finishes: its objects are kept")
        else:
            build.warn(
                path,
                f"it is not known when {with_article(target.kind)} finishes: its objects are kept, unless they have a condition "
                "Succeeded, or a time such as status.finishedAt, status.completionTime or status.endTime",
            )


def _added(start: Start, wait: Wait) -> Compiled[dt.datetime | None]:
    return Compiled(
        _adding(start.of, wait.of) if wait.always is None else _adding_always(start.of, wait.always),
        reads=(*start.reads, *wait.reads),
        explain=_explaining(start, wait),
        start=start.of,
        # A start that is made up where its field is missing is no word of the object's own, whatever its wait is.
        needs=() if start.otherwise else (*start.needs, *wait.needs),
        after_creation=wait.always if start is CREATED else None,
    )


def _held(wait: Wait) -> Compiled[dt.datetime | None]:
    """From when the conditions began to hold; no object is newer than another by that, so that it orders none."""

    def holding(candidate: Candidate, run: Run) -> dt.datetime | None:
        span = wait.of(candidate) if wait.always is None else wait.always
        return None if span is None else run.now + span

    return replace(_added(HELD, wait), start=None, holding=holding)


def _adding_always(
    start: Callable[[Candidate, Run], dt.datetime | None], wait: dt.timedelta
) -> Callable[[Candidate, Run], dt.datetime | None]:
    def expiry(candidate: Candidate, run: Run) -> dt.datetime | None:
        begun = start(candidate, run)
        if begun is None:
            return None
        try:
            return begun + wait
        except OverflowError:
            raise _beyond(begun) from None

    return expiry


def _adding(
    start: Callable[[Candidate, Run], dt.datetime | None], wait: Callable[[Candidate], dt.timedelta | None]
) -> Callable[[Candidate, Run], dt.datetime | None]:
    def expiry(candidate: Candidate, run: Run) -> dt.datetime | None:
        begun = start(candidate, run)
        if begun is None:
            return None
        span = wait(candidate)
        if span is None:
            return None
        try:
            return begun + span
        except OverflowError:
            raise _beyond(begun) from None

    return expiry


def _beyond(begun: dt.datetime) -> Undecided:
    return Undecided(f"it would expire after the year {dt.MAXYEAR}, counted from the year {begun.year}")


def _explaining(start: Start, wait: Wait) -> Callable[[Candidate, Run], str]:
    def explain(candidate: Candidate, run: Run) -> str:
        if start.of(candidate, run) is None:
            return start.words(candidate, run)
        return f"{start.words(candidate, run)}, {wait.words(candidate)}"

    return explain


def _duration(description: str) -> WithJsonSchema:
    return WithJsonSchema({"x-kubernetes-int-or-string": True, "format": "duration", "description": description})


AFTER: Final = Keyword("after", After, _compile_after)
AFTER_CREATION: Final = Keyword(
    "afterCreation",
    Annotated[Duration, _duration("So long after creation: seconds, or text such as 1d12h.")],
    _compile_after_creation,
)
AFTER_FINISHED: Final = Keyword(
    "afterFinished",
    Annotated[
        Duration, _duration("So long after the object finished (Jobs, Pods, runs): seconds, or text such as 1d12h.")
    ],
    _compile_after_finished,
)

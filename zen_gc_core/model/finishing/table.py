"""Asking an object whether it has finished, and since when: by its kind's row, else by the common conventions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError, Missing, Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath
from zen_gc_core.model.finishing.kinds import ROWS
from zen_gc_core.model.finishing.rows import walk_of
from zen_gc_core.model.finishing.running import runs, says_running
from zen_gc_core.model.finishing.times import found, latest, possible, reader_of, status_writes
from zen_gc_core.texts import with_article

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime, timedelta

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.finishing.rows import Condition, Finishes, Walk

    Evidence = Callable[[Candidate], "datetime | None"]
    """When an object finished, as it says; None: it has not. Raises Undecided."""

TIMES: Final = (
    "finishedAt",
    "completionTime",
    "completionTimestamp",
    "completedAt",
    "endTime",
    "terminationTime",
    "stoppedAt",
)
"""Fields of a status that hold its finish, by convention."""

_RELEASING_TIMES: Final = TIMES[:2]
"""Of these, the ones that release an object from its owner."""

CONVENTIONAL_READS: Final = ("status", "metadata.creationTimestamp")
"""What asking an object of a kind without a row reads."""

_STATUS: Final = FieldPath.parse("status")
_MANAGED: Final = FieldPath.parse("metadata.managedFields")


class Finishing:
    """The table of kinds that finish.

    Args:
        rows: Rows of plugins, beside the built-in ones.

    Raises:
        InputError: Two rows are about one kind.
    """

    def __init__(self, rows: Iterable[Finishes] = ()) -> None:
        self._rows: dict[tuple[str, str], Finishes] = {}
        for row in (*ROWS, *rows):
            if (row.group, row.kind) in self._rows:
                raise InputError(
                    f"when {with_article(row.kind)} of {row.group or 'the core group'} finishes is known already"
                )
            self._rows[row.group, row.kind] = row
        self._evidence = {key: _by_row(row) for key, row in self._rows.items()}
        self._asked: dict[tuple[str, str], Evidence] = {}
        self._unfinished: tuple[object, datetime | None] = (self, None)

    @property
    def rows(self) -> Mapping[tuple[str, str], Finishes]:
        """The rows by group and kind."""
        return self._rows

    def known(self, group: str, kind: str) -> bool:
        """Whether a kind is known to finish."""
        return (group, kind) in self._rows

    def reads(self, group: str, kind: str) -> tuple[str, ...]:
        """The field paths that asking an object of a kind reads."""
        row = self._rows.get((group, kind))
        return row.reads if row else CONVENTIONAL_READS

    def finish_of(self, candidate: Candidate, now: datetime, clock_skew: timedelta) -> datetime | None:
        """When an object finished; None when it has not.

        Args:
            candidate: The object.
            now: The instant of the run.
            clock_skew: How far clocks may disagree.

        Raises:
            Missing: It has finished, but there is no time.
            Undecided: It says that it has finished, at a time that cannot be right.
        """
        told = candidate.finish
        if told is not None and told[0] is self:  # what is due is asked several times, and reading it costs the most
            return None if told[1] is None else possible(told[1], candidate, now, clock_skew)
        key = (candidate.api_version, candidate.kind)
        evidence = self._asked.get(key)
        if evidence is None:
            evidence = self._evidence.get((key[0].rpartition("/")[0], key[1]), _by_convention)
            if len(self._asked) < 1024:
                self._asked[key] = evidence
        finish = evidence(candidate)
        if finish is None:
            candidate.finish = self._unfinished
            return None
        candidate.finish = (self, finish)
        return possible(finish, candidate, now, clock_skew)

    def finished(self, candidate: Candidate, now: datetime, clock_skew: timedelta) -> bool:
        """Whether an object has finished, at a time that is known and can be right; as ``finish_of``."""
        try:
            return self.finish_of(candidate, now, clock_skew) is not None
        except Undecided:
            return False

    def says_finished(self, candidate: Candidate) -> bool:
        """Whether an object of a kind with a row says that it has finished, at whatever time, or none.

        Raises:
            Undecided: That cannot be told.
        """
        evidence = self._evidence.get((candidate.api_version.rpartition("/")[0], candidate.kind))
        try:
            return evidence is not None and evidence(candidate) is not None
        except Missing:
            return True

    def released(self, candidate: Candidate, now: datetime, clock_skew: timedelta) -> bool:
        """Whether an object has finished, and whatever owns or tracks it has no more use for it; as ``finish_of``.

        Of a kind without a row that is so when a condition Succeeded, ``finishedAt`` or ``completionTime`` says it.
        """
        if not self.finished(candidate, now, clock_skew):
            return False
        row = self._rows.get((candidate.api_version.rpartition("/")[0], candidate.kind))
        if row is not None:
            return row.released
        status = candidate.get(_STATUS)
        return isinstance(status, dict) and (
            any(one.get("type") == "Succeeded" for one in _maps(status.get("conditions")))
            or latest(status.get(name) for name in _RELEASING_TIMES) is not None
        )


def _by_row(row: Finishes) -> Evidence:
    """A row as a callable. Its state is asked first: most objects run, and one field says so."""
    state_path = FieldPath.parse(row.state) if row.state else None
    seen_elsewhere = row.state.removeprefix("status.").partition(".")[0]
    running = [walk_of(path) for path in row.running]
    time_of = _time_of(row)

    states = row.states

    def evidence(candidate: Candidate) -> datetime | None:
        state: Any = None
        if state_path is not None:
            state = candidate.get(state_path)
            if state not in states:
                if state is not MISSING and state not in (None, ""):
                    return None
                state = None
        status = candidate.get(_STATUS)
        if not isinstance(status, dict):
            return None
        holding = () if state is not None else _holding(row.conditions, status)
        if state is None and not holding and not row.time_says:
            return None
        if runs(status, besides=seen_elsewhere) or (running and any(map(says_running, _all(candidate, running)))):
            return None
        time = time_of(candidate, status, state, holding)
        if time is None and (state is not None or holding):
            raise Missing("it has finished, but there is no finish time")
        return time

    return evidence


def _all(candidate: Candidate, paths: Iterable[Walk]) -> Iterator[Any]:
    for path in paths:
        yield from found(candidate, path)


def _time_of(row: Finishes) -> Callable[[Candidate, dict[str, Any], Any, Iterable[dict[str, Any]]], datetime | None]:
    at = [reader_of(walk_of(path)) for path in row.at]
    entry = row.entry
    entries = FieldPath.parse(entry.path) if entry else None

    def time_of(
        candidate: Candidate, status: dict[str, Any], state: Any, holding: Iterable[dict[str, Any]]
    ) -> datetime | None:
        if row.latest:
            time = latest([value for read in at for value in read(candidate, status)])
        else:
            time = next((each for read in at if (each := latest(read(candidate, status)))), None)
        if time is not None:
            return time
        told: list[Any] = [condition.get("lastTransitionTime") for condition in holding]
        if entry is not None and entries is not None:
            told += [item.get(entry.time) for item in _maps(candidate.get(entries)) if item.get(entry.key) == state]
        time = latest(told)
        if time is None and row.status_write:
            time = latest(status_writes(candidate.get(_MANAGED)))
        return time

    return time_of


def _holding(wanted: Iterable[Condition], status: dict[str, Any]) -> list[dict[str, Any]]:
    """The conditions of a status that say that it has finished."""
    return [
        condition
        for condition in _maps(status.get("conditions"))
        for one in wanted
        if condition.get("type") == one.type
        and condition.get("status") == one.status
        and (not one.reasons or condition.get("reason") in one.reasons)
    ]


def _by_convention(candidate: Candidate) -> datetime | None:
    status = candidate.get(_STATUS)
    if not isinstance(status, dict) or runs(status):
        return None
    times = [status[name] for name in TIMES if name in status]
    succeeded = [one for one in _maps(status.get("conditions")) if one.get("type") == "Succeeded"]
    if succeeded and not all(one.get("status") in ("True", "False") for one in succeeded):
        return None
    time = latest(times)
    if time is None and succeeded:
        time = latest(one.get("lastTransitionTime") for one in succeeded)
        if time is None:
            raise Missing("it has finished, but there is no finish time")
    return time


def _maps(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


BUILT_IN: Final = Finishing()
"""The table without rows of plugins."""

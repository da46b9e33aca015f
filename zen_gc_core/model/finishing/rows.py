"""What a row of the table of finishing says: data, checked when it is made."""

from __future__ import annotations

from dataclasses import dataclass

from zen_gc_core.errors import InputError
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.texts import with_article

Walk = tuple[FieldPath, tuple[tuple[str | int, ...], ...]]
"""A path, and keys and indices below it in parts: before each part stands a list, of which every item is meant."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of ``status.conditions`` that says that an object has finished.

    Args:
        type: Its type.
        status: The status that says so.
        reasons: The reasons that say so; empty: any.
    """

    type: str
    status: str = "True"
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = f'condition {self.type} is "{self.status}"'
        return f"{shown} ({' or '.join(self.reasons)})" if self.reasons else shown


@dataclass(frozen=True, slots=True)
class Entry:
    """A list that holds when each state began.

    Args:
        path: The list.
        key: The field of an item that holds the state.
        time: The field of an item that holds the time.
    """

    path: str
    key: str
    time: str

    def __str__(self) -> str:
        return f"`{self.time}` of that state in `{self.path}`"


@dataclass(frozen=True, slots=True)
class Finishes:
    """When the objects of a kind have finished, and since when: a row of the table.

    An object has finished when its state is one of ``states``; where it has none, when one of ``conditions`` holds.
    Evidence that it runs overrules both: a condition Running, Restarting, Active or Progressing that is "True", a
    phase or state of running, and what ``running`` names. Its time is the first there is: at a path of ``at``, the
    transition of that condition, the entry, the newest write of its status. Without one, or with one that cannot be
    right, it counts as unfinished.

    Args:
        group: The API group (``batch``); empty for Kubernetes' core.
        kind: The kind (``Job``).
        state: The path of the field that holds its state (``status.phase``); empty: it has none.
        states: The states that say finished.
        conditions: The conditions that say finished.
        at: Paths of RFC 3339 times; ``[]`` stands for every item of a list, of which the latest counts.
        latest: Whether the latest of all times at ``at`` counts, rather than the first there is.
        time_says: Whether, where there is no state, a time at ``at`` says finished.
        entry: A list that holds when each state began.
        status_write: Whether the newest write of the status (``metadata.managedFields``) may stand for its finish.
        running: Paths that say that it runs: a number above 0, true, or a state of running.
        released: Whether what owns or tracks it has no more use for it once it has finished, and will not make it
            again, so that it may go without ``behavior.includeOwned``.

    Raises:
        InputError: It has no kind, says nothing of finishing or of its time, or a path is none.
    """

    group: str
    kind: str
    state: str = ""
    states: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    at: tuple[str, ...] = ()
    latest: bool = False
    time_says: bool = False
    entry: Entry | None = None
    status_write: bool = False
    running: tuple[str, ...] = ()
    released: bool = False

    def __post_init__(self) -> None:
        if not self.kind:
            raise InputError("a row of finishing needs a kind")
        if bool(self.state) is not bool(self.states) or not (self.states or self.conditions):
            raise InputError(
                f"what says that {with_article(self.kind)} has finished? give state and states, or conditions"
            )
        if not (self.at or self.conditions or self.entry or self.status_write):
            raise InputError(
                f"where is the time at which {with_article(self.kind)} finished? give at, conditions or entry"
            )
        for path in self.paths:
            walk_of(path)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that it looks at, as written."""
        entry = (self.entry.path,) if self.entry else ()
        return (*filter(None, (self.state,)), *self.at, *entry, *self.running)

    @property
    def reads(self) -> tuple[str, ...]:
        """The field paths that asking it reads, lists as a whole."""
        whole = (path.partition("[]")[0] for path in self.paths)
        managed = ("metadata.managedFields",) if self.status_write else ()
        return tuple(dict.fromkeys(("status", "metadata.creationTimestamp", *managed, *whole)))


def walk_of(path: str) -> Walk:
    """The parts of a path with ``[]`` in it.

    Raises:
        InputError: It is no path.
    """
    first, *parts = path.split("[]")
    below = tuple(FieldPath.parse(part.removeprefix(".")).segments if part else () for part in parts)
    return FieldPath.parse(first), below

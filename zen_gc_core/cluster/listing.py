"""Listing a resource: page after page, the next one read while this one is judged.

A list is read to its end or not at all. Whoever wants objects splits a page with ``candidates``; nothing here judges
one, and nothing is kept of a page that was handed out.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from zen_gc_core.cluster.errors import (
    AccessDenied,
    BadConfiguration,
    Cancelled,
    Expired,
    LimitRefused,
    ListIncomplete,
    NotFound,
    Refused,
    TLSTrouble,
    Unauthorized,
)
from zen_gc_core.cluster.page_turns import PageTurns
from zen_gc_core.cluster.paging import Page, PageReader, Selection
from zen_gc_core.errors import ClusterError, InputError
from zen_gc_core.model.json_candidates import JsonCandidate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.model.candidate import Candidate

PAGE_TIMEOUT: Final = 60.0
"""Seconds for one page; kube-apiserver ends a list itself after 60."""

RESTARTS: Final = 3
"""How often a list may begin again because its continue token expired."""

SECONDS_BETWEEN_LOOKS: Final = 0.25
"""How often the caller is asked whether it still wants the list while it waits for a page."""

MOST_EMPTY_PAGES: Final = 10
"""Pages without an object, one after the other, after which a list counts as endless."""

MOST_UNFORESEEN: Final = 10_000
"""By how many objects a list may exceed twice what its first page foresaw."""

_TELLING: Final = (AccessDenied, BadConfiguration, NotFound, Refused, TLSTrouble, Unauthorized)
"""What ends a list and is better told as it is."""


@dataclass(frozen=True, slots=True)
class Restart:
    """The list begins again, its continue token having expired (410), or being refused: what was counted does not count.

    Args:
        number: Which restart it is, from 1.
    """

    number: int


def pages(  # noqa: PLR0913  what a list is made of
    connection: Connection,
    resource: Resource,
    selection: Selection | None = None,
    *,
    check_cancelled: Callable[[], None] | None = None,
    timeout: float = PAGE_TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
    turns: PageTurns | None = None,
) -> Iterator[Page | Restart]:
    """List a resource, a page at a time; the next page is read while the caller looks at this one.

    Args:
        connection: The cluster.
        resource: What to list.
        selection: Which part of it; by default all.
        check_cancelled: Asked, every quarter of a second, while a page is waited for; what it raises ends the list.
        timeout: Seconds for one page.
        sleep: Waits between attempts; whatever it raises ends the list.
        turns: The turns at reading pages that it shares with other lists; None: it waits for nobody.

    Yields:
        Pages, and a ``Restart`` where all pages before it do not count.

    Raises:
        ListIncomplete: It could not be read to its end.
        NotFound: The resource is not served any more.
        Refused: The server does not accept a selector.
        AccessDenied, Unauthorized, BadConfiguration, TLSTrouble: As they say.
    """
    reader = PageReader(connection, resource, selection or Selection(), timeout, sleep)
    with _ReadAhead(reader, check_cancelled, turns or PageTurns()) as ahead:
        yield from _read_through(ahead, resource)


def _read_through(ahead: _ReadAhead, resource: Resource) -> Iterator[Page | Restart]:
    restarts = 0
    token = ""
    progress = _Progress(resource)
    ahead.ask(token)
    while True:
        try:
            page, following = ahead.result()
        except Expired as error:
            restarts += 1
            if restarts > RESTARTS:
                raise ListIncomplete(f"the list of {resource} expired {restarts} times before its end") from error
            token = ""
            progress = _Progress(resource)
            ahead.ask(token)
            yield Restart(restarts)
            continue
        except LimitRefused:
            restarts += 1
            token = ""
            progress = _Progress(resource)
            ahead.begin_again()
            yield Restart(restarts)
            continue
        except _TELLING:
            raise
        except ClusterError as error:
            raise ListIncomplete(f"the list of {resource} is incomplete: {error}") from error
        if page.last:
            yield page
            return
        if following == token:
            raise ListIncomplete(f"the list of {resource} does not get on: its continue token repeats")
        progress.note(len(page.items), page.remaining)
        token = following
        ahead.ask(token)
        yield page
        del page


class _Progress:
    """Whether a list gets on, although its continue token is ever new."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._objects = 0
        self._empty = 0
        self._most: int | None = None

    def note(self, objects: int, remaining: int | None) -> None:
        """Take in a page that is not the last.

        Raises:
            ListIncomplete: The list does not end.
        """
        self._objects += objects
        self._empty = 0 if objects else self._empty + 1
        if self._most is None and remaining is not None:
            self._most = 2 * (self._objects + max(remaining, 0)) + MOST_UNFORESEEN
        if self._empty > MOST_EMPTY_PAGES or (self._most is not None and self._objects > self._most):
            raise ListIncomplete(f"the list of {self._resource} does not get on: it has no end")


def candidates(page: Page) -> Iterator[Candidate]:
    """The objects of a page.

    Raises:
        ListIncomplete: One of the items is no object; then it is no list.
    """
    resource = page.resource
    try:
        yield from JsonCandidate.of_page(
            page.items, api_version=resource.api_version, kind=resource.kind, complete=page.complete
        )
    except InputError as error:
        raise ListIncomplete(f"the list of {resource} holds something that is no object: {error}") from error


class _ReadAhead:
    """Reads pages on a thread of its own, one for each that is asked for; left, the thread ends with its page."""

    def __init__(self, reader: PageReader, check_cancelled: Callable[[], None] | None, turns: PageTurns) -> None:
        self._reader = reader
        reader.turn = self._turn
        self._check_cancelled = check_cancelled
        self._turns = turns
        self._asked: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._read: queue.SimpleQueue[tuple[Page, str] | BaseException] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"list {reader.resource}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._turns.leave(self)
        self._asked.put(None)

    def ask(self, token: str) -> None:
        """Have a page read."""
        self._asked.put(token)

    def begin_again(self) -> None:
        """Have the first page read, and let all be as long."""
        self._reader.begin_again()
        self.ask("")

    def result(self) -> tuple[Page, str]:
        """The page that was asked for and the token of the next, or the error that kept it from being read."""
        self._turns.want(self)
        while True:
            try:
                found = self._read.get(timeout=SECONDS_BETWEEN_LOOKS)
            except queue.Empty:
                if self._check_cancelled is not None:
                    self._check_cancelled()
                continue
            self._turns.have(self)
            if isinstance(found, BaseException):
                raise found
            return found

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """One request of the list; the time between two attempts is everybody's."""
        if not self._turns.begin(self):
            raise Cancelled(f"nobody wants the list of {self._reader.resource} any more")
        try:
            yield
        finally:
            self._turns.end(self)

    def _run(self) -> None:
        try:
            while (token := self._asked.get()) is not None:
                try:
                    self._read.put(self._reader.read(token))
                except BaseException as error:  # noqa: BLE001  raised again by ``result``, on the caller's thread
                    self._read.put(error)
        finally:
            self._turns.forget(self)

"""What the small HTTP servers answer: pages that are made once at a time, and answers to what was posted."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer.

    Args:
        body: The body.
        status: The HTTP status.
        content_type: The type of the body.
    """

    body: bytes
    status: int = 200
    content_type: str = TEXT


def made(make: Callable[[], Page]) -> Page:
    """Make a page; one that cannot be made is a bad answer, not an end of the server."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001  see above
        return Page(f"500 {type(error).__name__}\n".encode(), 500)


class Pages:
    """Makes each page once at a time: whoever asks while it is made waits, and those who wait share the next one.

    A page of very many policies takes megabytes while it is made, and there may be a thread for each connection.
    """

    def __init__(self, pages: Mapping[str, Callable[[], Page]]) -> None:
        self._makers = {path: _Maker(make) for path, make in pages.items()}

    def at(self, path: str) -> Page | None:
        """The page at a path; None when there is none."""
        maker = self._makers.get(path)
        return maker.page() if maker is not None else None


class _Maker:
    def __init__(self, make: Callable[[], Page]) -> None:
        self._make = make
        self._making = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._made: tuple[float, Page] | None = None

    def page(self) -> Page:
        """A page of which the making began when it was asked for, or later."""
        asked = time.monotonic()
        with self._counting:
            self._waiting += 1
        try:
            with self._making:
                if self._made is None or self._made[0] < asked:
                    self._made = (time.monotonic(), made(self._make))
                return self._made[1]
        finally:
            with self._counting:
                self._waiting -= 1
                if not self._waiting:
                    self._made = None


@dataclass(frozen=True, slots=True)
class Posts:
    """What may be posted, in JSON, and who answers it.

    Args:
        answers: What answers the body that was posted to each path; called by several threads at the same time.
        largest: The most bytes of a body.
    """

    answers: Mapping[str, Callable[[bytes], Page]]
    largest: int


class Room:
    """How many bytes of bodies are in memory at the same time, whoever sends them.

    Args:
        most: The most bytes.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Take so many bytes; False when there is no room for them."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give(self, size: int) -> None:
        """Give so many bytes back."""
        with self._lock:
            self._left += size

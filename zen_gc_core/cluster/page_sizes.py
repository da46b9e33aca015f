"""How many objects the next page of a list has: sized by bytes, as whole objects have them. Arithmetic; nothing is sent.

What a page costs the server is mostly a matter of pages, not of objects: for each it looks through the rest of the
range. So pages grow, as long as they come quickly and hold about what was foreseen. The reasons and figures are in
``docs/explanation/what-it-costs.md``.
"""

from __future__ import annotations

from typing import Final

FIRST: Final = 500
"""Objects of the first page, and of all pages where a server does not let their number change."""

AIM: Final = 8 * 1024 * 1024
"""Bytes of whole objects that a page is to hold. The server reads whole objects, also where it sends their metadata."""

HEAD: Final = 512
"""Bytes that are counted for an object beside its own: what is decoded of each is in memory with its page."""

MOST: Final = 10_000
MOST_UNCACHED: Final = 2_000
"""The most objects of a page while the server is not known to serve pages from its cache: else etcd reads them."""

SAMPLE: Final = 100
"""Objects of a page that is asked for whole in a list of metadata, to see how large they are."""

PAGES_BETWEEN_SAMPLES: Final = 20

SLOW_SECONDS: Final = 5.0
"""After a page that took longer, the next ones are half as long."""


class PageSizes:
    """The sizes of the pages of one list.

    Args:
        metadata_only: Whether metadata alone is wanted.
        fixed: How many objects each page has, where that is not for the list to say; None: by bytes.

    Attributes:
        most: The most objects of a page.
    """

    def __init__(self, *, metadata_only: bool, fixed: int | None = None) -> None:
        self.most = MOST_UNCACHED if fixed is None else fixed
        self._by_bytes = fixed is None
        self._metadata_only = metadata_only
        self._limit = FIRST if fixed is None else fixed
        self._each: float | None = None
        self._since_sample: int | None = None

    @property
    def sampling(self) -> bool:
        """Whether the next page is to be asked for whole, to see how large the objects are."""
        return self._since_sample is not None and self._since_sample >= PAGES_BETWEEN_SAMPLES

    @property
    def limit(self) -> int:
        """How many objects to ask for."""
        return min(SAMPLE, self._limit) if self.sampling else self._limit

    @property
    def changing(self) -> bool:
        """Whether the next page is asked for in another way than the first one was."""
        return self._by_bytes and (self.sampling or self._limit != FIRST)

    @property
    def grown(self) -> bool:
        """Whether pages are longer than the first one was: then there is a shorter one to fall back to."""
        return self._limit > FIRST

    @property
    def at_the_most(self) -> bool:
        """Whether pages are as long as they may be while the server is not known to serve them from its cache."""
        return self._by_bytes and self._limit == MOST_UNCACHED == self.most

    def shrink(self) -> bool:
        """Ask for fewer at once, because a page was too large, or did not come; False when it is one object already."""
        if self.limit == 1:
            return False
        self._limit = max(self.limit // 4, 1)
        return True

    def begin_again(self) -> None:
        """Ask for as few as in the beginning, because a longer page did not come in time."""
        self._limit = min(self._limit, FIRST)

    def fix(self) -> None:
        """Let all pages be as long as the first one, because the server wants that."""
        self._by_bytes, self._since_sample = False, None
        self._limit = self.most = FIRST

    def note(self, objects: int, size: int, seconds: float, *, whole: bool) -> None:
        """Take in a page that has come.

        Args:
            objects: How many it has.
            size: Its bytes.
            seconds: How long it took.
            whole: Whether the objects are whole.
        """
        if self._by_bytes and self._metadata_only:
            # The first page is as short as any: only from the second on is it worth a look how large the objects are.
            since = PAGES_BETWEEN_SAMPLES if self._since_sample is None else self._since_sample + 1
            self._since_sample = 0 if whole else since
        if not objects:
            return
        before = self._each
        if whole:
            self._each = size / objects
        surprising = whole and before is not None and size > 2 * before * objects
        if seconds > SLOW_SECONDS or surprising:
            self._limit = max(self._limit // 2, min(self._limit, FIRST))
        elif self._each is not None or not self._by_bytes:
            self._limit = min(self._limit * 2, self.most)
        if self._each is not None:
            self._limit = max(min(self._limit, int(AIM / (self._each + HEAD))), 1)

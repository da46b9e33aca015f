"""A probe that is asked all the time, and for how long at a stretch it says no."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

import urllib3


class Probed(Protocol):
    """A controller whose health can be asked for."""

    def probe(self, path: str) -> tuple[int, str]:
        """The status and the text of a page of its health port; raises where nobody answers."""


@dataclass
class Health(threading.Thread):
    """Asks ``/healthz`` all the time, and remembers for how long it said no."""

    probed: Probed
    longest: float = 0.0
    since_taken: float = 0.0
    said: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__(daemon=True, name="health")
        self._ending = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Go on until told to end."""
        since: float | None = None
        while not self._ending.wait(0.2):
            now = time.monotonic()
            try:
                status, text = self.probed.probe("/healthz")
            except urllib3.exceptions.HTTPError as error:
                status, text = 0, type(error).__name__
            if status == 200:
                since = None
                continue
            self.said[text.strip()] += 1
            since = since if since is not None else now
            ill = time.monotonic() - since
            self.longest, self.since_taken = max(self.longest, ill), max(self.since_taken, ill)

    def taken(self) -> float:
        """For how many seconds at a stretch it said no since this was asked last."""
        ill, self.since_taken = self.since_taken, 0.0
        return ill

    def end(self) -> None:
        """Make it end."""
        self._ending.set()
        self.join(30)

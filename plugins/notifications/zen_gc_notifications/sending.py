"""Sending: messages leave on a thread of their own, signed, tried again, and dropped when a receiver is too slow for them.

Signed as Standard Webhooks does it: ``webhook-signature`` is ``v1,`` and the base64 of the HMAC-SHA256 of id, time and body.
"""

from __future__ import annotations

import atexit
import base64
import binascii
import contextlib
import hashlib
import hmac
import logging
import queue
import threading
from typing import TYPE_CHECKING, Final

import tenacity
import urllib3

from zen_gc_notifications.news import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zen_gc_notifications.news import Message

MOST_WAITING: Final = 100
"""Messages that wait for their turn; what comes then is dropped."""

TRIES: Final = 4
SECONDS: Final = 5.0
"""For one try, from connecting to the last byte."""

LAST_SECONDS: Final = 5.0
"""How long the end of the program waits for what is still to be sent."""

PREFIX: Final = "whsec_"
"""What a key begins with whose rest is base64; any other is taken as it is."""

_LOG: Final = logging.getLogger(__name__)


class NotTakenError(Exception):
    """The receiver did not take a message."""


class _TryAgainError(NotTakenError):
    """It may take it later."""


class Sender:
    """Sends messages, one after the other; may be used by several threads.

    Args:
        wait: How long to wait before the tries after the first, in seconds.
    """

    def __init__(self, wait: Callable[[tenacity.RetryCallState], float] | None = None) -> None:
        self._messages: queue.Queue[tuple[Path, Message]] = queue.Queue(MOST_WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wait = wait or tenacity.wait_exponential(multiplier=1, max=8)

    def send(self, directory: Path, message: Message) -> None:
        """Have a message sent; returns at once.

        Args:
            directory: Where ``url`` and ``key`` are, read anew for each message; ``ca.crt`` where the receiver has an authority
                of its own.
            message: The message.

        Raises:
            NotTakenError: Too many wait already, and this one is dropped.
        """
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)
                self._thread.start()
                atexit.register(self.flush, LAST_SECONDS)
        try:
            self._messages.put_nowait((directory, message))
        except queue.Full:
            raise NotTakenError("the receiver is too slow: a message is dropped") from None

    def flush(self, seconds: float) -> bool:
        """Wait until all is sent or given up, for so many seconds at the most; whether it is."""
        with self._messages.all_tasks_done:
            return self._messages.all_tasks_done.wait_for(lambda: self._messages.unfinished_tasks == 0, seconds)

    def _run(self) -> None:
        while True:
            directory, message = self._messages.get()
            try:
                self._deliver(directory, message)
            except Exception as error:  # noqa: BLE001  the next message may be taken
                _LOG.warning("a notification was not sent: %s", _told(error))
            finally:
                self._messages.task_done()

    def _deliver(self, directory: Path, message: Message) -> None:
        tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES),
            wait=self._wait,
            retry=tenacity.retry_if_exception_type((_TryAgainError, urllib3.exceptions.HTTPError)),
            reraise=True,
        )
        tries(_post, directory, message)


def _post(directory: Path, message: Message) -> None:
    """Send a message once."""
    url, key = _line(directory / "url"), _line(directory / "key")
    if not url or not key:
        raise NotTakenError("url or key is empty")
    authority = directory / "ca.crt"
    with urllib3.PoolManager(
        num_pools=1, ca_certs=str(authority) if authority.exists() else None, retries=False
    ) as pool:
        answer = pool.request(
            "POST",
            url,
            body=message.body,
            headers={"Content-Type": CONTENT_TYPE, "User-Agent": "zen-gc-notifications", **_signature(key, message)},
            timeout=urllib3.Timeout(total=SECONDS),
            redirect=False,
            preload_content=False,
        )
        answer.close()
    if answer.status in {408, 425, 429} or answer.status >= 500:
        raise _TryAgainError(f"the receiver answered {answer.status}")
    if not 200 <= answer.status < 300:
        raise NotTakenError(f"the receiver answered {answer.status}")


def _line(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _signature(key: str, message: Message) -> dict[str, str]:
    """The headers by which a receiver knows who sent a message, and that it is not sent again by somebody else."""
    secret = key.encode()
    if key.startswith(PREFIX):
        with contextlib.suppress(binascii.Error):
            secret = base64.b64decode(key.removeprefix(PREFIX), validate=True)
    seconds = str(int(message.at.timestamp()))
    signed = b".".join((message.id.encode(), seconds.encode(), message.body))
    digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": message.id, "webhook-timestamp": seconds, "webhook-signature": f"v1,{digest}"}


def _told(error: Exception) -> str:
    """What may stand in a log: a message of urllib3 quotes the URL, which may hold a token."""
    if isinstance(error, NotTakenError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{type(error).__name__}: {error.strerror}: {error.filename}"
    return type(error).__name__

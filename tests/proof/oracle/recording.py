"""Recording a history: a watch on etcd, from one revision on and without a gap, whatever becomes of the API server."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time
from typing import TYPE_CHECKING, Any, Self

import urllib3

from tests.harness.connection import documents
from tests.harness.etcd import PREFIX, encoded
from tests.proof.oracle.history import COPIES, JUDGED, POLICIES, History

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

WATCHED = (*JUDGED, COPIES, *POLICIES, "namespaces/", "leases/")
PATIENCE = 60.0
PAUSE = 0.2


class Recorder:
    """Records what is stored, on a thread of its own; entered, it knows what is there.

    Args:
        url: etcd's client port.
    """

    def __init__(self, url: str) -> None:
        self.history = History()
        self._url = url
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=10, read=3600))
        self._ending = threading.Event()
        self._response: urllib3.BaseHTTPResponse | None = None
        self._seen = 0
        self._thread = threading.Thread(target=self._run, name="oracle", daemon=True)

    def __enter__(self) -> Self:
        span = {"key": encoded(PREFIX), "range_end": encoded(PREFIX[:-1] + chr(ord("/") + 1))}
        answer = self._pool.request("POST", f"{self._url}/v3/kv/range", body=json.dumps(span)).json()
        self._seen = int(answer["header"]["revision"])
        for each in sorted(answer["kvs"], key=lambda each: int(each["mod_revision"])):
            self._take(each, gone=False)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        if self._response is not None:
            with contextlib.suppress(Exception):
                self._response.shutdown()
        self._thread.join(30)
        if self._response is not None:
            self._response.close()
        self._pool.clear()

    def caught_up(self, revision: int) -> None:
        """Wait until everything up to a revision is known.

        Raises:
            AssertionError: it does not come.
        """
        deadline = time.monotonic() + PATIENCE
        while self._seen < revision:
            assert time.monotonic() < deadline, f"the oracle has seen revision {self._seen}, not {revision}"
            time.sleep(0.02)

    def up_to_now(self) -> None:
        """Wait until everything that is stored by now is known."""
        body = json.dumps({"key": encoded(PREFIX), "count_only": True})
        answer = self._pool.request("POST", f"{self._url}/v3/kv/range", body=body).json()
        self.caught_up(int(answer["header"]["revision"]))

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                for result in self._results():
                    self._note(result)
            except (urllib3.exceptions.HTTPError, OSError, ValueError, AttributeError) as error:
                if not self._ending.is_set() and not isinstance(error, urllib3.exceptions.HTTPError):
                    self.history.gaps.append(f"{type(error).__name__}: {error}")
            self._ending.wait(PAUSE)

    def _results(self) -> Iterator[dict[str, Any]]:
        """Watch from where the last watch ended: etcd keeps every revision, or says that it does not."""
        wanted = {
            "key": encoded(PREFIX),
            "range_end": encoded(PREFIX[:-1] + chr(ord("/") + 1)),
            "start_revision": str(self._seen + 1),
            "progress_notify": True,
        }
        self._response = self._pool.request(
            "POST", f"{self._url}/v3/watch", body=json.dumps({"create_request": wanted}), preload_content=False
        )
        yield from (each["result"] for each in documents(self._response))

    def _note(self, result: dict[str, Any]) -> None:
        if result.get("canceled") or result.get("compact_revision"):
            self.history.gaps.append(f"etcd has forgotten: {result.get('cancel_reason', result)}")
            self._seen = max(self._seen, int(result.get("compact_revision", 0)))
            return
        for event in result.get("events", ()):
            self._take(event["kv"], gone=event.get("type") == "DELETE")
        if not result.get("created"):
            self._seen = max(self._seen, int(result["header"]["revision"]))

    def _take(self, stored: dict[str, Any], *, gone: bool) -> None:
        key = base64.b64decode(stored["key"]).decode().removeprefix(PREFIX)
        if not key.startswith(WATCHED):
            return
        document = None
        if not gone:
            document = json.loads(base64.b64decode(stored["value"]))
            document["metadata"].pop("managedFields", None)
        self.history.add(int(stored["mod_revision"]), time.time(), key, document)

"""Changing an object where the API server keeps it: etcd, through the JSON gateway of its client port.

The one thing this is for is what the API forbids: giving an object another creation time.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from tests.harness.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "/registry/"


class Etcd:
    """The keys and values behind an API server which stores JSON.

    Args:
        url: the client port.
    """

    def __init__(self, url: str) -> None:
        self._connection = Connection(url)

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def change(self, revision: str, change: Callable[[dict[str, Any]], None]) -> bool:
        """Change the stored object whose resourceVersion is `revision`; say whether it was still there at that version.

        A resourceVersion is the revision of etcd at which the object's key was written, so it finds the key without knowledge
        of how the API server names its keys, and guards the write against anybody else's. The key keeps its lease: Events
        expire by it.
        """
        found = self._call("range", **span(), min_mod_revision=revision, max_mod_revision=revision)
        if not found.get("kvs"):
            return False
        key, value = found["kvs"][0]["key"], json.loads(base64.b64decode(found["kvs"][0]["value"]))
        change(value)
        unchanged = {"key": key, "target": "MOD", "result": "EQUAL", "mod_revision": revision}
        write = {"key": key, "value": encoded(json.dumps(value)), "ignore_lease": True}
        return bool(self._call("txn", compare=[unchanged], success=[{"request_put": write}]).get("succeeded"))

    def compact(self) -> None:
        """Forget every revision but the present one, as happens every five minutes: older continue tokens expire."""
        revision = self._call("range", **span(), count_only=True)["header"]["revision"]
        self._call("compaction", revision=revision)

    def _call(self, what: str, **arguments: Any) -> dict[str, Any]:
        answer = self._connection.request("POST", f"/v3/kv/{what}", arguments)
        if answer.status != 200:
            raise RuntimeError(f"etcd {what}: {answer.status} {answer.text}")
        body: dict[str, Any] = answer.body
        return body


def span() -> dict[str, str]:
    """The range of all the keys of the API server, as etcd wants it."""
    return {"key": encoded(PREFIX), "range_end": encoded(PREFIX[:-1] + chr(ord("/") + 1))}


def encoded(text: str) -> str:
    """Text as the gateway takes bytes."""
    return base64.b64encode(text.encode()).decode()

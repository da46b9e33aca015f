"""Changing an object where the API server keeps it: etcd, through the JSON gateway of its client port.

This is for what the API forbids, giving an object another creation time, and for what it does too slowly, making a hundred
thousand objects.
"""

from __future__ import annotations

import base64
import itertools
import json
import uuid
from typing import TYPE_CHECKING, Any

from tests.harness.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PREFIX = "/registry/"
BATCH = 100


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

    def change(self, revision: str, name: str, change: Callable[[dict[str, Any]], None]) -> bool:
        """Change the stored object of that name and resourceVersion; say whether it was still there at that version.

        A resourceVersion is the revision of etcd at which the object's key was written, so it finds the key without knowledge
        of how the API server names its keys, and guards the write against anybody else's. The key keeps its lease: Events
        expire by it.
        """
        found = self._find(revision, name)
        if found is None:
            return False
        key, value = found
        change(value)
        unchanged = {"key": encoded(key), "target": "MOD", "result": "EQUAL", "mod_revision": revision}
        write = {"key": encoded(key), "value": encoded(json.dumps(value)), "ignore_lease": True}
        return bool(self._call("txn", compare=[unchanged], success=[{"request_put": write}]).get("succeeded"))

    def multiply(self, revision: str, name: str, copies: Iterable[str]) -> None:
        """Put copies beside the stored object of that name and resourceVersion: one for each name, with a uid of its own.

        A hundred of them share a revision, so a list that comes meanwhile may have a part of a hundred.

        Raises:
            LookupError: the object is no longer at that version.
        """
        key, value = self._stored(revision, name)
        own = value["metadata"]
        place = key.rpartition("/")[0]
        copied = ({**value, "metadata": {**own, "name": copy, "uid": str(uuid.uuid4())}} for copy in copies)
        self._put((f"{place}/{each['metadata']['name']}", each) for each in copied)

    def store(self, revision: str, name: str, objects: Iterable[dict[str, Any]]) -> None:
        """Put objects of a namespaced resource, as they are, beside the stored one of that name and resourceVersion.

        A hundred of them share a revision. Nobody checks them, and nothing is added to them.

        Raises:
            LookupError: the object is no longer at that version.
        """
        key, _ = self._stored(revision, name)
        place = key.rsplit("/", 2)[0]
        self._put((f"{place}/{each['metadata']['namespace']}/{each['metadata']['name']}", each) for each in objects)

    def _put(self, values: Iterator[tuple[str, dict[str, Any]]]) -> None:
        while batch := list(itertools.islice(values, BATCH)):
            puts = [{"key": encoded(key), "value": encoded(json.dumps(value))} for key, value in batch]
            self._call("txn", success=[{"request_put": put} for put in puts])

    def _stored(self, revision: str, name: str) -> tuple[str, dict[str, Any]]:
        found = self._find(revision, name)
        if found is None:
            raise LookupError(f"{name} is not stored at revision {revision}")
        return found

    def _find(self, revision: str, name: str) -> tuple[str, dict[str, Any]] | None:
        """The key and the value that were written at a revision under a key that ends with the name."""
        found = self._call("range", **span(), min_mod_revision=revision, max_mod_revision=revision)
        for each in found.get("kvs", []):
            key = base64.b64decode(each["key"]).decode()
            if key.endswith(f"/{name}"):
                return key, json.loads(base64.b64decode(each["value"]))
        return None

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

"""Observing one object: a fresh read, and what may be written on the strength of it.

An ``Observed`` is made of the answer to a GET of exactly that object and of nothing else; it is the only thing that
``writing`` takes, so that there is no write without a fresh read before it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, final

import msgspec

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import MalformedAnswer
from zen_gc_core.cluster.retrying import patiently
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.errors import InputError
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.unreadable import why
from zen_gc_core.texts import placed

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.model.candidate import Candidate

OBJECT_TIMEOUT = 10.0
"""Seconds for one read of one object."""


class _Metadata(msgspec.Struct, rename="camel"):
    name: str
    uid: str
    resource_version: str
    namespace: str = ""
    deletion_timestamp: str | None = None


class _Head(msgspec.Struct, rename="camel"):
    kind: str
    api_version: str
    metadata: _Metadata


_decode = msgspec.json.Decoder(_Head).decode


@final
class Observed:
    """An object as the API server just returned it.

    Args:
        resource: What it is an object of.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
        answer: The answer to the GET of it.

    Attributes:
        resource: What it is an object of.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
        uid: Its uid.
        resource_version: The version that was seen.
        terminating: Whether it has a deletionTimestamp.
        raw: Its JSON.

    Raises:
        MalformedAnswer: It is no answer to a fresh GET of exactly this object.
    """

    __slots__ = ("name", "namespace", "raw", "resource", "resource_version", "terminating", "uid")

    def __init__(self, resource: Resource, namespace: str, name: str, answer: Answer) -> None:
        path = resource.path(namespace or None, name)
        if (answer.method, answer.path, answer.status) != ("GET", path, 200):
            raise MalformedAnswer(f"{answer}: that is no fresh read of {path}")
        try:
            head = _decode(answer.body)
        except msgspec.DecodeError as error:
            raise MalformedAnswer(f"{answer}: it is no object: {error}") from None
        except Exception as error:
            raise MalformedAnswer(f"{answer}: {why(error)}") from error
        found = (head.api_version, head.kind, head.metadata.namespace, head.metadata.name)
        if found != (resource.api_version, resource.kind, namespace, name):
            raise MalformedAnswer(f"{answer}: it is another object: {' '.join(found)}")
        if not head.metadata.uid or not head.metadata.resource_version:
            raise MalformedAnswer(f"{answer}: the object has no uid or no resourceVersion")
        self.resource = resource
        self.namespace = namespace
        self.name = name
        self.uid = head.metadata.uid
        self.resource_version = head.metadata.resource_version
        self.terminating = head.metadata.deletion_timestamp is not None
        self.raw = answer.body

    @property
    def path(self) -> str:
        """Where it is."""
        return self.resource.path(self.namespace or None, self.name)

    def candidate(self) -> Candidate:
        """The object, to be judged again.

        Raises:
            MalformedAnswer: It is no JSON.
        """
        try:
            return JsonCandidate.from_json(self.raw, api_version=self.resource.api_version, kind=self.resource.kind)
        except InputError as error:
            raise MalformedAnswer(f"{self}: {error}") from error

    def document(self) -> dict[str, Any]:
        """The object, decoded.

        Raises:
            MalformedAnswer: It cannot be.
        """
        try:
            decoded: dict[str, Any] = msgspec.json.decode(self.raw)
        except Exception as error:
            raise MalformedAnswer(f"{self}: {why(error)}") from error
        return decoded

    def __str__(self) -> str:
        return f"{self.resource} {placed(self.namespace, self.name)}"


def read_object(connection: Connection, resource: Resource, namespace: str, name: str) -> Observed | None:
    """Read one object, fresh: without a resourceVersion, so that it is a quorum read; sent once.

    Args:
        connection: The cluster.
        resource: What it is an object of.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.

    Returns:
        The object; None when there is none of that name.

    Raises:
        ClusterError: It cannot be read.
    """
    answer = connection.request("GET", resource.path(namespace or None, name), timeout=OBJECT_TIMEOUT)
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise failure(answer, verb="get", resource=str(resource), namespace=namespace)
    return Observed(resource, namespace, name, answer)


def observe(  # noqa: PLR0913  one object's coordinates, and how to wait
    connection: Connection,
    resource: Resource,
    namespace: str,
    name: str,
    *,
    throttle: Throttle | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Observed | None:
    """``read_object``, tried again while the server fails (five steps) or asks for patience (429).

    Args:
        connection: The cluster.
        resource: What it is an object of.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
        throttle: What the writers of this run wait for; None waits alone.
        sleep: Waits between steps; whatever it raises ends the wait.

    Raises:
        ClusterError: It cannot be read.
    """
    patience = throttle or Throttle(sleep=sleep)
    return patiently(lambda _step: read_object(connection, resource, namespace, name), sleep, patience)

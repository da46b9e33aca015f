"""Watching the policies: list, then watch with bookmarks; what is too old is listed again, what fails is tried again.

Events are handed to a callback on the watching thread; nothing here keeps a policy.
"""

from __future__ import annotations

import contextlib
import random
import re
import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import orjson

from zen_gc_core.cluster.answers import LONGEST_MESSAGE
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import Expired, MalformedAnswer, NotFound, ServerFailed
from zen_gc_core.cluster.listing import pages
from zen_gc_core.cluster.paging import Page, Selection
from zen_gc_core.cluster.policies import POLICY_KINDS, not_installed
from zen_gc_core.cluster.policy_events import UNREADABLE, Changed, Interrupted, Listed, Removed
from zen_gc_core.cluster.threads import SupervisedThread
from zen_gc_core.errors import ClusterError, InputError
from zen_gc_core.model.policy import NAMESPACED
from zen_gc_core.model.unreadable import told, why
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen_gc_core.cluster.connection import Connection, Stream
    from zen_gc_core.cluster.policy_events import PolicyEvent
    from zen_gc_core.cluster.resource import Resource

WATCH_SECONDS: Final = 60
"""How long one watch is asked to last; then it goes on from the version it reached."""

SILENCE_SECONDS: Final = 75.0
"""A connection that lasts longer is dead, whatever drips from it: a live one would have ended by itself."""

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 10.0
"""How late a missing CRD, or an API server that comes back, is noticed at the most."""


class _Event(msgspec.Struct):
    type: str
    object: msgspec.Raw


_decode_event: Final = msgspec.json.Decoder(_Event).decode
_EVENT: Final = re.compile(rb'\s*\{\s*"type"\s*:\s*"([A-Z]+)"\s*,\s*"object"\s*:\s*(\{.*\})\s*\}\s*', re.DOTALL)
"""An event as every API server writes it."""


class PolicyWatch:
    """Watches policies until it is closed: both kinds, a thread each, or those of some namespaces, a thread each.

    Args:
        connection: The cluster.
        receive: Told of every event, on the thread of the kind; what it raises interrupts the watch.
        namespaces: The namespaces whose policies are watched, and no others; none: all policies of both kinds.
    """

    def __init__(
        self, connection: Connection, receive: Callable[[PolicyEvent], None], namespaces: Sequence[str] = ()
    ) -> None:
        self._watchers = [_KindWatch(connection, each, receive) for each in watched(namespaces)]

    @property
    def threads(self) -> tuple[SupervisedThread, ...]:
        """The threads, to be asked how they do."""
        return tuple(watcher.thread for watcher in self._watchers)

    def start(self) -> None:
        """Begin; returns at once."""
        for watcher in self._watchers:
            watcher.thread.start()

    def close(self, timeout: float = 2.0) -> None:
        """End it, and wait for the threads.

        Args:
            timeout: Seconds to wait for each.
        """
        for watcher in self._watchers:
            watcher.stop()
        for watcher in self._watchers:
            watcher.thread.join(timeout)


class Watched(NamedTuple):
    """What one watch is of.

    Args:
        resource: The kind of policies.
        namespace: Of which namespace; None: of all, or a kind that has none.
    """

    resource: Resource
    namespace: str | None = None


def watched(namespaces: Sequence[str]) -> list[Watched]:
    """The watches that there are: of both kinds, or, with namespaces, of the policies of each, and of no cluster policy."""
    if not namespaces:
        return [Watched(resource) for resource in POLICY_KINDS.values()]
    return [Watched(POLICY_KINDS[NAMESPACED], each) for each in dict.fromkeys(namespaces)]


class _KindWatch:
    """Lists and watches one kind."""

    def __init__(self, connection: Connection, what: Watched, receive: Callable[[PolicyEvent], None]) -> None:
        resource, self._namespace = what
        self.thread = SupervisedThread(
            self._run, f"watch {resource} in {what.namespace}" if what.namespace else f"watch {resource}"
        )
        self._connection = connection
        self._resource = resource
        self._receive = receive
        self._stopping = threading.Event()
        self._stream: Stream | None = None

    def stop(self) -> None:
        self._stopping.set()
        self.thread.end()
        if (stream := self._stream) is not None:
            stream.close()

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                version = self._list()
                pause = FIRST_PAUSE
                while not self._stopping.is_set():
                    opened = boottime()
                    version = self._watch(version)
                    if boottime() - opened < FIRST_PAUSE:
                        self._stopping.wait(FIRST_PAUSE)
            except _StoppedError:
                return
            except Expired:
                self._stopping.wait(FIRST_PAUSE)
            except Exception as error:  # noqa: BLE001  whatever it was, the watch is taken up again
                if self._stopping.is_set():
                    return
                self._interrupted(error)
                self._stopping.wait(pause * (1 + random.random() * 0.1))  # noqa: S311  spreads load, guards nothing
                pause = min(pause * 2, LONGEST_PAUSE)

    def _interrupted(self, error: Exception) -> None:
        """Tell that the watch is interrupted; who cannot be told does not end it."""
        told_as = (
            error
            if isinstance(error, ClusterError)
            else MalformedAnswer(f"the watch of {self._resource} was ended by a {type(error).__name__}")
        )
        with contextlib.suppress(Exception):
            self._receive(Interrupted(self._resource.kind, told_as))

    def _list(self) -> str:
        """List the kind, tell the receiver, and return the version to watch from."""
        found: list[dict[str, Any]] = []
        version = ""
        try:
            selection = Selection(self._namespace)
            for page in pages(self._connection, self._resource, selection, check_cancelled=self._check_cancelled):
                if not isinstance(page, Page):
                    found.clear()
                    continue
                found.extend(self._policy(bytes(raw)) for raw in page.items.raw)
                version = page.resource_version
        except NotFound:
            raise not_installed(self._resource) from None
        self._receive(Listed(self._resource.kind, tuple(found), self._namespace))
        return version

    def _watch(self, version: str) -> str:
        """Watch from a version until the server ends the watch; return the version that was reached."""
        query = {
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        name = str(self._resource)
        with self._connection.stream(
            self._resource.path(self._namespace), query=query, resource=name, silence=SILENCE_SECONDS
        ) as stream:
            self._stream = stream
            self._check_cancelled()
            for line in stream:
                version = self._event(line) or version
        self._stream = None
        self._check_cancelled()
        return version

    def _event(self, line: bytes) -> str:
        """Pass one event on, and return the version it brings.

        Raises:
            MalformedAnswer: It is no event, whatever was raised by looking at it.
            Expired, ServerFailed: It says that the watch has ended.
        """
        what, raw = self._split(line)
        if what == "ERROR":
            raise self._ended(_decoded(raw))
        item = _decoded(raw)
        metadata = item.get("metadata")
        version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
        if not isinstance(version, str) or not version:
            raise self._no_event()
        if what in {"ADDED", "MODIFIED", "DELETED"}:
            policy = self._policy(raw, item)
            self._receive((Removed if what == "DELETED" else Changed)(self._resource.kind, policy))
        elif what != "BOOKMARK":
            raise self._no_event()
        return version

    def _split(self, line: bytes) -> tuple[str, bytes]:
        """An event's type, and the JSON of its object; what is nested too deeply for that is found by its place."""
        try:
            event = _decode_event(line)
        except RecursionError:
            found = _EVENT.fullmatch(line)
            if found is not None:
                return found[1].decode(), found[2]
            raise self._no_event() from None
        except Exception as error:
            raise self._no_event() from error
        return event.type, bytes(event.object)

    def _no_event(self) -> MalformedAnswer:
        return MalformedAnswer(f"the watch of {self._resource} sent something that is no event")

    def _ended(self, status: dict[str, Any]) -> ClusterError:
        words = status.get("message")
        text = f"the watch of {self._resource} ended: {one_line(words, LONGEST_MESSAGE) if isinstance(words, str) else 'without a word'}"
        code = status.get("code")
        if code == 410:
            return Expired(text)
        return ServerFailed(text, code if isinstance(code, int) else 500)

    def _policy(self, raw: bytes, decoded: dict[str, Any] | None = None) -> dict[str, Any]:
        """A policy with the apiVersion and kind that items of a list lack; one that cannot be read says so.

        Raises:
            MalformedAnswer: It does not even have a name.
        """
        policy = decoded if decoded is not None else _decoded(raw)
        metadata = policy.get("metadata")
        if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str) or not metadata["name"]:
            raise MalformedAnswer(f"{self._resource}: the server sent something that is no policy")
        return {**policy, "apiVersion": self._resource.api_version, "kind": self._resource.kind}

    def _check_cancelled(self) -> None:
        if self._stopping.is_set():
            raise _StoppedError


class _StoppedError(Exception):
    """The watch was closed."""


def _decoded(raw: bytes) -> dict[str, Any]:
    """An object decoded; of one that cannot be read its metadata, as far as that can be told, and why.

    Raises:
        MalformedAnswer: It is no JSON object in any reading.
    """
    try:
        document = orjson.loads(raw)
    except Exception as error:  # noqa: BLE001  whatever it was: one unreadable policy is that policy's problem
        return {"metadata": _told(raw).get("metadata"), UNREADABLE: why(error)}
    if not isinstance(document, dict):
        raise MalformedAnswer("the server sent something that is no object")
    return document


def _told(raw: bytes) -> dict[str, Any]:
    try:
        return told(raw)
    except InputError as error:
        raise MalformedAnswer(f"the server sent something that is no object: {error}") from None

"""Events (core/v1) about policies, for ``kubectl describe``: written beside the work, and lost rather than in its way.

A repeat raises the count of the first. Which events there are is the controller's to say.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from zen_gc_core.cluster.answers import Answer, failure
from zen_gc_core.cluster.policies import POLICY_KINDS
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.cluster.threads import SupervisedThread
from zen_gc_core.errors import ClusterError
from zen_gc_core.instants import format_instant
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.model.policy import PolicyReference

EVENTS: Final = Resource("", "v1", "events", "Event", namespaced=True)

COMPONENT: Final = "gc-controller"
CLUSTER_NAMESPACE: Final = "default"
"""Where events about cluster-scoped objects live (the API server's rule for core/v1 Events)."""

LONGEST_MESSAGE: Final = 1000
LONGEST_NAME: Final = 230
MOST_WAITING: Final = 512
"""Events of one namespace that wait to be written; more are lost, and those of others are not."""

MOST_OF_CLUSTER_POLICIES: Final = 4096
"""The same of all cluster policies: who runs the cluster may have very many, each with an event after a start."""

MOST_IN_ALL: Final = 8192
FEW: Final = 8
"""Events of one namespace that may wait however many others do."""

MOST_REMEMBERED: Final = 1024
EVENT_TIMEOUT: Final = 5.0

EventType = Literal["Normal", "Warning"]


@dataclass(frozen=True, slots=True)
class _Noted:
    """An event that is to be written."""

    about: PolicyReference
    type: EventType
    reason: str
    message: str
    at: dt.datetime

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What two events have in common of which the second is a repeat."""
        return (self.about.uid, self.type, self.reason, self.message)


class EventRecorder:
    """Writes events on a thread of its own; may be used by several threads.

    Args:
        connection: The cluster.
        instance: Which replica reports.
        failed: Told of every event that could not be written.
    """

    def __init__(self, connection: Connection, *, instance: str, failed: Callable[[ClusterError], None]) -> None:
        self._connection = connection
        self._instance = instance
        self._failed = failed
        self._waiting: dict[str, deque[_Noted]] = {}
        self._count = 0
        self._some = threading.Condition()
        self._ending = False
        self._written: OrderedDict[tuple[str, str, str, str], tuple[str, int]] = OrderedDict()
        self._given_up = threading.Event()
        self.thread: Final = SupervisedThread(self._run, "events")
        """The thread, to be asked how it does."""
        self.thread.start()

    def record(self, about: PolicyReference, reason: str, message: str, *, warning: bool = False) -> None:
        """Note an event; returns at once, and drops it when too many are waiting.

        Args:
            about: The policy that it is about.
            reason: Why, as one word (``PolicyEvaluated``).
            message: What happened; control characters are replaced, and it is cut to 1,000 characters.
            warning: Whether its type is Warning.
        """
        noted = _Noted(about, "Warning" if warning else "Normal", reason, _cleaned(message), dt.datetime.now(dt.UTC))
        most = MOST_WAITING if about.namespace else MOST_OF_CLUSTER_POLICIES
        with self._some:
            full = len(self._waiting.get(about.namespace, ())) >= (most if self._count < MOST_IN_ALL else FEW)
            if not full:
                self._waiting.setdefault(about.namespace, deque()).append(noted)
                self._count += 1
                self._some.notify()
        if full:
            self._tell_failed(ClusterError(f"too many events are waiting: {reason} about {about} was dropped"))

    def _tell_failed(self, error: ClusterError) -> None:
        with contextlib.suppress(Exception):
            self._failed(error)

    def close(self, timeout: float = 2.0) -> None:
        """Write what is waiting, for as long as is given, and end; what is left is lost.

        Args:
            timeout: Seconds.
        """
        with self._some:
            self._ending = True
            self._some.notify()
        self.thread.join(timeout)
        self._given_up.set()
        self.thread.end()

    def _run(self) -> None:
        while (noted := self._next()) is not None and not self._given_up.is_set():
            try:
                self._write(noted)
            except ClusterError as error:
                self._tell_failed(error)
            except Exception as error:  # noqa: BLE001  whatever it was, it costs this event and no other
                self._tell_failed(ClusterError(f"an event could not be made: {type(error).__name__}"))

    def _next(self) -> _Noted | None:
        """The next event, of each namespace in turn; None when all are written and it is to end."""
        with self._some:
            while not self._waiting and not self._ending:
                self._some.wait()
            for namespace in self._waiting:
                waiting = self._waiting.pop(namespace)
                noted = waiting.popleft()
                self._count -= 1
                if waiting:
                    self._waiting[namespace] = waiting  # behind all others
                return noted
        return None

    def _write(self, noted: _Noted) -> None:
        """Raise the count of the same event, or make a new one."""
        if (known := self._written.pop(noted.key, None)) is not None:
            name, count = known
            if self._repeated(noted, name, count + 1):
                self._remember(noted, name, count + 1)
                return
        name = f"{noted.about.name[:LONGEST_NAME]}.{secrets.token_hex(8)}"
        answer = self._send("POST", EVENTS.path(_namespace(noted.about)), self._new(noted, name))
        if answer.status not in {200, 201}:
            raise failure(answer, verb="create", resource=str(EVENTS), namespace=_namespace(noted.about))
        self._remember(noted, name, 1)

    def _repeated(self, noted: _Noted, name: str, count: int) -> bool:
        """Raise an event's count; False when the server has forgotten it."""
        body = {"count": count, "lastTimestamp": format_instant(noted.at)}
        answer = self._send("PATCH", EVENTS.path(_namespace(noted.about), name), body)
        if answer.status == 404:
            return False
        if answer.status != 200:
            raise failure(answer, verb="patch", resource=str(EVENTS), namespace=_namespace(noted.about))
        return True

    def _send(self, method: str, path: str, body: dict[str, Any]) -> Answer:
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        return self._connection.request(method, path, body=body, content_type=kind, timeout=EVENT_TIMEOUT)

    def _new(self, noted: _Noted, name: str) -> dict[str, Any]:
        about = noted.about
        at = format_instant(noted.at)
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": _namespace(about)},
            "involvedObject": {
                "apiVersion": POLICY_KINDS[about.kind].api_version,
                "kind": about.kind,
                "name": about.name,
                "uid": about.uid,
                **({"namespace": about.namespace} if about.namespace else {}),
            },
            "type": noted.type,
            "reason": noted.reason,
            "message": noted.message,
            "source": {"component": COMPONENT, "host": self._instance},
            "reportingComponent": COMPONENT,
            "reportingInstance": self._instance,
            "firstTimestamp": at,
            "lastTimestamp": at,
            "count": 1,
        }

    def _remember(self, noted: _Noted, name: str, count: int) -> None:
        self._written[noted.key] = (name, count)
        if len(self._written) > MOST_REMEMBERED:
            self._written.popitem(last=False)


def _namespace(about: PolicyReference) -> str:
    return about.namespace or CLUSTER_NAMESPACE


def _cleaned(message: str) -> str:
    return one_line(message, LONGEST_MESSAGE)

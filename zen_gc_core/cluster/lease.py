"""The Lease that replicas elect a leader with: reading it, writing it, and the times of an election.

Who may take it and when stands in ``electing``.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import BadConfiguration, MalformedAnswer
from zen_gc_core.cluster.resource import Resource

if TYPE_CHECKING:
    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.cluster.connection import Connection

LEASES: Final = Resource("coordination.k8s.io", "v1", "leases", "Lease", namespaced=True)

LONGEST_REQUEST: Final = 3.0
JITTER: Final = 1.2
"""A pause between two tries is up to this many retry periods."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The times of an election, in seconds.

    Args:
        lease: How long others respect a lease that is not renewed.
        renew: How long the leader goes on without a renewal.
        retry: How long to wait between two tries.
    """

    lease: float = 15.0
    renew: float = 10.0
    retry: float = 2.0

    @property
    def request(self) -> float:
        """How long a request for the lease, or a write under it, may take."""
        return min(LONGEST_REQUEST, self.renew / 4)

    def check(self) -> None:
        """Refuse times with which two replicas could act at once, or none.

        Raises:
            BadConfiguration: They do not fit together; the text names the flags.
        """
        if not self.lease > self.renew:
            raise BadConfiguration(
                f"--leader-election-lease-duration ({self.lease:g}s) must be longer than "
                f"--leader-election-renew-deadline ({self.renew:g}s)"
            )
        if not self.renew > JITTER * self.retry or not self.retry > 0:
            raise BadConfiguration(
                f"--leader-election-renew-deadline ({self.renew:g}s) must be longer than {JITTER} times "
                f"--leader-election-retry-period ({self.retry:g}s), which must be longer than 0"
            )
        if not self.renew - self.request > self.retry:
            raise BadConfiguration(
                f"--leader-election-renew-deadline ({self.renew:g}s) less the time of a request ({self.request:g}s) "
                f"must be longer than --leader-election-retry-period ({self.retry:g}s)"
            )


@dataclass(frozen=True, slots=True)
class Lease:
    """A Lease as it was read.

    Args:
        document: The whole object.
    """

    document: dict[str, Any]

    @property
    def spec(self) -> dict[str, Any]:
        """Its ``spec``; who holds it, since when, how long."""
        spec = self.document.get("spec")
        return spec if isinstance(spec, dict) else {}

    @property
    def holder(self) -> str:
        """Who holds it; empty when it was released."""
        holder = self.spec.get("holderIdentity") or ""
        return holder if isinstance(holder, str) else "somebody who cannot be read"

    @property
    def seconds(self) -> float | None:
        """How long its holder wants it respected; None when it does not say."""
        seconds = self.spec.get("leaseDurationSeconds")
        return float(seconds) if _whole(seconds) and seconds > 0 else None

    @property
    def transitions(self) -> int:
        """How often it has changed hands."""
        transitions = self.spec.get("leaseTransitions")
        return transitions if _whole(transitions) and transitions >= 0 else 0


class LeaseStore:
    """Reads and writes one Lease.

    Args:
        connection: The cluster; of its own, so that no other request stands in its way.
        namespace: The Lease's namespace.
        name: Its name.
        timeout: Seconds for one request.
    """

    def __init__(self, connection: Connection, namespace: str, name: str, timeout: float) -> None:
        self._connection = connection
        self._namespace = namespace
        self._name = name
        self._timeout = timeout

    def read(self) -> Lease | None:
        """The Lease as it is; None when there is none.

        Raises:
            ClusterError: It cannot be read.
        """
        answer = self._connection.request("GET", LEASES.path(self._namespace, self._name), timeout=self._timeout)
        return None if answer.status == 404 else self._lease(answer, "get")

    def create(self, spec: dict[str, Any]) -> Lease:
        """Make the Lease.

        Raises:
            Conflict: Somebody was faster.
            ClusterError: It cannot be made.
        """
        body = {
            "apiVersion": LEASES.api_version,
            "kind": LEASES.kind,
            "metadata": {"name": self._name, "namespace": self._namespace},
            "spec": spec,
        }
        answer = self._connection.request("POST", LEASES.path(self._namespace), body=body, timeout=self._timeout)
        return self._written(self._lease(answer, "create"), spec)

    def replace(self, seen: Lease, spec: dict[str, Any]) -> Lease:
        """Write the Lease in the state in which it was seen: its resourceVersion goes along.

        Raises:
            Conflict: Somebody was faster.
            ClusterError: It cannot be written.
        """
        metadata = {key: value for key, value in seen.document["metadata"].items() if key != "managedFields"}
        body = {**seen.document, "metadata": metadata, "spec": {**seen.spec, **spec}}
        path = LEASES.path(self._namespace, self._name)
        return self._written(
            self._lease(self._connection.request("PUT", path, body=body, timeout=self._timeout), "update"), spec
        )

    def _written(self, lease: Lease, spec: dict[str, Any]) -> Lease:
        """The Lease as it was written; an answer that shows another one is no answer, and gives no right to anything."""
        if any(lease.spec.get(key) != spec[key] for key in ("holderIdentity", "renewTime") if spec[key]):
            raise MalformedAnswer(f"the server answered with another Lease than the one that was written to {LEASES}")
        return lease

    def _lease(self, answer: Answer, verb: str) -> Lease:
        if answer.status not in {200, 201}:
            raise failure(answer, verb=verb, resource=str(LEASES), namespace=self._namespace)
        document = answer.document()
        metadata = document.get("metadata")
        if not isinstance(metadata, dict) or not metadata.get("resourceVersion"):
            raise MalformedAnswer(f"{answer}: the Lease has no resourceVersion")
        return Lease(document)


def _whole(value: Any) -> TypeGuard[int]:
    """Whether a value is a whole number that the API has (int32)."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31 - 1


def held_by(identity: str, timing: Timing, transitions: int, acquired: str | None = None) -> dict[str, Any]:
    """The spec of a Lease that we hold from now on.

    Args:
        identity: Who we are.
        timing: The times of the election.
        transitions: How often it has changed hands, this time included.
        acquired: Since when we hold it, as the Lease spells it; None: from now on.
    """
    now = micro_time(dt.datetime.now(dt.UTC))
    return {
        "holderIdentity": identity,
        "leaseDurationSeconds": math.ceil(timing.lease),
        "acquireTime": acquired or now,
        "renewTime": now,
        "leaseTransitions": transitions,
    }


def released() -> dict[str, Any]:
    """The spec of a Lease that nobody holds (client-go's ``ReleaseOnCancel``)."""
    now = micro_time(dt.datetime.now(dt.UTC))
    return {"holderIdentity": "", "leaseDurationSeconds": 1, "acquireTime": now, "renewTime": now}


def micro_time(moment: dt.datetime) -> str:
    """An instant as the API's MicroTime spells it: always six digits of a second."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

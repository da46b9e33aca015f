"""Discovery: which resource a kind is, as the API server says; plurals are never guessed.

Aggregated discovery is one request for all kinds; a server without it is asked a group version at a time. An
aggregated API that is down hurts its own kinds alone.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.discovery_documents import aggregated, listed, service_versions, stale_versions
from zen_gc_core.cluster.errors import AccessDenied, MalformedAnswer, TargetUnavailable
from zen_gc_core.cluster.schemas import Schemas
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource

AGGREGATED_DISCOVERY: Final = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
    "application/json"
)
API_SERVICES: Final = "/apis/apiregistration.k8s.io/v1/apiservices"
SECONDS_BETWEEN_REFRESHES: Final = 5.0
"""How soon after a look at the server a missing kind makes it look again."""

_NO_SURVEY: Final = "the API server has no aggregated discovery, so not all it serves is known"

BUILT_IN_GROUPS: Final = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)
"""The groups that kube-apiserver serves by itself; nobody is asked whether they are aggregated."""

SECONDS_BETWEEN_SERVICES: Final = 30.0
"""How old what is known of APIServices may be: one may be made for a group at any time."""


class Resources:
    """The resources of one cluster, asked for once and again when a kind is missing; may be used by several threads.

    Args:
        connection: The cluster.
        clock: The boot-time clock, in seconds.

    Attributes:
        schemas: What the server says of the fields of its kinds.
    """

    def __init__(self, connection: Connection, clock: Callable[[], float] = boottime) -> None:
        self.schemas = Schemas(connection, clock)
        self._connection = connection
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Resource] = {}
        self._services: frozenset[str] | None = None
        self._services_read = float("-inf")
        self._stale: frozenset[str] = frozenset()
        self._asked: dict[str, float] = {}

    def resolve(self, api_version: str, kind: str) -> Resource:
        """The resource that serves a kind.

        Args:
            api_version: Group and version (``batch/v1``).
            kind: The kind (``Job``).

        Raises:
            TargetUnavailable: The server does not serve it, or not now.
            ClusterError: The server cannot be asked.
        """
        key = (api_version, kind)
        with self._lock:
            if key not in self._known:
                self._refresh(api_version)
            found = self._known.get(key)
            if found is not None:
                return self._told(found)
            if api_version in self._stale:
                raise TargetUnavailable(f"{api_version} {kind}: the API server behind {api_version} does not answer")
            raise TargetUnavailable(self._not_served(api_version, kind))

    def everything(self) -> tuple[Resource, ...]:
        """All resources that the server serves now, asked for anew.

        Raises:
            TargetUnavailable: Not all of them can be known: a part of the API does not answer.
            ClusterError: The server cannot be asked.
        """
        with self._lock:
            if not self._read_all():
                raise TargetUnavailable(_NO_SURVEY)
            if self._stale:
                raise TargetUnavailable(f"the API server behind {', '.join(sorted(self._stale))} does not answer")
            return tuple(map(self._told, self._known.values()))

    def survey(self) -> tuple[tuple[Resource, ...], tuple[str, ...]]:
        """All resources that the server serves now, asked for anew, and the group versions that are silent.

        Silent ones are those whose server does not answer, so that their resources are not known; but for API servers of
        their own.

        Raises:
            TargetUnavailable: The server does not tell all at once.
            ClusterError: The server cannot be asked.
        """
        with self._lock:
            if not self._read_all():
                raise TargetUnavailable(_NO_SURVEY)
            found = tuple(self._told(each) for each in self._known.values() if each.api_version not in self._stale)
            silent = tuple(sorted(each for each in self._stale if self._aggregated(each) is not True))
            return found, silent

    def all_served(self) -> tuple[tuple[Resource, ...], tuple[str, ...]]:
        """As ``survey``, also of API servers of their own, without saying which kinds are theirs."""
        with self._lock:
            if not self._read_all():
                raise TargetUnavailable(_NO_SURVEY)
            found = tuple(each for each in self._known.values() if each.api_version not in self._stale)
            return found, tuple(sorted(self._stale))

    def forget(self, resource: Resource) -> None:
        """Ask the server again before this resource is used again: a list of it was answered with 404."""
        with self._lock:
            self._known.pop((resource.api_version, resource.kind), None)
            self._asked.clear()

    def _not_served(self, api_version: str, kind: str) -> str:
        served = any(version == api_version for version, _ in self._known)
        elsewhere = ", ".join(sorted({version for version, known in self._known if known == kind}))
        what = f"{api_version} has no kind {kind}" if served else f"{api_version} is not served, so there is no {kind}"
        if elsewhere:
            return f"{what} ({kind} is in {elsewhere}): is its CRD installed?"
        near = did_you_mean(kind, {known for version, known in self._known if version == api_version})
        return f"{what}{near or ': is its CRD installed?'}"

    def _refresh(self, api_version: str) -> None:
        now = self._clock()
        for what in ("", api_version):
            if now - self._asked.get(what, float("-inf")) < SECONDS_BETWEEN_REFRESHES:
                return
        if not self._read_all():
            self._asked[api_version] = now
            self._read_one(api_version)
        else:
            self._asked[""] = now

    def _read_all(self) -> bool:
        """Read aggregated discovery; False when the server has none."""
        known: dict[tuple[str, str], Resource] = {}
        stale: set[str] = set()
        for path in ("/api", "/apis"):
            document = self._get(path, accept=AGGREGATED_DISCOVERY)
            if document.get("kind") != "APIGroupDiscoveryList":
                return False
            for resource, fresh in aggregated(document):
                known.setdefault((resource.api_version, resource.kind), resource)
                if not fresh:
                    stale.add(resource.api_version)
            stale |= set(stale_versions(document))
        self._known, self._stale = known, frozenset(stale)
        self._services_read = float("-inf")
        self.schemas.renew()
        return True

    def _read_one(self, api_version: str) -> None:
        """Read one group version; one that is not there, or is down, has no kinds."""
        path = f"/apis/{quote(api_version)}" if "/" in api_version else f"/api/{quote(api_version)}"
        answer = self._connection.request("GET", path)
        self._known = {key: resource for key, resource in self._known.items() if key[0] != api_version}
        self._stale -= {api_version}
        if answer.status in {404, 503}:
            self._stale |= {api_version} if answer.status == 503 else set()
            return
        self._services_read = float("-inf")
        for resource in listed(_checked(answer), api_version):
            self._known.setdefault((api_version, resource.kind), resource)

    def _told(self, resource: Resource) -> Resource:
        """The resource, with whether an API server of its own stands behind it, as known for a few seconds."""
        if resource.group in BUILT_IN_GROUPS:
            return resource
        return replace(resource, aggregated=self._aggregated(resource.api_version))

    def _aggregated(self, api_version: str) -> bool | None:
        """Whether an API server of its own stands behind a group version; None where that may not be known."""
        if api_version.rpartition("/")[0] in BUILT_IN_GROUPS:
            return False
        now = self._clock()
        if now - self._services_read >= SECONDS_BETWEEN_SERVICES:
            self._services = self._read_services()
            self._services_read = now
        return None if self._services is None else api_version in self._services

    def _read_services(self) -> frozenset[str] | None:
        """The group versions with an API server of their own; None when that may not be known."""
        answer = self._connection.request("GET", API_SERVICES)
        if answer.status == 404:
            return frozenset()
        try:
            document = _checked(answer, resource="apiservices.apiregistration.k8s.io")
        except AccessDenied:
            return None
        try:
            return frozenset(service_versions(document))
        except Exception as error:
            raise MalformedAnswer(f"{answer}: that is no whole list of APIServices") from error

    def _get(self, path: str, accept: str = "application/json") -> dict[str, Any]:
        return _checked(self._connection.request("GET", path, accept=accept))


def _checked(answer: Answer, resource: str = "") -> dict[str, Any]:
    if answer.status != 200:
        raise failure(answer, verb="list" if resource else "get", resource=resource or answer.path)
    return answer.document()

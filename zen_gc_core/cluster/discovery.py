"""Discovery: which resource a kind is, as the API server says; plurals are never guessed.

Aggregated discovery is one request for all kinds; a server without it is asked a group version at a time. An
aggregated API that is down hurts its own kinds alone.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied, MalformedAnswer, TargetUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.cluster.connection import Connection

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


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that the API server serves.

    Args:
        group: Its API group; empty for the core group.
        version: Its version.
        plural: Its name in paths.
        kind: The kind of its objects.
        namespaced: Whether its objects live in namespaces.
        verbs: What may be asked of it.
        aggregated: Whether an API server of its own stands behind it, which may ignore preconditions; None when that
            cannot be told, because the APIServices may not be listed.
    """

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    verbs: frozenset[str] = frozenset()
    aggregated: bool | None = False

    @property
    def api_version(self) -> str:
        """Group and version, as objects spell it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The path of one object, or, without a name, of a collection.

        Args:
            namespace: The namespace; None for a collection over all namespaces, or a cluster-scoped resource.
            name: The object's name; None for the collection.

        Raises:
            ValueError: An empty name or namespace, or an object of a namespaced resource without its namespace: such
                a path would mean more than it says.
        """
        if (name is not None and name in ("", ".", "..")) or (namespace is not None and namespace in ("", ".", "..")):
            raise ValueError(f"no path: {namespace!r} and {name!r} name nothing")
        if name is not None and self.namespaced != (namespace is not None):
            raise ValueError(f"no path: an object of {self} has {'a' if self.namespaced else 'no'} namespace")
        parts = ["/apis", self.group, self.version] if self.group else ["/api", self.version]
        if namespace is not None and self.namespaced:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name is not None:
            parts.append(quote(name, safe=""))
        return "/".join(parts)

    def __str__(self) -> str:
        """The resource as RBAC and kubectl name it (``jobs.batch``)."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


class Resources:
    """The resources of one cluster, asked for once and again when a kind is missing; may be used by several threads.

    Args:
        connection: The cluster.
        clock: The boot-time clock, in seconds.
    """

    def __init__(self, connection: Connection, clock: Callable[[], float] = boottime) -> None:
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

    def forget(self, resource: Resource) -> None:
        """Ask the server again before this resource is used again: a list of it was answered with 404."""
        with self._lock:
            self._known.pop((resource.api_version, resource.kind), None)
            self._asked.clear()

    def _not_served(self, api_version: str, kind: str) -> str:
        served = any(version == api_version for version, _ in self._known)
        elsewhere = ", ".join(sorted({version for version, known in self._known if known == kind}))
        what = f"{api_version} has no kind {kind}" if served else f"{api_version} is not served, so there is no {kind}"
        return f"{what}{f' ({kind} is in {elsewhere})' if elsewhere else ''}: is its CRD installed?"

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
            for resource, fresh in _aggregated(document):
                known.setdefault((resource.api_version, resource.kind), resource)
                if not fresh:
                    stale.add(resource.api_version)
            stale |= set(_stale_versions(document))
        self._known, self._stale = known, frozenset(stale)
        self._services_read = float("-inf")
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
        for resource in _listed(_checked(answer), api_version):
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
            return frozenset(_service_versions(document))
        except Exception as error:
            raise MalformedAnswer(f"{answer}: that is no whole list of APIServices") from error

    def _get(self, path: str, accept: str = "application/json") -> dict[str, Any]:
        return _checked(self._connection.request("GET", path, accept=accept))


def _checked(answer: Answer, resource: str = "") -> dict[str, Any]:
    if answer.status != 200:
        raise failure(answer, verb="list" if resource else "get", resource=resource or answer.path)
    return answer.document()


def _api_version(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version


def _service_versions(document: dict[str, Any]) -> Iterator[str]:
    """The group versions of a list of APIServices that have a server of their own; raises unless it is one, and whole."""
    if document["kind"] != "APIServiceList" or document["metadata"].get("continue"):
        raise ValueError("no whole list")
    for item in _items(document, "items", null=True):
        spec = item["spec"]
        group, version = _word(spec.get("group", "")), _word(spec["version"])
        if spec.get("service") is not None:
            yield _api_version(group, version)


def _items(document: dict[str, Any], name: str, *, null: bool = False) -> list[Any]:
    """A list in a document; null is an empty one where Go writes it so."""
    found = document.get(name) if null else document[name]
    if found is None and null and name in document:
        return []
    if not isinstance(found, list):
        raise TypeError(name)
    return found


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _aggregated(document: dict[str, Any]) -> Iterator[tuple[Resource, bool]]:
    """The resources of an APIGroupDiscoveryList, and whether each was seen lately."""
    try:
        for item in _items(document, "items", null=True):
            group = _word((item.get("metadata") or {}).get("name") or "")
            for version in item.get("versions") or []:
                fresh = version.get("freshness", "Current") == "Current"
                for entry in version.get("resources") or []:
                    # An aggregated API may name no kind for what has no verbs of its own; nothing can be asked of it.
                    if not (kind := (entry.get("responseKind") or {}).get("kind")) or not entry.get("verbs"):
                        continue
                    namespaced = entry["scope"] == "Namespaced"
                    verbs = frozenset(map(_word, entry["verbs"]))
                    number, plural = _word(version["version"]), _word(entry["resource"])
                    yield Resource(group, number, plural, _word(kind), namespaced, verbs), fresh
    except Exception as error:
        raise MalformedAnswer("GET /apis: the aggregated discovery document is malformed") from error


def _stale_versions(document: dict[str, Any]) -> Iterator[str]:
    """The group versions of an APIGroupDiscoveryList that has been looked through whose server does not answer."""
    for item in document["items"] or []:
        for version in item.get("versions") or []:
            if version.get("freshness") == "Stale":
                yield _api_version((item.get("metadata") or {}).get("name") or "", version["version"])


def _listed(document: dict[str, Any], api_version: str) -> Iterator[Resource]:
    """The resources of an APIResourceList."""
    group, _, version = api_version.rpartition("/")
    try:
        for entry in _items(document, "resources", null=True):
            if "/" not in entry["name"]:
                verbs = frozenset(map(_word, entry.get("verbs") or []))
                yield Resource(group, version, entry["name"], _word(entry["kind"]), bool(entry["namespaced"]), verbs)
    except Exception as error:
        raise MalformedAnswer(f"GET {api_version}: the list of its resources is malformed") from error

"""Where objects of a kind live, found through discovery as any client would."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.connection import Connection

PATIENCE = 180.0
PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of an API group version.

    Attributes:
        prefix: the path of the group version, such as `/apis/apps/v1`.
        plural: the resource's name in paths.
        namespaced: whether its objects live in namespaces.
        has_status: whether status is written through a subresource.
    """

    prefix: str
    plural: str
    namespaced: bool
    has_status: bool

    def path(self, namespace: str | None, name: str | None = None) -> str:
        """The path of the object `name`, or of the collection without one; `default` is the namespace of who has none."""
        parts = [self.prefix]
        if self.namespaced:
            parts += ["namespaces", namespace or "default"]
        return "/".join([*parts, self.plural, *([name] if name else [])])


class Resources:
    """The resources that a server serves, asked for once a group version.

    Args:
        connection: to the server.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], Resource] = {}

    def find(self, api_version: str, kind: str) -> Resource:
        """The resource of a kind; one that is not served yet is waited for.

        Raises:
            TimeoutError: it is still not served after half a minute.
        """
        key = (api_version, kind)
        self._await(
            lambda: key in self._known or (self._ask(api_version) and key in self._known), f"{kind}.{api_version}"
        )
        return self._known[key]

    def await_definition(self, path: str) -> None:
        """Wait until the CustomResourceDefinition at `path` is established and its objects can be listed."""

        def established() -> bool:
            conditions = self._connection.request("GET", path).body.get("status", {}).get("conditions") or []
            return any((each["type"], each["status"]) == ("Established", "True") for each in conditions)

        self._await(established, path)
        spec = self._connection.request("GET", path).body["spec"]
        for version in spec["versions"]:
            if version["served"]:
                api_version = f"{spec['group']}/{version['name']}"
                resource = self.find(api_version, spec["names"]["kind"])
                self._await_listing(f"{resource.prefix}/{resource.plural}")

    def _await_listing(self, path: str) -> None:
        self._await(lambda: self._connection.request("GET", path).status == 200, path)

    def _ask(self, api_version: str) -> bool:
        """Ask for the resources of one group version; say whether it is served."""
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        answer = self._connection.request("GET", prefix)
        if answer.status != 200:
            return False
        served = {each["name"]: each for each in answer.body["resources"]}
        for name, each in served.items():
            if "/" not in name:
                resource = Resource(prefix, name, each["namespaced"], f"{name}/status" in served)
                self._known[api_version, each["kind"]] = resource
        return True

    @staticmethod
    def _await(arrived: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not arrived():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} is not served after {PATIENCE:.0f} s")
            time.sleep(PAUSE)

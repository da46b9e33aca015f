"""What a test may do with a cluster, whichever it is: the embedded one or a real API server.

Everything that goes over the API is the same code for both and lives here; starting, stopping and reaching behind the API belong
to the two kinds of cluster.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.harness.connection import Connection, Response
from tests.harness.kubeconfig import kubeconfig
from tests.harness.resources import Resources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Unpack

    from tests.harness.connection import Manner

KUBECTL_TIMEOUT = 90.0
PATIENCE = 180.0
PAUSE = 0.05


class ClusterError(AssertionError):
    """The cluster did not do what a test needed before it could begin; the message is the server's answer."""


class Cluster(ABC):
    """A running cluster, entered as its administrator.

    Args:
        url: where its API is.
        token: the administrator's bearer token, or None where none is asked for.
        authority: the file of the certificate authority, for https.

    Attributes:
        name: "embedded" or "real".
        url: where its API is.
        authority: the file of the certificate authority, None without https.
        kubeconfig_path: a kubeconfig of the administrator.
    """

    name: str

    def __init__(self, url: str, *, token: str | None = None, authority: Path | None = None) -> None:
        self.url = url
        self.authority = authority
        self._connection = Connection(url, token=token, authority=authority)
        self._resources = Resources(self._connection)
        self._home = Path(tempfile.mkdtemp(prefix="zen-gc-home-"))
        self.kubeconfig_path = self._write_kubeconfig("admin", token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the cluster and remove what was kept for it."""
        self._connection.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def request(self, method: str, path: str, body: Any = None, **how: Unpack[Manner]) -> Response:
        """Send one request as the administrator; see `Connection.request`."""
        return self._connection.request(method, path, body, **how)

    def kubectl(
        self, *arguments: str, stdin: str | None = None, check: bool = False, config: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl, the one beside this Python or else on PATH, with a home directory of its own.

        Args:
            arguments: as on the command line.
            stdin: what it reads from its standard input.
            check: whether an exit code other than 0 raises.
            config: the kubeconfig of another identity; the administrator's without one.

        Raises:
            subprocess.CalledProcessError: `check` is set and kubectl failed.
        """
        beside = Path(sys.executable).with_name("kubectl")
        environment = {
            "HOME": str(self._home),
            "KUBECACHEDIR": str(self._home / "cache"),
            "KUBECONFIG": str(config or self.kubeconfig_path),
            "PATH": os.environ.get("PATH", os.defpath),
            "TZ": "UTC",
        }
        return subprocess.run(
            [beside if beside.exists() else "kubectl", *arguments],
            input=stdin if stdin is not None else "",
            env=environment,
            cwd=self._home,
            capture_output=True,
            text=True,
            check=check,
            timeout=KUBECTL_TIMEOUT,
        )

    def path_of(self, item: Mapping[str, Any]) -> str:
        """The path of an object that names itself: apiVersion, kind, metadata.name, metadata.namespace.

        A namespaced object without a namespace is in `default`. A kind that discovery does not know yet is waited for.
        """
        resource = self._resources.find(item["apiVersion"], item["kind"])
        return resource.path(item["metadata"].get("namespace"), item["metadata"]["name"])

    def create(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Create an object as it is written, status and creation time included, and return it as the server has it.

        The API drops both on a create. `status` is written through the status subresource where there is one;
        `metadata.creationTimestamp` goes round the API, see `backdate`. A CustomResourceDefinition is waited for until
        its resource is served.

        Raises:
            ClusterError: the server refuses.
        """
        resource = self._resources.find(item["apiVersion"], item["kind"])
        metadata = item["metadata"]
        created = self._expect("POST", resource.path(metadata.get("namespace")), item)
        path = resource.path(metadata.get("namespace"), created["metadata"]["name"])
        if item.get("status") and resource.has_status:
            status = {"status": item["status"]}
            created = self._expect("PATCH", f"{path}/status", status, content_type="application/merge-patch+json")
        if metadata.get("creationTimestamp"):
            created = self._backdate_to(path, metadata["creationTimestamp"])
        if item["kind"] == "CustomResourceDefinition":
            self._resources.await_definition(path)
        return created

    def backdate(self, item: Mapping[str, Any] | str, created: datetime) -> dict[str, Any]:
        """Make an object older, or younger, than it is: the API offers no way to, and tests cannot wait for days.

        Args:
            item: the object, or its path.
            created: the creation time it is to have, to the second.

        Returns:
            The object, which has a new resourceVersion.
        """
        path = item if isinstance(item, str) else self.path_of(item)
        return self._backdate_to(path, created.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def namespace(self) -> str:
        """Make a Namespace that nobody else has and return its name."""
        name = f"test-{secrets.token_hex(5)}"
        self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        return name

    def eventually(self, reached: Callable[[], bool]) -> bool:
        """Wait for what a controller does in its own time; False when it is not done within a minute."""
        deadline = time.monotonic() + PATIENCE
        while not reached():
            if time.monotonic() > deadline:
                return False
            time.sleep(PAUSE)
        return True

    def expire(self, token: str) -> str:
        """The continue token as if minutes had passed: one of the first moment, which the server no longer has.

        It is base64 (RFC 4648, section 5, unpadded) of JSON: apiserver's storage/continue.go.
        """
        content = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return base64.urlsafe_b64encode(json.dumps({**content, "rv": 1}).encode()).decode().rstrip("=")

    def service_account_kubeconfig(self, namespace: str, name: str) -> Path:
        """A kubeconfig of the ServiceAccount, which is made if it is not there; its token comes from the TokenRequest API."""
        accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        if self.request("GET", f"{accounts}/{name}").status == 404:
            account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
            self.create(account)
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
        answer = self._expect("POST", f"{accounts}/{name}/token", asked)
        return self.token_kubeconfig(answer["status"]["token"])

    def token_kubeconfig(self, token: str | None) -> Path:
        """A kubeconfig of whoever holds the bearer token; of nobody without one."""
        return self._write_kubeconfig(secrets.token_hex(5), token)

    def _write_kubeconfig(self, name: str, token: str | None) -> Path:
        path = self._home / f"{name}.kubeconfig"
        path.touch(mode=0o600)
        path.write_text(json.dumps(kubeconfig(self.url, token=token, authority=self.authority)))
        return path

    def _expect(self, method: str, path: str, body: Any, *, content_type: str = "application/json") -> dict[str, Any]:
        answer = self.request(method, path, body, content_type=content_type)
        if answer.status >= 300 or not isinstance(answer.body, dict):
            raise ClusterError(f"{method} {path}: {answer.status} {answer.text}")
        return answer.body

    @abstractmethod
    def _backdate_to(self, path: str, timestamp: str) -> dict[str, Any]:
        """Set the creationTimestamp of the object at `path` behind the API's back."""

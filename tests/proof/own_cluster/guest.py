"""A cluster whose guest the proof is: reached as kubectl reaches it, in two namespaces that are made and removed.

kubectl's own proxy stands between, so that every credential that works for kubectl works here.
"""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import yaml

from tests.cluster.controller.stage import COLLECTIONS
from tests.harness.cluster import Cluster, ClusterError
from tests.harness.crds import CRDS

PATIENCE = 120.0


class RefusedError(Exception):
    """The proof does not run on this cluster; the message says why."""


class Guest(Cluster):
    """Somebody's cluster; entered, there are the CRDs and two namespaces, and left, these are gone if they were not there before.

    Args:
        config: the kubeconfig; its current context counts.

    Attributes:
        place: the namespace of objects and policies.
        home: that of the replicas, which is protected from them.

    Raises:
        RefusedError: there is a policy already, which would begin to act; or the cluster cannot be reached.
    """

    name = "own"

    def __init__(self, config: Path) -> None:
        if not config.is_file():
            raise RefusedError(f"there is no kubeconfig {config}")
        kubectl = Path(sys.executable).with_name("kubectl")
        self._proxy = subprocess.Popen(
            [str(kubectl), "--kubeconfig", str(config), "proxy", "--port=0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._proxy.stdout is not None
        line = self._proxy.stdout.readline()
        if (found := re.search(r"127\.0\.0\.1:\d+", line)) is None:
            self._proxy.kill()
            self._proxy.wait()
            raise RefusedError(f"kubectl does not reach it: {line.strip()}")
        super().__init__(f"http://{found[0]}")
        self.place = self.home = ""
        self._made: list[str] = []
        self._installed: list[str] = []

    def __enter__(self) -> Self:
        try:
            self._refuse_where_policies_are()
            for document in yaml.safe_load_all(CRDS.read_text()):
                path = self.path_of(document)
                if self.request("GET", path).status == 404:
                    self._installed.append(path)
                    self.create(document)
            self.place, self.home = self.namespace(), self.namespace()
        except ClusterError as error:
            self._leave()
            raise RefusedError(str(error)) from None
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def namespace(self) -> str:
        """Make a Namespace that is removed at the end, and return its name."""
        name = f"zen-gc-proof-{secrets.token_hex(4)}"
        self._made.append(f"/api/v1/namespaces/{name}")
        self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        return name

    def _refuse_where_policies_are(self) -> None:
        for collection in COLLECTIONS:
            answer = self.request("GET", collection)
            if answer.status not in {200, 404}:
                raise RefusedError(f"GET {collection}: {answer.status} {answer.text.strip()[:300]}")
            if answer.status == 200 and answer.body["items"]:
                found = answer.body["items"][0]["metadata"]
                where = f" in {found['namespace']}" if found.get("namespace") else ""
                raise RefusedError(
                    f"a policy of zen-gc is installed already, {found['name']}{where}: the replicas of the proof would "
                    "carry it out. Take a cluster without policies"
                )

    def _leave(self) -> None:
        """Remove what was made, wait until it is gone, and say what is not."""
        try:
            for path in (*self._made, *self._installed):
                self.request("DELETE", path)
            deadline = time.monotonic() + PATIENCE
            for path in (*self._made, *self._installed):
                while self.request("GET", path).status != 404:
                    if time.monotonic() > deadline:
                        sys.stderr.write(f"left behind, and still on its way out: {path}\n")
                        break
                    time.sleep(0.5)
        finally:
            self.close()

    def close(self) -> None:
        """Leave it without a trace on this side, too."""
        super().close()
        self._proxy.kill()
        self._proxy.wait()
        if self._proxy.stdout is not None:
            self._proxy.stdout.close()

    def _backdate_to(self, path: str, timestamp: str) -> dict[str, Any]:
        raise ClusterError(f"{path} cannot be made older on somebody else's cluster")

"""Playing a scenario: a cluster of its own, a policy, and the program with or without a guard."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.cluster.controller.controllers import Replica
from tests.cluster.controller.stage import PATIENCE, EmbeddedStage, by_controller, until
from tests.harness.crds import install_crds
from tests.harness.embedded import InProcessCluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded import Fault
    from zen_gc_embedded.faults import Request

ROOT = Path(__file__).parents[3]
DONE = {"conditions": {"fields": [{"path": "data.state", "value": "done"}]}}
"""What the policies of most scenarios ask, beside the label."""


@dataclass
class Play:
    """One run of a scenario.

    Args:
        mutant: which guard is taken out; ``none`` for the program as it is.
        directory: for what the program writes.
    """

    mutant: str
    directory: Path
    _started: list[Replica] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._cluster = InProcessCluster()
        install_crds(self._cluster)
        self.stage = EmbeddedStage(self._cluster, self._cluster.namespace(), self._cluster.namespace())
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._started:
            each.kill()
        self._cluster.close()

    def start(self, *flags: str) -> Replica:
        """Start the controller."""
        number = len(self._started)
        out, err = (self.directory / f"{self.mutant}-{number}.{kind}" for kind in ("out", "err"))
        command = [
            *(sys.executable, "-m", "tests.proof.teeth.launch", self.mutant, "controller"),
            f"--kubeconfig={self._cluster.kubeconfig_path}",
            f"--controller-namespace={self.stage.home}",
            *("--metrics-addr=127.0.0.1:0", "--health-addr=127.0.0.1:0"),
            *("--gc-interval=1s", "--min-interval=1s", "--max-deletions-per-second=500"),
            *flags,
        ]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.directory), "POD_NAME": "bitten"}
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(command, stdout=stdout, stderr=stderr, env=environment, cwd=ROOT)
        self._started.append(Replica(process, out, err))
        return self._started[-1]

    def once(self, *flags: str) -> None:
        """Run every policy one time."""
        started = self.start("--once", *flags)
        code = started.wait()
        said = started.err.read_text()
        assert code in {0, 1}, said
        assert "evaluat" in said or "policy invalid" in said, said

    def by_hand(self, command: str, *arguments: str | Path) -> str:
        """Plan, or clean up, as a person does; what it says."""
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "tests.proof.teeth.launch", self.mutant, command, *map(str, arguments)),
                f"--kubeconfig={self._cluster.kubeconfig_path}",
                f"--controller-namespace={self.stage.home}",
            ],
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.directory)},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert "GarbageCollectionPolicy" in ran.stdout, ran.stderr
        return ran.stdout

    def policy_file(self, **spec: Any) -> Path:
        """A policy as most scenarios have it, in a file."""
        target = {"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": {"gc": "yes"}}}
        document = {
            "apiVersion": "gc.kube-zen.io/v1alpha1",
            "kind": "GarbageCollectionPolicy",
            "metadata": {"name": "by-hand", "namespace": self.stage.namespace},
            "spec": {"targetResources": [target], "ttl": {"immediate": True}, **DONE, **spec},
        }
        path = self.directory / f"{self.mutant}-policy.json"
        path.write_text(json.dumps(document))
        return path

    def items(self, *names: str, **document: Any) -> None:
        """Make ConfigMaps that the policies of most scenarios take, past every check of the server."""
        for name in names:
            self.put(self.item(name, **document))

    def item(self, name: str, *, state: Any = "done", label: str = "yes", **metadata: Any) -> dict[str, Any]:
        """A ConfigMap."""
        named = {"name": name, "namespace": self.stage.namespace, "labels": {"gc": label}, **metadata}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": named, "data": {"state": state}}

    def put(self, *documents: dict[str, Any]) -> None:
        """Put objects straight into the cluster."""
        self.stage.server.seed(documents)

    def change(self, document: dict[str, Any]) -> None:
        """Put an object straight into the cluster from within a hook, before the request of the hook is carried out."""
        self.stage.server._seed([document])

    def meanwhile(self, hook: Callable[[Request], Fault | None]) -> None:
        """Ask a hook before each request of the controller."""
        self.stage.server.faults = lambda request: hook(request) if by_controller(request) else None

    def gone(self, *names: str, namespace: str | None = None) -> list[str]:
        """Those ConfigMaps that are not there any more."""
        there = {
            each["metadata"]["name"]
            for each in self.stage.server.objects("configmaps", namespace or self.stage.namespace)
        }
        return [name for name in names if name not in there]

    def sent(self, method: str = "DELETE") -> list[Request]:
        """The requests of a method that the controller sent."""
        return [each for each in self.stage.server.requests if each.method == method and by_controller(each)]

    def await_deletes(self, count: int) -> None:
        """Wait for requests."""
        until(lambda: len(self.sent()) >= count, f"{count} deletes")

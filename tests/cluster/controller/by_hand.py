"""A clean-up by hand as a person does it: ``zen-gc run`` over the objects of a stage, with policies in files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.cluster.controller.stage import AT_ONCE, TARGET, Stage
from tests.golden.running import Ran, zen_gc
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class ByHand:
    """A person with a kubeconfig and a directory.

    Args:
        stage: the cluster.
        directory: where policies and plans are.
        config: the kubeconfig; the administrator's without one.
    """

    stage: Stage
    directory: Path
    config: Path | None = None

    def policy(self, name: str = "by-hand", *, kind: str = NAMESPACED, **spec: Any) -> Path:
        """Write a policy, by default one that takes labelled ConfigMaps at once, and return its file."""
        metadata: dict[str, Any] = {"name": name, **spec.pop("metadata", {})}
        if kind != CLUSTER:
            metadata.setdefault("namespace", self.stage.namespace)
        document = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": metadata,
            "spec": {"targetResources": [TARGET], "ttl": AT_ONCE, **spec},
        }
        path = self.directory / f"{name}.json"
        path.write_text(json.dumps(document))
        return path

    def zen_gc(self, command: str, *arguments: str | Path) -> Ran:
        """Run a command on the cluster."""
        where = (
            f"--kubeconfig={self.config or self.stage.cluster.kubeconfig_path}",
            f"--controller-namespace={self.stage.home}",
        )
        return zen_gc(command, *arguments, *where)

    def run(self, *arguments: str | Path) -> Ran:
        """Clean up without being asked."""
        return self.zen_gc("run", *arguments, "--yes")

    def results(self, *arguments: str | Path) -> dict[str, str]:
        """Clean up without being asked; what became of each object, by name."""
        ran = self.run(*arguments, "-o", "json")
        return {
            each["name"]: each["result"] for policy in json.loads(ran.out)["policies"] for each in policy["objects"]
        }

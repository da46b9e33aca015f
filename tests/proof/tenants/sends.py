"""The requests of a tenant who may write policies and ConfigMaps of one namespace."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from zen_gc_core.model.policy import API_VERSION, NAMESPACED

LABELS = {"gc": "yes"}
TARGET: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": LABELS}}
SPEC: dict[str, Any] = {"targetResources": [TARGET], "ttl": {"immediate": True}, "evaluationInterval": "1s"}
POLICIES = "/apis/gc.kube-zen.io/v1alpha1"
MERGE = "application/merge-patch+json"


@dataclass(frozen=True)
class Send:
    """A request of the tenant's; the body is text where a program's own encoder would refuse it."""

    method: str
    path: str
    body: Any = None
    content_type: str = "application/json"


@dataclass(frozen=True)
class Place:
    """Where the attacks happen.

    Args:
        own: The tenant's namespace.
        other: The neighbour's.
        victim: The uid of an object of the neighbour's.
    """

    own: str
    other: str
    victim: str

    @property
    def policies(self) -> str:
        """Where the tenant's policies are."""
        return f"{POLICIES}/namespaces/{self.own}/garbagecollectionpolicies"

    @property
    def config_maps(self) -> str:
        """Where the tenant's ConfigMaps are."""
        return f"/api/v1/namespaces/{self.own}/configmaps"

    def policy(self, name: str, spec: dict[str, Any] | None = None, **metadata: Any) -> Send:
        """Make a policy that takes the tenant's labelled ConfigMaps at once, or does what the spec says."""
        body = {"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": {"name": name, **metadata}}
        return Send("POST", self.policies, {**body, "spec": {**SPEC, **(spec or {})}})

    def raw(self, name: str, conditions: str, *, paused: bool = False) -> Send:
        """Make a policy whose conditions are text."""
        spec = json.dumps({**SPEC, "paused": paused})[:-1] + f', "conditions": {conditions}}}'
        head = json.dumps({"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": {"name": name}})[:-1]
        return Send("POST", self.policies, f'{head}, "spec": {spec}}}')

    def config_map(self, name: str, data: dict[str, str] | None = None, **metadata: Any) -> Send:
        """Make a ConfigMap that the tenant's policies take."""
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": LABELS, **metadata}}
        return Send("POST", self.config_maps, {**body, "data": data or {}})

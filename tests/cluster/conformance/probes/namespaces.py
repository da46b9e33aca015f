"""Namespaces: how they begin and how they end."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import MERGE, Lab, configmap


def create(lab: Lab) -> Any:
    """Active, with a label of its name and the finalizer in its spec."""
    name = f"{lab.namespace}-more"
    told = lab.tell("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    lab.ask("DELETE", f"/api/v1/namespaces/{name}")
    return told


def bad_name(lab: Lab) -> Any:
    """A DNS label of at most 63 characters."""
    item = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a.b"}}
    return lab.tell("POST", "/api/v1/namespaces", item)


def delete(lab: Lab) -> Any:
    """The Namespace comes back Terminating, its content goes, then it goes."""
    lab.make("one")
    lab.make_widget("one")
    told = lab.tell("DELETE", f"/api/v1/namespaces/{lab.namespace}")
    return [told, lab.gone(f"/api/v1/namespaces/{lab.namespace}"), lab.names(lab.configmaps)]


def terminating(lab: Lab) -> Any:
    """Nothing new is made in it: 403 with the cause NamespaceTerminating; what is there may change."""
    lab.make("one", finalizers=["example.com/hold"])
    lab.ask("DELETE", f"/api/v1/namespaces/{lab.namespace}")
    refused = lab.tell("POST", lab.configmaps, configmap("two"))
    held = lab.eventually(lambda: "deletionTimestamp" in lab.ask("GET", f"{lab.configmaps}/one").body["metadata"])
    changed = lab.ask("PATCH", f"{lab.configmaps}/one", {"data": {"a": "1"}}, content_type=MERGE).status
    lab.ask("PATCH", f"{lab.configmaps}/one", {"metadata": {"finalizers": None}}, content_type=MERGE)
    return [refused, held, changed, lab.gone(f"/api/v1/namespaces/{lab.namespace}")]


def always_there(lab: Lab) -> Any:
    """The namespaces that a cluster makes for itself."""
    own = ("default", "kube-node-lease", "kube-public", "kube-system")
    return [lab.tell("GET", f"/api/v1/namespaces/{name}") for name in own]


def default_cannot_go(lab: Lab) -> Any:
    """403 for the namespaces that a cluster cannot be without."""
    return [lab.tell("DELETE", f"/api/v1/namespaces/{name}") for name in ("default", "kube-system")]


def labels(lab: Lab) -> Any:
    """The label of the name comes back when it is taken away."""
    patch = {"metadata": {"labels": {"kubernetes.io/metadata.name": None, "team": "a"}}}
    return lab.tell("PATCH", f"/api/v1/namespaces/{lab.namespace}", patch, content_type=MERGE)


def selected(lab: Lab) -> Any:
    """By label, as every resource; by name and phase as fields."""
    named = f"/api/v1/namespaces?labelSelector=kubernetes.io%2Fmetadata.name%3D{lab.namespace}"
    fields = f"/api/v1/namespaces?fieldSelector=status.phase%3DActive%2Cmetadata.name%3D{lab.namespace}"
    return [lab.names(named), lab.names(fields)]

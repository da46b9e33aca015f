"""Questions of an API server, as it writes them."""

from __future__ import annotations

from typing import Any

from zen_gc_core.controller.admission.review import Review
from zen_gc_core.model.policy import API_VERSION, NAMESPACED

RIGHT: dict[str, Any] = {"targetResources": [{"apiVersion": "v1", "kind": "Pod"}], "ttl": {"afterCreation": "7d"}}
WRONG: dict[str, Any] = {**RIGHT, "ttl": {"afterCreation": "7days"}}


def policy(spec: Any, kind: str = NAMESPACED, **metadata: Any) -> dict[str, Any]:
    """A policy."""
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": "p", **metadata}, "spec": spec}


def question(document: Any, old: Any = None, **request: Any) -> dict[str, Any]:
    """An AdmissionReview about an object.

    Args:
        document: the object as it is to be.
        old: the object as it is; None at a CREATE.
        request: other fields of the request, or other values.
    """
    kind = document.get("kind", "") if isinstance(document, dict) else ""
    group, _, version = API_VERSION.partition("/")
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": {"group": group, "version": version, "kind": kind},
            "resource": {"group": group, "version": version, "resource": "garbagecollectionpolicies"},
            "name": "p",
            "namespace": "team-a",
            "operation": "CREATE" if old is None else "UPDATE",
            "userInfo": {"username": "admin"},
            "object": document,
            "oldObject": old,
            "dryRun": False,
            **request,
        },
    }


def a_review(**fields: Any) -> Review:
    """A question as it was read."""
    return Review(**{"uid": "u", "operation": "CREATE", "group": "gc.kube-zen.io", "kind": NAMESPACED, **fields})

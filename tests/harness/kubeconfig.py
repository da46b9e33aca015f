"""Kubeconfig documents, for kubectl and for every client library."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def kubeconfig(url: str, *, token: str | None = None, authority: Path | None = None) -> dict[str, Any]:
    """A kubeconfig of one cluster, one user and one context, each called `test`.

    Args:
        url: the server.
        token: the user's bearer token, or None for nobody.
        authority: the file of the certificate authority; its text goes into the document.
    """
    cluster = {"server": url}
    if authority is not None:
        cluster["certificate-authority-data"] = base64.b64encode(authority.read_bytes()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "test", "user": {"token": token} if token else {}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "current-context": "test",
    }

"""Which GitOps tool tracks an object, and would make it again when it is gone: read from its marks, as the tool does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zen_gc_core.model.candidate import Candidate

ARGO_CD: Final = "argocd.argoproj.io/tracking-id"
FLUX: Final = {"kustomize.toolkit.fluxcd.io": "Kustomization", "helm.toolkit.fluxcd.io": "HelmRelease"}
"""The domains of Flux's labels ``name`` and ``namespace``, and the kind that they name."""

_FLUX_LABELS: Final = tuple((f"{domain}/name", f"{domain}/namespace", kind) for domain, kind in FLUX.items())


def manager_of(candidate: Candidate) -> str | None:
    """What tracks an object (``Argo CD application shop``), or None."""
    if candidate.annotations and (tracking := candidate.annotations.get(ARGO_CD)) is not None:
        application, _, tracked = tracking.partition(":")
        if not _of_another(tracked, candidate):
            return f"Argo CD application {application}" if application else "Argo CD"
    if candidate.labels:
        for name_label, namespace_label, kind in _FLUX_LABELS:
            if (name := candidate.labels.get(name_label)) is not None:
                namespace = candidate.labels.get(namespace_label)
                return f"Flux {kind} {namespace}/{name}" if namespace else f"Flux {kind} {name}"
    return None


def _of_another(tracked: str, candidate: Candidate) -> bool:
    """Whether a tracking id (``GROUP/KIND:NAMESPACE/NAME``) is another object's, copied: from a Deployment to its ReplicaSets.

    Argo CD looks the same way (argo-cd, ``util/argo/resource_tracking.go``). One that cannot be read is this object's.
    """
    what, colon, where = tracked.partition(":")
    group, slash, kind = what.rpartition("/")
    name = where.rpartition("/")[2]
    if not (colon and slash and kind and name):
        return False
    return (group, kind, name) != (candidate.api_version.rpartition("/")[0], candidate.kind, candidate.name)

"""Which tool tracks an object, and would make it again when it is gone: read from its marks, as the tool does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zen_gc_core.model.candidate import Candidate

ARGO_CD: Final = "argocd.argoproj.io/tracking-id"
FLUX: Final = {"kustomize.toolkit.fluxcd.io": "Kustomization", "helm.toolkit.fluxcd.io": "HelmRelease"}
"""The domains of Flux's labels ``name`` and ``namespace``, and the kind that they name."""

HELM: Final = "meta.helm.sh/release-name"
_HELM_NAMESPACE: Final = "meta.helm.sh/release-namespace"
_MANAGED_BY: Final = "app.kubernetes.io/managed-by"

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
    return _helm_release(candidate)


def _helm_release(candidate: Candidate) -> str | None:
    """The release whose next upgrade makes an object again: Helm asks for the label and the annotation together.

    What a controller owns is not Helm's, whatever annotations it has: ReplicaSets are given those of their Deployment.
    """
    if not candidate.annotations or (release := candidate.annotations.get(HELM)) is None:
        return None
    if candidate.labels.get(_MANAGED_BY) != "Helm" or any(each.controller for each in candidate.owner_references):
        return None
    namespace = candidate.annotations.get(_HELM_NAMESPACE)
    return f"Helm release {namespace}/{release}" if namespace else f"Helm release {release}"


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

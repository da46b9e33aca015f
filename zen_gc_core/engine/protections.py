"""What no policy may take: namespaces, kinds, Secret types, marks, unfinished owned objects, terminating objects.

Each protection says why it keeps an object. All but the ``keep`` mark can be lifted, by whoever runs the controller
(``Grants``) and never by a policy; ``behavior.includeOwned`` is the one exception, for owned objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath
from zen_gc_core.instants import format_instant, parse_instant
from zen_gc_core.model.finishing import finish_of
from zen_gc_core.model.policy import GROUP
from zen_gc_core.model.reads import Reads

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate

KEEP: Final = f"{GROUP}/keep"
"""The label or annotation that keeps an object, or all objects of a Namespace."""

PROTECTED_NAMESPACES: Final = frozenset({"kube-system", "kube-public", "kube-node-lease"})
PROTECTED_SECRET_TYPES: Final = frozenset(
    {"kubernetes.io/service-account-token", "helm.sh/release.v1", "bootstrap.kubernetes.io/token"}
)

_ADMISSION: Final = "admissionregistration.k8s.io"
_RBAC: Final = "rbac.authorization.k8s.io"
_FLOW: Final = "flowcontrol.apiserver.k8s.io"
PROTECTED_KINDS: Final[Mapping[tuple[str, str], str]] = {
    ("", "Namespace"): "namespaces",
    ("", "Node"): "nodes",
    ("", "PersistentVolume"): "persistentvolumes",
    ("", "PersistentVolumeClaim"): "persistentvolumeclaims",
    ("", "ServiceAccount"): "serviceaccounts",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "customresourcedefinitions.apiextensions.k8s.io",
    ("apiregistration.k8s.io", "APIService"): "apiservices.apiregistration.k8s.io",
    (_ADMISSION, "ValidatingWebhookConfiguration"): f"validatingwebhookconfigurations.{_ADMISSION}",
    (_ADMISSION, "MutatingWebhookConfiguration"): f"mutatingwebhookconfigurations.{_ADMISSION}",
    (_ADMISSION, "ValidatingAdmissionPolicy"): f"validatingadmissionpolicies.{_ADMISSION}",
    (_ADMISSION, "ValidatingAdmissionPolicyBinding"): f"validatingadmissionpolicybindings.{_ADMISSION}",
    (_ADMISSION, "MutatingAdmissionPolicy"): f"mutatingadmissionpolicies.{_ADMISSION}",
    (_ADMISSION, "MutatingAdmissionPolicyBinding"): f"mutatingadmissionpolicybindings.{_ADMISSION}",
    (_RBAC, "Role"): f"roles.{_RBAC}",
    (_RBAC, "RoleBinding"): f"rolebindings.{_RBAC}",
    (_RBAC, "ClusterRole"): f"clusterroles.{_RBAC}",
    (_RBAC, "ClusterRoleBinding"): f"clusterrolebindings.{_RBAC}",
    ("storage.k8s.io", "StorageClass"): "storageclasses.storage.k8s.io",
    ("scheduling.k8s.io", "PriorityClass"): "priorityclasses.scheduling.k8s.io",
    (_FLOW, "FlowSchema"): f"flowschemas.{_FLOW}",
    (_FLOW, "PriorityLevelConfiguration"): f"prioritylevelconfigurations.{_FLOW}",
    ("coordination.k8s.io", "Lease"): "leases.coordination.k8s.io",
    ("certificates.k8s.io", "CertificateSigningRequest"): "certificatesigningrequests.certificates.k8s.io",
    (GROUP, "GarbageCollectionPolicy"): f"garbagecollectionpolicies.{GROUP}",
    (GROUP, "ClusterGarbageCollectionPolicy"): f"clustergarbagecollectionpolicies.{GROUP}",
}
"""Protected groups and kinds, with the name that ``--allow-resource`` lifts them by."""

_SECRET_TYPE: Final = FieldPath.parse("type")


@dataclass(frozen=True, slots=True)
class Grants:
    """What whoever runs the program allows beyond the protections.

    Args:
        cross_namespace: Whether namespaced policies may reach other namespaces (the Go program's behaviour).
        resources: Protected kinds that may be taken (``namespaces``, ``roles.rbac.authorization.k8s.io``).
        namespaces: Protected namespaces whose objects may be taken.
        secret_types: Protected types of Secrets that may be taken.
        own_namespace: The controller's own namespace, protected too; empty when there is none.
    """

    cross_namespace: bool = False
    resources: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    secret_types: frozenset[str] = frozenset()
    own_namespace: str = ""

    def lifted(self, group: str, kind: str) -> bool:
        """Whether a kind is not protected, by nature or by grant."""
        resource = PROTECTED_KINDS.get((group, kind))
        return resource is None or resource in self.resources


@dataclass(frozen=True, slots=True)
class Protections:
    """Asks of one object whether anything protects it.

    Args:
        grants: What is allowed beyond.
        kept_inside: For a Namespace that a policy would delete: why something in it must be kept, or None; raises
            Undecided when it cannot tell.
    """

    grants: Grants = field(default_factory=Grants)
    kept_inside: Callable[[str], str | None] | None = None

    def reads(self, group: str, kind: str) -> Reads:
        """What they read of objects of a kind, owned objects aside: metadata, and the type of Secrets."""
        return Reads.of(["metadata", "type"] if (group, kind) == ("", "Secret") else ["metadata"])

    def against(self, candidate: Candidate, run: Run, *, include_owned: bool) -> str | None:
        """Why an object must not be touched, or None.

        Args:
            candidate: The object, with all that ``reads`` names; an object with a controller owner whole.
            run: The run.
            include_owned: Whether the policy takes owned objects though they are unfinished.

        Raises:
            Undecided: Its Namespace, or what is in it, cannot be read; or the type of a Secret is none.
        """
        return (
            self._by_place(candidate)
            or self._by_kind(candidate)
            or (marked(candidate.labels, candidate.annotations, run.now) and f"it {_carries(candidate, run.now)}")
            or ("it is terminating" if candidate.terminating else None)
            or (None if include_owned else self._by_owner(candidate))
            or self._by_namespace(candidate, run)
            or self._by_contents(candidate)
            or None
        )

    def _by_place(self, candidate: Candidate) -> str | None:
        namespace = candidate.name if _is_namespace(candidate) else candidate.namespace
        if not namespace or namespace in self.grants.namespaces:
            return None
        if namespace in PROTECTED_NAMESPACES:
            return f"namespace {namespace} is protected"
        if namespace == self.grants.own_namespace:
            return f"namespace {namespace} is the controller's own"
        return None

    def _by_kind(self, candidate: Candidate) -> str | None:
        group = candidate.api_version.rpartition("/")[0]
        if not self.grants.lifted(group, candidate.kind):
            return f"kind {candidate.kind} is protected"
        if (group, candidate.kind) == ("", "Secret"):
            secret_type = candidate.get(_SECRET_TYPE)
            if secret_type is not MISSING and not isinstance(secret_type, str):
                raise Undecided("the type of the Secret is no text")
            if secret_type in PROTECTED_SECRET_TYPES and secret_type not in self.grants.secret_types:
                return f"Secrets of type {secret_type} are protected"
        return None

    def _by_owner(self, candidate: Candidate) -> str | None:
        for owner in candidate.owner_references:
            if owner.controller and finish_of(candidate) is None:
                return f"{owner.kind} {owner.name} owns it and would make it again"
        return None

    def _by_namespace(self, candidate: Candidate, run: Run) -> str | None:
        if not candidate.namespace:
            return None
        namespace = run.namespace(candidate.namespace)
        if marked(namespace.labels, namespace.annotations, run.now):
            return f"its Namespace carries {KEEP}"
        return None

    def _by_contents(self, candidate: Candidate) -> str | None:
        if not _is_namespace(candidate) or self.kept_inside is None:
            return None
        return self.kept_inside(candidate.name)


def _is_namespace(candidate: Candidate) -> bool:
    return candidate.kind == "Namespace" and candidate.api_version == "v1"


def marked(labels: Mapping[str, str], annotations: Mapping[str, str], now: dt.datetime) -> bool:
    """Whether labels or annotations carry the keep mark.

    Any value keeps but ``false``; as an annotation, a time or date keeps until then.
    """
    if KEEP in labels and labels[KEEP] != "false":
        return True
    value = annotations.get(KEEP)
    if value is None or value == "false":
        return False
    until = _instant(value)
    return until is None or now <= until


def _carries(candidate: Candidate, now: dt.datetime) -> str:
    until = _instant(candidate.annotations.get(KEEP, ""))
    if until is not None and until >= now and KEEP not in candidate.labels:
        return f"carries {KEEP} until {format_instant(until)}"
    return f"carries {KEEP}"


def _instant(value: Any) -> dt.datetime | None:
    try:
        return parse_instant(value)
    except InputError:
        return None


def needs_whole(candidate: Candidate, *, include_owned: bool) -> bool:
    """Whether an object known by its metadata must be read whole before it is judged: it has a controller owner."""
    return not include_owned and any(owner.controller for owner in candidate.owner_references)

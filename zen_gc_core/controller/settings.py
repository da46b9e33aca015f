"""Settings of the controller: each flag, its environment variable and its default are written here, once.

Data only. The command line makes its options of these fields: ``gc_interval`` is ``--gc-interval`` and
``ZEN_GC_GC_INTERVAL``.
"""

# ruff: noqa: RUF009  each call makes a dataclass field

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from zen_gc_core.engine.parsing.limits import SHORTEST_INTERVAL
from zen_gc_core.engine.protected import allowed_namespace_fault, allowed_resource_fault, allowed_secret_type_fault
from zen_gc_core.engine.protections import Grants
from zen_gc_core.engine.reserved_marks import allowed_mark_fault
from zen_gc_core.errors import InputError
from zen_gc_core.model.names import namespace_fault, policy_name_fault
from zen_gc_core.texts import visible

if TYPE_CHECKING:
    from zen_gc_core.model.policy import PolicyReference

T = TypeVar("T")

DEFAULT_NAMESPACE = "zen-gc-system"
"""Where the manifests put the controller."""


def _setting(default: T, text: str) -> T:
    """A field with its help text; typed as its value, as ``dataclasses.field`` is."""
    value: Any = field(default=default, metadata={"help": text})
    return value  # type: ignore[no-any-return]  # a dataclass field stands for its value


@dataclass(frozen=True, kw_only=True)
class Connecting:
    """How the API server is found."""

    kubeconfig: str = _setting(
        "", "Path of the kubeconfig; default as kubectl: $KUBECONFIG, ~/.kube/config, in-cluster."
    )
    context: str = _setting("", "Context of the kubeconfig; default its current one.")


@dataclass(frozen=True, kw_only=True)
class Locating:
    """Where the controller is."""

    controller_namespace: str = _setting(
        "",
        "Namespace of the controller: protected, and where the kill switch is; default $POD_NAMESPACE, else zen-gc-system.",
    )

    @property
    def own_namespace(self) -> str:
        """The controller's namespace; never the context's.

        Raises:
            InputError: It is no name.
        """
        own = self.controller_namespace or os.environ.get("POD_NAMESPACE", "") or DEFAULT_NAMESPACE
        if fault := namespace_fault(own):
            raise InputError(f"--controller-namespace {fault}")
        return own


@dataclass(frozen=True, kw_only=True)
class Allowing:
    """What policies may do beyond what they always may, and which plugins there are."""

    allow_cross_namespace: bool = _setting(
        default=False, text="Let namespaced policies name other namespaces, as the Go program zen-gc did."
    )
    allow_resource: tuple[str, ...] = _setting(
        (), "Protected kinds that policies may take, e.g. namespaces,roles.rbac.authorization.k8s.io."
    )
    allow_namespace: tuple[str, ...] = _setting((), "Protected namespaces in which policies may act, e.g. kube-system.")
    allow_secret_type: tuple[str, ...] = _setting((), "Protected types of Secrets that policies may take.")
    allow_mark: tuple[str, ...] = _setting(
        (), "Reserved labels and annotations that policies may write, e.g. app.kubernetes.io/part-of."
    )
    recycle_secrets: bool = _setting(
        default=False,
        text="Let policies with behavior.recycle copy Secrets, as Secrets beside them, before they delete them.",
    )
    allow_patch: bool = _setting(
        default=False, text="Let namespaced policies patch objects, which they do with the controller's rights."
    )
    default_service_account: str = _setting(
        "",
        "ServiceAccount of their own namespace as which namespaced policies act that name none; default the controller's.",
    )
    require_service_account: bool = _setting(
        default=False, text="Refuse namespaced policies that act as no ServiceAccount of their namespace."
    )
    disable_plugin: tuple[str, ...] = _setting((), "Plugins that are not loaded, by entry point name.")
    require_plugin: tuple[str, ...] = _setting((), "Plugins without which nothing is written, by entry point name.")

    def grants(self, own_namespace: str = "") -> Grants:
        """What the engine takes of it.

        Args:
            own_namespace: The controller's own namespace; empty when there is none.

        Raises:
            InputError: Something is not protected, so that its name must be misspelt.
        """
        for option, names, fault_of in (
            ("--allow-resource", self.allow_resource, allowed_resource_fault),
            ("--allow-namespace", self.allow_namespace, partial(allowed_namespace_fault, own_namespace=own_namespace)),
            ("--allow-secret-type", self.allow_secret_type, allowed_secret_type_fault),
            ("--allow-mark", self.allow_mark, allowed_mark_fault),
        ):
            for name in names:
                if fault := fault_of(name):
                    raise InputError(f"{option} {visible(name, 80)}: {fault}")
        if self.default_service_account and (fault := policy_name_fault(self.default_service_account)):
            raise InputError(f"--default-service-account {fault}")
        return Grants(
            cross_namespace=self.allow_cross_namespace,
            resources=frozenset(self.allow_resource),
            namespaces=frozenset(self.allow_namespace),
            secret_types=frozenset(self.allow_secret_type),
            marks=frozenset(self.allow_mark),
            patches=self.allow_patch,
            recycle_secrets=self.recycle_secrets,
            own_namespace=own_namespace,
            default_account=self.default_service_account,
            require_account=self.require_service_account,
        )


@dataclass(frozen=True, kw_only=True)
class Settings(Connecting, Allowing, Locating):
    """All settings of ``zen-gc controller``."""

    gc_interval: timedelta = _setting(
        timedelta(minutes=1), "How often a policy without evaluationInterval runs; 1s or more."
    )
    min_interval: timedelta = _setting(
        SHORTEST_INTERVAL, "How often a namespaced policy may run at the most, whatever its evaluationInterval says."
    )
    watch_namespace: tuple[str, ...] = _setting(
        (),
        "Look at the policies of these namespaces, and at nothing outside of them: no right of the whole cluster is needed, "
        "and ClusterGarbageCollectionPolicies are not served.",
    )
    dry_run: bool = _setting(default=False, text="Treat every policy as a dry run.")
    max_deletions_per_second: float = _setting(10.0, "Most writes a second of a policy that does not say.")
    batch_size: int = _setting(
        20, "Most writes between two looks at the policy, of a policy that does not say; 1 to 20."
    )
    max_concurrent_sweeps: int = _setting(2, "Passes over resources at the same time.")
    metrics_addr: str = _setting(":8080", "Address of /metrics.")
    health_addr: str = _setting(":8081", "Address of /healthz and /readyz.")
    enable_leader_election: bool = _setting(default=True, text="Act only while holding the lease.")
    leader_election_namespace: str = _setting("", "Namespace of the lease; default the controller's.")
    leader_election_id: str = _setting("gc-controller-leader-election", "Name of the lease.")
    leader_election_lease_duration: timedelta = _setting(
        timedelta(seconds=15), "How long a lease lasts unless renewed."
    )
    leader_election_renew_deadline: timedelta = _setting(
        timedelta(seconds=10), "How long the leader tries to renew it."
    )
    leader_election_retry_period: timedelta = _setting(timedelta(seconds=2), "How long it waits between tries.")
    webhook_addr: str = _setting("", "Address of the admission webhook, e.g. :9443; empty serves none.")
    webhook_tls: str = _setting("self", "Whose certificates the webhook shows: self (own ones) or files.")
    webhook_cert_dir: str = _setting("", "Directory of the webhook's tls.crt and tls.key, with --webhook-tls=files.")
    webhook_name: str = _setting(
        "zen-gc", "Name of the ValidatingWebhookConfiguration; its Secret is NAME-webhook-ca, its Service stands in it."
    )
    log_level: str = _setting("info", "Least level that is logged: debug, info, warning or error.")
    log_format: str = _setting("json", "How logs are written: json or console.")

    def __post_init__(self) -> None:
        """Refuse values that cannot work.

        Raises:
            InputError: One of the settings is out of bounds; the text begins with its flag.
        """
        checks = (
            (self.gc_interval >= timedelta(seconds=1), "--gc-interval must be 1s or more"),
            (self.min_interval >= timedelta(0), "--min-interval must not be negative"),
            (
                0 < self.max_deletions_per_second <= 10_000,
                "--max-deletions-per-second must be more than 0, at most 10000",
            ),
            (1 <= self.batch_size <= 20, "--batch-size must be 1 to 20"),
            (1 <= self.max_concurrent_sweeps <= 16, "--max-concurrent-sweeps must be 1 to 16"),
            (
                self.log_level in {"debug", "info", "warning", "error"},
                "--log-level must be debug, info, warning or error",
            ),
            (self.log_format in {"json", "console"}, "--log-format must be json or console"),
            (self.webhook_tls in {"self", "files"}, "--webhook-tls must be self or files"),
            (
                (self.webhook_tls == "files") == bool(self.webhook_cert_dir),
                "--webhook-cert-dir goes with --webhook-tls=files, and files need it",
            ),
            (bool(self.webhook_name), "--webhook-name must not be empty"),
            (bool(self.leader_election_id), "--leader-election-id must not be empty"),
            (
                not (self.watch_namespace and self.allow_cross_namespace),
                "--watch-namespace and --allow-cross-namespace contradict each other: leave one of them out",
            ),
        )
        for right, message in checks:
            if not right:
                raise InputError(message)
        if self.leader_election_namespace and (fault := namespace_fault(self.leader_election_namespace)):
            raise InputError(f"--leader-election-namespace {fault}")
        for name in self.watch_namespace:
            if fault := namespace_fault(name):
                raise InputError(f"--watch-namespace {fault}")

    def interval_of(self, policy: PolicyReference, asked: timedelta | None) -> timedelta:
        """How often a policy runs.

        Args:
            policy: The policy; one of a namespace runs at ``min_interval`` at the most.
            asked: Its ``evaluationInterval``; None when it has none.
        """
        if asked is None:
            return self.gc_interval
        return max(asked, self.min_interval) if policy.namespace else asked


def flag(name: str) -> str:
    """The flag of a setting (``gc_interval`` is ``--gc-interval``)."""
    return f"--{name.replace('_', '-')}"


def environment_variable(name: str) -> str:
    """The environment variable of a setting (``gc_interval`` is ``ZEN_GC_GC_INTERVAL``)."""
    return f"ZEN_GC_{name.upper()}"


def help_texts(kind: type[Connecting | Allowing]) -> dict[str, str]:
    """The help text of every setting of a class, by name, in order."""
    return {entry.name: entry.metadata["help"] for entry in fields(kind)}

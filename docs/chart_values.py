"""The values of the Helm chart: of each its path, what it may be, its default and what it does, in one table.

What is a flag of the controller is not written here but read from its settings: the value ``gcInterval`` is ``--gc-interval``.
``docs/chart.py`` makes values.yaml, the schema, the README and the list of flags of it.
"""  # noqa: INP001  a module beside the pages that are made of it

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import yaml

from zen_gc_core.controller.settings import Settings, flag

MANIFESTS: Final = Path(__file__).parents[1] / "deploy/manifests"
Schema = dict[str, Any]

_CHART_SETS: Final = {
    "kubeconfig": "the Pod's own account",
    "context": "the Pod's own account",
    "controller_namespace": "the release's",
    "metrics_addr": "a port of the Pod",
    "health_addr": "a port of the Pod",
    "enable_leader_election": "always",
    "leader_election_namespace": "the release's",
    "leader_election_id": "the name in the Role",
}
"""Settings that are no values, and what the chart says instead."""

TEXT: Final[Schema] = {"type": "string"}
SWITCH: Final[Schema] = {"type": "boolean"}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
OBJECTS: Final[Schema] = {"type": "array", "items": {"type": "object"}}
OBJECT: Final[Schema] = {"type": "object"}
NAMES: Final[Schema] = {"type": "array", "items": {"type": "string", "pattern": "^[^,]+$"}}
LABELS: Final[Schema] = {"type": "object", "additionalProperties": TEXT}
SELECTOR: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"matchLabels": LABELS, "matchExpressions": OBJECTS},
}
DURATION: Final[Schema] = {"type": ["string", "null"], "pattern": "^([0-9]+([.][0-9]+)?(ms|s|m|h))+$"}


_NARROWER: Final[dict[str, Schema]] = {
    "batch_size": {"maximum": 20},
    "max_concurrent_sweeps": {"maximum": 16},
    "max_deletions_per_second": {"maximum": 10_000},
    "log_level": {"enum": ["debug", "info", "warning", "error", None]},
    "log_format": {"enum": ["json", "console", None]},
    "default_service_account": {"pattern": "^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$"},
}
"""What the program refuses of a flag, whatever its type: else it would be installed, and not start."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the chart.

    Args:
        path: Its path, such as ``image.tag``.
        schema: What it may be, as a JSON Schema.
        default: What it is unless said otherwise; None is written ``null``: the program's own default.
        text: What it does, in Markdown, without a full stop.
    """

    path: str
    schema: Schema
    default: Any
    text: str


def flags() -> dict[str, str]:
    """The values that are flags of the controller, with the flag of each."""
    return {_camel(entry.name): flag(entry.name) for entry in fields(Settings) if _is_value(entry.name)}


def targets() -> dict[str, bool]:
    """The roles for what policies may act on, by the name of their value, and whether each is installed by default."""
    listed = yaml.safe_load((MANIFESTS / "targets/kustomization.yaml").read_text("utf-8"))["resources"]
    files = sorted(path.name for path in (MANIFESTS / "targets").glob("*.yaml"))
    return {target(name): name in listed for name in files if name not in {"kustomization.yaml", "aggregate.yaml"}}


def target(file: str) -> str:
    """The value that installs the role in a file: ``recycled-secrets.yaml`` is ``recycledSecrets``."""
    return _camel(file.removesuffix(".yaml").replace("-", "_"))


def file_of(name: str) -> str:
    """The file of the role that a value installs: the inverse of ``target``."""
    return f"{_kebab(name)}.yaml"


def values() -> list[Value]:
    """All values, in the order in which they are written."""
    return [*_IMAGE, _WATCH, *_of_flags(), *_rights(), *_WEBHOOK, *_PODS, *_AROUND]


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def _is_value(name: str) -> bool:
    return name not in _CHART_SETS and not name.startswith(("webhook_", "watch_"))


def _of_flags() -> list[Value]:
    found = []
    for entry in fields(Settings):
        if _is_value(entry.name):
            default = entry.default
            text = cast("str", entry.metadata["help"]).removesuffix(".")
            shown = "" if default in ((), "", False, None) else f"; the program's default is `{_shown(default)}`"
            given = [] if isinstance(default, tuple) else None
            schema = {**_flag_schema(default), **_NARROWER.get(entry.name, {})}
            found.append(Value(_camel(entry.name), schema, given, f"`{flag(entry.name)}`: {text}{shown}"))
    return found


def _shown(default: Any) -> str:
    if isinstance(default, timedelta):
        seconds = int(default.total_seconds())
        return f"{seconds // 60}m" if seconds and seconds % 60 == 0 else f"{seconds}s"
    return f"{default:g}" if isinstance(default, float) else str(default)


def _flag_schema(default: Any) -> Schema:
    match default:
        case bool():
            return {"type": ["boolean", "null"]}
        case int():
            return {"type": ["integer", "null"], "minimum": 1}
        case float():
            return {"type": ["number", "null"], "exclusiveMinimum": 0}
        case timedelta():
            return DURATION
        case tuple():
            return NAMES
        case _:
            return {"type": ["string", "null"], "minLength": 1}


def _rights() -> list[Value]:
    return [
        Value(
            "rbac.create",
            SWITCH,
            default=True,
            text="Whether the chart makes roles and bindings; without, make them beforehand",
        ),
        *(
            Value(
                f"rbac.targets.{name}",
                SWITCH,
                on,
                f"What policies may act on: [targets/{file_of(name)}](../../manifests/targets/{file_of(name)})",
            )
            for name, on in targets().items()
        ),
        Value(
            "rbac.extraTargets",
            {"type": "array", "items": RULE},
            [],
            "Rules of a role of your own for what policies may act on: kinds of your own, `get`, `list`, `delete`",
        ),
        Value(
            "rbac.apiServices",
            SWITCH,
            default=False,
            text="With `watchNamespaces`: whether a ClusterRole lets it tell which kinds have an API server of their own, and where custom kinds keep their count of replicas",
        ),
        Value(
            "rbac.aggregateToView", SWITCH, default=True, text="Whether who may view a namespace may view its policies"
        ),
        Value(
            "rbac.aggregateToEdit",
            SWITCH,
            default=False,
            text="Whether who may edit a namespace may write its policies; see [writers.yaml](../../manifests/writers.yaml)",
        ),
        Value("serviceAccount.create", SWITCH, default=True, text="Whether the chart makes the ServiceAccount"),
        Value("serviceAccount.name", {"type": "string", "minLength": 1}, "gc-controller", "Its name"),
        Value("serviceAccount.annotations", LABELS, {}, "Its annotations"),
    ]


def _kebab(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: f"-{match[1].lower()}", name)


RULE: Final[Schema] = {
    "type": "object",
    "required": ["apiGroups", "resources", "verbs"],
    "additionalProperties": False,
    "properties": {
        "apiGroups": {"type": "array", "minItems": 1, "items": TEXT},
        "resources": {"type": "array", "minItems": 1, "items": TEXT},
        "verbs": {
            "type": "array",
            "minItems": 1,
            "items": {"enum": ["get", "list", "delete", "patch", "create"]},
        },
    },
}

_WATCH: Final = Value(
    "watchNamespaces",
    {
        "type": "array",
        "uniqueItems": True,
        "items": {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"},
    },
    [],
    "`--watch-namespace`: look at the policies of these namespaces alone, [with Roles there and no "
    "ClusterRole](../../../docs/how-to/run-in-one-namespace.md); empty: of all",
)

_IMAGE: Final = [
    Value(
        "image.registry",
        TEXT,
        "",
        "Host of the registry to which you pushed the image, such as `registry.example.com`; required",
    ),
    Value("image.repository", TEXT, "", "Name of the image in it, such as `platform/zen-gc`; required"),
    Value("image.tag", TEXT, "", "Its tag; empty: the chart's `appVersion`"),
    Value(
        "image.digest",
        {"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"},
        "",
        "Its digest, `sha256:…`, which then says what runs, whatever the tag",
    ),
    Value(
        "image.pullPolicy",
        {"enum": ["Always", "IfNotPresent", "Never", ""]},
        "",
        "When it is pulled; empty: Kubernetes' default",
    ),
    Value("imagePullSecrets", OBJECTS, [], "Secrets for the registry, `[{name: …}]`"),
]

_PODS: Final = [
    Value("replicaCount", {"type": "integer", "minimum": 0}, 2, "Replicas: one leads, the others stand by"),
    Value("extraArgs", TEXTS, [], "Further arguments of `zen-gc controller`"),
    Value("extraEnv", OBJECTS, [], "Further environment variables, as in a Pod"),
    Value(
        "resources",
        OBJECT,
        {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}},
        "Requests and limits",
    ),
    Value(
        "podSecurityContext",
        OBJECT,
        {"runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
        "Of the Pod",
    ),
    Value(
        "securityContext",
        OBJECT,
        {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
        "Of the container",
    ),
    Value("priorityClassName", TEXT, "", "Name of a PriorityClass that there is"),
    Value("nodeSelector", LABELS, {}, "Labels of nodes"),
    Value("tolerations", OBJECTS, [], "Taints that are borne"),
    Value("affinity", OBJECT, {}, "Affinity; empty: replicas rather on different hosts"),
    Value("topologySpreadConstraints", OBJECTS, [], "Spreading; empty: over zones, where it can be"),
    Value("podAnnotations", LABELS, {}, "Further annotations of the Pods"),
    Value("podLabels", LABELS, {}, "Further labels of the Pods"),
    Value(
        "terminationGracePeriodSeconds",
        {"type": "integer", "minimum": 16},
        30,
        "Time for the end of its work; longer than the lease",
    ),
]

_WEBHOOK: Final = [
    Value(
        "webhook.enabled",
        SWITCH,
        default=False,
        text="Whether every replica serves the [admission webhook](../../../docs/how-to/refuse-wrong-policies-early.md)",
    ),
    Value(
        "webhook.createConfiguration",
        SWITCH,
        default=True,
        text="Whether the chart makes what it needs of the cluster: its configuration, and the right to see that, and to write its bundle; "
        "without, an administrator does",
    ),
    Value(
        "webhook.failurePolicy",
        {"enum": ["Ignore", "Fail"]},
        "Ignore",
        "What happens to a policy when no replica answers; the controller checks every policy again before it acts",
    ),
    Value("webhook.timeoutSeconds", {"type": "integer", "minimum": 1, "maximum": 30}, 5, "How long it is waited for"),
    Value(
        "webhook.namespaceSelector",
        SELECTOR,
        {},
        "Which Namespaces' policies it is asked about; empty: all, or all that are watched",
    ),
    Value(
        "webhook.tls",
        {"enum": ["self", "secret", "certManager"]},
        "self",
        "Whose certificates: its own, those of a Secret that you renew, or cert-manager's",
    ),
    Value("webhook.secretName", TEXT, "", "The Secret, with `tls: secret`"),
    Value(
        "webhook.caBundle",
        {"type": "string", "pattern": "^[A-Za-z0-9+/=\\s]*$"},
        "",
        "Who signed it, PEM in base64, with `tls: secret`",
    ),
    Value("webhook.certManager.issuerRef", OBJECT, {}, "The issuer, with `tls: certManager`: `{name: …, kind: …}`"),
    Value(
        "admissionPolicy.enabled",
        SWITCH,
        default=False,
        text="Whether writing certain things into policies needs a [verb of its own](../../../docs/how-to/refuse-wrong-policies-early.md)",
    ),
]

_AROUND: Final = [
    Value(
        "commonLabels",
        LABELS,
        {},
        "Further labels of every object",
    ),
    Value(
        "crds.enabled",
        SWITCH,
        default=True,
        text="Whether the chart brings the CustomResourceDefinitions, and upgrades them",
    ),
    Value("crds.keep", SWITCH, default=True, text="Whether they, and with them every policy, outlive `helm uninstall`"),
    Value("crds.annotations", LABELS, {}, "Their annotations"),
    Value("podDisruptionBudget.enabled", SWITCH, default=True, text="Whether at most one replica is evicted at a time"),
    Value(
        "networkPolicy.enabled",
        SWITCH,
        default=False,
        text="Whether traffic is restricted to metrics, probes, DNS and the API server",
    ),
    Value("networkPolicy.metricsFrom", OBJECTS, [], "Who may scrape, as `from` of a NetworkPolicy; empty: everybody"),
    Value(
        "networkPolicy.apiServerTo",
        OBJECTS,
        [],
        "Where the API server is, as `to` of a NetworkPolicy; empty: anywhere, on the ports",
    ),
    Value(
        "networkPolicy.apiServerPorts",
        {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1, "maximum": 65535}},
        [443, 6443],
        "Its ports, behind the Service",
    ),
    Value("metrics.service.enabled", SWITCH, default=True, text="Whether there is a headless Service for scrapes"),
    Value(
        "metrics.serviceMonitor.enabled",
        SWITCH,
        default=False,
        text="Whether Prometheus' operator finds the replicas by a ServiceMonitor",
    ),
    Value("metrics.podMonitor.enabled", SWITCH, default=False, text="Whether it finds them by a PodMonitor instead"),
    Value("metrics.monitor.interval", TEXT, "30s", "How often either scrapes"),
    Value("metrics.monitor.labels", LABELS, {}, "Labels by which your Prometheus selects either"),
    Value(
        "metrics.rules.enabled",
        SWITCH,
        default=False,
        text="Whether Prometheus' operator is given the alerts, as a PrometheusRule",
    ),
    Value("metrics.rules.labels", LABELS, {}, "Labels by which your Prometheus selects it"),
    Value("metrics.rules.alertLabels", LABELS, {}, "Further labels of every alert"),
    Value(
        "metrics.rules.runbookUrl",
        TEXT,
        "",
        "Where you serve [docs/runbooks](../../../docs/how-to/watch-with-prometheus.md); empty: alerts have no `runbook_url`",
    ),
    Value(
        "metrics.dashboard.enabled",
        SWITCH,
        default=False,
        text="Whether there is a ConfigMap with the dashboard, for Grafana's sidecar",
    ),
    Value("metrics.dashboard.labels", LABELS, {"grafana_dashboard": "1"}, "Labels by which the sidecar finds it"),
    Value("metrics.dashboard.annotations", LABELS, {}, "Its annotations, such as that of the folder"),
    Value(
        "notifications.secretName",
        TEXT,
        "",
        "Secret with `url` and `key`: [what runs did is posted there](../../../docs/how-to/be-told-elsewhere.md), signed; empty: nowhere",
    ),
    Value("extraObjects", OBJECTS, [], "Objects of your own, rendered as templates; policies are refused, see below"),
]

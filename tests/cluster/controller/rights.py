"""Who may do what, for tests on a real API server: the controller as it is installed, accounts of tenants, and the audit log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.cluster.controller.stage import Stage
    from tests.harness.real import RealCluster

RBAC = "rbac.authorization.k8s.io"
MANIFESTS = Path(__file__).parents[3] / "deploy/manifests"
CONTROLLER = "gc-controller"
CONFIG_MAPS = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "delete"]}


def rules_of(file: str, kind: str, name: str) -> list[dict[str, Any]]:
    """The rules of a role of the manifests."""
    documents = yaml.safe_load_all((MANIFESTS / file).read_text())
    (found,) = (each for each in documents if each["kind"] == kind and each["metadata"]["name"] == name)
    return list(found["rules"])


def subject(namespace: str, name: str) -> dict[str, str]:
    """A ServiceAccount, as a binding names it."""
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}


def grant(stage: Stage, namespace: str, who: dict[str, str], *rules: dict[str, Any], name: str = "") -> str:
    """Let somebody do something in a namespace; in all of them, where the namespace is empty."""
    prefix = "" if namespace else "Cluster"
    name = name or f"{who['namespace']}-{who['name']}-{len(rules)}-{abs(hash(json.dumps(rules))):x}"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    role = {"apiGroup": RBAC, "kind": f"{prefix}Role", "name": name}
    for document in (
        {"kind": f"{prefix}Role", "rules": list(rules)},
        {"kind": f"{prefix}RoleBinding", "roleRef": role, "subjects": [who]},
    ):
        stage.cluster.create({"apiVersion": f"{RBAC}/v1", "metadata": metadata, **document})
    return name


def controller(stage: Stage) -> Path:
    """The kubeconfig of the controller with the rights of the manifests, those on targets aside."""
    who = subject(stage.home, CONTROLLER)
    grant(stage, "", who, *rules_of("rbac.yaml", "ClusterRole", "zen-gc-controller"), name=f"zen-gc-{stage.home}")
    grant(stage, stage.home, who, *rules_of("rbac.yaml", "Role", "zen-gc-controller"), name="zen-gc-controller")
    return stage.cluster.service_account_kubeconfig(stage.home, CONTROLLER)


def account(stage: Stage, name: str = "cleaner", *, namespace: str = "", rules: Iterable[dict[str, Any]] = ()) -> str:
    """Make a ServiceAccount that may do something in its namespace."""
    namespace = namespace or stage.namespace
    stage.cluster.create(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
    )
    if rules:
        grant(stage, namespace, subject(namespace, name), *rules, name=f"{name}-cleans")
    return name


def let_impersonate(stage: Stage, *names: str, namespace: str = "") -> None:
    """Let the controller act as accounts of a namespace, in the unconstrained way that every server knows."""
    rule = {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["impersonate"], "resourceNames": list(names)}
    who = subject(stage.home, CONTROLLER)
    grant(stage, namespace or stage.namespace, who, rule, name=f"zen-gc-acts-as-{names[0]}-{stage.home}")


def needs_constrained_impersonation(stage: Stage) -> None:
    """Leave a test out, saying so, where the server does not know it (KEP-5284): before Kubernetes 1.36 it is off."""
    minor = int(stage.cluster.request("GET", "/version").body["minor"])
    if minor < 36:
        pytest.skip(f"Kubernetes 1.{minor} does not constrain impersonation")


def let_impersonate_within(stage: Stage, name: str, *targets: dict[str, Any], namespace: str = "") -> None:
    """Let the controller act as one account of a namespace, and only in what it needs of it (KEP-5284)."""
    namespace = namespace or stage.namespace
    rules = [
        {
            "apiGroups": ["authentication.k8s.io"],
            "resources": ["serviceaccounts"],
            "resourceNames": [name],
            "verbs": ["impersonate:serviceaccount"],
        }
    ]
    for target in targets:
        verbs = [f"impersonate-on:serviceaccount:{verb}" for verb in target["verbs"]]
        rules.append({**target, "verbs": verbs})
    grant(stage, namespace, subject(stage.home, CONTROLLER), *rules, name=f"zen-gc-acts-as-{name}-{stage.home}")


class Audit:
    """What an API server has written down of the requests of zen-gc's, from now on."""

    def __init__(self, cluster: RealCluster, home: str) -> None:
        self._log = cluster.audit_log
        self._whose = f"system:serviceaccount:{home}:{CONTROLLER}"
        self._from = self._log.stat().st_size if self._log.exists() else 0

    def requests(self) -> list[dict[str, Any]]:
        """The requests of the controller, the finished ones."""
        with self._log.open("rb") as log:
            log.seek(self._from)
            events = [json.loads(line) for line in log if line.endswith(b"\n")]
        answered = [each for each in events if each["stage"] == "ResponseComplete"]
        return [each for each in answered if each["user"]["username"] == self._whose]

    def as_account(self, namespace: str, name: str = "cleaner") -> list[tuple[str, str, str]]:
        """The requests as an account: verb, resource with its group, and name."""
        return [shown(each) for each in self.requests() if acted_as(each) == f"{namespace}/{name}"]

    def as_itself(self) -> list[tuple[str, str, str]]:
        """The requests with the controller's own rights; those that asked for an account's and were refused are none."""
        return [shown(each) for each in self.requests() if not acted_as(each) and not impersonation_refused(each)]


def acted_as(event: dict[str, Any]) -> str:
    """The account as which a request was made; empty: none."""
    user = event.get("impersonatedUser", {}).get("username", "")
    return user.removeprefix("system:serviceaccount:").replace(":", "/")


def impersonation_refused(event: dict[str, Any]) -> bool:
    """Whether a request was to be made as an account, and the server did not let the controller act as it."""
    status = event.get("responseStatus", {})
    return status.get("code") == 403 and "cannot impersonate" in status.get("message", "")


def shown(event: dict[str, Any]) -> tuple[str, str, str]:
    """A request: its verb, the resource with group and subresource, and the name of the object."""
    about = event.get("objectRef", {})
    parts = [about.get("resource", ""), about.get("apiGroup", "")]
    what = ".".join(part for part in parts if part)
    subresource = f"/{about['subresource']}" if about.get("subresource") else ""
    return event["verb"], what + subresource, about.get("name", "")

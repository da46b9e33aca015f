"""Who may write what into policies, asked by the API server itself: the verbs immediate, protected, approve and use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cluster.controller.stage import Stage, until
from zen_gc_core.engine.protected import PROTECTED_KINDS
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFESTS = Path(__file__).parents[3] / "deploy/manifests/admission-policy"
POLICIES = f"/apis/{API_VERSION}"
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap"}
PLAIN: dict[str, Any] = {"targetResources": [CONFIG_MAP], "ttl": {"afterCreation": "7d"}, "paused": True}
READ_AND_WRITE = ["get", "list", "create", "update", "patch", "delete"]
APPROVED = {"gc.kube-zen.io/approve": "0123456789abcdef/5"}


def role(verbs: list[str], resources: list[str], group: str = "gc.kube-zen.io", **more: Any) -> dict[str, Any]:
    """A rule of RBAC."""
    return {"apiGroups": [group], "resources": resources, "verbs": verbs, **more}


class Author:
    """Somebody who may write policies of both kinds, and what else they are granted.

    Args:
        stage: where they write.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.name = f"author-{stage.namespace}"
        self.config = stage.cluster.service_account_kubeconfig(stage.namespace, "author")
        subject = {"kind": "ServiceAccount", "name": "author", "namespace": stage.namespace}
        ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": self.name}
        head = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": self.name}}
        stage.cluster.create({**head, "kind": "ClusterRole", "rules": self.rules()})
        stage.cluster.create({**head, "kind": "ClusterRoleBinding", "roleRef": ref, "subjects": [subject]})

    @staticmethod
    def rules(*more: dict[str, Any]) -> list[dict[str, Any]]:
        """Writing policies, and what is granted beside."""
        return [role(READ_AND_WRITE, ["garbagecollectionpolicies", "clustergarbagecollectionpolicies"]), *more]

    def grant(self, *more: dict[str, Any]) -> None:
        """Grant something."""
        path = f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{self.name}"
        self.stage.patch(path, {"rules": self.rules(*more)})

    def writes(
        self, spec: dict[str, Any], kind: str = NAMESPACED, *flags: str, name: str = "p", **metadata: Any
    ) -> str:
        """Apply a policy as the author; what kubectl says against it, empty when nothing."""
        place = {} if kind == CLUSTER else {"namespace": self.stage.namespace}
        document = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": {"name": name, **place, **metadata},
            "spec": spec,
        }
        done = self.stage.cluster.kubectl("apply", *flags, "-f", "-", stdin=json.dumps(document), config=self.config)
        return "" if done.returncode == 0 else done.stderr

    def forget(self) -> None:
        """Take it all away."""
        for kind in ("clusterrolebindings", "clusterroles"):
            self.stage.delete(f"/apis/rbac.authorization.k8s.io/v1/{kind}/{self.name}")


@pytest.fixture
def author(real: Stage) -> Iterator[Author]:
    """An author, on a cluster where the verbs are asked for."""
    cluster = real.cluster
    cluster.kubectl("apply", "--server-side", "--validate=strict", "-k", str(MANIFESTS), check=True)
    somebody = Author(real)
    until(lambda: not somebody.writes(PLAIN, name="first"), "the rights are there")
    at_once = {**PLAIN, "ttl": {"immediate": True}}
    until(
        lambda: "needs the verb" in somebody.writes(at_once, NAMESPACED, "--dry-run=server"), "the verbs are asked for"
    )
    yield somebody
    somebody.forget()
    cluster.kubectl("delete", "-k", str(MANIFESTS), check=True)


BOTH = ["garbagecollectionpolicies", "clustergarbagecollectionpolicies"]
USE = role(["use"], ["serviceaccounts"], "", resourceNames=["cleaner"])
ASKED: dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "at once": (NAMESPACED, {**PLAIN, "ttl": {"immediate": True}}, {}, role(["immediate"], BOTH)),
    "at once, of the cluster": (CLUSTER, {**PLAIN, "ttl": {"immediate": True}}, {}, role(["immediate"], BOTH)),
    "a protected kind": (
        NAMESPACED,
        {**PLAIN, "targetResources": [CONFIG_MAP, {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role"}]},
        {},
        role(["protected"], BOTH),
    ),
    "a protected kind of the core": (
        NAMESPACED,
        {**PLAIN, "targetResources": [{"apiVersion": "v1", "kind": "PersistentVolumeClaim"}]},
        {},
        role(["protected"], BOTH),
    ),
    "every kind": (
        NAMESPACED,
        {**PLAIN, "targetResources": [{"apiVersion": "*", "kind": "*"}]},
        {},
        role(["protected"], BOTH),
    ),
    "every namespace": (
        CLUSTER,
        {**PLAIN, "targetResources": [{**CONFIG_MAP, "namespaces": ["a", "?*"]}]},
        {},
        role(["protected"], BOTH),
    ),
    "every namespace, as it was written before": (
        CLUSTER,
        {"targetResource": {**CONFIG_MAP, "namespace": "*"}, "ttl": {"secondsAfterCreation": 60}, "paused": True},
        {},
        role(["protected"], BOTH),
    ),
    **{
        f"every namespace, as it was written before, {how}": (
            NAMESPACED,
            {"targetResource": {**CONFIG_MAP, **left_out}, "ttl": {"secondsAfterCreation": 60}, "paused": True},
            {},
            role(["protected"], BOTH),
        )
        for how, left_out in {"left out": {}, "empty": {"namespace": ""}}.items()
    },
    **{
        f"every namespace by a selector, {how}": (
            CLUSTER,
            {**PLAIN, "targetResources": [{**CONFIG_MAP, "namespaceSelector": selector}]},
            {},
            role(["protected"], BOTH),
        )
        for how, selector in {
            "of what has a name": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "Exists"}]},
            "of what has no other": {"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["b"]}]},
        }.items()
    },
    "an approval": (NAMESPACED, PLAIN, {"annotations": APPROVED}, role(["approve"], BOTH)),
    "an account": (NAMESPACED, {**PLAIN, "serviceAccountName": "cleaner"}, {}, USE),
}


@pytest.mark.parametrize(("kind", "spec", "metadata", "right"), ASKED.values(), ids=ASKED)
def test_a_verb_more_is_needed(
    author: Author, kind: str, spec: dict[str, Any], metadata: dict[str, Any], right: dict[str, Any]
) -> None:
    """Without it the policy is refused, and the message has the verb; with it, it is stored."""
    (verb,) = right["verbs"]
    refused = author.writes(spec, kind, **metadata)
    assert f"needs the verb {verb} on" in refused, refused
    author.grant(right)
    until(lambda: not author.writes(spec, kind, **metadata), "the right is there")


def test_what_needs_no_verb_is_written_as_ever(author: Author) -> None:
    """Named namespaces, unprotected kinds, an account that one may use; and edits beside the spec of any policy."""
    narrow = {**PLAIN, "targetResources": [{**CONFIG_MAP, "namespaces": ["team-*", "!team-a"]}]}
    assert author.writes(narrow, CLUSTER) == ""
    chosen = {"matchExpressions": [{"key": "team", "operator": "In", "values": ["a"]}]}
    for selector in (chosen, {"matchLabels": {"team": "a"}}):
        selected = {**PLAIN, "targetResources": [{**CONFIG_MAP, "namespaceSelector": selector}]}
        assert author.writes(selected, CLUSTER, name="selected") == ""
    before = {"targetResource": {**CONFIG_MAP, "namespace": author.stage.namespace}, "paused": True}
    assert author.writes({**before, "ttl": {"secondsAfterCreation": 60}}, name="before") == ""
    stage = author.stage
    at_once = {**PLAIN, "ttl": {"immediate": True}}
    stage.policy("theirs", annotations=APPROVED, **at_once)
    labelled = ("label", "gcp", "theirs", "-n", stage.namespace, "a=b")
    assert stage.cluster.kubectl(*labelled, config=author.config).returncode == 0
    edited = ("patch", "gcp", "theirs", "-n", stage.namespace, "--type=merge", "-p", '{"spec": {"paused": false}}')
    assert "needs the verb immediate" in stage.cluster.kubectl(*edited, config=author.config).stderr
    plain = ("annotate", "gcp", "theirs", "-n", stage.namespace, "gc.kube-zen.io/approve-")
    assert stage.cluster.kubectl(*plain, config=author.config).returncode == 0


def test_an_administrator_has_every_verb(author: Author) -> None:
    """Whoever may do everything."""
    author.stage.policy("all", kind=CLUSTER, targetResources=[{**CONFIG_MAP, "namespaces": ["*"]}], paused=True)


def test_the_protected_kinds_are_those_of_the_program() -> None:
    """Each by its group and kind."""
    (found,) = yaml.safe_load_all((MANIFESTS / "policy.yaml").read_text())
    variables = {each["name"]: each["expression"] for each in found["spec"]["variables"]}
    listed = {line.strip(" ',") for line in variables["protectedKinds"].splitlines()} - {"[", "]"}
    assert listed == {f"{group}/{kind}" for group, kind in PROTECTED_KINDS}

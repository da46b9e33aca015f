"""``zen-gc rbac`` over files: the roles that policies need, and no right that they do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.golden.running import zen_gc

if TYPE_CHECKING:
    from pathlib import Path

DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: renders.acme.io}
spec:
  group: acme.io
  scope: Namespaced
  names: {kind: Render, plural: renders, singular: render, listKind: RenderList}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
"""


def policy(*, kind: str = "GarbageCollectionPolicy", **spec: Any) -> str:
    """A policy, as a file has it."""
    metadata = {"name": "p"} if kind.startswith("Cluster") else {"name": "p", "namespace": "team-a"}
    target = {"apiVersion": "batch/v1", "kind": "Job"}
    document = {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": kind,
        "metadata": metadata,
        "spec": {"targetResources": [target], "ttl": {"afterCreation": "1h"}, **spec},
    }
    return json.dumps(document)


def roles(tmp_path: Path, text: str, *arguments: str) -> dict[tuple[str, str], dict[str, Any]]:
    """What is printed, by kind and name."""
    (tmp_path / "p.yaml").write_text(text)
    ended = zen_gc("rbac", "-f", str(tmp_path / "p.yaml"), *arguments)
    assert ended.code == 0, ended.err
    found = list(yaml.safe_load_all(ended.out))
    return {(each["kind"], each["metadata"]["name"]): each for each in found}


def test_a_policy_gets_its_verbs_on_its_kinds_in_its_namespace(tmp_path: Path) -> None:
    """The controller is who has them, where the policy names nobody."""
    found = roles(tmp_path, policy())
    role, binding = found["Role", "zen-gc:team-a:p"], found["RoleBinding", "zen-gc:team-a:p"]
    assert len(found) == 2
    assert role["metadata"]["namespace"] == binding["metadata"]["namespace"] == "team-a"
    assert role["rules"] == [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get", "list", "delete"]}]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "gc-controller", "namespace": "zen-gc-system"}]


@pytest.mark.parametrize(
    ("how", "rules"),
    [
        (
            "impersonate",
            [{"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["impersonate"], "resourceNames": ["c"]}],
        ),
        (
            "constrained",
            [
                {
                    "apiGroups": ["authentication.k8s.io"],
                    "resources": ["serviceaccounts"],
                    "verbs": ["impersonate:serviceaccount"],
                    "resourceNames": ["c"],
                },
                {
                    "apiGroups": ["batch"],
                    "resources": ["jobs"],
                    "verbs": [f"impersonate-on:serviceaccount:{verb}" for verb in ("get", "list", "delete")],
                },
            ],
        ),
    ],
)
def test_an_account_gets_them_and_the_controller_the_right_to_act_as_it(
    tmp_path: Path, how: str, rules: list[dict[str, Any]]
) -> None:
    """As this one account, by name."""
    found = roles(tmp_path, policy(serviceAccountName="c"), f"--impersonation={how}")
    assert found["RoleBinding", "zen-gc:team-a:p"]["subjects"][0] == {
        "kind": "ServiceAccount",
        "name": "c",
        "namespace": "team-a",
    }
    assert found["Role", "zen-gc:team-a:p:impersonate"]["rules"] == rules
    assert found["RoleBinding", "zen-gc:team-a:p:impersonate"]["subjects"][0]["name"] == "gc-controller"


def test_the_default_account_counts(tmp_path: Path) -> None:
    """As the controller is told, so is the command."""
    found = roles(tmp_path, policy(), "--default-service-account=sweeper")
    assert found["RoleBinding", "zen-gc:team-a:p"]["subjects"][0]["name"] == "sweeper"


@pytest.mark.parametrize(
    ("namespaces", "kinds"),
    [(["*"], {("ClusterRole", "")}), (["a", "b"], {("Role", "a"), ("Role", "b")}), (["a-*"], {("ClusterRole", "")})],
)
def test_a_cluster_policy_gets_what_its_namespaces_are(
    tmp_path: Path, namespaces: list[str], kinds: set[tuple[str, str]]
) -> None:
    """Roles where they are written out, else a ClusterRole."""
    target = {"apiVersion": "v1", "kind": "Pod", "namespaces": namespaces}
    text = policy(kind="ClusterGarbageCollectionPolicy", targetResources=[target], action={"evict": {}})
    (tmp_path / "p.yaml").write_text(text)
    ended = zen_gc("rbac", "-f", str(tmp_path / "p.yaml"), "-o", "json")
    items = json.loads(ended.out)["items"]
    found = [each for each in items if each["kind"].endswith("Role")]
    assert {(each["kind"], each["metadata"].get("namespace", "")) for each in found} == kinds
    for each in found:
        assert each["rules"] == [
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
            {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
        ]


def test_a_kind_of_ones_own_comes_from_its_definition(tmp_path: Path) -> None:
    """And is refused by name without one: no plural is guessed."""
    target = {"apiVersion": "acme.io/v1", "kind": "Render"}
    text = policy(targetResources=[target])
    found = roles(tmp_path, f"{DEFINITION}---\n{text}")
    assert found["Role", "zen-gc:team-a:p"]["rules"][0]["resources"] == ["renders"]
    (tmp_path / "p.yaml").write_text(text)
    listed = {"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(DEFINITION)]}
    (tmp_path / "crds.json").write_text(json.dumps(listed))  # as kubectl get crd -o json writes it
    of_list = zen_gc("rbac", "-f", str(tmp_path / "crds.json"), "-f", str(tmp_path / "p.yaml"))
    assert (of_list.code, "renders" in of_list.out) == (0, True), of_list.err
    ended = zen_gc("rbac", "-f", str(tmp_path / "p.yaml"))
    assert ended.code == 2
    assert not ended.out
    assert "acme.io/v1 Render is no kind of Kubernetes' own: add its CustomResourceDefinition with -f" in ended.err


def test_where_a_custom_kind_keeps_its_count_is_read_from_its_definition_alone(tmp_path: Path) -> None:
    """By its name; that is beyond the namespace, so it is printed when it is asked for."""
    text = policy(targetResources=[{"apiVersion": "acme.io/v1", "kind": "Render"}], action={"scale": {"replicas": 0}})
    found = roles(tmp_path, f"{DEFINITION}---\n{text}", "--wide")
    assert found["Role", "zen-gc:team-a:p"]["rules"] == [
        {"apiGroups": ["acme.io"], "resources": ["renders"], "verbs": ["get", "list", "patch"]}
    ]
    assert found["ClusterRole", "zen-gc:team-a:p"]["rules"] == [
        {
            "apiGroups": ["apiextensions.k8s.io"],
            "resources": ["customresourcedefinitions"],
            "verbs": ["get"],
            "resourceNames": ["renders.acme.io"],
        }
    ]
    ended = zen_gc("rbac", "-f", str(tmp_path / "p.yaml"))
    assert (ended.code, ended.out) == (2, "")
    assert "the controller would get get beyond the namespace team-a, on customresourcedefinitions" in ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (policy(ttl={"afterCreation": "soon"}), "spec.ttl.afterCreation: 'soon' is no duration"),
        (policy(targetResources=[{"apiVersion": "v1", "kind": "Node"}]), "lives in no namespace"),
        (policy(conditions={"unreferenced": True}, targetResources=[{"apiVersion": "v1", "kind": "Secret"}]), "--live"),
        (DEFINITION, "no policies"),
    ],
    ids=["invalid", "out of reach", "every kind", "none"],
)
def test_what_cannot_be_told_is_not_printed(tmp_path: Path, text: str, said: str) -> None:
    """In one line, with exit code 2."""
    (tmp_path / "p.yaml").write_text(text)
    ended = zen_gc("rbac", "-f", str(tmp_path / "p.yaml"))
    assert ended.code == 2
    assert not ended.out
    assert said in ended.err


def test_no_right_is_a_wildcard(tmp_path: Path) -> None:
    """Whatever a policy asks, it is written out."""
    text = policy(behavior={"recycle": {"keepFor": "1h"}}, serviceAccountName="c")
    for each in roles(tmp_path, text, "--recycle-secrets").values():
        for rule in each.get("rules", []):
            assert "*" not in [*rule["apiGroups"], *rule["resources"], *rule["verbs"]]

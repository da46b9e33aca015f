"""The manifests, as they are written and as kustomize puts them together."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import zen_gc_core
from zen_gc_core.cluster.policies import POLICY_KINDS
from zen_gc_core.controller.admission.reviewing import LONGEST
from zen_gc_core.controller.admission.self_signed import secret_name
from zen_gc_core.controller.admission.webhook import PATH
from zen_gc_core.controller.runs.kill_switch import NAME as KILL_SWITCH
from zen_gc_core.controller.settings import Settings, flag
from zen_gc_core.controller.telling.metrics import REVIEWED
from zen_gc_core.model.policy import GROUP

ROOT = Path(__file__).parents[2]
MANIFESTS = ROOT / "deploy/manifests"
WEBHOOK = MANIFESTS / "webhook"
FILES = sorted(MANIFESTS.rglob("*.yaml"))
AGGREGATED = "gc.kube-zen.io/aggregate-to-controller"
PROTECTED_WRITES = {"create", "update", "deletecollection", "escalate", "bind", "impersonate"}


def documents(path: Path) -> list[dict[str, Any]]:
    """The objects of a file."""
    return list(yaml.safe_load_all(path.read_text()))


@pytest.fixture(scope="module")
def built() -> list[dict[str, Any]]:
    """What `kubectl apply -k` would send."""
    return kustomized(MANIFESTS)


@pytest.fixture(scope="module")
def with_webhook() -> list[dict[str, Any]]:
    """The same, with the admission webhook."""
    return kustomized(ROOT / "deploy/with-webhook")


def kustomized(path: Path) -> list[dict[str, Any]]:
    """What a kustomization makes."""
    kubectl = Path(sys.executable).with_name("kubectl")
    ended = subprocess.run(
        [kubectl if kubectl.exists() else "kubectl", "kustomize", path],
        capture_output=True,
        text=True,
        check=True,
        timeout=180,
        env={"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent"},
    )
    return list(yaml.safe_load_all(ended.stdout))


def find(objects: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    """The one object of a kind and name."""
    (found,) = [item for item in objects if (item["kind"], item["metadata"]["name"]) == (kind, name)]
    return found


@pytest.fixture
def pod(built) -> dict[str, Any]:
    """The Pod of the Deployment."""
    return find(built, "Deployment", "gc-controller")["spec"]["template"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_holds_objects_with_an_identity(path: Path) -> None:
    """A kind, a version and, but for kustomizations, a name."""
    for document in documents(path):
        assert document["apiVersion"]
        assert document["kind"] in {"Kustomization", "Component"} or document["metadata"]["name"]


@pytest.mark.parametrize("directory", ["one-namespace", "one-namespace-with-webhook"])
def test_for_one_namespace_nothing_is_of_the_cluster(directory: str) -> None:
    """Neither roles nor definitions nor the Namespace, which an administrator makes; the controller is told what it watches."""
    built = kustomized(ROOT / "deploy" / directory)
    cluster_wide = {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace"}
    cluster_wide |= {"ValidatingWebhookConfiguration"}
    assert not cluster_wide & {each["kind"] for each in built}
    assert all(each["metadata"].get("namespace") for each in built)
    args = find(built, "Deployment", "gc-controller")["spec"]["template"]["spec"]["containers"][0]["args"]
    assert "--watch-namespace=team-a" in args


def test_a_namespace_that_is_watched_gives_what_the_role_of_the_cluster_gives_elsewhere() -> None:
    """Rule by rule, but for what has no namespace, and lists of Namespaces, which only selectors need."""
    watched = documents(MANIFESTS / "one-namespace/watched/roles.yaml")
    roles = {each["metadata"]["name"]: each for each in watched if each["kind"] == "Role"}
    (own,) = (
        each
        for each in documents(MANIFESTS / "rbac.yaml")
        if (each["kind"], each["metadata"]["name"]) == ("ClusterRole", "zen-gc-controller")
    )
    elsewhere = {
        "clustergarbagecollectionpolicies",
        "clustergarbagecollectionpolicies/status",
        "clusterrecycledobjects",
    }
    elsewhere |= {"subjectaccessreviews", "apiservices", "customresourcedefinitions"}
    assert rights_in(roles["zen-gc-watched"]) == {
        (verb, resource)
        for verb, resource in rights_in(own)
        if resource not in elsewhere and (verb, resource) != ("list", "namespaces")
    }
    (common,) = documents(MANIFESTS / "targets/common.yaml")
    assert rights_in(roles["zen-gc-watched-targets"]) == rights_in(common)


def rights_in(role: dict[str, Any]) -> set[tuple[str, str]]:
    """The verbs and resources of a role."""
    return {(verb, resource) for rule in role["rules"] for verb in rule["verbs"] for resource in rule["resources"]}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_role_has_a_wildcard_or_a_verb_that_makes_rights(path: Path) -> None:
    """Every right is written out; `create` is for events, the lease, reviews, evictions, copies and the webhook's Secret alone, and for users."""
    own = path.stem == "recycled-secrets" or path.parent == WEBHOOK
    copies = {"recycledobjects", "clusterrecycledobjects"} | ({"secrets"} if own else set())
    for document in documents(path):
        for rule in document.get("rules") or []:
            assert "*" not in [*rule["apiGroups"], *rule["resources"], *rule["verbs"]]
            forbidden = PROTECTED_WRITES & set(rule["verbs"])
            if set(rule["resources"]) <= {"events", "leases", *copies}:
                forbidden -= {"create", "update"}
            if set(rule["resources"]) <= {"subjectaccessreviews", "localsubjectaccessreviews"}:
                forbidden -= {"create"}
            if path.stem == "writers" and rule["resources"] == ["garbagecollectionpolicies"]:
                forbidden -= {"create", "update"}
            if rule["resources"] == ["pods/eviction"]:
                forbidden -= {"create"}
            assert not forbidden


def test_kustomize_takes_the_definitions_along_and_leaves_the_optional_roles_out(built) -> None:
    """Secrets and volumes are opened by whoever installs, not by default."""
    names = {(item["kind"], item["metadata"]["name"]) for item in built}
    assert ("CustomResourceDefinition", f"garbagecollectionpolicies.{GROUP}") in names
    assert ("CustomResourceDefinition", f"clustergarbagecollectionpolicies.{GROUP}") in names
    assert {name for kind, name in names if kind == "ClusterRole"} == {
        "zen-gc-controller",
        "zen-gc-targets",
        "zen-gc-targets-common",
        "zen-gc-view",
    }


@pytest.mark.parametrize("name", ["common", "workloads", "secrets", "persistentvolumeclaims"])
def test_a_role_for_targets_is_aggregated_and_gives_what_the_writes_need(name: str) -> None:
    """Reading, deleting, and where it is not installed by default marking; no more."""
    (role,) = documents(MANIFESTS / "targets" / f"{name}.yaml")
    assert role["metadata"]["labels"][AGGREGATED] == "true"
    for rule in role["rules"]:
        assert rule["verbs"] == ["get", "list", "delete", *([] if name == "common" else ["patch"])]


def test_no_role_that_is_installed_by_default_lets_the_controller_patch(built) -> None:
    """But for events, and the status of policies."""
    for item in built:
        for rule in item.get("rules") or []:
            if "patch" in rule["verbs"]:
                assert all(each == "events" or each.endswith("/status") for each in rule["resources"])


def test_users_see_policies_with_what_they_may_view_and_write_them_by_a_decision() -> None:
    """The recycle bin is in no role of users; only policies of namespaces are written."""
    (view,), (edit,) = documents(MANIFESTS / "users.yaml"), documents(MANIFESTS / "writers.yaml")
    label = "rbac.authorization.k8s.io/aggregate-to-"
    assert {each for each in view["metadata"]["labels"] if each.startswith(label)} == {
        f"{label}{name}" for name in ("view", "edit", "admin")
    }
    assert {each for each in edit["metadata"]["labels"] if each.startswith(label)} == {
        f"{label}{name}" for name in ("edit", "admin")
    }
    assert [rule["verbs"] for rule in view["rules"]] == [["get", "list", "watch"]]
    assert [rule["resources"] for rule in edit["rules"]] == [["garbagecollectionpolicies"]]


def test_marking_is_a_decision_of_its_own() -> None:
    """Of what is deleted by default, the verb patch, and nothing else."""
    (role,) = documents(MANIFESTS / "targets/marking.yaml")
    assert role["metadata"]["labels"][AGGREGATED] == "true"
    assert {rule["resources"][0]: rule["verbs"] for rule in role["rules"]} == {
        "pods": ["patch"],
        "jobs": ["patch"],
        "replicasets": ["patch"],
    }


@pytest.mark.parametrize("name", ["secrets", "persistentvolumeclaims"])
def test_what_is_dangerous_has_a_role_of_its_own(name: str) -> None:
    """So that it is a decision of its own."""
    (role,) = documents(MANIFESTS / "targets" / f"{name}.yaml")
    assert [rule["resources"] for rule in role["rules"]] == [[name]]
    own = {name, f"recycled-{name}"}  # copies of Secrets are another decision of its own
    files = [path for path in FILES if path.stem not in own and path.parent != WEBHOOK]  # and so is the webhook
    others = {resource for path in files for resource in resources(path)}
    assert name not in others


def resources(path: Path) -> list[str]:
    """Every resource that a file's roles name."""
    return [resource for item in documents(path) for rule in item.get("rules") or [] for resource in rule["resources"]]


def test_the_aggregate_selects_by_the_label_and_owns_no_rules(built) -> None:
    """Rules of its own would fight with the control plane at every apply."""
    role = find(built, "ClusterRole", "zen-gc-targets")
    assert role["aggregationRule"]["clusterRoleSelectors"] == [{"matchLabels": {AGGREGATED: "true"}}]
    assert "rules" not in role


def test_every_binding_binds_the_controllers_account_and_nobody_else(built) -> None:
    """In its own namespace."""
    bindings = [item for item in built if item["kind"].endswith("RoleBinding")]
    assert len(bindings) == 3
    for binding in bindings:
        assert [(subject["kind"], subject["name"], subject["namespace"]) for subject in binding["subjects"]] == [
            ("ServiceAccount", "gc-controller", "zen-gc-system")
        ]
        assert binding["roleRef"]["name"] in {"zen-gc-controller", "zen-gc-targets"}


def test_the_named_rights_are_those_of_the_programs_own_names(built) -> None:
    """The lease and the kill switch, as the settings' defaults have them."""
    rules = find(built, "Role", "zen-gc-controller")["rules"]
    named = {rule["resources"][0]: rule["resourceNames"] for rule in rules if "resourceNames" in rule}
    assert named == {"leases": [Settings().leader_election_id], "configmaps": [KILL_SWITCH]}


def test_the_pod_is_as_confined_as_it_can_be(pod) -> None:
    """A user without a name, no capability, nothing to write, no way up."""
    (container,) = pod["spec"]["containers"]
    own = pod["spec"]["securityContext"]
    assert (own["runAsNonRoot"], own["runAsUser"], own["seccompProfile"]) == (True, 65532, {"type": "RuntimeDefault"})
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "volumes" not in pod["spec"]
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod["spec"].keys()


def test_its_image_is_the_version_of_this_tree(pod) -> None:
    """And never `latest`."""
    assert pod["spec"]["containers"][0]["image"] == f"zen-gc:{zen_gc_core.__version__}"


def test_its_arguments_are_flags_that_there_are_and_agree_with_the_ports(pod) -> None:
    """A flag that nobody knows would end the program at once."""
    (container,) = pod["spec"]["containers"]
    command, *arguments = container["args"]
    given = dict(argument.split("=", 1) for argument in arguments)
    assert command == "controller"
    assert set(given) <= {flag(name) for name in vars(Settings())}
    ports = {port["name"]: f":{port['containerPort']}" for port in container["ports"]}
    assert (given["--metrics-addr"], given["--health-addr"]) == (ports["metrics"], ports["health"])


def test_its_probes_ask_the_health_port(pod) -> None:
    """Liveness and readiness are not the same question."""
    (container,) = pod["spec"]["containers"]
    asked = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert {get["port"] for get in asked.values()} == {"health"}
    assert [asked[name]["path"] for name in asked] == ["/healthz", "/healthz", "/readyz"]


def test_it_knows_who_and_where_it_is(pod) -> None:
    """The lease's identity and namespace come from the downward API."""
    fields = {
        variable["name"]: variable["valueFrom"]["fieldRef"]["fieldPath"]
        for variable in pod["spec"]["containers"][0]["env"]
    }
    assert fields == {"POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace"}


def test_it_has_time_for_the_end_of_its_work(pod) -> None:
    """A write and the release of the lease take less than the renew deadline."""
    patience = pod["spec"]["terminationGracePeriodSeconds"]
    assert patience > Settings().leader_election_lease_duration.total_seconds()


def test_two_replicas_are_found_by_everything_that_selects_them(built, pod) -> None:
    """Service, budget and spreading look for the labels that the Pods have."""
    deployment = find(built, "Deployment", "gc-controller")
    labels = pod["metadata"]["labels"]
    spread = pod["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]
    affinity = pod["spec"]["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"][0]
    selectors = [
        deployment["spec"]["selector"]["matchLabels"],
        find(built, "Service", "gc-controller-metrics")["spec"]["selector"],
        find(built, "PodDisruptionBudget", "gc-controller")["spec"]["selector"]["matchLabels"],
        spread,
        affinity["podAffinityTerm"]["labelSelector"]["matchLabels"],
    ]
    assert deployment["spec"]["replicas"] == 2
    assert all(selector.items() <= labels.items() for selector in selectors)


def test_the_webhook_is_a_decision_of_its_own(built, with_webhook) -> None:
    """It adds a configuration, a Service, rights and a flag; the rest is as it was without."""

    def named(objects: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
        return {(each["kind"], each["metadata"]["name"]): each for each in objects}

    plain, more = named(built), named(with_webhook)
    assert set(more) - set(plain) == {
        ("ValidatingWebhookConfiguration", "zen-gc"),
        ("Service", "gc-controller-webhook"),
        *((kind, "zen-gc-webhook") for kind in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")),
    }
    assert {key for key in plain if plain[key] != more[key]} == {("Deployment", "gc-controller")}
    container, before = (
        each["Deployment", "gc-controller"]["spec"]["template"]["spec"]["containers"][0] for each in (more, plain)
    )
    assert container == {
        **before,
        "args": [*before["args"], "--webhook-addr=:9443"],
        "ports": [*before["ports"], {"containerPort": 9443, "name": "webhook"}],
    }


def test_the_webhooks_objects_fit_together_and_to_the_program(with_webhook) -> None:
    """The names that the flags have by default; the Service that the configuration calls; the Pods that it selects."""
    found = find(with_webhook, "ValidatingWebhookConfiguration", Settings().webhook_name)
    (hook,) = found["webhooks"]
    called = hook["clientConfig"]["service"]
    service = find(with_webhook, "Service", called["name"])
    assert (called["namespace"], called["path"]) == (service["metadata"]["namespace"], PATH)
    (port,) = service["spec"]["ports"]
    pod = find(with_webhook, "Deployment", "gc-controller")["spec"]["template"]
    assert port["port"] == called["port"]
    assert port["targetPort"] in {each["name"] for each in pod["spec"]["containers"][0]["ports"]}
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert not service["spec"].get("publishNotReadyAddresses")  # one that nobody trusts is sent nothing
    (own,) = find(with_webhook, "ClusterRole", "zen-gc-webhook")["rules"]
    assert (own["resourceNames"], own["verbs"]) == ([Settings().webhook_name], ["get", "patch"])
    named, made = find(with_webhook, "Role", "zen-gc-webhook")["rules"]
    assert (named["resourceNames"], named["verbs"]) == ([secret_name(Settings().webhook_name)], ["get", "update"])
    assert made == {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]}


def test_the_webhook_fails_open_and_looks_at_what_policies_say(with_webhook) -> None:
    """No policy is held up by a controller that is away; the caBundle is the controller's to write."""
    (hook,) = find(with_webhook, "ValidatingWebhookConfiguration", "zen-gc")["webhooks"]
    assert "caBundle" not in hook["clientConfig"]
    assert (hook["failurePolicy"], hook["sideEffects"], hook["matchPolicy"]) == ("Ignore", "None", "Equivalent")
    assert hook["timeoutSeconds"] > LONGEST
    (rule,) = hook["rules"]
    assert rule["operations"] == list(REVIEWED)
    assert rule["resources"] == [resource.plural for resource in POLICY_KINDS.values()]
    assert rule["apiGroups"] == [GROUP]


def test_the_webhook_of_one_namespace_has_names_of_its_own_and_is_otherwise_as_any() -> None:
    """What the team applies fits to what an administrator does; the configuration asks about one namespace's policies."""
    team = kustomized(ROOT / "deploy/one-namespace-with-webhook")
    own, role, binding = documents(MANIFESTS / "one-namespace/webhook.yaml")
    args = find(team, "Deployment", "gc-controller")["spec"]["template"]["spec"]["containers"][0]["args"]
    (named,) = (each.partition("=")[2] for each in args if each.startswith("--webhook-name="))
    assert (own["metadata"]["name"], role["rules"][0]["resourceNames"]) == (named, [named])
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert find(team, "Role", "zen-gc-webhook")["rules"][0]["resourceNames"] == [secret_name(named)]
    (plain,) = documents(WEBHOOK / "configuration.yaml")
    (hook,), (usual,) = own["webhooks"], plain["webhooks"]
    assert hook.pop("namespaceSelector")["matchExpressions"][0]["values"] == ["team-a"]
    assert hook.pop("rules")[0].pop("resources") == ["garbagecollectionpolicies"]
    assert hook == {name: part for name, part in usual.items() if name != "rules"}
    find(team, "Service", hook["clientConfig"]["service"]["name"])


def test_who_is_not_ready_is_scraped_all_the_same(built) -> None:
    """Whoever looks for what is wrong needs its metrics."""
    assert find(built, "Service", "gc-controller-metrics")["spec"]["publishNotReadyAddresses"]


def test_the_how_to_names_only_files_that_there_are() -> None:
    """Every path of the tree that the page shows."""
    text = (ROOT / "docs/how-to/deploy.md").read_text()
    paths = set(re.findall(r"\b((?:deploy|crds|requirements)/[\w./-]*\w)", text))
    assert paths
    assert not [path for path in paths if not (ROOT / path).exists()]

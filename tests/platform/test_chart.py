"""The chart: it gives what the manifests give, takes what it says, and refuses the rest in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

import zen_gc_core
from docs.chart_values import _CHART_SETS, _NARROWER, flags, targets, values
from tests.platform.charts import CHART, HOME, IMAGE, ROOT, container, find, helm, objects, rendered
from zen_gc_core.controller.settings import Settings, flag
from zen_gc_core.errors import InputError

RELEASE_LABELS = {
    "app.kubernetes.io/instance",
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/version",
    "helm.sh/chart",
}
KEEP = "helm.sh/resource-policy"


def kustomized(directory: str) -> dict[tuple[str, str], dict[str, Any]]:
    """What `kubectl apply -k` would send of a directory of deploy/."""
    kubectl = Path(sys.executable).with_name("kubectl")
    ended = subprocess.run(
        [kubectl if kubectl.exists() else "kubectl", "kustomize", ROOT / "deploy" / directory],
        capture_output=True,
        text=True,
        check=True,
        timeout=180,
        env={"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent"},
    )
    return by_identity(list(yaml.safe_load_all(ended.stdout)))


def by_identity(items: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Objects by kind and name, each of which there is once."""
    found = {(item["kind"], item["metadata"]["name"]): item for item in items}
    assert len(found) == len(items)
    return found


def without_release(item: dict[str, Any]) -> dict[str, Any]:
    """An object of the chart without what only a release has: its labels, the mark of Helm, and where the image is."""
    metadata = dict(item["metadata"])
    metadata["labels"] = {name: text for name, text in metadata["labels"].items() if name not in RELEASE_LABELS}
    annotations = {name: text for name, text in metadata.pop("annotations", {}).items() if name != KEEP}
    stripped = {**item, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}}
    if item["kind"] == "Deployment":
        template = stripped["spec"]["template"]
        template["metadata"]["labels"] = {
            name: text for name, text in template["metadata"]["labels"].items() if name not in RELEASE_LABELS
        }
        own = f"{IMAGE['registry']}/{IMAGE['repository']}:"
        container = template["spec"]["containers"][0]
        container["image"] = container["image"].replace(own, "zen-gc:")
    return stripped


@pytest.mark.parametrize(("directory", "given"), [("manifests", {}), ("with-webhook", {"webhook": {"enabled": True}})])
def test_the_chart_gives_what_the_manifests_give_object_by_object(directory: str, given: dict[str, Any]) -> None:
    """Two ways in, one truth; the Namespace alone is Helm's `--create-namespace`."""
    chart = {name: without_release(item) for name, item in by_identity(objects(given)).items()}
    plain = kustomized(directory)
    del plain["Namespace", HOME]
    for item in plain.values():  # definitions carry labels of the chart only
        item["metadata"].setdefault("labels", {})
    shared = {"app.kubernetes.io/name": "zen-gc", "app.kubernetes.io/part-of": "zen-gc"}
    for (kind, _), item in plain.items():
        if kind == "CustomResourceDefinition":
            item["metadata"]["labels"] = {**shared, **item["metadata"]["labels"]}
    assert set(chart) == set(plain)
    for name, item in plain.items():
        assert chart[name] == item, name


def manifests(path: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The objects of a file of deploy/manifests."""
    return by_identity(list(yaml.safe_load_all((ROOT / "deploy/manifests" / path).read_text())))


@pytest.mark.parametrize(
    ("directory", "given", "by_an_administrator"),
    [
        ("one-namespace", {}, []),
        ("one-namespace", {"rbac": {"apiServices": True}}, ["apiservices.yaml"]),
        ("one-namespace-with-webhook", {"webhook": {"enabled": True}}, ["webhook.yaml"]),
        ("one-namespace-with-webhook", {"webhook": {"enabled": True, "createConfiguration": False}}, []),
    ],
)
def test_a_chart_for_one_namespace_gives_what_its_manifests_give(
    directory: str, given: dict[str, Any], by_an_administrator: list[str]
) -> None:
    """Roles there, and of the cluster nothing but what an administrator would apply."""
    values = {"watchNamespaces": ["team-a"], "crds": {"enabled": False}, **given}
    chart = {name: without_release(item) for name, item in by_identity(objects(values)).items()}
    plain = kustomized(directory)
    for name, item in kustomized("manifests/one-namespace/watched").items():
        item["metadata"]["namespace"] = "team-a"
        plain[name] = item
    assert all(item["metadata"].get("namespace") for item in plain.values())
    for path in by_an_administrator:
        plain |= manifests(f"one-namespace/{path}")
    assert {name: chart[name] for name in plain} == plain
    assert set(chart) == set(plain)


def test_releases_for_some_namespaces_each_share_no_object_of_the_cluster() -> None:
    """Helm refuses what another release owns; the definitions alone are everybody's, and none are here."""
    values = {
        "crds": {"enabled": False},
        "webhook": {"enabled": True},
        "admissionPolicy": {"enabled": True},
        "rbac": {"apiServices": True, "aggregateToEdit": True, "targets": {"workloads": True, "marking": True}},
        "networkPolicy": {"enabled": True},
    }
    found = [
        {
            (item["kind"], item["metadata"]["name"])
            for item in objects({**values, "watchNamespaces": [team]}, home)
            if "namespace" not in item["metadata"]
        }
        for team, home in (("team-a", "gc-a"), ("team-b", "gc-b"))
    ]
    assert {kind for kind, _ in found[0]} == {
        "ClusterRole",
        "ClusterRoleBinding",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
    assert not found[0] & found[1]


def test_what_is_asked_about_policies_is_asked_in_the_watched_namespaces_alone() -> None:
    """By webhook and verbs, beside a selector of one's own; cluster policies are somebody else's."""
    more = {"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "c", "operator": "Exists"}]}
    items = objects(
        {
            "watchNamespaces": ["team-a", "team-b"],
            "webhook": {"enabled": True, "namespaceSelector": more},
            "admissionPolicy": {"enabled": True},
        }
    )
    watched = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["team-a", "team-b"]}
    (hook,) = find(items, "ValidatingWebhookConfiguration", f"zen-gc-{HOME}")["webhooks"]
    assert hook["namespaceSelector"] == {**more, "matchExpressions": [*more["matchExpressions"], watched]}
    bound = find(items, "ValidatingAdmissionPolicyBinding", f"zen-gc-verbs-{HOME}")["spec"]
    assert bound["policyName"] == find(items, "ValidatingAdmissionPolicy", f"zen-gc-verbs-{HOME}")["metadata"]["name"]
    assert bound["matchResources"]["namespaceSelector"] == {"matchExpressions": [watched]}
    for rule in (*hook["rules"], *bound["matchResources"]["resourceRules"]):
        assert rule["resources"] == ["garbagecollectionpolicies"]
    assert f"--webhook-name=zen-gc-{HOME}" in container(items)["args"]


def test_every_watched_namespace_has_the_rights_that_are_asked_for() -> None:
    """Those of optional roles and of one's own, too; what is looked at in the cluster is the list of APIServices alone."""
    rule = {"apiGroups": ["example.com"], "resources": ["things"], "verbs": ["get", "list", "delete"]}
    targets = {"common": False, "workloads": True}
    rbac = {"apiServices": True, "extraTargets": [rule], "targets": targets}
    items = objects({"watchNamespaces": ["team-a", "team-b"], "rbac": rbac, "crds": {"enabled": False}})
    roles = [item for item in items if item["kind"] == "Role" and item["metadata"]["namespace"] != HOME]
    names = ["zen-gc-watched", "zen-gc-watched-targets-extra", "zen-gc-watched-targets-workloads"]
    assert sorted((role["metadata"]["namespace"], role["metadata"]["name"]) for role in roles) == [
        (namespace, name) for namespace in ("team-a", "team-b") for name in names
    ]
    assert [role["rules"] for role in roles if role["metadata"]["name"].endswith("extra")] == [[rule], [rule]]
    bindings = [item for item in items if item["kind"] == "RoleBinding" and item["metadata"]["namespace"] != HOME]
    subject = {"kind": "ServiceAccount", "name": "gc-controller", "namespace": HOME}
    assert [binding["subjects"] for binding in bindings] == [[subject]] * len(roles)
    assert {item["metadata"]["name"] for item in items if item["kind"] == "ClusterRole"} == {
        f"zen-gc-apiservices-{HOME}"
    }
    assert "--watch-namespace=team-a,team-b" in container(items)["args"]


def test_the_chart_is_of_this_version() -> None:
    """And runs the program of it."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (zen_gc_core.__version__, zen_gc_core.__version__)


def test_helm_has_nothing_to_say_against_it() -> None:
    """`helm lint --strict`."""
    done = helm(
        "lint",
        "--strict",
        CHART,
        "--set",
        f"image.registry={IMAGE['registry']},image.repository={IMAGE['repository']}",
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_setting_is_a_value_or_the_charts_own() -> None:
    """A flag that the chart forgot would be one that its users cannot give."""
    served = {name for name in vars(Settings()) if name.startswith(("webhook_", "watch_"))}
    assert {entry.name for entry in fields(Settings)} == {
        *_CHART_SETS,
        *served,
        *(spelt.removeprefix("--").replace("-", "_") for spelt in flags().values()),
    }


def test_without_a_place_of_the_image_the_chart_says_what_to_set() -> None:
    """zen-gc publishes no image; a default would be somebody else's."""
    done = rendered(image=False)
    assert done.returncode != 0
    assert "set image.registry and image.repository to where you pushed the image" in done.stderr


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"replicaCount": "two"}, "'/replicaCount': got string, want integer"),
    ({"replicas": 2}, "additional properties 'replicas' not allowed"),
    ({"policies": []}, "additional properties 'policies' not allowed"),
    ({"dryRun": "true"}, "'/dryRun': got string, want null or boolean"),
    ({"allowMark": "a"}, "'/allowMark': got string, want array"),
    ({"allowMark": ["a,b"]}, "'/allowMark/0': 'a,b' does not match pattern"),
    ({"gcInterval": "7 days"}, "'/gcInterval': '7 days' does not match pattern"),
    ({"gcInterval": 60}, "'/gcInterval': got number, want null or string"),
    ({"image": {**IMAGE, "digest": "sha256:123"}}, "'/image/digest': 'sha256:123' does not match pattern"),
    ({"podLabels": {"a": 1}}, "'/podLabels/a': got number, want string"),
    ({"rbac": {"targets": {"everything": True}}}, "additional properties 'everything' not allowed"),
    ({"rbac": {"extraTargets": [{"apiGroups": ["a"], "resources": ["b"], "verbs": ["*"]}]}}, "value must be one of"),
    ({"terminationGracePeriodSeconds": 5}, "minimum: got 5, want 16"),
    (
        {"rbac": {"targets": {"persistentvolumeclaims": True}}},
        "add persistentvolumeclaims to allowResource, too",
    ),
    ({"rbac": {"targets": {"recycledSecrets": True}}}, "set recycleSecrets, too"),
    ({"watchNamespaces": "team-a"}, "'/watchNamespaces': got string, want array"),
    ({"watchNamespaces": ["Team_A"]}, "'/watchNamespaces/0': 'Team_A' does not match pattern"),
    ({"watchNamespaces": ["a"], "allowCrossNamespace": True}, "contradict each other"),
    ({"watchNamespaces": [123]}, "'/watchNamespaces/0': got number, want string"),
    ({"batchSize": 50}, "'/batchSize': maximum: got 50, want 20"),
    ({"logLevel": "trace"}, "'/logLevel': value must be one of 'debug', 'info', 'warning', 'error'"),
    ({"defaultServiceAccount": "A_B"}, "'/defaultServiceAccount': 'A_B' does not match pattern"),
    ({"commonLabels": {"app.kubernetes.io/name": "x"}}, "commonLabels cannot have app.kubernetes.io/name"),
    ({"webhook": {"namespaceSelector": {"matchLabel": {}}}}, "additional properties 'matchLabel' not allowed"),
    ({"webhook": {"caBundle": "-----BEGIN"}}, "'/webhook/caBundle': '-----BEGIN' does not match pattern"),
    ({"rbac": {"apiServices": True}}, "rbac.apiServices goes with watchNamespaces"),
    (
        {"metrics": {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}}},
        "every replica would be scraped twice",
    ),
    (
        {"metrics": {"serviceMonitor": {"enabled": True}, "service": {"enabled": False}}},
        "needs metrics.service.enabled",
    ),
    (
        {"extraObjects": [{"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": "GarbageCollectionPolicy"}]},
        "extraObjects[0] is a GarbageCollectionPolicy: apply policies after the chart",
    ),
    (
        {"extraObjects": [{"apiVersion": "{{ print `gc.kube-zen.io/v1` }}", "kind": "GarbageCollectionPolicy"}]},
        "apply policies after the chart",
    ),
    ({"webhook": {"enabled": True, "tls": "secret", "secretName": "s"}}, "and webhook.caBundle to who signed it"),
    ({"webhook": {"enabled": True, "tls": "certManager"}}, "set webhook.certManager.issuerRef.name"),
    ({"webhook": {"tls": "files"}}, "'/webhook/tls': value must be one of"),
    ({"extraObjects": [{"apiVersion": "v1", "kind": "List", "items": []}]}, "extraObjects[0] is a List"),
    ({"extraObjects": [{"kind": "ConfigMap"}]}, "extraObjects[0] has no apiVersion or no kind"),
]


@pytest.mark.parametrize(("given", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_what_cannot_be_is_refused_in_a_sentence(given: dict[str, Any], sentence: str) -> None:
    """With the path of the value, before anything is sent."""
    done = rendered(given)
    assert done.returncode != 0
    assert sentence in done.stderr


@pytest.mark.parametrize("name", _NARROWER)
def test_what_the_schema_takes_of_a_flag_the_program_takes(name: str) -> None:
    """A release of which no replica starts is worse than none; and the schema refuses nothing that would do."""
    narrower = _NARROWER[name]
    good = [each for each in narrower.get("enum", []) if each] or [narrower.get("maximum", "a.b-c")]
    bad = "A_B" if "maximum" not in narrower else narrower["maximum"] + 1
    for value in good:
        Settings(**{name: value}).grants()
    with pytest.raises(InputError):
        Settings(**{name: bad}).grants()


SAMPLES: dict[str, Any] = {"boolean": True, "integer": 7, "number": 2.5, "string": "5m", "array": ["a", "b/c"]}


def sample(schema: dict[str, Any]) -> Any:
    """A value that a flag may have."""
    kind = schema["type"]
    return schema["enum"][0] if "enum" in schema else SAMPLES[kind if isinstance(kind, str) else kind[0]]


def test_every_flags_value_is_given_to_the_program() -> None:
    """All at once, spelt as the program reads them; without values it gets none."""
    schemas = {row.path: row.schema for row in values() if row.path in flags()}
    given = {name: sample(schema) for name, schema in schemas.items()}
    arguments = container(objects(given))["args"]
    spelt = {True: "true", 7: "7", 2.5: "2.5"}
    expected = {
        f"{flags()[name]}={','.join(value) if isinstance(value, list) else spelt.get(value, value)}"
        for name, value in given.items()
    }
    base = container(objects())["args"]
    assert set(arguments) == {*base, *expected}
    assert {argument.partition("=")[0] for argument in arguments[1:]} <= {flag(name) for name in vars(Settings())}


@pytest.mark.parametrize(
    "name", [name for name in targets() if name not in {"persistentvolumeclaims", "recycledSecrets"}]
)
def test_a_role_for_targets_comes_and_goes_with_its_value(name: str) -> None:
    """And nothing else changes."""
    with_it, without = (set(by_identity(objects({"rbac": {"targets": {name: wanted}}}))) for wanted in (True, False))
    assert {kind for kind, _ in with_it - without} <= {"ClusterRole"}
    assert len(with_it - without) == 1
    assert without <= with_it


def test_dangerous_roles_come_with_the_flag_that_uses_them() -> None:
    """Volumes and copies of Secrets."""
    given = {
        "rbac": {"targets": {"persistentvolumeclaims": True, "recycledSecrets": True}},
        "allowResource": ["persistentvolumeclaims"],
        "recycleSecrets": True,
    }
    names = {name for _, name in by_identity(objects(given))}
    assert {"zen-gc-targets-persistentvolumeclaims", "zen-gc-targets-recycled-secrets"} <= names


def test_a_digest_says_what_runs() -> None:
    """Whatever the tag."""
    digest = "sha256:" + "a" * 64
    image = container(objects({"image": {**IMAGE, "tag": "v9", "digest": digest}}))["image"]
    assert image == f"registry.example.com/platform/zen-gc:v9@{digest}"


def test_what_concerns_the_pod_reaches_the_pod() -> None:
    """Each value in its place."""
    given = {
        "image": {**IMAGE, "pullPolicy": "Always"},
        "imagePullSecrets": [{"name": "pull"}],
        "replicaCount": 3,
        "priorityClassName": "system-cluster-critical",
        "nodeSelector": {"a": "b"},
        "tolerations": [{"key": "t", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "topologySpreadConstraints": [{"maxSkew": 2}],
        "podAnnotations": {"p": "q"},
        "podLabels": {"l": "m", "app": "another"},
        "terminationGracePeriodSeconds": 60,
        "podSecurityContext": {"runAsUser": 1},
        "securityContext": {"readOnlyRootFilesystem": True},
        "resources": {"limits": {"memory": "1Gi"}},
        "extraArgs": ["--kubeconfig=/x"],
        "extraEnv": [{"name": "E", "value": "F"}],
    }
    deployment = find(objects(given), "Deployment")
    template = deployment["spec"]["template"]
    pod, (own,) = template["spec"], template["spec"]["containers"]
    assert deployment["spec"]["replicas"] == 3
    assert template["metadata"]["labels"]["l"] == "m"
    assert template["metadata"]["labels"]["app"] == "gc-controller", (
        "what the Deployment selects by is not to be changed"
    )
    assert template["metadata"]["annotations"]["p"] == "q"
    for name in ("imagePullSecrets", "priorityClassName", "nodeSelector", "tolerations", "affinity"):
        assert pod[name] == given[name]
    assert pod["topologySpreadConstraints"] == given["topologySpreadConstraints"]
    assert pod["terminationGracePeriodSeconds"] == 60
    assert pod["securityContext"]["runAsUser"] == 1
    assert own["imagePullPolicy"] == "Always"
    assert own["resources"]["limits"] == {"memory": "1Gi"}
    assert own["args"][-1] == "--kubeconfig=/x"
    assert own["env"][-1] == {"name": "E", "value": "F"}


def test_who_may_edit_may_write_policies_where_that_is_wanted() -> None:
    """And not by default: to write a policy is to delete by proxy."""
    role = ("ClusterRole", "zen-gc-edit")
    assert role not in by_identity(objects())
    assert role in by_identity(objects({"rbac": {"aggregateToEdit": True}}))
    assert ("ClusterRole", "zen-gc-view") not in by_identity(objects({"rbac": {"aggregateToView": False}}))


@pytest.mark.parametrize(
    ("given", "secret"),
    [
        ({"tls": "secret", "secretName": "mine", "caBundle": "Q0E="}, "mine"),
        (
            {"tls": "certManager", "certManager": {"issuerRef": {"name": "ca", "kind": "Issuer"}}},
            "gc-controller-webhook",
        ),
    ],
)
def test_certificates_of_others_are_mounted_and_need_no_right_to_write(given: dict[str, Any], secret: str) -> None:
    """The program reads them from files; whoever renews them writes the bundle."""
    items = objects(
        {
            "webhook": {
                "enabled": True,
                **given,
                "failurePolicy": "Fail",
                "namespaceSelector": {"matchLabels": {"a": "b"}},
            }
        }
    )
    pod = find(items, "Deployment")["spec"]["template"]["spec"]
    assert pod["volumes"] == [{"name": "certificates", "secret": {"secretName": secret}}]
    assert pod["containers"][0]["volumeMounts"][0]["mountPath"] == "/certificates"
    assert {"--webhook-tls=files", "--webhook-cert-dir=/certificates"} <= set(pod["containers"][0]["args"])
    (webhook,) = find(items, "ValidatingWebhookConfiguration", "zen-gc")["webhooks"]
    assert webhook["failurePolicy"] == "Fail"
    assert webhook["namespaceSelector"] == {"matchLabels": {"a": "b"}}
    assert webhook["clientConfig"].get("caBundle") == given.get("caBundle")
    assert find(items, "ClusterRole", "zen-gc-webhook")["rules"][0]["verbs"] == ["get"]
    assert ("Role", "zen-gc-webhook") not in by_identity(items)
    if given["tls"] == "certManager":
        certificate = find(items, "Certificate", "gc-controller-webhook")["spec"]
        assert certificate["dnsNames"] == [f"gc-controller-webhook.{HOME}.svc"]
        assert certificate["issuerRef"] == given["certManager"]["issuerRef"]


def test_the_secret_of_notifications_is_mounted_where_the_plugin_looks() -> None:
    """Beside the webhook's certificates, where there are some."""
    given = {
        "notifications": {"secretName": "told"},
        "webhook": {"enabled": True, "tls": "secret", "secretName": "s", "caBundle": "Q0E="},
    }
    pod = find(objects(given), "Deployment")["spec"]["template"]["spec"]
    (own,) = pod["containers"]
    assert own["env"][-1] == {"name": "ZEN_GC_NOTIFY_DIR", "value": "/notifications"}
    assert {mount["name"]: mount["mountPath"] for mount in own["volumeMounts"]}["notifications"] == "/notifications"
    assert {volume["name"]: volume["secret"]["secretName"] for volume in pod["volumes"]} == {
        "certificates": "s",
        "notifications": "told",
    }


def test_the_verbs_of_policies_are_those_of_the_manifests() -> None:
    """Object by object; none by default."""
    usual, asked = by_identity(objects()), by_identity(objects({"admissionPolicy": {"enabled": True}}))
    added = {name: without_release(item) for name, item in asked.items() if name not in usual}
    assert added == kustomized("manifests/admission-policy")
    assert len(added) == 2


AROUND: list[tuple[dict[str, Any], str, str]] = [
    ({"metrics": {"serviceMonitor": {"enabled": True}}}, "ServiceMonitor", "gc-controller"),
    ({"metrics": {"podMonitor": {"enabled": True}}}, "PodMonitor", "gc-controller"),
    ({"networkPolicy": {"enabled": True}}, "NetworkPolicy", "gc-controller"),
    (
        {"rbac": {"extraTargets": [{"apiGroups": ["tekton.dev"], "resources": ["pipelineruns"], "verbs": ["get"]}]}},
        "ClusterRole",
        "zen-gc-targets-extra",
    ),
    (
        {"extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-x"}}]},
        "ConfigMap",
        "zen-gc-x",
    ),
]


@pytest.mark.parametrize(("given", "kind", "name"), AROUND, ids=[name for _, _, name in AROUND])
def test_what_is_asked_for_is_added_and_nothing_else(given: dict[str, Any], kind: str, name: str) -> None:
    """One object."""
    assert set(by_identity(objects(given))) - set(by_identity(objects())) == {(kind, name)}


LEFT_OUT: list[tuple[dict[str, Any], set[str]]] = [
    ({"crds": {"enabled": False}}, {"CustomResourceDefinition"}),
    ({"rbac": {"create": False}}, {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"}),
    ({"serviceAccount": {"create": False}}, {"ServiceAccount"}),
    ({"podDisruptionBudget": {"enabled": False}}, {"PodDisruptionBudget"}),
    ({"metrics": {"service": {"enabled": False}}}, {"Service"}),
]


@pytest.mark.parametrize(("given", "kinds"), LEFT_OUT, ids=[next(iter(given)) for given, _ in LEFT_OUT])
def test_what_is_not_wanted_is_left_out_and_nothing_else(given: dict[str, Any], kinds: set[str]) -> None:
    """All of the kind."""
    usual = set(by_identity(objects()))
    assert usual - set(by_identity(objects(given))) == {name for name in usual if name[0] in kinds}


def test_an_account_of_ones_own_is_bound_everywhere() -> None:
    """In the Deployment and in every binding."""
    items = objects({"serviceAccount": {"name": "mine"}})
    bound = {subject["name"] for item in items for subject in item.get("subjects", [])}
    assert bound == {"mine"}
    assert find(items, "Deployment")["spec"]["template"]["spec"]["serviceAccountName"] == "mine"


def test_definitions_outlive_the_release_unless_they_are_not_to() -> None:
    """And with them every policy."""
    for keep in (True, False):
        items = objects({"crds": {"keep": keep, "annotations": {"argocd.argoproj.io/sync-options": "x"}}})
        definitions = [item for item in items if item["kind"] == "CustomResourceDefinition"]
        assert definitions
        for item in definitions:
            assert (item["metadata"]["annotations"].get(KEEP) == "keep") is keep
            assert item["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] == "x"


def test_common_labels_are_on_every_object() -> None:
    """Those of the Pods included."""
    items = objects({"commonLabels": {"team": "platform"}})
    assert [item["metadata"]["name"] for item in items if item["metadata"]["labels"].get("team") != "platform"] == []


def test_the_network_policy_lets_through_what_the_program_needs() -> None:
    """Scrapes, probes, names, the API server."""
    policy = find(
        objects(
            {
                "networkPolicy": {
                    "enabled": True,
                    "metricsFrom": [{"namespaceSelector": {}}],
                    "apiServerTo": [{"ipBlock": {"cidr": "10.0.0.1/32"}}],
                    "apiServerPorts": [6443],
                }
            }
        ),
        "NetworkPolicy",
    )["spec"]
    assert [rule["ports"][0]["port"] for rule in policy["ingress"]] == ["metrics", "health"]
    assert policy["ingress"][0]["from"] == [{"namespaceSelector": {}}]
    assert policy["egress"][0]["ports"] == [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]
    assert policy["egress"][1] == {"ports": [{"port": 6443}], "to": [{"ipBlock": {"cidr": "10.0.0.1/32"}}]}

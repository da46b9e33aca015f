"""``zen-gc rbac`` on a real API server: with what it prints a policy does all of its work, and without any verb of it none."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml

from tests.cluster.controller import rights
from tests.cluster.controller.rights import CONTROLLER, Audit, acted_as, shown
from tests.cluster.controller.stage import TARGET, until
from tests.golden.running import Ran, zen_gc
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import Stage

pytestmark = pytest.mark.real

POLICIES: dict[str, dict[str, Any]] = {
    "deletes": {},
    "labels": {"action": {"label": {"seen": "yes"}}},
    "retains": {"retain": {"last": 1}, "ttl": {"afterCreation": "1s"}},
    "relates": {
        "conditions": {
            "related": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "by": {"theirs": "spec.template.spec.serviceAccountName", "mine": "metadata.name"},
                    "are": "none",
                }
            ]
        },
        "ttl": {"afterCreation": "1s"},
    },
    "recycles": {"behavior": {"recycle": {"keepFor": "1h"}}},
    "evicts": {"targetResources": [{**TARGET, "kind": "Pod"}], "action": {"evict": {}}},
    "selects fields": {
        "targetResources": [{**TARGET, "fieldSelector": {"matchFields": {"metadata.namespace": "NAMESPACE"}}}]
    },
    "tries dry": {"behavior": {"dryRun": True}},
}


def rbac(stage: Stage, *arguments: str) -> Ran:
    """Run the command as the administrator."""
    where = [f"--controller-namespace={stage.home}", f"--kubeconfig={stage.cluster.kubeconfig_path}"]
    return zen_gc("rbac", *arguments, *where)


def printed(stage: Stage, policy: str, *arguments: str) -> list[dict[str, Any]]:
    """The roles and bindings that it prints for an installed policy."""
    ended = rbac(stage, policy, "-n", stage.namespace, *arguments)
    assert ended.code == 0, ended.err
    return list(yaml.safe_load_all(ended.out))


def apply(stage: Stage, documents: list[dict[str, Any]]) -> None:
    """Apply them, as kubectl does."""
    ended = stage.cluster.kubectl(
        "apply", "-f", "-", stdin=json.dumps({"kind": "List", "apiVersion": "v1", "items": documents})
    )
    assert ended.returncode == 0, ended.stderr


def given(documents: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """The verbs and resources of the role of the account."""
    (role,) = (
        each for each in documents if each["kind"] == "Role" and not each["metadata"]["name"].endswith("impersonate")
    )
    return {
        (verb, f"{resource}.{rule['apiGroups'][0]}".rstrip("."))
        for rule in role["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def prepared(stage: Stage, what: str) -> str:
    """A policy with an account that has no right yet."""
    spec = json.loads(json.dumps(POLICIES[what]).replace("NAMESPACE", stage.namespace))
    name = rights.account(stage)
    if what == "evicts":
        stage.make_many(3, kind="Pod", spec={"containers": [{"name": "c", "image": "none"}]})
    else:
        stage.make_many(3)
    time.sleep(2.0)  # so that they are older than a second
    return stage.policy(serviceAccountName=name, **spec)


@pytest.mark.parametrize("how", ["impersonate", "constrained"])
@pytest.mark.parametrize("what", list(POLICIES))
def test_a_policy_works_with_what_is_printed_and_asks_for_nothing_else(
    real: Stage, inside: Callable[..., Inside], what: str, how: str
) -> None:
    """Each request as the account is one that was printed."""
    if how == "constrained":
        rights.needs_constrained_impersonation(real)
    policy = prepared(real, what)
    documents = printed(real, policy, f"--impersonation={how}")
    apply(real, documents)
    config = rights.controller(real)
    audit = Audit(real.cluster, real.home)  # type: ignore[arg-type]  # the real one

    inside(real, once=True, kubeconfig=str(config)).finish()

    assert real.reason(policy) == "Evaluated", real.condition(policy)
    run = real.status(policy)["lastRun"]
    assert run["due"] == (2 if what == "retains" else 3)
    assert run["deleted"] + run.get("marked", 0) == (0 if what == "tries dry" else run["due"])
    assert not run.get("failed")
    as_account = [each for each in audit.requests() if acted_as(each)]
    used = {shown(each)[:2] for each in as_account if each["objectRef"]["resource"] != "selfsubjectreviews"}
    assert used <= given(documents)
    assert {each["objectRef"]["namespace"] for each in as_account if shown(each)[:2] in used} == {real.namespace}
    if what in {"deletes", "labels"}:
        assert used == given(documents)
    asked = rbac(real, policy, "-n", real.namespace, "--check")
    assert (asked.code, asked.out) == (0, "nothing is missing: 1 policy\n"), asked.err


@pytest.mark.parametrize(
    ("what", "verb"), [("deletes", "list"), ("deletes", "get"), ("deletes", "delete"), ("labels", "patch")]
)
def test_without_any_verb_of_it_nothing_is_done(
    real: Stage, inside: Callable[..., Inside], what: str, verb: str
) -> None:
    """The status names the verb and the command; ``--check`` names it, too, and exits 1."""
    policy = prepared(real, what)
    names = real.names()
    documents = printed(real, policy)
    for document in documents:
        for rule in document.get("rules", []):
            rule["verbs"] = [each for each in rule["verbs"] if each != verb]
    apply(real, [each for each in documents if all(rule["verbs"] for rule in each.get("rules", []))])
    config = rights.controller(real)

    inside(real, once=True, kubeconfig=str(config)).finish()

    message = real.condition(policy)["message"]
    assert real.reason(policy) == "AccessDenied"
    assert f"grant the verb {verb} on configmaps in namespace {real.namespace} to the ServiceAccount" in message
    assert f"zen-gc rbac {policy} -n {real.namespace} | kubectl apply -f -" in message
    assert real.names() == names
    asked = rbac(real, policy, "-n", real.namespace, "--check", "-o", "json")
    assert asked.code == 1
    (told,) = json.loads(asked.out)["policies"]
    assert [(gap["verb"], gap["resource"], gap["namespace"]) for gap in told["missing"]] == [
        (verb, "configmaps", real.namespace)
    ]


@pytest.mark.parametrize("how", ["impersonate", "constrained"])
def test_without_the_right_to_act_as_the_account_nothing_is_done(
    real: Stage, inside: Callable[..., Inside], how: str
) -> None:
    """It is the controller's right that is missing, and the status says so."""
    policy = prepared(real, "deletes")
    names = real.names()
    documents = printed(real, policy, f"--impersonation={how}")
    apply(real, [each for each in documents if not each["metadata"]["name"].endswith("impersonate")])
    config = rights.controller(real)

    inside(real, once=True, kubeconfig=str(config)).finish()

    assert real.reason(policy) == "ImpersonationDenied"
    assert f"as the ServiceAccount {real.namespace}/cleaner" in real.condition(policy)["message"]
    assert real.names() == names
    asked = rbac(real, policy, "-n", real.namespace, "--check", f"--impersonation={how}")
    assert asked.code == 1
    verb = "impersonate serviceaccounts" if how == "impersonate" else "impersonate:serviceaccount serviceaccounts"
    assert f"{real.home}/{CONTROLLER} may not {verb}" in asked.out


def test_constrained_rights_let_the_controller_do_no_more_than_the_policy_needs(
    real: Stage, inside: Callable[..., Inside]
) -> None:
    """An account that may do more is used for what is printed alone: here a write that nobody printed is refused."""
    rights.needs_constrained_impersonation(real)
    policy = prepared(real, "deletes")
    names = real.names()
    documents = printed(real, policy, "--impersonation=constrained")
    for document in documents:
        if document["metadata"]["name"].endswith("impersonate"):
            for rule in document.get("rules", []):
                rule["verbs"] = [verb for verb in rule["verbs"] if not verb.endswith(":delete")]
    apply(real, documents)
    config = rights.controller(real)
    inside(real, once=True, kubeconfig=str(config)).finish()
    assert real.reason(policy) == "ImpersonationDenied"
    assert real.names() == names


def test_what_reaches_beyond_the_namespace_is_not_printed_by_the_way(real: Stage) -> None:
    """The author of a policy must not get rights from whoever grants what it asks for."""
    policy = prepared(real, "deletes")
    real.edit(policy, {"conditions": {"unreferenced": True}, "ttl": {"immediate": None, "afterCreation": "1s"}})
    asked = rbac(real, policy, "-n", real.namespace)
    assert asked.code == 2
    assert not asked.out
    assert f"the ServiceAccount {real.namespace}/cleaner would get list beyond the namespace" in asked.err
    wide = rbac(real, policy, "-n", real.namespace, "--wide")
    assert wide.code == 0
    assert "ClusterRole" in {each["kind"] for each in yaml.safe_load_all(wide.out)}


def test_what_an_account_may_do_beyond_its_policies_is_named(real: Stage) -> None:
    """Not what everybody may, and not what another policy of the same account needs; nothing is missing for it."""
    policy = prepared(real, "deletes")
    apply(real, printed(real, policy))
    asked = rbac(real, policy, "-n", real.namespace, "--check")
    assert (asked.code, asked.out) == (0, "nothing is missing: 1 policy\n")
    rule = {"apiGroups": [""], "resources": ["secrets", "configmaps"], "verbs": ["delete", "watch"]}
    rights.grant(real, real.namespace, rights.subject(real.namespace, "cleaner"), rule, name="more")
    until(lambda: "secrets" in rbac(real, policy, "-n", real.namespace, "--check").out, "the server has seen the role")
    asked = rbac(real, policy, "-n", real.namespace, "--check")
    painted = rbac(real, policy, "-n", real.namespace, "--check", "--color=always")
    assert "\x1b[33mdelete" in painted.out
    assert click.unstyle(painted.out) == asked.out
    assert (asked.code, asked.out.splitlines()) == (
        0,
        [
            "nothing is missing: 1 policy",
            f"the ServiceAccount {real.namespace}/cleaner may do in its namespace what these policies do not need:",
            "  watch configmaps",
            "  delete, watch secrets",
        ],
    )
    (surplus,) = json.loads(rbac(real, policy, "-n", real.namespace, "--check", "-o", "json").out)["surplus"]
    assert [each["resource"] for each in surplus["rights"]] == ["configmaps", "secrets"]
    assert surplus["unknown"] is None


def test_an_account_that_is_missing_is_named(real: Stage, inside: Callable[..., Inside]) -> None:
    """By the status and by ``--check``; other policies go on."""
    real.make_many(2)
    lost = real.policy(serviceAccountName="lost")
    rights.account(real)
    good = real.policy(serviceAccountName="cleaner")
    apply(real, printed(real, good))
    config = rights.controller(real)
    inside(real, once=True, kubeconfig=str(config)).finish()
    until(lambda: real.reason(lost) and real.reason(good), "both statuses are written")
    assert (real.reason(lost), real.reason(good)) == ("IdentityMissing", "Evaluated")
    assert f"kubectl create serviceaccount lost -n {real.namespace}" in real.condition(lost)["message"]
    assert real.status(good)["lastRun"]["deleted"] == 2
    asked = rbac(real, lost, "-n", real.namespace, "--check")
    assert asked.code == 1
    assert f"there is no ServiceAccount {real.namespace}/lost" in asked.out


def test_a_policy_on_namespaces_may_look_at_all_that_would_go_along(real: Stage, inside: Callable[..., Inside]) -> None:
    """With what is printed for it a cluster policy deletes an empty Namespace, and can tell that it is empty."""
    gone = real.cluster.namespace()
    target = {"apiVersion": "v1", "kind": "Namespace", "names": [gone]}
    policy = real.policy(f"ends-{gone}", kind=CLUSTER, targetResources=[target])
    allowed = ("--allow-resource", "namespaces")
    ended = rbac(real, policy, "--cluster", *allowed, f"--controller-namespace={real.home}")
    assert ended.code == 0, ended.err
    documents = list(yaml.safe_load_all(ended.out))
    assert {each["kind"] for each in documents} == {"ClusterRole", "ClusterRoleBinding"}
    assert not any("*" in rule["resources"] for each in documents for rule in each.get("rules", []))
    config = rights.controller(real)
    apply(real, documents)
    inside(real, once=True, kubeconfig=str(config), allow_resource=("namespaces",)).finish()
    status = real.status(policy, kind=CLUSTER)
    assert status["lastRun"]["due"] == 1, status
    metadata = real.cluster.request("GET", f"/api/v1/namespaces/{gone}").body.get("metadata", {})
    assert not metadata or "deletionTimestamp" in metadata

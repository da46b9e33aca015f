"""A policy with an account looks at objects and acts on them as that account, on a real API server that writes it all down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller import rights
from tests.cluster.controller.rights import CONFIG_MAPS, Audit, shown
from tests.cluster.controller.stage import until
from zen_gc_core.cluster.impersonating import ConnectionAs

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import Stage

pytestmark = pytest.mark.real

OWN = {
    "garbagecollectionpolicies.gc.kube-zen.io",
    "clustergarbagecollectionpolicies.gc.kube-zen.io",
    "garbagecollectionpolicies.gc.kube-zen.io/status",
    "namespaces",
    "events",
    "serviceaccounts",
    "apiservices.apiregistration.k8s.io",
    "localsubjectaccessreviews.authorization.k8s.io",
    "recycledobjects.gc.kube-zen.io",
    "clusterrecycledobjects.gc.kube-zen.io",
    "",  # discovery
}
"""What the controller asks for with its own rights, whatever policies there are."""


def run(stage: Stage, inside: Callable[..., Inside], **settings: Any) -> Audit:
    """Let the controller run every policy once."""
    config = rights.controller(stage)
    audit = Audit(stage.cluster, stage.home)  # type: ignore[arg-type]  # the real one
    inside(stage, once=True, kubeconfig=str(config), **settings).finish()
    return audit


@pytest.mark.parametrize("constrained", [False, True], ids=["impersonate", "constrained"])
def test_a_policy_with_an_account_acts_as_it(real: Stage, inside: Callable[..., Inside], *, constrained: bool) -> None:
    """The audit log has every look at the object and its deletion in the name of the account, and nothing of it else."""
    name = rights.account(real, rules=[CONFIG_MAPS])
    if constrained:
        rights.needs_constrained_impersonation(real)
        rights.let_impersonate_within(real, name, CONFIG_MAPS)
    else:
        rights.let_impersonate(real, name)
    thing = real.make()
    policy = real.policy(serviceAccountName=name)

    audit = run(real, inside)

    assert real.status(policy)["lastRun"]["deleted"] == 1
    assert not real.there(thing)
    asked = audit.as_account(real.namespace)
    assert ("delete", "configmaps", thing) in asked
    assert {(verb, what) for verb, what, _ in asked if what == "configmaps"} == {
        ("list", "configmaps"),
        ("get", "configmaps"),
        ("delete", "configmaps"),
    }
    own = audit.as_itself()
    assert {what for _, what, _ in own if what != "configmaps"} <= OWN
    assert {(verb, name) for verb, what, name in own if what == "configmaps"} == {("get", "zen-gc-pause")}


def test_the_breaker_counts_and_copies_are_made_as_the_account(real: Stage, inside: Callable[..., Inside]) -> None:
    """What a tenant learns and leaves behind, it learns and leaves with its own rights."""
    verbs = ["create", "get", "list", "update", "delete"]
    copies = {"apiGroups": ["gc.kube-zen.io"], "resources": ["recycledobjects"], "verbs": verbs}
    rights.let_impersonate(real, rights.account(real, rules=[CONFIG_MAPS, copies]))
    real.make_many(3)
    real.make_many(9, metadata={"labels": {"other": "yes"}})
    behavior = {"breaker": {"minObjects": 1, "maxPercent": 30}, "recycle": {"keepFor": "1h"}}
    policy = real.policy(serviceAccountName="cleaner", behavior=behavior)

    audit = run(real, inside)

    assert real.status(policy)["lastRun"]["deleted"] == 3, real.condition(policy)
    lists = [each["requestURI"] for each in audit.requests() if shown(each)[:2] == ("list", "configmaps")]
    assert any("labelSelector" not in each for each in lists), "all of them are counted"
    made = [what for verb, what, _ in audit.as_account(real.namespace) if verb == "create"]
    assert made.count("recycledobjects.gc.kube-zen.io") == 3
    own = {(verb, what) for verb, what, _ in audit.as_itself()}
    assert not {("list", "configmaps"), ("create", "recycledobjects.gc.kube-zen.io")} & own


def test_only_policies_of_one_account_share_a_list(real: Stage, inside: Callable[..., Inside]) -> None:
    """Two of them are served by one list, each other account by one of its own, and what is seen is shown to nobody else."""
    for name in ("one", "other"):
        rights.account(real, name, rules=[CONFIG_MAPS])
    rights.let_impersonate(real, "one", "other")
    never = {"conditions": {"fields": [{"path": "data.gone", "value": "yes"}]}}
    shared = [real.policy(serviceAccountName=name, **never) for name in ("one", "one", "other")]
    real.make_many(2, data={"gone": "no"})
    audit = run(real, inside)
    assert [real.status(each)["lastRun"]["scanned"] for each in shared] == [2, 2, 2]
    lists = [audit.as_account(real.namespace, name).count(("list", "configmaps", "")) for name in ("one", "other")]
    assert lists[1] == 1
    assert 1 <= lists[0] <= 2  # a pass begins without whom it has waited for long enough
    assert ("list", "configmaps", "") not in audit.as_itself()


def test_a_right_that_is_taken_away_in_the_middle_of_a_run_ends_it(real: Stage, inside: Callable[..., Inside]) -> None:
    """The account loses its right to delete after the first write; the rest stays, and the status says why."""
    name = rights.account(real, rules=[CONFIG_MAPS])
    rights.let_impersonate(real, name)
    real.make_many(30)
    policy = real.policy(serviceAccountName=name, behavior={"maxDeletionsPerSecond": 2})
    started = inside(real, kubeconfig=str(rights.controller(real)))
    started.await_record("resource deleted")
    real.delete(f"/apis/rbac.authorization.k8s.io/v1/namespaces/{real.namespace}/rolebindings/{name}-cleans")
    until(lambda: real.reason(policy) == "AccessDenied", "the run ends")
    assert real.names()
    assert "zen-gc rbac" in real.condition(policy)["message"]


def test_an_account_that_is_deleted_in_the_middle_of_a_run_ends_it(real: Stage, inside: Callable[..., Inside]) -> None:
    """Although its role is bound to its name, and would be there for it still."""
    name = rights.account(real, rules=[CONFIG_MAPS])
    rights.let_impersonate(real, name)
    real.make_many(40)
    policy = real.policy(serviceAccountName=name, behavior={"maxDeletionsPerSecond": 2})
    started = inside(real, kubeconfig=str(rights.controller(real)))
    started.await_record("resource deleted")
    real.delete(f"/api/v1/namespaces/{real.namespace}/serviceaccounts/{name}")
    until(lambda: real.reason(policy) == "IdentityMissing", "the run ends")
    assert real.names()


def test_a_server_that_takes_requests_for_those_of_the_controller_gets_none(
    real: Stage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something before it drops the header: the very first request of a policy shows that, and nothing is done."""

    def dropped(self: ConnectionAs, method: str, path: str, **how: Any) -> Any:
        return self.own.request(method, path, **how)

    monkeypatch.setattr(ConnectionAs, "request", dropped)
    rights.account(real)
    names = set(real.make_many(2))
    policy = real.policy(serviceAccountName="cleaner")
    inside(real, once=True).finish()
    assert real.reason(policy) == "IdentityMissing"
    assert "does something before the API server drop the header" in real.condition(policy)["message"]
    assert real.names() == names

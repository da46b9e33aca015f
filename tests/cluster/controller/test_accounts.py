"""A policy with an account looks at objects and acts on them as that account, on a real API server that writes it all down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller import rights
from tests.cluster.controller.rights import CONFIG_MAPS, Audit

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
    audit = Audit(stage.cluster, stage.home)  # type: ignore[arg-type]  # the audited one
    inside(stage, once=True, kubeconfig=str(config), **settings).finish()
    return audit


@pytest.mark.parametrize("constrained", [False, True], ids=["impersonate", "constrained"])
def test_a_policy_with_an_account_acts_as_it(
    audited: Stage, inside: Callable[..., Inside], *, constrained: bool
) -> None:
    """The audit log has every look at the object and its deletion in the name of the account, and nothing of it else."""
    name = rights.account(audited, rules=[CONFIG_MAPS])
    if constrained:
        rights.let_impersonate_within(audited, name, CONFIG_MAPS)
    else:
        rights.let_impersonate(audited, name)
    thing = audited.make()
    policy = audited.policy(serviceAccountName=name)

    audit = run(audited, inside)

    assert audited.status(policy)["lastRun"]["deleted"] == 1
    assert not audited.there(thing)
    asked = audit.as_account(audited.namespace)
    assert ("delete", "configmaps", thing) in asked
    assert {(verb, what) for verb, what, _ in asked if what == "configmaps"} == {
        ("list", "configmaps"),
        ("get", "configmaps"),
        ("delete", "configmaps"),
    }
    own = audit.as_itself()
    assert {what for _, what, _ in own if what != "configmaps"} <= OWN
    assert {(verb, name) for verb, what, name in own if what == "configmaps"} == {("get", "zen-gc-pause")}

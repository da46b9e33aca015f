"""Tenants who aim beyond their namespace, on a real API server; its audit log is the witness.

Six authors, each by nine policies: one that is in order, and one for each of eight ways to reach further. The table says what
each status must say. Whatever it says, nothing of another namespace is asked for, and nothing is asked as one account for the
policy of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller import rights
from tests.cluster.controller.rights import CONFIG_MAPS, Audit, acted_as, impersonation_refused, shown
from tests.cluster.controller.stage import TARGET, Stage, until
from zen_gc_core.cluster.impersonating import ConnectionAs

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside

pytestmark = pytest.mark.real

WAYS = (
    "in order",
    "selector of namespaces",
    "globs over namespaces",
    "cluster kind",
    "account of another namespace",
    "subresource",
    "alias of a kind",
    "related objects elsewhere",
    "what a webhook would have refused",
)

INVALID, SCOPE, GONE, DENIED, UNAVAILABLE, REQUIRED = (
    "InvalidPolicy",
    "ScopeDenied",
    "IdentityMissing",
    "AccessDenied",
    "TargetUnavailable",
    "IdentityRequired",
)
ACTS = "Evaluated"

AUTHORS = {
    # in order, selector, globs, cluster kind, other's account, subresource, alias, related, unchecked
    "an account with rights": (ACTS, SCOPE, SCOPE, SCOPE, GONE, INVALID, UNAVAILABLE, DENIED, INVALID),
    "an account without rights": (DENIED, SCOPE, SCOPE, SCOPE, GONE, INVALID, UNAVAILABLE, DENIED, INVALID),
    "an account that is gone": (GONE, SCOPE, SCOPE, SCOPE, GONE, INVALID, GONE, GONE, INVALID),
    "no account": (ACTS, SCOPE, SCOPE, SCOPE, GONE, INVALID, UNAVAILABLE, DENIED, INVALID),
    "no account, and a default": (ACTS, SCOPE, SCOPE, SCOPE, GONE, INVALID, UNAVAILABLE, DENIED, INVALID),
    "no account, and one is required": (REQUIRED, SCOPE, SCOPE, SCOPE, GONE, INVALID, REQUIRED, REQUIRED, INVALID),
}
"""What the Ready condition says, for each author and each way."""

NAMES = {"an account with rights": "cleaner", "an account without rights": "nobody", "an account that is gone": "gone"}
SETTINGS: dict[str, dict[str, Any]] = {
    "no account, and a default": {"default_service_account": "cleaner"},
    "no account, and one is required": {"require_service_account": True},
}


def aimed(way: str, victim: str) -> dict[str, Any]:
    """The spec of a policy that aims at another namespace in one of the ways."""

    def at(**target: Any) -> dict[str, Any]:
        return {"targetResources": [{**TARGET, **target}]}

    return {
        "in order": {},
        "selector of namespaces": at(namespaceSelector={"matchLabels": {"kubernetes.io/metadata.name": victim}}),
        "globs over namespaces": at(namespaces=["*"]),
        "cluster kind": {"targetResources": [{"apiVersion": "v1", "kind": "Namespace", "names": [victim]}]},
        "account of another namespace": {"serviceAccountName": "thief"},
        "subresource": at(kind="ConfigMap/status"),
        "alias of a kind": at(kind="Configmaps"),
        "related objects elsewhere": {"conditions": {"unreferenced": True}, "ttl": {"afterCreation": "1s"}},
        "what a webhook would have refused": {"serviceAccountName": f"system:serviceaccount:{victim}:thief"},
    }[way]


class Tenant:
    """An author, in a namespace of its own, and what it is after."""

    def __init__(self, stage: Stage, author: str, victim: str) -> None:
        self.author = author
        self.stage = Stage(stage.cluster, stage.cluster.namespace(), stage.home)
        self.policies: dict[str, str] = {}
        rights.account(self.stage, rules=[CONFIG_MAPS])
        rights.account(self.stage, "nobody")
        rights.let_impersonate(self.stage, "cleaner", "nobody", "gone", "thief")
        who = rights.subject(victim, "thief")
        rights.grant(self.stage, self.stage.namespace, who, CONFIG_MAPS, name="let-the-thief-in")
        self.things = self.stage.make_many(2)
        for way in WAYS:
            own = {"serviceAccountName": NAMES[author]} if author in NAMES else {}
            spec = {"behavior": {"dryRun": False}, **own, **aimed(way, victim)}
            name = way.replace(" ", "-")
            body = {
                "apiVersion": "gc.kube-zen.io/v1alpha1",
                "kind": "GarbageCollectionPolicy",
                "metadata": {"name": name, "namespace": self.stage.namespace},
                "spec": {"targetResources": [TARGET], "ttl": {"immediate": True}, **spec},
            }
            path = self.stage.path(name).rpartition("/")[0]
            answer = stage.cluster.request("POST", path, body)
            assert answer.status in {201, 422}, answer.text
            self.policies[way] = name if answer.status == 201 else ""

    def told(self) -> tuple[str, ...]:
        """What the status of each policy says; what the server refuses to store is invalid, too."""
        return tuple(self.stage.reason(name) if name else INVALID for name in self.policies.values())


def outside(audit: Audit, tenants: list[Tenant], victim: str) -> list[str]:
    """Every request that was made beyond what the policies may reach, or as somebody that it must not be made as."""
    wrong = []
    homes = {tenant.stage.namespace: tenant.author for tenant in tenants}
    for event in audit.requests():
        about = event.get("objectRef", {})
        where, what = about.get("namespace", ""), about.get("resource", "")
        account, said = acted_as(event), f"{shown(event)} in {about.get('namespace')!r} as {acted_as(event)!r}"
        if impersonation_refused(event):
            continue
        if where == victim and not (what == "namespaces" and event["verb"] == "get" and not account):
            wrong.append(f"in the other namespace: {said}")
        elif account and account.split("/")[0] not in homes:
            wrong.append(f"as an account of no author: {said}")
        elif account and where and where != account.split("/")[0]:
            wrong.append(f"as an account of another namespace: {said}")
        elif account and not where and what != "selfsubjectreviews" and event["responseStatus"]["code"] != 403:
            wrong.append(f"as an account, of the whole cluster: {said}")
        elif what == "configmaps" and not account and homes.get(where, "no account") != "no account":
            wrong.append(f"as the controller, for a policy that names an account: {said}")
    return wrong


@pytest.fixture
def victim(real: Stage) -> str:
    """A namespace with an account that may do everything in it, and objects that every policy would take."""
    other = Stage(real.cluster, real.cluster.namespace(), real.home)
    rights.account(other, "thief", rules=[CONFIG_MAPS])
    other.make_many(3)
    return other.namespace


def run(stage: Stage, inside: Callable[..., Inside], authors: list[str], victim: str) -> tuple[list[Tenant], Audit]:
    """Let the policies of these authors run once, by a controller that may do to ConfigMaps everywhere what it likes."""
    config = rights.controller(stage)
    rights.grant(stage, "", rights.subject(stage.home, rights.CONTROLLER), CONFIG_MAPS, name=f"targets-{stage.home}")
    tenants = [Tenant(stage, author, victim) for author in authors]
    audit = Audit(stage.cluster, stage.home)  # type: ignore[arg-type]  # the real one
    inside(stage, once=True, kubeconfig=str(config), **SETTINGS.get(authors[0], {})).finish()
    return tenants, audit


@pytest.mark.parametrize(
    "authors",
    [list(AUTHORS)[:4], list(AUTHORS)[4:5], list(AUTHORS)[5:]],
    ids=["named accounts", "a default", "one is required"],
)
def test_no_way_leads_out_of_a_namespace(
    real: Stage, inside: Callable[..., Inside], victim: str, authors: list[str]
) -> None:
    """Every cell of the table, and 0 requests outside."""
    tenants, audit = run(real, inside, authors, victim)

    until(lambda: all(all(tenant.told()) for tenant in tenants), "every status is written")
    assert {tenant.author: dict(zip(WAYS, tenant.told(), strict=True)) for tenant in tenants} == {
        author: dict(zip(WAYS, AUTHORS[author], strict=True)) for author in authors
    }
    assert outside(audit, tenants, victim) == []
    for tenant in tenants:
        took = AUTHORS[tenant.author][0] == ACTS
        assert tenant.stage.names() == (set() if took else set(tenant.things)), tenant.author
    assert len(Stage(real.cluster, victim, real.home).names()) == 3


def test_the_witness_sees_a_request_that_is_made_without_the_account(
    real: Stage, inside: Callable[..., Inside], victim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with a program in which a DELETE leaves without the header: the controller's rights would do it."""
    honest = ConnectionAs.request

    def request(self: ConnectionAs, method: str, path: str, **how: Any) -> Any:
        return self.own.request(method, path, **how) if method == "DELETE" else honest(self, method, path, **how)

    monkeypatch.setattr(ConnectionAs, "request", request)
    tenants, audit = run(real, inside, ["an account with rights"], victim)
    assert [each for each in outside(audit, tenants, victim) if "delete" in each], "it was not seen"

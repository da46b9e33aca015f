"""What an action asks for is checked before a run, for exactly the verb that it needs, whoever wrote the action."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

import pytest

from zen_gc_core import Build, Compiled, Config, Decision, Delete, Keyword, Mark, Request, Run, hookimpl
from zen_gc_core.controller.program import controller
from zen_gc_core.plugins import EntryPoint, installed_entry_points

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import Stage

RBAC = "rbac.authorization.k8s.io"


class Nothing(Config):
    """Asks nothing."""


class Acme:
    """The entry point of a third party's plugin, whose one action asks for what it is told to."""

    name = value = "acme"
    dist = None

    def __init__(self, request: Request) -> None:
        self._request = request

    def load(self) -> types.ModuleType:
        """Its module."""

        def ask(_decision: Decision, _run: Run) -> Request:
            return self._request

        def make(_config: Nothing, _build: Build) -> Compiled[Request]:
            return Compiled(ask, reads=())

        def zen_gc_actions() -> list[Keyword[Any, Any]]:
            return [Keyword("acme.io/away", Nothing, make, requests=type(self._request))]

        module = types.ModuleType("acme")
        vars(module)["zen_gc_actions"] = hookimpl(zen_gc_actions)
        return module


def with_rights(stage: Stage, *verbs: str) -> Path:
    """The kubeconfig of somebody who may do what a controller must, and these verbs to ConfigMaps."""
    rules = [
        {"apiGroups": ["gc.kube-zen.io"], "resources": ["*"], "verbs": ["get", "list", "watch"]},
        {
            "apiGroups": ["gc.kube-zen.io"],
            "resources": ["garbagecollectionpolicies/status", "clustergarbagecollectionpolicies/status"],
            "verbs": ["patch"],
        },
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list"]},
        {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", *verbs]},
    ]
    name = f"limited-{stage.home}"
    metadata = {"name": name}
    who = {"kind": "ServiceAccount", "namespace": stage.home, "name": "limited"}
    role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": name}
    stage.cluster.create({"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": metadata, "rules": rules})
    stage.cluster.create(
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": metadata,
            "roleRef": role,
            "subjects": [who],
        }
    )
    return stage.cluster.service_account_kubeconfig(stage.home, "limited")


@pytest.mark.real
@pytest.mark.parametrize(
    ("request_", "granted", "missing"),
    [(Delete(), "patch", "delete"), (Mark(labels={"away": "yes"}), "delete", "patch")],
    ids=["deletes", "marks"],
)
def test_a_third_partys_action_is_checked_for_the_verb_that_it_needs_before_it_runs(
    real: Stage,
    inside: Callable[..., Inside],
    monkeypatch: pytest.MonkeyPatch,
    *,
    request_: Request,
    granted: str,
    missing: str,
) -> None:
    """Nothing is listed and nothing is tried: the right is missing, and the status says which."""
    points: tuple[EntryPoint, ...] = (*installed_entry_points(), Acme(request_))
    monkeypatch.setattr(controller, "installed_entry_points", lambda: points)
    names = set(real.make_many(3))
    policy = real.policy(action={"acme.io/away": {}})
    config = with_rights(real, granted)

    inside(real, once=True, kubeconfig=str(config)).finish()

    assert real.reason(policy) == "AccessDenied"
    assert f"grant the verb {missing} on configmaps" in real.condition(policy)["message"]
    assert "lastRun" not in real.status(policy)
    assert real.names() == names


@pytest.mark.real
def test_a_third_partys_action_that_may_do_what_it_said_does_it(
    real: Stage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, with the right."""
    points: tuple[EntryPoint, ...] = (*installed_entry_points(), Acme(Delete()))
    monkeypatch.setattr(controller, "installed_entry_points", lambda: points)
    real.make_many(3)
    policy = real.policy(action={"acme.io/away": {}})
    inside(real, once=True, kubeconfig=str(with_rights(real, "delete"))).finish()
    assert real.status(policy)["lastRun"]["deleted"] == 3
    assert not real.names()

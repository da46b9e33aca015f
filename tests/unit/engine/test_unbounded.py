"""Who may ask for a request that sets whatever field it likes: cluster policies, and where the controller says so all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.docs.policies import REPOSITORY, load_module, plugins_with
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.protections import Grants
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED
from zen_gc_core.model.reasons import Reason

PARK: dict[str, Any] = {"acme.io/park": {}}
PATCH: dict[str, Any] = {"patch": {"spec": {"queue": "night"}}}


@pytest.fixture(scope="module")
def vocabulary():
    """With the action of the example plugin, which asks for a patch."""
    return plugins_with(load_module(REPOSITORY / "examples" / "plugin-acme" / "acme_zen_gc" / "__init__.py")).vocabulary


def compilation(vocabulary, kind, action, grants):
    """What comes of a policy on Renders."""
    place = {"namespaces": ["*"]} if kind == CLUSTER else {}
    metadata = {"name": "p", "uid": "u"} | ({} if kind == CLUSTER else {"namespace": "team-a"})
    target = {"apiVersion": "acme.io/v1", "kind": "Render", **place}
    spec = {"targetResources": [target], "ttl": {"afterCreation": "1d"}, "action": action}
    document = {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}
    return compile_policy(parse_policy(document), vocabulary, grants)


@pytest.mark.parametrize("action", [PARK, PATCH], ids=["plugin", "own"])
@pytest.mark.parametrize(
    ("kind", "allowed", "valid"),
    [(NAMESPACED, False, False), (NAMESPACED, True, True), (CLUSTER, False, True), (CLUSTER, True, True)],
)
def test_a_patch_is_for_cluster_policies_and_for_those_that_are_allowed(vocabulary, action, kind, *, allowed, valid):
    """A plugin's action that asks for one is no way around it."""
    found = compilation(vocabulary, kind, action, Grants(patches=allowed))
    assert (found.compiled is not None) is valid, found.errors
    if not valid:
        assert found.reason is Reason.SCOPE_DENIED
        (problem,) = found.errors
        assert problem.path in {"spec.action['acme.io/park']", "spec.action.patch"}
        assert "--allow-patch" in problem.message


@pytest.mark.parametrize("action", [{"delete": {}}, {"label": {"a": "b"}}, {"notify": {}}])
def test_what_can_do_only_one_thing_is_for_all(vocabulary, action):
    """In a namespace as in the cluster."""
    assert compilation(vocabulary, NAMESPACED, action, Grants()).compiled is not None

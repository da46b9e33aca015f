"""The admission webhook on a real API server: what kubectl shows of wrong policies, and of right ones to look at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cluster.controller.controllers import fetch
from tests.cluster.controller.hooked import await_trust, bundle, configuration, installed, new_name
from tests.cluster.controller.stage import LABELS, TARGET, Stage, until
from zen_gc_core.model.policy import API_VERSION, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.controller.controllers import Inside

ANYWHERE = "127.0.0.1:0"
WRONG = {
    "targetResources": [TARGET],
    "conditions": {"phase": ["Succeeded"], "hasLabel": [{"key": "a"}], "cel": "object.metadata.nme == 'a'"},
    "ttl": {"afterCreation": "7days"},
}


@pytest.fixture
def hooked(real: Stage, inside: Callable[..., Inside]) -> Iterator[tuple[Stage, Inside, str]]:
    """A stage on the real API server whose policies a controller's webhook is asked about; and its configuration's path."""
    name = new_name()
    controller = inside(real, webhook_addr=ANYWHERE, webhook_name=name)
    with installed(real.cluster, configuration(name, controller.controller.webhook_port)) as path:
        await_trust(controller)
        until(lambda: apply(real, document(real, WRONG)).returncode != 0, "the configuration is in force")
        yield real, controller, path


def document(stage: Stage, spec: dict[str, Any], name: str = "written", **metadata: Any) -> dict[str, Any]:
    """A policy of the stage's namespace."""
    return {
        "apiVersion": API_VERSION,
        "kind": NAMESPACED,
        "metadata": {"name": name, "namespace": stage.namespace, **metadata},
        "spec": spec,
    }


def apply(stage: Stage, policy: dict[str, Any], *more: str) -> Any:
    """Apply a policy with kubectl."""
    return stage.cluster.kubectl("apply", "-f", "-", *more, stdin=json.dumps(policy))


def test_a_wrong_policy_is_refused_with_all_of_its_paths(hooked: tuple[Stage, Inside, str]) -> None:
    """As kubectl prints what the API server refuses itself."""
    stage, controller, _ = hooked
    refused = apply(stage, document(stage, WRONG))
    print(refused.stderr)
    assert 0
    assert refused.returncode == 1
    first, *lines = refused.stderr.strip().splitlines()
    assert first == 'The GarbageCollectionPolicy "written" is invalid: '
    assert [line.split(": ")[0] for line in lines if line.startswith("* ")] == [
        "* spec.conditions",
        "* spec.conditions.cel",
        "* spec.ttl.afterCreation",
    ]
    assert stage.cluster.request("GET", stage.path("written")).status == 404
    assert controller.records("policy refused")

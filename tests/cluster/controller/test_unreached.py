"""What a policy names and the cluster does not have, as a running controller tells it: in the status, and once in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import TARGET, by_controller, until
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage

WARNED, MENDED = "policy names what is not there", "policy names what is there"


def unreaching(stage: EmbeddedStage, **target: Any) -> str:
    """A cluster policy with one target."""
    return stage.policy(kind=CLUSTER, targetResources=[{**TARGET, **target}])


def ready(stage: EmbeddedStage, policy: str) -> dict[str, Any]:
    """Its Ready condition."""
    conditions = stage.status(policy, kind=CLUSTER).get("conditions") or []
    return next((each for each in conditions if each["type"] == "Ready"), {})


def message(stage: EmbeddedStage, policy: str) -> str:
    """What its Ready condition says."""
    return str(ready(stage, policy).get("message", ""))


def make_namespace(stage: EmbeddedStage, name: str, **labels: str) -> None:
    """Create a Namespace."""
    stage.cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})


def status_writes(stage: EmbeddedStage, policy: str) -> int:
    """How often its status was written."""
    return len(stage.sent("PATCH", f"/{policy}/status"))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"namespaces": ["gone", "default"]}, "spec.targetResources[0].namespaces: Namespace gone does not exist"),
        ({"namespaces": ["go?e"]}, "spec.targetResources[0].namespaces: takes no Namespace of this cluster"),
        (
            {"namespaces": ["*"], "namespaceSelector": {"matchLabels": {"tier": "gone"}}},
            "spec.targetResources[0].namespaceSelector: takes no Namespace of this cluster",
        ),
    ],
)
def test_a_namespace_that_is_not_there_is_told_until_it_is(
    embedded: EmbeddedStage, inside: Callable[..., Inside], target: dict[str, Any], words: str
) -> None:
    """One status and one record over three runs; both say so when the Namespace has come."""
    policy = unreaching(embedded, **target)
    controller = inside(embedded)
    controller.await_record("evaluation finished", 3, policy=policy)
    assert (ready(embedded, policy)["status"], ready(embedded, policy)["reason"]) == ("True", "Evaluated")
    assert message(embedded, policy) == f"matched 0, due 0; {words}"
    assert status_writes(embedded, policy) == 1
    (record,) = controller.records(WARNED, policy=policy)
    assert (record["level"], record["problems"]) == ("warning", [words])

    make_namespace(embedded, "gone", tier="gone")

    until(lambda: message(embedded, policy) == "matched 0, due 0")
    controller.await_record(MENDED, policy=policy, level="info")
    assert len(controller.records(WARNED, policy=policy)) == 1
    assert status_writes(embedded, policy) == 2


def test_a_policy_whose_namespaces_are_there_is_not_spoken_of(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Nor is the server asked for the Namespace that a policy lives in."""
    policy, everywhere = embedded.policy(), unreaching(embedded, namespaces=["default", embedded.namespace])
    controller = inside(embedded)
    controller.await_record("evaluation finished", 2, policy=everywhere)
    controller.await_record("evaluation finished", 2, policy=policy)
    assert message(embedded, everywhere) == "matched 0, due 0"
    assert not controller.records(WARNED)
    assert not controller.records(MENDED)
    embedded.delete(embedded.path(everywhere, kind=CLUSTER))
    controller.stop()
    embedded.server.requests.clear()
    again = inside(embedded)
    again.await_record("evaluation finished", 2, policy=policy)
    assert not [each for each in embedded.sent("GET", "/api/v1/namespaces") if each.path.count("/") <= 4]


@pytest.mark.parametrize(("status", "told"), [(403, False), (500, True)])
def test_what_cannot_be_asked_is_not_told_anew(
    embedded: EmbeddedStage,
    inside: Callable[..., Inside],
    status: int,
    told: bool,  # noqa: FBT001  a column
) -> None:
    """A server that fails leaves what was told; one that forbids the question leaves nothing to tell."""
    policy = unreaching(embedded, namespaces=["gone"])
    controller = inside(embedded)
    controller.await_record(WARNED, policy=policy)

    def fail(request: Request) -> Fault | None:
        return Fault(status=status) if by_controller(request) and request.path.endswith("/namespaces/gone") else None

    embedded.server.faults = fail
    count = len(controller.records("evaluation finished", policy=policy))
    controller.await_record("evaluation finished", count + 8, policy=policy)  # what is known of it is used for 5 s
    assert ("Namespace gone" in message(embedded, policy)) is told
    assert len(controller.records(WARNED, policy=policy)) == 1

"""Runs act first and tell then: nobody waits for statuses that others have to write, and none of them is lost."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import TARGET, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage

MANY = 20
"""More policies of one namespace than there may be runs of it at the same time: each held its place until its status was written."""


def taking(number: int) -> dict[str, Any]:
    """A target of one policy alone."""
    return {**TARGET, "labelSelector": {"matchLabels": {"number": str(number)}}}


class Slow:
    """Answers that take their time.

    Args:
        seconds: How long the write of a status takes.

    Attributes:
        all_but: Policies whose statuses take no time.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.all_but: list[str] = []

    def __call__(self, request: Request) -> Fault | None:
        slow = request.method == "PATCH" and request.path.endswith("/status")
        slow = slow and not any(f"/{name}/" in request.path for name in self.all_but)
        return Fault(delay=self.seconds) if slow else None


@pytest.fixture
def slow(embedded: EmbeddedStage) -> Slow:
    """A server that takes a minute for each status, until it is told otherwise."""
    found = Slow(60.0)
    embedded.server.faults = found
    return found


def test_all_policies_act_before_any_status_is_written(
    embedded: EmbeddedStage, inside: Callable[..., Inside], slow: Slow
) -> None:
    """Of very many, the last one deletes without waiting for those before it."""
    policies = [embedded.policy(targetResources=[taking(number)], evaluationInterval="1h") for number in range(MANY)]
    slow.all_but = policies[-1:]
    name = embedded.make(metadata={"labels": {"number": str(MANY - 1)}})
    controller = inside(embedded, gc_interval=dt.timedelta(hours=1))
    controller.await_record("resource deleted", resource_name=name)
    until(lambda: len(controller.records("evaluation finished")) == MANY)
    assert not controller.records("status update failed")  # as none was waited for until it was given up
    assert not any(map(embedded.status, policies[:-1]))


def test_a_policy_runs_again_only_when_its_status_is_written(
    embedded: EmbeddedStage, inside: Callable[..., Inside], slow: Slow
) -> None:
    """One run of a policy is under way until it is told; another one would write over it."""
    policy = embedded.policy()
    controller = inside(embedded)
    controller.await_record("evaluation finished", policy=policy)
    time.sleep(3.0)  # three intervals
    assert len(controller.records("evaluating policy", policy=policy)) == 1
    slow.seconds = 0.0


def test_a_program_that_ends_has_told_of_what_was_done(
    embedded: EmbeddedStage, inside: Callable[..., Inside], slow: Slow
) -> None:
    """However many statuses wait of runs that did nothing, and would take longer than there is time."""
    nothing = [embedded.policy(targetResources=[taking(99)], evaluationInterval="1h") for _ in range(MANY)]
    policies = [embedded.policy(targetResources=[taking(number)], evaluationInterval="1h") for number in range(4)]
    slow.all_but = policies
    for number in range(4):
        embedded.make(metadata={"labels": {"number": str(number)}})
    controller = inside(embedded, gc_interval=dt.timedelta(hours=1))
    for name in policies:
        controller.await_record("evaluation finished", policy=name)
    controller.stop()
    assert [embedded.status(name).get("totalDeleted") for name in policies] == [1] * 4
    assert not any(map(embedded.status, nothing))


def test_a_policy_that_is_edited_while_its_status_waits_is_left_alone(
    embedded: EmbeddedStage, inside: Callable[..., Inside], slow: Slow
) -> None:
    """The status of the old one is about nothing that is there; the new one runs and writes its own."""
    policy = embedded.policy(evaluationInterval="1h")
    controller = inside(embedded, gc_interval=dt.timedelta(hours=1))
    controller.await_record("evaluation finished", policy=policy)
    embedded.edit(policy, {"ttl": {"afterCreation": "2h"}})
    slow.seconds = 0.0
    embedded.server.faults = None
    until(lambda: embedded.status(policy).get("observedGeneration") == 2, patience=180.0)

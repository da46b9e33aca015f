"""``zen-gc controller --once``: for CronJobs and CI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_embedded import Fault

from tests.cluster.controller.stage import by_controller

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside, Replica
    from tests.cluster.controller.stage import EmbeddedStage, Stage


def rows(text: str) -> dict[str, list[str]]:
    """The summary's rows by policy."""
    return {line.split()[0]: line.split()[1:] for line in text.splitlines()}


def test_every_policy_runs_once_and_a_summary_is_printed(stage: Stage, replica: Callable[..., Replica]) -> None:
    """Exit 0; the log is on standard error; no lease is taken."""
    stage.make_many(3)
    stage.make("kept", metadata={"annotations": {"gc.kube-zen.io/keep": ""}})
    stage.policy("tidy")
    stage.policy("paused", paused=True)
    started = replica(stage, "--once")
    assert started.wait() == 0, started.err.read_text()
    summary = rows(started.out.read_text())
    assert summary["POLICY"] == ["MATCHED", "DUE", "DELETED", "MARKED", "SCALED", "KEPT", "RESULT"]
    assert summary[f"{stage.namespace}/tidy"] == ["4", "3", "3", "0", "0", "1", "ok"]
    assert "resource deleted" in started.err.read_text()
    assert stage.names() == {"kept"}
    assert stage.status("tidy")["totalDeleted"] == 3
    assert stage.status("paused")["phase"] == "Paused"
    assert stage.lease() == {}


def test_an_invalid_policy_is_a_failure_that_stands_in_its_status(
    embedded: EmbeddedStage, replica: Callable[..., Replica]
) -> None:
    """Exit 1; the others ran."""
    name = embedded.make()
    embedded.policy("good")
    embedded.policy("bad", conditions={"phaze": []})
    started = replica(embedded, "--once")
    assert started.wait() == 1
    assert rows(started.out.read_text())[f"{embedded.namespace}/bad"] == ["invalid"]
    assert not embedded.there(name)
    assert embedded.reason("bad") == "InvalidPolicy"


def test_a_write_that_fails_is_a_failure(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """So is a breaker that trips, a list that cannot be read, a policy that cannot be read again."""
    embedded.make_many(2)
    embedded.policy("writes")
    embedded.server.faults = lambda each: Fault(status=422) if each.method == "DELETE" else None
    assert inside(embedded, once=True).finish().failures == 1
    embedded.edit("writes", {"behavior": {"breaker": {"maxObjects": 1}}})
    embedded.server.faults = None
    assert inside(embedded, once=True).finish().failures == 1
    embedded.edit("writes", {"behavior": None})
    embedded.server.faults = lambda each: Fault(status=500) if each.path.endswith("/configmaps") else None
    assert inside(embedded, once=True).finish().failures == 1
    embedded.server.faults = None
    assert inside(embedded, once=True).finish().failures == 0
    assert embedded.names() == set()


def test_policies_that_cannot_be_listed_are_a_failure(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """It does not wait for ever."""
    embedded.policy()
    embedded.server.faults = lambda each: (
        Fault(status=403) if by_controller(each) and each.query.get("limit") == "500" else None
    )
    assert inside(embedded, once=True).finish().failures >= 1


def test_without_policies_there_is_nothing_to_do(embedded: EmbeddedStage, replica: Callable[..., Replica]) -> None:
    """Exit 0, and it says so."""
    started = replica(embedded, "--once")
    assert started.wait() == 0
    assert started.out.read_text() == "No policies.\n"


def test_a_policy_that_rests_is_not_invalid(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """It is never compiled, and counts among those that are right."""
    rests, wrong = embedded.policy(paused=True), embedded.policy(conditions={"cell": "true"})
    loop = inside(embedded, once=True).finish()
    assert [entry.reference.name for entry in loop.invalid] == [wrong]
    assert embedded.status(rests)["phase"] == "Paused"

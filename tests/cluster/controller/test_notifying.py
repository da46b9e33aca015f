"""``notify`` on clusters: what is due is told of once while it is, and nothing is written to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cluster.controller.stage import by_controller, until
from zen_gc_core.controller.runs.notifying import Told
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.notifying import Notify
from zen_gc_core.model.plan import Plan
from zen_gc_core.model.policy import NAMESPACED, PolicyReference
from zen_gc_core.model.requests import Delete

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage
    from zen_gc_core.model.requests import Request

TELL: dict[str, Any] = {"notify": {}}


def told(stage: Stage, policy: str, name: str) -> list[dict[str, Any]]:
    """The events that tell of an object."""
    message = f"Notified resource {stage.namespace}/{name} (reason: ConfigMap due)"
    return [event for event in stage.events(policy) if event["message"] == message]


def test_what_is_due_is_told_of_once_while_it_is(stage: Stage, inside: Callable[..., Inside]) -> None:
    """By event, log, status and metric; another object later by itself; the first again after an edit of the policy."""
    first = stage.make()
    before = stage.cluster.request("GET", stage.config_map(first)).body
    policy = stage.policy(action=TELL)
    controller = inside(stage)
    until(lambda: told(stage, policy, first))
    assert controller.await_record("resource notified", resource_name=first)["outcome"] == "notified"
    second = stage.make()
    until(lambda: told(stage, policy, second))

    until(lambda: stage.settled(policy).get("lastRun", {}).get("notified") == 0)

    assert (stage.status(policy)["lastRun"]["due"], stage.status(policy)["totalDeleted"]) == (2, 0)
    assert [event["count"] for name in (first, second) for event in told(stage, policy, name)] == [1, 1]
    assert [len(controller.records("resource notified", resource_name=name)) for name in (first, second)] == [1, 1]
    assert controller.scrape().total("gc_write_outcomes_total", outcome="notified", policy_name=policy) == 2

    stage.edit(policy, {"behavior": {"batchSize": 10}})
    until(lambda: told(stage, policy, first)[0]["count"] == 2)
    assert stage.cluster.request("GET", stage.config_map(first)).body == before


def test_nothing_is_sent_to_what_is_told_of(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Neither to the object, nor a request for a right to write it; what is kept is not told of."""
    name = embedded.make()
    kept = embedded.make(metadata={"annotations": {"gc.kube-zen.io/keep": "true"}})
    policy = embedded.policy(action=TELL)
    inside(embedded)
    until(lambda: told(embedded, policy, name))
    until(lambda: embedded.settled(policy).get("lastRun"))
    written = [each for each in embedded.server.requests if by_controller(each) and "/configmaps" in each.path]
    assert {each.method for each in written} == {"GET"}
    reviews = [each.body["spec"]["resourceAttributes"] for each in embedded.sent("POST", "reviews") if each.body]
    assert {each["verb"] for each in reviews if each["resource"] == "configmaps"} == {"list", "get"}
    assert not told(embedded, policy, kept)


def test_the_breaker_stops_telling_as_it_stops_deleting(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """A policy that takes too much says that, and not a line an object."""
    names = embedded.make_many(3)
    policy = embedded.policy(action=TELL, behavior={"breaker": {"maxObjects": 2}})
    inside(embedded)
    until(lambda: embedded.reason(policy) == "BreakerTripped")
    assert not [event for name in names for event in told(embedded, policy, name)]


POLICY = PolicyReference(NAMESPACED, "team-a", "tell", "u", 1)


def planned(*uids: str, request: Request | None = None, generation: int = 1) -> Plan:
    """A plan that would act on these."""
    reference = PolicyReference(NAMESPACED, "team-a", "tell", "u", generation)
    decisions = tuple(
        Decision("v1", "ConfigMap", "team-a", uid, uid, Verdict.ACT, "due", request=request or Notify()) for uid in uids
    )
    return Plan(reference, None, len(uids), len(uids), len(uids), decisions)  # type: ignore[arg-type]  # no instant


def left(plan: Plan) -> list[str]:
    """The objects of a plan."""
    return [decision.uid for decision in plan.decisions]


def test_what_comes_to_be_due_again_is_told_of_again() -> None:
    """And what was told of in an earlier run that is not over, no more."""
    known = Told()
    assert left(known.leave_out(planned("a", "b"), whole=True)) == ["a", "b"]
    known.note(["a"])
    assert left(known.leave_out(planned("a", "b"), whole=True)) == ["b"]
    known.note(["b"])
    assert left(known.leave_out(planned("a", "b"), whole=True)) == []
    assert left(known.leave_out(planned("b"), whole=True)) == []
    assert left(known.leave_out(planned("a", "b"), whole=True)) == ["a"]


def test_what_comes_between_two_passes_says_nothing_of_the_others() -> None:
    """A small run is of what has just come: what was told of before it is due all the same."""
    known = Told()
    known.leave_out(planned("a", "b"), whole=True)
    known.note(["a", "b"])
    assert left(known.leave_out(planned("c"), whole=False)) == ["c"]
    known.note(["c"])
    assert left(known.leave_out(planned("a", "b", "c", "d"), whole=True)) == ["d"]


def test_an_edited_policy_tells_anew() -> None:
    """Its next generation may mean something else."""
    known = Told()
    known.leave_out(planned("a"), whole=True)
    known.note(["a"])
    assert left(known.leave_out(planned("a", generation=2), whole=True)) == ["a"]


def test_what_is_done_and_not_only_told_is_done_each_time() -> None:
    """A policy that was edited from telling to deleting deletes what it told of."""
    known = Told()
    known.leave_out(planned("a"), whole=True)
    known.note(["a"])
    assert left(known.leave_out(planned("a", request=Delete()), whole=True)) == ["a"]

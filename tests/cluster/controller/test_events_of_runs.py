"""What `kubectl describe` shows of a policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from zen_gc_embedded import Fault

from tests.cluster.controller.stage import TARGET, until
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage


def test_describe_shows_what_was_deleted(stage: Stage, inside: Callable[..., Inside]) -> None:
    """At most 25 objects a run, then how many more, and the numbers of the run."""
    names = stage.make_many(30)
    stage.policy("tidy", evaluationInterval="1h")
    inside(stage)

    def described() -> str:
        return stage.cluster.kubectl("describe", "gcp", "tidy", "-n", stage.namespace, check=True).stdout

    text = until(lambda: found if "PolicyEvaluated" in (found := described()) else "")
    rows = [line for line in text.partition("Events:")[2].splitlines() if "gc-controller" in line]
    shown = [row for row in rows if "ResourceDeleted" in row]
    deleted = [match for row in shown if (match := re.search(r"Deleted resource (\S+)/(\S+) \(reason: (.+)\)", row))]
    assert len(deleted) == 25
    assert {match[1] for match in deleted} == {stage.namespace}
    assert {match[2] for match in deleted} <= set(names)
    assert {match[3] for match in deleted} == {"ConfigMap due"}, "the instant may be made of the object's content"
    assert [row for row in shown if row.endswith("…and 5 more")]
    assert len(shown) == 26
    assert any("Evaluated policy: matched=30, deleted=30, pending=0" in row for row in rows)
    assert all(row.split()[0] == "Normal" for row in rows)


def test_what_nobody_did_is_no_event(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """The numbers are told when they change, not at every run."""
    policy = embedded.policy()
    controller = inside(embedded)
    controller.await_record("evaluation finished", 3)
    embedded.make("kept", metadata={"annotations": {"gc.kube-zen.io/keep": ""}})
    until(lambda: len(embedded.events(policy)) == 2)
    controller.await_record("evaluation finished", 6)
    told = {event["message"]: event["count"] for event in embedded.events(policy)}
    assert told == {
        "Evaluated policy: matched=0, deleted=0, pending=0": 1,
        "Evaluated policy: matched=1, deleted=0, pending=1": 1,
    }


def test_a_repeat_raises_the_count_of_the_first(stage: Stage, inside: Callable[..., Inside]) -> None:
    """One event, however long something is in the way."""
    policy = stage.policy(targetResources=[{"apiVersion": "acme.io/v1", "kind": "Nothing"}])
    inside(stage)
    event = until(lambda: next((each for each in stage.events(policy) if each["count"] >= 2), None))
    assert (event["type"], event["reason"]) == ("Warning", "EvaluationFailed")
    assert event["message"].startswith("Failed to evaluate policy: TargetUnavailable: ")
    assert event["source"]["component"] == "gc-controller"
    assert len(stage.events(policy)) == 1


def test_an_invalid_policy_says_so_once(stage: Stage, inside: Callable[..., Inside]) -> None:
    """With all of its problems."""
    policy = stage.policy(conditions={"phaze": [], "olderThan": "0s"})
    controller = inside(stage)
    event = until(lambda: next(iter(stage.events(policy)), None))
    assert (event["type"], event["reason"]) == ("Warning", "InvalidPolicy")
    assert "spec.conditions" in event["message"]
    assert "phaze" in event["message"]
    assert "olderThan" in event["message"]
    until(lambda: controller.scrape().total("gc_errors_total", error_type="invalid_policy") >= 3)
    assert [each["count"] for each in stage.events(policy)] == [1]


def test_while_the_status_of_an_invalid_policy_is_written_it_is_not_told_of_again(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """That takes two intervals, in which it would be due."""
    written: list[str] = []
    embedded.server.faults = _of_statuses(written, Fault(delay=2.0))
    policy = embedded.policy(conditions={"phaze": []})
    controller = inside(embedded)
    until(lambda: embedded.status(policy) or len(written) > 1)
    until(lambda: controller.scrape().total("gc_errors_total", error_type="invalid_policy") >= 3)
    assert len(written) == 1
    assert len(controller.records("policy invalid")) == 1
    assert [each["count"] for each in embedded.events(policy)] == [1]


def test_an_invalid_policy_without_a_status_says_so_once(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Its status cannot be written, which is tried again and again; when it is edited, it is told anew."""
    embedded.server.faults = _of_statuses([], Fault(status=403))
    policy = embedded.policy(conditions={"phaze": []})
    controller = inside(embedded)
    until(lambda: controller.scrape().total("gc_errors_total", error_type="status_update_failed") >= 2)
    assert len(controller.records("policy invalid")) == 1
    embedded.patch(embedded.path(policy), {"spec": {"conditions": {"phaze": ["Failed"]}}})
    until(lambda: len(controller.records("policy invalid")) == 2)


def _of_statuses(written: list[str], fault: Fault) -> Callable[[Request], Fault | None]:
    """What goes wrong with each write of a status, and which there were."""

    def wrong(request: Request) -> Fault | None:
        if request.method != "PATCH" or not request.path.endswith("/status"):
            return None
        written.append(request.path)
        return fault

    return wrong


def test_a_breaker_that_trips_is_a_warning_that_says_how_to_lift_it(
    stage: Stage, inside: Callable[..., Inside]
) -> None:
    """The command is in the message."""
    stage.make_many(3)
    policy = stage.policy(behavior={"breaker": {"maxObjects": 2}})
    inside(stage)
    event = until(lambda: next((each for each in stage.events(policy) if each["reason"] == "BreakerTripped"), None))
    assert event["type"] == "Warning"
    command = rf"zen-gc approve {policy} -n {stage.namespace} --digest [0-9a-f]{{16}} --up-to 3"
    assert re.search(command, event["message"])
    assert len(stage.names()) == 3


def test_a_dry_run_says_what_it_would_delete(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """And never that it did."""
    names = embedded.make_many(27)
    policy = embedded.policy(behavior={"dryRun": True}, evaluationInterval="1h")
    inside(embedded)
    until(lambda: "PolicyEvaluated" in embedded.reasons(policy))
    would = [each for each in embedded.events(policy) if each["reason"] == "WouldDelete"]
    assert len(would) == 26
    assert sorted(each["message"][:21] for each in would) == ["Would delete resource"] * 25 + ["…and 2 more"]
    assert embedded.names() == set(names)
    assert "ResourceDeleted" not in embedded.reasons(policy)


def test_a_mark_is_told_as_one(stage: Stage, inside: Callable[..., Inside]) -> None:
    """And what carries the mark is not marked again."""
    name = stage.make()
    policy = stage.policy(action={"label": {"stale": "true"}})
    controller = inside(stage)
    event = until(lambda: next((each for each in stage.events(policy) if each["reason"] == "ResourceMarked"), None))
    assert f"{stage.namespace}/{name}" in event["message"]
    controller.await_record("evaluation finished", 3)
    assert len(controller.records("resource marked")) == 1
    marked = stage.cluster.request("GET", stage.config_map(name)).body["metadata"]
    assert marked["labels"]["stale"] == "true"
    assert {"gc.kube-zen.io/marked-at", "gc.kube-zen.io/marked-by"} <= set(marked["annotations"])


def test_events_of_cluster_policies_are_in_the_default_namespace(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Where the API server wants them; describe finds them."""
    stage.make()
    policy = stage.policy(kind=CLUSTER, targetResources=[{**TARGET, "namespaces": [stage.namespace]}])
    inside(stage)
    until(
        lambda: {each["reason"] for each in stage.events(policy, "default")} >= {"ResourceDeleted", "PolicyEvaluated"}
    )
    assert "ResourceDeleted" in stage.cluster.kubectl("describe", "cgcpolicy", policy, check=True).stdout


def test_events_that_cannot_be_written_stop_nothing(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """They are counted, and logged without a traceback."""
    name = embedded.make()
    embedded.policy()
    embedded.server.faults = lambda each: Fault(status=403) if "/events" in each.path else None
    controller = inside(embedded)
    until(lambda: not embedded.there(name))
    record = controller.await_record("event not recorded")
    assert record["reason"] == "AccessDenied"
    assert controller.scrape().total("gc_errors_total", error_type="event_failed") >= 1
    assert not controller.records("unexpected error")

"""When policies act: scheduled times, what is caught up, windows that are closed, blackouts that begin in the middle of a run."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.controllers import instant
from tests.cluster.controller.stage import MERGE, by_controller, until
from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.controller.runs.errands import claim
from zen_gc_core.controller.runs.remembered import Entry
from zen_gc_core.engine.calendar.timetable import Occasion
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.instants import format_instant, parse_instant
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside, Replica
    from tests.cluster.controller.stage import EmbeddedStage, Stage

MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    """The present, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def daily(time: dt.datetime) -> str:
    """The cron expression of a minute of each day."""
    return f"{time.minute} {time.hour} * * *"


def soon() -> dt.datetime:
    """A whole minute that is far enough ahead for a policy to be planned before it."""
    return (now() + 20 * SECOND + MINUTE).replace(second=0)


def closed() -> dict[str, Any]:
    """A window that opens half a day from now."""
    return {"cron": daily(now() + DAY / 2), "duration": "1h"}


def progressing(stage: Stage, policy: str) -> tuple[str, str]:
    """Status and reason of a policy's Progressing condition."""
    condition = stage.condition(policy, "Progressing")
    return str(condition.get("status", "")), str(condition.get("reason", ""))


@pytest.mark.parametrize("action", [{"delete": {}}, {"label": {"swept": "yes"}}], ids=["delete", "label"])
def test_while_its_window_is_closed_a_policy_is_planned_and_nothing_is_written(
    stage: Stage, inside: Callable[..., Inside], action: dict[str, Any]
) -> None:
    """Nothing of it fails: it says when it goes on, and an open window lets it."""
    name = stage.make()
    policy = stage.policy(windows=[closed()], action=action)
    controller = inside(stage)
    controller.await_record("writes deferred", 3, policy=policy, reason="Deferred")
    status = stage.status(policy)
    assert (status["phase"], status["lastRun"]["due"], stage.reason(policy)) == ("Active", 1, "Evaluated")
    assert progressing(stage, policy) == ("False", "Deferred")
    assert "no window is open; the next one opens at " in stage.condition(policy, "Progressing")["message"]
    assert controller.records("evaluation failed") == []
    assert controller.scrape().total("gc_errors_total") == 0
    assert controller.scrape().total("gc_writes_deferred", policy_name=policy) == 1
    (event,) = until(lambda: [each for each in stage.events(policy) if each["reason"] == "WritesDeferred"])
    assert event["message"].startswith("Writes deferred: no window is open; the next one opens at ")
    assert (event["type"], event.get("count", 1)) == ("Normal", 1)
    read = stage.cluster.request("GET", stage.config_map(name))
    assert (read.status, read.body["metadata"]["labels"]) == (200, {"gc": "yes"})
    stage.edit(policy, {"windows": [{"cron": "* * * * *", "duration": "1h"}]})
    until(lambda: sum(stage.settled(policy).get("lastRun", {}).get(each, 0) for each in ("deleted", "marked")))
    assert progressing(stage, policy) == ("False", "Idle")


def test_a_dry_run_goes_on_while_windows_are_closed(stage: Stage, inside: Callable[..., Inside]) -> None:
    """It writes nothing anyway."""
    name = stage.make()
    policy = stage.policy(windows=[closed()], behavior={"dryRun": True})
    inside(stage)
    until(lambda: stage.settled(policy).get("resourcesWouldDelete") == 1)
    assert stage.there(name)


def test_a_blackout_that_begins_in_the_middle_of_a_run_ends_it_before_the_next_write(
    stage: Stage, inside: Callable[..., Inside]
) -> None:
    """What had been done is told; the rest stays, and nothing has failed."""
    stage.make_many(120)
    controller = inside(stage, max_deletions_per_second=3.0)
    begins = now() + 20 * SECOND
    freeze = {"from": format_instant(begins), "until": format_instant(begins + DAY), "reason": "change freeze"}
    policy = stage.policy(blackouts=[freeze], behavior={"breaker": {"minObjects": 1000}})
    controller.await_record("resource deleted")
    controller.await_record("writes deferred", policy=policy, reason="Deferred")
    intents = controller.records("deleting resource")
    assert intents
    assert max(map(instant, intents)) < begins
    left = stage.names()
    assert len(left) == 120 - len(controller.records("resource deleted"))
    assert left
    controller.await_record("writes deferred", 3, policy=policy, reason="Deferred")
    assert stage.names() == left
    assert "a blackout lasts until" in stage.condition(policy, "Progressing")["message"]
    assert stage.condition(policy, "Progressing")["message"].endswith(": change freeze")
    assert controller.records("evaluation failed") == []


def test_a_blackout_stops_what_an_open_window_lets_through_and_an_approval_does_not_help(
    stage: Stage, inside: Callable[..., Inside]
) -> None:
    """Deny beats allow."""
    name = stage.make()
    day = now().date()
    freeze = {"from": (day - DAY).isoformat(), "until": (day + DAY).isoformat()}
    policy = stage.policy(windows=[{"cron": "* * * * *", "duration": "1h"}], blackouts=[freeze])
    controller = inside(stage)
    digest = until(lambda: stage.settled(policy).get("digest", ""))
    stage.patch(stage.path(policy), {"metadata": {"annotations": {"gc.kube-zen.io/approve": f"{digest}/9"}}})
    seen = len(controller.records("writes deferred", policy=policy, reason="Deferred"))
    controller.await_record("writes deferred", seen + 3, policy=policy, reason="Deferred")
    assert stage.there(name)
    assert controller.records("deleting resource") == []


def test_a_scheduled_policy_is_planned_at_once_and_acts_at_its_time(
    stage: Stage, inside: Callable[..., Inside]
) -> None:
    """So is an edited one; its status tells when, and what it ran for, before it does."""
    name = stage.make()
    controller = inside(stage)
    time = soon()
    policy = stage.policy(schedule=daily(time + DAY / 2))
    until(lambda: stage.settled(policy).get("lastRun", {}).get("due") == 1)
    stage.edit(policy, {"schedule": {"cron": daily(time)}})
    status = until(lambda: _of_generation(stage, policy, 2))
    if now() < time:
        assert (status["lastRun"]["due"], status["lastRun"]["deleted"]) == (1, 0)
        assert status["nextGCRun"] == format_instant(time)
        assert progressing(stage, policy) == ("False", "Deferred")
        assert "lastScheduleTime" not in status
    assert status["schedule"] == f"{daily(time)} UTC"
    until(lambda: stage.settled(policy).get("resourcesDeleted") == 1)
    status = stage.status(policy)
    assert not stage.there(name)
    assert (status["lastScheduleTime"], status["lastScheduleGeneration"]) == (format_instant(time), 2)
    assert status["nextGCRun"] == format_instant(time + DAY)
    (intent,) = controller.records("deleting resource")
    assert instant(intent) >= time
    late = stage.make()
    stage.edit(policy, {"schedule": {"cron": daily(time), "startingDeadline": "1h"}})
    status = until(lambda: _of_generation(stage, policy, 3))
    assert (status["lastRun"]["due"], status["lastRun"]["deleted"]) == (1, 0)
    assert stage.there(late)
    stage.edit(policy, {"schedule": None})
    until(lambda: not stage.there(late))
    assert "lastScheduleTime" not in until(lambda: _of_generation(stage, policy, 4))


def _of_generation(stage: Stage, policy: str, generation: int) -> dict[str, Any]:
    """A policy's status after a run of a generation."""
    status = stage.settled(policy)
    return status if status.get("observedGeneration") == generation else {}


def _ran(stage: Stage, policy: str, time: dt.datetime, generation: int = 1) -> None:
    """Let a policy's status say that it ran for a time."""
    status = {"lastScheduleTime": format_instant(time), "lastScheduleGeneration": generation}
    answer = stage.cluster.request("PATCH", f"{stage.path(policy)}/status", {"status": status}, content_type=MERGE)
    assert answer.status == 200, answer.text


def test_what_was_missed_while_the_controller_was_away_is_caught_up_once(
    stage: Stage, inside: Callable[..., Inside]
) -> None:
    """Within the starting deadline, by the policy that ran before; one that never ran, was edited or is frozen waits."""
    time = now().replace(second=0) - 3 * MINUTE
    schedule = {"cron": daily(time), "startingDeadline": "1h"}
    day = now().date()
    frozen = {"blackouts": [{"from": (day - DAY).isoformat(), "until": (day + DAY).isoformat()}]}
    targets = {
        each: [{"apiVersion": "v1", "kind": "ConfigMap", "names": [each]}]
        for each in ("same", "late", "new", "edited", "frozen")
    }
    for each, target in targets.items():
        stage.make(each)
        own = {**schedule, "startingDeadline": "1m"} if each == "late" else schedule
        stage.policy(each, schedule=own, targetResources=target, **(frozen if each == "frozen" else {}))
        if each != "new":
            _ran(stage, each, time - DAY, generation=7 if each == "edited" else 1)
    inside(stage)
    until(lambda: not stage.there("same"))
    until(lambda: all(stage.settled(each).get("observedGeneration") for each in targets))
    assert stage.names() == {"late", "new", "edited", "frozen"}
    assert stage.status("same")["lastScheduleTime"] == format_instant(time)
    assert stage.status("frozen")["lastScheduleTime"] == format_instant(time - DAY)
    assert (
        "was missed, and is not caught up: a blackout lasts until"
        in stage.condition("frozen", "Progressing")["message"]
    )


def test_no_second_run_begins_for_a_time_after_a_change_of_leader(
    stage: Stage, replica: Callable[..., Replica]
) -> None:
    """The first one ran for it; who leads next plans, and waits."""
    first = stage.make()
    time = soon()
    policy = stage.policy(schedule={"cron": daily(time), "startingDeadline": "1h"})
    leader = replica(stage).awake()
    leader.await_record("became leader")
    other = replica(stage).awake()
    until(lambda: not stage.there(first))
    until(lambda: stage.settled(policy).get("lastScheduleTime") == format_instant(time))
    second = stage.make()
    leader.send(signal.SIGKILL)
    other.await_record("evaluation finished", policy=policy)
    status = until(lambda: stage.settled(policy) if stage.settled(policy)["lastRun"]["due"] == 1 else {})
    assert status["lastScheduleTime"] == format_instant(time)
    assert status["nextGCRun"] == format_instant(time + DAY)
    assert stage.there(second)
    assert other.records("deleting resource") == []


def test_a_dry_run_of_all_policies_takes_no_time_away_from_a_real_run(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Whoever tries out what would happen beside a controller keeps nothing from happening."""
    name = embedded.make()
    time = now().replace(second=0) - 3 * MINUTE
    policy = embedded.policy(schedule={"cron": daily(time), "startingDeadline": "1h"})
    _ran(embedded, policy, time - DAY)
    inside(embedded, once=True, dry_run=True).finish()
    assert embedded.status(policy)["resourcesWouldDelete"] == 1
    assert embedded.status(policy)["lastScheduleTime"] == format_instant(time - DAY)
    inside(embedded, once=True).finish()
    assert not embedded.there(name)
    assert embedded.status(policy)["lastScheduleTime"] == format_instant(time)


def test_a_time_for_which_another_replica_runs_is_told(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """What this one knows of the status is old: it plans, writes nothing, and says why."""
    name = embedded.make()
    time = now().replace(second=0) - 3 * MINUTE
    policy = embedded.policy(schedule={"cron": daily(time), "startingDeadline": "1h"})
    _ran(embedded, policy, time - DAY)
    seen: list[str] = []

    def hook(request: Request) -> None:
        if by_controller(request) and request.method == "GET" and request.path.endswith(f"/{policy}") and not seen:
            seen.append(request.path)
            (document,) = embedded.server._read("garbagecollectionpolicies", embedded.namespace)
            status = {"lastScheduleTime": format_instant(time), "lastScheduleGeneration": 1}
            embedded.server._seed([{**document, "status": status}])

    embedded.server.faults = hook
    inside(embedded, once=True).finish()
    assert seen
    assert embedded.there(name)
    message = embedded.condition(policy, "Progressing")["message"]
    assert message.startswith(f"a run for {format_instant(time)} has begun elsewhere, or for a later time; it acts at ")


def test_a_time_is_claimed_by_one_alone_whatever_they_remember(embedded: EmbeddedStage) -> None:
    """What a replica knows of the status may be old; the policy is read anew, and written as it was read."""
    name = embedded.policy(schedule={"cron": "0 3 * * *"})
    time = parse_instant("2026-11-24T03:00:00Z")
    vocabulary = load_plugins(installed_entry_points()).vocabulary

    class Context:
        """What a claim takes of it."""

        authority = staticmethod(Authority.forever().check)
        write_timeout = 2.5

        @staticmethod
        def sleep(_seconds: float) -> None:
            """Nobody waits."""

    def entry() -> Entry:
        found = compile_policy(parse_policy(embedded.read(name)), vocabulary)
        key = ("GarbageCollectionPolicy", embedded.namespace, name)
        return Entry(key, found, paused=False, resource_version="1")

    with Connection.open(kubeconfig=embedded.cluster.kubeconfig_path) as connection:
        context: Any = Context()
        context.home = connection
        claimed: list[bool] = []
        threads = [
            threading.Thread(target=lambda: claimed.append(claim(context, entry(), Occasion(time, time))))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(claimed) == [False, False, False, True]
        assert claim(context, entry(), Occasion(time - DAY, time - DAY)) is False
        assert claim(context, entry(), Occasion(time + DAY, time + DAY)) is True

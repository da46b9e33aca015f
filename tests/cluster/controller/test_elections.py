"""Replicas as processes that stand for one lease: who writes, when, and what ends it."""

from __future__ import annotations

import signal
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.controllers import instant
from tests.cluster.controller.stage import by_controller, until
from zen_gc_core.controller.beats.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside, Replica
    from tests.cluster.controller.stage import EmbeddedStage, Stage
    from zen_gc_core.controller.runs.remembered import Entry

LEASE, RETRY = 3.0, 0.3
"""Seconds, as `controllers.QUICK` has them."""

SOON = {
    "leader_election_lease_duration": timedelta(seconds=LEASE),
    "leader_election_renew_deadline": timedelta(seconds=2),
    "leader_election_retry_period": timedelta(seconds=RETRY),
}
"""The same, for a controller of this process."""


def pair(stage: Stage, replica: Callable[..., Replica]) -> tuple[Replica, Replica]:
    """Two replicas: the leader, and the standby."""
    leader = replica(stage, name="first").awake()
    leader.await_record("became leader")
    standby = replica(stage, name="second").awake()
    standby.await_record("standing by", holder=leader.identity)
    return leader, standby


def works(stage: Stage, by: Replica) -> None:
    """Wait until a replica has deleted something."""
    name = stage.make()
    by.await_record("resource deleted", resource_name=name)


def test_the_next_replica_acts_soon_after_a_sigterm(real: Stage, replica: Callable[..., Replica]) -> None:
    """It waits for no expiry: the lease is released. The standby was Ready, and served metrics and health, all the time."""
    default = (
        "--leader-election-lease-duration=1h",
        "--leader-election-renew-deadline=10s",
        "--leader-election-retry-period=2s",
    )
    policy = real.policy()
    first = replica(real, *default, name="first").awake()
    works(real, first)
    second = replica(real, *default, name="second").awake()
    second.await_record("standing by", holder=first.identity)
    assert second.probe("/healthz")[0] == 200
    until(lambda: second.probe("/readyz")[0] == 200)
    assert second.scrape().total("gc_leader_election_status") == 0
    assert second.scrape().having("gc_policies_total") == []
    assert first.scrape().total("gc_leader_election_status") == 1
    assert first.scrape().total("gc_policies_total", phase="Active") == 1
    lease = real.lease()
    assert lease["holderIdentity"] == first.identity
    first.send(signal.SIGTERM)
    assert first.wait() == 0
    name = real.make()
    taken = second.await_record("became leader")
    until(lambda: not real.there(name))
    stopping = first.records("controller stopping")[0]
    assert (instant(taken) - instant(stopping)).total_seconds() < 3.0
    assert real.lease()["holderIdentity"] == second.identity
    assert real.lease()["leaseTransitions"] == lease["leaseTransitions"] + 1
    assert first.records("controller stopped")
    assert second.scrape().total("gc_leader_election_transitions_total") == 1
    until(lambda: real.status(policy).get("totalDeleted") == 2)


def test_the_next_replica_acts_when_the_lease_of_a_killed_one_has_run_out(
    real: Stage, replica: Callable[..., Replica]
) -> None:
    """Within lease + 1.2 x retry + 1 s of the last renewal."""
    real.policy()
    leader, standby = pair(real, replica)
    works(real, leader)
    name = real.make()
    leader.send(signal.SIGKILL)
    renewed = real.lease()["renewTime"]
    taken = standby.await_record("became leader")
    until(lambda: not real.there(name))
    waited = (instant(taken) - instant({"timestamp": renewed})).total_seconds()
    assert waited < LEASE + 1.2 * RETRY + 1.0
    assert real.lease()["leaseTransitions"] == 1


def test_a_leader_that_wakes_after_its_lease_writes_nothing(real: Stage, replica: Callable[..., Replica]) -> None:
    """SIGSTOP in the middle of a run; the other takes over; the one that wakes finds its right gone and stands by."""
    real.policy(behavior={"maxDeletionsPerSecond": 20}, evaluationInterval="1s")
    leader, standby = pair(real, replica)
    real.make_many(80)
    leader.await_record("resource deleted", 5)
    leader.send(signal.SIGSTOP)
    standby.await_record("became leader")
    standby.await_record("resource deleted", 5)
    intents = len(leader.records("deleting resource"))
    before = len(leader.records())
    under_way = {each.get("attempt_id") for each in leader.records()}  # sent before: their answers may come, or not
    leader.send(signal.SIGCONT)
    leader.await_record("lost leadership")
    until(lambda: not real.names())
    later = [each for each in leader.records()[before:] if each.get("attempt_id") not in under_way]
    assert {each["outcome"] for each in later if "attempt_id" in each} <= {"intended", "dropped"}
    assert len(leader.records("deleting resource")) - intents <= 8
    assert len(leader.records("became leader")) == 1
    assert real.lease()["holderIdentity"] == standby.identity
    leader.await_record("standing by", holder=standby.identity)
    assert leader.process.poll() is None
    deleted = [
        each["resource_uid"] for each in leader.records("resource deleted") + standby.records("resource deleted")
    ]
    assert len(deleted) == len(set(deleted))


@pytest.mark.parametrize("trouble", ["deleted", "taken"])
def test_a_lease_that_is_lost_is_stood_for_again(real: Stage, replica: Callable[..., Replica], trouble: str) -> None:
    """Deleted by somebody, or taken by another identity: no write without it, and the program does not exit."""
    real.policy()
    leader = replica(real).awake()
    works(real, leader)
    if trouble == "deleted":
        real.delete(real.lease_path())
        leader.await_record("lost leadership", reason="Gone")
    else:
        spec = {"holderIdentity": "somebody", "leaseDurationSeconds": 2, "leaseTransitions": 7}
        real.patch(real.lease_path(), {"spec": spec})
        leader.await_record("lost leadership", reason="TakenByAnother")
        leader.await_record("standing by", holder="somebody")
    leader.await_record("became leader", 2)
    works(real, leader)
    assert real.lease()["holderIdentity"] == leader.identity
    if trouble == "taken":
        assert real.lease()["leaseTransitions"] == 8


@pytest.mark.parametrize(
    "fault",
    [Fault(status=403), Fault(status=500), Fault(reset=True), Fault(delay=30.0), Fault(status=429), Fault(delay=0.4)],
    ids=["RBAC revoked", "fails", "refuses", "hangs", "asks for patience", "slow"],
)
def test_a_leader_that_cannot_renew_stops_writing_and_comes_back(
    embedded: EmbeddedStage, replica: Callable[..., Replica], fault: Fault
) -> None:
    """Nothing is written after the lease's end; a slow server is no trouble."""
    embedded.policy()
    leader = replica(embedded).awake()
    works(embedded, leader)
    embedded.server.faults = lambda each: fault if "/leases" in each.path and by_controller(each) else None
    if fault.delay == 0.4:
        time.sleep(LEASE)
        works(embedded, leader)
        assert not leader.records("lost leadership")
        return
    leader.await_record("lost leadership", reason="NotRenewed")
    assert leader.records("lease not renewed")
    assert leader.probe("/healthz")[0] == 200
    name = embedded.make()
    time.sleep(1.5)
    assert embedded.there(name)
    assert leader.process.poll() is None
    embedded.server.faults = None
    leader.await_record("became leader", 2)
    until(lambda: not embedded.there(name))


def test_a_server_that_hangs_does_not_keep_the_program_from_ending(
    embedded: EmbeddedStage, replica: Callable[..., Replica]
) -> None:
    """SIGTERM: exit 0, whatever is still waited for; nothing of it is answered while the test lasts."""
    embedded.policy()
    leader = replica(embedded).awake()
    works(embedded, leader)
    embedded.make_many(5)
    hung: list[Request] = []

    def hang(each: Request) -> Fault | None:
        if not by_controller(each):
            return None
        hung.append(each)
        return Fault(delay=3600.0)

    embedded.server.faults = hang
    until(lambda: hung, "a request that hangs")
    leader.send(signal.SIGTERM)
    assert leader.wait() == 0


def test_the_work_under_way_ends_before_the_lease_is_given_back(
    embedded: EmbeddedStage, replica: Callable[..., Replica]
) -> None:
    """Every intent has its outcome, the status is written, and nothing is sent after the release."""
    policy = embedded.policy(behavior={"maxDeletionsPerSecond": 20})
    embedded.make_many(80)
    leader = replica(embedded).awake()
    leader.await_record("resource deleted", 5)
    leader.send(signal.SIGTERM)
    assert leader.wait() == 0
    intents = {each["attempt_id"] for each in leader.records("deleting resource")}
    outcomes = {each["attempt_id"] for each in leader.records("resource deleted")}
    assert intents == outcomes
    assert embedded.status(policy)["totalDeleted"] == len(outcomes) == 80 - len(embedded.names())
    assert 5 <= len(outcomes) < 80
    requests = [each for each in embedded.server.requests if by_controller(each)]
    releases = [
        place
        for place, each in enumerate(requests)
        if each.method == "PUT" and (each.body or {})["spec"].get("holderIdentity") in {"", None}
    ]
    (released,) = releases
    assert not [
        each for each in requests[released:] if each.method in {"DELETE", "PATCH"} and "/events" not in each.path
    ]
    assert not embedded.lease().get("holderIdentity")


def test_sigint_is_as_good(embedded: EmbeddedStage, replica: Callable[..., Replica]) -> None:
    """Exit 0."""
    leader = replica(embedded).awake()
    leader.send(signal.SIGINT)
    assert leader.wait() == 0
    assert leader.records("controller stopping", signal="SIGINT")


def lose_and_win(stage: EmbeddedStage, controller: Inside, times: int = 1) -> None:
    """Let another take the lease for a moment; for so many times in all."""
    stage.patch(stage.lease_path(), {"spec": {"holderIdentity": "another"}})
    controller.await_record("lost leadership", times)
    stage.patch(stage.lease_path(), {"spec": {"holderIdentity": ""}})
    controller.await_record("became leader", times + 1)


def test_a_lease_that_is_lost_and_won_again_while_the_main_loop_rests_begins_a_new_term(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another may have acted meanwhile: what was seen coming before counts no more, and what was missed is found anew."""
    terms: list[float] = []
    lead = Pipeline.lead

    def counted(pipeline: Pipeline, entries: Iterable[Entry]) -> None:
        terms.append(time.monotonic())
        lead(pipeline, entries)

    monkeypatch.setattr(Pipeline, "lead", counted)
    policy = embedded.policy(evaluationInterval="1h")
    controller = inside(embedded, enable_leader_election=True, **SOON)
    until(lambda: embedded.settled(policy))
    controller.await_record("became leader")
    assert len(terms) == 1
    for count in (1, 2):
        time.sleep(1.0)  # it rests now
        lose_and_win(embedded, controller, count)
        until(lambda: len(terms) == count + 1, "the main loop leads anew")  # noqa: B023  called in this turn


def test_a_run_of_an_earlier_term_does_not_act(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """What another leader did and saw meanwhile it does not know; the next run does."""
    name = embedded.make()
    lists = f"/api/v1/namespaces/{embedded.namespace}/configmaps"

    asked = threading.Event()

    def slow(request: Request) -> Fault | None:
        if request.method != "GET" or request.path != lists:
            return None
        asked.set()
        return Fault(delay=15.0)

    embedded.server.faults = slow
    policy = embedded.policy(evaluationInterval="1h")
    controller = inside(embedded, enable_leader_election=True, **SOON)
    until(asked.is_set, "the list is asked for")
    lose_and_win(embedded, controller)
    until(lambda: controller.records("sweep finished"), "the list has come")
    time.sleep(1.0)
    assert embedded.there(name)
    assert not controller.records("evaluation finished")
    embedded.server.faults = None
    embedded.edit(policy, {"behavior": {"batchSize": 7}})
    until(lambda: not embedded.there(name))

"""Who leads, and until when it may write; against servers that refuse, hang, forget and give the lease to others."""

from __future__ import annotations

import datetime as dt
import math
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import EmbeddedCluster, Fault

from tests.cluster.embedded.waiting import until
from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.electing import Elector
from zen_gc_core.cluster.errors import AuthorityLost, BadConfiguration
from zen_gc_core.cluster.lease import LEASES, LeaseStore, Timing, held_by, micro_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.client.conftest import Lab
    from zen_gc_core.errors import ClusterError

PATIENCE = 120.0
QUICK = Timing(lease=3.0, renew=2.0, retry=0.3)


@dataclass
class Follower:
    """Hears how the election goes."""

    news: queue.Queue[str] = field(default_factory=queue.Queue)
    failures: queue.Queue[ClusterError] = field(default_factory=queue.Queue)

    def started_leading(self) -> None:
        self.news.put("started")

    def stopped_leading(self, leader: str) -> None:
        self.news.put("stopped")

    def election_failed(self, error: ClusterError) -> None:
        self.failures.put(error)

    def hears(self, expected: str) -> None:
        assert self.news.get(timeout=PATIENCE) == expected


@dataclass
class Election:
    """Replicas that stand for one lease."""

    lab: Lab
    open: Callable[[], Connection]
    name: str = field(default_factory=lambda: f"lease-{uuid.uuid4().hex[:8]}")
    started: list[Elector] = field(default_factory=list)

    def stand(
        self, identity: str, timing: Timing = QUICK, follower: Follower | None = None
    ) -> tuple[Elector, Follower]:
        follower = follower or Follower()
        elector = Elector(
            self.open(),
            namespace=self.lab.namespace,
            name=self.name,
            identity=identity,
            listener=follower,
            timing=timing,
        )
        self.started.append(elector)
        elector.start()
        return elector, follower

    @property
    def store(self) -> LeaseStore:
        return LeaseStore(self.lab.connection, self.lab.namespace, self.name, 5.0)

    @property
    def path(self) -> str:
        return LEASES.path(self.lab.namespace, self.name)

    def spec(self) -> dict[str, Any]:
        lease = self.store.read()
        assert lease is not None
        return lease.spec

    def give_to(self, identity: str) -> None:
        """Write another holder into the lease, whoever has it."""
        body = {"spec": held_by(identity, QUICK, 9)}
        answer = self.lab.connection.request("PATCH", self.path, body=body, content_type="application/merge-patch+json")
        assert answer.status == 200


@pytest.fixture
def election(lab: Lab) -> Iterator[Election]:
    """On both servers."""
    opened: list[Connection] = []

    def connect() -> Connection:
        opened.append(Connection.open(kubeconfig=lab.connection.place.files[0]))
        return opened[-1]

    found = Election(lab, connect)
    yield found
    for each in found.started:
        each.close()
    for connection in opened:
        connection.close()


@pytest.fixture
def troubled(broken: Lab, server: EmbeddedCluster, connect: Callable[..., Connection]) -> Iterator[Election]:
    """On a server of this test's own."""
    found = Election(broken, lambda: connect(server))
    yield found
    server.faults = None
    for each in found.started:
        each.close()


def test_one_leads_and_the_other_takes_over_when_it_leaves(election: Election) -> None:
    """A release is a hand-over: nobody waits for the expiry. Transitions are counted."""
    first, heard_by_first = election.stand("a", Timing(lease=60, renew=40, retry=0.3))
    heard_by_first.hears("started")
    assert first.leading
    first.authority.check()
    second, heard_by_second = election.stand("b", Timing(lease=60, renew=40, retry=0.3))
    spec = election.spec()
    assert (spec["holderIdentity"], spec["leaseDurationSeconds"], spec["leaseTransitions"]) == ("a", 60, 0)
    first.close()
    assert not first.leading
    heard_by_second.hears("started")
    assert second.leader == "b"
    assert election.spec()["leaseTransitions"] == 1
    assert heard_by_first.news.empty()
    second.close()
    assert election.spec()["holderIdentity"] == ""


def test_a_leader_that_vanished_is_followed_when_its_lease_has_run_out(election: Election) -> None:
    """By the follower's own clock: what the lease says about time is not believed."""
    future = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    spec = {**held_by("gone", Timing(lease=2), 4), "renewTime": micro_time(future), "leaseDurationSeconds": 2}
    election.store.create(spec)
    began = boottime()
    elector, heard = election.stand("b")
    heard.hears("started")
    assert boottime() - began >= 2
    assert elector.leading
    assert election.spec()["leaseTransitions"] == 5


def test_a_renewal_keeps_what_others_wrote_and_when_it_was_acquired(election: Election) -> None:
    """A renewal changes renewTime."""
    _, heard = election.stand("a", Timing(lease=60, renew=40, retry=0.1))
    heard.hears("started")
    first = election.spec()
    while (later := election.spec()) == first:
        pass
    assert later["acquireTime"] == first["acquireTime"]
    assert later["renewTime"] > first["renewTime"]
    assert {key: later[key] for key in later if key != "renewTime"} == {
        key: first[key] for key in first if key != "renewTime"
    }


def test_a_lease_that_is_taken_is_lost_at_once(election: Election) -> None:
    """And stood for again."""
    elector, heard = election.stand("a")
    heard.hears("started")
    election.give_to("thief")
    heard.hears("stopped")
    assert not elector.leading
    with pytest.raises(AuthorityLost):
        elector.authority.check()
    heard.hears("started")
    assert election.spec()["leaseTransitions"] == 10


def test_a_lease_that_is_deleted_is_stood_for_again(election: Election) -> None:
    """First the work stops, then everybody competes."""
    elector, heard = election.stand("a")
    heard.hears("started")
    election.lab.connection.request("DELETE", election.path)
    heard.hears("stopped")
    heard.hears("started")
    assert elector.leading


def test_a_conflict_over_our_own_lease_is_no_loss(election: Election) -> None:
    """Somebody labelled it."""
    _, heard = election.stand("a", Timing(lease=60, renew=40, retry=0.1))
    heard.hears("started")
    body = {"metadata": {"labels": {"a": "b"}}}
    election.lab.connection.request("PATCH", election.path, body=body, content_type="application/merge-patch+json")
    before = election.spec()["renewTime"]
    while election.spec()["renewTime"] == before:
        pass
    assert heard.news.empty()
    lease = election.store.read()
    assert lease is not None
    assert lease.document["metadata"]["labels"] == {"a": "b"}


FAILURES = [
    Fault(status=403),
    Fault(status=500),
    Fault(status=429),
    Fault(reset=True),
    Fault(delay=20),
    Fault(status=200, body=b"<html>"),
    Fault(reset=True, after=True),
]


@pytest.mark.parametrize("fault", FAILURES)
def test_a_leader_that_cannot_renew_loses_its_authority_in_time_and_comes_back(
    troubled: Election, server: EmbeddedCluster, fault: Fault
) -> None:
    """A failed renewal is not fatal: RBAC revoked, servers that refuse, reset, hang, or act and do not say so."""
    elector, heard = troubled.stand("a")
    heard.hears("started")
    server.faults = lambda request: fault if request.method != "GET" and "/leases" in request.path else None
    broke = boottime()
    heard.hears("stopped")
    assert not elector.leading
    assert boottime() - broke >= QUICK.renew - QUICK.retry - QUICK.request - 0.5
    assert heard.failures.get(timeout=PATIENCE)
    server.faults = None
    heard.hears("started")
    elector.authority.check()


def test_the_authority_ends_before_the_renew_deadline_by_the_time_of_a_request() -> None:
    """What was sent at its last instant has arrived when the next leader begins."""
    now = [100.0]
    authority = Authority(lambda: now[0])
    with pytest.raises(AuthorityLost):
        authority.check()
    timing = Timing()
    authority.extend(now[0] + timing.renew - timing.request)
    now[0] += 7.49
    authority.check()
    now[0] += 0.02
    with pytest.raises(AuthorityLost):
        authority.check()
    assert not authority.held


def test_a_single_replica_may_write_for_ever() -> None:
    """With leader election off."""
    authority = Authority.forever()
    authority.check()
    authority.end()
    assert not authority.held


def test_the_authority_counts_from_before_a_slow_renewal(troubled: Election, server: EmbeddedCluster) -> None:
    """A renewal that takes as long as it may leaves less, not more."""
    timing = Timing(lease=30, renew=20, retry=0.2)
    server.faults = lambda request: Fault(delay=1.0) if request.method == "POST" else None
    began = boottime()
    elector, heard = troubled.stand("a", timing)
    heard.hears("started")
    assert elector.authority._until <= boottime() - 1.0 + timing.renew - timing.request
    assert elector.authority._until >= began + timing.renew - timing.request


def test_a_standby_survives_a_server_that_is_away(troubled: Election, server: EmbeddedCluster) -> None:
    """It tries again."""
    server.faults = lambda _: Fault(reset=True)
    _, heard = troubled.stand("a")
    heard.failures.get(timeout=PATIENCE)
    heard.failures.get(timeout=PATIENCE)
    server.faults = None
    heard.hears("started")


def test_a_server_that_is_away_is_asked_once_a_retry_period_when_the_lease_has_run_out(
    troubled: Election, server: EmbeddedCluster
) -> None:
    """An expiry that has passed hastens nobody: the server would come back to a crowd."""
    _, follower = troubled.stand("a")
    follower.hears("started")
    server.faults = lambda _: Fault(reset=True)
    follower.hears("stopped")
    time.sleep(QUICK.lease)
    while not follower.failures.empty():
        follower.failures.get()
    began = time.monotonic()
    for _ in range(6):
        follower.failures.get(timeout=PATIENCE)
    assert time.monotonic() - began >= 5 * QUICK.retry


def test_a_lease_is_not_released_by_who_does_not_hold_it(election: Election) -> None:
    """A standby that stops changes nothing."""
    _, heard = election.stand("a", Timing(lease=60, renew=40, retry=0.3))
    heard.hears("started")
    standby, silent = election.stand("b", Timing(lease=60, renew=40, retry=0.3))
    standby.close()
    assert election.spec()["holderIdentity"] == "a"
    assert silent.news.empty()


@pytest.mark.parametrize(
    ("timing", "flag"),
    [
        (Timing(10, 10, 2), "--leader-election-lease-duration"),
        (Timing(15, 2.4, 2), "--leader-election-renew-deadline"),
        (Timing(15, 10, 0), "--leader-election-retry-period"),
        (Timing(15, 2.6, 2), "less the time of a request"),
        (Timing(15, 10, 7.5), "less the time of a request"),
        (Timing(math.nan, 10, 2), "--leader-election-lease-duration"),
    ],
)
def test_times_that_do_not_fit_together_are_refused_at_the_start(timing: Timing, flag: str) -> None:
    """The text names the flag."""
    with pytest.raises(BadConfiguration, match=flag):
        timing.check()


@pytest.mark.parametrize(("timing", "seconds"), [(Timing(), 2.5), (Timing(60, 40, 2), 3.0), (Timing(3, 2, 0.3), 0.5)])
def test_a_request_for_the_lease_takes_a_quarter_of_the_deadline_and_three_seconds_at_most(
    timing: Timing, seconds: float
) -> None:
    """The default times are right."""
    timing.check()
    assert timing.request == seconds


ODD_SPECS: list[Any] = [
    {"holderIdentity": "", "renewTime": "2999-01-01T00:00:00.000000Z", "leaseDurationSeconds": 1},
    {"holderIdentity": None, "leaseTransitions": 2**31 - 1},
    {"holderIdentity": "a", "leaseDurationSeconds": -5, "leaseTransitions": -7},
    {},
]


@pytest.mark.parametrize("spec", ODD_SPECS)
def test_a_lease_with_anything_in_it_is_taken_over(election: Election, spec: dict[str, Any]) -> None:
    """Empty holders, times ahead, numbers that are none."""
    election.lab.connection.request(
        "POST",
        election.path.rpartition("/")[0],
        body={
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": election.name},
            "spec": spec,
        },
    )
    _, heard = election.stand("b", Timing(lease=2, renew=1.5, retry=0.3))
    heard.hears("started")
    assert election.spec()["holderIdentity"] == "b"


DEEP = b'{"a":' * 1500 + b"1" + b"}" * 1500
FRAME = (
    b'{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"x","resourceVersion":"7"},"spec":%s}'
)
ODD_LEASES = [
    FRAME % b'{"holderIdentity":"a","leaseTransitions":18446744073709551615}',
    FRAME % b'{"holderIdentity":{},"leaseDurationSeconds":1e300}',
    FRAME % b"[1]",
    FRAME % DEEP,
    FRAME % (b'{"holderIdentity":"","a":' + DEEP[: 5 * 400] + b"1" + b"}" * 400 + b"}"),
    b"null",
    b'{"metadata":1}',
    b"\xff",
]


@pytest.mark.parametrize("body", ODD_LEASES, ids=range(len(ODD_LEASES)))
def test_a_lease_that_cannot_be_understood_ends_no_election(
    troubled: Election, server: EmbeddedCluster, body: bytes
) -> None:
    """It is not renewed, which is told, and it is stood for again."""
    elector, heard = troubled.stand("a")
    heard.hears("started")
    server.faults = lambda request: Fault(status=200, body=body) if "/leases" in request.path else None
    heard.hears("stopped")
    server.faults = None
    heard.hears("started")
    assert elector.thread.well


@dataclass
class Rude(Follower):
    """Hears, and then raises or hangs."""

    hangs: threading.Event | None = None

    def started_leading(self) -> None:
        super().started_leading()
        if self.hangs is None:
            raise RuntimeError("rude")
        self.hangs.wait()


@pytest.mark.parametrize("hangs", [False, True])
def test_who_is_told_of_an_election_cannot_end_it(election: Election, *, hangs: bool) -> None:
    """Who raises hears on; who hangs hears nothing more, and the lease is renewed all the same."""
    rude = Rude(hangs=threading.Event() if hangs else None)
    elector, heard = election.stand("a", Timing(lease=60, renew=40, retry=0.1), rude)
    heard.hears("started")
    before = election.spec()["renewTime"]
    try:
        assert until(lambda: election.spec()["renewTime"] != before)
        assert elector.leading
    finally:
        if rude.hangs is not None:
            rude.hangs.set()

"""The oracle on a real API server: somebody with a controller's rights does by hand what a controller must not."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.churn import KEEP, POLICY
from tests.cluster.controller.stage import until
from tests.harness.connection import Connection
from tests.proof.oracle.watching import Oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.controller.controllers import Replica
    from tests.cluster.controller.stage import Stage
    from tests.harness.real import RealCluster

LEASE = "gc-controller-leader-election"


@dataclass
class Impostor:
    """Somebody with a replica's account: asks for what it likes, and writes into a log what it likes."""

    stage: Stage
    oracle: Oracle
    name: str = "impostor"
    logged: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config = json.loads(self.oracle.let_in(self.name).read_text())
        token = config["users"][0]["user"]["token"]
        self.connection = Connection(self.stage.cluster.url, token=token, authority=self.stage.cluster.authority)

    def leads(self, seconds: int = 60, *, name: str = "") -> None:
        """Take the lease."""
        spec = {"holderIdentity": f"{name or self.name}_1", "leaseDurationSeconds": seconds}
        body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": LEASE}, "spec": spec}
        path = self.stage.lease_path()
        answer = self.connection.request("PATCH", path, {"spec": spec}, content_type="application/merge-patch+json")
        if answer.status == 404:
            assert self.connection.request("POST", path.rpartition("/")[0], body).status == 201

    def deletes(self, name: str, *, pins: tuple[str, ...] = ("uid", "resourceVersion"), logs: bool = True) -> None:
        """Delete an object as a controller would, but for what is asked otherwise."""
        path = self.stage.config_map(name)
        metadata = self.connection.request("GET", path).body["metadata"]
        attempt = str(uuid.uuid4())
        if logs:
            self.logged[attempt] = metadata["uid"]
        body = {"preconditions": {pin: metadata[pin] for pin in pins}} if pins else None
        answer = self.connection.request("DELETE", path, body, headers={"Audit-ID": attempt})
        assert answer.status == 200, answer.text

    def finds(self, **expected: int) -> Any:
        """Ask the oracle."""
        counts = self.oracle.counts(logged=self.logged)
        found = {key: len(value) for key, value in counts.findings.items() if value}
        assert found == expected, str(counts)
        return counts


@pytest.fixture
def impostor(place: Stage) -> Iterator[Impostor]:
    """An impostor that leads, and a policy that takes what is done."""
    with Oracle(place.cluster, place.home) as oracle:
        found = Impostor(place, oracle)
        place.policy(evaluationInterval="1s", **POLICY)
        found.leads()
        yield found


def test_what_is_done_by_the_contract_is_found_right(impostor: Impostor) -> None:
    """With both preconditions, an intent, the lease, and a policy that wants it."""
    impostor.deletes(impostor.stage.make(data={"state": "done"}))
    assert impostor.finds().deletes == 1


@dataclass
class Diligent:
    """A replica that goes on deleting while its log is read: of what it does then the log as it was read says nothing."""

    impostor: Impostor
    names: list[str]

    def records(self, **_: Any) -> list[dict[str, Any]]:
        """What stands in its log, before it goes on."""
        found = [{"attempt_id": attempt, "resource_uid": uid} for attempt, uid in self.impostor.logged.items()]
        for name in self.names:
            self.impostor.deletes(name)
        return found


def test_what_goes_while_it_is_counted_is_for_the_next_count(impostor: Impostor) -> None:
    """Logs are read one after the other, and the replicas do not wait for that."""
    stage = impostor.stage
    diligent = Diligent(impostor, [stage.make(data={"state": "done"}) for _ in range(3)])
    impostor.oracle.replicas[impostor.name] = diligent  # type: ignore[assignment]  # as far as it is asked
    impostor.deletes(stage.make(data={"state": "done"}))
    first = impostor.oracle.counts()
    assert (first.deletes, first.clean) == (1, True), str(first)
    diligent.names = []
    assert impostor.finds().deletes == 4


def test_a_delete_without_preconditions_is_found(impostor: Impostor) -> None:
    """Without any, and without one of the two."""
    for pins in ((), ("uid",), ("resourceVersion",)):
        impostor.deletes(impostor.stage.make(data={"state": "done"}), pins=pins)
    assert impostor.finds(without_preconditions=3).deletes == 3


def test_a_wrong_delete_is_found(impostor: Impostor) -> None:
    """A mark, a state, a label, a namespace that no policy is in."""
    stage = impostor.stage
    impostor.deletes(stage.make(data={"state": "done"}, metadata={"annotations": {KEEP: "true"}}))
    impostor.deletes(stage.make(data={"state": "busy"}))
    impostor.deletes(stage.make(data={"state": "done"}, metadata={"labels": {"gc": "no"}}))
    assert impostor.finds(wrong=3).deletes == 3


def test_a_delete_by_whoever_does_not_lead_is_found(impostor: Impostor) -> None:
    """Another holds the lease; or it has run out."""
    impostor.leads(name="other")
    impostor.deletes(impostor.stage.make(data={"state": "done"}))
    impostor.leads(1)
    time.sleep(1.5)
    impostor.deletes(impostor.stage.make(data={"state": "done"}))
    assert impostor.finds(stale=2).deletes == 2


def test_two_deletes_of_what_is_terminating_are_found(impostor: Impostor) -> None:
    """A finalizer holds it."""
    name = impostor.stage.make(data={"state": "done"}, metadata={"finalizers": ["acme.io/wait"]})
    impostor.deletes(name)
    impostor.deletes(name)
    assert impostor.finds(double=1).deletes == 1
    impostor.stage.patch(impostor.stage.config_map(name), {"metadata": {"finalizers": None}})


def test_a_delete_without_an_intent_is_found(impostor: Impostor) -> None:
    """The log does not tell."""
    impostor.deletes(impostor.stage.make(data={"state": "done"}), logs=False)
    impostor.finds(unlogged=1)


def test_what_should_have_gone_is_found(impostor: Impostor) -> None:
    """Due for three intervals, and a leader that does nothing."""
    impostor.stage.make(data={"state": "done"})
    time.sleep(3.0)
    impostor.finds(lost=1)


def test_a_restart_of_the_api_server_leaves_no_gap(impostor: Impostor, own_real_cluster: RealCluster) -> None:
    """What went before, meanwhile and afterwards is known."""
    impostor.deletes(impostor.stage.make(data={"state": "done"}))
    own_real_cluster.restart("kube-apiserver")
    impostor.stage.await_policies()
    with contextlib.suppress(Exception):  # the connection of before
        impostor.connection.request("GET", "/readyz")
    impostor.deletes(impostor.stage.make(data={"state": "busy"}))
    assert impostor.finds(wrong=1).deletes == 2


def test_a_controller_is_found_right(place: Stage, replica: Callable[..., Replica]) -> None:
    """The program itself: what it deletes is known, logged, pinned and wanted."""
    with Oracle(place.cluster, place.home) as oracle:
        place.policy(evaluationInterval="1s", behavior={"breaker": {"maxPercent": 100}}, **POLICY)
        names = place.make_many(20, data={"state": "done"})
        oracle.replicas["r"] = replica(place, config=oracle.let_in("r"), name="r").awake()
        until(lambda: not any(map(place.there, names)), "all go")
        counts = oracle.counts()
    assert counts.clean, str(counts)
    assert counts.deletes == len(names)

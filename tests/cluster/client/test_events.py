"""Events that ``kubectl describe`` shows, and that never stand in the way of the work."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from zen_gc_core.cluster.errors import AccessDenied
from zen_gc_core.cluster.events import EventRecorder
from zen_gc_core.cluster.policies import POLICY_KINDS
from zen_gc_core.model.policy import CLUSTER, PolicyReference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_embedded import EmbeddedCluster
    from zen_gc_embedded.faults import Request

    from tests.cluster.client.conftest import Lab
    from tests.harness.cluster import Cluster
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.errors import ClusterError

KIND = "GarbageCollectionPolicy"


class Recorders:
    """Makes recorders, and keeps what failed."""

    def __init__(self) -> None:
        self.failed: list[ClusterError] = []
        self.made: list[EventRecorder] = []

    def __call__(self, connection: Connection) -> EventRecorder:
        self.made.append(EventRecorder(connection, instance="gc-0_abc", failed=self.failed.append))
        return self.made[-1]


@pytest.fixture
def recorder() -> Iterator[Recorders]:
    recorders = Recorders()
    yield recorders
    for each in recorders.made:
        each.close()


def about(lab: Lab, name: str = "p", uid: str = "u-1") -> PolicyReference:
    return PolicyReference(KIND, lab.namespace, name, uid)


def events(lab: Lab, namespace: str | None = None) -> list[dict[str, Any]]:
    answer = lab.connection.request("GET", f"/api/v1/namespaces/{namespace or lab.namespace}/events")
    found: list[dict[str, Any]] = answer.document()["items"]
    return found


def test_an_event_is_about_its_policy(lab: Lab, recorder: Callable[[Connection], EventRecorder]) -> None:
    """Reason, text, type, and the uid by which kubectl finds it; on both servers."""
    record = recorder(lab.connection)
    record.record(about(lab), "PolicyEvaluated", "Evaluated policy: matched=3, deleted=1, pending=2")
    record.record(about(lab), "EvaluationFailed", "Failed to evaluate policy: no", warning=True)
    record.close()
    found = {each["reason"]: each for each in events(lab)}
    first, second = found["PolicyEvaluated"], found["EvaluationFailed"]
    assert first["involvedObject"] == {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": KIND,
        "name": "p",
        "namespace": lab.namespace,
        "uid": "u-1",
    }
    assert (first["type"], second["type"]) == ("Normal", "Warning")
    assert first["message"] == "Evaluated policy: matched=3, deleted=1, pending=2"
    assert first["source"]["component"] == "gc-controller"


@pytest.mark.usefixtures("policies")
def test_kubectl_describes_a_policy_with_its_events(
    cluster: Cluster, lab: Lab, recorder: Callable[[Connection], EventRecorder]
) -> None:
    """What an operator looks at."""
    resource = POLICY_KINDS[KIND]
    name = lab.make(KIND, resource.api_version)
    uid = lab.connection.request("GET", resource.path(lab.namespace, name)).document()["metadata"]["uid"]
    record = recorder(lab.connection)
    for _ in range(3):
        record.record(about(lab, name, uid), "ResourceDeleted", "Deleted resource a/b (reason: old)")
    record.close()
    shown = cluster.kubectl("describe", str(resource), name, "-n", lab.namespace, check=True).stdout
    assert "Deleted resource a/b (reason: old)" in shown
    assert "(x3 over" in shown
    assert "gc-controller" in shown


def test_a_repeat_raises_the_count_of_the_first(lab: Lab, recorder: Callable[[Connection], EventRecorder]) -> None:
    """The same policy, type, reason and text; anything else is another event."""
    record = recorder(lab.connection)
    for message in ("a", "a", "b", "a"):
        record.record(about(lab), "BreakerTripped", message, warning=True)
    record.record(about(lab, uid="u-2"), "BreakerTripped", "a", warning=True)
    record.close()
    counts = sorted((each["involvedObject"]["uid"], each["message"], each["count"]) for each in events(lab))
    assert counts == [("u-1", "a", 3), ("u-1", "b", 1), ("u-2", "a", 1)]


def test_an_event_that_the_server_has_forgotten_is_made_anew(
    lab: Lab, recorder: Callable[[Connection], EventRecorder]
) -> None:
    """Events live for an hour."""
    written = threading.Event()
    lab.connection._observe = lambda _verb, status, _seconds: written.set() if status == 201 else None
    record = recorder(lab.connection)
    record.record(about(lab), "PolicyEvaluated", "a")
    assert written.wait(10)
    (first,) = events(lab)
    lab.connection.request("DELETE", f"/api/v1/namespaces/{lab.namespace}/events/{first['metadata']['name']}")
    record.record(about(lab), "PolicyEvaluated", "a")
    record.close()
    (second,) = events(lab)
    assert (second["count"], second["message"]) == (1, "a")
    assert second["metadata"]["name"] != first["metadata"]["name"]


def test_events_about_cluster_policies_are_in_the_default_namespace(
    lab: Lab, recorder: Callable[[Connection], EventRecorder]
) -> None:
    """The API server's rule for objects without a namespace."""
    name = f"p-{lab.namespace}"
    record = recorder(lab.connection)
    record.record(PolicyReference("ClusterGarbageCollectionPolicy", "", name, "u"), "PolicyEvaluated", "a")
    record.close()
    found = [each for each in events(lab, "default") if each["involvedObject"]["name"] == name]
    assert ["namespace" in each["involvedObject"] for each in found] == [False]


@pytest.mark.parametrize(
    ("message", "shown"),
    [("a\nb\x1b[31m\x00", "a b\\x1b[31m\\x00"), ("x" * 5000, "x" * 999 + "…"), ("ü" * 1000, "ü" * 1000)],
)
def test_a_message_is_one_line_of_bounded_length(
    lab: Lab, recorder: Callable[[Connection], EventRecorder], message: str, shown: str
) -> None:
    """Names in it come from anybody."""
    record = recorder(lab.connection)
    record.record(about(lab, name="n" * 250), "PolicyEvaluated", message)
    record.close()
    assert [each["message"] for each in events(lab)] == [shown]


def test_an_event_that_cannot_be_written_is_told_and_lost(
    broken: Lab, server: EmbeddedCluster, recorder: Recorders
) -> None:
    """The next is written."""
    left = [Fault(status=403)]
    server.faults = lambda request: left.pop() if left and request.path.endswith("/events") else None
    record = recorder(broken.connection)
    record.record(about(broken), "PolicyEvaluated", "a")
    record.record(about(broken), "PolicyEvaluated", "b")
    record.close()
    assert [type(error) for error in recorder.failed] == [AccessDenied]
    assert [each["message"] for each in events(broken)] == ["b"]


def test_events_never_wait_for_the_server(broken: Lab, server: EmbeddedCluster, recorder: Recorders) -> None:
    """What is too much is dropped, and told."""
    hold = threading.Event()

    def slow(request: Any) -> Fault | None:
        return Fault(delay=0.5, status=500) if request.path.endswith("/events") and not hold.is_set() else None

    server.faults = slow
    record = recorder(broken.connection)
    for number in range(600):
        record.record(about(broken), "PolicyEvaluated", str(number))
    dropped = [error for error in recorder.failed if "too many events are waiting" in str(error)]
    assert 80 <= len(dropped) <= 88
    hold.set()


def hold(server: EmbeddedCluster) -> threading.Event:
    """Let a server answer no event until that is set."""
    over = threading.Event()

    def faults(request: Request) -> Fault | None:
        if request.method == "POST":
            over.wait(30.0)
        return None

    server.faults = faults
    return over


def test_a_namespace_that_floods_the_events_loses_its_own(
    broken: Lab, server: EmbeddedCluster, recorder: Recorders
) -> None:
    """Those of another come through, in turn, while a thousand wait."""
    over = hold(server)
    events = recorder(broken.connection)
    for number in range(1000):
        events.record(PolicyReference(KIND, "loud", f"p-{number}", "u-1"), "Loud", f"{number}")
    quiet = [PolicyReference(KIND, "quiet", f"q-{number}", "u-2") for number in range(20)]
    for policy in quiet:
        events.record(policy, "Quiet", "heard")
    over.set()
    events.close(30.0)
    sent = [each for each in server.requests if each.method == "POST" and each.path.endswith("/events")]
    heard = [each.path for each in sent if "/quiet/" in each.path]
    assert len(heard) == 20
    assert all("loud" in str(error) for error in recorder.failed if "too many events" in str(error))
    assert sum("/loud/" in each.path for each in sent) <= 514


def test_events_of_many_cluster_policies_all_have_a_place(
    broken: Lab, server: EmbeddedCluster, recorder: Recorders
) -> None:
    """They are written into one Namespace; after a start there is one of each, and a thousand policies are no flood."""
    over = hold(server)
    events = recorder(broken.connection)
    for number in range(1000):
        events.record(PolicyReference(CLUSTER, "", f"p-{number}", f"u-{number}"), "PolicyEvaluated", "matched=0")
    assert not recorder.failed
    over.set()

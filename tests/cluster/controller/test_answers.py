"""Every answer that an API server can give to a write, to a list, and to the reads before a write: what comes of it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import TARGET, by_controller, until
from zen_gc_core.controller.runs import kill_switch

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage

RETRIED = "deletion failed after retries"
FAILED = "resource not deleted"
HTML = b"<html>502 Bad Gateway</html>"


@dataclass
class Breaking:
    """A fault for the first requests that are meant.

    Args:
        method: the method that is meant.
        part: what is in the path.
        fault: what goes wrong.
        times: with how many requests.
    """

    method: str
    part: str
    fault: Fault
    times: int
    hits: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request) -> Fault | None:
        """The fault hook."""
        with self._lock:
            meant = request.method == self.method and self.part in request.path and by_controller(request)
            if not meant or self.hits >= self.times:
                return None
            self.hits += 1
        return self.fault


ALWAYS = 1_000


def audit_id(request: Request) -> str:
    """The id that the server's audit log has."""
    return next(value for name, value in request.headers.items() if name.lower() == "audit-id")


WRITES = [
    pytest.param(Fault(status=429, retry_after=1), 1, 2, "deleted", "resource deleted", id="429"),
    pytest.param(Fault(status=429), 1, 2, "deleted", "resource deleted", id="429 without a word"),
    pytest.param(Fault(status=500), 2, 3, "deleted", "resource deleted", id="500 twice"),
    pytest.param(Fault(status=500), ALWAYS, 5, "failed", RETRIED, id="500 always"),
    pytest.param(Fault(status=502, body=HTML, content_type="text/html"), 1, 2, "deleted", "resource deleted", id="502"),
    pytest.param(Fault(status=503), ALWAYS, 5, "failed", RETRIED, id="503 always"),
    pytest.param(Fault(status=504), 1, 2, "deleted", "resource deleted", id="504"),
    pytest.param(Fault(reset=True), 1, 2, "deleted", "resource deleted", id="reset before"),
    pytest.param(Fault(reset=True), ALWAYS, 5, "failed", RETRIED, id="reset always"),
    pytest.param(Fault(reset=True, after=True), 1, 2, "gone", FAILED, id="reset after"),
    pytest.param(Fault(status=500, after=True), 1, 2, "gone", FAILED, id="500 after"),
    pytest.param(Fault(delay=30.0), 1, 2, "deleted", "resource deleted", id="hangs once"),
    pytest.param(Fault(status=404), 1, 1, "gone", FAILED, id="404"),
    pytest.param(Fault(status=409), 1, 1, "conflict", FAILED, id="409"),
    pytest.param(Fault(status=410), 1, 1, "failed", FAILED, id="410"),
    pytest.param(Fault(status=400), 1, 1, "failed", FAILED, id="400"),
    pytest.param(Fault(status=422), 1, 1, "failed", FAILED, id="422"),
    pytest.param(Fault(status=401), 1, 2, "deleted", "resource deleted", id="401 once"),
    pytest.param(Fault(truncate=20), 1, 2, "gone", FAILED, id="truncated"),
    pytest.param(Fault(body=HTML, status=200, after=True), 1, 1, "gone", FAILED, id="200 of a proxy"),
]


@pytest.mark.parametrize(("fault", "times", "requests", "outcome", "phrase"), WRITES)
def test_an_answer_to_a_delete(  # noqa: PLR0917  a row of the table
    embedded: EmbeddedStage,
    inside: Callable[..., Inside],
    fault: Fault,
    times: int,
    requests: int,
    outcome: str,
    phrase: str,
) -> None:
    """How often it was sent, what it counts as, and what is logged, told and measured."""
    name = embedded.make()
    policy = embedded.policy(evaluationInterval="1h")
    embedded.server.faults = breaking = Breaking("DELETE", f"/configmaps/{name}", fault, times)
    controller = inside(embedded)
    record = controller.await_record(phrase, resource_name=name, outcome=outcome)
    controller.await_record("evaluation finished")
    assert breaking.hits == min(times, requests)
    sent = embedded.sent("DELETE", name)
    assert len(sent) == requests
    assert {audit_id(each) for each in sent} == {record["attempt_id"]}
    assert record.get("attempts", 1) == (1 if fault.status == 401 else requests)
    intents = controller.records("deleting resource", attempt_id=record["attempt_id"])
    assert len(intents) == record.get("attempts", 1)
    assert len(controller.records(phrase, attempt_id=record["attempt_id"])) == 1
    until(lambda: embedded.settled(policy))
    until(lambda: "PolicyEvaluated" in embedded.reasons(policy))
    samples = controller.scrape()
    assert samples.total("gc_resources_deleted_total", policy_name=policy) == (outcome == "deleted")
    assert samples.total("gc_write_outcomes_total", policy_name=policy, outcome=outcome) == 1
    failed = outcome == "failed"
    assert samples.total("gc_errors_total", policy_name=policy, error_type="deletion_failed") == failed
    assert samples.total("gc_delete_conflicts_total", policy_name=policy) == (outcome == "conflict")
    assert ("DeletionFailed" in embedded.reasons(policy)) == failed
    run = embedded.status(policy)["lastRun"]
    assert {key: run[key] for key in ("deleted", "gone", "conflicts", "failed")} == {
        "deleted": outcome == "deleted",
        "gone": outcome == "gone",
        "conflicts": outcome == "conflict",
        "failed": failed,
    }
    if failed:
        assert record["error"]
        assert record.get("status", 0) in {0, fault.status}
        (event,) = [each for each in embedded.events(policy) if each["reason"] == "DeletionFailed"]
        assert (RETRIED in event["message"]) == (requests == 5)
        assert embedded.condition(policy, "Degraded")["reason"] == "DeletionFailed"


@pytest.mark.parametrize(
    ("fault", "reason", "error_type"),
    [
        (Fault(status=401), "Unauthorized", "unauthorized"),
    ],
)
def test_an_answer_to_a_delete_that_ends_the_run(
    embedded: EmbeddedStage, inside: Callable[..., Inside], fault: Fault, reason: str, error_type: str
) -> None:
    """Nothing is left undone in secret: phase, condition, event and metric name it, and every intent has its outcome."""
    embedded.make_many(40)
    policy = embedded.policy(evaluationInterval="1h")
    embedded.server.faults = lambda each: fault if each.method == "DELETE" else None
    controller = inside(embedded)
    controller.await_record("evaluation failed", policy=policy, reason=reason)
    assert len(embedded.names()) == 40
    assert len(embedded.sent("DELETE")) <= 8 * 2
    intents = [each["attempt_id"] for each in controller.records("deleting resource")]
    assert sorted(intents) == sorted(each["attempt_id"] for each in controller.records("resource not deleted"))
    until(lambda: embedded.status(policy).get("phase") == "Error")
    assert embedded.reason(policy) == reason
    until(lambda: "EvaluationFailed" in embedded.reasons(policy))
    assert controller.scrape().total("gc_errors_total", policy_name=policy, error_type=error_type) >= 1


def test_patience_is_asked_of_all_workers_of_a_policy(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """One 429 with a Retry-After: nobody writes for that policy until it is over, and another policy goes on."""
    slow = embedded.make_many(30)
    other = embedded.cluster.namespace()
    embedded.policy(evaluationInterval="1h", behavior={"maxDeletionsPerSecond": 1000})
    embedded.policy(namespace=other, evaluationInterval="1h")
    breaking = Breaking("DELETE", embedded.namespace, Fault(status=429, retry_after=3), 1)
    embedded.server.faults = breaking
    controller = inside(embedded)
    until(lambda: breaking.hits)
    began = len(embedded.sent("DELETE", embedded.namespace))
    assert began <= 8 + 1  # those that were under way already
    controller.await_record("evaluation finished", namespace=other)
    until(lambda: not embedded.names())
    assert len(embedded.sent("DELETE", embedded.namespace)) == len(slow) + 1
    retried = [each for each in controller.records("resource deleted") if each.get("attempts") == 2]
    assert len(retried) == 1
    assert retried[0]["duration"] >= 3


LISTS = [
    pytest.param(Fault(status=429, retry_after=1), 1, "", id="429"),
    pytest.param(Fault(status=500), 1, "", id="500 once"),
    pytest.param(Fault(status=500), ALWAYS, "ListIncomplete", id="500 always"),
    pytest.param(Fault(status=503), ALWAYS, "ListIncomplete", id="503 always"),
    pytest.param(Fault(reset=True), 1, "", id="reset once"),
    pytest.param(Fault(reset=True), ALWAYS, "ListIncomplete", id="reset always"),
    pytest.param(Fault(truncate=200), ALWAYS, "ListIncomplete", id="truncated"),
    pytest.param(Fault(status=200, body=HTML, content_type="text/html"), ALWAYS, "ListIncomplete", id="html"),
    pytest.param(Fault(status=200, body=b"{}"), ALWAYS, "ListIncomplete", id="no list"),
    pytest.param(
        Fault(status=200, body=b'{"kind":"ConfigMapList","apiVersion":"v1","metadata":{},"items":[]}'),
        ALWAYS,
        "ListIncomplete",
        id="no resourceVersion",
    ),
    pytest.param(Fault(status=200, body=b'{"kind":"Status","apiVersion":"v1"}'), ALWAYS, "ListIncomplete", id="status"),
    pytest.param(Fault(status=410), ALWAYS, "ListIncomplete", id="410 always"),
    pytest.param(Fault(status=410), 2, "", id="410 twice"),
    pytest.param(Fault(status=403), ALWAYS, "AccessDenied", id="403"),
    pytest.param(Fault(status=401), ALWAYS, "Unauthorized", id="401"),
    pytest.param(Fault(status=404), ALWAYS, "TargetUnavailable", id="404"),
    pytest.param(Fault(status=422), ALWAYS, "Refused", id="422"),
]


@pytest.mark.parametrize(("fault", "times", "reason"), LISTS)
def test_an_answer_to_a_list(
    embedded: EmbeddedStage, inside: Callable[..., Inside], fault: Fault, times: int, reason: str
) -> None:
    """A failed read is never an empty one: the run ends with the reason, or is as if nothing had been."""
    names = set(embedded.make_many(3))
    policy = embedded.policy(evaluationInterval="1h")
    embedded.server.faults = Breaking("GET", "/configmaps", fault, times)
    controller = inside(embedded)
    if not reason:
        controller.await_record("evaluation finished", policy=policy)
        assert embedded.names() == set()
        return
    controller.await_record("evaluation failed", policy=policy, reason=reason)
    embedded.server.faults = None
    until(lambda: embedded.status(policy).get("phase") == "Error")
    assert embedded.names() == names
    assert not embedded.sent("DELETE")
    assert embedded.reason(policy) == reason
    assert "resourcesMatched" not in embedded.status(policy)
    assert controller.scrape().total("gc_errors_total", policy_name=policy) == 1


ANY = [
    Fault(status=429, retry_after=1),
    Fault(status=500),
    Fault(status=500, after=True),
    Fault(reset=True),
    Fault(reset=True, after=True),
    Fault(truncate=30),
    Fault(status=200, body=b"{}"),
    Fault(status=403),
    Fault(status=401),
    Fault(status=404),
    Fault(status=409),
    Fault(status=410),
    Fault(date="garbage"),
]
PLACES = ("/zen-gc-pause", "/configmaps/", "/configmaps", "/garbagecollectionpolicies/", "/api/v1", "selfsubject")


@pytest.mark.parametrize("fault", ANY, ids=lambda fault: repr(fault).replace("Fault", ""))
def test_any_single_fault_leaves_a_subset_of_the_deletes_of_a_run_without(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    """Wherever it strikes; afterwards what was due is gone, and nothing else ever is."""
    monkeypatch.setattr(kill_switch, "SECONDS_BETWEEN_LOOKS", 1.0)
    past = "2020-01-01T00:00:00Z"

    def made(data: dict[str, str], **metadata: object) -> str:
        return embedded.make(data=data, metadata={"creationTimestamp": "2019-01-01T00:00:00Z", **metadata})

    kept = {
        made(data={"state": "done", "until": past}, annotations={"gc.kube-zen.io/keep": ""}),
        made(data={"state": "busy", "until": past}),
        made(data={"state": "done", "until": "2090-01-01T00:00:00Z"}),
        made(data={"state": "done"}),
    }
    due = {made(data={"state": "done", "until": past}) for _ in range(12)}
    left: set[str] = set()
    lock = threading.Lock()

    def strike(request: Request) -> Fault | None:
        """Each place once."""
        with lock:
            place = next((each for each in PLACES if each in request.path and each in left), None)
            if place is None or "watch" in request.query or not by_controller(request):
                return None
            left.discard(place)
        return fault

    controller = inside(embedded)
    left.update(PLACES)
    embedded.server.faults = strike
    policy = embedded.policy(
        conditions={"fields": [{"path": "data.state", "operator": "NotEquals", "value": "busy"}]},
        ttl={"expiresAt": {"path": "data.until"}},
    )
    forgiven = 0
    while due & embedded.names():
        failures = len(controller.records("evaluation failed")) + len(controller.records("writes stopped"))
        if failures > forgiven:  # an edit runs it at once, and saves the test the back-off
            forgiven = failures
            embedded.edit(policy, {"behavior": {"maxDeletionsPerSecond": 100 + forgiven}})
        time.sleep(0.1)
    assert embedded.names() == kept
    assert len(left) <= 1
    assert {each.path.rpartition("/")[2] for each in embedded.sent("DELETE")} <= due
    until(lambda: embedded.status(policy).get("phase") == "Active")


def test_a_missing_kind_is_not_an_empty_one(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """And the other target of the policy is not acted on either: its run is not whole."""
    name = embedded.make()
    policy = embedded.policy(targetResources=[TARGET, {"apiVersion": "acme.io/v1", "kind": "Nothing"}])
    controller = inside(embedded)
    controller.await_record("evaluation failed", 2, policy=policy, reason="TargetUnavailable")
    assert embedded.there(name)

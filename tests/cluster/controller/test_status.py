"""The status of policies, as a running controller writes it on both kinds of cluster."""

from __future__ import annotations

import datetime as dt
import functools
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.controllers import instant
from tests.cluster.controller.stage import COLLECTIONS, SELECTOR, TARGET, ago, until
from zen_gc_core.controller.runs import executing
from zen_gc_core.controller.runs.progress import Progress
from zen_gc_core.engine.breaker import APPROVE
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

LONG = 120.0
TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
"""What kubectl asks for."""


def patches(stage: EmbeddedStage) -> list[Request]:
    """The status writes that the embedded cluster was sent."""
    return [each for each in stage.server.requests if each.method == "PATCH" and each.path.endswith("/status")]


def cells(shown: list[str]) -> dict[str, str]:
    """The first row of a table of kubectl's, by the first word of each column."""
    head = re.sub(r"(LAST|NEXT) RUN|DRY RUN|OLDEST DUE", lambda found: found[0].split()[0], shown[0])
    return dict(zip(head.split(), shown[1].split(), strict=True))


def test_every_field_says_what_the_run_found(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Deleted, waiting, kept by the mark; and what `kubectl get gcp` shows of it."""
    gone = stage.make_many(2, metadata={"creationTimestamp": ago(hours=3)})
    stage.make("waiting")
    stage.make("marked", metadata={"annotations": {"gc.kube-zen.io/keep": ""}, "creationTimestamp": ago(hours=3)})
    stage.make("other", metadata={"labels": {}, "creationTimestamp": ago(hours=3)})
    inside(stage, gc_interval=dt.timedelta(minutes=5))
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    policy = stage.policy(ttl={"afterCreation": "1h"})
    status = until(lambda: stage.settled(policy))
    assert stage.names() == {"waiting", "marked"}
    assert not stage.there(gone[0])
    assert (status["phase"], status["observedGeneration"]) == ("Active", 1)
    assert (status["resourcesMatched"], status["resourcesDeleted"], status["resourcesPending"]) == (4, 2, 2)
    assert status["totalDeleted"] == 2
    assert "resourcesWouldDelete" not in status
    run = status["lastRun"]
    assert run.pop("durationSeconds") >= 0
    assert run.pop("oldestDue") <= ago(hours=1)
    assert run.pop("scanned") >= 4  # how many others there are is the server's to know: the selector is pushed down
    assert run == {
        "due": 2,
        "deleted": 2,
        "marked": 0,
        "scaled": 0,
        "suspended": 0,
        "patched": 0,
        "notified": 0,
        "unmarked": 0,
        "accepted": 0,
        "gone": 0,
        "blocked": 0,
        "conflicts": 0,
        "failed": 0,
        "dryRun": False,
        "kept": {"protected": 1, "condition": 0, "noExpiry": 0, "retained": 0, "error": 0},
    }
    last, following = (dt.datetime.fromisoformat(status[name]) for name in ("lastGCRun", "nextGCRun"))
    assert before - dt.timedelta(seconds=2) <= last <= dt.datetime.now(dt.UTC)
    assert dt.timedelta(minutes=4, seconds=55) <= following - last <= dt.timedelta(minutes=5, seconds=30)
    ready, degraded = (stage.condition(policy, kind) for kind in ("Ready", "Degraded"))
    assert (ready["status"], ready["reason"], ready["observedGeneration"]) == ("True", "Evaluated", 1)
    assert (degraded["status"], degraded["reason"]) == ("False", "AsExpected")
    shown = stage.cluster.kubectl("get", "gcp", "-n", stage.namespace, check=True).stdout.splitlines()
    columns = cells(shown)
    assert (columns["PHASE"], columns["READY"], columns["REASON"]) == ("Active", "True", "Evaluated")
    assert (columns["MATCHED"], columns["DUE"], columns["DELETED"], columns["PENDING"]) == ("4", "2", "2", "2")
    assert "SCHEDULE" not in columns
    wide = cells(
        stage.cluster.kubectl("get", "gcp", "-n", stage.namespace, "-o", "wide", check=True).stdout.splitlines()
    )
    assert (wide["DRY"], wide["SCHEDULE"]) == ("false", "5m")
    assert re.fullmatch(r"[0-9]+[hm0-9]*", wide["OLDEST"])
    assert status["nextGCRun"] in shown[1]
    assert "<invalid>" not in shown[1]


def test_the_status_says_how_far_a_run_is_while_it_acts(
    stage: Stage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A policy that is approved after its breaker tripped shows at once that it acts, and then what it has done so far."""
    monkeypatch.setattr(executing, "Progress", functools.partial(Progress, every=1.0))
    stage.make_many(20)
    behavior = {"breaker": {"maxObjects": 2}, "maxDeletionsPerSecond": 0.8}
    policy = stage.policy(behavior=behavior, evaluationInterval="1h")
    controller = inside(stage)
    until(lambda: stage.reason(policy) == "BreakerTripped")
    assert stage.condition(policy, "Progressing")["status"] == "False"
    approval = {APPROVE: f"{stage.status(policy)['digest']}/20"}
    stage.patch(stage.path(policy), {"metadata": {"annotations": approval}})
    status = until(lambda: stage.acting(policy), patience=LONG)
    assert (status["phase"], stage.reason(policy)) == ("Active", "Evaluated")
    assert (status["resourcesMatched"], status["lastRun"]["due"], status["totalDeleted"]) == (20, 20, 0)
    status = until(lambda: (found := stage.acting(policy)) and found["totalDeleted"] and found, patience=LONG)
    assert 0 < status["lastRun"]["deleted"] == status["totalDeleted"] < 20
    message = stage.condition(policy, "Progressing")["message"]
    assert re.fullmatch(r"[0-9]+ of 20 objects done; deleted [0-9]+, failed 0", message)
    assert len(controller.records("evaluating policy", policy=policy)) == 2
    stage.edit(policy, {"behavior": {"breaker": {"maxObjects": 20}, "maxDeletionsPerSecond": 100}})
    status = until(lambda: found if (found := stage.settled(policy)).get("totalDeleted") == 20 else {}, patience=LONG)
    assert stage.names() == set()
    assert stage.condition(policy, "Progressing")["reason"] == "Idle"
    assert status["nextGCRun"] > status["lastGCRun"]


def test_a_table_of_policies_has_what_one_looks_for_first(stage: Stage) -> None:
    """The columns as the API server makes them, for both kinds and their short names; the last three only in a wide one."""
    names = ("gcp", "cgcp")
    for short, collection in zip(names, COLLECTIONS, strict=True):
        table = stage.cluster.request("GET", collection, headers=TABLE).body
        columns = {each["name"]: each["priority"] for each in table["columnDefinitions"]}
        assert [name for name, priority in columns.items() if not priority] == [
            "Name",
            *("Phase", "Ready", "Reason", "Matched", "Due", "Deleted", "Pending", "Last Run", "Next Run", "Age"),
        ]
        assert [name for name, priority in columns.items() if priority] == ["Dry Run", "Schedule", "Oldest Due"]
        stage.cluster.kubectl("get", short, "-A", check=True)


def test_pausing_and_going_on_are_seen_and_keep_their_times(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Active, Paused, Active: the policy is Ready throughout, and says so since the same moment."""
    inside(stage)
    policy = stage.policy()
    until(lambda: stage.status(policy).get("phase") == "Active")
    since = stage.condition(policy)["lastTransitionTime"]
    stage.edit(policy, {"paused": True})
    status = until(lambda: (found := stage.status(policy)).get("phase") == "Paused" and found)
    assert status["observedGeneration"] == 2
    assert "nextGCRun" not in status
    name = stage.make()
    time.sleep(1.5)
    assert stage.there(name)
    stage.edit(policy, {"paused": None})
    until(lambda: not stage.there(name))
    until(lambda: stage.status(policy)["totalDeleted"] == 1)
    assert stage.condition(policy)["lastTransitionTime"] == since
    assert stage.status(policy)["phase"] == "Active"


@pytest.mark.parametrize(
    ("spec", "reason", "words"),
    [
        ({"conditions": {"phaze": ["x"]}}, "InvalidPolicy", "phaze"),
        ({"targetResources": [{**TARGET, "namespaces": ["else"]}]}, "ScopeDenied", "own namespace"),
        (
            {"targetResources": [{"apiVersion": "acme.io/v1", "kind": "Nothing"}]},
            "TargetUnavailable",
            "Nothing",
        ),
    ],
)
def test_an_error_is_told_and_its_mending_too(
    stage: Stage, inside: Callable[..., Inside], spec: dict[str, Any], reason: str, words: str
) -> None:
    """Error and back; meanwhile the policy does nothing, and others go on."""
    name = stage.make()
    inside(stage)
    policy = stage.policy(**spec)
    status = until(lambda: stage.settled(policy))
    assert status["phase"] == "Error"
    ready = stage.condition(policy)
    assert (ready["status"], ready["reason"]) == ("False", reason)
    assert words in ready["message"]
    assert stage.there(name)
    stage.edit(policy, {"conditions": None, "targetResources": [TARGET]})
    until(lambda: not stage.there(name))
    until(lambda: stage.status(policy)["phase"] == "Active")
    assert stage.condition(policy)["status"] == "True"
    assert stage.condition(policy, "Degraded")["status"] == "False"


def test_an_object_that_cannot_be_judged_degrades_its_policy(stage: Stage, inside: Callable[..., Inside]) -> None:
    """The first object and its error stand in the condition; what can be judged goes."""
    stage.make("fine", data={"until": ago(hours=1)}, metadata={"creationTimestamp": ago(hours=2)})
    stage.make("odd", data={"until": "soon"})
    inside(stage)
    policy = stage.policy(ttl={"expiresAt": {"path": "data.until"}})
    degraded = until(lambda: (found := stage.condition(policy, "Degraded")).get("status") == "True" and found)
    assert degraded["reason"] == "EvaluationErrors"
    assert f"ConfigMap {stage.namespace}/odd" in degraded["message"]
    until(lambda: stage.names() == {"odd"}, "the status is written before the run acts")
    assert stage.status(policy)["lastRun"]["kept"]["error"] == 1
    assert stage.status(policy)["phase"] == "Active"


def test_a_cluster_policy_has_a_status_too(stage: Stage, inside: Callable[..., Inside]) -> None:
    """And acts where its targets say."""
    name = stage.make()
    inside(stage)
    policy = stage.policy(kind=CLUSTER, targetResources=[{**TARGET, "namespaces": [stage.namespace]}])
    until(lambda: not stage.there(name))
    status = until(lambda: stage.settled(policy, kind=CLUSTER))
    assert (status["phase"], status["totalDeleted"]) == ("Active", 1)


def test_a_dry_run_says_what_it_would_do_and_does_nothing(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """With a number of its own, and no write as long as that is the same."""
    names = set(embedded.make_many(3))
    policy = embedded.policy(behavior={"dryRun": True})
    controller = inside(embedded)
    status = until(lambda: embedded.settled(policy))
    assert (status["resourcesWouldDelete"], status["resourcesDeleted"], status["lastRun"]["due"]) == (3, 0, 3)
    controller.await_record("evaluation finished", 4)
    assert len(patches(embedded)) == 1
    assert embedded.names() == names
    assert not [each for each in embedded.server.requests if each.method == "DELETE"]


def test_a_status_that_says_nothing_new_is_not_written(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """One patch for several intervals, for every kind of standing; and no run is started by it."""
    embedded.make("kept", metadata={"annotations": {"gc.kube-zen.io/keep": ""}})
    embedded.policy("active")
    embedded.policy("paused", paused=True)
    embedded.policy("invalid", conditions={"phaze": []})
    embedded.policy("unavailable", targetResources=[{"apiVersion": "acme.io/v1", "kind": "Nothing"}])
    controller = inside(embedded)
    controller.await_record("evaluation finished", 4, policy="active")
    assert sorted(each.path.split("/")[-2] for each in patches(embedded)) == [
        "active",
        "invalid",
        "paused",
        "unavailable",
    ]
    finished = [instant(each) for each in controller.records("evaluation finished", policy="active")]
    assert len(finished) <= (finished[-1] - finished[0]).total_seconds() + 2


def test_a_conflict_is_read_again_and_written(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Somebody labels the policy all the time."""
    policy = embedded.policy(evaluationInterval="1h")
    path = embedded.path(policy)

    def relabel(request: Request) -> Fault | None:
        if request.method == "PATCH" and request.path == f"{path}/status" and len(patches(embedded)) < 2:
            conflicts.append(request)
            return Fault(status=409)
        return None

    conflicts: list[Request] = []
    embedded.server.faults = relabel
    controller = inside(embedded)
    until(lambda: embedded.status(policy).get("phase") == "Active")
    assert len(conflicts) == 2
    assert not controller.records("status update failed")


def test_a_status_that_cannot_be_written_is_counted_and_written_later(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """The run is not lost: its numbers come with the next status."""
    policy = embedded.policy()
    embedded.make_many(2)
    embedded.server.faults = lambda each: Fault(status=422) if each.path.endswith("/status") else None
    controller = inside(embedded)
    controller.await_record("status update failed", policy=policy, reason="Refused")
    until(lambda: embedded.names() == set())
    until(lambda: "StatusUpdateFailed" in embedded.reasons(policy))
    assert controller.scrape().total("gc_errors_total", policy_name=policy, error_type="status_update_failed") >= 1
    embedded.server.faults = None
    until(lambda: embedded.status(policy).get("totalDeleted") == 2)


def test_a_definition_of_somebody_elses_without_a_status_is_told(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """The work is done; that nobody can read of it is an error that names the definition, and not a policy that is gone."""
    name = "garbagecollectionpolicies.gc.kube-zen.io"
    path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"
    definition = embedded.cluster.request("GET", path).body
    for version in definition["spec"]["versions"]:
        version.pop("subresources")
    assert embedded.cluster.request("PUT", path, definition).status == 200
    embedded.make_many(2)
    embedded.policy()
    controller = inside(embedded)
    controller.await_record("status update failed", reason="TargetUnavailable")
    words = f"the CRD {name} is not zen-gc's, for it has no subresource status: apply it with `zen-gc crd | kubectl apply -f -`"
    events = f"/api/v1/namespaces/{embedded.namespace}/events"

    def told() -> list[str]:
        return [each["message"] for each in embedded.cluster.request("GET", events).body["items"]]

    until(lambda: f"Failed to update status: {words}" in told(), "its event says what to do")
    until(lambda: not embedded.names(), "its objects go")


def test_a_policy_made_anew_does_not_get_the_status_of_the_old_one(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Not even when it is made anew while the old one's status is on its way."""
    policy = embedded.policy(evaluationInterval="1h")
    path = embedded.path(policy)
    embedded.make_many(3)
    old, hits = embedded.read(policy)["metadata"]["uid"], [0]

    def swap(request: Request) -> Fault | None:
        if request.path == f"{path}/status" and (request.body or {})["metadata"]["uid"] == old:
            hits[0] += 1
            return Fault(delay=1.0)
        return None

    embedded.server.faults = swap
    inside(embedded)
    until(lambda: hits[0])
    embedded.delete(path)
    embedded.policy(policy, evaluationInterval="1h", ttl={"afterCreation": "1h"})
    status = until(lambda: embedded.settled(policy))
    time.sleep(1.5)
    assert embedded.status(policy) == status
    assert status["totalDeleted"] == 0
    assert embedded.read(policy)["metadata"]["uid"] != old


def test_the_total_outlives_the_controller(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """The next one goes on from the status."""
    policy = embedded.policy()
    embedded.make_many(2)
    first = inside(embedded)
    until(lambda: embedded.status(policy).get("totalDeleted") == 2)
    first.stop()
    embedded.make()
    inside(embedded)
    until(lambda: embedded.status(policy).get("totalDeleted") == 3)


def test_labels_are_pushed_down(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """The selector that all policies of a sweep share is the server's to apply."""
    embedded.policy(targetResources=[{**TARGET, "labelSelector": SELECTOR}])
    controller = inside(embedded)
    controller.await_record("evaluation finished")
    lists = [each for each in embedded.server.requests if each.path.endswith("/configmaps") and each.method == "GET"]
    assert {each.query.get("labelSelector") for each in lists} == {"gc=yes"}

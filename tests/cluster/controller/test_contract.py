"""The delete contract in a running program: every write on the wire, and everything that must stop one."""

from __future__ import annotations

import datetime as dt
import email.utils
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import LABELS, TARGET, ago, by_controller, until
from zen_gc_core.cli.commands.approve import command as approve
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.errors import Conflict
from zen_gc_core.controller.runs import kill_switch as kill_switch_module
from zen_gc_core.controller.runs import terminating
from zen_gc_core.controller.runs.kill_switch import KillSwitch
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.breaker import APPROVE
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.errors import InputError
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

SWITCH = "zen-gc-pause"


def kill_switch(stage: Stage, paused: str = "true") -> dict[str, Any]:
    """The ConfigMap that stops every write."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": SWITCH, "namespace": stage.home},
        "data": {"paused": paused},
    }


def digest_now(stage: Stage, policy: str) -> str:
    """The digest of a policy as it is installed, as any client computes it."""
    vocabulary = load_plugins(installed_entry_points()).vocabulary
    return compile_policy(parse_policy(stage.read(policy)), vocabulary).digest


def http_date(seconds: float) -> str:
    """A Date header that is off."""
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


def test_every_delete_carries_both_preconditions_and_follows_a_fresh_read(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """On the wire: the uid and resourceVersion of the last GET of that object, and no write in any other way."""
    names = set(embedded.make_many(40))
    embedded.policy()
    inside(embedded)
    until(lambda: not embedded.names())
    versions: dict[str, tuple[str, str]] = {}
    deleted = set()
    for request in embedded.server.requests:
        name = request.path.rpartition("/")[2]
        if not by_controller(request) or "/configmaps" not in request.path:
            continue
        if request.method == "GET" and name in names:
            assert not request.query
            versions[name] = ("read", "")
        elif request.method == "DELETE":
            assert name in names, "never a deletecollection"
            assert versions.pop(name), "never twice on one read"
            body = request.body or {}
            assert set(body["preconditions"]) == {"uid", "resourceVersion"}
            assert all(body["preconditions"].values())
            assert request.status == 200
            deleted.add(name)
        else:
            assert request.method == "GET"
    assert deleted == names


def test_the_policy_and_the_switch_are_read_again_every_twenty_writes(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Also when a policy asks for larger batches."""
    embedded.make_many(60)
    policy = embedded.policy(evaluationInterval="1h")
    path = embedded.path(policy)
    controller = inside(embedded)
    controller.await_record("evaluation finished")
    since, looks = 0, {path: 0, f"/api/v1/namespaces/{embedded.home}/configmaps/{SWITCH}": 0}
    for request in embedded.server.requests:
        if request.method == "GET" and request.path in looks and by_controller(request):
            looks[request.path] += 1
            since = 0
        if request.method == "DELETE":
            since += 1
            assert since <= 20 + 8
    assert min(looks.values()) >= 3


def test_the_kill_switch_stops_and_lets_go(
    stage: Stage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status, event, log and metric say why nothing goes, and that it goes again."""
    monkeypatch.setattr(kill_switch_module, "SECONDS_BETWEEN_LOOKS", 1.0)
    stage.cluster.create(kill_switch(stage))
    names = set(stage.make_many(3))
    policy = stage.policy()
    controller = inside(stage)
    controller.await_record("writes stopped", 2, reason="KillSwitch")
    assert stage.names() == names
    until(lambda: SWITCH in stage.condition(policy).get("message", ""))
    status = stage.status(policy)
    assert (status["phase"], status["resourcesDeleted"], status["lastRun"]["due"]) == ("Active", 0, 3)
    assert controller.scrape().total("gc_writes_paused") == 1
    until(lambda: "WritesPaused" in stage.reasons(policy))
    (started,) = controller.records("controller started")
    assert started["kill_switch"] == f"{stage.home}/{SWITCH}"
    stage.patch(stage.config_map(SWITCH, stage.home), {"data": {"paused": "false"}})
    until(lambda: not stage.names())
    until(lambda: SWITCH not in stage.condition(policy)["message"])
    until(lambda: controller.scrape().total("gc_writes_paused") == 0)


@pytest.mark.parametrize(
    ("content", "stops"),
    [
        ({}, True),
        ({"data": None}, True),
        ({"data": {}}, True),
        ({"data": {"paused": "true"}}, True),
        ({"data": {"paused": "True"}}, True),
        ({"data": {"paused": "no"}}, True),
        ({"data": {"paused": ""}}, True),
        ({"data": {"paused": "False"}}, True),
        ({"data": {"paused": " false"}}, True),
        ({"data": {"pause": "false"}}, True),
        ({"binaryData": {"paused": "ZmFsc2U="}}, True),
        ({"data": {"paused": "false"}}, False),
        ({"data": {"paused": "false", "why": "over"}}, False),
        (None, False),
    ],
    ids=repr,
)
def test_the_kill_switch_stops_by_being_there(
    embedded: EmbeddedStage,
    content: dict[str, Any] | None,
    stops: bool,  # noqa: FBT001
) -> None:
    """Unless it says exactly "false"; whoever makes it in a hurry need not remember what to write."""
    if content is not None:
        embedded.cluster.create({**kill_switch(embedded), "data": {}, **content})
    told: list[bool] = []
    with Connection.open(kubeconfig=embedded.cluster.kubeconfig_path) as connection:
        switch = KillSwitch(connection, embedded.home, lambda *, paused: told.append(paused))
        if stops:
            with pytest.raises(Stopped, match=f"{embedded.home}/{SWITCH} stops every write"):
                switch.look()
        else:
            switch.look()
        assert (switch.recent() is not None) is stops
    assert told == [stops]


@pytest.mark.parametrize("fault", [Fault(status=403), Fault(status=500), Fault(body=b"{}", status=200)], ids=repr)
def test_a_kill_switch_that_cannot_be_read_stops_every_write(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    """Nobody knows what it says."""
    monkeypatch.setattr(kill_switch_module, "SECONDS_BETWEEN_LOOKS", 1.0)
    names = set(embedded.make_many(3))
    policy = embedded.policy()
    embedded.server.faults = lambda each: fault if each.path.endswith(SWITCH) else None
    inside(embedded)
    until(lambda: embedded.reason(policy) == "KillSwitchUnreadable")
    assert embedded.status(policy)["phase"] == "Error"
    assert embedded.names() == names
    embedded.server.faults = None
    until(lambda: not embedded.names())


@pytest.mark.parametrize("seconds", [3600, -3600, 45, -45])
def test_clocks_that_are_apart_stop_every_write(
    embedded: EmbeddedStage, inside: Callable[..., Inside], seconds: float
) -> None:
    """More than 30 s, whichever is ahead."""
    names = set(embedded.make_many(3))
    policy = embedded.policy()
    embedded.server.faults = lambda _: Fault(date=http_date(seconds))
    inside(embedded)
    until(lambda: embedded.reason(policy) == "ClockSkew")
    message = embedded.condition(policy)["message"]
    assert ("behind" if seconds > 0 else "ahead of") in message
    assert embedded.names() == names
    assert not embedded.sent("DELETE")


def test_what_is_due_by_one_clock_alone_is_not_due(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """The local clock is 20 s ahead of the server's: within what is borne, and the server's counts."""
    embedded.server.faults = lambda _: Fault(date=http_date(-20))
    soon = (dt.datetime.now(dt.UTC) - dt.timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    embedded.make("early", data={"until": soon}, metadata={"creationTimestamp": ago(hours=2)})
    embedded.make("late", data={"until": ago(hours=1)}, metadata={"creationTimestamp": ago(hours=2)})
    policy = embedded.policy(ttl={"expiresAt": {"path": "data.until"}})
    inside(embedded)
    until(lambda: embedded.status(policy).get("totalDeleted") == 1)
    assert embedded.names() == {"early"}


def test_the_breaker_trips_to_zero_and_an_approval_lifts_it(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Two thirds of all ConfigMaps is too much; `zen-gc approve` says otherwise, for the policy as it is alone."""
    stage.make_many(8)
    for _ in range(4):
        stage.make(metadata={"labels": {}})
    breaker = {"minObjects": 5, "maxPercent": 50}
    policy = stage.policy(behavior={"breaker": breaker})
    controller = inside(stage)
    until(lambda: stage.reason(policy) == "BreakerTripped")
    assert len(stage.names()) == 8
    status = stage.status(policy)
    assert (status["phase"], status["lastRun"]["due"], status["resourcesDeleted"]) == ("Error", 8, 0)
    assert "8 of 12" in stage.condition(policy)["message"]
    assert controller.scrape().total("gc_breaker_tripped", policy_name=policy) == 1
    config = f"--kubeconfig={stage.cluster.kubeconfig_path}"
    digest = str(stage.status(policy)["digest"])
    assert f"--digest {digest} --up-to 8" in stage.condition(policy)["message"]
    command = [policy, "-n", stage.namespace, config, "--digest", digest, "--up-to"]
    assert CliRunner().invoke(approve, [*command, "7"]).exit_code == 0
    controller.await_record("evaluation failed", len(controller.records("evaluation failed")) + 2)
    assert len(stage.names()) == 8
    approved = CliRunner().invoke(approve, [*command, "8"])
    assert approved.exit_code == 0, approved.output
    until(lambda: not stage.names())
    until(lambda: stage.status(policy)["phase"] == "Active")
    until(lambda: controller.scrape().total("gc_breaker_tripped", policy_name=policy) == 0, "the run has ended")
    stage.edit(policy, {"paused": True})
    until(lambda: stage.status(policy)["phase"] == "Paused")
    stage.make_many(8)
    stage.edit(policy, {"paused": False, "evaluationInterval": "2s"})
    until(lambda: stage.reason(policy) == "BreakerTripped")
    assert "does not approve this state of the policy" in stage.condition(policy)["message"]
    assert len(stage.names()) == 8
    stale = CliRunner().invoke(approve, [*command, "8"])
    assert isinstance(stale.exception, Conflict)
    assert "it is not what was looked at" in str(stale.exception)
    unasked = CliRunner().invoke(approve, [policy, "-n", stage.namespace, config, "--up-to", "8"])
    assert isinstance(unasked.exception, InputError)
    assert "no terminal" in str(unasked.exception)
    assert len(stage.names()) == 8


def test_an_approval_of_a_generation_approves_nothing(stage: Stage, inside: Callable[..., Inside]) -> None:
    """It outlived `kubectl replace --force`, which begins again at generation 1; the status says how to approve anew."""
    stage.make_many(3)
    policy = stage.policy(behavior={"breaker": {"maxObjects": 1}}, annotations={APPROVE: "1/800"})
    inside(stage)
    until(lambda: stage.reason(policy) == "BreakerTripped")
    message = stage.condition(policy)["message"]
    assert f"its annotation {APPROVE} does not approve" in message
    assert f"zen-gc approve {policy} -n {stage.namespace} --digest {stage.status(policy)['digest']}" in message
    assert len(stage.names()) == 3


def test_a_plan_of_files_has_the_digest_of_the_cluster(stage: Stage, inside: Callable[..., Inside]) -> None:
    """In the Go spelling, too, and with numbers that the server spells another way."""
    spec: dict[str, Any] = {
        "targetResources": [TARGET],
        "ttl": {"secondsAfterCreation": 3600},
        "behavior": {"maxDeletionsPerSecond": 10.0, "dryRun": True},
        "conditions": {"cel": "policy.annotations['armed'] == 'ä'"},
    }
    policy = stage.policy(annotations={"armed": "ä", "other": "b"}, **spec)
    inside(stage)
    until(lambda: stage.status(policy).get("digest"))
    metadata = {"name": policy, "namespace": stage.namespace, "annotations": {"armed": "ä"}}
    document = {"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": metadata, "spec": spec}
    vocabulary = load_plugins(installed_entry_points()).vocabulary
    assert compile_policy(parse_policy(document), vocabulary).digest == stage.status(policy)["digest"]


def owner_in(stage: Stage) -> dict[str, Any]:
    """A reference to a ReplicaSet that is there."""
    labels = {"app": "x"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    made = stage.cluster.create(
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {"name": "owner", "namespace": stage.namespace},
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        }
    )
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": "owner",
        "uid": made["metadata"]["uid"],
        "controller": True,
    }


def protected(stage: Stage) -> list[dict[str, Any]]:
    """Objects that no policy may take, in the test's namespace."""
    old = {"namespace": stage.namespace, "labels": LABELS, "creationTimestamp": ago(days=30)}
    owner = owner_in(stage)
    pod = {"containers": [{"name": "c", "image": "i"}]}
    keep = "gc.kube-zen.io/keep"
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**old, "name": "a", "annotations": {keep: "true"}}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**old, "name": "b", "labels": {**LABELS, keep: "x"}}},
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {**old, "name": "c", "annotations": {keep: "2090-01-01"}},
        },
        {"apiVersion": "v1", "kind": "Pod", "metadata": {**old, "name": "d", "ownerReferences": [owner]}, "spec": pod},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {**old, "name": "e"}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {**old, "name": "f"},
            "rules": [],
        },
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "bootstrap.kubernetes.io/token",
            "metadata": {**old, "name": "g"},
        },
        {"apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1", "metadata": {**old, "name": "h"}},
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {**old, "name": "i"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        },
        {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {**old, "name": "j"}},
    ]


def test_what_is_protected_stays(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Marks, controlled objects, kinds, types of Secrets, the controller's own namespace, marked Namespaces."""
    items = protected(stage)
    for item in items:
        stage.cluster.create(item)
    quiet = stage.cluster.namespace()
    stage.patch(f"/api/v1/namespaces/{quiet}", {"metadata": {"annotations": {"gc.kube-zen.io/keep": ""}}})
    reached = [stage.namespace, quiet, stage.home, "kube-system"]
    for namespace in reached[1:]:
        item = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"z-{stage.home}", "namespace": namespace},
        }
        items.append({**item, "metadata": {**item["metadata"], "labels": LABELS}})
        stage.cluster.create(items[-1])
    free = stage.make()
    kinds = {(item["apiVersion"], item["kind"]) for item in items}
    targets = [
        {"apiVersion": version, "kind": kind, "labelSelector": TARGET["labelSelector"], "namespaces": reached}
        for version, kind in sorted(kinds)
    ]
    inside(stage)
    policy = stage.policy(kind=CLUSTER, targetResources=targets)
    until(lambda: stage.status(policy, kind=CLUSTER).get("totalDeleted"))
    status = stage.status(policy, kind=CLUSTER)
    assert status["totalDeleted"] == 1
    assert status["lastRun"]["kept"]["protected"] == len(items)
    assert not stage.there(free)
    assert all(stage.cluster.request("GET", stage.cluster.path_of(item)).status == 200 for item in items)
    for item in items:
        stage.delete(stage.cluster.path_of(item))


def test_an_accepted_delete_counts_when_the_object_is_gone(stage: Stage, inside: Callable[..., Inside]) -> None:
    """A finalizer: sent once, followed, never counted before, with one attempt id from intent to end."""
    name = stage.make(metadata={"finalizers": ["acme.io/wait"]})
    policy = stage.policy()
    controller = inside(stage)
    accepted = controller.await_record("resource terminating", resource_name=name)
    until(lambda: stage.settled(policy))
    status = stage.status(policy)
    assert (status["totalDeleted"], status["lastRun"]["accepted"]) == (0, 1)
    controller.await_record("evaluation finished", 3)
    assert len(controller.records("deleting resource")) == 1
    assert controller.scrape().total("gc_resources_deleted_total", policy_name=policy) == 0
    metadata = stage.cluster.request("GET", stage.config_map(name)).body["metadata"]
    assert metadata["finalizers"] == ["acme.io/wait"]
    until(lambda: stage.status(policy)["lastRun"]["kept"]["protected"] == 1)
    stage.patch(stage.config_map(name), {"metadata": {"finalizers": None}})
    deleted = controller.await_record("resource deleted", resource_name=name)
    assert deleted["attempt_id"] == accepted["attempt_id"]
    until(lambda: stage.status(policy)["totalDeleted"] == 1)
    assert controller.scrape().total("gc_resources_deleted_total", policy_name=policy) == 1
    until(lambda: "ResourceDeleted" in stage.reasons(policy))


def test_an_object_that_does_not_end_is_reported(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a quarter of an hour, here a moment; its finalizers are left alone."""
    monkeypatch.setattr(terminating, "STUCK_SECONDS", 0.5)
    name = embedded.make(metadata={"finalizers": ["acme.io/wait"]})
    policy = embedded.policy()
    controller = inside(embedded)
    record = controller.await_record("resource still terminating", resource_name=name)
    (intent,) = controller.records("deleting resource")
    assert record["attempt_id"] == intent["attempt_id"]
    assert controller.scrape().total("gc_errors_total", policy_name=policy, error_type="still_terminating") >= 1
    assert len(embedded.sent("DELETE")) == 1


@pytest.mark.parametrize("change", ["pause", "edit", "delete", "switch", "disarm", "withdraw"])
def test_a_change_in_the_middle_of_a_run_ends_it(stage: Stage, inside: Callable[..., Inside], change: str) -> None:
    """Within 5 s, or 20 writes; what is left stays."""
    names = set(stage.make_many(60))
    policy = stage.policy(
        behavior={"maxDeletionsPerSecond": 10, "breaker": {"maxObjects": 1}},
        conditions={"cel": "policy.annotations['armed'] == 'yes'"},
        annotations={"armed": "yes"},
        evaluationInterval="1h",
    )
    path = stage.path(policy)
    stage.patch(path, {"metadata": {"annotations": {APPROVE: f"{digest_now(stage, policy)}/60"}}})
    controller = inside(stage)
    controller.await_record("resource deleted", 3)
    if change == "disarm":
        stage.patch(path, {"metadata": {"annotations": {"armed": "no"}}})
    elif change == "withdraw":
        stage.patch(path, {"metadata": {"annotations": {APPROVE: None}}})
    elif change == "pause":
        stage.edit(policy, {"paused": True})
    elif change == "edit":
        stage.edit(policy, {"ttl": {"afterCreation": "1h", "immediate": None}})
    elif change == "delete":
        stage.delete(path)
    else:
        stage.cluster.create(kill_switch(stage))
    # the watch, which says only that the policy is another by now, may be faster than the next look at it
    reasons = {"delete": {"PolicyDeleted", "PolicyChanged"}, "switch": {"KillSwitch"}}.get(change, {"PolicyChanged"})
    changed = len(controller.records("deleting resource"))
    assert controller.await_record("writes stopped")["reason"] in reasons
    left = stage.names()
    assert len(names - left) <= changed + 20 + 8
    assert left
    time.sleep(1.0)
    assert stage.names() == left
    if change == "switch":
        stage.delete(stage.config_map(SWITCH, stage.home))


def test_a_pause_during_a_429_ends_the_wait_without_a_write(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """The policy is read again before the request that was put off leaves."""
    names = set(embedded.make_many(12))
    policy = embedded.policy(evaluationInterval="1h")
    refused = threading.Event()

    def busy(request: Request) -> Fault | None:
        if request.method != "DELETE" or (refused.is_set() and paused.is_set()):
            return None
        refused.set()
        return Fault(status=429, retry_after=6)

    paused = threading.Event()
    embedded.server.faults = busy
    controller = inside(embedded)
    until(refused.is_set)
    time.sleep(0.3)
    embedded.edit(policy, {"paused": True})
    paused.set()
    controller.await_record("writes stopped", reason="PolicyChanged")
    assert embedded.names() == names


def test_an_object_that_changes_between_list_and_write_is_judged_again(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """The label is taken away after the list, the mark is set after the read: neither is deleted."""
    released, late = embedded.make(), embedded.make()
    other = embedded.make()
    done: set[str] = set()
    policy = embedded.policy(evaluationInterval="1h")

    def meddle(request: Request) -> Fault | None:
        """Changes go in from a thread of their own, while the request waits."""
        if not by_controller(request):
            return None
        if request.method == "GET" and request.path.endswith(released) and released not in done:
            done.add(released)
            threading.Thread(target=lambda: _relabel(embedded, released)).start()
            return Fault(delay=3.0)
        if request.method == "DELETE" and request.path.endswith(late) and late not in done:
            done.add(late)
            threading.Thread(target=lambda: _relabel(embedded, late)).start()
            return Fault(delay=3.0)
        return None

    embedded.server.faults = meddle
    controller = inside(embedded)
    controller.await_record("resource not deleted", resource_name=released, outcome="dropped")
    controller.await_record("resource not deleted", resource_name=late, outcome="conflict")
    until(lambda: embedded.settled(policy))
    assert embedded.there(released)
    assert embedded.there(late)
    assert not embedded.there(other)
    assert embedded.status(policy)["lastRun"]["conflicts"] == 1


def test_an_object_that_is_gone_before_its_write_counts_as_gone(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """The read right before the delete does not find it: nothing is sent, and that is told."""
    name = embedded.make()
    policy = embedded.policy(evaluationInterval="1h")

    def hide(request: Request) -> Fault | None:
        read = request.method == "GET" and request.path.endswith(name)
        return Fault(status=404) if read and by_controller(request) else None

    embedded.server.faults = hide
    controller = inside(embedded)
    controller.await_record("resource not deleted", resource_name=name, outcome="gone")
    until(lambda: embedded.settled(policy).get("lastRun"))
    assert embedded.status(policy)["lastRun"]["gone"] == 1
    assert not [each for each in embedded.sent("DELETE") if by_controller(each)]


def test_what_holds_at_the_run_s_instant_must_hold_when_the_write_leaves(
    stage: Stage, inside: Callable[..., Inside]
) -> None:
    """A window in CEL is not outlived by the run that began in it: the second decision asks at both instants."""
    names = set(stage.make_many(16))
    closes = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=4)
    policy = stage.policy(
        conditions={"cel": f"now < timestamp('{closes:%Y-%m-%dT%H:%M:%SZ}')"},
        behavior={"maxDeletionsPerSecond": 2},
        evaluationInterval="1h",
    )
    controller = inside(stage)
    until(lambda: stage.settled(policy).get("lastGCRun"), patience=90.0)
    left = stage.names()
    assert left  # at 2 a second the run has 8 s of work, and half of it lie in the window
    for record in controller.records("resource deleted"):
        assert dt.datetime.fromisoformat(record["timestamp"]) < closes + dt.timedelta(seconds=3)
    assert left <= names


def _relabel(stage: EmbeddedStage, name: str) -> None:
    stage.patch(stage.config_map(name), {"metadata": {"labels": {"gc": "no"}}})


def test_a_finished_object_of_a_controller_may_go(stage: Stage, inside: Callable[..., Inside]) -> None:
    """An evicted Pod of a ReplicaSet does not come back; a running one would."""
    owner = owner_in(stage)
    spec = {"containers": [{"name": "c", "image": "i"}]}
    for phase in ("Failed", "Running"):
        stage.make(
            f"pod-{phase.lower()}",
            kind="Pod",
            metadata={"ownerReferences": [owner]},
            spec=spec,
            status={
                "phase": phase,
                "conditions": [
                    {"type": "Ready", "status": str(phase == "Running"), "lastTransitionTime": ago(seconds=0)}
                ],
            },
        )
    policy = stage.policy(targetResources=[{**TARGET, "kind": "Pod"}])
    inside(stage)
    until(lambda: stage.status(policy).get("totalDeleted") == 1)
    pods = stage.cluster.request("GET", f"/api/v1/namespaces/{stage.namespace}/pods").body["items"]
    assert [pod["metadata"]["name"] for pod in pods] == ["pod-running"]

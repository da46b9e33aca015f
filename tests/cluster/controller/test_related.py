"""What others use is there when the run ends, whoever began to use it meanwhile: seen on the wire, on either cluster."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import LABELS, TARGET, Stage, by_controller, until
from tests.golden.running import zen_gc
from tests.harness.crds import custom_kind, install_crds
from tests.harness.real import RealCluster
from zen_gc_core.controller.runs import relatives
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage

BY_NAME = {"theirs": "spec.volumes[].configMap.name", "mine": "metadata.name"}
UNUSED = {"related": [{"apiVersion": "v1", "kind": "Pod", "by": BY_NAME, "are": "none"}]}
SOON = {"afterCreation": 1}
RUNS = 280.0
"""Seconds for runs that may have to wait until other tests on the same server have taken their kinds away."""


def pod(stage: Stage, name: str, uses: str, namespace: str = "") -> None:
    """A Pod that mounts a ConfigMap; made as soon as its Namespace lets it."""
    volumes = [{"name": "v", "configMap": {"name": uses}}]
    document = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace or stage.namespace},
        "spec": {
            "containers": [{"name": "c", "image": "c"}],
            "volumes": volumes,
            "automountServiceAccountToken": False,
        },
    }
    path = f"/api/v1/namespaces/{namespace or stage.namespace}/pods"
    until(lambda: stage.cluster.request("POST", path, document).status == 201, "a Pod may be made")


def aged(stage: Stage, count: int) -> list[str]:
    """So many ConfigMaps, the oldest first, all of them older than a second."""
    names = [stage.make(f"c-{number:02}") for number in range(count)]
    time.sleep(2.1)  # a creationTimestamp has whole seconds
    return names


def once(inside: Callable[..., Inside], stage: Stage, **settings: Any) -> Inside:
    """Run every policy one time."""
    controller = inside(stage, once=True, **settings)
    controller.finish()
    return controller


def run_again(stage: Stage, policy: str) -> bool:
    """Let a policy run once more if its run has ended; it is false that anything is seen by that.

    Other tests share the real server: a kind of theirs that cannot be listed, or leaves, keeps what may be unreferenced;
    and on a machine with no time, a look at all kinds may take too long for a run.
    """
    known = stage.read(policy)
    if stage.settled(policy).get("observedGeneration") == known["metadata"]["generation"]:
        stage.edit(policy, {"evaluationInterval": f"{known['metadata']['generation'] + 1}h"})
    return False


def meanwhile(stage: EmbeddedStage, hook: Callable[[Request], Fault | None]) -> None:
    """Ask a hook before each request of the controller."""
    stage.server.faults = lambda request: hook(request) if by_controller(request) else None


def seed_pod(stage: EmbeddedStage, uses: str) -> None:
    """A Pod that mounts a ConfigMap, made from within a hook."""
    metadata = {"name": f"late-{uses}", "namespace": stage.namespace}
    spec = {"volumes": [{"name": "v", "configMap": {"name": uses}}]}
    stage.server._seed([{"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}])


def test_what_a_pod_uses_stays(stage: Stage, inside: Callable[..., Inside]) -> None:
    """On either cluster; the rest goes."""
    used, *others = aged(stage, 4)
    pod(stage, "user", used)
    policy = stage.policy(conditions=UNUSED, ttl=SOON)
    once(inside, stage)
    assert stage.names() == {used}
    status = stage.status(policy)
    assert (status["resourcesMatched"], status["resourcesDeleted"]) == (4, len(others))


@pytest.mark.parametrize("conditions", [UNUSED, {"unreferenced": True}], ids=["related", "unreferenced"])
def test_what_a_pod_begins_to_use_between_plan_and_delete_stays(
    stage: Stage, inside: Callable[..., Inside], conditions: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On either cluster: the plan is carried out slowly, and a Pod comes for what stands at its end."""
    per_second = 1.0
    if conditions is not UNUSED:  # a look at every kind there is may take long here; what it shows is the same
        monkeypatch.setattr(relatives, "MOST_LOOKING_SECONDS", 16.0)
        monkeypatch.setattr(relatives, "MOST_SECONDS", 20.0)
        per_second = 0.4
    names = aged(stage, 14)
    pod(stage, "other", "another")
    policy = stage.policy(
        conditions=conditions, ttl=SOON, behavior={"maxDeletionsPerSecond": per_second}, evaluationInterval="1h"
    )
    controller = inside(stage)
    until(lambda: len(stage.names()) < len(names) or run_again(stage, policy), "the first one goes", RUNS)
    last = max(stage.names())
    pod(stage, "late", last)
    until(lambda: stage.names() == {last} or run_again(stage, policy), "the others go", RUNS)
    until(lambda: stage.settled(policy), "the run ends")
    controller.stop()
    assert stage.names() == {last}
    assert last in {each["resource_name"] for each in controller.records(outcome="dropped")}


@pytest.mark.parametrize("when", ["after the sweep", "during it"])
def test_a_use_that_begins_after_the_plan_is_seen(
    embedded: EmbeddedStage, inside: Callable[..., Inside], when: str
) -> None:
    """While the objects are listed, which is after Pods were, or right before Pods are listed for the second time."""
    (name,) = aged(embedded, 1)
    pod(embedded, "other", "another")
    embedded.policy(conditions=UNUSED, ttl=SOON)
    lists = []

    def hook(request: Request) -> None:
        if request.method == "GET" and request.path.endswith("/pods"):
            lists.append(request)
            if when == "after the sweep" and len(lists) == 2:
                seed_pod(embedded, name)
        if when == "during it" and request.method == "GET" and request.path.endswith("/configmaps"):
            seed_pod(embedded, name)

    meanwhile(embedded, hook)
    once(inside, embedded)
    assert embedded.names() == {name}
    assert embedded.sent("DELETE", "configmaps") == []
    assert len(lists) == 2
    assert not any({"resourceVersion", "fieldSelector", "labelSelector"} & set(request.query) for request in lists)


def test_pods_are_listed_before_each_delete(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """In a list that began at most eight seconds before, and after the plan; the namespaces come one after the other."""
    other = embedded.cluster.namespace()
    aged(embedded, 5)
    for number in range(5):
        embedded.make(f"o-{number}", metadata={"namespace": other})
    time.sleep(2.1)
    for namespace in (embedded.namespace, other):
        pod(embedded, "other", "another", namespace)
    target = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "namespaces": [embedded.namespace, other],
        "labelSelector": {"matchLabels": LABELS},
    }
    embedded.policy(
        kind=CLUSTER, targetResources=[target], conditions=UNUSED, ttl=SOON, behavior={"maxDeletionsPerSecond": 2}
    )
    listed: dict[str, float] = {}
    ages: list[float] = []
    deleted: list[str] = []

    def hook(request: Request) -> None:
        if request.method == "GET" and request.path.endswith("/pods"):
            listed[request.path] = time.monotonic()
        if request.method == "DELETE" and "/configmaps/" in request.path:
            namespace = request.path.split("/")[4]
            deleted.append(namespace)
            ages.append(time.monotonic() - listed[f"/api/v1/namespaces/{namespace}/pods"])

    meanwhile(embedded, hook)
    once(inside, embedded)
    assert embedded.names() == set()
    assert len(ages) == 10
    assert max(ages) < 8.5  # a moment is lost on the way
    assert deleted == [embedded.namespace] * 5 + [other] * 5


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=403), Fault(body=b"<html>", content_type="text/html")]
)
def test_a_list_that_fails_keeps_and_is_told(
    embedded: EmbeddedStage, inside: Callable[..., Inside], fault: Fault
) -> None:
    """Never none because of an error."""
    names = aged(embedded, 3)
    policy = embedded.policy(conditions=UNUSED, ttl=SOON)
    meanwhile(embedded, lambda request: fault if request.path.endswith("/pods") else None)
    once(inside, embedded)
    assert embedded.names() == set(names)
    degraded = embedded.condition(policy, "Degraded")
    assert degraded["reason"] == "EvaluationErrors"
    assert "related in spec.conditions: Pod objects are not known" in degraded["message"]


def test_what_was_looked_at_and_what_was_not_known_is_counted(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Each look, that before the plan and that before the write; and a kind that cannot be listed, as long as it is so."""
    names = aged(embedded, 1)
    pod(embedded, "other", "another")
    failing = [True]
    meanwhile(embedded, lambda request: Fault(status=403) if failing and request.path.endswith("/pods") else None)
    policy = embedded.policy(conditions=UNUSED, ttl=SOON, evaluationInterval="1s")
    controller = inside(embedded)

    def counted(name: str, **labels: str) -> float:
        return controller.scrape().total(name, **labels)

    until(lambda: counted("gc_related_failures_total", policy_name=policy) >= 2)
    assert counted("gc_related_objects_total", resource="pods") == 0
    assert embedded.names() == set(names)

    failing.clear()

    until(lambda: embedded.names() == set())
    failures = counted("gc_related_failures_total", policy_name=policy)
    until(lambda: counted("gc_related_objects_total", resource="pods") >= 2)
    controller.await_record("evaluation finished", 2, policy=policy)
    assert counted("gc_related_failures_total", policy_name=policy) == failures


def test_a_list_that_fails_the_second_time_keeps(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """What the plan saw does not count any more."""
    names = aged(embedded, 3)
    pod(embedded, "other", "another")
    embedded.policy(conditions=UNUSED, ttl=SOON)
    lists = []

    def hook(request: Request) -> Fault | None:
        lists.extend([request] if request.path.endswith("/pods") else [])
        return Fault(status=403) if request.path.endswith("/pods") and len(lists) > 1 else None

    meanwhile(embedded, hook)
    controller = once(inside, embedded)
    assert embedded.names() == set(names)
    assert len(controller.records(outcome="dropped")) == 3


def test_a_list_that_takes_too_long_the_second_time_ends_the_run(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """What it shows would be too old when a write leaves; nothing is acted on, and the policy says why."""
    names = aged(embedded, 3)
    pod(embedded, "other", "another")
    policy = embedded.policy(conditions=UNUSED, ttl=SOON)
    lists = []

    def hook(request: Request) -> Fault | None:
        lists.extend([request] if request.path.endswith("/pods") else [])
        return Fault(delay=8.0) if request.path.endswith("/pods") and len(lists) > 1 else None

    meanwhile(embedded, hook)
    once(inside, embedded)
    assert embedded.names() == set(names)
    assert embedded.sent("DELETE", "configmaps") == []
    assert embedded.reason(policy) == "RelatedTooSlow"


@pytest.mark.parametrize(
    ("related", "why"),
    [
        ({"apiVersion": "acme.io/v1", "kind": "Widget", "by": "owned"}, "is its CRD installed?"),
        (
            {"apiVersion": "v1", "kind": "Pod", "by": {"theirs": "spec.volume[].name", "mine": "metadata.name"}},
            "none has spec.volume[]",
        ),
    ],
)
def test_what_is_not_known_of_others_keeps(
    embedded: EmbeddedStage, inside: Callable[..., Inside], related: dict[str, Any], why: str
) -> None:
    """A kind that is not served, a path that no object has."""
    names = aged(embedded, 2)
    pod(embedded, "other", "another")
    policy = embedded.policy(conditions={"related": [{**related, "are": "none"}]}, ttl=SOON)
    once(inside, embedded)
    assert embedded.names() == set(names)
    assert why in embedded.condition(policy, "Degraded")["message"]


def test_a_live_plan_says_the_same_and_who_uses_what(embedded: EmbeddedStage, tmp_path: Path) -> None:
    """With the name of one, for whoever asks may read it; what cannot be listed is told there, too."""
    used, free = aged(embedded, 2)
    pod(embedded, "user", used)
    conditions = {"any": [UNUSED], "unreferenced": True}
    spec = {"targetResources": [TARGET], "conditions": conditions, "ttl": SOON}
    metadata = {"name": "p", "namespace": embedded.namespace}
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": metadata, "spec": spec}))

    def planned() -> dict[str, tuple[str, str]]:
        ran = zen_gc("plan", "-f", policy, "--live", "--kubeconfig", embedded.cluster.kubeconfig_path, "-o", "json")
        decisions = json.loads(ran.out)["policies"][0]["decisions"]
        return {each["name"]: (each["verdict"], each["because"]) for each in decisions}

    said = planned()
    assert said[free][0] == "act"
    assert said[used] == ("keep", "Pod user names it in spec.volumes[].configMap.name")
    embedded.server.faults = lambda request: Fault(status=403) if request.path.endswith("/pods") else None
    said = planned()
    assert {verdict for verdict, _ in said.values()} == {"keep"}
    assert "Pod objects are not known" in said[free][1]


def test_all_rights_that_are_missing_are_named_together(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Whoever grants them one by one would need a run for each."""
    names = aged(embedded, 1)
    policy = embedded.policy(conditions={"unreferenced": True}, ttl=SOON)

    def hook(request: Request) -> Fault | None:
        attributes = ((request.body or {}).get("spec") or {}).get("resourceAttributes") or {}
        denied = attributes.get("resource") in {"pods", "deployments", "services"}
        return Fault(status=201, body=b'{"status": {"allowed": false}}') if denied else None

    meanwhile(embedded, hook)
    once(inside, embedded)
    assert embedded.names() == set(names)
    assert embedded.reason(policy) == "AccessDenied"
    message = embedded.condition(policy)["message"]
    assert "grant the verb list on" in message
    assert all(each in message for each in ("pods", "deployments.apps", "services"))


def test_a_right_that_is_missing_is_named(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Before anything is planned."""
    names = aged(embedded, 1)
    policy = embedded.policy(conditions=UNUSED, ttl=SOON)
    reviews = []

    def hook(request: Request) -> Fault | None:
        attributes = ((request.body or {}).get("spec") or {}).get("resourceAttributes") or {}
        if attributes.get("resource") == "pods":
            reviews.append(attributes)
            return Fault(status=201, body=b'{"status": {"allowed": false}}')
        return None

    meanwhile(embedded, hook)
    once(inside, embedded)
    assert embedded.names() == set(names)
    assert embedded.reason(policy) == "AccessDenied"
    assert "list" in embedded.condition(policy)["message"]
    assert "pods" in embedded.condition(policy)["message"]
    assert [(each["verb"], each["namespace"]) for each in reviews] == [("list", embedded.namespace)]


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.real)])
def untouched(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A stage on a cluster that no other test has touched: an object that one left there and cannot be read keeps everything."""
    if request.param == "embedded":
        yield request.getfixturevalue("embedded")
        return
    request.getfixturevalue("apiserver_binaries")
    with RealCluster(controller_manager=True) as cluster:
        install_crds(cluster)
        yield Stage(cluster, cluster.namespace(), cluster.namespace())


@pytest.mark.usefixtures("patient")
def test_what_anything_refers_to_stays(untouched: Stage, inside: Callable[..., Inside]) -> None:
    """On either cluster, whatever it serves: a Pod, a workload and an object of a kind that nobody has heard of."""
    stage = untouched
    own = stage.namespace.rpartition("-")[2]
    by_pod, by_account, owned, free = (stage.make(f"{own}-{number}") for number in range(4))
    pod(stage, "user", by_pod)
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "robot", "namespace": stage.namespace},
    }
    secret = stage.make(f"{own}-pull", kind="Secret")
    stage.cluster.create({**account, "imagePullSecrets": [{"name": secret}]})
    cron = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly", "namespace": stage.namespace},
        "spec": {
            "schedule": "0 0 1 1 *",
            "suspend": True,
            "jobTemplate": {"spec": {"template": {"spec": job_pod(by_account)}}},
        },
    }
    stage.cluster.create(cron)
    owner = stage.cluster.request("GET", stage.config_map(by_pod)).body["metadata"]
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": by_pod, "uid": owner["uid"]}
    stage.patch(stage.config_map(owned), {"metadata": {"ownerReferences": [reference]}})
    targets = [
        {"apiVersion": "v1", "kind": kind, "labelSelector": {"matchLabels": LABELS}} for kind in ("ConfigMap", "Secret")
    ]
    policy = stage.policy(targetResources=targets, conditions={"unreferenced": True}, ttl=SOON)
    unused = stage.make(f"{own}-unused", kind="Secret")
    time.sleep(2.1)
    controller = inside(stage)
    secrets = f"/api/v1/namespaces/{stage.namespace}/secrets"

    def gone() -> bool:
        return not stage.there(free) and stage.cluster.request("GET", f"{secrets}/{unused}").status == 404

    try:
        until(lambda: gone() or run_again(stage, policy), "what is free goes", RUNS)
    except AssertionError:
        pytest.fail(f"not gone by this: {json.dumps(stage.read(policy)['status'])}")
    until(lambda: stage.settled(policy), "the run ends")
    controller.stop()
    assert stage.names() == {by_pod, by_account, owned}
    assert stage.cluster.request("GET", f"{secrets}/{secret}").status == 200


def job_pod(uses: str) -> dict[str, Any]:
    """The spec of a Pod whose variables come from a ConfigMap."""
    container = {"name": "c", "image": "c", "envFrom": [{"configMapRef": {"name": uses}}]}
    return {"containers": [container], "restartPolicy": "Never"}


WIDGETS = custom_kind("acme.io", "widgets", "Widget")


@pytest.mark.usefixtures("patient")
def test_a_kind_without_rows_uses_whatever_it_may_name(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Also from another namespace; and where its objects cannot be listed, everything stays."""
    named, elsewhere, free = aged(embedded, 3)
    embedded.cluster.create(WIDGETS)
    other = embedded.cluster.namespace()
    for namespace, text in ((embedded.namespace, named), (other, f"{embedded.namespace}/{elsewhere}")):
        widget = {"apiVersion": "acme.io/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": namespace}}
        document = {**widget, "spec": {"deep": [{"in": text}]}}
        until(partial(_made, embedded, document), "the kind is served")
    policy = embedded.policy(conditions={"unreferenced": True}, ttl=SOON)
    meanwhile(embedded, lambda request: Fault(status=500) if request.path.endswith("/widgets") else None)
    once(inside, embedded)
    assert embedded.names() == {named, elsewhere, free}
    assert "Widget objects are not known" in embedded.condition(policy, "Degraded")["message"]
    meanwhile(embedded, lambda _: None)
    once(inside, embedded)
    assert embedded.names() == {named, elsewhere}


def _made(stage: EmbeddedStage, document: dict[str, Any]) -> bool:
    path = f"/apis/acme.io/v1/namespaces/{document['metadata']['namespace']}/widgets"
    return stage.cluster.request("POST", path, document).status == 201


def test_policies_of_one_beat_share_one_list_of_each_related_kind(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Whatever they ask of it; the kind that they look at is listed once more, for themselves."""
    other = embedded.cluster.namespace()
    pod(embedded, "user", "c-00")
    later = {"ttl": {"afterCreation": "1h"}, "evaluationInterval": "1h"}
    conditions = [{"unreferenced": True}, UNUSED, {"none": [{"unreferenced": True}]}]
    policies = [embedded.policy(conditions=conditions[number % 3], **later) for number in range(9)]
    everywhere = [{**TARGET, "namespaces": [embedded.namespace, other]}]
    wide = [
        embedded.policy(kind=CLUSTER, targetResources=everywhere, conditions=conditions[number % 3], **later)
        for number in range(4)
    ]
    listed: list[str] = []

    def note(request: Request) -> None:
        if request.method == "GET" and not request.path.startswith(("/openapi", "/apis/gc.kube-zen.io")):
            listed.append(request.path)

    meanwhile(embedded, note)
    controller = inside(embedded, once=True)
    controller.finish()
    assert all(embedded.reason(each) == "Evaluated" for each in policies)
    assert all(embedded.status(each, kind=CLUSTER).get("lastRun") for each in wide)
    counts = {path: listed.count(path) for path in listed if path.rpartition("/")[2] in {"pods", "deployments", "jobs"}}
    jobs = {
        f"/apis/batch/v1/namespaces/{each}/jobs": 1 for each in (embedded.namespace, other)
    }  # no Job names beyond its own
    assert counts == {"/api/v1/pods": 1, "/apis/apps/v1/deployments": 1, **jobs}


def test_a_list_that_fails_keeps_the_objects_of_all_that_share_it(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """And those of a policy that does not ask for this kind go."""
    (name,) = aged(embedded, 1)
    other = embedded.make("other", kind="Secret")
    unused = [embedded.policy(conditions=each, ttl=SOON) for each in ({"unreferenced": True}, UNUSED)]
    of_jobs = {"apiVersion": "batch/v1", "kind": "Job", "by": "owned", "are": "none"}
    target = [{"apiVersion": "v1", "kind": "Secret", "labelSelector": {"matchLabels": LABELS}}]
    free = embedded.policy(targetResources=target, conditions={"related": [of_jobs]}, ttl=SOON)
    time.sleep(2.1)
    meanwhile(embedded, lambda request: Fault(status=403) if request.path.endswith("/pods") else None)
    once(inside, embedded)
    embedded.server.faults = None
    assert embedded.names() == {name}
    for each in unused:
        assert embedded.status(each)["lastRun"]["kept"]["error"] == 1
        assert "Pod objects are not known" in embedded.condition(each, "Degraded")["message"]
    assert embedded.status(free)["resourcesDeleted"] == 1
    assert other

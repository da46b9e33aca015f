"""When runs happen: intervals, edits, failures that delay nobody, kinds that come later, a thousand policies at rest."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import itertools
import random
import signal
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.controllers import instant
from tests.cluster.controller.stage import AT_ONCE, LABELS, TARGET, by_controller, until
from tests.harness.definitions import custom_resource_definition
from zen_gc_core.controller.runs import members, policy_run, stalling, sweeping
from zen_gc_core.controller.runs.policy_run import PolicyRun
from zen_gc_core.controller.runs.unreached import unreached
from zen_gc_core.engine.planning import tally_of
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside, Replica
    from tests.cluster.controller.stage import EmbeddedStage, Stage
    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.tallying import Tally
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import Target

_AFTER_ALL_NAMES = "~"
WIDGETS = custom_resource_definition("pace.example.com", "Widget", "v1")


def test_a_policy_runs_at_its_own_interval_or_the_controllers(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Whoever says nothing keeps the pace of ``--gc-interval``."""
    embedded.policy("quick", evaluationInterval="1s", targetResources=[{**TARGET, "kind": "Secret"}])
    embedded.policy("usual")
    embedded.policy("slow", evaluationInterval="1h", targetResources=[{**TARGET, "kind": "Pod"}])
    controller = inside(embedded, gc_interval=dt.timedelta(seconds=3))
    controller.await_record("evaluation finished", 3, policy="usual")
    counted = {name: len(controller.records("evaluation finished", policy=name)) for name in ("quick", "usual", "slow")}
    assert counted["quick"] >= 5
    assert counted["usual"] == 3
    assert counted["slow"] == 1


def test_an_edit_runs_at_once(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Not at the next interval."""
    policy = stage.policy(evaluationInterval="1h", ttl={"afterCreation": "1h"})
    name = stage.make()
    controller = inside(stage)
    controller.await_record("evaluation finished", policy=policy)
    stage.edit(policy, {"ttl": {"afterCreation": None, **AT_ONCE}})
    until(lambda: not stage.there(name))
    until(lambda: stage.status(policy)["observedGeneration"] == 2)


def test_a_policy_made_anew_runs_at_once(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Also while a run of the old one is under way, which then says nothing about the new one."""
    embedded.make_many(30)
    policy = embedded.policy(evaluationInterval="1h", behavior={"maxDeletionsPerSecond": 10})
    controller = inside(embedded)
    controller.await_record("resource deleted", 2)
    embedded.delete(embedded.path(policy))
    embedded.policy(policy, evaluationInterval="1h")
    until(lambda: not embedded.names())
    until(lambda: embedded.status(policy).get("phase") == "Active")
    assert embedded.status(policy)["totalDeleted"] < 30


def test_a_slow_policy_delays_nobody(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Its deletes hang, its lists fail; the others keep their pace."""
    slow, failing = embedded.cluster.namespace(), embedded.cluster.namespace()
    embedded.policy("slow", namespace=slow)
    embedded.policy("failing", namespace=failing, targetResources=[{**TARGET, "kind": "Secret"}])
    embedded.policy("steady")
    for number in range(12):
        item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"x-{number}", "namespace": slow}}
        embedded.cluster.create({**item, "metadata": {**item["metadata"], "labels": LABELS}})  # type: ignore[dict-item]  # a mapping

    def trouble(request: Request) -> Fault | None:
        if request.method == "DELETE" and f"/{slow}/" in request.path:
            return Fault(delay=20.0)
        return Fault(status=500) if request.path.endswith("/secrets") else None

    embedded.server.faults = trouble
    controller = inside(embedded)
    controller.await_record("evaluation failed", 2, policy="failing", reason="ListIncomplete")
    before = len(controller.records("evaluation finished", policy="steady"))
    controller.await_record("evaluation finished", before + 3, policy="steady")
    records = controller.records("evaluation finished", policy="steady")[before:]
    assert max(record["duration"] for record in records) < 5
    name = embedded.make()
    until(lambda: not embedded.there(name))
    assert not controller.records("evaluation finished", policy="slow")


def test_nothing_falls_out_of_the_schedule(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Whatever fails, for however long: when it is over, every policy does its work."""
    chance = random.Random(7)
    faults = [
        Fault(status=500),
        Fault(reset=True),
        Fault(status=404),
        Fault(status=403),
        Fault(status=200, body=b"[]"),
        Fault(truncate=10),
        Fault(status=401),
    ]
    namespaces = [embedded.namespace, *(embedded.cluster.namespace() for _ in range(7))]
    for namespace in namespaces:
        embedded.policy("p", namespace=namespace)
    controller = inside(embedded)
    until(lambda: len({each["namespace"] for each in controller.records("evaluation finished")}) == 8)
    embedded.server.faults = lambda each: (
        chance.choice(faults) if by_controller(each) and chance.random() < 0.5 else None
    )
    time.sleep(5)
    embedded.server.faults = None
    for namespace in namespaces:
        embedded.cluster.create(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "x", "namespace": namespace, "labels": LABELS},
            }
        )
    for namespace in namespaces:
        path = embedded.config_map("x", namespace)
        until(lambda path=path: embedded.cluster.request("GET", path).status == 404)  # type: ignore[misc]  # binds the path
    assert not controller.records("uncaught exception")


def test_a_kind_that_comes_later_is_picked_up(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Until then the policy says that it is not there; it is never taken for empty."""
    policy = stage.policy(targetResources=[{"apiVersion": "pace.example.com/v1", "kind": "Widget"}])
    inside(stage)
    until(lambda: stage.reason(policy) == "TargetUnavailable")
    assert "resourcesMatched" not in stage.status(policy)
    stage.cluster.create(WIDGETS)
    try:
        stage.make("one", kind="Widget", api_version="pace.example.com/v1")
        until(lambda: stage.status(policy).get("totalDeleted") == 1)
        assert stage.status(policy)["phase"] == "Active"
    finally:
        stage.delete("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.pace.example.com")


def test_a_run_that_has_ended_waits_for_no_collection_of_garbage(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Thousands of them would: the collector walks over everything less and less often, the more there is."""
    embedded.policy(evaluationInterval="1s", behavior={"maxDeletionsPerSecond": 100})
    embedded.make_many(3)
    gc.collect()
    gc.disable()
    try:
        controller = inside(embedded, gc_interval=dt.timedelta(seconds=1))
        controller.await_record("evaluation finished", 4)
        until(lambda: sum(type(each) is PolicyRun for each in gc.get_objects()) < 2, "at most one is under way", 20)
    finally:
        gc.enable()


def seed_policies(stage: EmbeddedStage, count: int) -> None:
    """Put policies on ConfigMaps into 20 namespaces."""
    spec = {"targetResources": [TARGET], "ttl": {"afterCreation": "1h"}}
    stage.server.seed(
        {
            "apiVersion": API_VERSION,
            "kind": NAMESPACED,
            "metadata": {"name": f"policy-{number:04}", "namespace": f"space-{number % 20}", "generation": 1},
            "spec": spec,
        }
        for number in range(count)
    )


def passes_of(stage: EmbeddedStage, plural: str = "configmaps") -> int:
    """How often the controller has passed over a resource since its requests were forgotten.

    A pass for policies of a few namespaces lists these, one after the other by their names: that is one pass.
    """
    passes, last = 0, ""
    for each in stage.server.requests:
        lists = by_controller(each) and each.method == "GET" and each.path.endswith(f"/{plural}")
        if not lists or "watch" in each.query or "continue" in each.query:
            continue
        namespace = each.path.split("/")[-2] if "/namespaces/" in each.path else ""
        passes += not last < namespace
        last = namespace or _AFTER_ALL_NAMES
    return passes


def most_beats(seconds: float, interval: float) -> float:
    """How many beats there may be in a time, one included that had come before it and waited for its turn: never two do."""
    return seconds / interval + 2


def behind_a_pass(stage: EmbeddedStage) -> float:
    """Forget the requests so far when a pass has just begun; and say when that was."""
    before = passes_of(stage)
    until(lambda: passes_of(stage) > before, "a beat")
    stage.server.requests.clear()
    return time.monotonic()


def test_a_thousand_policies_at_rest_cost_one_list_an_interval(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Besides the watches, which are opened anew once a minute, nothing is asked."""
    seed_policies(embedded, 1000)
    controller = inside(embedded, gc_interval=dt.timedelta(seconds=6))
    evaluated = "evaluation finished"
    until(lambda: controller.text().count(evaluated) >= 2000, patience=300)
    until(lambda: len(embedded.server.objects("events", None)) >= 1000, "an event of each is told", patience=300)
    began = time.monotonic()
    embedded.server.requests.clear()
    before = controller.text().count(evaluated)
    until(lambda: controller.text().count(evaluated) >= before + 2000, patience=300)
    spent = time.monotonic() - began
    requests = [each for each in embedded.server.requests if by_controller(each) and "watch" not in each.query]
    assert passes_of(embedded) <= most_beats(spent, 6)
    others = [each.path for each in requests if not each.path.endswith("/configmaps")]
    assert [path for path in others if not path.endswith("/zen-gc-pause")] == []
    assert len(others) <= most_beats(spent, 6), "the kill switch is looked at once a beat"


def test_lists_never_exceed_the_beats_on_a_machine_that_has_no_time(
    embedded: EmbeddedStage, replica: Callable[..., Replica]
) -> None:
    """The controller is stopped for most of the time, in slices; then its policies are edited, each for one list more."""
    seed_policies(embedded, 300)
    controller = replica(embedded, "--gc-interval=3s", "--log-level=info").awake()
    evaluated = "evaluation finished"
    until(lambda: controller.text().count(evaluated) >= 300, patience=300)
    with throttled(controller):
        before = controller.text().count(evaluated)
        until(lambda: controller.text().count(evaluated) >= before + 300, "all run at their pace", 300)
        began = behind_a_pass(embedded)
        before = controller.text().count(evaluated)
        until(lambda: controller.text().count(evaluated) >= before + 1200, "nobody fell out", 300)
        assert passes_of(embedded) <= most_beats(time.monotonic() - began, 3)
        began = behind_a_pass(embedded)
        for number in range(10):
            name, namespace = f"policy-{number:04}", f"space-{number % 20}"
            embedded.edit(name, {"ttl": {"afterCreation": "2h"}}, namespace=namespace)
        edited = "policy-0009"
        until(lambda: embedded.status(edited, namespace="space-9").get("observedGeneration") == 2, patience=300)
        before = controller.text().count(evaluated)
        until(lambda: controller.text().count(evaluated) >= before + 600, "edits lead back to the beat", 300)
        assert passes_of(embedded) <= most_beats(time.monotonic() - began, 3) + 10


@contextlib.contextmanager
def throttled(controller: Replica) -> Iterator[None]:
    """Let a process have a fifth of the time while this holds, in slices of odd lengths."""
    over = threading.Event()
    chance = random.Random(11)

    def slices() -> None:
        while not over.wait(0.02 + 0.1 * chance.random()):
            controller.send(signal.SIGSTOP)
            over.wait(0.1 + 0.4 * chance.random())
            controller.send(signal.SIGCONT)

    thread = threading.Thread(target=slices, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_short_interval_costs_its_own_namespace_alone(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Between two beats of the others, the quick one's namespace is listed and nothing else."""
    elsewhere = [embedded.namespace, embedded.cluster.namespace()]
    embedded.policy("usual", kind=CLUSTER, targetResources=[{**TARGET, "namespaces": elsewhere}])
    embedded.policy("quick", evaluationInterval="1s")
    controller = inside(embedded, gc_interval=dt.timedelta(hours=1))
    controller.await_record("evaluation finished", policy="usual")
    controller.await_record("evaluation finished", 2, policy="quick")
    embedded.server.requests.clear()
    controller.await_record("evaluation finished", 5, policy="quick")
    paths = {each.path for each in embedded.server.requests if each.path.endswith("/configmaps")}
    assert paths == {f"/api/v1/namespaces/{embedded.namespace}/configmaps"}


def test_hung_lists_delay_the_others_by_two_timeouts_at_most(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With three that hang and two slots; after that, they back off and the others have room."""
    monkeypatch.setattr(stalling, "STALL_SECONDS", 4.0)
    for number, kind in enumerate(("Secret", "Service", "ServiceAccount")):
        embedded.policy(f"hung-{number}", targetResources=[{**TARGET, "kind": kind}])
    embedded.policy("steady")
    hung = ("/secrets", "/services", "/serviceaccounts")
    embedded.server.faults = lambda each: Fault(delay=300.0) if each.path.endswith(hung) else None
    controller = inside(embedded, max_concurrent_sweeps=2)
    controller.await_record("evaluation failed", reason="ListIncomplete")
    controller.await_record("evaluation finished", 12, policy="steady")
    at = [instant(each) for each in controller.records("evaluation finished", policy="steady")]
    failed = [instant(each) for each in controller.records("evaluation failed")]
    assert max((later - sooner).total_seconds() for sooner, later in itertools.pairwise(at)) < 2 * 4.0 + 5.0
    assert len(failed) >= 3


def test_the_slowest_rate_holds_nobody_up_and_is_kept(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Thirty policies of one namespace at one write a minute: runs end, the next go on, others have room meanwhile."""
    greedy = embedded.cluster.namespace()
    for number in range(30):
        embedded.policy(f"slow-{number}", namespace=greedy, behavior={"maxDeletionsPerSecond": 0.016})
    for number in range(60):
        metadata = {"name": f"x-{number}", "namespace": greedy, "labels": LABELS}
        embedded.cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    embedded.policy("steady")
    controller = inside(embedded, gc_interval=dt.timedelta(seconds=2))
    for _ in range(3):
        name = embedded.make()
        until(lambda name=name: not embedded.there(name))  # type: ignore[misc]  # binds the name
    for last in ("slow-0", "slow-29"):
        controller.await_record("evaluation finished", 2, policy=last)
    deleted = Counter(each["policy"] for each in controller.records("resource deleted", namespace=greedy))
    assert max(deleted.values()) <= 1 + (time.monotonic() - controller.began) / 60


@pytest.mark.parametrize("change", ["delete", "pause", "edit"])
def test_a_run_that_waits_looks_at_its_policy(
    embedded: EmbeddedStage, inside: Callable[..., Inside], change: str
) -> None:
    """It ends long before its rate lets the next write leave, and holds its place no longer."""
    embedded.make_many(5)
    policy = embedded.policy(evaluationInterval="1h", behavior={"maxDeletionsPerSecond": 0.016})
    controller = inside(embedded)
    controller.await_record("resource deleted")
    began = time.monotonic()
    if change == "delete":
        embedded.delete(embedded.path(policy))
    else:
        embedded.edit(policy, {"paused": True} if change == "pause" else {"behavior": {"dryRun": True}})
    controller.await_record("evaluation finished")
    if change != "delete":
        until(lambda: embedded.status(policy).get("observedGeneration") == 2)
    assert time.monotonic() - began < 30
    assert len(controller.records("resource deleted")) == 1


def test_a_policy_acts_also_when_its_pass_takes_longer_than_its_interval(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Each run would end, by the time that it has a plan."""

    def slow(request: Request) -> Fault | None:
        listed = request.method == "GET" and request.path.endswith("/configmaps") and by_controller(request)
        return Fault(delay=1.5) if listed else None

    embedded.server.faults = slow
    embedded.make_many(3)
    embedded.policy(evaluationInterval="1s")
    controller = inside(embedded)
    until(lambda: len(controller.records("evaluation finished")) >= 2)
    assert not embedded.names()


def test_a_fault_of_the_program_before_a_pass_is_told_in_the_status(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its name, and once a run in the log; the policy runs again."""
    names = embedded.make_many(2)
    faults = [OSError(22, "Invalid argument")] * 2

    def broken(*given: Any, **more: Any) -> Any:
        if faults:
            raise faults.pop()
        return unreached(*given, **more)

    monkeypatch.setattr(policy_run, "unreached", broken)
    policy = embedded.policy()
    controller = inside(embedded)
    until(lambda: "the run was ended by a OSError" in str(embedded.condition(policy).get("message")))
    assert embedded.reason(policy) == "UnexpectedError"
    assert len(embedded.names()) == len(names)
    until(lambda: not embedded.names(), "it runs again")
    assert len(controller.records("unexpected error")) == 2


def test_a_policy_that_takes_all_the_time_leaves_the_sweep(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told so and takes nothing; the others on the same list, those of its namespace too, do their work."""
    clock = [0.0]

    def costly_tally(case: Case, targets: Sequence[Target]) -> Tally:
        tally = tally_of(case, targets)
        kind = type(tally)

        def slow(self: Tally, candidate: Candidate) -> None:
            clock[0] += 4.0 if case.compiled.policy.reference.name == "costly" else 0.001
            kind.offer(self, candidate)

        tally.__class__ = type(
            "Costly", (kind,), {"__slots__": (), "offer": slow}
        )  # it has slots: nothing can be set on it
        return tally

    monkeypatch.setattr(members, "tally_of", costly_tally)
    monkeypatch.setattr(members, "thread_time", lambda: clock[0])
    monkeypatch.setattr(sweeping, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(sweeping, "thread_time", lambda: clock[0])
    names = embedded.make_many(10)
    embedded.policy("costly", evaluationInterval="1h")
    other = embedded.policy(ttl={"afterCreation": "1h"})
    controller = inside(embedded)
    until(lambda: "too expensive" in str(embedded.condition("costly").get("message")), "it is told")
    before = len(controller.records("evaluation finished", policy=other))
    controller.await_record("evaluation finished", before + 2, policy=other)
    assert embedded.status(other)["resourcesMatched"] == 10
    assert not controller.records("evaluation finished", policy="costly")
    assert embedded.names() == set(names)

"""On a cluster: a plan over files is the plan over the cluster and what a run does, and no fault makes a run do more."""

from __future__ import annotations

import datetime as dt
import io
import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st
from zen_gc_embedded import Fault

from tests.cluster.controller.controllers import Inside
from tests.cluster.controller.stage import EmbeddedStage, by_controller
from tests.golden.running import zen_gc
from tests.harness.crds import install_crds
from tests.harness.definitions import custom_resource_definition
from tests.harness.embedded import InProcessCluster
from tests.proof.properties import SAME_EXAMPLES
from tests.proof.properties.objects import inventories
from tests.proof.properties.planning import due, planned
from tests.proof.properties.policies import kinds_of, plain_or_not
from zen_gc_core.controller.process import logs
from zen_gc_core.instants import format_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_embedded.faults import FaultHook, Request

NAMESPACES = ("team", "shop")
RESOURCES = ("configmaps", "jobs.batch", "pods", "runs.acme.io")
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@dataclass(frozen=True)
class Situation:
    """A policy and objects, at an instant that is about now."""

    now: dt.datetime
    policy: dict[str, Any]
    objects: list[dict[str, Any]]


def _situation(data: st.DataObject, **options: Any) -> Situation:
    """One in which something is due, breaker aside."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    policy = data.draw(plain_or_not(**options))
    objects = data.draw(inventories(now, kinds=kinds_of(policy), namespaces=NAMESPACES, served=True))
    assume(due(planned(policy, objects, now)))
    return Situation(now, policy, objects)


@contextmanager
def _staged(situation: Situation) -> Iterator[EmbeddedStage]:
    """A cluster with the objects and the policy."""
    with InProcessCluster() as cluster:
        install_crds(cluster)
        schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
        cluster.create(custom_resource_definition("acme.io", "Run", "v1", schema=schema))
        cluster.server.seed(situation.objects)
        cluster.create(situation.policy)
        yield EmbeddedStage(cluster, NAMESPACES[0], "home")


def _there(stage: EmbeddedStage) -> dict[str, dict[str, Any]]:
    """The objects that are there and not on their way out, by uid."""
    return {
        thing["metadata"]["uid"]: thing
        for resource in RESOURCES
        for thing in stage.server.objects(resource)
        if "deletionTimestamp" not in thing["metadata"]
    }


def _run_once(stage: EmbeddedStage) -> str:
    """Let a controller make one run of each policy; its log."""
    written = io.StringIO()
    with logs.configure("info", "json", written):
        inside = Inside(stage, written, once=True)
        try:
            inside.finish()
        finally:
            inside.stop()
    return written.getvalue()


def _shown(situation: Situation, stage: EmbeddedStage, *, live: bool) -> dict[str, Any]:
    """What the command says of the policy: over the cluster, or over files that hold all that is there."""
    with tempfile.TemporaryDirectory() as name:
        policy, dump = Path(name, "policy.json"), Path(name, "dump.json")
        policy.write_text(json.dumps(situation.policy), encoding="utf-8")
        items = [thing for kind in ("namespaces", *RESOURCES) for thing in stage.server.objects(kind)]
        dump.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}), encoding="utf-8")
        over: list[str | Path] = (
            ["--live", "--kubeconfig", stage.cluster.kubeconfig_path] if live else ["-f", dump, "--assume-complete"]
        )
        ran = zen_gc("plan", "-f", policy, *over, "--now", format_instant(situation.now), "-o", "json")
    assert ran.code == 0, ran.err
    (found,) = json.loads(ran.out)["policies"]
    shown: dict[str, Any] = found
    return shown


def _said(plan: dict[str, Any]) -> dict[tuple[str, str, str], tuple[str, str]]:
    return {
        (each["kind"], each["namespace"], each["name"]): (each["verdict"], each["because"])
        for each in plan["decisions"]
    }


@settings(max_examples=10, derandomize=SAME_EXAMPLES, suppress_health_check=SLOW)
@given(st.data())
def test_a_plan_over_files_is_the_plan_over_the_cluster_and_what_a_run_does(data: st.DataObject) -> None:
    """Verdict and reason of every object; what is asked to go, and what has gone."""
    situation = _situation(data, breaker=data.draw(st.sampled_from([False, False, False, True])))
    with _staged(situation) as stage:
        offline, live = (_shown(situation, stage, live=live) for live in (False, True))
        assert _said(offline) == _said(live)
        assert offline.get("tripped") == live.get("tripped")
        before = _there(stage)
        log = _run_once(stage)
        after = _there(stage)
        sent = {each.path for each in stage.sent("DELETE") if by_controller(each) and each.status in {200, 202}}
        acts = {place for place, (verdict, _) in _said(offline).items() if verdict == "act"}
        note(log)
        if offline.get("tripped"):
            acts = set()
            assert not [each for each in stage.sent("DELETE") if by_controller(each)]
        wanted = {
            stage.cluster.path_of(thing): uid
            for uid, thing in before.items()
            if (thing["kind"], thing["metadata"]["namespace"], thing["metadata"]["name"]) in acts
        }
        assert len(wanted) == len(acts)
        assert sent <= set(wanted)
        assert not set(wanted.values()) & set(after)
        gone_along = _below(before, set(wanted.values()))
        assert set(before) - set(after) <= set(wanted.values()) | gone_along


def _below(objects: dict[str, dict[str, Any]], owners: set[str]) -> set[str]:
    """The uids of what some objects own, directly or not."""
    found: set[str] = set()
    reached = owners
    while reached:
        reached = {
            uid
            for uid, thing in objects.items()
            for owner in thing["metadata"].get("ownerReferences", [])
            if owner["uid"] in reached
        } - found
        found |= reached
    return found


def _collection(request: Request) -> bool:
    return request.method == "GET" and request.path.rpartition("/")[2] in {"configmaps", "jobs", "pods", "runs"}


def _one(request: Request) -> bool:
    return request.method == "GET" and request.path.rpartition("/")[2].startswith(("tmp-", "keep-"))


def _namespaces(request: Request) -> bool:
    return request.method == "GET" and "/api/v1/namespaces" in request.path and request.path.count("/") <= 4


def _policy(request: Request) -> bool:
    return request.method == "GET" and request.path.endswith("/tidy")


def _delete(request: Request) -> bool:
    return request.method == "DELETE"


FAULTS: dict[str, tuple[Callable[[Request], bool], Fault]] = {
    "a list fails": (_collection, Fault(status=500)),
    "a list is forbidden": (_collection, Fault(status=403)),
    "a list breaks off": (_collection, Fault(truncate=60)),
    "a list has expired": (_collection, Fault(status=410)),
    "a list is a page of a proxy": (_collection, Fault(body=b"<html></html>", content_type="text/html")),
    "a list is reset": (_collection, Fault(reset=True)),
    "an object cannot be found": (_one, Fault(status=404)),
    "an object cannot be read": (_one, Fault(status=500)),
    "an object breaks off": (_one, Fault(truncate=30)),
    "namespaces cannot be read": (_namespaces, Fault(status=500)),
    "namespaces are forbidden": (_namespaces, Fault(status=403)),
    "the policy cannot be found": (_policy, Fault(status=404)),
    "the policy cannot be read": (_policy, Fault(status=503)),
    "a delete conflicts": (_delete, Fault(status=409)),
    "a delete fails": (_delete, Fault(status=500)),
    "a delete fails, and was done": (_delete, Fault(status=500, after=True)),
    "a delete is reset": (_delete, Fault(reset=True)),
    "a delete is reset, and was done": (_delete, Fault(reset=True, after=True)),
    "a delete is throttled": (_delete, Fault(status=429, retry_after=1)),
    "a delete is forbidden": (_delete, Fault(status=403)),
}


def _at(strikes: Callable[[Request], bool], fault: Fault, first: int, count: int) -> FaultHook:
    """A fault of the controller's requests of a sort: of so many of them, from one on."""
    met = 0

    def hook(request: Request) -> Fault | None:
        nonlocal met
        if not by_controller(request) or not strikes(request):
            return None
        met += 1
        return fault if first < met <= first + count else None

    return hook


@settings(max_examples=10, derandomize=SAME_EXAMPLES, suppress_health_check=SLOW)
@given(st.data())
def test_what_goes_under_a_fault_is_part_of_what_goes_without(data: st.DataObject) -> None:
    """Whatever the fault strikes, once or for good."""
    situation = _situation(data)
    name = data.draw(st.sampled_from(sorted(FAULTS)), label="fault")
    forever = data.draw(st.booleans()) and "throttled" not in name
    first = data.draw(st.integers(0, 2), label="after so many requests")
    gone = []
    for hook in (None, _at(*FAULTS[name], first, 10_000 if forever else 1)):
        with _staged(situation) as stage:
            before = set(_there(stage))
            stage.server.faults = hook
            log = _run_once(stage)
            stage.server.faults = None
            gone.append(before - set(_there(stage)))
            note(log)
    without, under = gone
    assert without
    assert under <= without

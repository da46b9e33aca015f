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
from tests.harness.embedded import InProcessCluster
from tests.proof.properties import SAME_EXAMPLES
from tests.proof.properties.actions import REMOVE, told, unmarked, way
from tests.proof.properties.actions import after as acted
from tests.proof.properties.calendars import acts_today
from tests.proof.properties.objects import HELD, RUN, hours_ago, inventories
from tests.proof.properties.planning import due, planned
from tests.proof.properties.policies import kinds_of, plain_or_not
from zen_gc_core.controller.process import logs
from zen_gc_core.instants import format_instant
from zen_gc_core.model.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_embedded.faults import FaultHook, Request

    from tests.proof.properties.planning import Place
    from zen_gc_core.model.plan import Plan

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
    policy = data.draw(plain_or_not(now=now, **options))
    # A policy that has been looked after until now: marks of yesterday count, on a slow machine, too.
    if "schedule" not in policy["spec"]:
        policy["spec"]["evaluationInterval"] = "1h"
    policy["status"] = {"heldFrom": hours_ago(now, 99), "lastCompletePass": format_instant(now)}
    objects = data.draw(inventories(now, kinds=kinds_of(policy), namespaces=NAMESPACES, served=True))
    situation = Situation(now, policy, objects)
    assume(due(_plan(situation)))
    return situation


@contextmanager
def _staged(situation: Situation) -> Iterator[EmbeddedStage]:
    """A cluster with the objects and the policy."""
    with InProcessCluster() as cluster:
        install_crds(cluster)
        cluster.create(RUN)
        cluster.server.seed([each for each in situation.objects if each["kind"] != RUN["kind"]])
        cluster.server.seed([situation.policy])
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
        kinds = ("namespaces", "customresourcedefinitions", *RESOURCES)
        items = [thing for kind in kinds for thing in stage.server.objects(kind)]
        dump.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}), encoding="utf-8")
        over: list[str | Path] = (
            ["--live", "--kubeconfig", stage.cluster.kubeconfig_path] if live else ["-f", dump, "--assume-complete"]
        )
        ran = zen_gc("plan", "-f", policy, *over, "--all", "--now", format_instant(situation.now), "-o", "json")
    assert ran.code == 0, ran.err
    (found,) = json.loads(ran.out)["policies"]
    shown: dict[str, Any] = found
    return shown


def _said(plan: dict[str, Any]) -> dict[Place, tuple[str, str]]:
    return {
        (each["kind"], each["namespace"], each["name"]): (each["verdict"], each["because"])
        for each in plan["decisions"]
    }


@settings(max_examples=20, derandomize=SAME_EXAMPLES, suppress_health_check=SLOW)
@given(st.data())
def test_a_plan_over_files_is_the_plan_over_the_cluster_and_what_a_run_does(data: st.DataObject) -> None:
    """Verdict and reason of every object; what has gone; and how all the others are, changed or not."""
    situation = _situation(data, breaker=data.draw(st.sampled_from([False, False, False, True])))
    policy = situation.policy
    with _staged(situation) as stage:
        offline, live = (_shown(situation, stage, live=live) for live in (False, True))
        differ = set(_said(offline).items()) ^ set(_said(live).items())
        assert not differ, differ
        assert offline.get("tripped") == live.get("tripped")
        assert offline.get("calendar", {}).get("actsNow", True) == acts_today(policy["spec"])
        before = _there(stage)
        note(_run_once(stage))
        after = _there(stage)
        wanted = {uid: _wanted(policy, offline, thing) for uid, thing in before.items()}
        goes = {uid for uid, state in wanted.items() if state is None}
        assert not goes & set(after)
        assert set(before) - set(after) <= goes | _below(before, goes)
        sent = {each.path for each in stage.sent("DELETE") if by_controller(each) and each.status in {200, 202}}
        paths = {uid: stage.cluster.path_of(thing) for uid, thing in before.items()}
        assert sent & set(paths.values()) <= {paths[uid] for uid in goes}
        for uid, thing in after.items():
            assert not _differs(told(thing), wanted[uid]), (thing, wanted[uid])
        if "recycle" in policy["spec"]["behavior"]:
            copies = {each["metadata"]["name"].removeprefix("r-") for each in stage.server.objects("recycledobjects")}
            # What the server took away along with its owner before its own turn came was not deleted by the policy.
            assert goes - _below(before, goes) <= copies <= goes


def _wanted(policy: dict[str, Any], plan: dict[str, Any], thing: dict[str, Any]) -> dict[str, Any] | None:
    """How an object must be after the run of a plan; None: gone."""
    key = (thing["kind"], thing["metadata"]["namespace"], thing["metadata"]["name"])
    verdict, because = _said(plan).get(key, ("", ""))
    if not acts_today(policy["spec"]):
        return told(thing)
    if because.endswith("will be unmarked"):
        return unmarked(policy, thing)
    if verdict != Verdict.ACT or plan["tripped"]:
        return told(thing)
    if because.startswith("will be marked"):
        seen = told(thing)
        seen["annotations"][HELD] = ANY
        return seen
    return acted(policy, thing)


ANY = object()
"""Whatever it says."""


def _differs(seen: dict[str, Any], wanted: dict[str, Any] | None) -> bool:
    if wanted is not None and wanted["annotations"].get(HELD) is ANY and HELD in seen["annotations"]:
        wanted["annotations"][HELD] = seen["annotations"][HELD]
    return seen != wanted


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
    return request.method == "GET" and _ours(request)


def _namespaces(request: Request) -> bool:
    return request.method == "GET" and "/api/v1/namespaces" in request.path and request.path.count("/") <= 4


def _policy(request: Request) -> bool:
    return request.method == "GET" and request.path.endswith("/tidy")


def _write(request: Request) -> bool:
    return (request.method in {"DELETE", "PATCH"} and _ours(request)) or request.path.endswith("/eviction")


def _ours(request: Request) -> bool:
    return request.path.rpartition("/")[2].startswith(("tmp-", "keep-"))


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
    "a write conflicts": (_write, Fault(status=409)),
    "a write fails": (_write, Fault(status=500)),
    "a write fails, and was done": (_write, Fault(status=500, after=True)),
    "a write is reset": (_write, Fault(reset=True)),
    "a write is reset, and was done": (_write, Fault(reset=True, after=True)),
    "a write is throttled": (_write, Fault(status=429, retry_after=1)),
    "a write is forbidden": (_write, Fault(status=403)),
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
    """Whatever the fault strikes, once or for good. A mark that is taken away because nobody can tell is no act."""
    situation = _situation(data)
    policy = situation.policy
    assume(acts_today(policy["spec"]) and way(policy) != "notify")
    assume(any(each.verdict is Verdict.ACT and not each.begins for each in _plan(situation).decisions))
    name = data.draw(st.sampled_from(sorted(FAULTS)), label="fault")
    forever = data.draw(st.booleans()) and "throttled" not in name
    first = data.draw(st.integers(0, 2), label="after so many requests")
    done = []
    for hook in (None, _at(*FAULTS[name], first, 10_000 if forever else 1)):
        with _staged(situation) as stage:
            before = _there(stage)
            stage.server.faults = hook
            log = _run_once(stage)
            stage.server.faults = None
            after = _there(stage)
            done.append({uid for uid, thing in before.items() if _done(policy, thing, after.get(uid))})
            note(log)
    without, under = done
    assert without
    assert under <= without


def _plan(situation: Situation) -> Plan:
    return planned(situation.policy, situation.objects, situation.now)


def _done(policy: dict[str, Any], before: dict[str, Any], after: dict[str, Any] | None) -> bool:
    """Whether an object is as the policy leaves it, and was not before."""
    if after is None:
        return True
    return told(after) != told(before) and way(policy) not in REMOVE and told(after) == acted(policy, before)

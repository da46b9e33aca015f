"""``behavior.recycle`` on clusters: without a copy nothing goes, and nothing that is not to stay stays in the bin."""

from __future__ import annotations

import json
import random
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import orjson
import pytest
import yaml
from zen_gc_embedded import Fault

from tests.cluster.controller.churn import witness
from tests.cluster.controller.controllers import let_leaders_fall
from tests.cluster.controller.stage import MERGE, SELECTOR, EmbeddedStage, by_controller, until
from tests.cluster.controller.test_rights_of_actions import with_rights
from tests.harness.crds import CRDS
from zen_gc_core.cluster.recycle_bin import RecycleBin
from zen_gc_core.model.recycled import MOST_BYTES, MOST_COPIES, UNTIL, Copy, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside, Replica
    from tests.cluster.controller.stage import Stage
    from tests.harness.embedded import InProcessCluster

WEEK: Final = timedelta(days=7)
RECYCLE = {"recycle": {"keepFor": "7d"}}


def bin_path(stage: Stage, name: str = "") -> str:
    """Where the copies are, or one of them."""
    return f"/apis/gc.kube-zen.io/v1alpha1/namespaces/{stage.namespace}/recycledobjects/{name}".rstrip("/")


def copies(stage: Stage) -> list[dict[str, Any]]:
    """The copies in the namespace."""
    answer = stage.cluster.request("GET", bin_path(stage))
    assert answer.status == 200, answer.text
    return list(answer.body["items"])


def test_a_config_map_is_copied_before_it_goes(stage: Stage, inside: Callable[..., Inside]) -> None:
    """As it was read, whole, under its uid, and with nothing of its labels."""
    name = stage.make(data={"a": "1", "text": 'with "quotes", \\ and\nlines'})
    before = stage.cluster.request("GET", stage.config_map(name)).body
    policy = stage.policy(behavior=RECYCLE)
    controller = inside(stage)
    until(lambda: not stage.there(name))
    (copy,) = copies(stage)
    assert copy["metadata"]["name"] == f"r-{before['metadata']['uid']}"
    assert not copy["metadata"].get("labels")
    before["metadata"].pop("managedFields", None)
    assert json.loads(copy["spec"]["object"]) == before
    assert (copy["spec"]["kind"], copy["spec"]["name"]) == ("ConfigMap", name)
    assert copy["spec"]["policy"] == f"{stage.namespace}/{policy}"
    record = controller.await_record("resource recycled", resource_name=name)
    assert record["attempt_id"] == copy["spec"]["attemptId"]
    status = until(lambda: (found := stage.settled(policy)).get("lastRun", {}).get("recycled") is not None and found)
    assert status["lastRun"]["notRecycled"] == 0


def test_a_copy_goes_when_its_time_is_over_and_not_before(stage: Stage, inside: Callable[..., Inside]) -> None:
    """By itself, told as what it is; the one whose time is yet to come stays."""
    soon = copy_of(stage, stage.make("soon"), keep_for=timedelta(seconds=5))
    late = copy_of(stage, stage.make("late"))
    for document in (soon, late):
        stage.cluster.create(document)
    controller = inside(stage)
    until(lambda: len(copies(stage)) == 1)
    assert copies(stage)[0]["spec"]["name"] == "late"
    record = controller.await_record("copy expired", resource_name=soon["metadata"]["name"])
    assert record["outcome"] == "expired"
    assert record["timestamp"] >= soon["spec"]["expiresAt"][:19]
    assert controller.await_record("expiring copy")["attempt_id"] == record["attempt_id"]
    assert controller.scrape().total("gc_recycled_copies_total", result="expired") == 1


def copy_writes(request: Request) -> bool:
    """Whether a request writes a copy."""
    return request.method in {"POST", "PUT"} and "/recycledobjects" in request.path


def uid_of(stage: Stage, name: str) -> str:
    """The uid of a ConfigMap."""
    return str(stage.cluster.request("GET", stage.config_map(name)).body["metadata"]["uid"])


def check_wire(stage: EmbeddedStage, uids: dict[str, str]) -> int:
    """Every DELETE of a ConfigMap has, before it, a 2xx answer to the write of its copy; how many there were."""
    copied: set[str] = set()
    deletes = 0
    for request in stage.server.requests:
        if copy_writes(request) and 200 <= request.status < 300 and by_controller(request):
            copied.add(request.body["metadata"]["name"] if request.body else "")
        elif request.method == "DELETE" and "/configmaps/" in request.path and by_controller(request):
            deletes += 1
            assert f"r-{uids[request.path.rpartition('/')[2]]}" in copied, request
    return deletes


@pytest.mark.parametrize(
    ("fault", "goes"),
    [
        (Fault(status=500), False),
        (Fault(status=403), False),
        (Fault(status=422), False),
        (Fault(status=404), False),
        (Fault(reset=True), False),
        (Fault(body=b"<html>"), False),
        (Fault(body=b'{"kind":"Status","status":"Success"}'), False),
        (Fault(status=500, after=True), True),
        (Fault(reset=True, after=True), True),
    ],
    ids=["500", "403", "422", "404", "reset", "html", "another", "500-after", "reset-after"],
)
def test_without_a_copy_nothing_goes(
    embedded: EmbeddedStage, inside: Callable[..., Inside], fault: Fault, *, goes: bool
) -> None:
    """Whatever is wrong with the write of a copy, its object stays; others go on."""
    embedded.make("kept"), embedded.make("other")
    uids = {name: uid_of(embedded, name) for name in ("kept", "other")}
    spoilt: list[Request] = []

    def hook(request: Request) -> Fault | None:
        if not copy_writes(request) or (goes and spoilt):
            return None
        if not request.body or request.body["metadata"].get("name") != f"r-{uids['kept']}":
            return None
        spoilt.append(request)
        return fault

    embedded.server.faults = hook
    policy = embedded.policy(behavior=RECYCLE, evaluationInterval="1h")
    controller = inside(embedded)
    status = until(lambda: embedded.settled(policy))
    assert spoilt
    assert embedded.there("kept") is not goes
    assert not embedded.there("other")
    assert check_wire(embedded, uids) == 2 if goes else 1
    if goes:
        assert status["lastRun"]["recycled"] == 2
        return
    assert (status["lastRun"]["recycled"], status["lastRun"]["notRecycled"]) == (1, 1)
    degraded = embedded.condition(policy, "Degraded")
    assert degraded["reason"] == "RecyclingFailed"
    assert degraded["message"].startswith(
        "1 object is kept for want of a copy; the first: its copy could not be written"
    )
    assert "ResourceNotRecycled" in until(lambda: embedded.reasons(policy) & {"ResourceNotRecycled"})
    assert controller.await_record("copy failed", resource_name="kept")["outcome"] == "failed"
    assert controller.scrape().total("gc_recycled_copies_total", result="failed") == 1


@pytest.mark.parametrize("status", [404, 409])
def test_a_copy_whose_object_was_not_deleted_is_taken_out_again(
    embedded: EmbeddedStage, inside: Callable[..., Inside], status: int
) -> None:
    """Somebody changed it, or was quicker."""
    name = embedded.make()
    embedded.server.faults = lambda each: (
        Fault(status=status) if each.method == "DELETE" and "/configmaps/" in each.path else None
    )
    policy = embedded.policy(behavior=RECYCLE, evaluationInterval="1h")
    controller = inside(embedded)
    until(lambda: embedded.settled(policy).get("lastRun"))
    assert controller.await_record("copy removed", resource_name=name)["outcome"] == "removed"
    assert copies(embedded) == []
    (removal,) = embedded.sent("DELETE", "/recycledobjects/")
    assert set((removal.body or {})["preconditions"]) == {"uid", "resourceVersion"}
    assert controller.scrape().total("gc_recycled_copies_total", result="removed") == 1


@pytest.mark.parametrize("meanwhile", ["changed", "deleted"])
def test_what_is_changed_or_deleted_once_it_is_copied_leaves_no_copy(
    stage: Stage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """The server answers 409, or 404, by itself; the object that was changed stays, and its state is judged anew."""
    name = stage.make()
    real_put = RecycleBin.put

    def put(*arguments: Any, **named: Any) -> Any:
        made = real_put(*arguments, **named)
        assert len(copies(stage)) == 1
        if meanwhile == "changed":
            stage.patch(stage.config_map(name), {"metadata": {"labels": {"gc": "no"}}})
        else:
            stage.delete(stage.config_map(name))
        return made

    monkeypatch.setattr(RecycleBin, "put", put)
    policy = stage.policy(behavior=RECYCLE)
    controller = inside(stage)
    controller.await_record("copy removed", resource_name=name)
    assert copies(stage) == []
    assert stage.there(name) is (meanwhile == "changed")
    until(lambda: stage.settled(policy).get("lastRun"))
    assert stage.status(policy)["totalDeleted"] == 0


@pytest.mark.parametrize("second", [404, 409])
def test_a_copy_stays_while_nobody_knows_what_the_deletion_did(
    embedded: EmbeddedStage, inside: Callable[..., Inside], second: int
) -> None:
    """The first DELETE was carried out and its answer lost: what the repeat is answered says nothing."""
    name = embedded.make()
    sent: list[Request] = []

    def hook(request: Request) -> Fault | None:
        if request.method != "DELETE" or "/configmaps/" not in request.path:
            return None
        sent.append(request)
        return Fault(status=500, after=True) if len(sent) == 1 else Fault(status=second)

    embedded.server.faults = hook
    policy = embedded.policy(behavior=RECYCLE, evaluationInterval="1h")
    inside(embedded)
    until(lambda: embedded.settled(policy).get("lastRun"))
    assert len(sent) == 2
    assert not embedded.there(name)
    assert len(copies(embedded)) == 1


def test_a_copy_is_written_again_over_an_earlier_one_and_goes_no_earlier(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Of one uid there is one copy: the last state, kept for as long as the earlier one said; and it is not taken out."""
    name = embedded.make(data={"a": "1"})
    uid = uid_of(embedded, name)
    failing = [True]
    embedded.server.faults = lambda each: (
        Fault(status=409) if each.method == "DELETE" and "/configmaps/" in each.path and failing[0] else None
    )
    earlier = copy_of(embedded, name, keep_for=timedelta(days=30))
    earlier["metadata"]["annotations"]["gc.kube-zen.io/keep"] = "audit"
    embedded.cluster.create(earlier)
    policy = embedded.policy(behavior=RECYCLE)
    inside(embedded)
    until(lambda: embedded.sent("DELETE", "/configmaps/"))
    until(lambda: embedded.settled(policy).get("lastRun"))
    (copy,) = copies(embedded)
    embedded.patch(embedded.config_map(name), {"data": {"a": "2"}})
    failing[0] = False
    until(lambda: not embedded.there(name))
    (copy,) = copies(embedded)
    assert copy["metadata"]["name"] == f"r-{uid}"
    assert json.loads(copy["spec"]["object"])["data"] == {"a": "2"}
    assert copy["spec"]["expiresAt"] == earlier["spec"]["expiresAt"]
    assert copy["metadata"]["annotations"]["gc.kube-zen.io/keep"] == "audit"


def test_what_has_the_name_of_a_copy_and_is_none_is_not_written_over(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """The object stays, since there is no room for its copy."""
    name = embedded.make()
    other = copy_of(embedded, name)
    other["spec"]["object"] = "mine"
    embedded.cluster.create(other)
    policy = embedded.policy(behavior=RECYCLE)
    inside(embedded)
    until(lambda: embedded.condition(policy, "Degraded").get("reason") == "RecyclingFailed")
    assert embedded.there(name)
    assert copies(embedded)[0]["spec"]["object"] == "mine"


def test_what_is_too_large_to_be_copied_stays(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Larger than 900 KiB; what is a little smaller goes."""
    large = stage.make(data={"text": "x" * (MOST_BYTES - 100)})
    small = stage.make(data={"text": "x" * (MOST_BYTES - 5000)})
    policy = stage.policy(behavior=RECYCLE)
    inside(stage)
    until(lambda: not stage.there(small))
    until(lambda: stage.condition(policy, "Degraded").get("reason") == "RecyclingFailed")
    assert "it is too large to be copied" in stage.condition(policy, "Degraded")["message"]
    assert stage.there(large)
    assert len(copies(stage)) == 1


def test_a_full_bin_keeps_the_object(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """And loses no copy by that; when there is room again, the object goes."""
    name = embedded.make()
    filler = copy_of(embedded, name)
    filled = [{**filler, "metadata": {**filler["metadata"], "name": f"r-{number}"}} for number in range(MOST_COPIES)]
    embedded.server.seed(filled)
    policy = embedded.policy(behavior=RECYCLE)
    inside(embedded)
    until(lambda: embedded.condition(policy, "Degraded").get("reason") == "RecyclingFailed")
    full = f"the first: recycle bin of {embedded.namespace} is full"
    assert embedded.condition(policy, "Degraded")["message"].endswith(full)
    assert embedded.there(name)
    assert len(copies(embedded)) == MOST_COPIES
    assert not [each for each in embedded.server.requests if copy_writes(each)]
    for number in range(5):
        embedded.delete(bin_path(embedded, f"r-{number}"))
    until(lambda: not embedded.there(name))


def copy_of(stage: Stage, name: str, keep_for: timedelta = WEEK) -> dict[str, Any]:
    """The copy of a ConfigMap, as somebody else would write it."""
    document = stage.cluster.request("GET", stage.config_map(name)).body
    at = datetime.now(UTC).replace(microsecond=0)
    text = text_of(orjson.dumps(document))
    named = (stage.namespace, name, document["metadata"]["uid"])
    return Copy("v1", "ConfigMap", *named, "another", at, at + keep_for, "another", text).document()


def test_no_policy_takes_a_copy(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Whatever whoever runs the controller allows; a flag that would is refused."""
    name = stage.make()
    stage.cluster.create(copy_of(stage, name))
    target = {"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": "RecycledObject"}
    policy = stage.policy(targetResources=[target])
    inside(stage)
    until(lambda: stage.settled(policy).get("lastRun", {}).get("kept", {}).get("protected") == 1)
    assert len(copies(stage)) == 1


def test_a_copy_is_put_off_by_its_annotation_and_by_the_mark_and_not_brought_forward(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """An earlier time does not count; what cannot be told to be a copy stays."""
    names = ["over", "put-off", "marked", "early", "odd", "no-time"]
    past = timedelta(days=-1)
    made = {}
    for name in names:
        embedded.make(name)
        made[name] = copy_of(embedded, name, keep_for=timedelta(days=1) if name == "early" else past)
    made["put-off"]["metadata"]["annotations"][UNTIL] = "2100-01-01T00:00:00Z"
    made["marked"]["metadata"]["annotations"]["gc.kube-zen.io/keep"] = "yes"
    made["early"]["metadata"]["annotations"][UNTIL] = "2020-01-01T00:00:00Z"
    made["odd"]["spec"]["object"] = "no object"
    made["no-time"]["metadata"]["annotations"][UNTIL] = "soon"
    for document in made.values():
        embedded.cluster.create(document)
    inside(embedded)
    until(lambda: len(copies(embedded)) == 5)
    until(lambda: embedded.sent("GET", f"/recycledobjects/{made['early']['metadata']['name']}"))
    assert {copy["spec"]["name"] for copy in copies(embedded)} == set(names) - {"over"}
    (sent,) = embedded.sent("DELETE", "/recycledobjects/")
    assert set((sent.body or {})["preconditions"]) == {"uid", "resourceVersion"}


def test_the_kill_switch_stops_copies_from_going_too(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """It stops every write."""
    name = embedded.make()
    embedded.cluster.create(copy_of(embedded, name, keep_for=timedelta(days=-1)))
    home = {"name": "zen-gc-pause", "namespace": embedded.home}
    embedded.cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": home, "data": {"paused": "true"}})
    inside(embedded)
    until(lambda: embedded.sent("GET", "/configmaps/zen-gc-pause"))
    until(lambda: embedded.sent("GET", "/clusterrecycledobjects") or embedded.sent("GET", "/recycledobjects"))
    time.sleep(1.0)
    assert len(copies(embedded)) == 1


def test_a_run_once_empties_the_bin_too(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Who runs it from a CronJob has no other."""
    name = embedded.make(metadata={"labels": {}})
    embedded.cluster.create(copy_of(embedded, name, keep_for=timedelta(days=-1)))
    inside(embedded, once=True).finish()
    assert copies(embedded) == []


def test_secrets_are_kept_where_they_may_not_be_copied(stage: Stage, inside: Callable[..., Inside]) -> None:
    """And are copied nowhere else instead."""
    name = stage.make(kind="Secret", type="Opaque")
    policy = stage.policy(
        targetResources=[{"apiVersion": "v1", "kind": "Secret", "labelSelector": SELECTOR}], behavior=RECYCLE
    )
    inside(stage)
    until(lambda: stage.settled(policy).get("lastRun", {}).get("kept", {}).get("protected") == 1)
    assert stage.cluster.request("GET", f"/api/v1/namespaces/{stage.namespace}/secrets/{name}").status == 200
    assert copies(stage) == []


def test_a_dry_run_copies_nothing(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """It writes nothing at all."""
    name = embedded.make()
    policy = embedded.policy(behavior={**RECYCLE, "dryRun": True})
    inside(embedded)
    until(lambda: embedded.settled(policy).get("resourcesWouldDelete") == 1)
    assert embedded.there(name)
    assert copies(embedded) == []


@pytest.mark.real
def test_leaders_fall_in_the_middle_and_nothing_is_lost(real: Stage, replica: Callable[..., Replica]) -> None:
    """Killed, stopped and killed, while somebody writes to the objects: of each that is gone there is its last state."""
    there = real.make_many(120, data={"n": "0"})
    made = set(there)
    seen = witness(real)
    fallen, writing = threading.Event(), threading.Event()

    def write() -> None:
        """One object after the other; in the place of one that is gone there is another, so that no leader runs out of them."""
        number = 0
        while not writing.wait(0.01):
            number += 1
            place = random.randrange(len(there))
            path = real.config_map(there[place])
            answer = real.cluster.request("PATCH", path, {"data": {"n": str(number)}}, content_type=MERGE)
            if answer.status == 404 and not fallen.is_set():
                there[place] = real.make(data={"n": "0"})
                made.add(there[place])

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    breaker = {"minObjects": 10**6}
    policy = real.policy(behavior={**RECYCLE, "maxDeletionsPerSecond": 12, "breaker": breaker})
    replicas = [replica(real, name=f"r{number}").awake() for number in range(2)]
    let_leaders_fall(real, replica, replicas, (signal.SIGKILL, signal.SIGSTOP, signal.SIGKILL), after=8)
    fallen.set()
    until(lambda: not real.names(), "all go in the end")
    writing.set()
    writer.join()
    until(lambda: len(seen.ended) >= len(made))
    seen.end()
    assert seen.gaps == 0
    kept = {copy["spec"]["uid"]: json.loads(copy["spec"]["object"]) for copy in copies(real)}
    ended = {item["metadata"]["uid"]: item for item in seen.ended}
    assert {item["metadata"]["name"] for item in ended.values()} == made
    assert set(ended) <= set(kept)
    assert all(kept[uid]["data"] == item["data"] for uid, item in ended.items())
    assert real.status(policy)["lastRun"]["notRecycled"] == 0


@pytest.mark.real
def test_kubectl_shows_what_a_copy_is_of(real: Stage) -> None:
    """Kind, name, policy, and until when it is kept."""
    name = real.make()
    real.cluster.create(copy_of(real, name))
    shown = real.cluster.kubectl("get", "recycled", "-n", real.namespace)  # type: ignore[attr-defined]
    head, row = shown.stdout.splitlines()
    assert head.split() == ["NAME", "KIND", "OBJECT", "POLICY", "RECYCLED", "UNTIL"]
    assert row.split()[1:4] == ["ConfigMap", name, "another"]
    assert row.split()[-1].endswith("Z")


@pytest.mark.real
def test_without_the_right_to_copies_nothing_goes(real: Stage, inside: Callable[..., Inside]) -> None:
    """It is asked for before the run, and the policy says which."""
    config = with_rights(real, "delete")
    name = real.make()
    policy = real.policy(behavior=RECYCLE)
    inside(real, kubeconfig=str(config))
    until(lambda: real.reason(policy) == "AccessDenied")
    assert "create on recycledobjects.gc.kube-zen.io" in real.condition(policy)["message"]
    assert real.there(name)
    assert copies(real) == []


def test_without_the_kinds_of_the_bin_nothing_goes(server: InProcessCluster, inside: Callable[..., Inside]) -> None:
    """Their CRDs came later than the policies': what is not installed holds no copies."""
    for document in yaml.safe_load_all(CRDS.read_text()):
        if "recycled" not in document["metadata"]["name"]:
            server.create(document)
    stage = EmbeddedStage(server, server.namespace(), server.namespace())
    name = stage.make()
    policy = stage.policy(behavior=RECYCLE)
    inside(stage)
    until(lambda: stage.reason(policy) == "TargetUnavailable")
    assert "RecycledObject" in stage.condition(policy)["message"]
    assert stage.there(name)

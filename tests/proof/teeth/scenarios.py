"""The scenarios: each says what the program did that it must not do, or nothing.

What changes in the middle of a run is changed by the server itself, between two requests, so that it is never a race.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from zen_gc_embedded import Fault

from tests.cluster.controller.stage import by_controller, until
from tests.harness.crds import custom_kind
from tests.proof.teeth.playing import DONE, Play
from tests.proof.teeth.trusting import who_trusts_the_webhook_goes_on_to
from zen_gc_core.instants import format_instant
from zen_gc_core.model.policy import CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

KEEP = "gc.kube-zen.io/keep"
POLICIES = "garbagecollectionpolicies"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is played, and what it is about.

    Args:
        play: plays it; what went wrong, in words, and nothing when all was well.
        mutants: the guards without which something goes wrong.
    """

    play: Callable[[Play], str]
    mutants: tuple[str, ...]


def every_delete_is_pinned_to_a_fresh_read(play: Play) -> str:
    """On the wire: a GET of exactly this object, then a DELETE with its uid and its resourceVersion."""
    play.items("a", "b", "c")
    play.stage.policy(**DONE)
    play.once()
    read: set[str] = set()
    for request in play.stage.server.requests:
        if request.method == "GET":
            read.add(request.path)
        elif request.method == "DELETE":
            pins = (request.body or {}).get("preconditions") or {}
            if set(pins) != {"uid", "resourceVersion"}:
                return f"a DELETE with preconditions {sorted(pins)}"
            if request.path not in read:
                return "a DELETE without a fresh read"
    return "" if len(play.sent()) == 3 else f"{len(play.sent())} deletes, not 3"


def what_changes_after_the_read_stays(play: Play) -> str:
    """Relabelled between the last GET and the DELETE."""
    play.items("x")
    play.stage.policy(**DONE)

    def hook(request: Request) -> None:
        if request.method == "DELETE" and request.path.endswith("/x"):
            (now,) = play.stage.server._read("configmaps", play.stage.namespace)
            play.change({**now, "metadata": {**now["metadata"], "labels": {"gc": "no"}}})

    play.meanwhile(hook)
    play.once()
    assert play.sent(), "it was tried"
    return _taken(play, "x")


def a_pod_that_changes_before_its_eviction_stays(play: Play) -> str:
    """Relabelled between the last GET and the eviction."""
    metadata = {"name": "x", "namespace": play.stage.namespace, "labels": {"gc": "yes"}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": []}}
    play.put({**pod, "status": {"phase": "Running"}})
    target = {"apiVersion": "v1", "kind": "Pod", "labelSelector": {"matchLabels": {"gc": "yes"}}}
    play.stage.policy(targetResources=[target], action={"evict": {}})

    def hook(request: Request) -> None:
        if request.path.endswith("/eviction"):
            (now,) = play.stage.server._read("pods", play.stage.namespace)
            play.change({**now, "metadata": {**now["metadata"], "labels": {"gc": "no"}}})

    play.meanwhile(hook)
    play.once()
    assert [each for each in play.sent("POST") if each.path.endswith("/eviction")], "it was tried"
    there = list(play.stage.server.objects("pods", play.stage.namespace))
    return "" if there and "deletionTimestamp" not in there[0]["metadata"] else "a Pod that is used again was evicted"


def what_changes_before_a_patch_is_not_patched(play: Play) -> str:
    """Somebody scales a Deployment up between the last GET and the patch that scales it down."""
    play.put(_deployment(play, 1))
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "labelSelector": {"matchLabels": {"gc": "yes"}}}
    play.stage.policy(
        targetResources=[target],
        conditions={"fields": [{"path": "spec.replicas", "value": 1}]},
        action={"scale": {"replicas": 0}},
    )

    def hook(request: Request) -> None:
        if request.method == "PATCH" and "/deployments/" in request.path:
            (now,) = play.stage.server._read("deployments", play.stage.namespace)
            play.change({**now, "spec": {**now["spec"], "replicas": 5}})

    play.meanwhile(hook)
    play.once()
    assert [each for each in play.sent("PATCH") if "/deployments/" in each.path], "it was tried"
    (there,) = play.stage.server.objects("deployments", play.stage.namespace)
    replicas = there["spec"]["replicas"]
    return "" if replicas == 5 else f"a Deployment that somebody scaled to 5 has {replicas} replicas"


def _deployment(play: Play, replicas: int) -> dict[str, Any]:
    app = {"app": "x"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x", "namespace": play.stage.namespace, "labels": {"gc": "yes"}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": app},
            "template": {"metadata": {"labels": app}, "spec": {"containers": [{"name": "c", "image": "none"}]}},
        },
    }


def what_changes_after_the_list_stays(play: Play) -> str:
    """Relabelled between the list and the last GET."""
    play.items("x", "y")
    play.stage.policy(**DONE)

    def hook(request: Request) -> None:
        if request.method == "GET" and request.path.endswith("/configmaps/x"):
            play.change(play.item("x", label="no"))

    play.meanwhile(hook)
    play.once()
    assert play.gone("y"), "what did not change went"
    return _taken(play, "x")


def what_changes_before_a_retry_stays(play: Play) -> str:
    """The first DELETE fails on its way, the object is relabelled, the DELETE is sent again."""
    play.items("x")
    play.stage.policy(**DONE)

    def hook(request: Request) -> Fault | None:
        if request.method == "DELETE" and len(play.sent()) == 0:
            (now,) = play.stage.server._read("configmaps", play.stage.namespace)
            play.change({**now, "metadata": {**now["metadata"], "labels": {"gc": "no"}}})
            return Fault(status=500)
        return None

    play.meanwhile(hook)
    play.once()
    assert len(play.sent()) == 2, "it was tried again"
    return _taken(play, "x")


def nothing_is_sent_when_the_lease_is_not_renewed(play: Play) -> str:
    """The API server does not answer for the Lease any more; the right to write ends by itself, before the lease does."""
    play.items(*(f"x-{number:03}" for number in range(250)))
    play.stage.policy(behavior={"maxDeletionsPerSecond": 10, "breaker": {"maxPercent": 100}}, **DONE)
    renewed, deleted = [0.0], [0.0]
    silent = [False]

    def hook(request: Request) -> Fault | None:
        if "/leases" in request.path:
            if silent[0]:
                return Fault(delay=60.0)
            if request.method == "PUT":
                renewed[0] = time.monotonic()
        if request.method == "DELETE":
            deleted[0] = time.monotonic()
        return None

    play.meanwhile(hook)
    flags = ("lease-duration=14s", "renew-deadline=12s", "retry-period=500ms")
    play.start(*(f"--leader-election-{flag}" for flag in flags))
    play.await_deletes(5)
    until(lambda: renewed[0])
    silent[0] = True
    # A request for the lease may take 3 s, so that the right ends 9 s after the last renewal began.
    until(lambda: time.monotonic() - renewed[0] > 13.0 or deleted[0] - renewed[0] > 10.5)
    late = deleted[0] - renewed[0]
    return f"a DELETE {late:.1f} s after the last renewal, of which 9 s are good" if late > 10.5 else ""


def what_a_paused_policy_wanted_stays(play: Play) -> str:
    """Paused between the list and the first write, and nobody is told: the watch is silent."""
    play.items("x", "y")
    name = play.stage.policy(**DONE)
    document = play.stage.read(name)

    def hook(request: Request) -> Fault | None:
        if request.query.get("watch") and POLICIES in request.path:
            return Fault(delay=60.0)
        if request.path.endswith("/configmaps") and request.method == "GET":
            play.change({**document, "spec": {**document["spec"], "paused": True}})
        return None

    play.meanwhile(hook)
    play.once()
    return _taken(play, "x", "y")


SOON = 3.5
"""Seconds after a look in which the next is one ahead of need: a look counts for five, and a request may come late."""


QUICK = {"maxDeletionsPerSecond": 50}
"""So that a machine without time uses up a look before it is old."""


def _looking_ahead() -> Callable[[Request], bool]:
    """Whether a request begins a look ahead of need: a machine without time looks because the last look is too old."""
    last = [float("-inf")]

    def ahead(request: Request) -> bool:
        if request.method != "GET" or POLICIES not in request.path or request.query.get("watch"):
            return False
        before, last[0] = last[0], time.monotonic()
        return last[0] - before < SOON

    return ahead


def what_was_looked_at_ahead_is_as_old_as_its_beginning(play: Play) -> str:
    """The policy is paused right after it was read ahead of need; each fresh read of an object takes 6 s since."""
    play.items(*[f"x-{number}" for number in range(90)])
    document = play.stage.read(play.stage.policy(**DONE, behavior=QUICK))
    begun, ahead, looks_ahead = threading.Event(), threading.Event(), _looking_ahead()
    paused: list[float] = []
    late: list[str] = []

    def hook(request: Request) -> Fault | None:
        if request.query.get("watch") and POLICIES in request.path:
            return Fault(delay=60.0)
        if request.method == "DELETE":
            begun.set()
            if paused and time.monotonic() - paused[0] > 5:
                late.append(request.path)
        if looks_ahead(request) and begun.is_set():
            ahead.set()
        if request.method != "GET" or not ahead.is_set():
            return None
        if request.path.endswith("/zen-gc-pause") and not paused:
            paused.append(time.monotonic())
            play.change({**document, "spec": {**document["spec"], "paused": True}})
        return Fault(delay=6.0) if "/configmaps/x-" in request.path else None

    play.meanwhile(hook)
    play.once()
    assert paused, "it looked ahead"
    return f"{len(late)} deletes left on a look of more than 5 s before" if late else ""


def what_is_seen_ahead_stops_every_writer(play: Play) -> str:
    """The switch is pulled when the writers have passed the fence, and is seen ahead of need while they read their objects."""
    play.items(*[f"x-{number}" for number in range(90)])
    play.stage.policy(**DONE, behavior=QUICK)
    switch = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "zen-gc-pause", "namespace": play.stage.home},
    }
    begun, ahead, looks_ahead = threading.Event(), threading.Event(), _looking_ahead()
    pulled: list[float] = []
    late: list[str] = []

    def hook(request: Request) -> Fault | None:
        if request.method == "DELETE":
            begun.set()
            if pulled and time.monotonic() - pulled[0] > 1:
                late.append(request.path)
        if looks_ahead(request) and begun.is_set() and not ahead.is_set():
            ahead.set()
            return Fault(delay=0.7)  # for the others to pass: a fast machine has looked before the next one comes
        if request.method != "GET" or not ahead.is_set():
            return None
        if request.path.endswith("/zen-gc-pause") and not pulled:
            pulled.append(time.monotonic())
            play.change(switch)
        return Fault(delay=3.0) if "/configmaps/x-" in request.path else None

    play.meanwhile(hook)
    play.once()
    assert pulled, "it looked ahead"
    return f"{len(late)} deletes left after another writer had seen the switch" if late else ""


def nothing_goes_while_the_switch_is_pulled(play: Play) -> str:
    """The ConfigMap is there."""
    play.items("x")
    play.put(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "zen-gc-pause", "namespace": play.stage.home}}
    )
    play.stage.policy(**DONE)
    play.once()
    return _taken(play, "x")


def too_much_is_nothing(play: Play) -> str:
    """Four are due, three are the most."""
    names = ["a", "b", "c", "d"]
    play.items(*names)
    play.stage.policy(behavior={"breaker": {"maxObjects": 3}}, **DONE)
    play.once()
    return _taken(play, *names)


EXPIRES = "example.com/expires"
AT_ITS_INSTANT = {"ttl": {"expiresAt": {"path": f"metadata.annotations['{EXPIRES}']"}}}


def _expiring(play: Play, name: str, seconds: float, **metadata: Any) -> None:
    """A ConfigMap that says when it expires."""
    instant = format_instant(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds))
    play.items(name, annotations={EXPIRES: instant}, **metadata)


def _seen_coming(
    play: Play,
    make: Callable[[int], object],
    nearest: float,
    *flags: str,
    then: Callable[[], object] = bool,
    every: float | None = None,
    **spec: Any,
) -> Callable[[float], None]:
    """Let a first pass see objects that expire before the second; where the machine has no time for that, others that live longer.

    Args:
        play: where.
        make: makes them; told how many times longer they live.
        nearest: seconds after which the first of them would expire.
        flags: of the controller.
        then: what is done before any expires.
        every: seconds of the policy's interval, times that number; None: an hour.
        spec: of the policy.

    Returns:
        What waits until so many seconds, times that number, have passed since they were made.
    """
    for longer in (1, 4, 16):
        began = time.monotonic()
        make(longer)
        interval = {} if every is None else {"evaluationInterval": f"{every * longer:.0f}s"}
        name = play.stage.policy(**interval, **spec, **AT_ITS_INSTANT)
        started = play.start("--gc-interval=1h", *flags)
        until(partial(play.stage.settled, name), "a pass was made")
        then()
        if time.monotonic() < began + nearest * longer - 1:  # an instant is whole seconds
            return partial(_wait_until, began, longer)
        started.kill()
        play.stage.delete(play.stage.path(name))
    raise AssertionError("no pass saw them coming in time")


def _wait_until(began: float, longer: int, seconds: float) -> None:
    time.sleep(max(0.0, began + seconds * longer - time.monotonic()))


def too_much_in_drops_is_too_much(play: Play) -> str:
    """Six expire one after the other within an interval, of which two are the most."""
    names = [f"x-{number}" for number in range(6)]

    def make(longer: int) -> None:
        for number, name in enumerate(names):
            _expiring(play, name, (10 + 3 * number) * longer)

    wait = _seen_coming(play, make, 10, behavior={"breaker": {"maxObjects": 2}})
    wait(10 + 3 * len(names) + 2)
    gone = play.gone(*names)
    return f"{len(gone)} deleted in an interval, of which 2 are the most" if len(gone) > 2 else ""


def what_went_in_drops_counts_at_the_next_pass(play: Play) -> str:
    """Two expire one by one; three that no pass has seen are due at the next one, and four are the most."""
    late = ("late-0", "late-1", "late-2")

    def make(longer: int) -> None:
        for name in ("x", "y"):
            _expiring(play, name, 10 * longer)

    def make_late() -> None:
        for name in late:
            _expiring(play, name, 1)

    wait = _seen_coming(play, make, 10, then=make_late, every=18, behavior={"breaker": {"maxObjects": 4}})
    wait(34)
    return _taken(play, *late)


def what_owns_what_must_stay_waits_for_a_pass(play: Play) -> str:
    """A ConfigMap that carries the mark is owned by one that expires between two passes."""
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "the-owner"}

    def make(longer: int) -> None:
        _expiring(play, "owner", 10 * longer, uid="the-owner")
        play.items("owned", annotations={KEEP: "true"}, ownerReferences=[reference])

    wait = _seen_coming(play, make, 10)
    wait(15)
    return _taken(play, "owner")


def what_is_too_young_keeps_what_owns_it(play: Play) -> str:
    """An old ConfigMap owns one of this minute that carries the mark, and would take it along."""
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "the-owner"}
    lately = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    play.items("owner", uid="the-owner", creationTimestamp="2025-11-10T00:00:00Z")
    play.items("other", creationTimestamp="2025-11-10T00:00:00Z")
    play.items("owned", annotations={KEEP: "true"}, ownerReferences=[reference], creationTimestamp=lately)
    play.stage.policy(targetResources=[{"apiVersion": "v1", "kind": "ConfigMap"}], ttl={"afterCreation": "1d"})
    play.once()
    assert play.gone("other"), "what owns nothing went"
    return _taken(play, "owner")


def what_a_leader_saw_coming_waits_for_the_pass_of_the_next(play: Play) -> str:
    """Another takes the lease, and leaves it: who leads again has made no pass since."""
    flags = ("lease-duration=3s", "renew-deadline=2s", "retry-period=300ms")

    def another_leads() -> None:
        play.stage.patch(play.stage.lease_path(), {"spec": {"holderIdentity": "another"}})
        until(lambda: play.stage.lease().get("holderIdentity") not in {"another", "", None}, "it leads again")

    wait = _seen_coming(
        play,
        lambda longer: _expiring(play, "x", 20 * longer),
        20,
        *(f"--leader-election-{flag}" for flag in flags),
        then=another_leads,
    )
    wait(26)
    return _taken(play, "x")


def a_dry_run_writes_nothing(play: Play) -> str:
    """It says what it would do."""
    play.items("x")
    play.stage.policy(behavior={"dryRun": True}, **DONE)
    play.once()
    return _taken(play, "x")


def what_is_marked_stays(play: Play) -> str:
    """By a label, by an annotation."""
    play.items("by-label", labels={"gc": "yes", KEEP: "true"})
    play.items("by-annotation", annotations={KEEP: "2999-01-01"})
    play.items("free")
    play.stage.policy(**DONE)
    play.once()
    assert play.gone("free")
    return _taken(play, "by-label", "by-annotation")


def what_is_null_under_none_stays(play: Play) -> str:
    """Null compares with nothing."""
    _none_of(play, None)
    return _taken(play, "x")


def what_is_missing_under_none_stays(play: Play) -> str:
    """It cannot be told whether it would hold."""
    _none_of(play, ...)
    return _taken(play, "x")


def _none_of(play: Play, held: Any) -> None:
    play.items("x", "free")
    data = {"state": "done"} if held is ... else {"state": "done", "held": held}
    play.put({**play.item("x"), "data": data}, {**play.item("free"), "data": {"state": "done", "held": "no"}})
    play.stage.policy(conditions={"none": [{"fields": [{"path": "data.held", "value": "yes"}]}]})
    play.once()
    assert play.gone("free"), "what is told went"


def no_namespaces_are_none(play: Play) -> str:
    """A policy that was written past the schema, with an empty list."""
    play.items("x")
    target = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "namespaces": [],
        "labelSelector": {"matchLabels": {"gc": "yes"}},
    }
    spec = {"targetResources": [target], "ttl": {"immediate": True}}
    play.put({"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": CLUSTER, "metadata": {"name": "all"}, "spec": spec})
    play.once()
    return _taken(play, "x")


def what_terminates_is_asked_once(play: Play) -> str:
    """A finalizer holds it over three runs."""
    play.items("x", finalizers=["acme.io/wait"])
    play.stage.policy(**DONE)
    for _ in range(2):
        play.once()
    return "" if len(play.sent()) == 1 else f"{len(play.sent())} requests for one object"


def clocks_that_disagree_stop_it(play: Play) -> str:
    """The server is an hour ahead."""
    play.items("x")
    play.stage.policy(**DONE)
    ahead = email.utils.formatdate(time.time() + 3600, usegmt=True)
    play.meanwhile(lambda _: Fault(date=ahead))
    play.once()
    return _taken(play, "x")


def a_namespace_whose_contents_cannot_be_listed_stays(play: Play) -> str:
    """It holds a marked Secret; the list of Secrets fails."""
    marked = {"name": "dear", "namespace": "old", "annotations": {KEEP: "true"}}
    play.put({"apiVersion": "v1", "kind": "Secret", "metadata": marked})
    play.meanwhile(lambda each: Fault(status=500) if each.path.endswith("/old/secrets") else None)
    return _namespace(play)


def a_namespace_whose_contents_are_listed_by_half_stays(play: Play) -> str:
    """The marked one is on the second page, which fails."""
    dear = {**play.item("zzz"), "metadata": {"name": "zzz", "namespace": "old", "annotations": {KEEP: "true"}}}
    fill = [{**play.item(""), "metadata": {"name": f"x-{number:03}", "namespace": "old"}} for number in range(510)]
    play.put(*fill, dear)
    play.meanwhile(lambda each: Fault(status=500) if "continue" in each.query and "/old/" in each.path else None)
    return _namespace(play)


def _namespace(play: Play) -> str:
    play.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "old", "labels": {"gc": "yes"}}})
    target = {"apiVersion": "v1", "kind": "Namespace", "labelSelector": {"matchLabels": {"gc": "yes"}}}
    play.stage.policy("all", kind=CLUSTER, targetResources=[target])
    play.once("--allow-resource=namespaces")
    there = {each["metadata"]["name"]: each["metadata"] for each in play.stage.server.objects("namespaces")}
    stays = "old" in there and "deletionTimestamp" not in there["old"]
    return "" if stays else "the Namespace went, with what is marked in it"


def a_list_that_begins_anew_is_counted_anew(play: Play) -> str:
    """60 of 520 are due, and 8 % are the most; the continue token of the whole expires once."""
    names = [f"x-{number:03}" for number in range(60)]
    play.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps", "labels": {"team": "a"}}})
    wide = [(name, "yes") for name in names] + [(f"z-{number:03}", "no") for number in range(460)]
    play.put(
        *(
            {**play.item(name, label=label), "metadata": {"name": name, "namespace": "apps", "labels": {"gc": label}}}
            for name, label in wide
        )
    )
    target = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "namespaces": ["*"],
        "namespaceSelector": {"matchLabels": {"team": "a"}},
        "labelSelector": {"matchLabels": {"gc": "yes"}},
    }
    behavior = {"breaker": {"minObjects": 10, "maxPercent": 8}}
    play.stage.policy("all", kind=CLUSTER, targetResources=[target], behavior=behavior)
    expired: list[str] = []

    def hook(request: Request) -> Fault | None:
        if "continue" in request.query and request.path.endswith("/configmaps") and not expired:
            expired.append(request.path)
            return Fault(status=410, reason="Expired")
        return None

    play.meanwhile(hook)
    play.once()
    assert expired, "a list began anew"
    return _taken(play, *names, namespace="apps")


NEWEST_THREE = {"retain": {"last": 3, "groupBy": ["metadata.labels.gc"]}}


def _series(play: Play, count: int) -> list[str]:
    """ConfigMaps that were made a day apart, the newest first."""
    names = [f"x-{number}" for number in range(count)]
    for number, name in enumerate(names):
        play.items(name, creationTimestamp=f"2025-11-{20 - number:02}T00:00:00Z")
    return names


def _lose(play: Play, name: str) -> None:
    """Delete a ConfigMap from within a hook, as somebody else does."""
    found = play.stage.server._read("configmaps", play.stage.namespace)
    resource = play.stage.server._state.registry.named("configmaps")
    for each in found:
        if each["metadata"]["name"] == name:
            play.stage.server._state.remove(resource, each)


def no_fewer_are_left_than_are_retained(play: Play) -> str:
    """Somebody else deletes one of the newest three between the list and the first look at one of the others."""
    names = _series(play, 6)
    play.stage.policy(**NEWEST_THREE, **DONE)

    def hook(request: Request) -> None:
        if request.method == "GET" and request.path.rpartition("/configmaps/")[2] in names[3:]:
            _lose(play, "x-1")

    play.meanwhile(hook)
    play.once()
    assert play.gone("x-1"), "somebody else was there"
    left = len(names) - len(play.gone(*names))
    return "" if left >= 3 else f"{left} are left, not three"


def what_is_on_its_way_out_is_not_retained(play: Play) -> str:
    """The newest is terminating, and the three after it are what will be left."""
    _series(play, 5)
    waits = {"deletionTimestamp": "2025-12-01T00:00:00Z", "finalizers": ["acme.io/wait"]}
    play.items("going", creationTimestamp="2025-11-30T00:00:00Z", **waits)
    play.stage.policy(**NEWEST_THREE, **DONE)
    play.once()
    assert play.gone("x-4"), "what is no longer retained went"
    return _taken(play, "x-0", "x-1", "x-2")


def of_two_of_the_same_time_the_larger_uid_stays(play: Play) -> str:
    """As everybody else says it who knows no more of them."""
    same = "2025-11-20T00:00:00Z"
    play.items("a", uid="00000000-0000-4000-8000-000000000002", creationTimestamp=same)
    play.items("b", uid="00000000-0000-4000-8000-000000000001", creationTimestamp=same)
    play.stage.policy(retain={"last": 1}, **DONE)
    play.once()
    return _taken(play, "a")


def what_became_the_newest_does_not_go_along(play: Play) -> str:
    """Somebody deletes what was newer in its group, between the list and the write to its owner."""
    owner = "00000000-0000-4000-8000-000000000001"
    for day, name in ((20, "o-0"), (10, "o-1")):
        uid = {"uid": owner} if name == "o-1" else {}
        play.items(name, labels={"gc": "yes", "app": "o"}, creationTimestamp=f"2025-10-{day}T00:00:00Z", **uid)
    own = [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o-1", "uid": owner}]
    play.items("a-0", labels={"gc": "yes", "app": "a"}, creationTimestamp="2025-11-20T00:00:00Z")
    play.items(
        "a-1",
        labels={"gc": "yes", "app": "a"},
        creationTimestamp="2025-11-10T00:00:00Z",
        annotations={"wait": "30000d"},
        ownerReferences=own,
    )
    wait = {"path": "metadata.annotations.wait", "default": "1s", "onMissing": "default"}
    retain = {"last": 1, "groupBy": ["metadata.labels.app"]}
    play.stage.policy(retain=retain, ttl={"after": {"since": "created", "wait": wait}})

    def hook(request: Request) -> None:
        if request.method == "GET" and request.path.endswith("/configmaps/o-1"):
            _lose(play, "a-0")

    play.meanwhile(hook)
    play.once()
    assert play.gone("a-0"), "somebody else was there"
    return _taken(play, "o-1", "a-1")


def a_namespace_that_holds_what_is_retained_stays(play: Play) -> str:
    """The newest of a group lives in it, and the same policy takes Namespaces."""
    for name, day in (("full", 10), ("bare", 11), ("last", 12)):
        metadata = {"name": name, "labels": {"gc": "yes"}, "creationTimestamp": f"2025-11-{day}T00:00:00Z"}
        play.put({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    play.items("x", namespace="full")
    taken = {"labelSelector": {"matchLabels": {"gc": "yes"}}}
    targets = [
        {"apiVersion": "v1", "kind": "Namespace", **taken},
        {"apiVersion": "v1", "kind": "ConfigMap", "namespaces": ["*"], **taken},
    ]
    play.stage.policy("all", kind=CLUSTER, targetResources=targets, retain={"last": 1})
    play.once("--allow-resource=namespaces")
    sent = {each.path.rpartition("/")[2] for each in play.sent()}
    assert "bare" in sent, "what holds nothing went"
    return "the Namespace full was deleted" if "full" in sent else ""


EVERY_KIND = {"apiVersion": "*", "kind": "*"}


def what_has_not_opted_in_stays(play: Play) -> str:
    """A wildcard by a label that everybody has."""
    play.items("x", labels={"team": "a"}, creationTimestamp="2025-11-10T00:00:00Z")
    taken = {"namespaces": [play.stage.namespace], "labelSelector": {"matchLabels": {"team": "a"}}}
    play.stage.policy("all", kind=CLUSTER, targetResources=[{**EVERY_KIND, **taken}], ttl={"afterCreation": "1s"})
    play.once()
    return _taken(play, "x")


def what_may_own_what_cannot_be_listed_stays(play: Play) -> str:
    """A marked Secret goes along with its owner, and Secrets may not be listed."""
    owner = "00000000-0000-4000-8000-000000000001"
    play.items("x", labels={"cleanup": "yes"}, uid=owner, creationTimestamp="2025-11-10T00:00:00Z")
    own = [{"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": owner}]
    secret = play.item("s", annotations={KEEP: ""}, ownerReferences=own)
    play.put({**secret, "kind": "Secret", "data": {}})
    taken = {"namespaces": [play.stage.namespace], "labelSelector": {"matchLabels": {"cleanup": "yes"}}}
    play.stage.policy("all", kind=CLUSTER, targetResources=[{**EVERY_KIND, **taken}], ttl={"afterCreation": "1s"})

    def hook(request: Request) -> Fault | None:
        if request.method == "GET" and request.path.endswith("/secrets"):
            return Fault(status=403, reason="Forbidden")
        return None

    play.meanwhile(hook)
    play.once()
    return _taken(play, "x")


UNUSED = {
    "conditions": {
        "related": [
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "by": {"theirs": "spec.volumes[].configMap.name", "mine": "metadata.name"},
                "are": "none",
            }
        ]
    },
    "ttl": {"afterCreation": 1},
}


def _user(play: Play, name: str, uses: str) -> dict[str, Any]:
    """A Pod that mounts a ConfigMap."""
    spec = {"volumes": [{"name": "v", "configMap": {"name": uses}}]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": play.stage.namespace},
        "spec": spec,
    }


def what_somebody_begins_to_use_stays(play: Play) -> str:
    """A Pod comes between the plan and the write."""
    play.items("x", creationTimestamp="2025-11-01T00:00:00Z")
    play.put(_user(play, "other", "another"))
    play.stage.policy(**UNUSED)

    def hook(request: Request) -> None:
        if request.method == "GET" and request.path.endswith("/configmaps"):
            play.change(_user(play, "late", "x"))

    play.meanwhile(hook)
    play.once()
    return _taken(play, "x")


def what_others_may_use_stays(play: Play) -> str:
    """The list of those that may use it fails."""
    play.items("x", creationTimestamp="2025-11-01T00:00:00Z")
    play.put(_user(play, "user", "x"))
    play.stage.policy(**UNUSED)
    play.meanwhile(lambda request: Fault(status=403) if request.path.endswith("/pods") else None)
    play.once()
    return _taken(play, "x")


RECYCLING = {"behavior": {"recycle": {"keepFor": "7d"}}, **DONE}
COPIES = "/recycledobjects"


def what_cannot_be_copied_stays(play: Play) -> str:
    """The policy recycles, and the server forbids the copies of some."""
    play.items("x", "y")
    uids = {each["metadata"]["name"]: each["metadata"]["uid"] for each in play.stage.server.objects("configmaps")}
    play.stage.policy(**RECYCLING)

    def hook(request: Request) -> Fault | None:
        name = (request.body or {}).get("metadata", {}).get("name")
        return Fault(status=403) if COPIES in request.path and name == f"r-{uids['x']}" else None

    play.meanwhile(hook)
    play.once()
    assert play.gone("y"), "what could be copied went"
    return _taken(play, "x")


def what_is_copied_by_half_stays(play: Play) -> str:
    """The server takes the copy, and takes the object out of it, as it does for a definition of another version."""
    play.items("x")
    play.stage.policy(**RECYCLING)
    half = b'{"kind":"RecycledObject","apiVersion":"gc.kube-zen.io/v1alpha1","metadata":{"uid":"u"},"spec":{}}'
    play.meanwhile(
        lambda request: Fault(body=half) if COPIES in request.path and request.method in {"POST", "PUT"} else None
    )
    play.once()
    return _taken(play, "x")


def what_may_have_gone_keeps_its_copy(play: Play) -> str:
    """The DELETE is carried out and its answer lost; the repeat finds nothing."""
    play.items("x")
    play.stage.policy(**RECYCLING)

    def hook(request: Request) -> Fault | None:
        first = request.method == "DELETE" and "/configmaps/" in request.path and not play.sent()
        return Fault(status=500, after=True) if first else None

    play.meanwhile(hook)
    play.once()
    assert play.gone("x"), "it went"
    return "" if play.stage.server.objects("recycledobjects") else "the one copy of what went is gone"


def a_copy_stays_for_as_long_as_it_says(play: Play) -> str:
    """Whoever may annotate it cannot have it deleted any earlier."""
    text = json.dumps(play.item("x", uid="u", namespace=play.stage.namespace))
    about = {"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "u", "policy": "p", "attemptId": "a"}
    times = {"recycledAt": "2026-01-01T00:00:00Z", "expiresAt": "2100-01-01T00:00:00Z"}
    annotations = {"gc.kube-zen.io/recycled-until": "2026-01-02T00:00:00Z"}
    metadata = {"name": "r-u", "namespace": play.stage.namespace, "annotations": annotations}
    head = {"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": "RecycledObject", "metadata": metadata}
    play.put({**head, "spec": {**about, **times, "object": text}})
    play.stage.policy(**DONE)
    play.once()
    return "" if play.stage.server.objects("recycledobjects") else "it is gone"


def _day(days: int) -> str:
    """A date so many days from today."""
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)).isoformat()


def what_is_left_when_a_blackout_begins_stays(play: Play) -> str:
    """It begins between the first look at the run and the read before the DELETE, which the server puts off until then."""
    play.items("x")
    for seconds in (10, 40, 160):  # a busy machine may need longer to begin
        begins = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=seconds)
        freeze = {"from": format_instant(begins), "until": format_instant(begins + dt.timedelta(days=1))}
        play.stage.policy(f"p{seconds}", blackouts=[freeze], **DONE)

        def hook(request: Request, begins: dt.datetime = begins) -> Fault | None:
            if request.method == "GET" and request.path.endswith("/configmaps/x") and dt.datetime.now(dt.UTC) < begins:
                return Fault(status=429, retry_after=1)
            return None

        play.meanwhile(hook)
        play.once()
        play.stage.delete(play.stage.path(f"p{seconds}"))
        if any(each.path.endswith("/configmaps/x") for each in play.sent("GET")):
            return _taken(play, "x")
    raise AssertionError("no run began in time")


def what_a_blackout_covers_stays_while_a_window_is_open(play: Play) -> str:
    """Both at once."""
    play.items("x")
    always = [{"cron": "* * * * *", "duration": "1h"}]
    play.stage.policy(windows=always, blackouts=[{"from": _day(-1), "until": _day(1)}], **DONE)
    play.once()
    return _taken(play, "x")


def _missed(play: Play, generation: int = 1) -> str:
    """A policy that ran yesterday, and missed its time of today a minute ago."""
    time = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0) - dt.timedelta(minutes=1)
    schedule = {"cron": f"{time.minute} {time.hour} * * *", "startingDeadline": "2h"}
    name = play.stage.policy(schedule=schedule, **DONE)
    ran = {"lastScheduleTime": format_instant(time - dt.timedelta(days=1)), "lastScheduleGeneration": generation}
    answer = play.stage.cluster.request(
        "PATCH", f"{play.stage.path(name)}/status", {"status": ran}, content_type="application/merge-patch+json"
    )
    assert answer.status == 200, answer.text
    return name


def what_another_replica_ran_for_is_not_run_for_again(play: Play) -> str:
    """It has begun since the policies were listed, and the watch has not told of it yet."""
    play.items("x")
    name = _missed(play)
    seen: list[str] = []

    def hook(request: Request) -> None:
        if request.method == "GET" and request.path.endswith(f"/{POLICIES}/{name}") and not seen:
            seen.append(request.path)
            (policy,) = play.stage.server._read(POLICIES, play.stage.namespace)
            play.change({**policy, "status": {"lastScheduleTime": format_instant(dt.datetime.now(dt.UTC))}})

    play.meanwhile(hook)
    play.once()
    assert seen, "the policy was read"
    return _taken(play, "x")


def what_was_missed_before_an_edit_is_not_caught_up(play: Play) -> str:
    """It ran as another one."""
    play.items("x")
    _missed(play, generation=7)
    play.once()
    return _taken(play, "x")


HELD: dict[str, Any] = {"ttl": {"after": {"since": "held", "wait": 1}}, "evaluationInterval": "1h"}


def _mark_of(play: Play, policy: str, name: str) -> dict[str, str]:
    """The mark that says since when the conditions hold of an object."""
    key = f"held.gc.kube-zen.io/{play.stage.read(policy)['metadata']['uid']}"
    metadata = play.stage.cluster.request("GET", play.stage.config_map(name)).body["metadata"]
    return {key: metadata["annotations"][key]}


def what_starts_over_stays(play: Play) -> str:
    """It is used, the mark cannot be taken away, and then it is unused again."""
    play.items("x", creationTimestamp="2025-11-10T00:00:00Z")
    policy = play.stage.policy(**DONE, **HELD)
    play.once()
    assert _mark_of(play, policy, "x")
    play.stage.patch(play.stage.config_map("x"), {"data": {"state": "busy"}})
    play.meanwhile(
        lambda each: Fault(status=422) if each.method == "PATCH" and each.path.endswith("/configmaps/x") else None
    )
    play.once()
    play.meanwhile(lambda _: None)
    play.stage.patch(play.stage.config_map("x"), {"data": {"state": "done"}})
    time.sleep(2.1)
    play.once()
    return _taken(play, "x")


def what_another_replica_saw_in_use_starts_over(play: Play) -> str:
    """It wrote so since the policies were listed, and the watch has not told of it yet."""
    play.items("x", creationTimestamp="2025-11-10T00:00:00Z")
    policy = play.stage.policy(**DONE, **HELD)
    play.once()
    assert _mark_of(play, policy, "x")
    time.sleep(2.1)
    seen: list[str] = []

    def hook(request: Request) -> None:
        if request.method == "GET" and request.path.endswith(f"/{POLICIES}/{policy}") and not seen:
            seen.append(request.path)
            (document,) = play.stage.server._read(POLICIES, play.stage.namespace)
            status = {**document["status"], "heldFrom": format_instant(dt.datetime.now(dt.UTC))}
            play.change({**document, "status": status})

    play.meanwhile(hook)
    play.once()
    assert seen, "the policy was read"
    return _taken(play, "x")


def what_carries_the_mark_of_another_stays(play: Play) -> str:
    """Somebody copies an object with all of its annotations."""
    play.items("x", creationTimestamp="2025-11-10T00:00:00Z")
    policy = play.stage.policy(**DONE, **HELD)
    play.once()
    play.items("copy", annotations=_mark_of(play, policy, "x"), creationTimestamp="2025-11-10T00:00:00Z")
    time.sleep(2.1)
    play.once()
    assert play.gone("x"), "what was marked went"
    return _taken(play, "copy")


LASTING: dict[str, Any] = {
    "action": {"label": {"quarantine": "yes"}},
    "behavior": {"whileHolding": True},
    **DONE,
}
"""A policy that marks what it would take, for as long as it would."""


def _labels(play: Play, name: str) -> dict[str, str]:
    labels: dict[str, str] = play.stage.cluster.request("GET", play.stage.config_map(name)).body["metadata"]["labels"]
    return labels


def what_is_used_again_loses_its_mark(play: Play) -> str:
    """One policy marks what is unused, another deletes what is marked; an object is marked, and used again."""
    play.items("x", "y")
    play.stage.policy(**LASTING)
    play.once()
    assert _labels(play, "x")["quarantine"] == "yes"
    play.stage.patch(play.stage.config_map("x"), {"data": {"state": "busy"}})
    play.once()
    target = {"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": {"quarantine": "yes"}}}
    play.stage.policy(targetResources=[target])
    play.once()
    assert play.gone("y"), "what was marked went"
    return _taken(play, "x")


def a_mark_of_somebody_else_stays(play: Play) -> str:
    """The same label, by hand."""
    play.items("x")
    marked = play.item("by-hand", state="busy")
    marked["metadata"]["labels"]["quarantine"] = "yes"
    play.put(marked)
    play.stage.policy(**LASTING)
    play.once()
    assert _labels(play, "x")["quarantine"] == "yes"
    return "" if "quarantine" in _labels(play, "by-hand") else "what somebody wrote by hand was taken away"


def what_is_protected_is_not_written_on(play: Play) -> str:
    """An object is marked, and used again, and somebody has said since that it is to be kept as it is."""
    play.items("x")
    play.stage.policy(**LASTING)
    play.once()
    play.stage.patch(play.stage.config_map("x"), {"data": {"state": "busy"}, "metadata": {"annotations": {KEEP: ""}}})
    play.once()
    return "" if "quarantine" in _labels(play, "x") else "a protected object was written to"


def who_was_told_is_not_told_again(play: Play) -> str:
    """Three runs, and an object that is due in each."""
    play.items("x")
    play.stage.policy(action={"notify": {}}, evaluationInterval="1s", **DONE)
    replica = play.start()

    def lines(event: str) -> int:
        return replica.out.read_text().count(f'"event":"{event}"')

    until(lambda: lines("evaluation finished") >= 3, "three runs")
    told = lines("resource notified")
    assert told, "it was told"
    return "" if told == 1 else f"it was told {told} times"


def _left_as_it_was(play: Play, document: dict[str, Any], action: dict[str, Any], kind: str = NAMESPACED) -> str:
    """The server says that it has done what it was asked for, and answers with an object that is as it was."""
    play.put(document)
    place = document["metadata"]["namespace"]
    target = {"apiVersion": document["apiVersion"], "kind": document["kind"]}
    if kind == CLUSTER:
        target["namespaces"] = [place]
    name = play.stage.policy(kind=kind, targetResources=[target], action=action)
    path = play.stage.cluster.path_of(document)

    def hook(request: Request) -> Fault | None:
        if request.method != "PATCH" or request.path != path:
            return None
        (now,) = play.stage.server._read(f"{document['kind'].lower()}s", place)
        return Fault(status=200, body=json.dumps(now).encode(), content_type="application/json")

    play.meanwhile(hook)
    play.once()
    assert [each for each in play.sent("PATCH") if each.path == path], "it was tried"
    failed = play.stage.status(name, kind=kind)["lastRun"]["failed"]
    return "" if failed else f"a {document['kind']} that is as it was counts as done"


def what_was_not_scaled_is_not_scaled(play: Play) -> str:
    """An admission webhook has put the count back."""
    return _left_as_it_was(play, _deployment(play, 3), {"scale": {"replicas": 0}})


def what_was_not_suspended_is_not_suspended(play: Play) -> str:
    """The server has dropped the field."""
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "x", "namespace": play.stage.namespace}}
    return _left_as_it_was(play, {**job, "spec": {"suspend": False}}, {"suspend": True})


def what_was_not_patched_is_not_patched(play: Play) -> str:
    """An admission webhook has put something else in its place."""
    patch = {"spec": {"minReadySeconds": 5}}
    return _left_as_it_was(play, _deployment(play, 3), {"patch": patch}, CLUSTER)


def _account(play: Play) -> dict[str, Any]:
    metadata = {"name": "cleaner", "namespace": play.stage.namespace}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def what_a_policy_does_is_done_as_its_account(play: Play) -> str:
    """Each look at an object, each copy and each write carries the account; another policy on the kind has its own list."""
    play.put(_account(play))
    play.items("a", "b", "c")
    play.stage.policy(serviceAccountName="cleaner", behavior={"recycle": {"keepFor": "1h"}}, **DONE)
    play.once()
    whose = f"system:serviceaccount:{play.stage.namespace}:cleaner"
    for request in play.stage.server.requests:
        about = f"/namespaces/{play.stage.namespace}/"
        of_policy = by_controller(request) and about in request.path and not _of_controller(request.path)
        if of_policy and request.headers.get("Impersonate-User") != whose:
            return f"{request.method} {request.path} with the rights of the controller"
    return "" if len(play.sent()) == 3 else f"{len(play.sent())} deletes, not 3"


def _of_controller(path: str) -> bool:
    return any(f"/{each}" in path for each in (POLICIES, "events", "serviceaccounts", "localsubjectaccessreviews"))


def who_acts_as_nobody_does_nothing(play: Play) -> str:
    """The account of the policy is deleted in the middle of its run."""
    play.put(_account(play))
    play.items("x")
    play.stage.policy(serviceAccountName="cleaner", **DONE)
    gone = False

    def hook(request: Request) -> Fault | None:
        nonlocal gone
        gone = gone or request.path.endswith("/configmaps")
        return Fault(status=404) if gone and "/serviceaccounts/" in request.path else None

    play.meanwhile(hook)
    play.once()
    assert gone, "the objects were listed"
    return _taken(play, "x")


def _finishing(play: Play, api_version: str, kind: str, status: dict[str, Any]) -> None:
    """An object that was made long ago, and a policy that takes what finished an hour ago."""
    metadata = {"name": "x", "namespace": play.stage.namespace, "creationTimestamp": "2026-01-01T00:00:00Z"}
    play.put({"apiVersion": api_version, "kind": kind, "metadata": metadata, "status": status})
    play.stage.policy(targetResources=[{"apiVersion": api_version, "kind": kind}], ttl={"afterFinished": "1h"})


def what_says_that_it_runs_stays(play: Play) -> str:
    """A Job says that it is complete, and that one of its Pods is active."""
    condition = {"type": "Complete", "status": "True", "lastTransitionTime": "2026-01-02T00:00:00Z"}
    status = {"conditions": [condition], "completionTime": "2026-01-02T00:00:00Z", "active": 1}
    _finishing(play, "batch/v1", "Job", status)
    play.once()
    return f"{len(play.sent())} deletes of a Job that runs" if play.sent() else ""


def what_finished_in_parts_finished_with_the_last(play: Play) -> str:
    """One container of a Pod ended long ago, and another one just now."""
    ended = ["2026-01-02T00:00:00Z", format_instant(dt.datetime.now(dt.UTC))]
    states = [{"name": f"c{number}", "state": {"terminated": {"finishedAt": at}}} for number, at in enumerate(ended)]
    _finishing(play, "v1", "Pod", {"phase": "Succeeded", "containerStatuses": states})
    play.once()
    return f"{len(play.sent())} deletes of a Pod that finished just now" if play.sent() else ""


def what_another_policy_marked_stays(play: Play) -> str:
    """Marked long ago, for reasons of its own."""
    marks = {
        f"gc.kube-zen.io/marked-{name}": value for name, value in (("at", "2026-01-02T00:00:00Z"), ("by", "b/other"))
    }
    play.items("x", annotations=marks, creationTimestamp="2026-01-01T00:00:00Z")
    since = {"path": "metadata.annotations['gc.kube-zen.io/marked-at']", "markedBy": "mine"}
    play.stage.policy(ttl={"after": {"wait": "1h", "since": since}}, **DONE)
    play.once()
    return _taken(play, "x")


def what_another_tool_looks_after_stays(play: Play) -> str:
    """It would come back."""
    play.items("x", annotations={"argocd.argoproj.io/tracking-id": "shop:/ConfigMap:shop/x"})
    play.items("free")
    play.stage.policy(**DONE)
    play.once()
    assert play.gone("free"), "what nobody looks after went"
    return _taken(play, "x")


def what_comes_back_whenever_it_is_deleted_stays(play: Play) -> str:
    """Three times; then somebody wants it there."""
    policy = play.stage.policy(**DONE)
    play.start()
    for number in range(4):
        play.items("x", uid=f"x-{number}")
        until(lambda: play.gone("x") or play.stage.condition(policy, "Fight").get("status") == "True", "it is judged")
    return _taken(play, "x")


def what_a_pod_mounts_is_referred_to(play: Play) -> str:
    """And nobody said what to look for; the rest goes, as soon as all kinds could be looked at in time."""
    play.items("x", "free", creationTimestamp="2026-01-01T00:00:00Z")
    spec = {"volumes": [{"name": "v", "configMap": {"name": "x"}}]}
    metadata = {"name": "uses-x", "namespace": play.stage.namespace}
    play.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    play.stage.policy(conditions={"unreferenced": True}, ttl={"afterCreation": "1h"})
    play.start()
    until(lambda: play.gone("free"), "what nothing refers to goes")
    return _taken(play, "x")


def what_an_unknown_kind_may_name_is_referred_to(play: Play) -> str:
    """Of a Widget nobody said what to look for: its text names the object."""
    play.stage.cluster.create(custom_kind("acme.io", "widgets", "Widget"))
    play.stage.make("w", kind="Widget", api_version="acme.io/v1", spec={"deep": [{"in": "x"}]})
    play.items("x", "free", creationTimestamp="2026-01-01T00:00:00Z")
    play.stage.policy(conditions={"unreferenced": True}, ttl={"afterCreation": "1h"})
    play.start()
    until(lambda: play.gone("free"), "what nothing refers to goes")
    return _taken(play, "x")


def what_may_be_related_stays(play: Play) -> str:
    """Whether the one Pod that names an object counts cannot be told: its label is no number."""
    play.items("x", "free", creationTimestamp="2026-01-01T00:00:00Z")
    metadata = {"name": "p", "namespace": play.stage.namespace, "labels": {"uses": "x", "weight": "heavy"}}
    play.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {}})
    by = {"theirs": "metadata.labels.uses", "mine": "metadata.name"}
    where = {"cel": "int(object.metadata.labels.weight) > 3"}
    related = [{"apiVersion": "v1", "kind": "Pod", "by": by, "where": where, "are": "none"}]
    play.stage.policy(conditions={"related": related}, ttl={"afterCreation": "1h"})
    play.once()
    assert play.gone("free"), "what nothing is related to went"
    return _taken(play, "x")


def what_lacks_what_is_grouped_by_stays(play: Play) -> str:
    """Two objects without the label: they are no series, of which one could go."""
    play.items("a", "b")
    labels = {"gc": "yes", "series": "s"}
    for number in range(2):
        created = f"2026-01-0{number + 1}T00:00:00Z"
        play.put(play.item(f"s-{number}") | {"metadata": _placed(play, f"s-{number}", labels, created)})
    play.stage.policy(retain={"groupBy": ["metadata.labels.series"], "orderBy": "created", "last": 1}, **DONE)
    play.once()
    assert play.gone("s-0", "s-1") == ["s-0"], "of the series the newest stays"
    return _taken(play, "a", "b")


def _placed(play: Play, name: str, labels: dict[str, str], created: str) -> dict[str, Any]:
    return {"name": name, "namespace": play.stage.namespace, "labels": labels, "creationTimestamp": created}


def what_kubernetes_makes_itself_stays(play: Play) -> str:
    """It would be there again at once."""
    play.items("kube-root-ca.crt", "free")
    play.stage.policy(**DONE)
    play.once()
    assert play.gone("free"), "the others go"
    return _taken(play, "kube-root-ca.crt")


def yes_lifts_no_breaker(play: Play) -> str:
    """By hand: four are due, three are the most, and nobody is asked."""
    names = ["a", "b", "c", "d"]
    play.items(*names)
    play.by_hand("run", "-f", play.policy_file(behavior={"breaker": {"maxObjects": 3}}), "--yes")
    return _taken(play, *names)


def what_only_has_the_name_of_what_was_approved_stays(play: Play) -> str:
    """Deleted and made anew between the plan that was saved and its run."""
    play.items("x", "free")
    plan = play.directory / f"{play.mutant}-plan.json"
    play.by_hand("plan", "-f", play.policy_file(), "--live", "--out", plan)
    play.stage.delete(play.stage.config_map("x"))
    play.items("x", uid="another")
    play.by_hand("run", plan, "--yes")
    assert play.gone("free"), "what was approved went"
    return _taken(play, "x")


def a_dry_run_of_the_server_changes_nothing(play: Play) -> str:
    """By hand: every write is sent."""
    play.items("x")
    play.by_hand("run", "-f", play.policy_file(), "--yes", "--dry-run")
    assert play.sent(), "it was sent"
    return _taken(play, "x")


def _taken(play: Play, *names: str, namespace: str | None = None) -> str:
    gone = play.gone(*names, namespace=namespace)
    return f"{len(gone)} deleted that should stay: {json.dumps(gone[:3])}" if gone else ""


SCENARIOS = (
    Scenario(every_delete_is_pinned_to_a_fresh_read, ("no-uid", "no-fresh-get")),
    Scenario(what_changes_after_the_read_stays, ("no-resourceVersion",)),
    Scenario(a_pod_that_changes_before_its_eviction_stays, ("eviction-without-preconditions",)),
    Scenario(what_changes_before_a_patch_is_not_patched, ("patch-without-resourceVersion",)),
    Scenario(what_changes_after_the_list_stays, ("no-second-decision",)),
    Scenario(what_changes_before_a_retry_stays, ("retries-without-preconditions",)),
    Scenario(nothing_is_sent_when_the_lease_is_not_renewed, ("flag-instead-of-deadline",)),
    Scenario(what_a_paused_policy_wanted_stays, ("policy-not-read-again",)),
    Scenario(what_was_looked_at_ahead_is_as_old_as_its_beginning, ("look-ahead-never-old",)),
    Scenario(what_is_seen_ahead_stops_every_writer, ("look-ahead-not-heeded",)),
    Scenario(nothing_goes_while_the_switch_is_pulled, ("kill-switch-ignored",)),
    Scenario(too_much_is_nothing, ("breaker-off",)),
    Scenario(a_namespace_whose_contents_cannot_be_listed_stays, ("list-error-as-empty",)),
    Scenario(a_namespace_whose_contents_are_listed_by_half_stays, ("half-list-as-whole",)),
    Scenario(too_much_in_drops_is_too_much, ("drops-not-counted",)),
    Scenario(what_went_in_drops_counts_at_the_next_pass, ("pass-counts-itself-alone",)),
    Scenario(what_owns_what_must_stay_waits_for_a_pass, ("owners-go-between-passes",)),
    Scenario(what_is_too_young_keeps_what_owns_it, ("too-young-keeps-nothing",)),
    Scenario(what_a_leader_saw_coming_waits_for_the_pass_of_the_next, ("leader-before-remembers",)),
    Scenario(a_list_that_begins_anew_is_counted_anew, ("restart-keeps-counts",)),
    Scenario(a_dry_run_writes_nothing, ("dry-run-writes",)),
    Scenario(what_is_null_under_none_stays, ("null-under-none-is-true",)),
    Scenario(what_is_missing_under_none_stays, ("undecided-is-false-under-none",)),
    Scenario(no_namespaces_are_none, ("empty-selector-is-all",)),
    Scenario(what_is_marked_stays, ("keep-mark-ignored",)),
    Scenario(what_says_that_it_runs_stays, ("running-is-finished",)),
    Scenario(what_finished_in_parts_finished_with_the_last, ("first-evidence-counts",)),
    Scenario(what_another_policy_marked_stays, ("any-mark-counts",)),
    Scenario(what_another_tool_looks_after_stays, ("managed-is-taken",)),
    Scenario(what_comes_back_whenever_it_is_deleted_stays, ("what-came-back-is-forgotten",)),
    Scenario(what_a_pod_mounts_is_referred_to, ("references-not-read",)),
    Scenario(what_an_unknown_kind_may_name_is_referred_to, ("texts-name-nothing",)),
    Scenario(what_may_be_related_stays, ("undecided-is-unrelated",)),
    Scenario(what_lacks_what_is_grouped_by_stays, ("lacking-is-a-group",)),
    Scenario(what_kubernetes_makes_itself_stays, ("made-by-kubernetes-is-taken",)),
    Scenario(what_terminates_is_asked_once, ("terminating-is-sent-again",)),
    Scenario(no_fewer_are_left_than_are_retained, ("retained-not-read-again",)),
    Scenario(what_somebody_begins_to_use_stays, ("related-not-listed-again",)),
    Scenario(what_others_may_use_stays, ("unlisted-is-unrelated",)),
    Scenario(what_is_on_its_way_out_is_not_retained, ("terminating-is-retained",)),
    Scenario(of_two_of_the_same_time_the_larger_uid_stays, ("ties-by-name",)),
    Scenario(what_became_the_newest_does_not_go_along, ("owned-not-retained",)),
    Scenario(a_namespace_that_holds_what_is_retained_stays, ("inside-not-retained",)),
    Scenario(what_has_not_opted_in_stays, ("opt-in-not-asked",)),
    Scenario(what_may_own_what_cannot_be_listed_stays, ("unlisted-owns-nothing",)),
    Scenario(what_cannot_be_copied_stays, ("deletes-without-a-copy",)),
    Scenario(what_is_copied_by_half_stays, ("half-a-copy-is-one",)),
    Scenario(what_may_have_gone_keeps_its_copy, ("lost-answer-is-no-delete",)),
    Scenario(a_copy_stays_for_as_long_as_it_says, ("copy-goes-when-marked",)),
    Scenario(what_is_left_when_a_blackout_begins_stays, ("windows-not-asked",)),
    Scenario(what_a_blackout_covers_stays_while_a_window_is_open, ("window-beats-blackout",)),
    Scenario(what_another_replica_ran_for_is_not_run_for_again, ("time-not-claimed",)),
    Scenario(what_was_missed_before_an_edit_is_not_caught_up, ("edited-catches-up",)),
    Scenario(what_starts_over_stays, ("unmarking-forgotten",)),
    Scenario(what_another_replica_saw_in_use_starts_over, ("goes-by-what-was-listed",)),
    Scenario(what_carries_the_mark_of_another_stays, ("copied-mark-counts",)),
    Scenario(what_is_used_again_loses_its_mark, ("marks-stay",)),
    Scenario(a_mark_of_somebody_else_stays, ("any-mark-is-ours",)),
    Scenario(what_is_protected_is_not_written_on, ("protected-is-unmarked",)),
    Scenario(who_was_told_is_not_told_again, ("told-again",)),
    Scenario(what_was_not_scaled_is_not_scaled, ("count-not-looked-at",)),
    Scenario(what_was_not_suspended_is_not_suspended, ("switch-not-looked-at",)),
    Scenario(what_was_not_patched_is_not_patched, ("patch-not-looked-at",)),
    Scenario(what_a_policy_does_is_done_as_its_account, ("delete-without-impersonation", "list-without-impersonation")),
    Scenario(who_acts_as_nobody_does_nothing, ("account-not-looked-for",)),
    Scenario(clocks_that_disagree_stop_it, ("clock-not-compared",)),
    Scenario(yes_lifts_no_breaker, ("yes-lifts-the-breaker",)),
    Scenario(what_only_has_the_name_of_what_was_approved_stays, ("approved-by-name",)),
    Scenario(a_dry_run_of_the_server_changes_nothing, ("rehearsal-in-earnest",)),
    Scenario(who_trusts_the_webhook_goes_on_to, ("leaf-before-trust",)),
)

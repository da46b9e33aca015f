"""What is retained of a group is there when something else of the group goes: seen on the wire, while others delete, too."""

from __future__ import annotations

import random
import secrets
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.stage import LABELS, SELECTOR, by_controller, until
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded import Fault
    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

NEWEST_THREE = {"groupBy": ["metadata.labels.app"], "last": 3}


def series(stage: EmbeddedStage, count: int, app: str = "a", **metadata: Any) -> list[str]:
    """So many ConfigMaps of an app, a day apart, put straight into the cluster; the names of the newest come first."""
    names = [f"{app}-{number:03}" for number in range(count)]
    stage.server.seed(item(stage, name, day, app, **metadata) for day, name in enumerate(names))
    return names


def item(stage: EmbeddedStage, name: str, day: int, app: str = "a", **metadata: Any) -> dict[str, Any]:
    """A ConfigMap that was made some days before the last of December."""
    made = f"2025-{12 - day // 28:02}-{28 - day % 28:02}T00:00:00Z"
    labels = {**LABELS, "app": app}
    named = {"name": name, "namespace": stage.namespace, "creationTimestamp": made, "labels": labels, **metadata}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": named}


def once(inside: Callable[..., Inside], stage: Stage) -> Inside:
    """Run every policy one time."""
    controller = inside(stage, once=True)
    controller.finish()
    return controller


def meanwhile(stage: EmbeddedStage, hook: Callable[[Request], Fault | None]) -> None:
    """Ask a hook before each request of the controller."""
    stage.server.faults = lambda request: hook(request) if by_controller(request) else None


def lose(stage: EmbeddedStage, name: str) -> None:
    """Delete a ConfigMap from within a hook, as somebody else does."""
    state = stage.server._state
    resource = state.registry.named("configmaps")
    if state.find(resource, stage.namespace, name) is not None:
        state.remove(resource, now_of(stage, name))


def now_of(stage: EmbeddedStage, name: str) -> dict[str, Any]:
    """A ConfigMap as it is now, read from within a hook."""
    (found,) = [one for one in stage.server._read("configmaps", stage.namespace) if one["metadata"]["name"] == name]
    return found


def reads(stage: EmbeddedStage, name: str) -> list[Request]:
    """The requests of the controller for a ConfigMap, or for a list of them by an empty name."""
    end = f"/configmaps/{name}" if name else "/configmaps"
    return [each for each in stage.sent("GET") if each.path.endswith(end) and by_controller(each)]


def test_a_history_is_cut_to_its_newest(stage: Stage, inside: Callable[..., Inside]) -> None:
    """On either cluster; the status counts what is held back apart."""
    names = []
    for _ in range(5):
        names.append(stage.make(metadata={"labels": {**LABELS, "app": "a"}}))
        time.sleep(1.1)  # a creationTimestamp has whole seconds
    stage.make("alone", metadata={"labels": {**LABELS, "app": "b"}})
    stage.make("none")
    policy = stage.policy(retain=NEWEST_THREE)
    once(inside, stage)
    assert stage.names() == {*names[2:], "alone", "none"}
    status = stage.status(policy)
    assert (status["resourcesMatched"], status["resourcesDeleted"], status["resourcesPending"]) == (7, 2, 5)
    assert status["lastRun"]["kept"]["retained"] == 5


def test_what_somebody_deletes_meanwhile_keeps_the_rest_of_its_group(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """One of the newest goes between the list and the first write; the other group is cut all the same."""
    names, others = series(embedded, 8), series(embedded, 8, "b")
    policy = embedded.policy(retain=NEWEST_THREE)

    def hook(request: Request) -> None:
        if request.method == "GET" and "/configmaps/" in request.path:
            lose(embedded, names[1])

    meanwhile(embedded, hook)
    controller = once(inside, embedded)
    assert embedded.names() == {*names[:1], *names[2:], *others[:3]}
    assert len(controller.records(outcome="dropped")) == 5
    (told,) = controller.records("group left alone")
    assert (told["resource_kind"], told["resource_namespace"]) == ("ConfigMap", embedded.namespace)
    assert "what is retained of its group has changed" in told["message"]
    assert embedded.status(policy)["resourcesDeleted"] == 5


def test_three_are_seen_before_each_delete_while_somebody_else_deletes_them(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Answers of the last five seconds show three newer objects of the group, whatever becomes of them between requests."""
    chance = random.Random(5)
    groups = {app: series(embedded, 25, app) for app in "abcd"}
    embedded.policy(retain=NEWEST_THREE, behavior={"maxDeletionsPerSecond": 30}, evaluationInterval="4s")
    shown: dict[str, float] = {}
    deletes: list[int] = []

    def there() -> list[str]:
        found = embedded.server._read("configmaps", embedded.namespace)
        return sorted(one["metadata"]["name"] for one in found if one["metadata"].get("labels", {}).get("gc"))

    def hook(request: Request) -> None:
        name = request.path.rpartition("/configmaps/")[2]
        if request.method == "GET" and request.path.endswith("/configmaps"):
            shown.update(dict.fromkeys(there(), time.monotonic()))
        elif request.method == "GET" and "/configmaps/" in request.path:
            shown.pop(name, None)
            if name in there():
                shown[name] = time.monotonic()
        elif request.method == "DELETE" and "/configmaps/" in request.path:
            recent = [one for one, when in shown.items() if when > time.monotonic() - 5 and one[0] == name[0]]
            deletes.append(sum(one < name for one in recent))
        if chance.random() < 0.03:
            newest = [one for one in there() if one[0] == chance.choice("abcd")]
            if len(newest) > 8:
                lose(embedded, newest[chance.randrange(3)])

    meanwhile(embedded, hook)
    controller = inside(embedded)
    until(lambda: all(sum(name[0] == app for name in embedded.names()) <= 3 for app in groups), "the groups are cut")
    controller.stop()
    assert min(deletes) >= 3
    assert len(deletes) > 40


CHANGES: dict[str, dict[str, Any]] = {
    "terminating": {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["acme.io/wait"]},
    "marked": {"annotations": {"gc.kube-zen.io/keep": ""}},
    "in another group": {"labels": {**LABELS, "app": "z"}},
    "not selected": {"labels": {"app": "a"}},
    "another of its name": {"uid": "00000000-0000-4000-8000-00000000000f"},
    "of another time": {"creationTimestamp": "2025-11-30T00:00:00Z"},
    "owned": {"ownerReferences": [{"apiVersion": "v1", "kind": "X", "name": "x", "uid": "x", "controller": True}]},
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_fill_its_place_any_more_keeps_the_rest_of_its_group(
    embedded: EmbeddedStage, inside: Callable[..., Inside], change: str
) -> None:
    """Whatever became of one of the newest since the list."""
    names = series(embedded, 6)
    embedded.policy(retain=NEWEST_THREE)

    def hook(request: Request) -> None:
        if request.method == "GET" and "/configmaps/" in request.path:
            now = now_of(embedded, names[2])
            embedded.server._seed([{**now, "metadata": {**now["metadata"], **CHANGES[change]}}])

    meanwhile(embedded, hook)
    once(inside, embedded)
    assert embedded.sent("DELETE", "configmaps") == []


def test_what_is_due_and_came_into_another_place_stays(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Relabelled into another group, or another object of its name."""
    names = series(embedded, 6)
    embedded.policy(retain=NEWEST_THREE)

    def hook(request: Request) -> None:
        if request.method == "GET" and request.path.endswith(names[4]):
            embedded.server._seed([item(embedded, names[4], 4, "z")])

    meanwhile(embedded, hook)
    once(inside, embedded)
    assert embedded.names() == {*names[:3], names[4]}


def test_few_are_read_by_name_and_many_by_one_list(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """More than 20 in a namespace; each delete comes after a read of all that its group retains."""
    few = series(embedded, 5)
    embedded.policy("few", retain={"last": 3, "groupBy": ["metadata.labels.app"]})
    once(inside, embedded)
    assert [len(reads(embedded, name)) for name in few[:3]] == [1, 1, 1]
    embedded.delete(embedded.path("few"))
    many = series(embedded, 30, "m")
    lists = len(reads(embedded, ""))
    embedded.policy("many", retain={"last": 25, "groupBy": ["metadata.labels.app"]})
    once(inside, embedded)
    assert embedded.names() == {*few[:3], *many[:25]}
    assert len(reads(embedded, "")) == lists + 2, "the pass, and one for all that is retained"
    assert [len(reads(embedded, name)) for name in many[:25]] == [0] * 25


def test_a_look_that_is_old_is_not_enough(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """At one write in two seconds, the newest are read for each, and what is taken meanwhile is noticed."""
    names = series(embedded, 8)
    embedded.policy(retain=NEWEST_THREE, behavior={"maxDeletionsPerSecond": 0.5}, evaluationInterval="1m")

    def hook(request: Request) -> None:
        if len(embedded.sent("DELETE", "configmaps")) == 2:
            lose(embedded, names[0])

    meanwhile(embedded, hook)
    controller = inside(embedded)
    until(lambda: controller.records("evaluation finished"))
    controller.stop()
    deletes = embedded.sent("DELETE", "configmaps")
    assert len(deletes) in {2, 3}, "one may be on its way"
    assert len(reads(embedded, names[0])) >= 2


def test_what_is_retained_and_cannot_be_read_stops_the_run(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """A failing read is no answer."""
    from zen_gc_embedded import Fault  # noqa: PLC0415

    names = series(embedded, 6)
    policy = embedded.policy(retain=NEWEST_THREE)
    meanwhile(embedded, lambda request: Fault(status=500) if request.path.endswith(names[0]) else None)
    once(inside, embedded)
    assert embedded.sent("DELETE", "configmaps") == []
    assert embedded.reason(policy) == "ServerFailed"


def test_a_slow_look_stops_the_run(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What began too long ago says nothing of now."""
    monkeypatch.setattr("zen_gc_core.controller.runs.keepers.MOST_READING_SECONDS", -1.0)
    series(embedded, 6)
    policy = embedded.policy(retain=NEWEST_THREE)
    once(inside, embedded)
    assert embedded.sent("DELETE", "configmaps") == []
    assert embedded.reason(policy) == "RetainedTooSlow"
    assert "EvaluationFailed" in embedded.reasons(policy)


def test_more_than_may_be_retained_acts_on_nothing(
    embedded: EmbeddedStage, inside: Callable[..., Inside], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says so, in status and event."""
    from zen_gc_core.engine.retaining import places  # noqa: PLC0415

    monkeypatch.setattr(places.Places.__init__, "__defaults__", (4, places.MOST_WITHIN))
    for app in "abc":
        series(embedded, 4, app)
    policy = embedded.policy(retain={"groupBy": ["metadata.labels.app"], "last": 2})
    once(inside, embedded)
    assert embedded.sent("DELETE", "configmaps") == []
    assert embedded.reason(policy) == "RetainTooManyGroups"
    assert any("RetainTooManyGroups" in event["message"] for event in embedded.events(policy))


def test_a_dry_run_says_what_would_go(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """And reads none of what is retained again."""
    names = series(embedded, 6)
    policy = embedded.policy(retain=NEWEST_THREE, behavior={"dryRun": True})
    once(inside, embedded)
    assert embedded.status(policy)["resourcesWouldDelete"] == 3
    assert reads(embedded, names[0]) == []


# What goes along.


def owned_by(stage: EmbeddedStage, owner: str) -> dict[str, Any]:
    """Metadata by which a ConfigMap owns another."""
    uid = stage.cluster.request("GET", stage.config_map(owner)).body["metadata"]["uid"]
    return {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": owner, "uid": uid}]}


ALONG = {
    "goes": lambda _stage, _names: None,
    "became the newest": lambda stage, names: [lose(stage, each) for each in names[:5]],
    "lost one of the newest": lambda stage, names: lose(stage, names[1]),
    "in another group": lambda stage, names: reseed(stage, names[5], labels={**LABELS, "app": "z"}),
    "of another time": lambda stage, names: reseed(stage, names[5], creationTimestamp="2025-12-29T00:00:00Z"),
    "not selected": lambda stage, names: reseed(stage, names[5], labels={"app": "z"}),
}
"""What becomes of something, or of its group, while its owner is read for the last time."""


def reseed(stage: EmbeddedStage, name: str, **metadata: Any) -> None:
    """Change a ConfigMap from within a hook."""
    now = now_of(stage, name)
    stage.server._seed([{**now, "metadata": {**now["metadata"], **metadata}}])


@pytest.mark.parametrize("change", ALONG)
def test_what_would_go_along_and_is_retained_by_now_keeps_its_owner(
    embedded: EmbeddedStage, inside: Callable[..., Inside], change: str
) -> None:
    """Between the plan and the write, what is newer goes, or it comes into another place itself."""
    owners = [f"o-{number:03}" for number in range(5)]  # older, so that their group is cut first
    embedded.server.seed(item(embedded, name, 30 + day, "o") for day, name in enumerate(owners))
    names = series(embedded, 5, "a")
    embedded.server.seed([item(embedded, "a-005", 5, "a", **owned_by(embedded, owners[4]))])
    names.append("a-005")
    embedded.policy(retain=NEWEST_THREE, behavior={"maxDeletionsPerSecond": 1}, evaluationInterval="1m")
    done: list[bool] = []

    def hook(request: Request) -> None:
        if request.method == "GET" and request.path.endswith(f"/{owners[4]}") and not done:
            done.append(True)
            ALONG[change](embedded, names)

    meanwhile(embedded, hook)
    once(inside, embedded)
    assert done
    gone = {request.path.rpartition("/")[2] for request in embedded.sent("DELETE", "configmaps")}
    assert owners[3] in gone, "the group of its owner is whole"
    assert (owners[4] in gone) is (change in {"goes", "not selected"})


# What is inside.


def test_a_namespace_that_holds_what_is_retained_stays(stage: Stage, inside: Callable[..., Inside]) -> None:
    """The newest of its group lives in it; a Namespace without any goes."""
    mark = {"cut": secrets.token_hex(4)}
    names = {}
    for use in ("kept", "free", "last"):
        names[use] = stage.cluster.namespace()
        stage.patch(f"/api/v1/namespaces/{names[use]}", {"metadata": {"labels": mark}})
        time.sleep(1.1)  # a creationTimestamp has whole seconds
    stage.make("newest", metadata={"namespace": names["kept"], "labels": mark})
    stage.make("other", metadata={"namespace": names["free"], "labels": {"cut": "not"}})
    selected = {"labelSelector": {"matchLabels": mark}}
    targets = [
        {"apiVersion": "v1", "kind": "Namespace", **selected},
        {"apiVersion": "v1", "kind": "ConfigMap", "namespaces": ["*"], **selected},
    ]
    policy = stage.policy(kind=CLUSTER, targetResources=targets, retain={"last": 1})
    inside(stage, once=True, allow_resource=["namespaces"]).finish()

    def going(use: str) -> bool:
        answer = stage.cluster.request("GET", f"/api/v1/namespaces/{names[use]}")
        return answer.status == 404 or "deletionTimestamp" in answer.body["metadata"]

    assert [use for use in names if going(use)] == ["free"]
    assert stage.status(policy, kind=CLUSTER)["lastRun"]["kept"]["protected"] == 1
    for use in ("kept", "last"):
        stage.patch(f"/api/v1/namespaces/{names[use]}", {"metadata": {"labels": {"cut": None}}})


def test_a_namespace_into_which_something_comes_that_is_retained_stays(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Between the plan and the write; looked at whole, for a condition asks beyond its metadata."""
    old = [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": LABELS, "creationTimestamp": made},
        }
        for name, made in (("full", "2025-01-01T00:00:00Z"), ("bare", "2025-01-02T00:00:00Z"))
    ]
    newest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "last", "labels": LABELS}}
    embedded.server.seed([*old, newest])
    targets = [
        {"apiVersion": "v1", "kind": "Namespace", "labelSelector": SELECTOR},
        {"apiVersion": "v1", "kind": "ConfigMap", "namespaces": ["*"], "labelSelector": SELECTOR},
    ]
    embedded.policy(
        kind=CLUSTER,
        targetResources=targets,
        retain={"last": 1},
        conditions={"cel": "object.kind == 'Namespace' || object.data.?state.orValue('') == 'ok'"},
    )

    def hook(request: Request) -> None:
        where = request.path.rpartition("/namespaces/")[2]
        if request.method == "GET" and where in {"full", "bare"}:
            made = {"name": "late", "namespace": where, "labels": LABELS}
            state = {"state": "ok" if where == "full" else "not"}
            embedded.server._seed([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": made, "data": state}])

    meanwhile(embedded, hook)
    inside(embedded, once=True, allow_resource=["namespaces"]).finish()
    assert [each.path.rpartition("/")[2] for each in embedded.sent("DELETE", "/namespaces/")] == ["bare"]

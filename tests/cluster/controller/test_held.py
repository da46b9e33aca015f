"""Since when the conditions hold without a break: marks on the objects, on either cluster, one run at a time."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.controllers import fetch
from tests.cluster.controller.stage import ago, by_controller, until
from tests.cluster.controller.test_contract import kill_switch
from zen_gc_core.controller.runs import passes

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

UNUSED = {"cel": "object.data.used == 'no'"}
WAIT = 2
HELD = {"after": {"since": "held", "wait": WAIT}}


@pytest.fixture(autouse=True)
def clocks_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """All runs of a test have the same clocks, but for the server's, which has whole seconds."""
    monkeypatch.setattr(passes, "CLOCKS_APART", timedelta(seconds=1.1))


def once(inside: Callable[..., Inside], stage: Stage, **settings: Any) -> Inside:
    """Run every policy one time."""
    controller = inside(stage, once=True, **settings)
    controller.finish()
    return controller


def idle(stage: Stage, **spec: Any) -> str:
    """A policy that takes what was not used for so long."""
    return stage.policy(**{"conditions": UNUSED, "ttl": HELD, "evaluationInterval": "1h", **spec})


def thing(stage: Stage, used: str = "no", **metadata: Any) -> str:
    """A ConfigMap that is used, or is not."""
    return stage.make(data={"used": used}, metadata=metadata)


def use(stage: Stage, name: str, used: str = "yes") -> None:
    """Begin, or cease, to use it."""
    stage.patch(stage.config_map(name), {"data": {"used": used}})


def mark(stage: Stage, policy: str, name: str) -> str:
    """The mark of a policy on an object; empty where it has none."""
    uid = stage.read(policy)["metadata"]["uid"]
    metadata = stage.cluster.request("GET", stage.config_map(name)).body["metadata"]
    return str(metadata.get("annotations", {}).get(f"held.gc.kube-zen.io/{uid}", ""))


def since(value: str) -> datetime:
    """The instant of a mark, or of a status."""
    return datetime.fromisoformat(value.split(" ", maxsplit=1)[0])


def let_it_pass() -> None:
    """Wait until what was marked before is due."""
    time.sleep(WAIT + 1.2)  # the clock that counts is the earlier of two, and the server's has whole seconds


def test_what_holds_without_a_break_is_marked_and_then_goes(stage: Stage, inside: Callable[..., Inside]) -> None:
    """The mark says since when, of which generation of the policy, and which object."""
    name, other = thing(stage), thing(stage, "yes")
    policy = idle(stage)
    once(inside, stage)
    assert stage.names() == {name, other}
    instant, generation, uid = mark(stage, policy, name).split()
    assert uid == stage.cluster.request("GET", stage.config_map(name)).body["metadata"]["uid"]
    assert generation == str(stage.read(policy)["metadata"]["generation"])
    assert mark(stage, policy, other) == ""
    status = stage.status(policy)
    assert (status["lastRun"]["marked"], status["lastRun"]["due"], status["resourcesPending"]) == (1, 0, 2)
    assert since(status["heldFrom"]) <= since(instant)
    assert stage.condition(policy)["message"] == "matched 2, due 0; to be marked 1"

    let_it_pass()
    once(inside, stage)
    assert stage.names() == {other}
    assert since(stage.status(policy)["lastCompletePass"]) > since(status["lastCompletePass"])
    assert stage.status(policy)["heldFrom"] == status["heldFrom"]


def test_what_is_used_again_starts_over(stage: Stage, inside: Callable[..., Inside]) -> None:
    """The run that sees it in use takes the mark away; the time before does not count."""
    name = thing(stage)
    policy = idle(stage)
    once(inside, stage)
    first = mark(stage, policy, name)
    use(stage, name)
    let_it_pass()
    once(inside, stage)
    assert mark(stage, policy, name) == ""
    assert stage.status(policy)["lastRun"]["unmarked"] == 1
    use(stage, name, "no")
    once(inside, stage)
    assert since(mark(stage, policy, name)) > since(first) + timedelta(seconds=WAIT)
    assert stage.there(name)
    let_it_pass()
    once(inside, stage)
    assert not stage.there(name)


def test_what_the_selectors_take_no_more_starts_over(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Also where it comes back before the next run but one."""
    name = thing(stage)
    policy = idle(stage)
    once(inside, stage)
    stage.patch(stage.config_map(name), {"metadata": {"labels": {"gc": None}}})
    once(inside, stage)
    assert mark(stage, policy, name) == ""
    stage.patch(stage.config_map(name), {"metadata": {"labels": {"gc": "yes"}}})
    let_it_pass()
    once(inside, stage)
    assert stage.there(name)


def test_an_edited_policy_starts_over(stage: Stage, inside: Callable[..., Inside]) -> None:
    """A mark counts for the generation that it names."""
    name = thing(stage)
    policy = idle(stage)
    once(inside, stage)
    first = mark(stage, policy, name)
    stage.edit(policy, {"evaluationInterval": "2h"})
    let_it_pass()
    once(inside, stage)
    assert since(mark(stage, policy, name)) > since(first)
    assert stage.there(name)


def test_a_copied_mark_does_not_count(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Annotations are copied; a mark names its object by uid."""
    name = thing(stage)
    policy = idle(stage)
    once(inside, stage)
    uid = stage.read(policy)["metadata"]["uid"]
    copy = thing(stage, annotations={f"held.gc.kube-zen.io/{uid}": mark(stage, policy, name)})
    let_it_pass()
    once(inside, stage)
    assert stage.names() == {copy}


@pytest.mark.parametrize(
    "forged",
    [ago(days=400), ago(days=-1), "2026-01-01", "yesterday", "", f"{ago(days=1)} "],
    ids=["before it was made", "ahead of now", "a date", "no time", "nothing", "no more"],
)
def test_a_mark_that_cannot_be_right_does_not_count(
    embedded: EmbeddedStage, inside: Callable[..., Inside], forged: str
) -> None:
    """It is written anew."""
    name = thing(embedded)
    policy = idle(embedded)
    once(inside, embedded)
    _, generation, uid = mark(embedded, policy, name).split()
    key = f"held.gc.kube-zen.io/{embedded.read(policy)['metadata']['uid']}"
    value = f"{forged} {generation} {uid}"
    embedded.patch(embedded.config_map(name), {"metadata": {"annotations": {key: value}}})
    once(inside, embedded)
    assert embedded.there(name)
    assert mark(embedded, policy, name) != value


def test_a_forged_start_of_the_object_itself_is_bounded_by_the_policy(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """No mark counts from before the policy looked for the first time."""
    policy = idle(embedded)
    metadata = embedded.read(policy)["metadata"]
    name = thing(embedded)
    uid = embedded.cluster.request("GET", embedded.config_map(name)).body["metadata"]["uid"]
    let_it_pass()
    key, value = f"held.gc.kube-zen.io/{metadata['uid']}", f"{ago(seconds=1)} {metadata['generation']} {uid}"
    embedded.patch(embedded.config_map(name), {"metadata": {"annotations": {key: value}}})
    let_it_pass()
    once(inside, embedded)
    assert embedded.there(name)


def refuse_patches(stage: EmbeddedStage, status: int) -> list[Request]:
    """Answer every patch of a ConfigMap so."""
    refused: list[Request] = []

    def hook(request: Request) -> Fault | None:
        if by_controller(request) and request.method == "PATCH" and "/configmaps/" in request.path:
            refused.append(request)
            return Fault(status=status)
        return None

    stage.server.faults = hook
    return refused


@pytest.mark.parametrize("status", [403, 422, 500])
def test_after_a_mark_that_could_not_be_taken_away_none_counts(
    embedded: EmbeddedStage, inside: Callable[..., Inside], status: int
) -> None:
    """What was used meanwhile, and is not any more, does not go; nor does anything else that was marked before."""
    name, other = thing(embedded), thing(embedded)
    policy = idle(embedded)
    once(inside, embedded)
    use(embedded, name)
    refused = refuse_patches(embedded, status)
    once(inside, embedded)
    embedded.server.faults = None
    assert refused
    told = embedded.status(policy)
    assert since(told["heldFrom"]) > since(told["lastCompletePass"])
    use(embedded, name, "no")
    let_it_pass()
    once(inside, embedded)
    assert embedded.names() == {name, other}
    let_it_pass()
    once(inside, embedded)
    assert embedded.names() == set()


def test_while_marks_are_taken_away_the_status_says_that_none_counts(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """So whoever comes after a crash starts anew; when it is done, marks count as before."""
    name, _ = thing(embedded), thing(embedded)
    policy = idle(embedded, ttl={"after": {"since": "held", "wait": "1h"}})
    once(inside, embedded)
    before = embedded.status(policy)["heldFrom"]
    use(embedded, name)
    time.sleep(1.2)  # a mark of this moment may be ahead of the next run's clock, and would be written anew
    seen: list[str] = []

    def hook(request: Request) -> None:
        told = ((request.body or {}).get("status") or {}).get("heldFrom")
        if by_controller(request) and request.method == "PATCH" and (told or "/configmaps/" in request.path):
            seen.append(told or request.path)

    embedded.server.faults = hook
    once(inside, embedded)
    assert len(seen) == 3, seen
    first, patched, last = seen
    assert since(first) > since(before)
    assert patched.endswith(f"/configmaps/{name}")
    assert last == before == embedded.status(policy)["heldFrom"]


def test_after_a_long_gap_no_mark_counts(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Three intervals may lie between two runs that saw everything, and no more."""
    name = thing(stage)
    policy = idle(stage)
    once(inside, stage)
    first = mark(stage, policy, name)
    stage.patch(f"{stage.path(policy)}/status", {"status": {"lastCompletePass": ago(hours=3, minutes=1)}})
    let_it_pass()
    once(inside, stage)
    assert stage.there(name)
    assert since(mark(stage, policy, name)) > since(first)


def test_a_run_that_lists_nothing_is_a_gap_and_no_more(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Three intervals bridge it: nobody has seen the conditions not hold."""
    name = thing(embedded)
    policy = idle(embedded)
    once(inside, embedded)
    embedded.server.faults = lambda request: (
        Fault(status=403) if by_controller(request) and request.path.endswith("/configmaps") else None
    )
    once(inside, embedded)
    embedded.server.faults = None
    let_it_pass()
    once(inside, embedded)
    assert not embedded.there(name)
    assert policy


def test_what_cannot_be_told_is_a_break(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Undecided is not held."""
    name = thing(stage)
    policy = idle(stage, conditions={"cel": "int(object.data.used == 'no' ? '1' : object.data.used) == 1"})
    once(inside, stage)
    assert mark(stage, policy, name)
    use(stage, name, "not a number")
    once(inside, stage)
    assert mark(stage, policy, name) == ""


def test_a_dry_run_marks_nothing_and_takes_nothing_away(stage: Stage, inside: Callable[..., Inside]) -> None:
    """However long it takes to begin."""
    name, _ = thing(stage), thing(stage)
    policy = idle(stage, ttl={"after": {"since": "held", "wait": "1h"}})
    once(inside, stage)
    first = mark(stage, policy, name)
    use(stage, name)
    late = thing(stage)
    once(inside, stage, dry_run=True)
    assert mark(stage, policy, name) == first
    assert mark(stage, policy, late) == ""
    assert stage.status(policy)["resourcesWouldDelete"] == 0


def test_after_a_dry_run_that_owed_something_no_mark_counts(stage: Stage, inside: Callable[..., Inside]) -> None:
    """What it owes makes it incomplete, and what is marked begins anew."""
    name, other = thing(stage), thing(stage)
    idle(stage)
    once(inside, stage)
    use(stage, name)
    late = thing(stage)
    once(inside, stage, dry_run=True)
    let_it_pass()
    once(inside, stage)
    assert stage.names() == {name, other, late}


def test_the_breaker_counts_marks_and_stops_no_unmarking(stage: Stage, inside: Callable[..., Inside]) -> None:
    """All at once unused is as odd as all at once due."""
    name = thing(stage)
    policy = idle(stage, behavior={"breaker": {"maxObjects": 1, "maxPercent": 100}})
    once(inside, stage)
    assert mark(stage, policy, name)
    use(stage, name)
    others = [thing(stage), thing(stage)]
    once(inside, stage)
    assert stage.reason(policy) == "BreakerTripped"
    assert mark(stage, policy, name) == ""
    assert [mark(stage, policy, other) for other in others] == ["", ""]


def test_the_newest_of_a_group_stay_and_are_marked_too(stage: Stage, inside: Callable[..., Inside]) -> None:
    """What is retained is held all the same, and is due once it is retained no more."""
    names = [thing(stage) for _ in range(3)]
    time.sleep(1.1)
    newest = thing(stage)
    policy = idle(stage, retain={"last": 1})
    once(inside, stage)
    assert all(mark(stage, policy, name) for name in (*names, newest))
    let_it_pass()
    once(inside, stage)
    assert stage.names() == {newest}


def test_a_right_that_is_missing_is_named(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Marks need the right to patch."""
    thing(embedded)
    policy = idle(embedded)

    def hook(request: Request) -> Fault | None:
        asked = ((request.body or {}).get("spec") or {}).get("resourceAttributes") or {}
        refused = asked.get("verb") == "patch" and asked.get("resource") == "configmaps"
        return Fault(status=201, body=b'{"status": {"allowed": false}}') if refused else None

    embedded.server.faults = hook
    once(inside, embedded)
    assert embedded.reason(policy) == "AccessDenied"
    assert "patch" in embedded.condition(policy)["message"]


def test_a_controller_that_stays_marks_and_deletes(stage: Stage, inside: Callable[..., Inside]) -> None:
    """In the same process, from one interval to the next."""
    name = thing(stage)
    policy = idle(stage, evaluationInterval="10s", ttl={"after": {"since": "held", "wait": 5}})
    inside(stage)
    until(lambda: stage.status(policy).get("lastRun", {}).get("marked"), "it is marked")
    assert stage.there(name)
    until(lambda: not stage.there(name), "it goes")


LABELLED = {"action": {"label": {"acme.io/idle": "yes"}}, "ttl": {"immediate": True}}


def labels(stage: Stage, name: str) -> dict[str, str]:
    """The labels of an object, but for the one by which it is found."""
    metadata = stage.cluster.request("GET", stage.config_map(name)).body["metadata"]
    return {key: value for key, value in metadata.get("labels", {}).items() if key != "gc"}


def signed(stage: Stage, name: str) -> set[str]:
    """The annotations of an object that say by whom it was marked."""
    metadata = stage.cluster.request("GET", stage.config_map(name)).body["metadata"]
    return set(metadata.get("annotations", {}))


def test_a_label_lasts_while_the_conditions_hold(stage: Stage, inside: Callable[..., Inside]) -> None:
    """It is taken away with what says by whom it was written, where they do not, cannot be told, or the selectors do not take it."""
    used, odd, left, stays = (thing(stage) for _ in range(4))
    policy = idle(stage, **LABELLED, conditions={"cel": "int(object.data.used == 'no' ? '1' : object.data.used) == 1"})
    once(inside, stage)
    stage.edit(policy, {"behavior": {"whileHolding": True}})
    once(inside, stage)
    assert all(labels(stage, name) == {"acme.io/idle": "yes"} for name in (used, odd, left, stays))
    use(stage, used, "2")
    use(stage, odd, "not a number")
    stage.patch(stage.config_map(left), {"metadata": {"labels": {"gc": None, "other": "1"}}})
    once(inside, stage)
    assert [labels(stage, name) for name in (used, odd, left)] == [{}, {}, {"other": "1"}]
    assert labels(stage, stays) == {"acme.io/idle": "yes"}
    assert [signed(stage, name) for name in (used, odd, left)] == [set(), set(), set()]
    assert stage.status(policy)["lastRun"]["unmarked"] == 3
    once(inside, stage)
    assert labels(stage, stays) == {"acme.io/idle": "yes"}
    assert stage.status(policy)["lastRun"]["unmarked"] == 0


def test_what_somebody_else_wrote_stays(stage: Stage, inside: Callable[..., Inside]) -> None:
    """The same label by hand, by another policy, or with another value since; and what is protected is left alone."""
    by_hand, changed, kept = thing(stage), thing(stage), thing(stage)
    policy = idle(stage, **LABELLED, behavior={"whileHolding": True})
    once(inside, stage)
    stage.patch(
        stage.config_map(by_hand),
        {"metadata": {"annotations": {"gc.kube-zen.io/marked-by": f"{stage.namespace}/other"}}},
    )
    stage.patch(stage.config_map(changed), {"metadata": {"labels": {"acme.io/idle": "very"}}})
    stage.patch(stage.config_map(kept), {"metadata": {"annotations": {"gc.kube-zen.io/keep": ""}}})
    for name in (by_hand, changed, kept):
        use(stage, name)
    once(inside, stage)
    assert labels(stage, by_hand) == labels(stage, kept) == {"acme.io/idle": "yes"}
    assert labels(stage, changed) == {"acme.io/idle": "very"}
    assert policy


def test_marks_that_nobody_may_take_away_end_the_run(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Twenty in a row, as of all writes; none counts from then on."""
    names = [thing(embedded) for _ in range(25)]
    policy = idle(embedded, behavior={"maxDeletionsPerSecond": 500})
    once(inside, embedded)
    before = embedded.status(policy)["heldFrom"]
    for name in names:
        use(embedded, name)
    refused = refuse_patches(embedded, 403)
    once(inside, embedded)
    assert len(refused) == 20
    assert embedded.reason(policy) == "Forbidden"
    assert since(embedded.status(policy)["heldFrom"]) > since(before)


def test_a_break_is_written_down_however_many_statuses_wait(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Under the kill switch nothing else tells of it; a program that ends then must not forget it."""
    name = thing(embedded)
    policy = idle(embedded)
    once(inside, embedded)
    before = embedded.status(policy)["heldFrom"]
    use(embedded, name)
    others = [embedded.policy(conditions={"cel": "false"}, evaluationInterval="1h") for _ in range(30)]
    switch = kill_switch(embedded)
    embedded.cluster.create(switch)

    def slow(request: Request) -> Fault | None:
        others_tell = request.method == "PATCH" and request.path.endswith("/status") and policy not in request.path
        return Fault(delay=60.0) if others_tell else None

    embedded.server.faults = slow
    controller = inside(embedded, gc_interval=timedelta(hours=1))
    controller.await_record("evaluation finished", 2, policy=policy)
    controller.stop()
    embedded.server.faults = None
    assert since(embedded.status(policy)["heldFrom"]) > since(before)

    embedded.delete(embedded.cluster.path_of(switch))
    for each in others:
        embedded.delete(embedded.path(each))
    use(embedded, name, "no")
    let_it_pass()
    once(inside, embedded)
    assert embedded.there(name)


def test_who_takes_over_knows_what_others_saw(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """A standby that read the policy before another saw a break asks again: whatever the watch has told it, or not yet."""
    name = thing(embedded)
    policy = idle(embedded)
    once(inside, embedded)
    lease = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "gc-controller-leader-election", "namespace": embedded.home},
        "spec": {
            "holderIdentity": "another",
            "renewTime": ago().replace("Z", ".000000Z"),
            "leaseDurationSeconds": 3600,
        },
    }
    embedded.cluster.create(lease)
    standby = inside(embedded, gc_interval=timedelta(hours=1), enable_leader_election=True)
    standby.await_record("standing by")
    until(lambda: fetch(standby.controller.health_port, "/readyz")[0] == 200, "it has read the policies")
    use(embedded, name)
    switch = kill_switch(embedded)
    embedded.cluster.create(switch)
    once(inside, embedded)
    seen = embedded.status(policy)["heldFrom"]
    embedded.delete(embedded.cluster.path_of(switch))
    use(embedded, name, "no")
    let_it_pass()
    embedded.patch(embedded.lease_path(), {"spec": {"holderIdentity": "", "leaseDurationSeconds": 1}})
    until(lambda: len(standby.records("evaluation finished", policy=policy)) == 3, "it leads, and runs the policy")
    assert embedded.there(name)
    assert since(embedded.status(policy)["heldFrom"]) >= since(seen)

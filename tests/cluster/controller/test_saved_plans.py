"""Plan, approve, run: what is done is what stands in the file that was saved, or less."""

from __future__ import annotations

import copy
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.by_hand import ByHand
from tests.cluster.controller.stage import LABELS, SELECTOR
from tests.harness.embedded import InProcessCluster
from zen_gc_core.cli.plans.saved import content_digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.controller.stage import EmbeddedStage, Stage

Document = dict[str, Any]


@pytest.fixture
def hand(stage: Stage, tmp_path: Path) -> ByHand:
    """A person at a stage."""
    return ByHand(stage, tmp_path)


@pytest.fixture
def here(embedded: EmbeddedStage, tmp_path: Path) -> ByHand:
    """A person at an embedded cluster."""
    return ByHand(embedded, tmp_path)


def saved(hand: ByHand, *arguments: str | Path) -> Path:
    """Plan, and save that."""
    path = hand.directory / "plan.json"
    ran = hand.zen_gc("plan", *arguments, "--out", path)
    assert ran.code == 0, ran.err
    return path


def test_what_is_done_is_what_was_saved_and_is_still_due(hand: ByHand) -> None:
    """Not what is due since, nor another object of the same name, nor what changed; each is told."""
    stage = hand.stage
    kept, anew, free = (stage.make(name) for name in ("kept", "anew", "free"))
    plan = saved(hand, "-f", hand.policy(), "--live")
    late = stage.make("late")
    stage.patch(stage.config_map(kept), {"metadata": {"annotations": {"gc.kube-zen.io/keep": ""}}})
    stage.delete(stage.config_map(anew))
    stage.make("anew")
    ran = hand.run(plan)
    assert (ran.code, stage.names()) == (0, {kept, anew, late}), ran.err
    assert ran.out.splitlines()[-1] == "Done: 1 deleted, 2 changed since."
    assert f"changed since   ConfigMap   {stage.namespace}/kept" in re.sub(
        " +", lambda gap: " " * min(len(gap[0]), 3), ran.out
    )
    assert "2 objects of the plan changed since, and stay" in ran.err
    assert "2 objects are due by now and not in the plan, and stay" in ran.err
    assert free not in stage.names()


def test_what_changes_after_the_second_plan_stays(here: ByHand) -> None:
    """Between the look through the file and the run: an object of the name of one that was approved."""
    stage = here.embedded
    stage.make("x")
    plan = saved(here, "-f", here.policy(), "--live")
    lists = 0

    def hook(request: Any) -> None:
        nonlocal lists
        lists += request.path.endswith(f"{stage.namespace}/configmaps")
        if lists == 2:
            named = {"name": "x", "namespace": stage.namespace, "labels": LABELS, "uid": "another"}
            stage.server._seed([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": named}])

    stage.server.faults = hook
    ran = here.run(plan)
    assert (ran.code, stage.names(), stage.sent("DELETE")) == (0, {"x"}, [])
    assert ran.out.splitlines()[-1] == "Done: 1 changed since."


def edited(change: Callable[[Document], object], *, again: bool = False) -> Callable[[str], str]:
    """An edit of the file, whose digest is made anew or not."""

    def edit(text: str) -> str:
        document = json.loads(text)
        change(document)
        if again:
            document["contentDigest"] = content_digest(document)
        return json.dumps(document)

    return edit


def ago(**span: float) -> str:
    """An instant in the past."""
    return (datetime.now(UTC) - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def first(document: Document) -> Document:
    """The first policy of a plan."""
    found: Document = document["policies"][0]
    return found


REFUSED: list[tuple[str, Callable[[str], str], str]] = [
    (
        "another-uid",
        edited(lambda plan: first(plan)["decisions"][0].update(uid="x")),
        "it was edited since it was saved",
    ),
    ("one-more", edited(lambda plan: first(plan)["decisions"].append({})), "it was edited since it was saved"),
    ("no-digest", edited(lambda plan: plan.pop("contentDigest")), "it was edited since it was saved"),
    ("another-instant", edited(lambda plan: plan.update(now=ago(minutes=1))), "it was edited since it was saved"),
    ("cut", lambda text: text[: len(text) // 2], "it is cut short, or was edited"),
    ("empty", lambda _text: "", "the file is empty: no plan"),
    ("no-json", lambda _text: "hello", "it is no plan: zen-gc plan … --out FILE saves one"),
    ("list", lambda _text: "[]", "it is no plan"),
    ("deep", lambda _text: "[" * 100_000, "it is no plan"),
    ("binary", lambda _text: "\x00\x7f", "it is no plan"),
    (
        "printed",
        lambda text: json.dumps({k: json.loads(text)[k] for k in ("now", "policies")}),
        "it is what -o json prints",
    ),
    ("form", edited(lambda plan: plan.update(form="gc.kube-zen.io/plan/2")), "made by another version of zen-gc"),
    ("version", edited(lambda plan: plan["madeBy"].update({"zen-gc": "9.9"}), again=True), "it was made by zen-gc 9.9"),
    (
        "plugin",
        edited(lambda plan: plan["madeBy"]["plugins"].update(ttl="t 9"), again=True),
        "made with plugin ttl of t 9",
    ),
    ("no-plugin", edited(lambda plan: plan["madeBy"]["plugins"].pop("ttl"), again=True), "plugin ttl of none"),
    ("old", edited(lambda plan: plan.update(now=ago(hours=25)), again=True), "it is 1d1h old, and --max-age is 1d"),
    ("to-come", edited(lambda plan: plan.update(now=ago(hours=-1)), again=True), "which is to come"),
    ("cluster", edited(lambda plan: plan.update(cluster="x"), again=True), "it is a plan of another cluster"),
    (
        "spec",
        edited(lambda plan: first(plan)["policy"]["spec"].update(ttl={"afterCreation": "2h"}), again=True),
        "is not what was planned",
    ),
    ("policy", edited(lambda plan: first(plan)["policy"].update(spec=7), again=True), "is not what was planned"),
    ("shape", edited(lambda plan: plan.update(policies=7), again=True), "it is no plan that zen-gc has written"),
    (
        "no-uid",
        edited(lambda plan: first(plan)["decisions"][0].pop("uid"), again=True),
        "no plan that zen-gc has written",
    ),
    ("instant", edited(lambda plan: plan.update(now="soon"), again=True), "no plan that zen-gc has written"),
]


@pytest.mark.parametrize(("edit", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_file_that_is_not_what_was_saved_here_and_lately_is_refused(
    here: ByHand, edit: Callable[[str], str], words: str
) -> None:
    """With one line that begins with the file, and 2; nothing is done."""
    name = here.stage.make()
    plan = saved(here, "-f", here.policy(), "--live")
    plan.write_text(edit(plan.read_text()))
    ran = here.run(plan)
    (line,) = ran.errors
    assert (ran.code, ran.out, here.stage.names()) == (2, "", {name}), line
    assert line.startswith(f"{plan}: ")
    assert words in line


def test_a_plan_of_another_cluster_is_refused(here: ByHand) -> None:
    """Whose Namespace kube-system has another uid, whatever else is alike."""
    plan = saved(here, "-f", here.policy(), "--live")
    with InProcessCluster() as other:
        ran = ByHand(here.stage, here.directory, other.kubeconfig_path).run(plan)
    assert (ran.code, "another cluster" in ran.err) == (2, True)


def test_an_installed_policy_is_carried_out_as_it_was_planned_and_is_installed(here: ByHand) -> None:
    """With its status left alone; edited, paused or made anew since the plan, nothing is done."""
    stage = here.embedded
    name = stage.policy()
    gone = stage.make()
    plan = saved(here, name, "-n", stage.namespace)
    before = stage.read(name)
    assert here.run(plan).code == 0
    assert gone not in stage.names()
    assert stage.read(name) == before
    stage.make()
    plan = saved(here, name, "-n", stage.namespace)
    stage.edit(name, {"paused": True})
    assert "nothing is done for it: it is paused" in here.run(plan).err
    stage.edit(name, {"paused": False, "ttl": {"immediate": None, "afterCreation": "1h"}})
    assert "is not what was planned" in here.run(plan).err
    stage.delete(stage.path(name))
    assert "was deleted since" in here.run(plan).err
    stage.policy(name)
    ran = here.run(plan)
    assert (ran.code, "was deleted since" in ran.err, len(stage.names())) == (2, True, 1)


def test_an_installed_policy_that_is_paused_while_it_is_carried_out_stops(here: ByHand) -> None:
    """It is looked at again before each batch, as by a controller."""
    stage = here.embedded
    name = stage.policy()
    stage.make_many(3)
    plan = saved(here, name, "-n", stage.namespace)
    document, lists = stage.read(name), 0

    def hook(request: Any) -> None:
        nonlocal lists
        lists += request.path.endswith(f"{stage.namespace}/configmaps")
        if lists == 2:
            paused = copy.deepcopy(document)
            paused["spec"]["paused"] = True
            stage.server._seed([paused])

    stage.server.faults = hook
    ran = here.run(plan)
    assert (ran.code, len(stage.names()), stage.sent("DELETE")) == (1, 3, [])
    assert "ended early: " in ran.out


def test_neither_a_saved_plan_nor_yes_lifts_a_breaker(here: ByHand) -> None:
    """The breaker judges all that is due now, not what the file names; an approval names the policy."""
    here.stage.make_many(3)
    plan = saved(here, "-f", here.policy(behavior={"breaker": {"maxObjects": 2}}), "--live")
    ran = here.run(plan)
    assert (ran.code, len(here.stage.names())) == (1, 3)
    approval = ran.err.partition("--approve ")[2].partition(",")[0]
    assert here.run(plan, "--approve", approval).code == 0
    assert not here.stage.names()


WRONG: list[tuple[list[str], str]] = [
    (["-f", "{policy}", "-f", "{objects}", "--out", "{out}"], "--live takes the objects from the cluster"),
    (
        ["-f", "{policy}", "--live", "--now", "2026-01-01", "--out", "{out}"],
        "--out saves what is due now: leave out --now",
    ),
    (["-f", "{policy}", "--live", "--out", "-"], "--out: give the name of a file"),
    (["-f", "{policy}", "--live", "--out", "{policy}"], "there is something that is no plan: give another name"),
    (["-f", "{policy}", "--live", "--out", "{out}/x/y"], "No such file or directory"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_what_could_not_be_carried_out_is_not_saved(here: ByHand, arguments: list[str], words: str) -> None:
    """With 2, and nothing is written over."""
    objects = here.directory / "objects.json"
    objects.write_text(json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}))
    policy = here.policy()
    places = {"policy": policy, "objects": objects, "out": here.directory / "plan.json"}
    before = policy.read_text()
    ran = here.zen_gc("plan", *(each.format(**places) for each in arguments))
    assert (ran.code, words in ran.errors[-1]) == (2, True), ran.err
    assert policy.read_text() == before
    assert not places["out"].exists()


def test_a_plan_that_could_not_be_made_is_not_saved(here: ByHand) -> None:
    """Nor one of which a policy is invalid; a plan that is there stays."""
    plan = saved(here, "-f", here.policy(), "--live")
    before = plan.read_bytes()
    for spec in (
        {"ttl": {"immediate": 7}},
        {"targetResources": [{"apiVersion": "x.io/v1", "kind": "None", "labelSelector": SELECTOR}]},
    ):
        ran = here.zen_gc("plan", "-f", here.policy("wrong", **spec), "--live", "--out", plan)
        assert ran.code != 0
        assert "not saved" in ran.errors[-1]
    assert plan.read_bytes() == before


def test_a_saved_plan_is_for_its_owner_and_names_what_it_is_of(hand: ByHand) -> None:
    """Reasons may quote values of objects; the digests are there in full length."""
    name = hand.stage.make()
    plan = saved(hand, "-f", hand.policy(), "--live")
    document = json.loads(plan.read_text())
    (policy,) = document["policies"]
    kube_system = hand.stage.cluster.request("GET", "/api/v1/namespaces/kube-system").body
    assert plan.stat().st_mode & 0o777 == 0o600
    assert document["cluster"] == kube_system["metadata"]["uid"]
    assert [decision["name"] for decision in policy["decisions"]] == [name]
    assert (len(policy["policyDigest"]), policy["policyDigest"][:16]) == (64, policy["digest"])

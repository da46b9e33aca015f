"""``zen-gc run`` under the guards: what stops a run of the controller stops one by hand, and neither ``y`` nor ``--yes`` lifts it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded.faults import Fault

from tests.cluster.controller.by_hand import ByHand
from tests.cluster.controller.rights import CONFIG_MAPS, account, grant, subject
from tests.cluster.controller.stage import LABELS
from tests.cluster.controller.test_recycling import copies
from tests.cluster.controller.test_wildcards import ASKED, MARKED, wildcard
from zen_gc_core.engine.breaker import APPROVE
from zen_gc_core.model.policy import CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from pathlib import Path

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.stage import EmbeddedStage, Stage

PAUSE = "zen-gc-pause"
NAMESPACES = {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]}
"""Whether a Namespace carries the keep mark must be known."""


@pytest.fixture
def hand(stage: Stage, tmp_path: Path) -> ByHand:
    """A person at a stage."""
    return ByHand(stage, tmp_path)


@pytest.fixture
def here(embedded: EmbeddedStage, tmp_path: Path) -> ByHand:
    """A person at an embedded cluster."""
    return ByHand(embedded, tmp_path)


def switch(stage: Stage, **data: str) -> None:
    """Pull the kill switch."""
    metadata = {"name": PAUSE, "namespace": stage.home}
    stage.cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def test_yes_does_not_lift_a_tripped_breaker_and_an_approval_does(hand: ByHand) -> None:
    """The line shows the approval; of another digest, or for fewer objects, it lifts nothing."""
    stage = hand.stage
    names = set(stage.make_many(3))
    policy = hand.policy(behavior={"breaker": {"maxObjects": 2}})
    ran = hand.run("-f", policy)
    (line,) = ran.errors
    assert ran.code == 1
    assert "nothing is done: the breaker stops it: it would act on 3 objects, more than breaker.maxObjects 2" in line
    approval = line.partition("--approve ")[2].partition(",")[0]
    digest = approval.removesuffix("/3")
    for wrong, code in ((f"{digest}/2", 1), (f"{digest[::-1]}/3", 2), ("3", 2), (f"{digest}/0", 2)):
        assert hand.run("-f", policy, "--approve", wrong).code == code
    assert stage.names() == names
    assert hand.run("-f", policy, "--approve", approval).code == 0
    assert not stage.names()


def test_an_approval_in_the_file_means_what_it_means_in_the_cluster(here: ByHand) -> None:
    """It names the digest; after an edit it lifts nothing."""
    here.stage.make_many(3)
    behavior = {"breaker": {"maxObjects": 2}}
    ran = here.run("-f", here.policy(behavior=behavior))
    approval = ran.err.partition("--approve ")[2].partition(",")[0]
    metadata = {"annotations": {APPROVE: approval}}
    edited = here.policy(behavior=behavior, metadata=metadata, evaluationInterval="2m")
    assert here.run("-f", edited).code == 1
    assert here.run("-f", here.policy(behavior=behavior, metadata=metadata)).code == 0


@pytest.mark.parametrize(("data", "code"), [({}, 1), ({"paused": "true"}, 1), ({"paused": "false"}, 0)])
def test_the_kill_switch_stops_it_before_anything_is_listed(here: ByHand, data: dict[str, str], code: int) -> None:
    """By being there, unless it says exactly that it does not."""
    here.stage.make()
    switch(here.stage, **data)
    assert here.run("-f", here.policy()).code == code
    assert bool(here.stage.names()) is bool(code)


def test_a_switch_that_is_pulled_while_it_acts_stops_it(here: ByHand) -> None:
    """Between the plan and the first write; the summary says so, and it ends with 1."""
    stage = here.embedded
    stage.make_many(3)
    lists = 0

    def hook(request: Request) -> Fault | None:
        nonlocal lists
        lists += request.path.endswith(f"{stage.namespace}/configmaps")
        if lists == 2:
            stage.server._seed(
                [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": PAUSE, "namespace": stage.home}}]
            )
        return None

    stage.server.faults = hook
    ran = here.run("-f", here.policy())
    assert (ran.code, len(stage.names()), len(stage.sent("DELETE"))) == (1, 3, 0)
    assert "ended early: KillSwitch" in ran.out
    assert ran.out.splitlines()[-1] == "Not all was done: 3 not tried."


@pytest.mark.real
def test_who_may_not_read_the_switch_is_told_which_flag_names_its_namespace(real: Stage, tmp_path: Path) -> None:
    """403 is no absence: nothing is done, with 1; where it may be read, one acts with rights on the objects alone."""
    name = account(real, rules=[CONFIG_MAPS])
    person = ByHand(real, tmp_path, real.cluster.service_account_kubeconfig(real.namespace, name))
    grant(real, "", subject(real.namespace, name), NAMESPACES)
    gone = real.make()
    ran = person.run("-f", person.policy())
    assert (ran.code, ran.out) == (1, "")
    assert f"in namespace {real.home}: --controller-namespace names another" in ran.err
    assert real.names() == {gone}
    reads = {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": [PAUSE], "verbs": ["get"]}
    grant(real, real.home, subject(real.namespace, name), reads)
    ran = person.run("-f", person.policy())
    assert (ran.code, real.names()) == (0, set()), ran.err


@pytest.mark.real
def test_who_may_not_delete_is_told_what_to_grant(real: Stage, tmp_path: Path) -> None:
    """And nothing is sent."""
    reads = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}
    name = account(real, rules=[reads])
    grant(real, real.home, subject(real.namespace, name), reads)
    grant(real, "", subject(real.namespace, name), NAMESPACES)
    person = ByHand(real, tmp_path, real.cluster.service_account_kubeconfig(real.namespace, name))
    kept = real.make()
    ran = person.run("-f", person.policy())
    assert (ran.code, real.names()) == (1, {kept}), ran
    words = f"you may not delete configmaps in namespace {real.namespace}; its object stays"
    assert ran.errors == [f"{NAMESPACED} {real.namespace}/by-hand: nothing is done for it: {words}"]
    (policy,) = json.loads(person.run("-f", person.policy(), "-o", "json").out)["policies"]
    message = f"access denied: grant the verb delete on configmaps in namespace {real.namespace}"
    assert policy["ended"] == {"reason": "AccessDenied", "message": message}


def denied(here: ByHand, *parts: str) -> None:
    """Make the embedded server say no to every question about rights that names all of this."""
    body = json.dumps({"status": {"allowed": False}}).encode()

    def faults(request: Request) -> Fault | None:
        reviews = request.path.endswith("/selfsubjectaccessreviews")
        return Fault(body=body) if reviews and all(part in json.dumps(request.body) for part in parts) else None

    here.embedded.server.faults = faults


def test_what_may_not_be_done_is_told_before_the_question_which_counts_the_rest(here: ByHand) -> None:
    """A right of one policy: its objects stay, and those of the other go."""
    stage = here.stage
    marked = stage.make(metadata={"labels": {"gc": "no"}})
    gone = set(stage.make_many(2))
    target = {"apiVersion": "v1", "kind": "ConfigMap", "names": [marked]}
    marks = here.policy("marks", targetResources=[target], action={"label": {"acme.io/old": "yes"}})
    denied(here, '"patch"', '"configmaps"')
    ended, shown = here.at_a_terminal(b"y\n", "run", "-f", marks, "-f", here.policy("deletes"), columns=200)
    told = f"{stage.namespace}/marks: nothing is done for it: you may not patch configmaps in namespace {stage.namespace}; its object stays"
    assert (ended, stage.names() & gone) == (1, set()), shown
    assert 0 <= shown.find(told) < shown.find("Delete 2 objects? [y/N]:"), shown
    assert not here.embedded.sent("PATCH")


def test_of_kinds_of_a_wildcard_those_stay_that_may_not_be_deleted(here: ByHand) -> None:
    """The others go; nothing is sent for what stays, and programs read why."""
    stage = here.stage
    gone, kept = "gone", "kept"
    due = {"namespace": stage.namespace, "creationTimestamp": f"{day(-1)}T00:00:00Z", **MARKED}
    here.embedded.server._seed(
        [
            {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **due}}
            for kind, name in (("ConfigMap", gone), ("Secret", kept))
        ]
    )
    policy_file = here.policy(kind=CLUSTER, targetResources=[wildcard(stage)], ttl=ASKED)
    denied(here, '"delete"', '"secrets"')
    ran = here.run("-f", policy_file, "-o", "json")
    (policy,) = json.loads(ran.out)["policies"]
    found = {each["name"]: (each["result"], each["message"]) for each in policy["objects"]}
    words = f"you may not delete secrets in namespace {stage.namespace}"
    assert (ran.code, policy["ended"]) == (1, None), ran.err
    assert found == {gone: ("deleted", ""), kept: ("not-tried", words)}
    assert f"{words}; its Secret stays" in ran.err
    assert len(here.embedded.sent("DELETE")) == 1


STOPS: list[tuple[str, dict[str, Any], int, str]] = [
    ("invalid", {"ttl": {"never": True}}, 2, "1 policy is invalid"),
    ("not for a person", {"serviceAccountName": "cleaner"}, 2, "acts as the ServiceAccount"),
    ("nobody to ask", {}, 2, "there is no terminal to ask at: give --yes"),
    ("not there", {"targetResources": [{"apiVersion": "acme.io/v1", "kind": "Thing"}]}, 1, ""),
]


@pytest.mark.parametrize(("what", "spec", "code", "words"), STOPS, ids=[each[0] for each in STOPS])
def test_what_stops_it_is_one_document_for_programs(
    here: ByHand, what: str, spec: dict[str, Any], code: int, words: str
) -> None:
    """With the policies as far as they are known, and what was planned as not tried."""
    name = here.stage.make()
    ran = here.zen_gc("run", "-f", here.policy(**spec), "-o", "json", *([] if "ask" in what else ["--yes"]))
    document = json.loads(ran.out)
    assert ran.code == code
    assert words in (document["stopped"] or ""), document
    results = [each["result"] for policy in document["policies"] for each in policy["objects"]]
    assert results == (["not-tried"] if "ask" in what else [])
    assert here.stage.names() == {name}


@pytest.mark.parametrize("name", ["missing.json", "broken.json"])
def test_a_file_that_cannot_be_read_is_a_document_for_programs(here: ByHand, name: str) -> None:
    """And so is a switch that is pulled; the line on standard error, and the exit code, stay."""
    (here.directory / "broken.json").write_text("{")
    ran = here.run("-f", here.directory / name, "-o", "json")
    document = json.loads(ran.out)
    assert (ran.code, document["policies"]) == (2, [])
    assert [document["stopped"]] == ran.errors
    switch(here.stage)
    ran = here.run("-f", here.policy(), "-o", "json")
    document = json.loads(ran.out)
    assert (ran.code, [document["stopped"]]) == (1, ran.errors)
    assert [each["name"] for each in document["policies"]] == ["by-hand"]


HELD = {"ttl": {"after": {"since": "held", "wait": "1h"}}}
REFUSED = [
    ({"serviceAccountName": "cleaner"}, 2, "acts as the ServiceAccount"),
    (HELD, 2, "install the policy, or count from another start"),
    ({"ttl": {"never": True}}, 2, "spec.ttl"),
]


@pytest.mark.parametrize(("spec", "code", "words"), REFUSED)
def test_what_nobody_can_run_by_hand_is_refused(here: ByHand, spec: dict[str, Any], code: int, words: str) -> None:
    """With one line, and nothing is done for any policy."""
    kept = here.stage.make()
    ran = here.run("-f", here.policy("wrong", **spec), "-f", here.policy("right"))
    assert (ran.code, len(ran.errors), here.stage.names()) == (code, 1, {kept})
    assert words in ran.err


def day(days: int) -> str:
    """A day from now on."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


RESTS: list[tuple[dict[str, Any], int, str]] = [
    ({"paused": True}, 0, "nothing is done for it: it is paused"),
    ({"behavior": {"dryRun": True}}, 0, "nothing is done for it: it is a dry run"),
    ({"blackouts": [{"from": day(-1), "until": day(1)}]}, 1, "nothing is done: "),
    ({"schedule": {"cron": "0 0 29 2 *"}}, 0, ""),
]


@pytest.mark.parametrize(("spec", "code", "words"), RESTS)
def test_what_a_policy_says_of_when_it_acts_holds(here: ByHand, spec: dict[str, Any], code: int, words: str) -> None:
    """But for its schedule, which says when a controller runs it: a run by hand is for now."""
    here.stage.make()
    ran = here.run("-f", here.policy(**spec))
    assert (ran.code, words in ran.err) == (code, True), ran.err
    assert bool(here.stage.names()) is bool(words)


def test_what_changes_before_its_write_stays_and_is_told(here: ByHand) -> None:
    """Made due no more, edited and made anew between the plan and the write."""
    stage = here.embedded
    edited, anew, free = stage.make("edited"), stage.make("anew"), stage.make("free")
    changed = False

    def put(name: str, **metadata: Any) -> None:
        named = {"name": name, "namespace": stage.namespace, "labels": LABELS, **metadata}
        stage.server._seed([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": named}])

    def hook(request: Request) -> Fault | None:
        nonlocal changed
        first = request.method == "GET" and "/configmaps/" in request.path and PAUSE not in request.path
        if first and not changed:
            changed = True
            put(edited, labels={"gc": "no"})
            put(anew, uid="another")
        return None

    stage.server.faults = hook
    results = here.results("-f", here.policy(behavior={"maxDeletionsPerSecond": 5}))
    assert results == {edited: "changed-since", anew: "changed-since", free: "deleted"}
    assert stage.there(edited)
    assert stage.there(anew)


def test_it_writes_nothing_but_what_it_says(here: ByHand) -> None:
    """No status, no Event, no Lease: one delete an object, and questions about rights."""
    stage = here.embedded
    stage.make_many(3)
    installed = stage.policy("by-hand", paused=True)
    before = stage.read(installed)
    assert here.run("-f", here.policy()).code == 0
    written = {(each.method, each.path.rpartition("/")[2]) for each in stage.server.requests if each.method != "GET"}
    person = {(method, what) for method, what in written if method == "DELETE" or what == "selfsubjectaccessreviews"}
    assert len(stage.sent("DELETE")) == 3
    assert {what for method, what in written - person if method != "POST"} == set()
    assert stage.read(installed) == before
    assert not stage.events()
    assert not stage.lease()


def test_one_policy_that_is_stopped_stops_the_run(here: ByHand) -> None:
    """A run is one decision: nothing is done for the others, and the line says how to run them."""
    here.stage.make_many(3)
    ran = here.run("-f", here.policy("full", behavior={"breaker": {"maxObjects": 1}}), "-f", here.policy("free"))
    assert (ran.code, len(here.stage.names())) == (1, 3)
    assert ran.errors[-1] == "nor for 1 other policy: leave this one out to run them"


def test_what_is_retained_recycled_and_owned_is_as_a_controller_leaves_it(hand: ByHand) -> None:
    """The newest two stay, what goes is copied first."""
    stage = hand.stage
    stage.make_many(4)
    policy = hand.policy(retain={"last": 2}, behavior={"recycle": {"keepFor": "1h"}})
    results = hand.results("-f", policy)
    assert list(results.values()) == ["deleted", "deleted"]
    assert len(stage.names()) == 2
    assert {copy["spec"]["name"] for copy in copies(stage)} == set(results)


def test_a_dry_run_of_copies_and_evictions_changes_nothing(hand: ByHand) -> None:
    """Neither a copy nor an eviction; each is sent."""
    stage = hand.stage
    stage.make("settings")
    spec = {"containers": [{"name": "c", "image": "i"}]}
    stage.make("pod", kind="Pod", spec=spec)
    recycled = hand.policy("recycled", behavior={"recycle": {"keepFor": "1h"}})
    pods = [{"apiVersion": "v1", "kind": "Pod", "labelSelector": {"matchLabels": LABELS}}]
    evicted = hand.policy("evicted", targetResources=pods, action={"evict": {}})
    ran = hand.run("-f", recycled, "-f", evicted, "--dry-run", "-o", "json")
    document = json.loads(ran.out)
    results = {each["name"]: each["result"] for policy in document["policies"] for each in policy["objects"]}
    assert (ran.code, document["dryRun"], results) == (0, True, {"settings": "would-act", "pod": "would-act"}), ran.err
    path = f"/api/v1/namespaces/{stage.namespace}"
    there = [stage.cluster.request("GET", f"{path}/{kind}").body["items"] for kind in ("configmaps", "pods")]
    names = sorted(item["metadata"]["name"] for items in there for item in items)
    assert [name for name in names if name != "kube-root-ca.crt"] == ["pod", "settings"]
    assert "deletionTimestamp" not in there[1][0]["metadata"]
    assert copies(stage) == []

"""``suspend`` on clusters: one guarded patch, told as what it is, and on again by ``zen-gc restore``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import SELECTOR, until
from tests.golden.running import zen_gc

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

NOTE, KEEP, BY, AT = (f"gc.kube-zen.io/{key}" for key in ("suspended", "keep", "marked-by", "marked-at"))
REST = {"suspend": True}
TARGET = {"apiVersion": "batch/v1", "kind": "CronJob", "labelSelector": SELECTOR}


def path(stage: Stage, name: str) -> str:
    """Where a CronJob is."""
    return f"/apis/batch/v1/namespaces/{stage.namespace}/cronjobs/{name}"


def made(stage: Stage, *, suspend: object = None, **metadata: Any) -> str:
    """A CronJob, and its name."""
    pod = {"containers": [{"name": "c", "image": "none"}], "restartPolicy": "Never"}
    spec: dict[str, Any] = {"schedule": "0 3 1 1 *", "jobTemplate": {"spec": {"template": {"spec": pod}}}}
    if suspend is not None:
        spec["suspend"] = suspend
    return stage.make(kind="CronJob", api_version="batch/v1", metadata=metadata, spec=spec)


def seen(stage: Stage, name: str) -> tuple[bool, dict[str, str]]:
    """Whether a CronJob is suspended, and its annotations."""
    body = stage.cluster.request("GET", path(stage, name)).body
    return body["spec"].get("suspend", False), body["metadata"].get("annotations", {})


def restore(stage: Stage, what: str, *flags: str) -> Any:
    """Run the command."""
    return zen_gc("restore", what, "-n", stage.namespace, "--kubeconfig", stage.cluster.kubeconfig_path, *flags)


def test_an_object_is_suspended_and_let_go_on(stage: Stage, inside: Callable[..., Inside]) -> None:
    """With a word to the log, the events, the metrics and the status; one that rests already is no candidate."""
    name = made(stage, annotations={"own": "1"})
    resting = made(stage, suspend=True)
    policy = stage.policy(targetResources=[TARGET], action=REST)
    controller = inside(stage)

    until(lambda: seen(stage, name)[0])

    note = seen(stage, name)[1]
    assert (note[NOTE], note["own"], note[BY]) == ("spec.suspend", "1", f"{stage.namespace}/{policy}")
    assert controller.await_record("suspending resource")["outcome"] == "intended"
    assert controller.await_record("resource suspended")["resource_name"] == name
    event = until(lambda: next((each for each in stage.events(policy) if each["reason"] == "ResourceSuspended"), None))
    assert event["message"].startswith(f"Suspended resource {stage.namespace}/{name} (reason: CronJob due")
    until(lambda: stage.status(policy).get("lastRun", {}).get("kept", {}).get("condition") == 2)
    assert stage.status(policy)["totalDeleted"] == 0
    assert controller.scrape().total("gc_write_outcomes_total", outcome="suspended", policy_name=policy) == 1
    assert len(controller.records("resource suspended")) == 1
    assert seen(stage, resting) == (True, {})

    ran = restore(stage, f"cronjob/{name}", "--yes")

    assert (ran.code, ran.err) == (0, "")
    assert f"CronJob {stage.namespace}/{name}: goes on, and kept until " in ran.out
    suspended, annotations = seen(stage, name)
    assert not suspended
    assert not {NOTE, BY, AT} & set(annotations)
    assert KEEP in annotations
    until(lambda: stage.status(policy)["lastRun"]["kept"]["protected"] == 1)
    assert not seen(stage, name)[0]


def test_a_suspension_is_one_patch_that_pins_the_object_it_was_judged_on(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """On the wire: uid and resourceVersion, the switch and the note together."""
    name = made(embedded)
    document = embedded.cluster.request("GET", path(embedded, name)).body
    embedded.policy(targetResources=[TARGET], action=REST)
    inside(embedded)
    until(lambda: seen(embedded, name)[0])
    (sent,) = embedded.sent("PATCH", "/cronjobs/")
    assert sent.path == path(embedded, name)
    assert sent.body is not None
    metadata = sent.body["metadata"]
    assert (metadata["uid"], metadata["resourceVersion"]) == (
        document["metadata"]["uid"],
        document["metadata"]["resourceVersion"],
    )
    assert sent.body["spec"] == {"suspend": True}
    assert metadata["annotations"][NOTE] == "spec.suspend"


def test_a_suspension_that_fails_is_told_as_that_everywhere(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Status, event, log and metric."""
    name = made(embedded)
    policy = embedded.policy(targetResources=[TARGET], action=REST, evaluationInterval="1h")
    embedded.server.faults = lambda each: (
        Fault(status=422) if each.method == "PATCH" and "/cronjobs/" in each.path else None
    )
    controller = inside(embedded)
    until(lambda: embedded.condition(policy, "Degraded").get("reason") == "SuspensionFailed")
    event = until(
        lambda: next((each for each in embedded.events(policy) if each["reason"] == "SuspensionFailed"), None)
    )
    assert event["message"].startswith(f"Failed to suspend resource {embedded.namespace}/{name}")
    assert controller.await_record("resource not suspended", resource_name=name)["outcome"] == "failed"
    assert controller.scrape().total("gc_errors_total", policy_name=policy, error_type="suspension_failed") == 1
    assert not seen(embedded, name)[0]


@pytest.mark.parametrize(
    ("suspend", "annotations", "words"),
    [
        (True, {}, "no policy suspended it"),
        (False, {NOTE: "spec.suspend"}, "goes on already"),
        (None, {NOTE: "spec.suspend"}, "goes on already"),
    ],
)
def test_what_no_policy_suspended_stays_as_it_is(
    embedded: EmbeddedStage, suspend: object, annotations: dict[str, str], words: str
) -> None:
    """Somebody else had a reason to suspend it; nothing is written."""
    name = made(embedded, suspend=suspend, annotations=annotations)
    ran = restore(embedded, f"cj/{name}", "--yes")
    assert (ran.code, words in ran.err) == (1, True), ran.err
    assert not embedded.sent("PATCH")


def test_without_a_yes_it_is_shown_and_nothing_is_written(embedded: EmbeddedStage) -> None:
    """There is no terminal to ask at; what would be written is told with what it is now, and who did it."""
    name = made(embedded, suspend=True, annotations={NOTE: "spec.suspend", BY: "team-a/rest"})
    ran = restore(embedded, f"cronjobs.batch/{name}")
    assert (ran.code, "there is no terminal to ask at: give --yes" in ran.err) == (2, True)
    header, row = ran.out.splitlines()
    assert header.split() == ["OBJECT", "FIELD", "NOW", "THEN", "BY"]
    assert row.split() == ["CronJob", f"{embedded.namespace}/{name}", "spec.suspend", "true", "false", "team-a/rest"]
    assert not embedded.sent("PATCH")


def test_a_kind_whose_definition_is_not_there_is_said(embedded: EmbeddedStage) -> None:
    """The table knows it, and the cluster does not."""
    ran = restore(embedded, "kustomization/apps", "--yes")
    assert (ran.code, "serves no kind Kustomization of kustomize.toolkit.fluxcd.io" in ran.err) == (1, True), ran.err

"""What the breaker measures, by one rule: the plan over a cluster and the plan over its objects in files agree."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.golden.running import zen_gc
from tests.harness.definitions import custom_resource_definition
from zen_gc_core.model.policy import API_VERSION, NAMESPACED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import Stage

RUNS = custom_resource_definition(
    "acme.io",
    "Run",
    *("v1", "v2"),
    schema={"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
)
BREAKER = {"minObjects": 5, "maxPercent": 50}
RUN = {"apiVersion": "acme.io/v1", "kind": "Run"}
IN_V2 = {"apiVersion": "acme.io/v2", "kind": "Run"}
MAPS = {"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": {"gc": "yes"}}}
DUE = {"matchLabels": {"gc": "yes"}}


@pytest.fixture
def cluster(stage: Stage) -> Stage:
    """A cluster with a kind that nothing is known of: it may finish, by convention."""
    if stage.cluster.request("GET", stage.cluster.path_of(RUNS)).status == 404:
        stage.cluster.create(RUNS)
    return stage


def make(stage: Stage, running: int = 0, finished: int = 0, others: int = 0) -> None:
    """Make Runs: labelled running and finished ones, and finished ones without the label."""
    soon = datetime.now(UTC) + timedelta(seconds=10)  # not before they are made, and within what clocks may differ
    done = {"status": {"completionTime": soon.strftime("%Y-%m-%dT%H:%M:%SZ")}}
    for number in range(running + finished + others):
        labelled = {} if number >= running + finished else {"gc": "yes"}
        status = {} if number < running else done
        stage.make(f"run-{number}", kind="Run", api_version="acme.io/v1", metadata={"labels": labelled}, **status)


def tripped(stage: Stage, folder: Path, targets: list[dict[str, Any]], **spec: Any) -> str | None:
    """Why the breaker stops a policy: over the cluster and over what it holds, which must be the same."""
    metadata = {"name": "p", "namespace": stage.namespace}
    body = {"targetResources": targets, "ttl": {"immediate": True}, "behavior": {"breaker": BREAKER}, **spec}
    policy = {"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": metadata, "spec": body}
    (folder / "policy.json").write_text(json.dumps(policy))
    items: list[Any] = []
    for target in {target["kind"]: target for target in reversed(targets)}.values():
        path = stage.cluster.path_of({**target, "metadata": {"namespace": stage.namespace, "name": "x"}})
        listed = stage.cluster.request("GET", path.rpartition("/")[0]).body["items"]
        items += [{**item, "apiVersion": target["apiVersion"], "kind": target["kind"]} for item in listed]
    (folder / "objects.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    config = f"--kubeconfig={stage.cluster.kubeconfig_path}"
    live = zen_gc("plan", "-f", folder / "policy.json", "--live", config, "-o", "json")
    files = zen_gc("plan", "-f", folder / "policy.json", "-f", folder / "objects.json", "-o", "json")
    assert (live.code, live.err, files.code) == (0, "", 0)
    assert all("a server would convert them" in line for line in files.errors)
    (one,), (other,) = json.loads(live.out)["policies"], json.loads(files.out)["policies"]
    numbers = ("matched", "due", "pending", "tripped", "digest")
    assert {name: one[name] for name in numbers} == {name: other[name] for name in numbers}
    found: str | None = one["tripped"]
    return found


@pytest.mark.parametrize("whole", [False, True])
def test_finished_objects_hide_no_running_ones(cluster: Stage, tmp_path: Path, whole: bool) -> None:  # noqa: FBT001
    """All running ones would go; those that are finished, of which there are more, are no part of the share."""
    make(cluster, running=6, others=20)
    conditions = {"cel": "!has(object.status) || !has(object.status.phase)"} if whole else {}
    words = tripped(cluster, tmp_path, [{**RUN, "labelSelector": DUE}], conditions=conditions)
    assert str(words).startswith("it would act on 6 of 6 unfinished objects")


@pytest.mark.parametrize("whole", [False, True])
def test_finished_objects_are_not_counted_as_running(cluster: Stage, tmp_path: Path, whole: bool) -> None:  # noqa: FBT001
    """Where the metadata is listed alone, too: nobody is told "15 of 9"."""
    make(cluster, running=3, finished=12, others=2)
    conditions = {"cel": "!has(object.status) || !has(object.status.phase)"} if whole else {}
    assert tripped(cluster, tmp_path, [{**RUN, "labelSelector": DUE}], conditions=conditions) is None


def test_an_object_counts_once_in_whatever_version_it_is_named(cluster: Stage, tmp_path: Path) -> None:
    """Six of twelve are a half, not twelve of twelve nor of twenty-four."""
    make(cluster, running=12)
    for number in range(6):
        path = f"/apis/acme.io/v1/namespaces/{cluster.namespace}/runs/run-{number}"
        cluster.patch(path, {"metadata": {"labels": {"gc": None}}})
    targets = [{**each, "labelSelector": DUE} for each in (RUN, IN_V2)]
    assert tripped(cluster, tmp_path, targets) is None
    cluster.patch(
        f"/apis/acme.io/v1/namespaces/{cluster.namespace}/runs/run-0", {"metadata": {"labels": {"gc": "yes"}}}
    )
    assert str(tripped(cluster, tmp_path, targets)).startswith("it would act on 7 of 12 unfinished objects")


def test_many_objects_of_one_kind_do_not_hide_all_of_another(cluster: Stage, tmp_path: Path) -> None:
    """The share of each kind is judged, too."""
    make(cluster, running=1)
    for number in range(1, 21):
        cluster.make(f"run-{number}", kind="Run", api_version="acme.io/v1", metadata={"labels": {}})
    cluster.make_many(6)
    words = tripped(cluster, tmp_path, [{**RUN, "labelSelector": DUE}, MAPS])
    there = 6 + (cluster.cluster.request("GET", cluster.config_map("kube-root-ca.crt")).status == 200)
    assert str(words).startswith(f"it would act on 6 of {there} unfinished ConfigMap objects")


@pytest.mark.real
def test_objects_that_cannot_be_read_make_no_share_smaller(real: Stage, tmp_path: Path) -> None:
    """Six of six that can be read would go; beside them are ten that a bare number of the server's would count."""
    real.make_many(6)
    body = b'{"metadata":{"name":"odd-%d","labels":{"gc":"yes"},"managedFields":[{"manager":"a","operation":"Update",'
    deep = b'"apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":' + b'{"f:a":' * 1500 + b"{}" + b"}" * 1500 + b"}]}}"
    collection = real.config_map("x").rpartition("/")[0]
    for number in range(10):
        assert real.cluster.request("POST", collection, body % number + deep).status == 201
    targets = [MAPS]
    policy = {
        "apiVersion": API_VERSION,
        "kind": NAMESPACED,
        "metadata": {"name": "p", "namespace": real.namespace},
        "spec": {"targetResources": targets, "ttl": {"immediate": True}, "behavior": {"breaker": BREAKER}},
    }
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    config = f"--kubeconfig={real.cluster.kubeconfig_path}"
    (found,) = json.loads(zen_gc("plan", "-f", tmp_path / "policy.json", "--live", config, "-o", "json").out)[
        "policies"
    ]
    assert (found["matched"], found["due"]) == (16, 6)
    assert str(found["tripped"]).startswith("it would act on 6 of ")

"""``behavior.recycle`` on clusters: without a copy nothing goes, and nothing that is not to stay stays in the bin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cluster.controller.stage import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import Stage

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
    """By itself, told as what it is; one that is kept longer by its annotation stays."""
    short = stage.make()
    policy = stage.policy(behavior={"recycle": {"keepFor": "3s"}})
    controller = inside(stage)
    until(lambda: not stage.there(short))
    made = until(lambda: copies(stage))
    assert len(made) == 1
    until(lambda: not copies(stage))
    record = controller.await_record("copy expired", resource_name=made[0]["metadata"]["name"])
    assert record["outcome"] == "expired"
    assert record["timestamp"] >= made[0]["spec"]["expiresAt"][:19]
    metrics = controller.scrape()
    assert metrics.total("gc_recycled_copies_total", result="made") == 1
    assert metrics.total("gc_recycled_copies_total", result="expired") == 1
    assert stage.status(policy)["totalDeleted"] == 1

"""What is created of a copy: what ties it to the old object is left out, and nothing else is changed."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from zen_gc_core.engine.restoring import ALWAYS, restored

UNTIL = datetime(2026, 1, 2, tzinfo=UTC)
KEEP = "gc.kube-zen.io/keep"


def thing(kind: str = "ConfigMap", api_version: str = "v1", **rest: Any) -> dict[str, Any]:
    """An object as it was copied."""
    metadata = {"name": "a", "namespace": "team", **dict.fromkeys(ALWAYS, "old"), **rest.pop("metadata", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def test_what_the_server_sets_is_left_out_and_the_rest_stays_as_it_was() -> None:
    """The copy itself is not changed by that."""
    whole = thing(
        data={"a": "1"}, status={"x": 1}, metadata={"labels": {"own": "1"}, "finalizers": ["acme.io/x", "orphan"]}
    )
    before = copy.deepcopy(whole)
    made = restored(whole, (), None)
    assert whole == before
    assert made.document == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "team", "labels": {"own": "1"}, "finalizers": ["acme.io/x"]},
        "data": {"a": "1"},
    }
    assert made.lost == ("its status",)
    assert made.dropped == ("metadata.finalizers (1 of 2)",)


def test_our_own_marks_go_and_everybody_elses_stay() -> None:
    """Also `held` of any policy; a keep mark is set anew."""
    marks = {
        "gc.kube-zen.io/marked-at": "x",
        "gc.kube-zen.io/marked-by": "x",
        "gc.kube-zen.io/scaled-from": "3",
        "held.gc.kube-zen.io/123": "x",
        "gc.kube-zen.io/recycled-until": "x",
        KEEP: "false",
        "acme.io/ttl": "7d",
    }
    made = restored(thing(metadata={"annotations": marks}), (), UNTIL)
    assert made.document["metadata"]["annotations"] == {"acme.io/ttl": "7d", KEEP: "2026-01-02T00:00:00Z"}
    assert restored(thing(), (), UNTIL).document["metadata"]["annotations"] == {KEEP: "2026-01-02T00:00:00Z"}
    assert "annotations" not in restored(thing(), (), None).document["metadata"]


@pytest.mark.parametrize(
    ("whole", "path", "left"),
    [
        (thing("Job", "batch/v1", spec={"selector": {}, "a": 1}), "spec", {"a": 1}),
        (
            thing("Job", "batch/v1", spec={"selector": {}, "manualSelector": True}),
            "spec",
            {"selector": {}, "manualSelector": True},
        ),
        (thing("Job", "acme.io/v1", spec={"selector": {}}), "spec", {"selector": {}}),
        (
            thing(
                "Service",
                spec={"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "ports": [{"port": 1, "nodePort": 2}]},
            ),
            "spec",
            {"ports": [{"port": 1}]},
        ),
        (
            thing("Service", spec={"clusterIP": "None", "clusterIPs": ["None"]}),
            "spec",
            {"clusterIP": "None", "clusterIPs": ["None"]},
        ),
        (thing("Service", spec={"healthCheckNodePort": 3}), "spec", {}),
        (thing("PersistentVolumeClaim", spec={"volumeName": "v", "a": 1}), "spec", {"a": 1}),
        (thing("Pod", spec={"nodeName": "n", "ephemeralContainers": [], "a": 1}), "spec", {"a": 1}),
        (thing("Pod", spec="odd"), "spec", "odd"),
        (thing("Service", spec={"ports": ["odd", None]}), "spec", {"ports": ["odd", None]}),
    ],
)
def test_a_kind_has_its_own_rows(whole: dict[str, Any], path: str, left: Any) -> None:
    """Each of which a real API server shows to be needed."""
    assert restored(whole, (), None).document[path] == left


def test_owners_that_are_gone_are_left_out() -> None:
    """By their uid."""
    owners = [{"uid": "there", "name": "a"}, {"uid": "gone", "name": "b"}]
    made = restored(thing(metadata={"ownerReferences": owners}), {"gone"}, None)
    assert made.document["metadata"]["ownerReferences"] == owners[:1]
    made = restored(thing(metadata={"ownerReferences": owners[1:]}), {"gone"}, None)
    assert "ownerReferences" not in made.document["metadata"]


@pytest.mark.parametrize("odd", [None, 7, "x", [1], {"a": 1}])
def test_odd_metadata_is_left_to_the_server(odd: Any) -> None:
    """It refuses what it does not understand."""
    names = ("labels", "annotations", "ownerReferences", "finalizers")
    made = restored(thing(metadata=dict.fromkeys(names, odd)), {"gone"}, None)
    assert made.document["metadata"]["name"] == "a"

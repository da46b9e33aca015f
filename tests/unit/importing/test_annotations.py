"""k8s-ttl-controller and Kyverno's label: objects that say themselves when they go."""

from __future__ import annotations

from random import Random

import pytest

from tests.unit.importing.differing import changed, compare, converted, objects
from zen_gc_core.importing.comparing import Cell
from zen_gc_core.importing.kyverno.labelled import parse as kyverno_seconds
from zen_gc_core.importing.ttl_controller.meaning import parse as controller_seconds

TTL, REFRESHED = "k8s-ttl-controller.twin.sh/ttl", "k8s-ttl-controller.twin.sh/refreshed-at"
LABEL, PROPAGATION = "cleanup.kyverno.io/ttl", "cleanup.kyverno.io/propagation-policy"
DURATIONS = (
    "1h",
    "1m",
    "2d",
    "1w2d",
    "1d12h",
    "90m",
    "1.5h",
    "100ms",
    "-1h",
    "0",
    "0s",
    "30m1h",
    "3600",
    "",
    "never",
    "1y",
    "1h ",
)
CONTROLLER = {
    "annotations": {
        TTL: DURATIONS,
        REFRESHED: (
            "2026-06-01T11:00:00Z",
            "2026-06-01T13:00:00+02:00",
            "2026-05-31",
            "yesterday",
            "2020-01-01T00:00:00Z",
            "2027-01-01T00:00:00Z",
            "",
        ),
    }
}
KYVERNO = {
    "labels": {
        LABEL: (
            *DURATIONS,
            "2days",
            "2026-05-31",
            "2026-05-31T100000Z",
            "2026-05-31T10:00:00Z",
            "2027-01-01",
            "2026-13-01",
        ),
    },
    "annotations": {PROPAGATION: ("Orphan", "Background", "Foreground", "Sideways")},
}
WATCHING = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "ttl"},
    "spec": {
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "it",
                        "image": "ghcr.io/acme/k8s-ttl-controller:1.2",
                        "env": [{"name": "API_RESOURCES_TO_WATCH", "value": "pods,jobs,previews"}],
                    }
                ]
            }
        }
    },
}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    ("tool", "documents", "marks"),
    [
        ("k8s-ttl-controller", [], CONTROLLER),
        ("k8s-ttl-controller", [WATCHING], CONTROLLER),
        ("kyverno", [], KYVERNO),
    ],
    ids=["every resource", "some resources", "the label"],
)
def test_nothing_goes_that_the_tool_would_keep(tool, documents, marks, seed):
    """Values at random, those that only one of the two reads among them: only ours is empty."""
    (conversion,) = converted(tool, documents)
    assert conversion.policies
    found = compare(conversion, objects(Random(seed), 300, marks))
    assert not found[Cell.ONLY_OURS]
    assert found[Cell.BOTH_GO] or documents


def _sooner(spec):
    if "after" in spec["ttl"]:
        spec["ttl"] = {
            "after": {
                **spec["ttl"]["after"],
                "wait": {**spec["ttl"]["after"]["wait"], "default": "1s", "mappings": {"1w": "1s"}},
            }
        }


def _since_creation(spec):
    if "after" in spec["ttl"]:
        spec["ttl"]["after"]["since"] = "created"


def _everything(spec):
    for target in spec["targetResources"]:
        if target["kind"] == "Pod":
            target["kind"] = "ConfigMap"


def _any_text(spec):
    if "expiresAt" in spec["ttl"]:
        spec["conditions"].pop("cel", None)


@pytest.mark.parametrize(
    ("tool", "documents", "marks", "change"),
    [
        ("k8s-ttl-controller", [], CONTROLLER, _sooner),
        ("k8s-ttl-controller", [], CONTROLLER, _since_creation),
        ("k8s-ttl-controller", [WATCHING], CONTROLLER, _everything),
        ("kyverno", [], KYVERNO, _sooner),
        ("kyverno", [], KYVERNO, _any_text),
    ],
    ids=["sooner", "never refreshed", "another kind", "label: sooner", "label: any text"],
)
def test_the_comparison_tells_a_policy_that_takes_more(tool, documents, marks, change):
    """Each guard of the import, taken out: something goes that the tool keeps."""
    assert any(
        compare(changed(conversion, change), objects(Random(seed), 300, marks))[Cell.ONLY_OURS]
        for seed in range(10)
        for conversion in converted(tool, documents)
    )


@pytest.mark.parametrize("tool", ["k8s-ttl-controller", "kyverno"])
def test_the_pods_of_jobs_stay_where_a_delete_says_nothing(tool):
    """Jobs and ReplicationControllers have a policy of their own, which leaves their Pods alone, as the server does."""
    (conversion,) = converted(tool, [])
    for policy in conversion.policies:
        spec = policy["spec"]
        kinds = {target["kind"] for target in spec["targetResources"]}
        if spec.get("action", {}).get("delete", {}).get("propagationPolicy") == "Orphan":
            assert kinds == {"Job", "ReplicationController"}
        else:
            assert {"Job", "ReplicationController"} <= set(spec["targetResources"][0]["except"])


@pytest.mark.parametrize(
    ("text", "controller", "kyverno"),
    [
        ("1h", 3600, 3600),
        ("1.5h", 5400, 5400),
        ("1w2d", 777_600, 777_600),
        ("30m1h", 5400, 5400),
        ("-1h", -3600, -3600),
        ("0", 0, 0),
        ("3600", None, None),
        ("2days", None, 172_800),
        ("2d", 172_800, 172_800),
        ("", None, None),
        ("never", None, None),
        ("2026-05-31T100000Z", None, None),
    ],
)
def test_the_references_read_durations_as_the_tools_do(text, controller, kyverno):
    """str2duration knows days and weeks; Kyverno reads Go's durations, and whatever numbers with units it finds."""
    assert controller_seconds(text) == controller
    assert kyverno_seconds(text) == kyverno

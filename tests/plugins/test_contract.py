"""Every keyword of the project keeps the promises of the plugin contract, over ordinary, impossible and arbitrary objects."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zen_gc_core.engine.matching import reads_of
from zen_gc_core.offering import KINDS
from zen_gc_core.plugins import installed_entry_points, load_plugins
from zen_gc_core.testing import OBJECTS, check_keyword, compile_keyword

OWN = [point for point in installed_entry_points() if point.dist is not None and point.dist.name == "zen-gc"]
PLUGINS = load_plugins(OWN)
VOCABULARY = PLUGINS.vocabulary

MATCHERS = [
    ("phase", ["Succeeded", "Failed"]),
    ("hasLabels", [{"key": "team", "operator": "In", "values": ["web", "api"]}, {"key": "app.kubernetes.io/name"}]),
    ("hasLabels", [{"key": "temp", "operator": "DoesNotExist"}, {"key": "app", "operator": "NotIn", "value": "db"}]),
    ("hasAnnotations", [{"key": "note"}, {"key": "example.com/expires", "operator": "NotEquals", "value": "x"}]),
    ("fields", [{"path": "spec.replicas", "value": "0"}]),
    ("fields", [{"path": "status", "operator": "DoesNotExist"}]),
    ("fields", [{"path": "status.phase", "operator": "NotIn", "values": ["Running", 5, 0.5]}]),
    ("fields", [{"path": "metadata.name", "value": "sample"}, {"path": "spec", "operator": "GreaterThan", "value": 1}]),
    ("olderThan", "1h"),
    ("owner", "none"),
    ("owner", {"kind": "CronJob", "apiVersion": "batch/v1"}),
    ("cel", "object.status.phase == 'Succeeded'"),
    ("cel", ["has(object.spec)", "size(object.metadata.labels) > 1"]),
    ("jmespath", "status.phase == 'Failed'"),
    ("jmespath", ["metadata.labels.team", "spec"]),
    ("any", [{"hasLabels": [{"key": "temp"}]}, {"fields": [{"path": "spec.replicas", "value": 0}]}]),
    ("all", [{"phase": ["Succeeded"]}, {"olderThan": "1h", "owner": "none"}]),
    ("related", [{"apiVersion": "v1", "kind": "Pod", "by": "owned", "are": "none"}]),
    ("related", [{"apiVersion": "v1", "kind": "Pod", "by": {"theirs": "spec.a[]", "mine": "spec.b"}, "are": "any"}]),
    ("unreferenced", True),
    ("none", [{"phase": ["Running"]}, {"any": [{"cel": "object.spec.suspend"}]}]),
]
TTLS = [
    ("afterCreation", "1h"),
    ("afterFinished", 600),
    ("after", {"since": {"path": "metadata.annotations['example.com/expires']", "else": "created"}, "wait": "1d"}),
    (
        "after",
        {
            "since": "created",
            "wait": {
                "path": "metadata.labels.team",
                "mappings": {"web": "7d", "audit": "never"},
                "default": "30d",
                "onMissing": "default",
            },
        },
    ),
    ("after", {"since": "finished", "wait": {"path": "status.phase"}}),
    ("expiresAt", {"path": "metadata.annotations['example.com/expires']"}),
    ("expiresAt", {"path": "status"}),
    ("immediate", True),
    ("cel", "has(object.status) ? timestamp(object.status.startTime) : null"),
]
ACTIONS = [
    ("delete", {}),
    ("delete", {"propagationPolicy": "Foreground", "gracePeriodSeconds": 0}),
    ("label", {"quarantine": "yes"}),
    ("annotate", {"example.com/note": "any text at all"}),
    ("scale", {"replicas": 0}),
    ("suspend", True),
    ("evict", {"gracePeriodSeconds": 30}),
    ("notify", {}),
    ("patch", {"spec": {"paused": True}}),
]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["True", "False", "Complete", "Succeeded", "Failed", "2026-01-01T10:00:00Z", "0001-01-01", "7d"]),
)
KEYS = st.sampled_from(
    [
        "apiVersion",
        "kind",
        "metadata",
        "spec",
        "status",
        "name",
        "labels",
        "annotations",
        "creationTimestamp",
        "phase",
        "conditions",
        "type",
        "ownerReferences",
        "completionTime",
        "finishedAt",
        "team",
        "replicas",
        "containerStatuses",
    ]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=20,
)
ARBITRARY = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {
            "apiVersion": st.sampled_from(["v1", "batch/v1", "tekton.dev/v1"]),
            "kind": st.sampled_from(["Pod", "Job", "PipelineRun", "ConfigMap"]),
            "metadata": st.fixed_dictionaries(
                {"name": st.just("a")}, optional={"labels": JSON, "creationTimestamp": JSON}
            ),
        },
        optional={"spec": JSON, "status": JSON},
    ),
)
ROWS = [
    *(("matcher", name, config) for name, config in MATCHERS),
    *(("ttl", name, config) for name, config in TTLS),
    *(("action", name, config) for name, config in ACTIONS),
]


def _keyword(kind, name):
    return getattr(VOCABULARY, f"{kind}s")[name].keyword


def test_all_plugins_of_the_project_are_loaded():
    """They come in through the same entry points as anybody's, and none is quarantined."""
    assert PLUGINS.loaded == {"actions", "conditions", "notifications", "ttl"}


def test_every_installed_keyword_is_under_contract():
    """A keyword that is added without a row above fails here."""
    for kind in KINDS:
        names = {name for row_kind, name, _ in ROWS if f"{row_kind}s" == kind}
        assert names == set(getattr(VOCABULARY, kind)), kind


@pytest.mark.parametrize(("kind", "name", "config"), ROWS)
def test_a_keyword_keeps_the_contract_over_ordinary_and_impossible_objects(kind, name, config):
    """Documented, total, deterministic, honest about what it reads, and it changes nothing."""
    check_keyword(_keyword(kind, name), config, OBJECTS, kind=kind, vocabulary=VOCABULARY)


@pytest.mark.parametrize(("kind", "name", "config"), ROWS)
@given(obj=ARBITRARY)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_keyword_keeps_the_contract_over_arbitrary_json(kind, name, config, obj):
    """Whatever JSON an object is, a keyword answers in its type or says that it cannot tell."""
    check_keyword(_keyword(kind, name), config, [obj], kind=kind, vocabulary=VOCABULARY)


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("hasLabels", [{"key": "team"}]),
        ("hasAnnotations", [{"key": "note"}]),
        ("olderThan", "1h"),
        ("owner", "none"),
        ("fields", [{"path": "metadata.labels.team", "value": "web"}]),
        ("any", [{"hasLabels": [{"key": "team"}]}, {"none": [{"owner": {"kind": "Job"}}]}]),
    ],
)
def test_matchers_of_metadata_let_a_sweep_list_metadata_alone(name, config):
    """What reads nothing else must not make a sweep fetch whole objects."""
    assert reads_of(compile_keyword(_keyword("matcher", name), config, vocabulary=VOCABULARY)).metadata_only

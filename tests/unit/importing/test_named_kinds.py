"""``--kinds``: what a rule or policy for every kind is for."""

from __future__ import annotations

from random import Random

import pytest

from tests.unit.importing.differing import PREVIEWS, compare, interpret, objects
from zen_gc_core.errors import InputError
from zen_gc_core.importing.comparing import Cell
from zen_gc_core.importing.conversion import Source
from zen_gc_core.importing.converting import convert
from zen_gc_core.importing.kinds import Kinds

JANITOR = {"rules": [{"id": "all", "resources": ["*"], "jmespath": "metadata.labels.scratch", "ttl": "1h"}]}
CLEANUP = {
    "apiVersion": "kyverno.io/v2",
    "kind": "ClusterCleanupPolicy",
    "metadata": {"name": "all"},
    "spec": {
        "match": {"any": [{"resources": {"kinds": ["*"], "selector": {"matchLabels": {"env": "dev"}}}}]},
        "schedule": "0 0 * * *",
    },
}
DELETING = {
    "apiVersion": "policies.kyverno.io/v1",
    "kind": "DeletingPolicy",
    "metadata": {"name": "all"},
    "spec": {
        "matchConstraints": {
            "resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"]}],
            "objectSelector": {"matchLabels": {"env": "dev"}},
        },
        "schedule": "0 0 * * *",
    },
}


def _converted(tool, document, *names):
    (conversion,) = convert(tool, [Source(document, "it.yaml:1")], Kinds([PREVIEWS]).naming(names), interpret)
    return conversion


@pytest.mark.parametrize(("tool", "document"), [("kube-janitor", JANITOR), ("kyverno", CLEANUP), ("kyverno", DELETING)])
def test_a_policy_for_every_kind_is_for_those_that_are_named(tool, document):
    """Without the names it is impossible; with them, these kinds go, and nothing that the original keeps."""
    path_ends = ("resources", "kinds")
    without = _converted(tool, document)
    assert any(each.level == "impossible" and each.path.endswith(path_ends) for each in without.constructs)
    conversion = _converted(tool, document, "configmaps", "previews.acme.io")
    assert not any(each.level == "impossible" for each in conversion.constructs), conversion.constructs
    rules = [each for each in conversion.policies if each["metadata"]["name"].endswith("all")]
    kinds = {target["kind"] for policy in rules for target in policy["spec"]["targetResources"]}
    assert kinds == {"ConfigMap", "Preview"}
    found = compare(conversion, objects(Random(3), 300))
    assert not found[Cell.ONLY_OURS]
    assert found[Cell.BOTH_GO]
    assert found[Cell.ONLY_THEIRS]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pod", "--kinds: 'pod' is not known: write a plural, such as pods or jobs.batch"),
        ("", "--kinds: '' is not known"),
        ("pods.apps", "--kinds: 'pods.apps' is not known"),
        ("events", "--kinds: 'events' is in several groups: write events. and events.events.k8s.io"),
    ],
)
def test_a_name_that_is_no_kind_is_refused(name, words):
    """With what to write instead."""
    with pytest.raises(InputError) as refused:
        Kinds().naming([name])
    assert words in str(refused.value)

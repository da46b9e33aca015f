"""kube-janitor: what comes over, what does not, and that nothing more is deleted than it would delete itself."""

from __future__ import annotations

import re
from random import Random

import pytest

from tests.unit.importing.differing import changed, compare, converted, objects
from zen_gc_core.errors import InputError
from zen_gc_core.importing.comparing import Cell
from zen_gc_core.importing.kube_janitor.truth import condition_of, settled

MARKS = {
    "annotations": {
        "janitor/ttl": (
            "1h",
            "2d",
            "forever",
            "FOREVER",
            "never",
            "1d12h",
            "90m",
            "0s",
            "",
            "x",
            "3600",
            "1.5h",
            "01h",
        ),
        "janitor/expires": (
            "2026-05-31",
            "2026-06-02",
            "2026-05-31T10:00:00Z",
            "2026-05-31T10:00",
            "2026-05-31T10:00:00+00:00",
            "2026-05-31T100000Z",
            "2026-05-31T10:00:00.5Z",
            "soon",
            "2013-01-01",
        ),
        "acme.io/deployed": (
            "2026-05-31T00:00:00Z",
            "2026-06-01T11:30:00Z",
            "2026-05-31",
            "nonsense",
            "2020-01-01T00:00:00Z",
        ),
    }
}

EXPRESSIONS = (
    "metadata.labels.scratch",
    "!(metadata.labels.app)",
    "metadata.labels.env != 'prod'",
    "metadata.labels.env == 'dev' || metadata.labels.tier",
    "starts_with(metadata.name, 'preview-')",
    "spec.size",
    "spec.template.spec.containers[?image == 'web:latest']",
    "spec.replicas == `0`",
    "data.mode",
    "length(spec.template.spec.containers || `[]`) > `1`",
    "contains(metadata.name, 'tmp')",
    "metadata.labels",
    "metadata.ownerReferences[?kind == 'ReplicaSet'] && metadata.labels.app",
    "spec.replicas",
    "!(metadata.labels.env == 'prod')",
    "_context.pvc_is_not_mounted",
    "kind != 'Pod'",
)
RESOURCES = (
    "pods",
    "configmaps",
    "deployments",
    "replicasets",
    "jobs",
    "previews",
    "secrets",
    "services",
    "namespaces",
)


def rules(random):
    """A file of random rules."""
    made = [
        {
            "id": f"rule-{index}",
            "resources": random.sample(RESOURCES, random.randint(1, 4)),
            "jmespath": random.choice(EXPRESSIONS),
            "ttl": random.choice(("1h", "1d", "2w", "forever", "30s")),
        }
        for index in range(random.randint(1, 4))
    ]
    return {"rules": made}


def deployment(*arguments):
    """The Deployment of a kube-janitor."""
    container = {"name": "janitor", "image": "hub.acme.io/kube-janitor:21.3.0", "args": list(arguments)}
    spec = {"template": {"spec": {"containers": [container]}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "janitor"}, "spec": spec}


FLAGS = (
    (),
    ("--exclude-namespaces=kube-system,team-b",),
    ("--include-namespaces", "team-a,team-b"),
    ("--deployment-time-annotation=acme.io/deployed",),
    ("--include-resources=pods,configmaps,previews", "--exclude-namespaces", "team-a"),
    ("--exclude-resources=events,deployments",),
)


@pytest.mark.parametrize("seed", range(40))
def test_nothing_goes_that_kube_janitor_would_keep(seed):
    """Rules, annotations and flags at random, on random objects: only ours is empty."""
    random = Random(seed)
    documents = [rules(random)]
    if flags := random.choice(FLAGS):
        documents.append(deployment(*flags))
    (conversion,) = converted("kube-janitor", documents)
    found = compare(conversion, objects(random, 150, MARKS))
    assert not found[Cell.ONLY_OURS], documents
    assert found[Cell.BOTH_GO], "nothing was compared that goes"


def _any_value(spec):
    spec["conditions"].pop("cel", None)


def _any_order(spec):
    spec["conditions"].pop("none", None)


def _rules_first(spec):
    spec["conditions"].pop("hasAnnotations", None)


def _sooner(spec):
    if "afterCreation" in spec["ttl"]:
        spec["ttl"]["afterCreation"] = "1s"


def _everywhere(spec):
    for target in spec["targetResources"]:
        target["namespaces" if target["kind"] != "Namespace" else "names"] = ["*"]


@pytest.mark.parametrize("change", [_any_value, _any_order, _rules_first, _sooner, _everywhere])
def test_the_comparison_tells_a_policy_that_takes_more(change):
    """Each guard of the import, taken out: something goes that kube-janitor keeps."""
    wider = False
    for seed in range(30):
        random = Random(seed)
        documents = [rules(random), deployment("--exclude-namespaces=kube-system,team-b")]
        (conversion,) = converted("kube-janitor", documents)
        conversion.policies = [each for each in conversion.policies if not each["spec"].get("paused")]
        wider = wider or bool(compare(changed(conversion, change), objects(random, 150, MARKS))[Cell.ONLY_OURS])
    assert wider


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("_context.pvc_is_not_mounted", "kube-janitor computes _context itself"),
        ("!(_context.pvc_is_not_referenced)", "kube-janitor computes _context itself"),
        ("keys(@)", "reads the object as a whole"),
        ("kind == 'Pod'", "kind is null to kube-janitor"),
        ("age(metadata.creationTimestamp) > `60`", "age() is no function of the library"),
        ("!(to_number(metadata.labels.n))", "to_number() reads more there"),
        ("spec.x == `[1]`", "1 equals true there"),
        ("contains(spec.x, `true`)", "contains() beside a number or a boolean"),
        ("metadata.labels[", "it does not compile"),
    ],
)
def test_an_expression_that_could_take_more_is_refused_by_name(expression, words):
    """What the two interpreters see differently in the dangerous direction."""
    with pytest.raises(InputError, match=re.escape(words)):
        condition_of(expression)


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("metadata.labels.tier == 'gold'", "(metadata.labels.tier || '') == 'gold'"),
        ("'a' != a.\"x/y\" && (b[0].d == 'q')", "'a' != (a.\"x/y\" || '') && ((b[0].d || '') == 'q')"),
        ("spec.containers[?image == 'x']", "spec.containers[?(image || '') == 'x']"),
        ("a == b", "a == b"),
        ("a == ''", "a == ''"),
        ("a.b == `1`", "a.b == `1`"),
    ],
)
def test_what_leaves_out_leaves_out_no_more_than_there(expression, written):
    """A field that is not there equals no text; open, it would leave out all objects without it."""
    assert settled(expression) == written


def test_an_object_without_the_label_of_an_earlier_rule_goes_by_the_later_one():
    """It goes there, and it goes here."""
    documents = [
        {
            "rules": [
                {
                    "id": "gold",
                    "resources": ["configmaps"],
                    "jmespath": "metadata.labels.tier == 'gold'",
                    "ttl": "forever",
                },
                {"id": "rest", "resources": ["configmaps"], "jmespath": "metadata.name", "ttl": "1h"},
            ]
        }
    ]
    (conversion,) = converted("kube-janitor", documents)
    metadata = {"name": "a", "namespace": "team-a", "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z"}
    found = compare(conversion, [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}])
    assert len(found[Cell.BOTH_GO]) == 1


def test_a_rule_after_one_that_does_not_come_over_is_paused():
    """The first rule that matches counts: what an earlier one protects for ever would be taken by the next."""
    documents = [
        {
            "rules": [
                {"id": "used", "resources": ["configmaps"], "jmespath": "_context.used", "ttl": "forever"},
                {"id": "old", "resources": ["configmaps"], "jmespath": "metadata.labels.scratch", "ttl": "1h"},
                {"id": "pods", "resources": ["pods"], "jmespath": "metadata.labels.scratch", "ttl": "1h"},
            ]
        }
    ]
    (conversion,) = converted("kube-janitor", documents)
    paused = {each["metadata"]["name"]: each["spec"].get("paused", False) for each in conversion.policies}
    assert paused["kube-janitor-old"]
    assert not paused["kube-janitor-pods"]


def _by_shell():
    document = deployment()
    container = document["spec"]["template"]["spec"]["containers"][0]
    container["command"] = ["sh", "-c", "kube-janitor --exclude-namespaces=team-a"]
    return document


def _by_config_map():
    document = deployment("--dry-run")
    container = document["spec"]["template"]["spec"]["containers"][0]
    container["envFrom"] = [{"configMapRef": {"name": "settings"}}]
    return document


@pytest.mark.parametrize(
    "document",
    [
        deployment("--exclude-namespaces=team-.*"),
        deployment("--exclude-namespaces=$(NAMESPACES)"),
        deployment("--never-on-sundays"),
        deployment("--resource-context-hook=acme.hook"),
        _by_shell(),
        _by_config_map(),
    ],
    ids=["no plain name", "a variable", "an unknown flag", "a hook", "a script", "a ConfigMap"],
)
def test_a_flag_that_is_not_understood_pauses_everything(document):
    """It might keep something."""
    (conversion,) = converted("kube-janitor", [document])
    assert conversion.policies
    assert all(each["spec"]["paused"] for each in conversion.policies)

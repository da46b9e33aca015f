"""k8s-cleaner: selectors come over, Lua never does."""

from __future__ import annotations

from random import Random

import pytest

from tests.unit.importing.differing import changed, compare, converted, objects
from zen_gc_core.errors import InputError
from zen_gc_core.importing.comparing import Cell

OPERATIONS = ("Equal", "Different", "Has", "DoesNotHave")
KINDS = (
    ("", "v1", "Pod"),
    ("", "v1", "ConfigMap"),
    ("apps", "v1", "Deployment"),
    ("batch", "v1", "Job"),
    ("acme.io", "v1", "Preview"),
)


def cleaner(*selectors, **spec):
    """A Cleaner."""
    whole = {"schedule": "0 0 * * *", "resourcePolicySet": {"resourceSelectors": list(selectors)}, **spec}
    document = {"apiVersion": "apps.projectsveltos.io/v1alpha1", "kind": "Cleaner", "metadata": {"name": "it"}}
    return {**document, "spec": whole}


def selector(random):
    """A random selector."""
    group, version, kind = random.choice(KINDS)
    found = {"group": group, "version": version, "kind": kind}
    if random.random() < 0.4:
        found["namespace"] = random.choice(("team-a", "team-b", "kube-system"))
    elif random.random() < 0.4:
        found["namespaceSelector"] = random.choice(("env=dev", "env in (dev, preview)", "env!=dev", "!tier", "env"))
    filters = []
    for key, value in (("app", "web"), ("env", "prod"), ("tier", "0"), ("scratch", "")):
        if random.random() < 0.4:
            filters.append({"key": key, "operation": random.choice(OPERATIONS), "value": value})
    return {**found, "labelFilters": filters} if filters else found


@pytest.mark.parametrize("seed", range(30))
def test_nothing_goes_that_k8s_cleaner_would_keep(seed):
    """Selectors at random, on random objects: only ours is empty."""
    random = Random(seed)
    document = cleaner(*(selector(random) for _ in range(random.randint(1, 3))))
    (conversion,) = converted("k8s-cleaner", [document])
    found = compare(conversion, objects(random, 200))
    assert not found[Cell.ONLY_OURS], document
    assert not found[Cell.UNTOLD], document


def _any_label(spec):
    for target in spec["targetResources"]:
        target.pop("labelSelector", None)


def _everywhere(spec):
    for target in spec["targetResources"]:
        target["namespaces"] = ["*"]
        target.pop("namespaceSelector", None)


@pytest.mark.parametrize("change", [_any_label, _everywhere])
def test_the_comparison_tells_a_policy_that_takes_more(change):
    """Each guard of the import, taken out: something goes that k8s-cleaner keeps."""
    wider = False
    for seed in range(12):
        random = Random(seed)
        (conversion,) = converted("k8s-cleaner", [cleaner(selector(random), selector(random))])
        wider = wider or bool(compare(changed(conversion, change), objects(random, 200))[Cell.ONLY_OURS])
    assert wider


PODS = {"group": "", "version": "v1", "kind": "Pod"}
JOBS = {"group": "batch", "version": "v1", "kind": "Job"}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (
            cleaner({**PODS, "evaluate": "function evaluate() end"}),
            "spec.resourcePolicySet.resourceSelectors[0].evaluate",
        ),
        (
            cleaner({**PODS, "metricSource": {"url": "http://m"}}),
            "spec.resourcePolicySet.resourceSelectors[0].metricSource",
        ),
        (
            cleaner(resourcePolicySet={"resourceSelectors": [PODS], "aggregatedSelection": "function evaluate() end"}),
            "spec.resourcePolicySet.aggregatedSelection",
        ),
        (cleaner(PODS, occurrenceThreshold=3), "spec.occurrenceThreshold"),
        (cleaner(PODS, blastRadiusLimit={"maxCount": 5}), "spec.blastRadiusLimit"),
        (cleaner(PODS, schedule="0 0 1 * 1"), "spec.schedule"),
        (cleaner(PODS, schedule="@reboot"), "spec.schedule"),
        (cleaner(PODS, deleteOptions={"propagationPolicy": "Sideways"}), "spec.deleteOptions.propagationPolicy"),
        (cleaner(PODS, action="Destroy"), "spec.action"),
        (cleaner(PODS, onlyOnSundays=True), "spec.onlyOnSundays"),
        (cleaner({**PODS, "annotationFilters": []}), "spec.resourcePolicySet.resourceSelectors[0].annotationFilters"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_take_more_rests(document, path):
    """What a Cleaner says beyond what a policy can: the policy is paused, and the report names the field."""
    (conversion,) = converted("k8s-cleaner", [document])
    assert path in {each.path for each in conversion.constructs if each.level == "impossible"}
    assert all(policy["spec"]["paused"] for policy in conversion.policies)
    assert not compare(conversion, objects(Random(1), 60))[Cell.BOTH_GO]


def test_no_policy_comes_of_a_transformation():
    """It changes objects; a policy that deletes them, paused or not, is not what it says."""
    (conversion,) = converted("k8s-cleaner", [cleaner(PODS, action="Transform", transform="function transform() end")])
    assert conversion.policies == []
    assert "function transform() end" in conversion.scripts[0]


def test_a_scan_runs_dry():
    """It deletes nothing there, and nothing here."""
    (conversion,) = converted("k8s-cleaner", [cleaner(PODS, action="Scan")])
    (policy,) = conversion.policies
    assert policy["spec"]["behavior"] == {"dryRun": True}


@pytest.mark.parametrize("schedule", ["* 0 * * *", "* 8 * * *", "* 20 * * *"])
def test_every_minute_of_an_hour_is_told_and_not_copied(schedule):
    """Most of the published Cleaners say so, and mean once."""
    (conversion,) = converted("k8s-cleaner", [cleaner(PODS, schedule=schedule)])
    (policy,) = conversion.policies
    assert policy["spec"]["schedule"] == f"0{schedule[1:]}"
    (told,) = [each for each in conversion.constructs if each.path == "spec.schedule"]
    assert told.level == "narrower"
    assert "PROBABLY A MISTAKE" in told.words


def test_schedules_of_another_cron_come_over_where_they_mean_the_same():
    """The zone beside it, and @every."""
    (conversion,) = converted("k8s-cleaner", [cleaner(PODS, schedule="CRON_TZ=Europe/Berlin 0 3 * * *")])
    assert conversion.policies[0]["spec"]["schedule"] == {"cron": "0 3 * * *", "timeZone": "Europe/Berlin"}
    (conversion,) = converted("k8s-cleaner", [cleaner(PODS, schedule="@every 1h30m")])
    assert conversion.policies[0]["spec"]["evaluationInterval"] == "1h30m"


def test_the_pods_of_jobs_stay_where_a_delete_says_nothing():
    """As the server does it; with a propagationPolicy, it is that one."""
    (conversion,) = converted("k8s-cleaner", [cleaner(PODS, JOBS)])
    sent = {policy["metadata"]["name"]: policy["spec"].get("action") for policy in conversion.policies}
    assert sent == {"it": None, "it-orphaning": {"delete": {"propagationPolicy": "Orphan"}}}
    (conversion,) = converted("k8s-cleaner", [cleaner(PODS, JOBS, deleteOptions={"propagationPolicy": "Foreground"})])
    (policy,) = conversion.policies
    assert policy["spec"]["action"] == {"delete": {"propagationPolicy": "Foreground"}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"resourceSelectors": {}},
            "it.yaml:1: spec.resourcePolicySet.resourceSelectors: must be a list, not an object",
        ),
        ({"resourceSelectors": [{"kind": "Pod"}]}, "resourceSelectors[0].version: is missing"),
        (
            {"resourceSelectors": [{**PODS, "labelFilters": [{"key": "a", "operation": "Like"}]}]},
            "labelFilters[0].operation: must be one of Equal, Different, Has, DoesNotHave, not 'Like'",
        ),
        (
            {"resourceSelectors": [{**PODS, "namespaceSelector": "a b c"}]},
            "namespaceSelector: 'a b c' is no label selector",
        ),
    ],
)
def test_a_broken_cleaner_is_refused_with_its_place(change, words):
    """One line, with file and field."""
    with pytest.raises(InputError) as refused:
        converted("k8s-cleaner", [cleaner(resourcePolicySet=change)])
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)

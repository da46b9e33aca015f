"""What a plan over files takes as kubectl and a server would: namespaces, empty lists, versions, things that are twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.golden.running import Ran, zen_gc

if TYPE_CHECKING:
    from pathlib import Path

NOW = "2026-06-01T00:00:00Z"
GROUP = "gc.kube-zen.io/v1alpha1"


def policy(api_version: str = "v1", kind: str = "ConfigMap", **metadata: str) -> dict[str, Any]:
    spec = {"targetResources": [{"apiVersion": api_version, "kind": kind}], "ttl": {"afterCreation": "1d"}}
    return {
        "apiVersion": GROUP,
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "p", **metadata},
        "spec": spec,
    }


def thing(
    name: str = "a", api_version: str = "v1", kind: str = "ConfigMap", namespace: str = "default"
) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "creationTimestamp": "2026-01-01T00:00:00Z"}
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {key: value for key, value in metadata.items() if value},
    }


def listed(*items: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": list(items)}


def run(tmp_path: Path, *arguments: str, **files: Any) -> Ran:
    for name, content in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    named = [part for name in files for part in ("-f", f"{name}.json")]
    return zen_gc("plan", *named, "--now", NOW, *arguments, cwd=tmp_path)


def planned(ran: Ran) -> dict[str, Any]:
    (one,) = json.loads(ran.out)["policies"]
    found: dict[str, Any] = one
    return found


def test_an_empty_list_is_nothing_to_do_and_no_failure(tmp_path: Path) -> None:
    """As in CI on a clean cluster: kubectl get prints a List without items."""
    ran = run(tmp_path, "-o", "json", policy=policy(), objects=listed())
    assert (ran.code, ran.err, planned(ran)["scanned"]) == (0, "", 0)


def test_no_list_at_all_is_still_a_mistake(tmp_path: Path) -> None:
    """Nothing was asked of nothing."""
    ran = run(tmp_path, policy=policy())
    assert (ran.code, ran.err) == (2, "no objects: add files, or --live\n")


def test_an_empty_list_of_policies_is_valid(tmp_path: Path) -> None:
    """`kubectl get gcp -A -o yaml | zen-gc validate -f -` where there are none."""
    (tmp_path / "policies.json").write_text(json.dumps(listed()))
    ran = zen_gc("validate", "-f", "policies.json", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "note: the list is empty: there is no policy to check\n")


def test_an_empty_list_of_policies_has_an_empty_plan(tmp_path: Path) -> None:
    """Said, and no failure: `kubectl get gcp -A -o yaml | zen-gc plan --live -f -` on a cluster without policies."""
    (tmp_path / "policies.json").write_text(json.dumps(listed()))
    ran = zen_gc("plan", "-f", "policies.json", "-o", "json", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "note: the list is empty: there is no policy to plan\n")
    assert json.loads(ran.out)["policies"] == []


def test_a_policy_without_a_namespace_is_in_the_one_that_is_named(tmp_path: Path) -> None:
    """As with kubectl's -n; objects without a namespace are there, too."""
    ran = run(tmp_path, "-n", "team-a", "-o", "json", policy=policy(), objects=[thing(namespace="team-a")][0])
    assert (planned(ran)["namespace"], planned(ran)["due"]) == ("team-a", 1)
    ran = run(tmp_path, "-n", "team-a", "-o", "json", policy=policy(), objects=thing(namespace=""))
    assert planned(ran)["decisions"][0]["namespace"] == "team-a"


def test_the_namespace_that_is_assumed_is_told(tmp_path: Path) -> None:
    """Where none is written or named, and objects lie in another one."""
    there = listed(*[thing(namespace=name) for name in ("e", "d", "c", "b")])
    note = "policy.json: note: no namespace is written: default is assumed, and -n names another"
    warning = (
        "policy.json: warning: metadata.namespace: the files hold no ConfigMap in Namespace {}; 4 are in b, c, d, …"
    )
    assert run(tmp_path, policy=policy(), objects=there).errors == [note, warning.format("default")]
    assert run(tmp_path, policy=policy(), objects=thing()).errors == []
    assert run(tmp_path, "-n", "a", policy=policy(), objects=there).errors == [warning.format("a")]
    assert run(tmp_path, policy=policy(namespace="default"), objects=there).errors == [warning.format("default")]


ELSEWHERE_PLACED = [
    (["gone"], "the files hold no ConfigMap in these Namespaces; 1 is in team-a"),
    (["prod-*"], "the files hold no ConfigMap in these Namespaces; 1 is in team-a"),
    (["*", "!team-*"], "the files hold no ConfigMap in these Namespaces; 1 is in team-a"),
    (["team-*"], None),
    (["gone", "team-a"], None),
]


@pytest.mark.parametrize(("namespaces", "words"), ELSEWHERE_PLACED, ids=range(len(ELSEWHERE_PLACED)))
def test_namespaces_that_take_no_object_of_the_files_are_told(
    tmp_path: Path, namespaces: list[str], words: str | None
) -> None:
    """As `--live` and the controller tell of those that the cluster does not have; else one reads `0 scanned` alone."""
    cluster = {**policy(), "kind": "ClusterGarbageCollectionPolicy"}
    target = {**cluster["spec"]["targetResources"][0], "namespaces": namespaces}
    cluster["spec"] = {**cluster["spec"], "targetResources": [target]}
    ran = run(tmp_path, policy=cluster, objects=thing(namespace="team-a"))
    warning = f"policy.json: warning: spec.targetResources[0].namespaces: {words}"
    assert ran.errors == ([warning] if words else [])


def test_two_namespaces_for_one_policy_are_refused(tmp_path: Path) -> None:
    """As kubectl refuses them."""
    ran = run(tmp_path, "-n", "team-b", policy=policy(namespace="team-a"), objects=thing())
    assert ran.code == 2
    assert ran.err == "policy.json: metadata.namespace is 'team-a', and -n says 'team-b': leave one of them out\n"


def test_an_object_that_is_there_twice_is_told_and_counts_once(tmp_path: Path) -> None:
    """The later one counts, whatever version each has; not in silence."""
    kinds = {"kind": "PipelineRun"}
    first, second = thing(api_version="tekton.dev/v1", **kinds), thing(api_version="tekton.dev/v1beta1", **kinds)
    ran = run(tmp_path, "-o", "json", policy=policy("tekton.dev/v1", "PipelineRun"), one=first, two=second)
    assert planned(ran)["scanned"] == 1
    assert "two.json: warning: PipelineRun default/a is in one.json, too: this one counts" in ran.errors
    many = run(tmp_path, policy=policy(), objects=listed(*[thing(f"n{number}") for number in [*range(9), *range(9)]]))
    assert (len(many.errors), many.errors[-1]) == (6, "warning: 4 more objects are there twice")


CONVERTED = [
    ("tekton.dev/v1beta1", "PipelineRun", "tekton.dev/v1"),
    ("autoscaling/v1", "HorizontalPodAutoscaler", "autoscaling/v2"),
    ("v1", "Event", "events.k8s.io/v1"),
    ("events.k8s.io/v1", "Event", "v1"),
]


@pytest.mark.parametrize(("asked", "kind", "held"), CONVERTED)
def test_objects_of_another_version_are_looked_at_where_a_server_would_convert_them(
    tmp_path: Path, asked: str, kind: str, held: str
) -> None:
    """The plan says which version it speaks of, as on the cluster, and that nothing was converted."""
    ran = run(tmp_path, "-o", "json", policy=policy(asked, kind), objects=thing(api_version=held, kind=kind))
    found = planned(ran)
    assert (found["scanned"], found["due"], found["decisions"][0]["apiVersion"]) == (1, 1, asked)
    assert ran.errors == [
        (
            f"policy.json: warning: spec.targetResources[0].apiVersion: the files hold {kind} objects of {held}: "
            f"they are read as they are, and a server would convert them to {asked}"
        )
    ]


ELSEWHERE = [
    ("batch/v1beta1", "Job", "batch/v1", "Job", "the files hold Job objects of batch/v1, and none of batch/v1beta1"),
    ("acme.io/v1", "Backup", "velero.io/v1", "Backup", "the files hold Backup objects of velero.io/v1, and none of"),
    (
        "tekton.dev/v1",
        "PipelineRuns",
        "tekton.dev/v1",
        "PipelineRun",
        "the files hold no PipelineRuns, but PipelineRun",
    ),
]


@pytest.mark.parametrize("row", ELSEWHERE)
def test_a_target_without_objects_says_what_the_files_hold(tmp_path: Path, row: tuple[str, str, str, str, str]) -> None:
    """Where no server would convert them, or the kind is misspelt."""
    asked, kind, held, held_kind, words = row
    ran = run(tmp_path, "-o", "json", policy=policy(asked, kind), objects=thing(api_version=held, kind=held_kind))
    assert planned(ran)["scanned"] == 0
    assert words in ran.err


MISTAKEN = [
    (["policy.yaml"], "policy.yaml is a file, and NAME is an installed policy: zen-gc plan -f policy.yaml"),
    (["./policies/a"], "./policies/a is a file, and NAME is an installed policy: zen-gc plan -f ./policies/a"),
    (
        ["jobs", "-f", "objects.json"],
        (
            "NAME plans the installed policy jobs over the objects of the cluster, and objects.json holds an object: "
            "leave it out, or give the policy as a file, too"
        ),
    ),
    (
        ["-f", "cleaner.json"],
        (
            "no policies: cleaner.json holds a Cleaner of k8s-cleaner: zen-gc reads GarbageCollectionPolicy and "
            "ClusterGarbageCollectionPolicy of gc.kube-zen.io/v1alpha1; zen-gc import --from k8s-cleaner -f cleaner.json makes "
            "such of it"
        ),
    ),
    (["-f", "hatcher.json"], "no policies: hatcher.json holds a HatcherRule of hatcher.io: zen-gc reads"),
    (
        ["-f", "misspelt.json"],
        (
            "no policies: misspelt.json holds a GarbageCollectPolicy of zen.io "
            "(did you mean 'GarbageCollectionPolicy' of gc.kube-zen.io?): zen-gc reads"
        ),
    ),
    (["-f", "objects.json"], "no policies: add files with -f, or the NAME of an installed policy"),
]


@pytest.mark.parametrize(("arguments", "words"), MISTAKEN, ids=range(len(MISTAKEN)))
def test_what_cannot_be_meant_together_says_what_to_write(tmp_path: Path, arguments: list[str], words: str) -> None:
    """A file as NAME, objects beside NAME, the policies of other tools."""
    for name, content in {
        "objects": thing(),
        "cleaner": thing(api_version="apps.projectsveltos.io/v1alpha1", kind="Cleaner"),
        "hatcher": thing(api_version="hatcher.io/v1", kind="HatcherRule"),
        "misspelt": thing(api_version="zen.io/v1", kind="GarbageCollectPolicy"),
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    ran = zen_gc("plan", *arguments, cwd=tmp_path)
    assert (ran.code, ran.out, len(ran.errors)) == (2, "", 1)
    assert ran.err.startswith(words)


@pytest.mark.parametrize("finish", [{}, {"containerStatuses": [{"state": {"terminated": {"finishedAt": "soon"}}}]}])
def test_objects_whose_finish_is_in_doubt_hide_none_of_those_that_run(tmp_path: Path, finish: dict[str, Any]) -> None:
    """All that run would go: 200 Pods that ended at no time that can be told are no reason to let them."""
    done = [{**thing(f"done-{n}", kind="Pod"), "status": {"phase": "Succeeded", **finish}} for n in range(200)]
    running = [{**thing(f"run-{n}", kind="Pod"), "status": {"phase": "Running"}} for n in range(120)]
    asked = policy(kind="Pod")
    asked["spec"]["targetResources"][0]["names"] = ["run-*"]
    found = planned(run(tmp_path, "-o", "json", policy=asked, objects=listed(*done, *running)))
    assert "it would act on 120 of 120 unfinished objects" in found["tripped"]

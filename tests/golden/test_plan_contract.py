"""What users and scripts rely on: the shape of the JSON, the exit codes, where policies and objects may come from."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.golden.examples import NOW, POLICIES
from tests.golden.running import zen_gc, zen_gc_process

if TYPE_CHECKING:
    from pathlib import Path

    from tests.golden.running import Ran

PLANNED = [
    "kind",
    "namespace",
    "name",
    "valid",
    "errors",
    "warnings",
    "digest",
    "scanned",
    "matched",
    "pending",
    "due",
    "tripped",
    "unseen",
    "vetoed",
    "decisions",
]
DECIDED = ["apiVersion", "kind", "namespace", "name", "uid", "verdict", "action", "because", "expiresAt"]
EXAMPLE = POLICIES / "temp-configmaps"
POLICY, OBJECTS = EXAMPLE / "policy.yaml", EXAMPLE / "objects.yaml"
INVALID = """
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: wrong}
spec: {targetResources: [{apiVersion: v1, kind: ConfigMap}], ttl: {aftercreation: 1h}}
"""
NO_OBJECTS = "no objects: add files, or --live"
NO_POLICIES = "no policies: add files with -f, or the NAME of an installed policy"


def test_the_json_has_the_keys_of_the_contract_in_their_order() -> None:
    """A decision has an action when it acts, and an instant when there is one."""
    document = _json("-f", EXAMPLE)
    assert list(document) == ["now", "policies"]
    assert document["now"] == NOW
    (policy,) = document["policies"]
    assert list(policy) == PLANNED
    for decision in policy["decisions"]:
        absent = set(DECIDED) - decision.keys()
        assert [key for key in DECIDED if key not in absent] == list(decision)
        assert ("action" in decision) == (decision["verdict"] == "act")
        assert ("expiresAt" in decision) == (decision["verdict"] in {"act", "wait"})


def test_the_numbers_of_a_plan_add_up() -> None:
    """Matched objects get one decision each: due ones act, pending ones wait or are kept."""
    (policy,) = _json("-f", EXAMPLE)["policies"]
    verdicts = [decision["verdict"] for decision in policy["decisions"]]
    assert policy["matched"] == len(verdicts) == policy["due"] + policy["pending"]
    assert policy["due"] == verdicts.count("act")
    assert policy["pending"] == verdicts.count("wait") + verdicts.count("keep")


def test_all_adds_what_the_selectors_do_not_take() -> None:
    """As skip, and only with --all; the counts stay."""
    (policy,) = _json("-f", EXAMPLE)["policies"]
    (whole,) = _json("-f", EXAMPLE, "--all")["policies"]
    skipped = [decision["name"] for decision in whole["decisions"] if decision["verdict"] == "skip"]
    assert sorted(skipped) == ["feature-flags", "settings"]
    assert whole["scanned"] == len(whole["decisions"]) == policy["scanned"]
    assert [decision for decision in whole["decisions"] if decision["verdict"] != "skip"] == policy["decisions"]


def test_yaml_and_json_say_the_same() -> None:
    """In the same order."""
    ran = zen_gc("plan", "-f", EXAMPLE, "--now", NOW, "-o", "yaml")
    assert yaml.safe_load(ran.out) == _json("-f", EXAMPLE)


def test_the_table_has_a_headline_a_policy_and_a_line_an_object() -> None:
    """For people; acting objects under the name of what is done."""
    lines = zen_gc("plan", "-f", EXAMPLE, "--now", NOW).out.splitlines()
    (policy,) = _json("-f", EXAMPLE)["policies"]
    assert lines[0] == f"At {NOW}, with the controller in namespace zen-gc-system:"
    assert lines[2] == "GarbageCollectionPolicy default/temp-configmaps: 7 scanned, 5 matched, 2 due, 3 pending"
    assert lines[3].split() == ["VERDICT", "KIND", "OBJECT", "BECAUSE"]
    for decision, line in zip(policy["decisions"], lines[4:], strict=True):
        shown = decision.get("action", decision["verdict"])
        assert re.split(r" {3,}", line.strip()) == [
            shown,
            "ConfigMap",
            f"default/{decision['name']}",
            decision["because"],
        ]


def test_objects_come_from_files_lists_directories_and_standard_input(tmp_path: Path) -> None:
    """YAML or JSON, alone or in a List of either kind: the plan is the same."""
    objects = list(yaml.safe_load_all(OBJECTS.read_text()))
    maps = [{**item} for item in objects if item["kind"] == "ConfigMap"]
    (tmp_path / "list.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    (tmp_path / "list.yaml").write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": objects}))
    (tmp_path / "deep" / "er").mkdir(parents=True)
    shutil.copy(OBJECTS, tmp_path / "deep" / "er" / "objects.yml")
    bare = [{key: value for key, value in item.items() if key not in {"apiVersion", "kind"}} for item in maps]
    (tmp_path / "maps.json").write_text(json.dumps({"apiVersion": "v1", "kind": "ConfigMapList", "items": bare}))
    wanted = _json("-f", POLICY, "-f", OBJECTS)
    for name in ("list.json", "list.yaml", "deep", "maps.json"):
        assert _json("-f", POLICY, "-f", tmp_path / name) == wanted, name
    assert _json("-f", POLICY, "-f", "-", stdin=OBJECTS.read_bytes()) == wanted
    assert _json("-f", "-", stdin=POLICY.read_bytes() + b"---\n" + OBJECTS.read_bytes()) == wanted


def test_a_directory_is_read_without_expected_plans(tmp_path: Path) -> None:
    """And without files of other kinds."""
    shutil.copy(POLICY, tmp_path)
    shutil.copy(OBJECTS, tmp_path)
    (tmp_path / "expected.yaml").write_text("no: manifest\n")
    (tmp_path / "README.md").write_text("# No manifest\n")
    assert _json("-f", tmp_path) == _json("-f", EXAMPLE)
    assert zen_gc("plan", "-f", tmp_path / "expected.yaml").code == 2


def test_an_invalid_policy_is_shown_and_the_others_are_planned_all_the_same(tmp_path: Path) -> None:
    """With its errors and without decisions; the exit code is 2 though the JSON is whole."""
    (tmp_path / "wrong.yaml").write_text(INVALID)
    ran = _plan("-f", tmp_path / "wrong.yaml", "-f", EXAMPLE)
    wrong, right = json.loads(ran.out)["policies"]
    assert ran.code == 2
    assert (wrong["valid"], wrong["decisions"], wrong["matched"]) == (False, [], 0)
    assert [error["path"] for error in wrong["errors"]] == ["spec.ttl"]
    assert right == _json("-f", EXAMPLE)["policies"][0]


def test_a_tripped_breaker_leaves_the_decisions_and_says_why(tmp_path: Path) -> None:
    """With the numbers, and the command that lifts it."""
    policy = yaml.safe_load(POLICY.read_text())
    policy["spec"]["behavior"] = {"breaker": {"maxObjects": 1}}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    ran = _plan("-f", tmp_path / "policy.json", "-f", OBJECTS)
    (tripped,) = json.loads(ran.out)["policies"]
    assert (ran.code, tripped["due"]) == (0, 2)
    assert tripped["decisions"] == _json("-f", EXAMPLE)["policies"][0]["decisions"]
    assert tripped["tripped"] == (
        "it would act on 2 objects, more than breaker.maxObjects 1; "
        "to let it: zen-gc approve temp-configmaps -n default "
        f"--digest {tripped['digest']} --up-to 2, or raise the limit"
    )


def test_the_controllers_flags_mean_the_same_here() -> None:
    """What is protected is protected here, and the same flags lift it."""
    claims = ["-f", POLICIES / "lost-pvcs"]
    assert _acting(_json(*claims)) == []
    assert _acting(_json(*claims, "--allow-resource=persistentvolumeclaims")) == ["cache-lost"]
    secrets = ["-f", POLICIES / "old-secrets"]
    assert _acting(_json(*secrets, "--allow-secret-type", "helm.sh/release.v1")) == [
        "ci-token-october",
        "sh.helm.release.v1.shop.v7",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["plan"], 2, NO_POLICIES),
        (["plan", "-f", OBJECTS], 2, NO_POLICIES),
        (["plan", "-f", POLICY], 2, NO_OBJECTS),
        (
            ["plan", "-f", EXAMPLE, "--live"],
            2,
            "--live takes the objects from the cluster: leave them out of the files",
        ),
        (["plan", "-f", EXAMPLE, "--require-plugin", "acme"], 1, "required plugin acme: not installed"),
        (["plan", "-f", POLICY, "--live"], 1, "no cluster: "),
        (["plan", "temp-configmaps"], 1, "no cluster: "),
        (["plan", "-f", POLICY, "--kubeconfig", "nowhere"], 1, "no cluster: the kubeconfig nowhere does not exist"),
        (["validate", "-f", OBJECTS], 2, "no policies in these files"),
        (["plan", "-f", EXAMPLE, "-o", "xml"], 2, "zen-gc plan: Invalid value for '-o' / '--output': 'xml'"),
        (["plan", "--everything"], 2, "zen-gc plan: No such option '--everything'"),
        (["plan", "-f"], 2, "zen-gc plan: Option '-f' requires an argument. (see zen-gc plan --help)"),
        (["plna"], 2, "zen-gc: No such command 'plna'. Did you mean 'plan'?"),
    ],
)
def test_wrong_usage_exits_with_2_and_what_failed_with_1(arguments: list[str | Path], code: int, error: str) -> None:
    """In a process of its own; the last line says what is wrong."""
    ran = zen_gc_process(arguments, cwd=POLICIES)
    assert (ran.code, ran.out) == (code, "")
    assert ran.errors[-1].startswith(error)


@pytest.mark.parametrize("command", ["plan", "validate"])
def test_the_commands_work_in_a_process_of_their_own(command: str) -> None:
    """As users run them, without a cluster, a home or a terminal."""
    ran = zen_gc_process([command, "-f", "temp-configmaps"], cwd=POLICIES)
    assert (ran.code, ran.err) == (0, "")


def test_a_reader_that_leaves_ends_the_command_without_a_word(tmp_path: Path) -> None:
    """As in `zen-gc plan … | head -1`."""
    many = {"apiVersion": "v1", "kind": "List", "items": [_object(number) for number in range(5_000)]}
    (tmp_path / "many.json").write_text(json.dumps(many))
    ran = zen_gc_process(["plan", "-f", POLICY, "-f", "many.json"], cwd=tmp_path, read=100)
    assert (len(ran.out), ran.err) == (100, "")


def _object(number: int) -> dict[str, Any]:
    metadata = {"name": f"c-{number}", "labels": {"temp": "true"}, "creationTimestamp": "2025-01-01T00:00:00Z"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def _plan(*arguments: str | Path, stdin: bytes = b"") -> Ran:
    return zen_gc("plan", *arguments, "--now", NOW, "-o", "json", stdin=stdin)


def _json(*arguments: str | Path, stdin: bytes = b"") -> Any:
    ran = _plan(*arguments, stdin=stdin)
    assert ran.code == 0, ran
    return json.loads(ran.out)


def _acting(document: Any) -> list[str]:
    return [
        decision["name"]
        for policy in document["policies"]
        for decision in policy["decisions"]
        if decision["verdict"] == "act"
    ]


@pytest.mark.parametrize(
    ("pod", "flags", "own"),
    [
        (None, [], "zen-gc-system"),
        ("gc-pod", [], "gc-pod"),
        ("gc-pod", ["--controller-namespace", "gc-own"], "gc-own"),
    ],
)
def test_a_plan_says_which_namespace_is_the_controllers_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pod: str | None, flags: list[str], own: str
) -> None:
    """In its first line, and where it keeps an object for that; the flag, else the Pod's, else zen-gc-system."""
    monkeypatch.delenv("ZEN_GC_CONTROLLER_NAMESPACE", raising=False)
    monkeypatch.delenv("POD_NAMESPACE", raising=False)
    if pod is not None:
        monkeypatch.setenv("POD_NAMESPACE", pod)
    spec = {
        "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap", "namespaces": ["*"]}],
        "ttl": {"immediate": True},
    }
    policy = {"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": "ClusterGarbageCollectionPolicy", "spec": spec}
    created = "2025-01-01T00:00:00Z"
    objects = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "x", "namespace": where, "creationTimestamp": created},
        }
        for where in ("zen-gc-system", "gc-pod", "gc-own")
    ]
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all([policy | {"metadata": {"name": "p"}}, *objects]))
    ran = zen_gc("plan", "-f", "all.yaml", "--now", NOW, *flags, cwd=tmp_path)
    assert ran.out.splitlines()[0] == f"At {NOW}, with the controller in namespace {own}:"
    kept = [line for line in ran.out.splitlines() if line.startswith("  keep")]
    assert [line.split()[2] for line in kept] == [f"{own}/x"]
    assert "the controller's own (--controller-namespace)" in kept[0]

"""`zen-gc test`: what of an expectation is compared, what is no expectation, and how the outcome is told."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.golden.examples import POLICIES
from tests.golden.running import COMMAND, zen_gc

if TYPE_CHECKING:
    from pathlib import Path

NOW = "2026-01-01T12:00:00Z"
POLICY = """
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: maps}
spec: {targetResources: [{apiVersion: v1, kind: ConfigMap}], ttl: {afterCreation: 1h}}
"""
OBJECTS = "\n---\n".join(
    f'apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}, creationTimestamp: "{made}"}}'
    for name, namespace, made in (
        ("old", "default", "2026-01-01T10:00:00Z"),
        ("new", "default", "2026-01-01T11:30:00Z"),
        ("old", "other", "2026-01-01T10:00:00Z"),
    )
)
GONE, WAITS = {"name": "old", "verdict": "act"}, {"name": "new", "verdict": "wait"}
PARTS = [
    ({}, None),
    ({"due": 1}, None),
    ({"due": 2}, "-  due: 2"),
    ({"decisions": [GONE, WAITS]}, None),
    ({"decisions": [WAITS, GONE]}, None),
    ({"decisions": [{**GONE, "uid": "", "action": "delete"}, WAITS]}, None),
    ({"decisions": [{**GONE, "because": "it is old"}, WAITS]}, "-    because: it is old"),
    ({"decisions": [GONE]}, "+  - name: new"),
    ({"decisions": [GONE, WAITS, {"name": "gone", "verdict": "act"}]}, "-  - name: gone"),
    ({"decisions": [{**GONE, "verdict": "keep"}, WAITS]}, "+    verdict: act"),
    ({"decisions": [GONE, {**WAITS, "action": "delete"}]}, "-    action: delete"),
    ({"warnings": [{"path": "spec"}]}, "-  warnings:"),
    ({"valid": False}, "-  valid: false"),
    ({"tripped": "a breaker"}, "-  tripped: a breaker"),
]
EXPECTED = {"name": "maps", "pending": 1}
NOTHING = "it expects nothing: no decision is in it"
BROKEN = [
    ({"policies": []}, "expected.yaml:2: policies: it expects nothing: there is no policy in it"),
    ({"policies": [{"name": "maps"}]}, f"expected.yaml:2: policies: {NOTHING}"),
    ({"policies": [{"name": "maps", "scanned": 2, "decisions": []}]}, f"expected.yaml:2: policies: {NOTHING}"),
    (
        {"policies": [{**EXPECTED, "desicions": []}]},
        ":5: policies[0].desicions: a plan has no 'desicions'; did you mean",
    ),
    (
        {"policies": [{**EXPECTED, "decisions": [{**GONE, "verdit": 1}]}]},
        ":8: policies[0].decisions[0].verdit: a plan has no 'verdit'; did you mean 'verdict'?",
    ),
    ({"policies": [{**EXPECTED, "decisions": [{"verdict": "act"}]}]}, "name is missing: a decision is about an object"),
    ({"policies": {"maps": 1}}, "policies: policies is a list, not an object"),
    ({"policies": [EXPECTED, "maps"]}, "policies[1]: what is expected is a map, not a string"),
    ({"now": None, "policies": [EXPECTED]}, "now is missing: without an instant, another plan follows every day"),
    ({"now": "today", "policies": [EXPECTED]}, "expected.yaml:1: now: "),
    ({"policies": [EXPECTED], "flag": []}, "expected.yaml:5: there is no 'flag'; did you mean 'flags'?"),
    ({"policies": [EXPECTED], "flags": "--all"}, "expected.yaml:5: flags is a list of texts, not a string"),
    ({"policies": [EXPECTED], "flags": ["--live"]}, "expected.yaml:5: flags: No such option '--live'"),
    ({"policies": [EXPECTED], "flags": ["--require-plugin=acme"]}, "required plugin acme: not installed"),
    ({"policies": [EXPECTED], "flags": ["--allow-resource=foo"]}, "expected.yaml:5: flags: --allow-resource foo: "),
    ({"policies": [EXPECTED], "files": ["policy.yaml"]}, "no objects in policy.yaml: a plan of nothing tests nothing"),
    ({"policies": [EXPECTED], "files": ["objects.yaml"]}, "no policy in objects.yaml"),
    ({"policies": [EXPECTED], "files": ["policy.yaml", "gone.yaml"]}, "gone.yaml: No such file or directory"),
    ({"apiVersion": "v1", "kind": "List"}, "a manifest, and no plan: write what `zen-gc plan -o yaml` prints"),
]


def folder(place: Path, expected: Any = None, **files: str) -> Path:
    """A golden folder; files are replaced by what is given, and left out where that is empty."""
    place.mkdir(parents=True, exist_ok=True)
    for name, text in {"policy": POLICY, "objects": OBJECTS, **files}.items():
        if text:
            (place / f"{name}.yaml").write_text(text)
    if expected is not None:
        if isinstance(expected, dict) and expected.get("now", NOW) == NOW:
            expected = {"now": NOW, **expected}
        text = expected if isinstance(expected, str) else yaml.safe_dump(expected, sort_keys=False)
        (place / "expected.yaml").write_text(text)
    return place


@pytest.mark.parametrize(("parts", "line"), PARTS, ids=range(len(PARTS)))
def test_what_is_left_out_is_not_compared(tmp_path: Path, parts: dict[str, Any], line: str | None) -> None:
    """And what is written is: each part, each decision, those that are missing and those that are too many."""
    folder(tmp_path, {"policies": [{**EXPECTED, **parts}]})
    ran = zen_gc("test", tmp_path)
    assert (ran.code, ran.err) == (0 if line is None else 1, "")
    if line is None:
        assert ran.out == f"{tmp_path}: as expected (1 policy, 3 objects)\n1 folder: 1 as expected\n"
    else:
        assert f"  {line}" in ran.out.splitlines()
        assert ran.out.splitlines()[-1] == "1 folder: 0 as expected, 1 differs"


@pytest.mark.parametrize(("expected", "words"), BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_expectation_is_a_mistake_and_no_success(
    tmp_path: Path, expected: dict[str, Any], words: str
) -> None:
    """One line with its place, and exit code 2; whether the plan would fit is not asked."""
    folder(tmp_path, expected)
    ran = zen_gc("test", tmp_path)
    assert ran.code == 2
    assert words in ran.err
    assert len(ran.errors) == 1
    assert str(tmp_path) in ran.err
    assert ran.out.splitlines()[-1] == "1 folder: 0 as expected, 1 cannot be tested"


@pytest.mark.parametrize("parts", [{"decisions": [GONE]}, {"due": 1}])
def test_a_policy_that_is_not_expected_is_a_difference(tmp_path: Path, parts: dict[str, Any]) -> None:
    """With what it would do, whatever the other expectation speaks of."""
    folder(tmp_path, {"policies": [{"name": "maps", **parts}]}, policy=f"{POLICY}---{POLICY.replace('maps', 'more')}")
    ran = zen_gc("test", tmp_path)
    assert ran.code == 1
    assert "  +  name: more" in ran.out.splitlines()


def test_a_policy_that_became_invalid_is_a_difference_with_its_errors(tmp_path: Path) -> None:
    """Whether the expectation speaks of errors or not."""
    folder(tmp_path, {"policies": [EXPECTED]}, policy=POLICY.replace("1h", "1hour"))
    ran = zen_gc("test", tmp_path)
    assert ran.code == 1
    assert "  +  valid: false" in ran.out.splitlines()
    assert "1hour" in ran.out


def test_an_expectation_that_may_mean_two_objects_says_what_to_write(tmp_path: Path) -> None:
    """Two objects of one name in a cluster policy."""
    policy = POLICY.replace("Garbage", "ClusterGarbage").replace(
        "kind: ConfigMap", 'kind: ConfigMap, namespaces: ["*"]'
    )
    decisions = [{**GONE, "namespace": "other"}, WAITS, GONE]
    folder(tmp_path, {"policies": [{"name": "maps", "decisions": decisions}]}, policy=policy)
    assert zen_gc("test", tmp_path).code == 0
    folder(tmp_path, {"policies": [{"name": "maps", "decisions": [GONE, WAITS]}]}, policy=policy)
    ran = zen_gc("test", tmp_path)
    assert (ran.code, "policies[0].decisions[0]: it may mean 2 of the plan: write its namespace" in ran.err) == (
        2,
        True,
    )


def test_every_folder_is_looked_at_and_the_worst_counts(tmp_path: Path) -> None:
    """What cannot be tested hides no difference, and a named folder and one below it are tested once."""
    folder(tmp_path / "a" / "good", {"policies": [EXPECTED]})
    folder(tmp_path / "b-broken", {"policies": []})
    folder(tmp_path / "c-differs", {"policies": [{**EXPECTED, "due": 9}]})
    folder(tmp_path / "d-forgotten")
    folder(tmp_path / "e-no-golden-folder", objects="")
    ran = zen_gc("test", tmp_path, tmp_path / "a" / "good")
    assert ran.code == 2
    assert [line.split(": ")[1] for line in ran.out.splitlines() if line.startswith(str(tmp_path))] == [
        "as expected (1 policy, 3 objects)",
        "it cannot be tested",
        "the plan differs",
        "it cannot be tested",
    ]
    assert ran.errors[1:] == [
        f"{tmp_path}/d-forgotten: no expected.yaml in it: write it by hand, or with `zen-gc test --update`"
    ]
    assert ran.out.splitlines()[-1] == "4 folders: 1 as expected, 1 differs, 2 cannot be tested"


NO_FOLDERS = [
    ("gone", "gone: there is no such directory"),
    ("empty", "empty: no golden folder in it: one holds policy.yaml, objects.yaml and expected.yaml"),
    ("file", "file: is a file, and a golden folder is a directory"),
    ("alone", "alone: no expected.yaml in it: write it by hand, or with `zen-gc test --update`"),
]


@pytest.mark.parametrize(("name", "words"), NO_FOLDERS)
def test_a_directory_without_a_golden_folder_is_a_mistake(tmp_path: Path, name: str, words: str) -> None:
    """Nothing was tested, so nothing is as expected."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    folder(tmp_path / "alone", objects="")
    ran = zen_gc("test", name, cwd=tmp_path)
    assert (ran.code, ran.errors[-1]) == (2, words)


def test_an_update_keeps_comments_settings_and_what_is_left_out(tmp_path: Path) -> None:
    """A decision that is new has the parts that the others have, one whose verdict is another its action."""
    folder(
        tmp_path,
        "# The reason.\n# Two lines.\n"
        f"now: '{NOW}'\nflags: [--all]\npolicies:\n- name: maps\n  due: 7\n  decisions:\n"
        "  - {name: old, verdict: act, action: delete}\n"
        "  - {name: gone, verdict: act, action: delete}\n",
    )
    ran = zen_gc("test", tmp_path, "--update")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == "1 folder: 0 as expected, 1 written anew"
    assert (tmp_path / "expected.yaml").read_text() == (
        f"# The reason.\n# Two lines.\nnow: '{NOW}'\nflags:\n- --all\npolicies:\n- name: maps\n  due: 1\n  decisions:\n"
        "  - name: old\n    verdict: act\n    action: delete\n"
        "  - name: new\n    verdict: wait\n"
    )
    assert zen_gc("test", tmp_path).code == 0


def test_an_update_leaves_alone_what_is_as_expected(tmp_path: Path) -> None:
    """To the byte, however it is spelt."""
    text = f"now: {NOW}\npolicies: [{{name: maps, pending: 1}}]  # as it is\n"
    folder(tmp_path, text)
    assert zen_gc("test", tmp_path, "--update").code == 0
    assert (tmp_path / "expected.yaml").read_text() == text


def test_an_update_begins_an_expectation_that_is_what_plan_prints(tmp_path: Path) -> None:
    """At the instant that is named."""
    folder(tmp_path)
    assert zen_gc("test", tmp_path, "--update", "--now", NOW).code == 0
    planned = zen_gc("plan", "-f", tmp_path, "--now", NOW, "-o", "yaml")
    assert (tmp_path / "expected.yaml").read_text() == planned.out
    assert zen_gc("test", tmp_path).code == 0


def test_an_update_never_writes_an_expectation_of_nothing(tmp_path: Path) -> None:
    """As when a selector is misspelt: the test would hold for ever."""
    policy = POLICY.replace("kind: ConfigMap", "kind: ConfigMap, names: [odl]")
    folder(tmp_path, policy=policy)
    ran = zen_gc("test", tmp_path, "--update")
    assert (ran.code, NOTHING in ran.err) == (2, True)
    assert not (tmp_path / "expected.yaml").exists()


def test_a_folder_is_planned_by_its_own_flags_and_by_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the same on every machine."""
    policies = [{"name": "maps", "decisions": [{"name": "old", "namespace": "other", "verdict": "act"}]}]
    folder(tmp_path, {"flags": ["-n", "other"], "policies": policies})
    monkeypatch.setenv("POD_NAMESPACE", "other")
    monkeypatch.setenv("ZEN_GC_CONTROLLER_NAMESPACE", "other")
    monkeypatch.setenv("ZEN_GC_DISABLE_PLUGIN", "ttl")
    assert zen_gc("test", tmp_path).code == 0


def test_junit_is_what_ci_servers_read(tmp_path: Path) -> None:
    """A case a folder: passed, failed with its difference, or in error; no character that XML cannot hold."""
    folder(tmp_path / "a", {"policies": [EXPECTED]})
    folder(tmp_path / "b", {"policies": [{**EXPECTED, "tripped": "\x1b<&\u202e"}]})
    folder(tmp_path / "c", {"policies": [EXPECTED], "\x1bx": 1})
    ran = zen_gc("test", ".", "-o", "junit", cwd=tmp_path)
    suite = ET.fromstring(ran.out.encode())[0]
    assert ran.code == 2
    assert {key: suite.get(key) for key in ("name", "tests", "failures", "errors", "skipped")} == {
        "name": "zen-gc test",
        "tests": "3",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
    }
    good, failed, broken = suite
    assert (good.get("name"), good.get("file"), list(good)) == ("a", "a/expected.yaml", [])
    assert float(good.get("time") or "") >= 0
    assert [(part.tag, part.get("message")) for part in failed] == [("failure", "the plan differs")]
    assert r'tripped: "\e<&\u202e"' in (failed[0].text or "")
    assert [part.tag for part in broken] == ["error"]
    assert r"there is no '\x1bx'" in (broken[0].text or "")


def test_the_json_names_the_outcome_of_each_folder(tmp_path: Path) -> None:
    """For whoever does not read text."""
    folder(tmp_path / "a", {"policies": [EXPECTED]})
    folder(tmp_path / "b", {"policies": [{**EXPECTED, "due": 9}]})
    document = json.loads(zen_gc("test", ".", "-o", "json", cwd=tmp_path).out)
    assert document["asExpected"] is False
    assert [(one["folder"], one["outcome"], one["fault"]) for one in document["folders"]] == [
        ("a", "asExpected", None),
        ("b", "differs", None),
    ]
    assert "-  due: 9" in document["folders"][1]["difference"]


@pytest.mark.parametrize(("variables", "colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_difference_is_in_color_at_a_terminal(tmp_path: Path, variables: dict[str, str], *, colored: bool) -> None:
    """And nowhere else; NO_COLOR turns it off."""
    folder(tmp_path, {"policies": [{**EXPECTED, "due": 9}]})
    ours, theirs = pty.openpty()
    environment = {"PATH": os.defpath, "PYTHONUTF8": "1", **variables}
    with subprocess.Popen([COMMAND, "test", str(tmp_path)], stdout=theirs, env=environment) as process:
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 4096):
                text += part
        except OSError:  # how Linux says that nobody writes any more
            pass
    os.close(ours)
    assert process.returncode == 1
    assert (b"\x1b[31m-  due: 9" in text) == colored
    assert (b"\x1b" in text) == colored
    assert "\x1b" not in zen_gc("test", tmp_path).out
    assert "\x1b[31m-  due: 9" in zen_gc("test", tmp_path, "--color", "always").out


def test_all_examples_are_tested_by_one_command() -> None:
    """As the page says."""
    ran = zen_gc("test", POLICIES.parent)
    assert (ran.code, ran.err) == (0, "")

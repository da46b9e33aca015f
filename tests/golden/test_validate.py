"""`zen-gc validate` for CI: every file is looked at, what is no policy is passed over, and each form is what its readers read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.golden.examples import POLICIES
from tests.golden.running import zen_gc

if TYPE_CHECKING:
    from pathlib import Path

FORMS = ["text", "json", "junit", "sarif", "github"]
VALID = """apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: right}
spec: {targetResources: [{apiVersion: v1, kind: ConfigMap}], ttl: {afterCreation: 1h}}
"""
WRONG = VALID.replace("right", "wrong").replace("afterCreation: 1h", "afterCreation: 1hour")
WARNED = VALID.replace("right", "warned").replace("kind: ConfigMap", "kind: ConfigMap, labelSelector: {}")
NO_POLICIES = {
    "kustomization.yaml": ("resources: [wrong.yaml]\n", "kubectl kustomize builds it"),
    "values.yaml": ("image: {tag: x}\n", "helm template renders it"),
    "values-prod.yaml": ("image: {tag: x}\n", "it holds no policy (apiVersion is missing"),
    "template.yaml": ("kind: ConfigMap\n{{ if .Values.a }}\n", "it holds no policy (could not find expected"),
    "empty.yaml": ("", "it holds no policy (the file is empty)"),
    "list.json": ("[1, 2]", "it holds no policy (a manifest is a map"),
    "latin.yaml": (b"a: \xe4\n", "it holds no policy (not UTF-8)"),
}
UNREADABLE = [
    (f"{VALID}---\nkind: [\n", 7),
    ("apiVersion: gc.kube-zen.io/v1alpha1\nkind: GarbageCollectPolicy\nmetadata: {name: a}\n", None),
    ("kind: GarbageCollectionPolicy\nmetadata: {name: a}\n", 1),
    (VALID.replace("right", "y"), 3),
    ('{"kind": "GarbageCollectionPolicy", "kind": "GarbageCollectionPolicy"}', None),
]


def directory(place: Path, **texts: str | bytes) -> Path:
    """A directory of files, `.yaml` where the name has no suffix."""
    for name, text in texts.items():
        file = place / (name if "." in name else f"{name}.yaml")
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return place


def validated(place: Path, form: str, names: tuple[str, ...] = (".",)) -> tuple[int, str, list[str]]:
    ran = zen_gc("validate", *[part for name in names for part in ("-f", name)], "-o", form, cwd=place)
    return ran.code, ran.out, ran.errors


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("named", [False, True])
def test_files_that_hold_no_policy_are_passed_over_with_a_note(tmp_path: Path, form: str, *, named: bool) -> None:
    """Each by itself, whether they are named or found; the exit code is that of the policies."""
    directory(tmp_path, right=VALID, **{name: text for name, (text, _) in NO_POLICIES.items()})
    names = (
        tuple(name for name in ("right.yaml", *NO_POLICIES) if name not in {"kustomization.yaml", "values.yaml"})
        if named
        else (".",)
    )
    code, out, errors = validated(tmp_path, form, names)
    assert code == 0
    if form == "text":
        for name, (_, why) in NO_POLICIES.items():
            if name in names or not named:
                assert any(line.startswith(name) and f"note: passed over: {why}" in line for line in errors), name
        assert out == "right.yaml:1: GarbageCollectionPolicy default/right is valid\n"
    elif form in {"json", "sarif", "github"}:
        assert out.count("passed over: ") == len(names) - 1 if named else len(NO_POLICIES)


@pytest.mark.parametrize(("text", "line"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_file_of_policies_that_cannot_be_read_is_a_mistake_and_hides_no_other(
    tmp_path: Path, text: str, line: int | None
) -> None:
    """It speaks of policies, so it is none that may be passed over."""
    directory(tmp_path, a=text, b=WRONG, c=VALID.replace("right", "other"))
    code, out, errors = validated(tmp_path, "json")
    report = json.loads(out)
    assert (code, report["valid"], errors) == (2, False, [])
    (found,) = report["unreadable"]
    assert (found["level"], found["file"], found["line"] or None) == ("error", "a.yaml", line or found["line"])
    assert {(one["name"], one["valid"]) for one in report["policies"]} >= {("wrong", False), ("other", True)}


@pytest.mark.parametrize("form", FORMS)
def test_an_invalid_policy_exits_with_2_in_every_form(tmp_path: Path, form: str) -> None:
    """And a warning with 0."""
    assert validated(directory(tmp_path, warned=WARNED), form)[0] == 0
    assert validated(directory(tmp_path, wrong=WRONG), form)[0] == 2


def test_findings_have_colours_where_they_are_asked_for(tmp_path: Path) -> None:
    """Of a warning that it is one, of an error its field; without the colours the words are the same, and no program sees any."""
    place = directory(tmp_path, warned=WARNED, wrong=WRONG)
    plain, coloured = (zen_gc("validate", "-f", ".", *flags, cwd=place) for flags in ((), ("--color", "always")))
    assert "\x1b[33mwarning: \x1b[0m" in coloured.err
    assert "\x1b[31mspec.ttl.afterCreation: \x1b[0m" in coloured.err
    assert "is \x1b[32mvalid\x1b[0m" in coloured.out
    assert (re.sub(r"\x1b\[\d+m", "", coloured.err), re.sub(r"\x1b\[\d+m", "", coloured.out)) == (plain.err, plain.out)
    assert "\x1b" not in zen_gc("validate", "-f", ".", "--color", "always", "-o", "json", cwd=place).out


@pytest.mark.parametrize("form", FORMS)
def test_no_policy_at_all_is_a_mistake_in_every_form(tmp_path: Path, form: str) -> None:
    """With what was passed over, so that a wrong directory is seen."""
    code, out, errors = validated(directory(tmp_path, other="image: x\n"), form)
    assert (code, out) == (2, "")
    assert errors[0].startswith("note: other.yaml: passed over: ")
    assert errors[-1] == "no policies in these files"


def test_the_json_names_file_line_and_path(tmp_path: Path) -> None:
    """Of each finding of each policy."""
    code, out, errors = validated(directory(tmp_path, wrong=WRONG, warned=WARNED), "json")
    report = json.loads(out)
    assert (code, errors, report["valid"]) == (2, [], False)
    warned, wrong = report["policies"]
    assert (warned["file"], warned["line"], warned["name"], warned["valid"]) == ("warned.yaml", 1, "warned", True)
    assert warned["digest"]
    assert [(one["level"], one["line"], one["path"]) for one in (*warned["findings"], *wrong["findings"])] == [
        ("warning", 4, "spec.targetResources[0].labelSelector"),
        ("error", 4, "spec.ttl.afterCreation"),
    ]


def test_junit_has_a_case_a_policy(tmp_path: Path) -> None:
    """Valid ones with warnings pass; a file that cannot be read is in error."""
    place = directory(tmp_path, a=VALID, b=WARNED, c=WRONG, d=f"{VALID}---\nkind: [\n".replace("right", "cut"))
    suite = ET.fromstring(validated(place, "junit")[1].encode())[0]
    assert [(case.get("name"), case.get("file"), [part.tag for part in case]) for case in suite] == [
        ("d.yaml", "d.yaml", ["error"]),
        ("GarbageCollectionPolicy default/right", "a.yaml", []),
        ("GarbageCollectionPolicy default/warned", "b.yaml", []),
        ("GarbageCollectionPolicy default/wrong", "c.yaml", ["failure"]),
        ("GarbageCollectionPolicy default/cut", "d.yaml", []),
    ]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("5", "1", "1")
    assert "c.yaml:4: spec.ttl.afterCreation: " in (suite[3][0].text or "")


MAPS: dict[str, tuple[set[str], set[str]]] = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"invocations", "columnKind", "results"}),
    "driver": ({"name"}, {"semanticVersion", "rules"}),
    "rule": ({"id"}, {"shortDescription", "defaultConfiguration"}),
    "invocation": ({"executionSuccessful"}, {"exitCode"}),
    "result": ({"message"}, {"ruleId", "ruleIndex", "level", "locations"}),
    "location": (set(), {"physicalLocation"}),
    "place": ({"artifactLocation"}, {"region"}),
}
"""What SARIF 2.1.0 requires of its objects, and what of it is written here; anything else would be no SARIF."""


def held(value: dict[str, Any], kind: str) -> dict[str, Any]:
    """An object of a log, which has what its kind requires and nothing that it does not know."""
    required, optional = MAPS[kind]
    assert required <= value.keys() <= required | optional, (kind, value)
    return value


def test_sarif_is_what_code_scanning_reads(tmp_path: Path) -> None:
    """By the structure that its schema requires: versions, rules, levels, relative URIs, lines from 1."""
    place = directory(
        tmp_path, **{"a b#1.yaml": WRONG, "b": WARNED, "c.json": json.dumps({"x": 1}), "d": f"{VALID}---\nkind: [\n"}
    )
    code, out, errors = validated(place, "sarif")
    log = held(json.loads(out), "log")
    assert (code, errors, log["version"]) == (2, [], "2.1.0")
    (run,) = log["runs"]
    driver = held(held(run, "run")["tool"]["driver"], "driver")
    rules = [held(rule, "rule") for rule in driver["rules"]]
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+.*", driver["semanticVersion"])
    assert held(run["invocations"][0], "invocation") == {"executionSuccessful": True, "exitCode": 2}
    found = []
    for result in run["results"]:
        held(result, "result")
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert rules[result["ruleIndex"]]["defaultConfiguration"]["level"] == result["level"]
        assert result["level"] in {"error", "warning", "note"}
        assert set(result["message"]) == {"text"}
        assert result["message"]["text"]
        for location in result["locations"]:
            physical = held(held(location, "location")["physicalLocation"], "place")
            uri = physical["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri)
            found.append((result["level"], uri, physical.get("region", {}).get("startLine", "no line")))
    assert found == [
        ("error", "d.yaml", 7),
        ("error", "a%20b%231.yaml", 4),
        ("warning", "b.yaml", 4),
        ("note", "c.json", "no line"),
    ]


def test_annotations_of_github_end_no_command_early(tmp_path: Path) -> None:
    """Whatever a name or a value contains: properties and messages are escaped each in their way."""
    odd = "a,b:c%.yaml"
    policy = {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "p"},
        "spec": {
            "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap"}],
            "ttl": {"afterCreation": "50%\n::error::owned\r"},
        },
    }
    code, out, errors = validated(directory(tmp_path, **{odd: json.dumps(policy), "b": WARNED}), "github")
    assert (code, errors) == (2, [])
    wrong, warned, summary = out.split("\n")[:-1]
    assert wrong.startswith("::error file=a%2Cb%3Ac%25.yaml,title=spec.ttl.afterCreation::")
    assert "50%25" in wrong
    assert "::error::owned" not in wrong.partition("afterCreation::")[0]
    assert warned.startswith("::warning file=b.yaml,line=4,title=spec.targetResources[0].labelSelector::")
    assert summary == "2 policies, 1 invalid"


def test_standard_input_has_no_file_to_annotate(tmp_path: Path) -> None:
    """No reader could find it."""
    ran = zen_gc("validate", "-f", "-", "-o", "github", stdin=WRONG.encode(), cwd=tmp_path)
    assert ran.out.startswith("::error line=4,title=spec.ttl.afterCreation::")
    ran = zen_gc("validate", "-f", "-", "-o", "sarif", stdin=WRONG.encode(), cwd=tmp_path)
    assert "locations" not in json.loads(ran.out)["runs"][0]["results"][0]


@pytest.mark.parametrize("form", FORMS)
def test_all_examples_are_valid(form: str) -> None:
    """In every form, though there are objects and expected plans beside them."""
    assert zen_gc("validate", "-f", POLICIES, "-o", form).code == 0

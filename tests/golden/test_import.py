"""``zen-gc import``, used as its readers would: what it prints, how it ends, and what it says of bad input."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
import yaml

from tests.golden.running import zen_gc

FOLDER = Path(__file__).parent / "importing"
NOW = "2026-06-01T12:00:00Z"
INPUTS = sorted(path.name for path in FOLDER.iterdir() if path.suffix == ".yaml")


def _line(*arguments, code=2):
    done = zen_gc("import", *arguments)
    assert done.code == code, done
    (line,) = done.errors
    return line


@pytest.mark.parametrize("name", INPUTS)
def test_what_comes_of_the_published_shapes(name):
    """The table: of each input how many policies, how many of them paused, and what becomes of each construct.

    The inputs are written for these tests, after the shapes of what the tools publish as examples.
    """
    printed = json.loads(zen_gc("import", "-f", FOLDER / name, "-o", "json").out)
    lines = []
    for each in printed["conversions"]:
        paused = sum(1 for policy in each["policies"] if policy["spec"].get("paused"))
        lines.append(f"{each['original']}: {len(each['policies'])} policies, {paused} paused")
        lines += [f"  {one['level']} {one['path']}" for one in each["constructs"]]
    expected = (FOLDER / f"{name.removesuffix('.yaml')}.txt").read_text(encoding="utf-8")
    assert "\n".join(lines) + "\n" == expected


@pytest.mark.parametrize("name", INPUTS)
def test_what_is_printed_is_what_validate_takes(name, tmp_path):
    """The YAML is a file of policies, comments and all."""
    printed = zen_gc("import", "-f", FOLDER / name)
    assert printed.code in {0, 1}
    made = [each for each in yaml.safe_load_all(printed.out) if each is not None]
    assert printed.out.startswith("# From ")
    if made:
        (tmp_path / "made.yaml").write_text(printed.out, encoding="utf-8")
        assert zen_gc("validate", "-f", tmp_path / "made.yaml").code == 0


def test_a_report_has_a_line_for_each_construct_and_the_exit_code_says_whether_all_came_over():
    """0: everything; 1: something is impossible."""
    whole = zen_gc("import", "-f", FOLDER / "cleaner-labels.yaml", "-o", "report")
    assert whole.code == 0
    assert [line.split()[0] for line in whole.out.splitlines()[1:]].count("impossible") == 0
    partly = zen_gc("import", "-f", FOLDER / "cleaner-lua.yaml", "-o", "report")
    assert partly.code == 1
    assert "1 policy, 1 paused" in partly.out
    assert "impossible" in partly.out


OBJECTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: x, uid: u1, creationTimestamp: "2026-05-01T00:00:00Z", annotations: {janitor/ttl: 1h}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b, namespace: x, uid: u2, creationTimestamp: "2026-05-01T00:00:00Z", annotations: {janitor/ttl: forever}}
---
apiVersion: v1
kind: Pod
metadata:
  name: c
  namespace: x
  uid: u3
  creationTimestamp: "2026-05-01T00:00:00Z"
  annotations: {janitor/ttl: 1h}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: r, uid: r1, controller: true}]
status: {phase: Running}
"""


def test_the_comparison_counts_and_names(tmp_path):
    """Totals of each cell, examples with why ours keeps them, JSON, and 0 while only ours is empty."""
    (tmp_path / "objects.yaml").write_text(OBJECTS, encoding="utf-8")
    arguments = ("import", "--from", "kube-janitor", "--against", tmp_path / "objects.yaml", "--now", NOW)
    shown = zen_gc(*arguments)
    assert shown.code == 0
    lines = [line.split() for line in shown.out.splitlines()]
    assert ["both", "go", "1"] in lines
    assert ["both", "stay", "1"] in lines
    assert ["only", "theirs", "goes", "1"] in lines
    assert ["only", "ours", "goes", "0"] in lines
    assert "ReplicaSet r controls it" in shown.out
    cells = json.loads(zen_gc(*arguments, "-o", "json").out)["comparisons"][0]["cells"]
    assert cells["only theirs goes"]["examples"][0]["object"] == "x/c"


def test_an_object_that_only_ours_takes_is_exit_code_1(tmp_path, monkeypatch):
    """Whatever went wrong in an import, the comparison tells it."""
    monkeypatch.setattr("zen_gc_core.importing.kube_janitor.meaning.KubeJanitor._takes", lambda *_: False)
    (tmp_path / "objects.yaml").write_text(OBJECTS, encoding="utf-8")
    shown = zen_gc("import", "--from", "kube-janitor", "--against", tmp_path / "objects.yaml", "--now", NOW)
    assert shown.code == 1
    assert ["only", "ours", "goes", "1"] in [line.split() for line in shown.out.splitlines()]


def test_what_cel_python_lacks_is_asked_of_another_interpreter_and_told(tmp_path):
    """Optional fields, which many policies of Kyverno use."""
    (tmp_path / "objects.yaml").write_text(
        OBJECTS.replace("janitor/ttl: 1h}}", "x: y}, labels: {draft: 'true'}}"), encoding="utf-8"
    )
    policy = (FOLDER / "dpol-bare.yaml").read_text(encoding="utf-8")
    policy = policy.replace("pods]", "configmaps]").replace(
        "    namespaceSelector:\n      matchLabels: {stage: dev}\n", ""
    )
    lines = [line for line in policy.splitlines() if "expression:" not in line]
    expression = "    expression: object.metadata.?labels.draft.orValue('') == 'true'"
    (tmp_path / "policy.yaml").write_text("\n".join([*lines, expression]), encoding="utf-8")
    shown = zen_gc("import", "-f", tmp_path / "policy.yaml", "--against", tmp_path / "objects.yaml", "--now", NOW)
    assert shown.code == 0, shown
    assert "cel-python lacks something" in shown.err
    assert ["both", "go", "1"] in [line.split() for line in shown.out.splitlines()]


def test_marked_objects_and_policies_of_several_tools_come_over_together(tmp_path):
    """auto: each document by the tool that it is of."""
    (tmp_path / "objects.yaml").write_text(OBJECTS, encoding="utf-8")
    printed = zen_gc("import", "-f", tmp_path, "-f", FOLDER / "cleaner-labels.yaml", "-o", "json")
    assert printed.code == 0
    assert [each["tool"] for each in json.loads(printed.out)["conversions"]] == ["kube-janitor", "k8s-cleaner"]


def test_what_lies_beside_is_passed_over_with_a_note(tmp_path):
    """A folder of manifests holds roles and accounts, too."""
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: janitor}\n"
    (tmp_path / "account.yaml").write_text(account, encoding="utf-8")
    printed = zen_gc("import", "-f", tmp_path, "-f", FOLDER / "cleaner-labels.yaml", "-o", "report")
    assert printed.code == 0
    assert "account.yaml:1: passed over: a ServiceAccount says nothing of what is to be deleted" in printed.err


BAD = [
    ("", "it.yaml: the file is empty"),
    ("# nothing\n", "it.yaml: no document in it"),
    ("- a\n", "it.yaml:1: a manifest is a map, not a list"),
    ("a: [\n", "it.yaml:2: "),
    ("spec: {}\n", "it.yaml:1: it has neither apiVersion and kind, nor the rules of a kube-janitor"),
    (
        "apiVersion: kyverno.io/v2\nkind: CleanupPolcy\nmetadata: {name: a}\n",
        "it.yaml:1: kyverno.io has no kind 'CleanupPolcy'; did you mean 'CleanupPolicy'?",
    ),
    (
        "apiVersion: gc.kube-zen.io/v1alpha1\nkind: GarbageCollectionPolicy\nmetadata: {name: a}\n",
        "it.yaml:1: it is a GarbageCollectionPolicy, a policy of zen-gc already",
    ),
    ("apiVersion: apps.projectsveltos.io/v1alpha1\nkind: Cleaner\nspec: {}\n", "it.yaml:1: metadata.name: is missing"),
    (
        "apiVersion: apps.projectsveltos.io/v1alpha1\nkind: Cleaner\nmetadata: {name: a}\nspec:\n  resourcePolicySet: 5\n",
        "it.yaml:5: spec.resourcePolicySet: must be a map, not a number",
    ),
    (
        "apiVersion: policies.kyverno.io/v1\nkind: DeletingPolicy\nmetadata: {name: a}\nspec:\n  conditions: [{name: a}]\n",
        "it.yaml:5: spec.conditions[0].expression: is missing",
    ),
    (
        "apiVersion: kyverno.io/v2\nkind: CleanupPolicy\nmetadata: {name: a}\nspec:\n  match: {any: [5]}\n",
        "it.yaml:5: spec.match.any[0]: must be a map, not a number",
    ),
    ("rules: 5\n", "it.yaml:1: rules: must be a list, not a number"),
    ("rules: []\n", "it.yaml:1: rules: there is none in it"),
    ("rules:\n- id: a\n  resources: [pods]\n  ttl: 1d\n", "it.yaml:2: rules[0]: jmespath is missing"),
    (
        "rules:\n- {id: a, resources: [pods], jmespath: a, ttl: 1d12h}\n",
        "it.yaml:2: rules[0].ttl: must be one number with s, m, h, d or w, or forever, not '1d12h'",
    ),
    (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
        "the files hold no policy, rule or marked object to import",
    ),
]


@pytest.mark.parametrize(("text", "words"), BAD, ids=range(len(BAD)))
def test_bad_input_is_one_line_with_file_and_place(text, words, tmp_path):
    """And exit code 2."""
    (tmp_path / "it.yaml").write_text(text, encoding="utf-8")
    done = zen_gc("import", "-f", "it.yaml", cwd=tmp_path)
    assert done.code == 2
    assert done.out == ""
    assert words in done.errors[-1]


def test_a_policy_of_another_tool_than_the_one_that_is_named_is_refused(tmp_path):
    """--from says what the files are."""
    line = _line("--from", "kyverno", "-f", FOLDER / "cleaner-labels.yaml")
    assert "a Cleaner is of k8s-cleaner, and --from says kyverno" in line


def test_a_comment_ends_nowhere_but_at_its_end(tmp_path):
    """Names, schedules and scripts with every kind of line break stay comments: no line of them is YAML."""
    breaks = "\u2028kind: Evil\u0085kind: Evil\x0bkind: Evil\rkind: Evil\nkind: Evil"
    text = (FOLDER / "cleaner-lua.yaml").read_text(encoding="utf-8")
    (document,) = yaml.safe_load_all(text)
    document["spec"]["schedule"] = f"0 0 * *{breaks}"
    document["spec"]["resourcePolicySet"]["resourceSelectors"][0]["evaluate"] = f"return 1{breaks}"
    (tmp_path / "it.json").write_text(json.dumps(document), encoding="utf-8")
    printed = zen_gc("import", "-f", tmp_path / "it.json")
    assert printed.code == 1
    assert [each["kind"] for each in yaml.safe_load_all(printed.out)] == ["ClusterGarbageCollectionPolicy"]
    assert all(line.startswith("#") for line in printed.out.splitlines() if "Evil" in line)


def test_policies_of_one_name_get_names_of_their_own(tmp_path):
    """Applied, the last would take the place of the others."""
    text = (FOLDER / "cleaner-labels.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    made = list(yaml.safe_load_all(zen_gc("import", "-f", tmp_path).out))
    names = [each["metadata"]["name"] for each in made]
    assert names == ["by-label", "by-label-orphaning", "by-label-2", "by-label-orphaning-2"]


def test_settings_alone_delete_nothing(tmp_path):
    """The ConfigMap of Kyverno without a policy."""
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kyverno}\ndata: {resourceFilters: '[Event,*,*]'}\n"
    (tmp_path / "it.yaml").write_text(text, encoding="utf-8")
    assert _line("-f", tmp_path / "it.yaml") == "the files hold nothing that deletes: give the policies, too"


def test_nothing_to_import_is_said():
    """Neither files nor a tool."""
    assert _line() == "nothing to import: add files with -f, or name the tool with --from"


def test_colours_change_no_letter_of_a_report_or_a_comparison(tmp_path):
    """What is left out stands out; JSON has none."""
    objects = tmp_path / "objects.yaml"
    objects.write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: lab}}")
    asked = ("import", "-f", FOLDER / "cleaner-lua.yaml", "-o", "report", "--against", objects, "--now", NOW)
    plain, painted = zen_gc(*asked), zen_gc(*asked, "--color", "always")
    assert "\x1b[31m\x1b[1mimpossible\x1b[0m" in painted.out
    assert click.unstyle(painted.out) == plain.out
    assert "\x1b" not in plain.out
    assert "\x1b" not in zen_gc(*asked, "--color", "always", "-o", "json").out

"""What the command says of bad input: one line with its place, exit code 2, never a traceback, never a plan that acts.

Or, where the input is an object that can be named, the object is kept with the reason.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.golden.running import zen_gc, zen_gc_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = "2026-01-01T00:00:00Z"
HEAD = "apiVersion: gc.kube-zen.io/v1alpha1\nkind: GarbageCollectionPolicy\nmetadata: {name: p}\n"
POLICY = f"{HEAD}spec:\n  targetResources: [{{apiVersion: v1, kind: ConfigMap}}]\n  ttl: {{afterCreation: 1h}}\n"
OBJECT = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, creationTimestamp: "2025-12-01T00:00:00Z"}\n'
NO_MANIFEST = "a manifest is a map with apiVersion and kind"
ALIASES = "aliases are not accepted: write the value out"
BOMB = "a: &a [1, 1]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=False)
)

FILES: list[tuple[str, bytes | str, str]] = [
    ("empty.yaml", "", "empty.yaml: the file is empty"),
    ("blank.json", " \n\t\n", "blank.json: the file is empty"),
    ("comment.yaml", "# nothing\n---\n", "comment.yaml: no document in it"),
    ("latin.yaml", "apiVersion: v1\nkind: \xe9\n".encode("latin-1"), "latin.yaml:2: not UTF-8"),
    ("binary.yaml", b"\x7fELF\x02\x01\x01\x00", "binary.yaml:1: not YAML: "),
    ("utf16.yaml", "kind: x".encode("utf-16"), "utf16.yaml:1: not UTF-8"),
    ("latin.json", b'{"apiVersion": "v1", "kind": "\xe9"}', "latin.json: not UTF-8"),
    ("broken.yaml", "a: [1\nb\n", "broken.yaml:3: did not find expected ',' or ']'"),
    ("tab.yaml", "a:\n\t- b\n", "tab.yaml:2: found character that cannot start any token"),
    ("cut.json", '{"apiVersion": "v1", "kind": "Conf', "cut.json:1: "),
    ("double.yaml", "apiVersion: v1\nkind: A\nkind: B\n", "double.yaml:3: duplicate key 'kind'"),
    ("double.json", '{"apiVersion": "v1", "kind": "A", "kind": "B"}', "double.json: duplicate key 'kind'"),
    ("number-key.yaml", "apiVersion: v1\n5: x\n", "number-key.yaml:2: a key must be text: put it in quotes"),
    ("bomb.yaml", BOMB, f"bomb.yaml:1: {ALIASES}"),
    ("merge.yaml", "a: &a {b: c}\nd: {<<: *a}\n", f"merge.yaml:1: {ALIASES}"),
    ("itself.yaml", "a: &a [*a]\n", f"itself.yaml:1: {ALIASES}"),
    ("dangling.yaml", "a: *b\n", f"dangling.yaml:1: {ALIASES}"),
    ("tagged.yaml", "a: !!python/object:os.system x\n", "tagged.yaml:1: tag tag:yaml.org,2002:python/object:os.system"),
    ("nan.yaml", "a: .nan\n", "nan.yaml:1: .nan is not a value that JSON can hold"),
    ("deep.yaml", "- " * 101 + "a", "deep.yaml:1: nested more than 100 deep"),
    ("deep.json", '{"a":' * 90_000 + "1" + "}" * 90_000, "deep.json: nested too deep"),
    ("list.yaml", "- a\n", f"list.yaml:1: {NO_MANIFEST}, not a list"),
    ("text.yaml", "just text\n", f"text.yaml:1: {NO_MANIFEST}, not a string"),
    ("text.json", '"x"', f"text.json:1: {NO_MANIFEST}, not a string"),
    ("second.yaml", f"{OBJECT}---\n7\n", f"second.yaml:5: {NO_MANIFEST}, not a number"),
    ("no-version.yaml", "kind: A\n", "no-version.yaml:1: apiVersion is missing: a manifest has apiVersion and kind"),
    (
        "no-kind.yaml",
        "apiVersion: v1\nkind: ''\n",
        "no-kind.yaml:1: kind is missing: a manifest has apiVersion and kind",
    ),
    ("item.yaml", "apiVersion: v1\nkind: List\nitems:\n- a\n", f"item.yaml:4: {NO_MANIFEST}, not a string"),
    ("item.json", '{"apiVersion": "v1", "kind": "List", "items": [{"kind": "A"}]}', "item.json: items[0]: apiVersion"),
    ("no-metadata.yaml", "apiVersion: v1\nkind: A\n", "no-metadata.yaml:1: A: metadata.name is missing"),
    ("no-name.yaml", "apiVersion: v1\nkind: A\nmetadata: {}\n", "no-name.yaml:3: A: metadata.name is missing"),
    ("listed.yaml", "apiVersion: v1\nkind: A\nmetadata: [a]\n", "listed.yaml:3: A: metadata.name is missing"),
    ("numbered.yaml", "apiVersion: v1\nkind: A\nmetadata: {name: 5}\n", "numbered.yaml:3: A: metadata.name is missing"),
]

POLICIES: list[tuple[str, list[str]]] = [
    ("", ["policy.yaml:1: spec: is missing"]),
    ("spec: 5", ["policy.yaml:4: spec: must be an object, not 5"]),
    ("spec: []", ["policy.yaml:4: spec: must be an object, not a list"]),
    (
        "spec:\n  targetResources: 5\n  ttl: 5\n",
        [
            "policy.yaml:5: spec.targetResources: must be a list, not 5",
            "policy.yaml:6: spec.ttl: must be an object, not 5",
        ],
    ),
    (
        "spec:\n  targetResource: {apiVersion: v1, kind: Pod}\n  ttl:\n    aftercreation: 1h\n",
        [
            (
                "policy.yaml:6: spec.ttl: unknown 'aftercreation'; did you mean 'afterCreation'? "
                "(installed: after, afterCreation, afterFinished, cel, expiresAt, immediate)"
            )
        ],
    ),
    (
        (
            "spec:\n  targetResources:\n  - {apiVersion: v1, kind: Pod, labelselector: {}}\n"
            "  ttl: {immediate: true}\n  condition: {}\n"
        ),
        [
            "policy.yaml:4: spec: unknown field 'condition'; did you mean 'conditions'?",
            "policy.yaml:6: spec.targetResources[0]: unknown field 'labelselector'; did you mean 'labelSelector'?",
        ],
    ),
    (
        (
            "spec:\n  targetResources: [5]\n  ttl: {immediate: true}\n  conditions: [1]\n  behavior: 7\n"
            "  action: x\n  paused: 5\n  evaluationInterval: []\n"
        ),
        [
            "policy.yaml:5: spec.targetResources[0]: must be an object, not 5",
            "policy.yaml:7: spec.conditions: must be an object, not a list",
            "policy.yaml:8: spec.behavior: must be an object, not 7",
            "policy.yaml:9: spec.action: must be an object, not 'x'",
            "policy.yaml:10: spec.paused: must be true or false, not 5",
            "policy.yaml:11: spec.evaluationInterval: a duration is an integer (seconds) or text such as '1d12h', not []",
        ],
    ),
]

TARGET = "apiVersion: v1, kind: Pod"
MISPLACED: list[tuple[str, str]] = [
    (
        f"spec:\n  targetResources: [{{{TARGET}, labelSelector: {{app: web, tier: a}}}}]\n  ttl: {{immediate: true}}\n",
        "5: spec.targetResources[0].labelSelector: unknown field 'app': write matchLabels: {app: web, tier: a}",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}, labelSelector: 'app=web,tier=a'}}]\n  ttl: {{immediate: true}}\n",
        (
            "5: spec.targetResources[0].labelSelector: must be an object, not 'app=web,tier=a': "
            "write matchLabels: {app: web, tier: a}"
        ),
    ),
    (
        (
            f"spec:\n  targetResources: [{{{TARGET}, fieldSelector: {{status.phase: Failed}}}}]\n"
            "  ttl: {immediate: true}\n"
        ),
        (
            "5: spec.targetResources[0].fieldSelector: unknown field 'status.phase': "
            "write matchFields: {status.phase: Failed}"
        ),
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}, names: 'tmp-*, a'}}]\n  ttl: {{immediate: true}}\n",
        "5: spec.targetResources[0].names: must be a list, not 'tmp-*, a': write [\"tmp-*\", a]",
    ),
    (
        f"spec:\n  targetResources: {{{TARGET}}}\n  ttl: {{immediate: true}}\n",
        "5: spec.targetResources: must be a list, not an object; begin its entry with a dash",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}}}]\n  ttl: 7d\n",
        "6: spec.ttl: must be an object, not '7d': write {afterCreation: 7d}",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}}}]\n  ttl: {{immediate: true}}\n  action: evict\n",
        "7: spec.action: must be an object, not 'evict': write {evict: {}}",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}}}]\n  ttl: {{immediate: true}}\n  conditions:\n  - phase: [Failed]\n",
        "7: spec.conditions: must be an object, not a list; leave out the dashes",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}}}]\n  ttl: {{immediate: true}}\n  conditions: {{phase: Failed}}\n",
        "7: spec.conditions.phase: must be a list, not 'Failed': write [Failed]",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}}}]\n  ttl: {{immediate: true}}\n  dryRun: true\n",
        "4: spec: unknown field 'dryRun'; it belongs in spec.behavior",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}, conditions: {{phase: [Failed]}}}}]\n  ttl: {{immediate: true}}\n",
        "5: spec.targetResources[0]: unknown field 'conditions'; it belongs in spec",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}}}]\n  ttl: {{immediate: true}}\n  maxObjects: 5\n",
        "4: spec: unknown field 'maxObjects'; it belongs in spec.behavior.breaker",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}}}]\n  ttl: {{immediate: true}}\n  labelSelector: {{}}\n",
        "4: spec: unknown field 'labelSelector'; it belongs in an entry of spec.targetResources",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}}}]\n  ttl: {{immediate: true}}\n  conditions: {{afterCreation: 1h}}\n",
        "7: spec.conditions: unknown 'afterCreation'; it belongs in spec.ttl",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}}}]\n  ttl: {{phase: [Failed]}}\n",
        "6: spec.ttl: unknown 'phase'; it belongs in spec.conditions",
    ),
    (
        f"spec:\n  targetResources: [{{{TARGET}}}]\n  afterCreation: 1h\n  ttl: {{immediate: true}}\n",
        "4: spec: unknown field 'afterCreation'; it belongs in spec.ttl",
    ),
]

METADATA: list[tuple[dict[str, Any], str]] = [
    ({}, "no expiry can be told: it has no metadata.creationTimestamp"),
    ({"creationTimestamp": None}, "no expiry can be told: it has no metadata.creationTimestamp"),
    ({"creationTimestamp": ""}, "'' is not an RFC 3339 time"),
    ({"creationTimestamp": "last week"}, "'last week' is not an RFC 3339 time"),
    ({"creationTimestamp": "2025-12-01"}, "'2025-12-01' is not an RFC 3339 time"),
    ({"creationTimestamp": "2025-12-01T00:00:00"}, "'2025-12-01T00:00:00' is not an RFC 3339 time"),
    ({"creationTimestamp": "2025-02-30T00:00:00Z"}, "'2025-02-30T00:00:00Z' is not a time that exists"),
    ({"creationTimestamp": "2025-12-01T00:00:00+99:00"}, "is not a time that exists"),
    ({"creationTimestamp": "99999-01-01T00:00:00Z"}, "is not an RFC 3339 time"),
    ({"creationTimestamp": "9999-12-31T23:59:59Z"}, "cannot be right: it is ahead of now"),
    ({"creationTimestamp": "2026-01-01T00:10:00Z"}, "cannot be right: it is ahead of now"),
    ({"creationTimestamp": "2013-12-31T23:59:59Z"}, "cannot be right: it is before 2014"),
    ({"creationTimestamp": "0001-01-01T00:00:00Z"}, "cannot be right: it is before 2014"),
    ({"creationTimestamp": 1764547200}, "metadata is malformed"),
    ({"labels": ["a"]}, "metadata is malformed"),
    ({"labels": {"a": 1}}, "metadata is malformed"),
    ({"annotations": "a"}, "metadata is malformed"),
    ({"namespace": ["a"]}, "metadata is malformed"),
    ({"ownerReferences": [5]}, "metadata is malformed"),
    ({"deletionTimestamp": 7}, "metadata is malformed"),
    ({"deletionTimestamp": "2025-12-31T00:00:00Z"}, "protected: it is terminating"),
]


@pytest.mark.parametrize(("name", "content", "line"), FILES, ids=[row[0] for row in FILES])
def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path, name: str, content: bytes | str, line: str) -> None:
    """It begins with the file and, where there is one, the line."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    ran = zen_gc("plan", "-f", "policy.yaml", "-f", name, "--now", NOW, cwd=tmp_path)
    assert (ran.code, ran.out, len(ran.errors)) == (2, "", 1), ran
    assert ran.err.startswith(line)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("missing.yaml", "missing.yaml: No such file or directory"),
        ("nothing", "nothing: no *.yaml, *.yml or *.json in this directory"),
        ("forbidden.yaml", "forbidden.yaml: "),
        ("", "-f: the name of the file is empty"),
    ],
)
def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, name: str, line: str) -> None:
    """Missing, an empty directory, unreadable, without a name."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "nothing").mkdir()
    (tmp_path / "forbidden.yaml").symlink_to("forbidden.yaml")
    ran = zen_gc("plan", "-f", "policy.yaml", "-f", name, "--now", NOW, cwd=tmp_path)
    assert (ran.code, ran.out, len(ran.errors)) == (2, "", 1), ran
    assert ran.err.startswith(line)


def test_a_file_that_is_too_large_is_one_line(tmp_path: Path) -> None:
    """YAML of more than 64 MiB is refused before it is read; a hole in the file will do."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    with (tmp_path / "large.yaml").open("wb") as file:
        file.write(b"#")
        file.truncate(64 * 2**20 + 1)
    ran = zen_gc("plan", "-f", "policy.yaml", "-f", "large.yaml", "--now", NOW, cwd=tmp_path)
    assert (ran.code, ran.err) == (2, "large.yaml:1: a YAML document larger than 64 MiB: use JSON\n")


def test_a_policy_that_no_cluster_would_store_is_refused(tmp_path: Path) -> None:
    """More than etcd takes for one object."""
    (tmp_path / "policy.yaml").write_text(f"{POLICY}  conditions: {{cel: '{'x' * 1_600_000}'}}\n")
    (tmp_path / "object.yaml").write_text(OBJECT)
    ran = zen_gc("plan", "-f", "policy.yaml", "-f", "object.yaml", cwd=tmp_path)
    assert (ran.code, ran.err) == (2, "policy.yaml:1: a policy of more than 1536 KiB\n")


@pytest.mark.parametrize("command", ["plan", "validate"])
@pytest.mark.parametrize(("spec", "lines"), POLICIES, ids=range(len(POLICIES)))
def test_all_problems_of_a_policy_are_told_each_on_its_line(
    tmp_path: Path, command: str, spec: str, lines: list[str]
) -> None:
    """The same by both commands; the plan of an invalid policy has its errors and no decisions."""
    (tmp_path / "policy.yaml").write_text(HEAD + spec)
    (tmp_path / "object.yaml").write_text(OBJECT)
    flags = ["--now", NOW, "-o", "json"] if command == "plan" else []
    ran = zen_gc(command, "-f", "policy.yaml", "-f", "object.yaml", *flags, cwd=tmp_path)
    assert (ran.code, sorted(ran.errors)) == (2, sorted(lines))
    if command == "plan":
        (policy,) = json.loads(ran.out)["policies"]
        assert (policy["valid"], len(policy["errors"]), policy["decisions"]) == (False, len(lines), [])


@pytest.mark.parametrize(("spec", "line"), MISPLACED, ids=range(len(MISPLACED)))
def test_what_stands_in_the_wrong_place_says_where_it_belongs(tmp_path: Path, spec: str, line: str) -> None:
    """What was written, where, and what to write instead; one line a mistake."""
    (tmp_path / "policy.yaml").write_text(HEAD + spec)
    assert zen_gc("validate", "-f", "policy.yaml", cwd=tmp_path).errors == [f"policy.yaml:{line}"]


def test_the_targets_of_other_tools_are_ours(tmp_path: Path) -> None:
    """Beside what is missing then."""
    (tmp_path / "policy.yaml").write_text(f"{HEAD}spec:\n  targets: [{{{TARGET}}}]\n  ttl: {{immediate: true}}\n")
    assert zen_gc("validate", "-f", "policy.yaml", cwd=tmp_path).errors == [
        "policy.yaml:4: spec: unknown field 'targets'; did you mean 'targetResources'?",
        "policy.yaml:4: spec.targetResources: is missing: a policy needs targets",
    ]


@pytest.mark.parametrize(("metadata", "because"), METADATA, ids=range(len(METADATA)))
@pytest.mark.parametrize("form", ["json", "list"])
def test_an_object_of_which_nothing_can_be_told_is_kept(
    tmp_path: Path, metadata: dict[str, Any], because: str, form: str
) -> None:
    """Whether it comes by itself or in a list, which is read lazily."""
    right = {"name": "a", "creationTimestamp": "2025-12-01T00:00:00Z"}
    if not metadata:
        del right["creationTimestamp"]
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**right, **metadata}}
    document = item if form == "json" else {"apiVersion": "v1", "kind": "List", "items": [item]}
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "object.json").write_text(json.dumps(document))
    ran = zen_gc(
        "plan",
        "-f",
        "policy.yaml",
        "-f",
        "object.json",
        "--now",
        NOW,
        "-o",
        "json",
        "--allow-cross-namespace",
        cwd=tmp_path,
    )
    assert ran.code == 0, ran
    (decision,) = json.loads(ran.out)["policies"][0]["decisions"]
    assert decision["verdict"] == "keep"
    assert because in decision["because"]


@pytest.mark.parametrize(
    "now",
    ["yesterday", "", "2026-13-01", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "99999-01-01T00:00:00Z", "0"],
)
def test_an_instant_that_is_none_is_one_line(tmp_path: Path, now: str) -> None:
    """A time without a zone is no instant, nor is a date that does not exist."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "object.yaml").write_text(OBJECT)
    ran = zen_gc("plan", "-f", ".", "--now", now, cwd=tmp_path)
    assert (ran.code, ran.out, len(ran.errors)) == (2, "", 1)
    assert ran.err.startswith(f"--now: '{now}' is not a")


def test_a_policy_in_which_kubectl_reads_something_else_is_refused_with_its_line(tmp_path: Path) -> None:
    """An object with such a scalar is planned, and told of."""
    norway = f"{POLICY}  conditions:\n    fields:\n    - {{path: data.x, operator: NotIn, values: [NO, SE]}}\n"
    (tmp_path / "policy.yaml").write_text(norway)
    (tmp_path / "object.yaml").write_text(f"{OBJECT}data: {{x: y}}\n")
    ran = zen_gc("plan", "-f", "object.yaml", "-f", "policy.yaml", "--now", NOW, cwd=tmp_path)
    assert (ran.code, ran.err) == (
        2,
        "policy.yaml:9: NO is text in YAML 1.2, but false to kubectl: quote it, 'NO'\n",
    )
    (tmp_path / "policy.yaml").write_text(POLICY)
    ran = zen_gc("plan", "-f", "object.yaml", "-f", "policy.yaml", "--now", NOW, cwd=tmp_path)
    assert (ran.code, ran.errors) == (
        0,
        ["note: object.yaml:4: y is text in YAML 1.2, but true to kubectl: quote it, 'y'"],
    )


def test_a_date_is_its_midnight(tmp_path: Path) -> None:
    """In UTC, as everywhere in a policy."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "object.yaml").write_text(OBJECT)
    ran = zen_gc("plan", "-f", ".", "--now", "2026-01-01", cwd=tmp_path)
    headline = "At 2026-01-01T00:00:00Z, with the controller in namespace zen-gc-system:"
    assert (ran.code, ran.out.splitlines()[0]) == (0, headline)


@pytest.mark.parametrize("command", ["plan", "validate"])
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["--allow-resource", "foo"],
            "--allow-resource foo: is no protected kind (nothing has to be allowed for others)",
        ),
        (
            ["--allow-resource", "namespace"],
            (
                "--allow-resource namespace: is no protected kind; did you mean 'namespaces'? "
                "(nothing has to be allowed for others)"
            ),
        ),
        (["--allow-resource", "jobs.batch"], "--allow-resource jobs.batch: is no protected kind"),
        (["--disable-plugin", "tll"], "--disable-plugin tll: there is no plugin of this name; did you mean 'ttl'?"),
        (
            ["--disable-plugin", "x"],
            "--disable-plugin x: there is no plugin of this name (installed: actions, conditions, ",
        ),
    ],
)
def test_a_name_that_is_not_there_is_no_switch(tmp_path: Path, command: str, arguments: list[str], line: str) -> None:
    """Misspelt, it would switch nothing, in silence."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "object.yaml").write_text(OBJECT)
    ran = zen_gc(command, "-f", ".", *arguments, cwd=tmp_path)
    assert (ran.code, ran.out, len(ran.errors)) == (2, "", 1)
    assert ran.err.startswith(line)


def test_the_kind_of_an_api_server_of_its_own_may_be_allowed(tmp_path: Path) -> None:
    """Only a cluster knows which there are."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    assert zen_gc("validate", "-f", ".", "--allow-resource", "pods.metrics.k8s.io", cwd=tmp_path).code == 0


@pytest.mark.parametrize("content", ["", "kind: [", "\x00", "{", "[]", "5"])
def test_bad_standard_input_is_one_line(content: str) -> None:
    """In a process of its own, as in a pipe."""
    ran = zen_gc_process(["plan", "-f", "-"], stdin=content.encode())
    assert (ran.code, ran.out, len(ran.errors)) == (2, "", 1), ran
    assert ran.err.startswith("standard input")


@pytest.mark.parametrize("name", ["policy\x1b[31m.yaml", "policy\r.yaml"])
def test_control_characters_of_a_policy_do_not_reach_the_terminal(tmp_path: Path, name: str) -> None:
    """Names and reasons are shown with them escaped."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "creationTimestamp": "\x07"}}
    (tmp_path / "object.json").write_text(json.dumps(item))
    ran = zen_gc("plan", "-f", ".", "--now", NOW, cwd=tmp_path)
    assert ran.code == 0
    assert list(_control_characters(ran.out + ran.err)) == []


def _control_characters(text: str) -> Iterator[str]:
    return (character for character in text if not character.isprintable() and character != "\n")


FOREIGN = """\
apiVersion: kyverno.io/v2
kind: ClusterCleanupPolicy
metadata: {name: busy}
spec: {schedule: "0 0 * * *"}
"""
NAMED = "kyverno.yaml:1 holds a ClusterCleanupPolicy of Kyverno: "
IMPORTED = "zen-gc import --from kyverno -f kyverno.yaml makes such of it"


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "-f", "kyverno.yaml", "-f", "object.yaml"),
        ("plan", "-f", "kyverno.yaml", "--live"),
        ("forecast", "-f", "kyverno.yaml", "--live"),
        ("why", "cm/a", "-f", "kyverno.yaml", "--live"),
        ("why", "cm/a", "-f", "kyverno.yaml", "-f", "object.yaml"),
        ("run", "-f", "kyverno.yaml", "--yes"),
        ("validate", "-f", "kyverno.yaml"),
        ("rbac", "-f", "kyverno.yaml"),
    ],
)
def test_a_policy_of_another_tool_is_named_with_the_import_wherever_it_is_given(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    """With or without a cluster: it is no object that should be left out."""
    (tmp_path / "kyverno.yaml").write_text(FOREIGN)
    (tmp_path / "object.yaml").write_text(OBJECT)
    ran = zen_gc(*command, cwd=tmp_path)
    assert (ran.code, ran.out, len(ran.errors)) == (2, "", 1), ran
    assert NAMED in ran.err
    assert IMPORTED in ran.err


def test_a_saved_plan_is_no_manifest_and_a_kind_is_not_empty(tmp_path: Path) -> None:
    """What is meant is said."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "object.yaml").write_text(OBJECT)
    plan = zen_gc("plan", "-f", "policy.yaml", "-f", "object.yaml", "--now", NOW, "-o", "json", cwd=tmp_path)
    (tmp_path / "plan.json").write_text(plan.out)
    ran = zen_gc("plan", "-f", "plan.json", cwd=tmp_path)
    words = "plan.json: it is a plan, and no manifest: zen-gc run PLAN carries out one that zen-gc plan --out has saved"
    assert (ran.code, ran.errors) == (2, [words])
    ran = zen_gc("init", "--kind", "")
    assert (ran.code, ran.errors) == (2, ["--kind is empty: say which kind of objects, such as --kind job"])


def test_how_old_a_plan_may_be_is_written_as_durations_of_policies_are(tmp_path: Path) -> None:
    """The program itself says 1d for 24h."""
    plan = tmp_path / "plan.json"
    assert zen_gc("run", plan, "--max-age", "1d12h").errors == [f"{plan}: No such file or directory"]
    (line,) = zen_gc("run", plan, "--max-age", "1.5d").errors
    assert "Invalid value for '--max-age': '1.5d' is no duration: write w, d, h, m, s" in line

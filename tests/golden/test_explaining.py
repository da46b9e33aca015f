"""`explain` says what the reference says, also of other people's keywords; `init` gives a policy that is valid and shows something."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.golden.examples import NOW
from tests.golden.running import zen_gc
from tests.unit.plugins.entry_points import Point, plugin
from zen_gc_core import Compiled, Config, Keyword
from zen_gc_core.cli.guiding.first_policies import API_VERSIONS, RECIPES
from zen_gc_core.engine.protected import PROTECTED_KINDS
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from pathlib import Path

WORDS = load_plugins(installed_entry_points()).vocabulary
KEYWORDS = sorted({*WORDS.matchers, *WORDS.ttls, *WORDS.actions})


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_every_keyword_and_every_field_of_it_is_explained(keyword: str) -> None:
    """By its name, and by its place in a policy; each field that is listed can be asked for."""
    ran = zen_gc("explain", keyword, "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    for entry in json.loads(ran.out)["keywords"]:
        assert entry["meaning"]
        assert yaml.safe_load(entry["example"])
        place = {"condition": "conditions", "TTL": "ttl", "action": "action"}[entry["noun"]]
        assert zen_gc("explain", f"spec.{place}.{keyword}").code == 0
        for field in entry["fields"][:6]:
            path = field["path"].replace("[].", "").replace("[]", "")
            asked = json.loads(zen_gc("explain", f"{keyword}.{path}", "-o", "json").out)["keywords"]
            assert field["type"] in asked[0]["takes"]


UNKNOWN = [
    ("hasLabel", "there is no keyword 'hasLabel'; did you mean 'hasLabels'? (zen-gc explain lists them)"),
    ("hasLabels.kye", "hasLabels has no field 'kye'; did you mean 'key'? (it has: key, operator, value, values)"),
    ("behaviour", "there is no keyword 'behaviour'; did you mean 'behavior'? (zen-gc explain lists them)"),
    (
        "spec.retain.lats",
        "spec.retain has no field 'lats'; did you mean 'last'? (it has: groupBy, orderBy, last, within, ",
    ),
    ("", "there is no keyword '' (zen-gc explain lists them)"),
    ("x\x1b[31m", "there is no keyword 'x\\x1b[31m' (zen-gc explain lists them)"),
]


@pytest.mark.parametrize(("keyword", "error"), UNKNOWN)
def test_what_is_no_keyword_is_told_with_the_nearest(keyword: str, error: str) -> None:
    """In one line, and exits 2."""
    ran = zen_gc("explain", keyword)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(error)
    assert len(ran.errors) == 1


class Team(Config):
    """The object's team label is one of these."""

    one_of: list[str]
    anything: Any = None


def printing() -> list[Keyword[Any, bool]]:
    """The hook of a plugin that speaks wherever it is asked."""
    print("hello from the hook")  # noqa: T201  as people do

    def compiled(_config: Team, _build: Any) -> Compiled[bool]:
        print("hello from compile")  # noqa: T201

        def holds(_candidate: Any, _run: Any) -> bool:
            print("hello from holds")  # noqa: T201
            return True

        return Compiled(holds, reads=["metadata.labels.team"])

    return [Keyword("acme.io/team", Team, compiled)]


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin of somebody else, installed beside ours."""
    points = [*installed_entry_points(), Point("acme", plugin(zen_gc_matchers=printing))]
    monkeypatch.setattr("zen_gc_core.cli.reading.input.installed_entry_points", lambda: points)


@pytest.mark.usefixtures("others")
def test_the_keyword_of_another_plugin_is_explained() -> None:
    """By what its schema says: no example, no notes."""
    ran = zen_gc("explain", "acme.io/team")
    assert ran.code == 0
    assert ran.out.startswith("acme.io/team (condition)\n  The object's team label is one of these.\n")
    assert "oneOf: list of text, required" in ran.out
    assert "from plugin acme of " in ran.out
    assert zen_gc("explain", "acme.io/team.oneOf").code == 0
    assert "acme.io/team" in zen_gc("explain").out


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("command", [("plan",), ("why", "cm/a"), ("forecast",)], ids=["plan", "why", "forecast"])
def test_what_a_plugin_prints_does_not_spoil_the_output(tmp_path: Path, command: tuple[str, ...]) -> None:
    """At import, while it compiles, while it judges: it goes to standard error."""
    spec = {
        "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap"}],
        "conditions": {"acme.io/team": {"oneOf": ["web"]}},
        "ttl": {"afterCreation": "1h"},
    }
    asking = {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "p", "namespace": "default"},
        "spec": spec,
    }
    metadata = {"name": "a", "namespace": "default", "creationTimestamp": "2025-12-31T00:00:00Z"}
    items = [asking, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}]
    (tmp_path / "all.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    ran = zen_gc(*command, "-f", tmp_path / "all.json", "--now", NOW, "-o", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["now"] == NOW
    assert "hello" not in ran.out
    assert {"hello from the hook", "hello from compile", "hello from holds"} <= set(ran.errors)


@pytest.mark.usefixtures("others")
def test_why_shows_of_another_plugins_keyword_what_it_declared(tmp_path: Path) -> None:
    """Its verdict, and the values that it says it reads."""
    text = """
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: p, namespace: default}
spec:
  targetResources: [{apiVersion: v1, kind: ConfigMap}]
  conditions: {acme.io/team: {oneOf: [web]}}
  ttl: {afterCreation: 1h}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: default, creationTimestamp: "2025-12-31T00:00:00Z", labels: {team: web}}
"""
    (tmp_path / "all.yaml").write_text(text)
    ran = zen_gc("why", "cm/a", "-f", tmp_path / "all.yaml", "--now", NOW)
    assert '    yes  acme.io/team  metadata.labels.team = "web"' in ran.out.splitlines()


KINDS = [
    *((kind, {"v1": ""}.get(kind, ""), group) for group, kind in RECIPES),
    *((kind, "", "") for kind in ("Deployment", "Service", "Namespace", "Node", "Lease", "Event")),
    ("Render", "acme.io/v1", "acme.io"),
]


@pytest.mark.parametrize(("kind", "api_version", "group"), KINDS, ids=[kind for kind, _, _ in KINDS])
def test_a_first_policy_is_valid_and_its_plan_shows_something(
    tmp_path: Path, kind: str, api_version: str, group: str
) -> None:
    """It does nothing yet, warns of nothing but a protection, and has a verdict on every object of its kind."""
    ran = zen_gc("init", "--kind", kind, *(("--api-version", api_version) if api_version else ()))
    assert (ran.code, ran.err) == (0, "")
    (tmp_path / "policy.yaml").write_text(ran.out)
    document = yaml.safe_load(ran.out)
    (target,) = document["spec"]["targetResources"]
    assert (target["kind"], target["apiVersion"].rpartition("/")[0]) == (
        kind,
        group or target["apiVersion"].rpartition("/")[0],
    )
    assert document["spec"]["behavior"]["dryRun"] is True
    checked = zen_gc("validate", "-f", tmp_path / "policy.yaml")
    assert checked.code == 0, checked.err
    protected = (target["apiVersion"].rpartition("/")[0], kind) in PROTECTED_KINDS
    assert bool(checked.err) == protected, checked.err
    thing = {"apiVersion": target["apiVersion"], "kind": kind, "metadata": {"name": "a"}}
    thing["metadata"] |= {"creationTimestamp": "2025-01-01T00:00:00Z", "uid": "u"}
    (tmp_path / "thing.json").write_text(json.dumps(thing))
    planned = zen_gc("plan", "-f", tmp_path / "policy.yaml", "-f", tmp_path / "thing.json", "--now", NOW, "-o", "json")
    (policy,) = json.loads(planned.out)["policies"]
    assert len(policy["decisions"]) == 1, planned.err


def test_a_first_policy_overwrites_nothing_in_silence(tmp_path: Path) -> None:
    """The message says what to do."""
    path = tmp_path / "policy.yaml"
    path.write_text("mine")
    ran = zen_gc("init", "-o", "policy.yaml", cwd=tmp_path)
    assert (ran.code, ran.err) == (2, "policy.yaml is there already: give another -o, or --overwrite\n")
    assert path.read_text() == "mine"
    assert zen_gc("init", "-o", "policy.yaml", "--overwrite", cwd=tmp_path).code == 0
    assert path.read_text() == zen_gc("init").out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--kind", "Foo"), "Kubernetes has no Foo: --api-version says where it is\n"),
        (("--kind", "jib"), "Kubernetes has no jib; did you mean 'job'?: --api-version says where it is\n"),
        (("--kind", "ns", "-n", "x"), "Namespace lives in no namespace: leave -n x out\n"),
        (("--kind", "a b", "--api-version", "v1"), None),
        (("-o", "no/such/folder.yaml"), "no/such/folder.yaml: No such file or directory\n"),
    ],
)
def test_a_first_policy_on_nothing_exits_2(tmp_path: Path, arguments: tuple[str, ...], error: str | None) -> None:
    """In one line."""
    ran = zen_gc("init", *arguments, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == error if error else len(ran.errors) == 1


def test_the_kinds_of_others_that_are_known_have_a_recipe() -> None:
    """Whoever names one need not say where it is."""
    assert {(version.partition("/")[0], kind) for kind, version in API_VERSIONS.items()} <= set(RECIPES)

"""A plan is the same to the letter in whatever form its objects come: decoded at once, or each when it is looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.golden.running import Ran, zen_gc

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

NOW = "2026-06-01T00:00:00Z"
KINDS = [
    ("v1", "ConfigMap"),
    ("v1", "Pod"),
    ("v1", "Namespace"),
    ("v1", "Service"),
    ("tekton.dev/v1", "PipelineRun"),
    ("tekton.dev/v1beta1", "PipelineRun"),
    ("acme.io/v1", "Thing"),
]
POLICIES = [
    {
        "targetResources": [{"apiVersion": "v1", "kind": "Pod", "namespaces": ["*"]}],
        "conditions": {"phase": ["Succeeded"], "fields": [{"path": "status.reason", "operator": "DoesNotExist"}]},
        "ttl": {"afterFinished": "1h"},
    },
    {
        "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap", "namespaces": ["*", "!kube-*"]}],
        "ttl": {"afterCreation": "1h"},
        "behavior": {"breaker": {"maxObjects": 1}},
    },
    {
        "targetResources": [
            {"apiVersion": "tekton.dev/v1beta1", "kind": "PipelineRun", "namespaces": ["*"]},
            {"apiVersion": "acme.io/v1", "kind": "Thing", "namespaces": ["*"]},
        ],
        "conditions": {"cel": ["object.metadata.name != 'b'"]},
        "ttl": {"afterCreation": "1h"},
        "retain": {"groupBy": ["metadata.labels.app"], "last": 1},
    },
    {"targetResources": [{"apiVersion": "v1", "kind": "Namespace"}], "ttl": {"afterCreation": "1h"}},
]
NAMES = st.sampled_from(["a", "b", "ц", "long-name-of-an-object"])
PLACES = st.sampled_from(["default", "team-a", "kube-system", "a"])
TIMES = st.sampled_from(["2026-01-01T00:00:00Z", "2026-05-31T23:30:00Z", "2030-01-01T00:00:00Z", "soon", 5, None])
LABELS: st.SearchStrategy[Any] = st.sampled_from(
    [{"app": "x"}, {"app": "y"}, {"app": "x", "gc.kube-zen.io/keep": "true"}, {}, {"app": 1}, [], None]
)
STATUSES: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        {},
        {"phase": "Running"},
        {"phase": "Succeeded"},
        {"phase": "Succeeded", "reason": "Evicted"},
        {"phase": 5},
        "done",
        {
            "phase": "Succeeded",
            "containerStatuses": [{"state": {"terminated": {"finishedAt": "2026-01-01T00:00:00Z"}}}],
        },
    ]
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    """An object of any kind, some of it missing, some of it of another type; with a name, without which it is none."""
    api_version, kind = draw(st.sampled_from(KINDS))
    parts = {"namespace": PLACES, "creationTimestamp": TIMES, "labels": LABELS, "annotations": LABELS}
    metadata = {"name": draw(NAMES), **draw(st.fixed_dictionaries({}, optional=parts))}
    found = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
    return found | draw(st.fixed_dictionaries({}, optional={"status": STATUSES, "spec": STATUSES}))


def listed(items: list[dict[str, Any]]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def folder(place: Path, items: list[dict[str, Any]]) -> Path:
    """A file an object, in the order of their names."""
    place.mkdir()
    for index, item in enumerate(items):
        (place / f"{index:03d}.{'json' if index % 2 else 'yaml'}").write_text(json.dumps(item))
    return place


FORMS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "list.json": listed,
    "nested.json": lambda items: listed([json.loads(listed(items[:2])), *items[2:]]),
    "stream.json": lambda items: "\n".join(map(json.dumps, items)),
    "documents.yaml": lambda items: yaml.safe_dump_all(items, allow_unicode=True, sort_keys=False),
    "list.yaml": lambda items: yaml.safe_dump(json.loads(listed(items)), allow_unicode=True, sort_keys=False),
}


def planned(place: Path, form: str, *arguments: str | Path, stdin: bytes = b"") -> tuple[int, str, list[str]]:
    ran: Ran = zen_gc("plan", "-f", place / "policies.json", *arguments, "--now", NOW, "-o", form, "--all", stdin=stdin)
    told = [line.partition(": ")[2] for line in ran.errors if "policies.json" in line and " is in " not in line]
    return ran.code, ran.out, told


@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(items=st.lists(objects(), min_size=1, max_size=8), form=st.sampled_from(["json", "table", "yaml"]))
def test_every_form_of_input_has_one_plan(
    tmp_path_factory: pytest.TempPathFactory, items: list[dict[str, Any]], form: str
) -> None:
    """Lists of which each object is decoded when it is looked at, and whatever is decoded as a whole; twice-told objects, too."""
    place = tmp_path_factory.mktemp("forms")
    items = json.loads(json.dumps(items))  # no part is in two places, of which YAML makes aliases
    policies = [
        {
            "apiVersion": "gc.kube-zen.io/v1alpha1",
            "kind": "ClusterGarbageCollectionPolicy",
            "metadata": {"name": f"p{index}"},
            "spec": spec,
        }
        for index, spec in enumerate(POLICIES)
    ]
    (place / "policies.json").write_text(listed(policies))
    allowed = ["--allow-resource", "namespaces"]
    for name, text in FORMS.items():
        (place / name).write_text(text(items))
    answers = {name: planned(place, form, "-f", place / name, *allowed) for name in FORMS}
    answers["folder"] = planned(place, form, "-f", folder(place / "folder", items), *allowed)
    answers["stdin"] = planned(place, form, "-f", "-", *allowed, stdin=listed(items).encode())
    first = answers["documents.yaml"]
    assert first[0] in {0, 2}
    assert answers == dict.fromkeys(answers, first)

"""Random objects, and what an original and the policies that were made of it do with them."""

from __future__ import annotations

import datetime as dt
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from zen_gc_core.cli.evaluating.second_opinion import ask
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.checking import compile_document
from zen_gc_core.engine.protections import Grants
from zen_gc_core.importing.comparing import Cell, Comparing
from zen_gc_core.importing.conversion import Conversion, Source
from zen_gc_core.importing.converting import convert
from zen_gc_core.importing.kinds import Kinds
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from random import Random

NOW = dt.datetime(2026, 6, 1, 12, 0, 0, 500_000, tzinfo=dt.UTC)

KINDS = (
    ("v1", "Pod"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "Service"),
    ("v1", "Namespace"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "PersistentVolume"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("batch/v1", "Job"),
    ("acme.io/v1", "Preview"),
)
"""The kinds of random objects."""

NAMESPACES = ("team-a", "team-b", "kube-system", "kyverno", "default")
_CLUSTER = {"Namespace", "PersistentVolume"}
_LABELS = {
    "app": ("web", "api", "", "web-1"),
    "env": ("dev", "prod", "preview"),
    "tier": ("0", "1", "gold"),
    "scratch": ("true", "false", "", "0"),
    "app.kubernetes.io/managed-by": ("kyverno", "Helm", "hand"),
}


@cache
def _plugins() -> Any:
    return load_plugins(installed_entry_points())


def objects(
    random: Random, number: int, marks: dict[str, dict[str, Sequence[str]]] | None = None
) -> list[dict[str, Any]]:
    """Some random objects.

    Args:
        random: What they are made of.
        number: How many.
        marks: Labels and annotations that some carry, with their values (``{"annotations": {"a/b": ["x"]}}``).
    """
    made = [_object(random, index, marks or {}) for index in range(number)]
    there = {each["metadata"]["name"] for each in made if each["kind"] == "Namespace"}
    labels = {"env": random.choice(("dev", "prod"))}
    stamp = {"creationTimestamp": "2026-01-01T00:00:00Z"}
    made += [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "uid": f"ns-{name}", "labels": labels, **stamp},
        }
        for name in NAMESPACES
        if name not in there
    ]
    return made


def _object(random: Random, index: int, marks: dict[str, dict[str, Sequence[str]]]) -> dict[str, Any]:
    api_version, kind = random.choice(KINDS)
    age = random.choice((1, 59, 3599, 3600, 3601, 7200, 86_399, 86_400, 172_801, 604_800, 2_000_000))
    metadata: dict[str, Any] = {
        "name": f"{random.choice(('web', 'tmp', 'preview', 'job'))}-{index}",
        "uid": f"uid-{index}",
        "resourceVersion": "1",
        "creationTimestamp": (NOW - dt.timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if kind not in _CLUSTER:
        metadata["namespace"] = random.choice(NAMESPACES)
    labels = {key: random.choice(values) for key, values in _LABELS.items() if random.random() < 0.35}
    if labels or random.random() < 0.2:
        metadata["labels"] = labels
    for where, keys in marks.items():
        for key, values in keys.items():
            if random.random() < 0.5:
                metadata.setdefault(where, {})[key] = random.choice(values)
    if random.random() < 0.15:
        metadata["ownerReferences"] = [
            {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "name": "o",
                "uid": "o-1",
                "controller": random.random() < 0.5,
            }
        ]
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **_body(random, kind)}


def _body(random: Random, kind: str) -> dict[str, Any]:
    image = random.choice(("web:1", "web:latest", "api:2"))
    containers = [
        {"name": "main", "image": image},
        *([{"name": "proxy", "image": "p:1"}] if random.random() < 0.3 else []),
    ]
    pod = {"containers": containers, "nodeName": random.choice(("n1", "n2"))}
    match kind:
        case "Pod":
            return {"spec": pod, "status": {"phase": random.choice(("Running", "Succeeded", "Failed", "Pending"))}}
        case "Deployment" | "ReplicaSet":
            labels = {"app": "web"} if random.random() < 0.5 else {}
            template = {"metadata": {"labels": labels}, "spec": pod}
            return {"spec": {"replicas": random.choice((0, 1, 3)), "template": template}, "status": {}}
        case "Job":
            done = [{"type": "Complete", "status": "True", "lastTransitionTime": "2026-05-30T00:00:00Z"}]
            return {"spec": {}, "status": {"conditions": done} if random.random() < 0.6 else {}}
        case "ConfigMap":
            return {"data": {"mode": random.choice(("on", "off", "1", ""))} if random.random() < 0.7 else {}}
        case _:
            return {"spec": {"size": random.choice((0, 1, 5, "5", "1Gi", True, None))}}


def converted(tool: str, documents: Iterable[dict[str, Any]]) -> list[Conversion]:
    """What comes of documents of a tool; policies that zen-gc refuses are left out, as the command leaves them out."""
    sources = [Source(document, f"it.yaml:{index + 1}") for index, document in enumerate(documents)]
    conversions = convert(tool, sources, Kinds([PREVIEWS]), interpret)
    for conversion in conversions:
        conversion.policies = [each for each in conversion.policies if _compile(each).compiled is not None]
    return conversions


PREVIEWS = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "previews.acme.io"},
    "spec": {
        "group": "acme.io",
        "names": {"kind": "Preview", "plural": "previews"},
        "scope": "Namespaced",
        "versions": [{"name": "v1"}],
    },
}


def _compile(policy: dict[str, Any]) -> Any:
    return compile_document(policy, _plugins().vocabulary, Grants())


def compare(conversion: Conversion, found: list[dict[str, Any]]) -> dict[Cell, list[str]]:
    """The objects of each cell, as far as they are named, and how many there are."""
    compiling = partial(compile_document, vocabulary=_plugins().vocabulary, grants=Grants())
    comparison = Comparing(found, Kinds([PREVIEWS]), compiling, Asking(NOW, Grants())).compare(conversion)
    return {
        cell: [f"{each.kind} {each.place}: {each.because}" for each in comparison.examples.get(cell, [])]
        for cell in Cell
    }


def changed(conversion: Conversion, change: Callable[[dict[str, Any]], None]) -> Conversion:
    """A conversion whose policies' specs were changed: a mutant."""
    for policy in conversion.policies:
        change(policy["spec"])
    return conversion


def interpret(expression: str, now: dt.datetime, cases: Sequence[dict[str, Any]]) -> list[tuple[Any, str | None]]:
    """What cel-python says of an expression."""
    return [(opinion.value, opinion.error) for opinion in ask(expression, now, cases)]

"""One policy text means one thing: to a plan over files, over dumps, over the cluster, and to a run of the controller.

Random policies over random objects, written as YAML that leaves unquoted what may be, and applied with kubectl.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.stage import staged
from tests.golden.running import zen_gc, zen_gc_process
from tests.harness.crds import install_crds
from tests.harness.embedded import InProcessCluster
from zen_gc_core.cli.reading.scalars import ScalarError, plain_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness import Cluster

POLICIES, OBJECTS = 8, 12
PLAIN = re.compile(r"[A-Za-z0-9~][A-Za-z0-9_.:+-]*(?<!:)")
TEXTS = [
    "no",
    "NO",
    "y",
    "on",
    "true",
    "False",
    "null",
    "~",
    "010",
    "0o10",
    "1_000",
    "1:30",
    "2026-01-01",
    "5",
    "05",
    "1e3",
]
LABELS = [text for text in TEXTS if re.fullmatch(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?", text)]
HALF = dt.timedelta(minutes=30)
"""What lies between any age and any wait: no object falls due while the test runs."""


def written(value: Any) -> str:
    """A value as YAML on one line; a text stands unquoted wherever this program reads it as that text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str) and PLAIN.fullmatch(value):
        try:
            if plain_scalar(value) == value:
                return value
        except ScalarError:
            pass
    return json.dumps(value)


def hours(chance: random.Random) -> str:
    return f"{chance.randint(1, 20)}h"


def requirement(chance: random.Random, texts: list[str]) -> dict[str, Any]:
    operator = chance.choice(["Exists", "DoesNotExist", "Equals", "NotEquals", "In", "NotIn"])
    if operator in {"Exists", "DoesNotExist"}:
        return {"operator": operator}
    if operator in {"In", "NotIn"}:
        return {"operator": operator, "values": chance.sample(texts, 2)}
    return {"operator": operator, "value": chance.choice(texts)}


def labels(chance: random.Random) -> dict[str, Any]:
    return {"hasLabels": [{"key": chance.choice(["env", "y"]), **requirement(chance, LABELS)}]}


def annotated(chance: random.Random) -> dict[str, Any]:
    return {"hasAnnotations": [{"key": "note", **requirement(chance, TEXTS)}]}


def fields(chance: random.Random) -> dict[str, Any]:
    return {"fields": [{"path": "data.country", **requirement(chance, TEXTS)}]}


def cel(chance: random.Random) -> dict[str, Any]:
    text = chance.choice(LABELS)
    return {
        "cel": chance.choice(
            [
                f"object.?metadata.labels.env.orValue('') != '{text}'",
                f"object.metadata.labels.env == '{text}'",
                "has(object.metadata.annotations) && 'note' in object.metadata.annotations",
                f"now - timestamp(object.metadata.creationTimestamp) > duration('{hours(chance)}')",
            ]
        )
    }


def jmespath(chance: random.Random) -> dict[str, Any]:
    return {
        "jmespath": chance.choice(
            [
                f"metadata.labels.env == '{chance.choice(LABELS)}'",
                "metadata.annotations.note",
                f"age(metadata.creationTimestamp) > `{3600 * chance.randint(1, 20)}`",
            ]
        )
    }


def older(chance: random.Random) -> dict[str, Any]:
    return {"olderThan": hours(chance)}


def nested(chance: random.Random) -> dict[str, Any]:
    simple = [labels, annotated, fields, older, cel]
    return {chance.choice(["any", "all", "none"]): [chance.choice(simple)(chance) for _ in range(2)]}


CONDITIONS = [labels, annotated, fields, cel, jmespath, older, nested]


def ttl(chance: random.Random) -> dict[str, Any]:
    mappings = {text: chance.choice([hours(chance), "never"]) for text in chance.sample(["no", "05", "1:30", "5"], 2)}
    return chance.choice(
        [
            {"afterCreation": hours(chance)},
            {"immediate": True},
            {"expiresAt": {"path": "metadata.annotations.until"}},
            {"after": {"since": {"path": "metadata.annotations.until", "else": "created"}, "wait": hours(chance)}},
            {
                "after": {
                    "since": "created",
                    "wait": {"path": "data.country", "mappings": mappings, "default": hours(chance)},
                }
            },
            {"cel": f"timestamp(object.metadata.creationTimestamp) + duration('{hours(chance)}')"},
        ]
    )


def policy(chance: random.Random, namespace: str) -> dict[str, Any]:
    target: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "names": ["*", "!kube-root-ca.crt"]}
    if chance.random() < 0.3:
        target["labelSelector"] = {"matchLabels": {"env": chance.choice(LABELS)}}
    if chance.random() < 0.3:
        target["names"] = [f"o-[{chance.choice(['!0-3', '0-7'])}]*", "!o-5"]
    conditions: dict[str, Any] = {}
    for make in chance.sample(CONDITIONS, chance.randint(0, 2)):
        conditions.update(make(chance))
    return {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "p", "namespace": namespace},
        "spec": {
            "targetResources": [target],
            "conditions": dict(sorted(conditions.items())),  # as kubectl prints them: the first that is false is told
            "ttl": ttl(chance),
            "action": chance.choice([{"delete": {}}, {"label": {"acted": "on"}}]),
            "behavior": {"breaker": {"minObjects": 1000}},
        },
    }


def thing(chance: random.Random, namespace: str, index: int, now: dt.datetime) -> dict[str, Any]:
    age = dt.timedelta(hours=chance.randint(0, 22)) + HALF
    until = now - dt.timedelta(hours=chance.randint(-10, 10)) + HALF
    noted = {"until": stamp(until), "note": chance.choice(TEXTS)}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": f"o-{index}",
            "namespace": namespace,
            "creationTimestamp": stamp(now - age),
            "labels": {"env": chance.choice(LABELS)} if chance.random() < 0.7 else {},
            "annotations": {key: value for key, value in noted.items() if chance.random() < 0.6},
        },
        "data": {"country": chance.choice(TEXTS)} if chance.random() < 0.8 else {},
    }


def stamp(instant: dt.datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.real)])
def own_cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster with the CRDs, whose policies a controller runs."""
    if request.param == "real":
        yield from (stage.cluster for stage in staged(request.getfixturevalue("own_real_cluster")))
        return
    with InProcessCluster() as cluster:
        install_crds(cluster)
        yield cluster


def test_plans_of_files_and_of_the_cluster_and_a_run_agree(own_cluster: Cluster, tmp_path: Path) -> None:
    """A failure names the seed."""
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    namespaces = [own_cluster.namespace() for _ in range(POLICIES)]
    policies = [policy(chance, namespace) for namespace in namespaces]
    objects = [
        own_cluster.create(thing(chance, namespace, index, now)) for namespace in namespaces for index in range(OBJECTS)
    ]
    source = tmp_path / "policies.yaml"
    source.write_text("\n---\n".join(map(written, policies)))
    own_cluster.kubectl("apply", "-f", str(source), check=True)

    plans = {}
    live = ["--live", "--kubeconfig", own_cluster.kubeconfig_path]
    plans["text, live"] = planned(now, ["-f", source, *live])
    for form in ("yaml", "json"):
        for kinds in ("gcpolicy", "cm,ns"):
            got = own_cluster.kubectl("get", kinds, "-A", "-o", form, check=True).stdout
            (tmp_path / f"{kinds}.{form}").write_text(got)
        dump = ["-f", tmp_path / f"cm,ns.{form}"]
        plans[f"text over {form}"] = planned(now, ["-f", source, *dump])
        plans[f"{form} over {form}"] = planned(now, ["-f", tmp_path / f"gcpolicy.{form}", *dump])
        plans[f"{form}, live"] = planned(now, ["-f", tmp_path / f"gcpolicy.{form}", *live])
    first, *others = plans.items()
    for name, found in others:
        assert found == first[1], f"seed {seed}: {name} differs from {first[0]}"
    assert len(first[1]) > POLICIES, f"seed {seed}: too little was planned"

    ran = zen_gc_process(["controller", "--once", "--kubeconfig", own_cluster.kubeconfig_path])
    assert ran.code == 0, f"seed {seed}: {ran.err[-2000:]}"
    acted = {key: verdict for key, (verdict, _) in first[1].items() if verdict not in {"keep", "wait"}}
    assert dict(outcomes(own_cluster, objects)) == acted, f"seed {seed}"


def planned(now: dt.datetime, arguments: list[Any]) -> dict[str, tuple[str, str]]:
    """The verdict (or action) and the reason of every object, by its place."""
    ran = zen_gc("plan", *arguments, "--now", stamp(now), "-o", "json")
    assert ran.code == 0, ran.err
    return {
        f"{decision['namespace']}/{decision['name']}": (
            decision.get("action", decision["verdict"]),
            decision["because"],
        )
        for policy in json.loads(ran.out)["policies"]
        for decision in policy["decisions"]
    }


def outcomes(cluster: Cluster, objects: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """What the run did to each object that it did anything to."""
    for item in objects:
        answer = cluster.request("GET", cluster.path_of(item))
        place = f"{item['metadata']['namespace']}/{item['metadata']['name']}"
        if answer.status == 404:
            yield place, "delete"
        elif "acted" in answer.body["metadata"].get("labels", {}):
            yield place, "label"

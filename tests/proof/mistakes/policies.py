"""Plausible policies, right as they stand: what people write who clean clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.proof.mistakes.objects import ANNOTATIONS, API_VERSIONS, LABELS

if TYPE_CHECKING:
    import random

_PATHS = {
    "Pod": ["spec.restartPolicy", "status.reason", "status.phase"],
    "ConfigMap": ["data.mode"],
    "Job": ["spec.suspend", "spec.backoffLimit"],
    "PersistentVolumeClaim": ["spec.volumeName", "status.phase"],
    "Workflow": ["spec.entrypoint", "status.phase"],
}
_VALUES = {
    "spec.restartPolicy": "Never",
    "status.reason": "Evicted",
    "status.phase": "Failed",
    "data.mode": "on",
    "spec.suspend": False,
    "spec.backoffLimit": 6,
    "spec.volumeName": "pv-1",
    "spec.entrypoint": "main",
}


def value_of(kind: str, path: str) -> Any:
    """A value that a field of a kind can have."""
    return "Lost" if kind == "PersistentVolumeClaim" and path == "status.phase" else _VALUES[path]


def make(random: random.Random, name: str) -> dict[str, Any]:
    """A policy in namespace ``shop``."""
    kind = random.choice(list(API_VERSIONS))
    target: dict[str, Any] = {"apiVersion": API_VERSIONS[kind], "kind": kind}
    if random.random() < 0.3:
        target["names"] = random.choice([["ci-*", "tmp-*"], ["*", "!keep-*"], ["*", "!settings-*", "!keep-*"]])
    if random.random() < 0.3:
        target["labelSelector"] = random.choice(
            [
                {"matchLabels": {"app": "web"}},
                {"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod", "staging"]}]},
                {"matchExpressions": [{"key": "keep", "operator": "DoesNotExist"}]},
            ]
        )
    if random.random() < 0.15:
        target["fieldSelector"] = {"matchFields": {"metadata.namespace": "shop"}}
    return {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "targetResources": [target],
            "conditions": _conditions(random, kind),
            "ttl": _ttl(random, kind),
            "behavior": {"includeOwned": random.random() < 0.5, "breaker": {"minObjects": 100000}},
        },
    }


def _ttl(random: random.Random, kind: str) -> dict[str, Any]:
    wait = random.choice(["1h", "7d", "30d"])
    choices: list[dict[str, Any]] = [
        {"afterCreation": wait},
        {"after": {"since": "created", "wait": {"path": "metadata.annotations['janitor/ttl']", "onMissing": "keep"}}},
        {"expiresAt": {"path": "metadata.annotations['janitor/expires']"}},
        {"immediate": True},
        {"cel": "timestamp(object.metadata.creationTimestamp) + duration('24h')"},
    ]
    if kind in ("Pod", "Job", "Workflow"):
        choices += [{"afterFinished": wait}] * 2
    if kind == "Workflow":
        choices.append({"after": {"since": {"path": "status.finishedAt"}, "wait": wait}})
    return random.choice(choices)


def _conditions(random: random.Random, kind: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(random.choice([1, 1, 2, 3])):
        made.update(_condition(random, kind))
    if random.random() < 0.3:
        made["none"] = [_condition(random, kind)]
    if random.random() < 0.15:
        made["any"] = [_condition(random, kind), _condition(random, kind)]
    return made


def _condition(random: random.Random, kind: str) -> dict[str, Any]:
    label = random.choice(list(LABELS))
    value = random.choice([text for text in LABELS[label] if text])
    annotation = random.choice(list(ANNOTATIONS))
    path = random.choice(_PATHS[kind])
    choices: list[dict[str, Any]] = [
        {"hasLabels": [{"key": label, "operator": random.choice(["NotEquals", "Equals"]), "value": value}]},
        {"hasLabels": [{"key": label, "operator": random.choice(["In", "NotIn"]), "values": LABELS[label][:2]}]},
        {"hasLabels": [{"key": label, "operator": random.choice(["Exists", "DoesNotExist"])}]},
        {"hasAnnotations": [{"key": annotation, "operator": random.choice(["Exists", "DoesNotExist"])}]},
        {
            "fields": [
                {
                    "path": f"metadata.labels['{label}']",
                    "operator": random.choice(["DoesNotExist", "NotEquals"]),
                    "value": value,
                }
            ]
        },
        {"fields": [{"path": "metadata.ownerReferences", "operator": "DoesNotExist"}]},
        {"fields": [{"path": path, "operator": random.choice(["Equals", "NotEquals"]), "value": value_of(kind, path)}]},
        {"olderThan": random.choice(["1h", "7d"])},
        {"owner": random.choice(["none", {"kind": "Job", "apiVersion": "batch/v1"}, {"kind": "Workflow"}])},
        {"cel": random.choice(_cel(label, value, annotation, kind))},
        {"jmespath": random.choice(_jmespath(label, value, annotation, kind))},
    ]
    if kind in ("Pod", "Job"):
        choices += [{"phase": random.choice([["Succeeded", "Failed"], ["Failed"]])}] * 2
    if kind == "PersistentVolumeClaim":
        choices.append({"phase": ["Lost"]})
    chosen = random.choice(choices)
    for rule in chosen.get("fields", ()):
        if rule["operator"] in ("Exists", "DoesNotExist"):
            rule.pop("value", None)
    return chosen


def _cel(label: str, value: str, annotation: str, kind: str) -> list[str]:
    bracket = f"object.metadata.labels['{label}']"
    texts = [
        f"'{label}' in object.metadata.?labels.orValue({{}})",
        f"!('{label}' in object.metadata.?labels.orValue({{}}))",
        f"has(object.metadata.labels) && {bracket} == '{value}'",
        f"has(object.metadata.labels) && {bracket} != '{value}'",
        f"object.metadata.?labels[?'{label}'].orValue('') != '{value}'",
        f"!has(object.metadata.annotations) || !('{annotation}' in object.metadata.annotations)",
        "!has(object.metadata.ownerReferences)",
        "has(object.metadata.ownerReferences) && object.metadata.ownerReferences.all(o, o.kind != 'Workflow')",
        "!has(object.metadata.finalizers)",
        "!object.metadata.name.startsWith('keep-')",
        "timestamp(object.metadata.creationTimestamp) < now - duration('72h')",
        f"object.metadata.?annotations.orValue({{}}).all(k, !k.startsWith('{annotation.split('/', maxsplit=1)[0]}/'))",
    ]
    if kind == "Pod":
        texts += [
            "object.status.phase == 'Failed' && object.status.?reason.orValue('') == 'Evicted'",
            "object.spec.containers.exists(c, c.image.endsWith(':latest'))",
            "object.spec.restartPolicy != 'Always'",
            "!object.status.?containerStatuses.orValue([]).exists(c, c.restartCount > 0)",
        ]
    if kind == "Job":
        texts += ["!object.spec.suspend", "object.spec.backoffLimit > 3"]
    return texts


def _jmespath(label: str, value: str, annotation: str, kind: str) -> list[str]:
    quoted = f'metadata.labels."{label}"'
    texts = [
        f"{quoted} == '{value}'",
        f"{quoted} && {quoted} != '{value}'",
        f"{quoted} == `null`",
        f'metadata.annotations."{annotation}" == `null`',
        "metadata.ownerReferences == `null`",
        "!starts_with(metadata.name, 'keep-')",
        "age(metadata.creationTimestamp) > `86400`",
    ]
    if kind == "Pod":
        texts += [
            "status.phase == 'Failed'",
            "spec.restartPolicy != 'Always'",
            "length(spec.containers[?image == 'shop:latest']) == `0`",
        ]
    return texts

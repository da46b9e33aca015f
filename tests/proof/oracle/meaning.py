"""What a policy wants, written down a second time and apart from the product: for the shapes that the proofs use."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from tests.proof.oracle.history import Document, namespace_of
from tests.proof.oracle.holding import marked_for

KEEP = "gc.kube-zen.io/keep"
PROTECTED = frozenset({"kube-system", "kube-public", "kube-node-lease"})
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

_SPEC = {"targetResources", "ttl", "conditions", "behavior", "evaluationInterval", "paused", "retain", "action"}
_BEHAVIOR = {"maxDeletionsPerSecond", "batchSize", "breaker", "dryRun", "recycle"}
_RELATED = {"apiVersion", "kind", "by", "where", "are"}
_TARGET = {"apiVersion", "kind", "labelSelector", "namespaces", "namespaceSelector"}


class NotUnderstoodError(Exception):
    """A policy has a shape of which nothing is written down here."""


def check(policy: Document) -> None:
    """Refuse a policy of which nothing is written down here.

    Raises:
        NotUnderstoodError: nobody here can tell what it wants.
    """
    spec = policy["spec"]
    _only(spec, _SPEC, "spec")
    _only(spec.get("behavior") or {}, _BEHAVIOR, "behavior")
    _check_conditions(spec.get("conditions") or {})
    _only(spec["ttl"], {"immediate", "afterCreation", "after"}, "a TTL")
    if "after" in spec["ttl"]:
        _only(spec["ttl"]["after"], {"since", "wait"}, "a TTL")
        if (spec["ttl"]["after"].get("since"), "wait" in spec["ttl"]["after"]) != ("held", True):
            raise NotUnderstoodError(f"a TTL {spec['ttl']}")
    if "action" in spec:
        _only(spec["action"], {"label", "scale"}, "an action")
        _only(spec["action"].get("scale") or {}, {"replicas"}, "an action")
    if "retain" in spec:
        _only(spec["retain"], {"groupBy", "last"}, "retain")
        if spec["ttl"] != {"immediate": True} or not spec["retain"].get("last"):
            raise NotUnderstoodError(f"retain {spec['retain']} with a TTL {spec['ttl']}")
    for target in spec["targetResources"]:
        _only(target, _TARGET, "a target")
        for selector in (target.get("labelSelector"), target.get("namespaceSelector")):
            _only(selector or {}, {"matchLabels"}, "a selector")


def _check_conditions(conditions: Document) -> None:
    _only(conditions, {"fields", "related"}, "conditions")
    for each in conditions.get("fields", ()):
        _only(each, {"path", "value"}, "a requirement")
    for each in conditions.get("related", ()):
        _only(each, _RELATED, "a relation")
        kind = (each["apiVersion"], each["kind"], each["are"], set(each["by"]), set(each["where"]))
        if kind != ("v1", "ConfigMap", "none", {"theirs", "mine"}, {"hasLabels"}):
            raise NotUnderstoodError(f"a relation {each}")
    if len(conditions.get("related", ())) > 1:
        raise NotUnderstoodError("more than one relation")


def wants(policy: Document, item: Document, namespace: Document, at: float) -> bool:
    """Whether a policy that was checked wants an object gone, in these states and at an instant in seconds since 1970.

    What it retains is asked of ``retaining``: that depends on other objects.

    Raises:
        NotUnderstoodError: nobody here can tell.
    """
    return acts(policy) and matches(policy, item, namespace) and due_for(policy, item, at) > 0


def holds(policy: Document, item: Document, namespace: Document) -> bool:
    """Whether a policy that was checked wants an object marked as one that meets it, and counts from then on."""
    return acts(policy) and "after" in policy["spec"]["ttl"] and matches(policy, item, namespace)


def acts(policy: Document) -> bool:
    """Whether a policy does anything at all."""
    spec = policy["spec"]
    still = spec.get("paused") or (spec.get("behavior") or {}).get("dryRun")
    return not still and "deletionTimestamp" not in policy["metadata"]


def way(policy: Document) -> str:
    """What a policy does to objects: ``delete``, ``label`` or ``scale``."""
    return next(iter(policy["spec"].get("action") or {"delete": None}))


def requirement(policy: Document) -> Document | None:
    """What a policy requires of other objects; None when it requires nothing."""
    return next(iter((policy["spec"].get("conditions") or {}).get("related", ())), None)


def carries(policy: Document, item: Document) -> bool:
    """Whether an object is as a policy that does not delete leaves it."""
    action = policy["spec"].get("action") or {}
    if "scale" in action:
        return bool((item.get("spec") or {}).get("replicas") == action["scale"]["replicas"])
    labels = item["metadata"].get("labels") or {}
    return "label" in action and all(labels.get(key) == value for key, value in action["label"].items())


def matches(policy: Document, item: Document, namespace: Document) -> bool:
    """Whether a policy selects an object that nothing protects, and its conditions hold: such a one fills a place of ``retain``."""
    if _protected(item, namespace):
        return False
    spec = policy["spec"]
    return any(_targets(policy, target, item, namespace) for target in spec["targetResources"]) and _meets(
        spec.get("conditions") or {}, item
    )


def interval(policy: Document) -> float:
    """How often a policy is to run, in seconds."""
    return _seconds(policy["spec"].get("evaluationInterval", "60s"))


def switched_off(switch: Document | None) -> bool:
    """Whether the kill switch stops every write: by being there, unless it says exactly "false"."""
    return switch is not None and (switch.get("data") or {}).get("paused") != "false"


def _protected(item: Document, namespace: Document) -> bool:
    if "ownerReferences" in item["metadata"]:
        raise NotUnderstoodError("an object with owners")
    terminating = "deletionTimestamp" in item["metadata"]
    return terminating or namespace_of(item) in PROTECTED or _marked(item) or _marked(namespace)


def _marked(item: Document) -> bool:
    metadata = item["metadata"]
    marks = [(metadata.get(where) or {}).get(KEEP, "false") for where in ("labels", "annotations")]
    if any(mark not in {"false", "true"} for mark in marks):
        raise NotUnderstoodError(f"a mark {marks}")
    return "true" in marks


def _targets(policy: Document, target: Document, item: Document, namespace: Document) -> bool:
    if (target["apiVersion"], target["kind"]) != (item.get("apiVersion", "v1"), item.get("kind", "ConfigMap")):
        return False  # what a list holds does not say its kind
    own = policy["metadata"].get("namespace")
    reached = target.get("namespaces")
    if own is not None:
        if reached is not None or "namespaceSelector" in target or namespace_of(item) != own:
            return False
    elif reached is not None and namespace_of(item) not in reached:
        if any(re.search(r"[*?!\[]", name) for name in reached):
            raise NotUnderstoodError(f"namespaces {reached}")
        return False
    elif reached is None and "namespaceSelector" not in target:
        raise NotUnderstoodError("a target without namespaces")
    return _selects(target.get("namespaceSelector"), namespace) and _selects(target.get("labelSelector"), item)


def _selects(selector: Document | None, item: Document) -> bool:
    if selector is None:
        return True
    labels = item["metadata"].get("labels") or {}
    return all(labels.get(key) == value for key, value in selector["matchLabels"].items())


def _meets(conditions: Document, item: Document) -> bool:
    return all(_has(requirement, item) for requirement in conditions.get("fields", ()))


def _has(requirement: Document, item: Document) -> bool:
    return bool(value_at(item, requirement["path"]) == requirement["value"])


def value_at(item: Document, path: str) -> Any:
    """What an object holds at a path of names and dots; None where there is nothing."""
    value: Any = item
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def due_for(policy: Document, item: Document, at: float) -> float:
    """For how many seconds the time of an object has come by a policy's TTL; negative when it has not come yet."""
    ttl = policy["spec"]["ttl"]
    if ttl == {"immediate": True}:
        return float("inf")
    if "after" in ttl:
        return marked_for(policy, item, at) - _seconds(ttl["after"]["wait"])
    made = dt.datetime.fromisoformat(item["metadata"]["creationTimestamp"]).timestamp()
    return at - made - _seconds(ttl["afterCreation"])


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if found is None:
        raise NotUnderstoodError(f"a duration {text}")
    return int(found[1]) * UNITS[found[2]]


def _only(found: Document, known: set[str], what: str) -> None:
    if unknown := set(found) - known:
        raise NotUnderstoodError(f"{what} with {sorted(unknown)}")

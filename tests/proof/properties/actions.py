"""What random policies do to objects, and, said a second time and apart from the product, how an object is after that."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.proof.properties.objects import HELD, MARKED_AT, MARKED_BY

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

LABELS = {"quarantine": "yes"}
ANNOTATIONS = {"acme.io/idle": "yes"}
PATCH = {"spec": {"parked": True, "state": None}}
OF_KIND: dict[str, dict[str, Any]] = {
    "Pod": {"evict": {}},
    "Job": {"suspend": True},
    "Run": {"scale": {"replicas": 0}},
}
"""What can be done to the objects of one kind alone."""

REMOVE = frozenset({"delete", "evict"})


def actions(kinds: tuple[str, ...], *, cluster: bool) -> SearchStrategy[dict[str, Any]]:
    """What a policy does; two in five only delete.

    Args:
        kinds: The kinds that it takes.
        cluster: Whether it is one of the cluster, which alone may patch.
    """
    deletes = [
        {"delete": {"propagationPolicy": "Background"}},
        {"delete": {"propagationPolicy": "Orphan"}},
        {"delete": {"propagationPolicy": "Foreground", "gracePeriodSeconds": 0}},
    ]
    others: list[dict[str, Any]] = [{"label": LABELS}, {"annotate": ANNOTATIONS}, {"notify": {}}]
    if len(set(kinds)) == 1:
        others += [OF_KIND[kind] for kind in kinds if kind in OF_KIND] * 3
    if cluster and set(kinds) == {"Run"}:
        others += [{"patch": PATCH}] * 3
    return st.one_of(st.just({"delete": {}}), st.sampled_from(deletes), *[st.sampled_from(others)] * 3)


@st.composite
def behaviors_of(draw: DrawFn, action: str, *, retaining: bool) -> dict[str, Any]:
    """What a policy says of what it does.

    Args:
        draw: Hypothesis'.
        action: The keyword of what it does.
        retaining: Whether it retains something, of which nothing can be told before.
    """
    fields: dict[str, SearchStrategy[Any]] = {} if retaining else {"notice": st.just("2h")}
    if action == "delete":
        fields["recycle"] = st.just({"keepFor": "1h"})
    if action in {"label", "annotate"}:
        fields["whileHolding"] = st.booleans()
    return {name: draw(made) for name, made in fields.items() if draw(st.sampled_from(range(4))) == 3}


def way(policy: dict[str, Any]) -> str:
    """The keyword of what a policy does."""
    return next(iter(policy["spec"].get("action", {"delete": {}})))


def told(thing: dict[str, Any]) -> dict[str, Any]:
    """What may be seen of an object: its spec, labels and annotations; of who signed them, nothing."""
    metadata = thing["metadata"]
    annotations = {
        key: text for key, text in (metadata.get("annotations") or {}).items() if key not in {MARKED_AT, MARKED_BY}
    }
    return {"labels": metadata.get("labels") or {}, "annotations": annotations, "spec": thing.get("spec") or {}}


def after(policy: dict[str, Any], thing: dict[str, Any]) -> dict[str, Any] | None:
    """How an object is when a policy has acted on it, as ``told`` tells it; None when it is gone.

    Args:
        policy: The policy.
        thing: The object as it was before.
    """
    seen = copy.deepcopy(told(thing))
    match way(policy):
        case "delete" | "evict":
            return None
        case "label":
            seen["labels"] |= LABELS
        case "annotate":
            seen["annotations"] |= ANNOTATIONS
        case "suspend":
            seen["spec"]["suspend"] = True
            seen["annotations"]["gc.kube-zen.io/suspended"] = "spec.suspend"
        case "scale":
            seen["annotations"]["gc.kube-zen.io/scaled-from"] = str(int(seen["spec"]["replicas"]))
            seen["spec"]["replicas"] = 0
        case "patch":
            seen["annotations"]["gc.kube-zen.io/patched-by"] = policy["metadata"]["name"]
            seen["spec"] = {key: value for key, value in seen["spec"].items() if key != "state"} | {"parked": True}
    return seen


def unmarked(policy: dict[str, Any], thing: dict[str, Any]) -> dict[str, Any]:
    """How an object is when a policy has taken away what it wrote there, as ``told`` tells it.

    Args:
        policy: The policy.
        thing: The object as it was before.
    """
    seen = copy.deepcopy(told(thing))
    seen["annotations"].pop(HELD, None)
    by = policy["metadata"]["name"]
    if "namespace" in policy["metadata"]:
        by = f"{policy['metadata']['namespace']}/{by}"
    annotations = thing["metadata"].get("annotations") or {}
    if annotations.get(MARKED_BY) == by and policy["spec"]["behavior"].get("whileHolding"):
        for mine, there in ((LABELS, seen["labels"]), (ANNOTATIONS, seen["annotations"])):
            for key, value in mine.items():
                if way(policy) == ("label" if mine is LABELS else "annotate") and there.get(key) == value:
                    del there[key]
    return seen

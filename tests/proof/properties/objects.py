"""Random objects of four kinds: plausible ones, those that something protects, and odd ones. Times are told from an instant.

Ages are whole hours and a half, waits are whole hours (``policies``): nothing falls due while a test runs.
"""

from __future__ import annotations

import copy
import datetime as dt
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.harness.definitions import custom_resource_definition
from zen_gc_core.instants import format_instant

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

API_VERSIONS = {"ConfigMap": "v1", "Job": "batch/v1", "Pod": "v1", "Run": "acme.io/v1"}
NAMESPACES = ("team", "shop", "kube-system")
KEEP = "gc.kube-zen.io/keep"
APPS = ("a", "b")
ENVS = ("prod", "dev", "no")
NOTES = ("x", "no", "05")
TTLS = ("2h", "1d", "never", "soon", "0")
RUN = custom_resource_definition(
    "acme.io",
    "Run",
    "v1",
    schema={"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
    subresources={"scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}},
)
"""The definition of the one custom kind: it says where its objects have their count of replicas."""

HALF = dt.timedelta(minutes=30)
POLICY_UID = "tidy-uid"
"""Of every random policy."""

HELD = f"held.gc.kube-zen.io/{POLICY_UID}"
MARKED_AT, MARKED_BY = "gc.kube-zen.io/marked-at", "gc.kube-zen.io/marked-by"
"""What policies write on objects; spelt out, apart from the product."""

REPLICA_SET = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "rs"}

JSON: SearchStrategy[Any] = st.recursive(
    st.sampled_from([None, True, 0, -1, 2.5, "", "x", "2h", "2025-06-01T00:00:00Z", "0"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "name", "0"]), inner, max_size=2),
    max_leaves=4,
)
"""Whatever may stand where something else is expected."""


def hours_ago(now: dt.datetime, hours: int) -> str:
    """An instant so many hours and a half before another, as the API spells it."""
    return format_instant((now - dt.timedelta(hours=hours) - HALF).replace(microsecond=0))


def times(now: dt.datetime, *, odd: bool = True) -> SearchStrategy[Any]:
    """Times of the last two days, some of the next; and null, malformed and impossible ones."""
    past = st.sampled_from([*range(3), *range(3, 48, 4)]).map(lambda hours: hours_ago(now, hours))
    if not odd:
        return past
    strange = st.sampled_from([hours_ago(now, -5), hours_ago(now, -1), None, "soon", "", 5, "1970-01-01T00:00:00Z"])
    return st.sampled_from(range(12)).flatmap(lambda chance: strange if chance == 11 else past)


def _some(draw: DrawFn, **fields: SearchStrategy[Any]) -> dict[str, Any]:
    """Each of some fields, or not."""
    return draw(st.fixed_dictionaries({}, optional=fields))


@st.composite
def things(
    draw: DrawFn,
    now: dt.datetime,
    index: int,
    *,
    kinds: tuple[str, ...] = tuple(API_VERSIONS),
    namespaces: tuple[str, ...] = NAMESPACES,
    served: bool = False,
    families: bool = True,
) -> dict[str, Any]:
    """An object.

    Args:
        draw: Hypothesis'.
        now: The instant that its times are told from.
        index: Makes its name and uid.
        kinds: Of which kinds it may be; now and then it is of another.
        namespaces: Where it may live; most do in the first.
        served: Whether its metadata is such as an API server keeps.
        families: Whether one of the objects before it may own it.
    """
    kind = draw(st.sampled_from(kinds * 4 + tuple(API_VERSIONS)))
    metadata: dict[str, Any] = {
        "name": f"{draw(st.sampled_from(['tmp', 'keep']))}-{index}",
        "namespace": draw(st.sampled_from(namespaces[:1] * 6 + namespaces[1:2] * 2 + namespaces)),
        "uid": f"u-{index}",
        "creationTimestamp": draw(times(now, odd=not served)),
        "labels": _some(draw, app=st.sampled_from(APPS), env=st.sampled_from(ENVS)),
        "annotations": _some(draw, note=st.sampled_from(NOTES), ttl=st.sampled_from(TTLS), until=times(now).map(_text)),
    }
    _mark(draw, metadata, now)
    _sign(draw, metadata, now)
    owners = _owners(draw, index, families=families)
    if owners:
        metadata["ownerReferences"] = owners
    thing = {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": metadata, **draw(_BODIES[kind](now))}
    return draw(_spoilt(thing)) if not served and draw(st.sampled_from(range(12))) == 11 else thing


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _mark(draw: DrawFn, metadata: dict[str, Any], now: dt.datetime) -> None:
    """What keeps an object, whatever a policy says; of most, nothing does."""
    mark = draw(st.sampled_from([""] * 24 + ["label", "annotation", "until", "passed", "false", "terminating", "argo"]))
    if mark == "label":
        metadata["labels"][KEEP] = "true"
    elif mark in {"annotation", "until", "passed", "false"}:
        values = {"annotation": "", "until": hours_ago(now, -9), "passed": hours_ago(now, 9), "false": "false"}
        metadata["annotations"][KEEP] = values[mark]
    elif mark == "terminating":
        metadata |= {
            "deletionTimestamp": hours_ago(now, 0),
            "deletionGracePeriodSeconds": 0,
            "finalizers": ["acme.io/hold"],
        }
    elif mark == "argo":
        metadata["annotations"]["argocd.argoproj.io/tracking-id"] = "shop:/ConfigMap:team/x"


def _sign(draw: DrawFn, metadata: dict[str, Any], now: dt.datetime) -> None:
    """What this policy or another has written on some of them."""
    annotations = metadata["annotations"]
    if draw(st.booleans()):
        annotations[MARKED_AT] = hours_ago(now, draw(st.integers(0, 40)))
        annotations[MARKED_BY] = draw(
            st.sampled_from(["tidy", "team/tidy", "earlier", "team/earlier", "team/earlier", "?"])
        )
        if draw(st.booleans()):
            metadata["labels"]["quarantine"] = draw(st.sampled_from(["yes", "yes", "no"]))
            annotations["acme.io/idle"] = "yes"
    if draw(st.sampled_from(range(3))) == 2:
        whose = draw(st.sampled_from([metadata["uid"]] * 4 + ["u-99"]))
        generation = draw(st.sampled_from([1, 1, 1, 1, 2]))
        annotations[HELD] = f"{hours_ago(now, draw(st.integers(0, 40)))} {generation} {whose}"


def _owners(draw: DrawFn, index: int, *, families: bool) -> list[dict[str, Any]]:
    """Sometimes somebody outside, sometimes one of the earlier objects (or a name that none of them has)."""
    choice = draw(st.sampled_from([""] * 10 + ["outside", "plain"] + ["family"] * 3 * families))
    if choice == "family" and index:
        owner = draw(st.integers(0, index - 1))
        kind = draw(st.sampled_from(list(API_VERSIONS)))
        return [
            {
                "apiVersion": API_VERSIONS[kind],
                "kind": kind,
                "name": f"tmp-{owner}",
                "uid": f"u-{owner}",
                "controller": draw(st.booleans()),
            }
        ]
    return [{**REPLICA_SET, "controller": choice == "outside"}] if choice in {"outside", "plain"} else []


def _config_map(now: dt.datetime) -> SearchStrategy[dict[str, Any]]:
    del now
    data = {
        "mode": st.sampled_from(["on", "off", "no"]),
        "size": st.sampled_from(["5", "05", "1e2", "big"]),
        "uses": st.sampled_from(["tmp-0", "keep-1"]),
    }
    return st.fixed_dictionaries({"data": st.fixed_dictionaries({}, optional=data)})


@st.composite
def _job(draw: DrawFn, now: dt.datetime) -> dict[str, Any]:
    ended = draw(times(now))
    state = draw(st.sampled_from(["Complete", "Failed", "", "Suspended"]))
    status: dict[str, Any] = {}
    if state:
        status["conditions"] = [{"type": state, "status": "True", "lastTransitionTime": ended}]
    if state == "Complete":
        status["completionTime"] = ended
    return {"spec": _some(draw, suspend=st.booleans(), backoffLimit=st.integers(0, 9)), "status": status}


_MOUNTS = [[{"name": "a", "configMap": {"name": name}}] for name in ("tmp-0", "tmp-1", "keep-2")]


@st.composite
def _pod(draw: DrawFn, now: dt.datetime) -> dict[str, Any]:
    phase = draw(st.sampled_from(["Running", "Succeeded", "Failed", "Pending"]))
    status: dict[str, Any] = {"phase": phase, **_some(draw, reason=st.sampled_from(["Evicted", "OOMKilled"]))}
    if phase in {"Succeeded", "Failed"} and draw(st.booleans()):
        ended = {"terminated": {"exitCode": 0, "finishedAt": draw(times(now))}}
        status["containerStatuses"] = [{"name": "main", "state": ended}]
    return {
        "spec": {
            "restartPolicy": draw(st.sampled_from(["Never", "Always"])),
            "containers": [{"name": "main", "image": "a"}],
            **_some(draw, volumes=st.sampled_from(_MOUNTS)),
        },
        "status": status,
    }


@st.composite
def _run(draw: DrawFn, now: dt.datetime) -> dict[str, Any]:
    spec = _some(
        draw, replicas=st.sampled_from([3, 1, 0, "1", 2, 2.0, 1, True, 5, None, [1], {"a": 1}]), state=st.just("idle")
    )
    status = _some(
        draw,
        finishedAt=times(now),
        lastUsed=times(now),
        millis=st.integers(0, 47).map(lambda hours: int(1000 * (now.timestamp() - 3600 * hours - 1800))),
    )
    if draw(st.booleans()):
        ready = {"type": "Ready", "status": draw(st.sampled_from(["True", "False"]))}
        status["conditions"] = [{**ready, "lastTransitionTime": draw(times(now))}]
    return {"spec": spec, "status": status}


_BODIES = {"ConfigMap": _config_map, "Job": _job, "Pod": _pod, "Run": _run}


@st.composite
def _spoilt(draw: DrawFn, thing: dict[str, Any]) -> dict[str, Any]:
    """An object with something else where an API server keeps what was there."""
    place = draw(
        st.sampled_from(["labels", "annotations", "ownerReferences", "uid", "creationTimestamp", "finalizers"])
    )
    inside = draw(st.sampled_from(["metadata", "metadata", "status", "spec", "data", "missing"]))
    if inside == "missing":
        metadata = {name: value for name, value in thing["metadata"].items() if name != place}
        return {**thing, "metadata": metadata}
    if inside == "metadata":
        return {**thing, "metadata": {**thing["metadata"], place: draw(JSON)}}
    return {**thing, inside: draw(JSON)}


@st.composite
def inventories(draw: DrawFn, now: dt.datetime, *, most: int = 12, **options: Any) -> list[dict[str, Any]]:
    """Objects of some kinds, a Namespace with marks now and then, and the definition of the custom kind.

    Args:
        draw: Hypothesis'.
        now: The instant that their times are told from.
        most: How many there are at most.
        options: As for ``things``.
    """
    count = draw(st.sampled_from([most // 2, most, most // 4, 1]))
    found = [draw(things(now, index, **options)) for index in range(count)]
    for name in options.get("namespaces", NAMESPACES)[:2]:
        marks = draw(st.sampled_from([{}] * 9 + [{KEEP: ""}, {KEEP: "false"}, {KEEP: hours_ago(now, -9)}]))
        tier = draw(st.sampled_from(["dev", "prod"]))
        found.append(
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {
                    "name": name,
                    "uid": f"ns-{name}",
                    "creationTimestamp": hours_ago(now, 99),
                    "labels": {"tier": tier},
                    "annotations": marks,
                },
            }
        )
    return [*found, copy.deepcopy(RUN)]

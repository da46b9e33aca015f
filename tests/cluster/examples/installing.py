"""Puts example policies and their objects on a cluster, as if the instant of their expected plans were now."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from tests.golden.examples import NOW, POLICIES, WITHOUT_NAMESPACE, expected, is_unmarked
from zen_gc_core.model.policy import CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.harness import Cluster

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]{8}Z)?")
COUNTED = re.compile(r"[0-9]{10}(?P<ms>[0-9]{3})?")
"""Seconds or milliseconds since 1970, in this century."""
DEFAULT = "default"
MARKED_BY = "gc.kube-zen.io/marked-by"
CLUSTER_SCOPED = {*WITHOUT_NAMESPACE, "CustomResourceDefinition", CLUSTER}
BY_THE_CALENDAR = {"tiered-snapshots"}
"""Examples whose times stay what they are: moved, they would be of other days. What is due of them was so at that instant."""


@dataclass(frozen=True, slots=True)
class Installed:
    """Examples on a cluster.

    Attributes:
        namespace: where those of their objects are that name no namespace.
        policies: the policies, as they were created.
        objects: everything else, as the server has it.
        acted_on: the paths of the objects that the expected plans act on, with what is done.
        waiting: those of them whose policies do not act at this time.
        unmarked: the paths of those from which a mark is taken away.
    """

    namespace: str
    policies: list[dict[str, Any]]
    objects: dict[str, dict[str, Any]]
    acted_on: dict[str, str]
    waiting: frozenset[str]
    unmarked: frozenset[str]

    @property
    def done(self) -> dict[str, str]:
        """What a run does to objects now; telling of them does nothing."""
        return dict.fromkeys(self.unmarked, "unmark") | {
            path: action for path, action in self.acted_on.items() if path not in self.waiting and action != "notify"
        }


def install(cluster: Cluster, names: Iterable[str]) -> Installed:
    """Create the objects of examples, then their policies, all in one new namespace."""
    chosen = list(names)
    namespace = cluster.namespace()
    since = _since_then()
    documents = [
        _placed(document, namespace, dt.timedelta() if name in BY_THE_CALENDAR else since)
        for name in chosen
        for document in _documents(name)
    ]
    for missing in _missing_namespaces(documents) - {namespace}:
        cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": missing}})
    objects = [document for document in documents if document["kind"] not in {NAMESPACED, CLUSTER}]
    policies = [document for document in documents if document["kind"] in {NAMESPACED, CLUSTER}]
    created = dict(_create(cluster, objects))

    def path_of(decision: dict[str, Any]) -> str:
        return cluster.path_of(_placed(_reference(decision), namespace, since, anew=True))

    acting = [(path_of(decision), decision["action"], now) for name in chosen for decision, now in _acting(name)]
    acted_on = {path: action for path, action, _ in acting}
    waiting = frozenset(path for path, _, now in acting if not now)
    unmarked = frozenset(path_of(decision) for name in chosen for decision in _decisions(name) if is_unmarked(decision))
    for policy in policies:
        cluster.create(policy)
    return Installed(namespace, policies, created, acted_on, waiting, unmarked)


def _documents(name: str) -> Iterator[dict[str, Any]]:
    for path in sorted((POLICIES / name).glob("*.yaml")):
        if path.name != "expected.yaml":
            yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def _decisions(name: str) -> Iterator[dict[str, Any]]:
    for policy in expected(name)["policies"]:
        yield from policy["decisions"]


def _placed(document: dict[str, Any], namespace: str, since: dt.timedelta, *, anew: bool = False) -> dict[str, Any]:
    """The document in its namespace, its times moved from the instant of the expected plans to now."""
    metadata = document["metadata"]
    if document["kind"] not in CLUSTER_SCOPED and (anew or "namespace" not in metadata):
        place = metadata.get("namespace", DEFAULT)
        metadata = {**metadata, "namespace": namespace if place == DEFAULT else place}
    if (by := metadata.get("annotations", {}).get(MARKED_BY)) is not None:
        place = metadata.get("namespace", "")
        metadata = {**metadata, "annotations": {**metadata["annotations"], MARKED_BY: by.replace(DEFAULT, place, 1)}}
    moved: dict[str, Any] = _moved({**document, "metadata": metadata}, since)
    return moved


def _since_then() -> dt.timedelta:
    return dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.datetime.fromisoformat(NOW)


def _moved(value: Any, by: dt.timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _moved(item, by) for key, item in value.items()}
    if isinstance(value, list):
        return [_moved(item, by) for item in value]
    if isinstance(value, str) and TIME.fullmatch(value):
        then = dt.datetime.fromisoformat(value)
        return (then.replace(tzinfo=dt.UTC) + by).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, str | int) and (counted := COUNTED.fullmatch(str(value))):
        return type(value)(int(value) + int(by.total_seconds()) * (1000 if counted["ms"] else 1))
    return value


def _missing_namespaces(documents: list[dict[str, Any]]) -> set[str]:
    made = {document["metadata"]["name"] for document in documents if document["kind"] == "Namespace"}
    return {document["metadata"].get("namespace") for document in documents} - made - {None}


def _create(cluster: Cluster, objects: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Create objects, whatever is needed first before the others: kinds, Namespaces, owners, which get other uids."""
    uids: dict[str, str] = {}
    waiting = sorted(objects, key=lambda item: item["kind"] not in CLUSTER_SCOPED)
    while waiting:
        item = waiting.pop(0)
        owners = item["metadata"].get("ownerReferences", [])
        if any(owner["uid"] not in uids for owner in owners):
            waiting.append(item)
            continue
        known = [{**owner, "uid": uids[owner["uid"]]} for owner in owners]
        metadata = {key: value for key, value in item["metadata"].items() if key != "uid"}
        created = cluster.create({**item, "metadata": {**metadata, **({"ownerReferences": known} if known else {})}})
        uids[item["metadata"].get("uid", "")] = created["metadata"]["uid"]
        yield cluster.path_of(created), created


def _acting(name: str) -> Iterator[tuple[dict[str, Any], bool]]:
    """What an expected plan acts on, and whether its policy does so at the instant of the plan."""
    for policy in expected(name)["policies"]:
        now = policy.get("calendar", {}).get("actsNow", True)
        yield from ((decision, now) for decision in policy["decisions"] if decision["verdict"] == "act")


def _reference(decision: dict[str, Any]) -> dict[str, Any]:
    names = {key: decision[key] for key in ("name", "namespace")}
    return {"apiVersion": decision["apiVersion"], "kind": decision["kind"], "metadata": names}

"""What an API server writes when it is asked which resources it has, as resources; no requests.

A document that is not what the Kubernetes API promises is refused as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.cluster.errors import MalformedAnswer
from zen_gc_core.cluster.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator


def _api_version(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version


def service_versions(document: dict[str, Any]) -> Iterator[str]:
    """The group versions of a list of APIServices that have a server of their own; raises unless it is one, and whole."""
    if document["kind"] != "APIServiceList" or document["metadata"].get("continue"):
        raise ValueError("no whole list")
    for item in _items(document, "items", null=True):
        spec = item["spec"]
        group, version = _word(spec.get("group", "")), _word(spec["version"])
        if spec.get("service") is not None:
            yield _api_version(group, version)


def _items(document: dict[str, Any], name: str, *, null: bool = False) -> list[Any]:
    """A list in a document; null is an empty one where Go writes it so."""
    found = document.get(name) if null else document[name]
    if found is None and null and name in document:
        return []
    if not isinstance(found, list):
        raise TypeError(name)
    return found


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _short_names(entry: dict[str, Any]) -> tuple[str, ...]:
    return tuple(map(_word, entry.get("shortNames") or []))


def aggregated(document: dict[str, Any]) -> Iterator[tuple[Resource, bool]]:
    """The resources of an APIGroupDiscoveryList, and whether each was seen lately."""
    try:
        for item in _items(document, "items", null=True):
            group = _word((item.get("metadata") or {}).get("name") or "")
            for version in item.get("versions") or []:
                fresh = version.get("freshness", "Current") == "Current"
                for entry in version.get("resources") or []:
                    # An aggregated API may name no kind for what has no verbs of its own; nothing can be asked of it.
                    if not (kind := (entry.get("responseKind") or {}).get("kind")) or not entry.get("verbs"):
                        continue
                    namespaced = entry["scope"] == "Namespaced"
                    verbs = frozenset(map(_word, entry["verbs"]))
                    number, plural = _word(version["version"]), _word(entry["resource"])
                    short = _short_names(entry)
                    yield Resource(group, number, plural, _word(kind), namespaced, verbs, short_names=short), fresh
    except Exception as error:
        raise MalformedAnswer("GET /apis: the aggregated discovery document is malformed") from error


def stale_versions(document: dict[str, Any]) -> Iterator[str]:
    """The group versions of an APIGroupDiscoveryList that has been looked through whose server does not answer."""
    for item in document["items"] or []:
        for version in item.get("versions") or []:
            if version.get("freshness") == "Stale":
                yield _api_version((item.get("metadata") or {}).get("name") or "", version["version"])


def listed(document: dict[str, Any], api_version: str) -> Iterator[Resource]:
    """The resources of an APIResourceList."""
    group, _, version = api_version.rpartition("/")
    try:
        for entry in _items(document, "resources", null=True):
            if "/" not in entry["name"]:
                verbs = frozenset(map(_word, entry.get("verbs") or []))
                kind, short = _word(entry["kind"]), _short_names(entry)
                yield Resource(group, version, entry["name"], kind, bool(entry["namespaced"]), verbs, short_names=short)
    except Exception as error:
        raise MalformedAnswer(f"GET {api_version}: the list of its resources is malformed") from error

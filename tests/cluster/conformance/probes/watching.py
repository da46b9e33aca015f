"""Watches: what they tell, to whom, from when."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import MERGE, Lab, configmap

PARTIAL = {"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}
TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}


def changes(lab: Lab) -> Any:
    """Everything after a resourceVersion, in order, whole."""
    start = lab.make("zero")["metadata"]["resourceVersion"]
    _live(lab)
    return _watch(lab, f"resourceVersion={start}").events


def changes_of_a_custom_resource(lab: Lab) -> Any:
    """Kind and version come with each object."""
    start = lab.make_widget("zero")["metadata"]["resourceVersion"]
    lab.make_widget("one")
    lab.ask("DELETE", f"{lab.widgets}/one")
    answer = lab.ask("GET", f"{lab.widgets}?watch=1&timeoutSeconds=1&resourceVersion={start}")
    return [answer.status, answer.headers["Content-Type"], answer.events]


def state_first(lab: Lab) -> Any:
    """Without a resourceVersion, or from 0, what is there comes as added."""
    lab.make("one")
    lab.make("two")
    return [_brief(_watch(lab, query).events) for query in ("", "resourceVersion=0")]


def versions_rise(lab: Lab) -> Any:
    """A delete has a resourceVersion of its own, later than the last change."""
    start = lab.make("zero")["metadata"]["resourceVersion"]
    _live(lab)
    events = _watch(lab, f"resourceVersion={start}").events
    versions = [int(each["object"]["metadata"]["resourceVersion"]) for each in events]
    return versions == sorted(set(versions))


def label_selector(lab: Lab) -> Any:
    """Who comes to match is added, who ceases to is deleted, others are not mentioned."""
    start = lab.make("one")["metadata"]["resourceVersion"]
    lab.make("other", labels={"watched": "no"})
    for value in ("yes", "yes ", "no", "yes"):
        patch = {"metadata": {"labels": {"watched": value.strip()}}, "data": {"last": value}}
        lab.ask("PATCH", f"{lab.configmaps}/one", patch, content_type=MERGE)
    lab.ask("DELETE", f"{lab.configmaps}/one")
    return _brief(_watch(lab, f"labelSelector=watched%3Dyes&resourceVersion={start}").events)


def field_selector(lab: Lab) -> Any:
    """One name alone."""
    start = lab.make("zero")["metadata"]["resourceVersion"]
    lab.make("one")
    lab.make("two")
    return _brief(_watch(lab, f"fieldSelector=metadata.name%3Dtwo&resourceVersion={start}").events)


def finalizers(lab: Lab) -> Any:
    """A delete that has to wait is a modification; the end is a deletion."""
    made = lab.make("one", finalizers=["example.com/hold"])
    start = made["metadata"]["resourceVersion"]
    lab.ask("DELETE", f"{lab.configmaps}/one")
    lab.ask("PATCH", f"{lab.configmaps}/one", {"metadata": {"finalizers": None}}, content_type=MERGE)
    events = _watch(lab, f"resourceVersion={start}").events
    return [[each["type"], "deletionTimestamp" in each["object"]["metadata"]] for each in events]


def initial_events(lab: Lab) -> Any:
    """sendInitialEvents: what is there, then a bookmark that says so."""
    lab.make("one")
    query = "sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
    events = _watch(lab, query).events
    return events[:2]


def initial_events_need_a_match(lab: Lab) -> Any:
    """422 without resourceVersionMatch=NotOlderThan."""
    return [
        lab.tell("GET", f"{lab.configmaps}?watch=1&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true"),
        lab.tell("GET", f"{lab.configmaps}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan"),
    ]


def bookmarks_only_when_allowed(lab: Lab) -> Any:
    """Nobody gets a bookmark who did not ask for one."""
    start = lab.make("one")["metadata"]["resourceVersion"]
    return _watch(lab, f"resourceVersion={start}").events


def too_old(lab: Lab) -> Any:
    """An ERROR event with a Status 410, in an answer of 200: the first version is older than the widgets."""
    lab.make_widget("one")
    answer = lab.ask("GET", f"{lab.widgets}?watch=1&timeoutSeconds=1&resourceVersion=1")
    return [answer.status, answer.events]


def from_the_future(lab: Lab) -> Any:
    """A resourceVersion that is not there yet is waited for: no event until then."""
    version = int(lab.make("one")["metadata"]["resourceVersion"]) + 100_000
    answer = _watch(lab, f"resourceVersion={version}")
    return [answer.status, [each["type"] for each in answer.events]]


def metadata_alone(lab: Lab) -> Any:
    """PartialObjectMetadata in each event."""
    start = lab.make("zero")["metadata"]["resourceVersion"]
    lab.make("one", labels={"a": "b"})
    return lab.ask("GET", f"{lab.configmaps}?watch=1&timeoutSeconds=1&resourceVersion={start}", headers=PARTIAL).events


def as_tables(lab: Lab) -> Any:
    """A Table of one row in each event; only the first has its columns."""
    start = lab.make_widget("zero")["metadata"]["resourceVersion"]
    lab.make_widget("one")
    lab.make_widget("two")
    events = lab.ask("GET", f"{lab.widgets}?watch=1&timeoutSeconds=1&resourceVersion={start}", headers=TABLE).events
    return [
        [
            each["type"],
            each["object"]["kind"],
            bool(each["object"]["columnDefinitions"]),
            each["object"]["rows"][0]["cells"][0],
        ]
        for each in events
    ]


def all_namespaces(lab: Lab) -> Any:
    """A watch of all namespaces sees this one."""
    start = lab.make("zero")["metadata"]["resourceVersion"]
    lab.make("one", labels={"lab": lab.namespace})
    query = f"watch=true&timeoutSeconds=1&resourceVersion={start}&labelSelector=lab%3D{lab.namespace}"
    return _brief(lab.ask("GET", f"/api/v1/configmaps?{query}").events)


def bad_selectors(lab: Lab) -> Any:
    """Refused before the stream begins."""
    return [
        lab.ask("GET", f"{lab.configmaps}?watch=1&timeoutSeconds=1&labelSelector=a%20b").status,
        lab.tell("GET", f"{lab.configmaps}?watch=1&timeoutSeconds=1&fieldSelector=data.a%3Db"),
    ]


def _live(lab: Lab) -> None:
    """A ConfigMap comes, changes and goes."""
    lab.ask("POST", lab.configmaps, configmap("one"))
    lab.ask("PATCH", f"{lab.configmaps}/one", {"data": {"key": "other"}}, content_type=MERGE)
    lab.ask("DELETE", f"{lab.configmaps}/one")


def _watch(lab: Lab, query: str) -> Any:
    return lab.ask("GET", f"{lab.configmaps}?watch=1&timeoutSeconds=1&{query}")


def _brief(events: list[dict[str, Any]]) -> list[list[str]]:
    return [[each["type"], each["object"]["metadata"]["name"]] for each in events]

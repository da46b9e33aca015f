"""Making, reading and replacing objects."""

from __future__ import annotations

import re
from typing import Any

from tests.cluster.conformance.lab import Lab, configmap, widget


def create(lab: Lab) -> Any:
    """201, the object with what the server adds."""
    return lab.tell("POST", lab.configmaps, configmap("one", labels={"a": "b"}, annotations={"c": "d"}))


def create_twice(lab: Lab) -> Any:
    """409 AlreadyExists."""
    lab.make("one")
    return lab.tell("POST", lab.configmaps, configmap("one"))


def create_twice_in_a_group(lab: Lab) -> Any:
    """The message names the resource with its group."""
    lab.make_widget("one")
    return lab.tell("POST", lab.widgets, widget("one"))


def server_fields_are_the_servers(lab: Lab) -> Any:
    """A client does not choose uid, creation time, generation or deletion time."""
    chosen: dict[str, Any] = {
        "uid": "11111111-2222-3333-4444-555555555555",
        "creationTimestamp": "2001-01-01T00:00:00Z",
        "generation": 7,
        "deletionTimestamp": "2001-01-01T00:00:00Z",
    }
    made = lab.ask("POST", lab.widgets, widget("one", **chosen)).body["metadata"]
    return {
        "uid": made["uid"] == chosen["uid"],
        "created": made["creationTimestamp"].startswith("2001"),
        "generation": made["generation"],
        "deleted": "deletionTimestamp" in made,
    }


def creation_time_has_whole_seconds(lab: Lab) -> Any:
    """RFC 3339 in UTC, as the API conventions say."""
    return re.sub(r"\d", "9", lab.make("one")["metadata"]["creationTimestamp"])


def resource_version_is_a_number(lab: Lab) -> Any:
    """Text of digits, and every change raises it."""
    first = lab.make("one")
    second = lab.ask("PUT", f"{lab.configmaps}/one", configmap("one", {"key": "other"})).body
    versions = [each["metadata"]["resourceVersion"] for each in (first, second)]
    return [all(version.isdigit() for version in versions), int(versions[0]) < int(versions[1])]


def generate_name(lab: Lab) -> Any:
    """Five characters that spell no word."""
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "some-"}}
    answer = lab.ask("POST", lab.configmaps, item)
    name = answer.body["metadata"]["name"]
    good = re.fullmatch(r"some-[bcdfghjklmnpqrstvwxz2456789]{5}", name) is not None
    return [answer.status, good, answer.body["metadata"]["generateName"]]


def generate_name_when_named(lab: Lab) -> Any:
    """The name wins."""
    return lab.ask("POST", lab.configmaps, configmap("one", generateName="some-")).body["metadata"]


def read(lab: Lab) -> Any:
    """The object as it was made."""
    made = lab.make("one")
    return [lab.tell("GET", f"{lab.configmaps}/one"), lab.ask("GET", f"{lab.configmaps}/one").body == made]


def read_missing(lab: Lab) -> Any:
    """404 NotFound with the resource and the name."""
    return lab.tell("GET", f"{lab.configmaps}/none")


def read_missing_in_a_group(lab: Lab) -> Any:
    """404 NotFound with the group, in message and details."""
    return [lab.tell("GET", f"{lab.leases}/none"), lab.tell("GET", f"{lab.widgets}/none")]


def replace(lab: Lab) -> Any:
    """A PUT replaces what it does not mention, server fields aside."""
    lab.make("one", {"a": "1"}, labels={"x": "y"})
    return lab.tell("PUT", f"{lab.configmaps}/one", configmap("one", {"b": "2"}))


def replace_at_a_version(lab: Lab) -> Any:
    """A PUT with the present resourceVersion goes through, with an older one it is a conflict."""
    made = lab.make("one")
    version = made["metadata"]["resourceVersion"]
    first = lab.ask("PUT", f"{lab.configmaps}/one", configmap("one", {"a": "1"}, resourceVersion=version))
    return [first.status, lab.tell("PUT", f"{lab.configmaps}/one", configmap("one", resourceVersion=version))]


def replace_without_a_version(lab: Lab) -> Any:
    """Unconditional for ConfigMaps, refused for custom resources."""
    lab.make("one")
    lab.make_widget("one")
    return [
        lab.ask("PUT", f"{lab.configmaps}/one", configmap("one")).status,
        lab.tell("PUT", f"{lab.widgets}/one", widget("one")),
    ]


def replace_missing(lab: Lab) -> Any:
    """A PUT makes nothing; one of a Lease does."""
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "none"}, "spec": {}}
    return [
        lab.tell("PUT", f"{lab.configmaps}/none", configmap("none")),
        lab.tell("PUT", f"{lab.leases}/none", lease),
    ]


def replace_another_uid(lab: Lab) -> Any:
    """A PUT that names another uid is a conflict; its message speaks of the store."""
    lab.make("one")
    uid = "11111111-2222-3333-4444-555555555555"
    told = lab.tell("PUT", f"{lab.configmaps}/one", configmap("one", uid=uid))
    message = told["body"].pop("message")
    return [told, f"UID in precondition: {uid}" in message]


def replace_under_another_name(lab: Lab) -> Any:
    """The name in the body is the name in the path."""
    lab.make("one")
    return lab.tell("PUT", f"{lab.configmaps}/one", configmap("two"))


def replace_by_the_same(lab: Lab) -> Any:
    """A PUT that changes nothing leaves the resourceVersion."""
    made = lab.make("one")
    again = lab.ask("PUT", f"{lab.configmaps}/one", configmap("one")).body
    return again["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]


def replace_the_creation_time(lab: Lab) -> Any:
    """A creation time does not change, not by a PUT and not by a patch."""
    made = lab.make("one")["metadata"]["creationTimestamp"]
    past = "2001-01-01T00:00:00Z"
    put = lab.ask("PUT", f"{lab.configmaps}/one", configmap("one", creationTimestamp=past))
    patch = lab.ask(
        "PATCH",
        f"{lab.configmaps}/one",
        {"metadata": {"creationTimestamp": past}},
        content_type="application/merge-patch+json",
    )
    return [[each.status, each.body["metadata"]["creationTimestamp"] == made] for each in (put, patch)]


def generation_counts_changes_of_the_spec(lab: Lab) -> Any:
    """Labels and status leave it; a ConfigMap has none."""
    counted = [lab.make_widget("one")["metadata"]["generation"]]
    changes: tuple[tuple[str, dict[str, Any]], ...] = (
        ("", {"metadata": {"labels": {"a": "b"}}}),
        ("/status", {"status": {"phase": "Done"}}),
        ("", {"spec": {"color": "blue"}}),
        ("", {"spec": {"color": "blue"}}),
        ("", {"metadata": {"generation": 9}}),
    )
    for under, patch in changes:
        answer = lab.ask("PATCH", f"{lab.widgets}/one{under}", patch, content_type="application/merge-patch+json")
        counted.append(answer.body["metadata"]["generation"])
    return [counted, "generation" in lab.make("one")["metadata"]]


def status_goes_through_its_subresource(lab: Lab) -> Any:
    """A create and a PUT drop status; a PUT of status drops the rest."""
    made = lab.ask("POST", lab.widgets, {**widget("one"), "status": {"phase": "New"}}).body
    version = {"resourceVersion": made["metadata"]["resourceVersion"]}
    status = {**widget("one", {"color": "red"}, labels={"a": "b"}, **version), "status": {"phase": "Done"}}
    set_status = lab.tell("PUT", f"{lab.widgets}/one/status", status)
    version = {"resourceVersion": set_status["body"]["metadata"]["resourceVersion"]}
    main = {**widget("one", {"color": "blue"}, **version), "status": {"phase": "Other"}}
    return ["status" in made, set_status, lab.tell("PUT", f"{lab.widgets}/one", main)]


def status_read(lab: Lab) -> Any:
    """GET of the status subresource is the whole object."""
    lab.make_widget("one")
    return lab.tell("GET", f"{lab.widgets}/one/status")


def status_where_there_is_none(lab: Lab) -> Any:
    """A ConfigMap has no status: 404 that names no object."""
    lab.make("one")
    return [lab.tell("GET", f"{lab.configmaps}/one/status"), lab.ask("PUT", f"{lab.configmaps}/one/status", {}).status]


def dry_run_of_writes(lab: Lab) -> Any:
    """Each write answers as it would, and nothing changes."""
    made = lab.make("one")
    at = f"{lab.configmaps}/one?dryRun=All"
    told = [
        lab.tell("POST", f"{lab.configmaps}?dryRun=All", configmap("two")),
        lab.tell("PUT", at, configmap("one", {"a": "1"})),
        lab.tell("PATCH", at, {"data": {"b": "2"}}, content_type="application/merge-patch+json"),
        lab.tell("DELETE", at),
    ]
    return [told, lab.names(lab.configmaps), lab.ask("GET", f"{lab.configmaps}/one").body == made]


def dry_run_refuses_as_well(lab: Lab) -> Any:
    """A dry run finds the same faults."""
    lab.make("one")
    return [
        lab.ask("POST", f"{lab.configmaps}?dryRun=All", configmap("one")).status,
        lab.tell("POST", f"{lab.configmaps}?dryRun=Some", configmap("two")),
    ]


def leases_are_contended_for(lab: Lab) -> Any:
    """A Lease keeps its microseconds; who writes an old version loses."""
    spec = {"holderIdentity": "a", "leaseDurationSeconds": 15, "renewTime": "2026-01-01T00:00:00.123456Z"}
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "leader"}, "spec": spec}
    made = lab.ask("POST", lab.leases, lease).body
    lease["metadata"] = made["metadata"]
    lease["spec"] = {**spec, "holderIdentity": "b", "leaseTransitions": 1}
    won = lab.ask("PUT", f"{lab.leases}/leader", lease)
    lost = lab.tell("PUT", f"{lab.leases}/leader", lease)
    return [made["spec"]["renewTime"][-8:], won.status, won.body["spec"]["holderIdentity"], lost]


def events_are_objects(lab: Lab) -> Any:
    """Events of the core group, found by what they are about."""
    involved = {"kind": "ConfigMap", "name": "one", "namespace": lab.namespace}
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "one.1"},
        "involvedObject": involved,
        "reason": "Tested",
        "message": "a probe",
        "type": "Normal",
        "count": 1,
        "source": {"component": "probe"},
        "firstTimestamp": "2026-01-01T00:00:00Z",
        "lastTimestamp": "2026-01-01T00:00:00Z",
    }
    events = lab.core("events")
    told = lab.tell("POST", events, event)
    found = [lab.names(f"{events}?fieldSelector=involvedObject.name%3D{name}") for name in ("one", "two")]
    repeated = lab.ask("PATCH", f"{events}/one.1", {"count": 2}, content_type="application/merge-patch+json")
    return [told, found, repeated.body["count"]]


def secrets_keep_their_data(lab: Lab) -> Any:
    """Its stringData is encoded into data, and a type is given to who has none."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "one"}, "stringData": {"a": "b"}}
    return lab.tell("POST", lab.core("secrets"), secret)

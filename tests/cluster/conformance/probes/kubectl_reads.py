"""kubectl where it reads: its commands, with exit codes and what they print."""

from __future__ import annotations

import time
from typing import Any

from tests.cluster.conformance.lab import GROUP, Lab, pod, widget


def get(lab: Lab) -> Any:
    """A table of what is there; nothing is no error; what is missing is one."""
    none = lab.kubectl("get", "configmaps")
    lab.make("one", {"a": "1", "b": "2"})
    lab.make("two")
    return [none, lab.kubectl("get", "configmaps"), lab.kubectl("get", "cm", "two"), lab.kubectl("get", "cm", "none")]


def get_widgets(lab: Lab) -> Any:
    """The columns of the definition, by every name that the resource has."""
    lab.put_up({**widget("one", {"color": "red", "size": 2}), "status": {"phase": "Ready"}})
    names = ("widgets", "widget", "wd", f"widgets.{GROUP}", f"widgets.v1.{GROUP}", "wd/one", "toys")
    return {name: lab.kubectl("get", name) for name in names} | {"wide": lab.kubectl("get", "wd", "-o", "wide")}


def get_as_yaml(lab: Lab) -> Any:
    """-o yaml of one and of several."""
    lab.make("one", labels={"a": "b"})
    lab.make_widget("one")
    return [lab.kubectl("get", "cm", "one", "-o", "yaml"), lab.kubectl("get", "wd", "-o", "yaml")]


def get_as_json(lab: Lab) -> Any:
    """-o json of one and of none."""
    lab.make("one")
    return [lab.kubectl("get", "cm", "one", "-o", "json"), lab.kubectl("get", "wd", "-o", "json")]


def get_some_columns(lab: Lab) -> Any:
    """custom-columns, jsonpath, name, labels as columns, sorted, without a header."""
    lab.make("one", labels={"app": "web"})
    lab.make("two")
    forms = (
        ("-o", "custom-columns=NAME:.metadata.name,APP:.metadata.labels.app"),
        ("-o", "jsonpath={.items[*].metadata.name}"),
        ("-o", "name"),
        ("-L", "app"),
        ("--show-labels",),
        ("--sort-by=.metadata.name", "--no-headers"),
    )
    return [lab.kubectl("get", "cm", *form) for form in forms]


def get_selected(lab: Lab) -> Any:
    """By labels, by fields, in chunks, all namespaces."""
    for name in ("one", "two", "three"):
        lab.make(name, labels={"app": name, "lab": lab.namespace})
    forms = (
        ("-l", "app in (one,two)"),
        ("--field-selector", "metadata.name=three"),
        ("--chunk-size=1",),
        ("-A", "-l", f"lab={lab.namespace}"),
    )
    return [lab.kubectl("get", "cm", *form) for form in forms]


def get_unknown(lab: Lab) -> Any:
    """A resource that is not there, a namespace that is not there, a selector that is none."""
    return [
        lab.kubectl("get", "nonesuches"),
        lab.kubectl("get", "cm", "-n", "no-such-namespace"),
        lab.kubectl("get", "cm", "-l", "a b"),
        lab.kubectl("get", "cm", "--field-selector", "data.a=b"),
    ]


def get_pods(lab: Lab) -> Any:
    """A Pod's own columns."""
    lab.put_up(pod("one"))
    lab.put_up(pod("two", phase="Failed"))
    return lab.kubectl("get", "pods")


def get_namespaces(lab: Lab) -> Any:
    """Status and age."""
    return lab.kubectl("get", "namespace", lab.namespace)


def get_raw(lab: Lab) -> Any:
    """--raw is the answer itself."""
    return [lab.kubectl("get", "--raw", "/readyz"), lab.kubectl("get", "--raw", "/nonesuch")]


def watch(lab: Lab) -> Any:
    """-w begins with the table of what is there."""
    lab.make_widget("one")
    told = lab.kubectl("get", "wd", "-w", "--request-timeout=2s")
    return told["stdout"]


def describe(lab: Lab) -> Any:
    """A ConfigMap, a widget, one that is missing."""
    lab.make("one", {"a": "1"}, labels={"x": "y"}, annotations={"n": "o"})
    lab.put_up({**widget("one", {"color": "red"}), "status": {"phase": "Ready"}})
    return [
        lab.kubectl("describe", "cm", "one"),
        lab.kubectl("describe", "wd", "one"),
        lab.kubectl("describe", "wd", "none"),
    ]


def describe_with_events(lab: Lab) -> Any:
    """The events of an object are shown with it, and by themselves."""
    made = lab.make_widget("one")
    metadata = made["metadata"]
    involved = {key: metadata[key] for key in ("name", "namespace", "uid")}
    involved |= {"apiVersion": made["apiVersion"], "kind": made["kind"]}
    now = metadata["creationTimestamp"]
    lab.put_up(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "one.1"},
            "involvedObject": involved,
            "reason": "Tested",
            "message": "a probe was here",
            "type": "Normal",
            "count": 3,
            "source": {"component": "probe"},
            "firstTimestamp": now,
            "lastTimestamp": now,
        }
    )
    return [lab.kubectl("describe", "wd", "one"), lab.kubectl("get", "events"), lab.kubectl("events")]


def wait_for_a_condition(lab: Lab) -> Any:
    """A condition that holds, one that does not, a value at a path."""
    status = {"phase": "Up", "conditions": [{"type": "Ready", "status": "True"}]}
    lab.put_up({**widget("one"), "status": status})
    return [
        lab.kubectl("wait", "wd/one", "--for=condition=Ready", "--timeout=10s"),
        lab.kubectl("wait", "wd/one", "--for=condition=Other", "--timeout=2s"),
        lab.kubectl("wait", "wd/one", "--for=jsonpath={.status.phase}=Up", "--timeout=10s"),
        lab.kubectl("wait", "wd/none", "--for=condition=Ready", "--timeout=2s"),
    ]


def resources(lab: Lab) -> Any:
    """api-resources and api-versions know the definition."""
    versions = lab.kubectl("api-versions")["stdout"].splitlines()
    return [
        lab.kubectl("api-resources", f"--api-group={GROUP}", "-o", "wide"),
        lab.kubectl("api-resources", "--categories=toys", "-o", "name"),
        [version for version in versions if version.startswith(GROUP) or version in {"v1", "apps/v1", "batch/v1"}],
    ]


def definitions(lab: Lab) -> Any:
    """The definition among its kind, and its fields explained."""
    return [
        lab.kubectl("get", "crd", f"widgets.{GROUP}", "-o", "name"),
        _explained(lab, "widgets.spec.color"),
    ]


def _explained(lab: Lab, what: str) -> Any:
    """What a field is, once the server tells of its kind: of a new one it does so in its own time."""
    deadline = time.monotonic() + 60
    while (told := lab.kubectl("explain", what))["exit"] and time.monotonic() < deadline:
        time.sleep(0.2)
    return told


def permissions(lab: Lab) -> Any:
    """The administrator can."""
    return [
        lab.kubectl("auth", "can-i", "delete", "configmaps"),
        lab.kubectl("auth", "can-i", "get", f"widgets.{GROUP}"),
    ]

"""kubectl: its commands, with exit codes and what they print."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import GROUP, Lab, configmap, pod, widget

HELD = "example.com/hold"


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


def create(lab: Lab) -> Any:
    """With -f, twice, and one without a name."""
    items = [configmap("one"), widget("one")]
    nameless = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"labels": {"a": "b"}}}
    return [
        lab.kubectl("create", "-f", "-", stdin=items),
        lab.kubectl("create", "-f", "-", stdin=items),
        lab.kubectl("create", "-f", "-", stdin=[nameless]),
        lab.kubectl("create", "-f", "-", stdin="no: object"),
    ]


def create_invalid(lab: Lab) -> Any:
    """What the schema refuses, kubectl shows; so do unknown fields."""
    return [
        lab.kubectl("create", "-f", "-", stdin=[widget("one", {"color": "pink"})]),
        lab.kubectl("create", "-f", "-", stdin=[widget("two", {"color": "red", "unknown": 1})]),
        lab.kubectl("create", "-f", "-", "--validate=warn", stdin=[widget("three", {"color": "red", "unknown": 1})]),
    ]


def create_by_command(lab: Lab) -> Any:
    """The commands that make an object from arguments."""
    return [
        lab.kubectl("create", "configmap", "one", "--from-literal=a=1"),
        lab.kubectl("create", "namespace", f"{lab.namespace}-more"),
        lab.kubectl("create", "serviceaccount", "one"),
        lab.kubectl("get", "cm", "one", "-o", "jsonpath={.data}"),
        lab.kubectl("delete", "namespace", f"{lab.namespace}-more", "--wait=false"),
    ]


def apply(lab: Lab) -> Any:
    """created, unchanged, configured; what is no longer there goes."""
    first = [configmap("one", {"a": "1", "b": "2"}), widget("one", {"color": "red"})]
    second = [configmap("one", {"b": "3"}), widget("one", {"color": "blue"})]
    return [
        lab.kubectl("apply", "-f", "-", stdin=first),
        lab.kubectl("apply", "-f", "-", stdin=first),
        lab.kubectl("apply", "-f", "-", stdin=second),
        lab.kubectl("get", "cm", "one", "-o", "jsonpath={.data}"),
        lab.kubectl("get", "wd", "one", "-o", "jsonpath={.spec}"),
    ]


def apply_a_dry_run(lab: Lab) -> Any:
    """--dry-run=server asks and changes nothing; diff says what would change."""
    lab.kubectl("apply", "-f", "-", stdin=[configmap("one", {"a": "1"})])
    told = lab.kubectl("apply", "--dry-run=server", "-f", "-", stdin=[configmap("one", {"a": "2"})])
    return [told, lab.kubectl("get", "cm", "one", "-o", "jsonpath={.data.a}")]


def apply_on_the_server(lab: Lab) -> Any:
    """serverside-applied; a conflict with another manager is shown, --force-conflicts takes the field."""
    text = [configmap("one", {"a": "1"})]
    other = [configmap("one", {"a": "2"})]
    return [
        lab.kubectl("apply", "--server-side", "-f", "-", stdin=text),
        lab.kubectl("apply", "--server-side", "-f", "-", stdin=text),
        lab.kubectl("apply", "--server-side", "--field-manager=other", "-f", "-", stdin=other),
        lab.kubectl("apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", "-", stdin=other),
    ]


def replace(lab: Lab) -> Any:
    """With -f, of what is there and of what is not."""
    lab.make("one")
    return [
        lab.kubectl("replace", "-f", "-", stdin=[configmap("one", {"a": "1"})]),
        lab.kubectl("replace", "-f", "-", stdin=[configmap("none")]),
    ]


def label(lab: Lab) -> Any:
    """Set, refuse to overwrite, overwrite, take away."""
    lab.make("one")
    return [lab.kubectl("label", "cm", "one", *change) for change in _changes()]


def annotate(lab: Lab) -> Any:
    """Set, refuse to overwrite, overwrite, take away."""
    lab.make_widget("one")
    return [lab.kubectl("annotate", "wd", "one", *change) for change in _changes()]


def patch(lab: Lab) -> Any:
    """Each type of patch; one that changes nothing; the status; what a custom resource cannot."""
    lab.make("one")
    lab.make_widget("one")
    return [
        lab.kubectl("patch", "cm", "one", "-p", '{"data":{"a":"1"}}'),
        lab.kubectl("patch", "cm", "one", "-p", '{"data":{"a":"1"}}'),
        lab.kubectl("patch", "wd", "one", "--type=merge", "-p", '{"spec":{"color":"red"}}'),
        lab.kubectl("patch", "wd", "one", "--type=json", "-p", '[{"op":"remove","path":"/spec/color"}]'),
        lab.kubectl("patch", "wd", "one", "--subresource=status", "--type=merge", "-p", '{"status":{"phase":"Up"}}'),
        lab.kubectl("get", "wd", "one", "-o", "jsonpath={.status.phase}"),
        lab.kubectl("patch", "wd", "one", "-p", '{"spec":{"color":"red"}}'),
        lab.kubectl("patch", "cm", "none", "-p", "{}"),
    ]


def delete(lab: Lab) -> Any:
    """By name, by file, by label; what is missing, with and without leave."""
    for name in ("one", "two", "three"):
        lab.make(name, labels={"app": "web"})
    return [
        lab.kubectl("delete", "cm", "one"),
        lab.kubectl("delete", "-f", "-", stdin=[configmap("two")]),
        lab.kubectl("delete", "cm", "-l", "app=web"),
        lab.kubectl("delete", "cm", "one"),
        lab.kubectl("delete", "cm", "one", "--ignore-not-found"),
        lab.kubectl("delete", "cm", "--all"),
    ]


def delete_and_wait(lab: Lab) -> Any:
    """--wait=false comes back at once; wait --for=delete waits; a timeout is said."""
    lab.make("one", finalizers=[HELD])
    return [
        lab.kubectl("delete", "cm", "one", "--wait=false"),
        lab.kubectl("wait", "cm/one", "--for=delete", "--timeout=2s"),
        lab.kubectl("patch", "cm", "one", "--type=merge", "-p", '{"metadata":{"finalizers":null}}'),
        lab.kubectl("wait", "cm/one", "--for=delete", "--timeout=30s"),
    ]


def delete_in_other_ways(lab: Lab) -> Any:
    """Cascades by name, dry run, at once."""
    for name in ("one", "two", "three"):
        lab.make_widget(name)
    lab.put_up(pod("one", node="nowhere"))
    return [
        lab.kubectl("delete", "wd", "one", "--dry-run=server"),
        lab.kubectl("delete", "wd", "one", "--cascade=foreground"),
        lab.kubectl("delete", "wd", "two", "--cascade=orphan"),
        lab.kubectl("delete", "wd", "three", "--now"),
        lab.kubectl("delete", "pod", "one", "--force", "--grace-period=0"),
    ]


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
        lab.kubectl("explain", "widgets.spec.color"),
    ]


def permissions(lab: Lab) -> Any:
    """The administrator can."""
    return [
        lab.kubectl("auth", "can-i", "delete", "configmaps"),
        lab.kubectl("auth", "can-i", "get", f"widgets.{GROUP}"),
    ]


def _changes() -> tuple[tuple[str, ...], ...]:
    return (("a=b",), ("a=b",), ("a=c",), ("a=c", "--overwrite"), ("a-",), ("a-",))

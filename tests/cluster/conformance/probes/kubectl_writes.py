"""kubectl where it writes: its commands, with exit codes and what they print."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import Lab, configmap, pod, widget

HELD = "example.com/hold"


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


def _changes() -> tuple[tuple[str, ...], ...]:
    return (("a=b",), ("a=b",), ("a=c",), ("a=c", "--overwrite"), ("a-",), ("a-",))

"""Lists: pages, selectors, and the forms in which they may be asked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.cluster.conformance.lab import Lab, pod, widget

PARTIAL = {"Accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}
PARTIAL_OBJECT = {"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}
TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}


def empty(lab: Lab) -> Any:
    """An empty list is a list with a resourceVersion."""
    return [lab.tell("GET", lab.configmaps), lab.tell("GET", lab.widgets)]


def items_have_no_kind(lab: Lab) -> Any:
    """Items of built-in types leave out what the list says; custom ones do not."""
    lab.make("one")
    lab.make_widget("one")
    return [lab.tell("GET", lab.configmaps), lab.tell("GET", lab.widgets)]


def pages(lab: Lab) -> Any:
    """Each says how many remain; all have the resourceVersion of the first."""
    for number in range(5):
        lab.make(f"item-{number}")
    seen, versions = [], set()
    path = f"{lab.configmaps}?limit=2"
    while path:
        body = lab.ask("GET", path).body
        metadata = body["metadata"]
        versions.add(metadata["resourceVersion"])
        seen.append([[each["metadata"]["name"] for each in body["items"]], metadata.get("remainingItemCount")])
        path = f"{lab.configmaps}?limit=2&continue={quote(metadata['continue'])}" if metadata.get("continue") else ""
    return [seen, len(versions)]


def pages_are_of_one_moment(lab: Lab) -> Any:
    """What is made, changed or deleted between two pages does not show in the second."""
    for number in range(4):
        lab.make(f"item-{number}")
    first = lab.ask("GET", f"{lab.configmaps}?limit=1").body["metadata"]
    lab.make("item-2b")
    lab.ask("DELETE", f"{lab.configmaps}/item-3")
    lab.make("one")
    return lab.names(f"{lab.configmaps}?limit=9&continue={quote(first['continue'])}")


def page_with_a_selector(lab: Lab) -> Any:
    """With a selector nobody counts the rest."""
    for number in range(4):
        lab.make(f"item-{number}", labels={"a": "b"})
    body = lab.ask("GET", f"{lab.configmaps}?limit=1&labelSelector=a%3Db").body
    return [len(body["items"]), "remainingItemCount" in body["metadata"], bool(body["metadata"].get("continue"))]


def page_that_holds_all(lab: Lab) -> Any:
    """No token, nothing remaining; a limit of 0 is none."""
    lab.make("one")
    return [lab.ask("GET", f"{lab.configmaps}?limit={limit}").body["metadata"] for limit in (0, 1, 9)]


def bad_tokens(lab: Lab) -> Any:
    """400; a token goes with no resourceVersion."""
    lab.make("one")
    lab.make("two")
    token = quote(lab.ask("GET", f"{lab.configmaps}?limit=1").body["metadata"]["continue"])
    invalid = lab.tell("GET", f"{lab.configmaps}?limit=1&continue=none")
    invalid["body"]["message"] = invalid["body"]["message"].partition(":")[0]
    return [
        invalid,
        lab.tell("GET", f"{lab.configmaps}?limit=1&continue={token}&resourceVersion=1"),
    ]


def expired_token(lab: Lab) -> Any:
    """410 Expired, with a token that goes on at another moment; the first moment is older than the widgets."""
    for number in range(3):
        lab.make_widget(f"item-{number}")
    token = lab.ask("GET", f"{lab.widgets}?limit=1").body["metadata"]["continue"]
    token = lab.cluster.expire(token)
    told = lab.tell("GET", f"{lab.widgets}?limit=1&continue={quote(token)}")
    onward = told["body"]["metadata"].pop("continue", "")
    return [told, lab.names(f"{lab.widgets}?limit=9&continue={quote(onward)}") if onward else None]


def across_namespaces(lab: Lab) -> Any:
    """A list of all namespaces is in the order of namespace and name."""
    other = lab.cluster.namespace()
    for namespace in (lab.namespace, other):
        for name in ("b", "a"):
            metadata = {"name": name, "namespace": namespace, "labels": {"across": lab.namespace}}
            lab.cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    items = lab.ask("GET", f"/api/v1/configmaps?labelSelector=across%3D{lab.namespace}").body["items"]
    found = [(each["metadata"]["namespace"], each["metadata"]["name"]) for each in items]
    return [found == sorted(found), [name for _, name in found]]


def label_selectors(lab: Lab) -> Any:
    """Every form of the syntax, with what it takes."""
    lab.make("plain")
    lab.make("web", labels={"app": "web", "tier": "1"})
    lab.make("api", labels={"app": "api", "tier": "2"})
    lab.make("blank", labels={"app": ""})
    selectors = (
        "app=web",
        "app==web",
        "app!=web",
        "app in (web,api)",
        "app in (web, )",
        "app notin (web)",
        "app",
        "!app",
        "app=",
        "tier>1",
        "tier<2",
        "app=web,tier=1",
        "app=web,tier=2",
        "app in (web,api),!none",
        " app = web ",
        "",
    )
    return {text: lab.names(f"{lab.configmaps}?labelSelector={quote(text)}") for text in selectors}


def bad_label_selectors(lab: Lab) -> Any:
    """400 for what cannot be read."""
    texts = ("app in web", "a,,b", "=web", "app=web,", "tier>x", "a b", "app in ()", "a/b/c=d")
    answers = {text: lab.ask("GET", f"{lab.configmaps}?labelSelector={quote(text)}") for text in texts}
    return {text: [answer.status, answer.body.get("reason")] for text, answer in answers.items()}


def field_selectors(lab: Lab) -> Any:
    """Name and namespace for all; phase and node for Pods."""
    lab.make("one")
    lab.make("two")
    lab.put_up(pod("here", node="here", phase="Failed"))
    lab.put_up(pod("nowhere", phase="Succeeded"))
    lab.make_widget("one")
    asked = {
        lab.configmaps: (
            "metadata.name=one",
            "metadata.name!=one",
            f"metadata.namespace={lab.namespace}",
            "metadata.namespace=x",
        ),
        lab.pods: (
            "status.phase=Failed",
            "spec.nodeName=here",
            "spec.nodeName=",
            "status.phase!=Failed,metadata.name=here",
        ),
        lab.widgets: ("metadata.name=one", "metadata.name=two"),
    }
    return {
        f"{path.rpartition('/')[2]} {text}": lab.names(f"{path}?fieldSelector={quote(text)}")
        for path, texts in asked.items()
        for text in texts
    }


def unsupported_field_selectors(lab: Lab) -> Any:
    """400 with the field that is not to be had."""
    return [
        lab.tell("GET", f"{lab.configmaps}?fieldSelector=data.key%3Dvalue"),
        lab.tell("GET", f"{lab.widgets}?fieldSelector=spec.color%3Dred"),
        lab.tell("GET", f"{lab.pods}?fieldSelector=metadata.labels%3Dx"),
        lab.ask("GET", f"{lab.configmaps}?fieldSelector=some").status,
    ]


def versions_of_a_list(lab: Lab) -> Any:
    """Version 0 and NotOlderThan take what is there; Exact needs a version; an odd match is refused."""
    made = lab.make("one")["metadata"]["resourceVersion"]
    lab.make("two")
    return [
        lab.names(f"{lab.configmaps}?resourceVersion={made}&resourceVersionMatch=Exact"),
        lab.names(f"{lab.configmaps}?resourceVersion={made}&resourceVersionMatch=NotOlderThan"),
        lab.tell("GET", f"{lab.configmaps}?resourceVersionMatch=Exact"),
        lab.tell("GET", f"{lab.configmaps}?resourceVersion=0&resourceVersionMatch=Exact"),
        lab.ask("GET", f"{lab.configmaps}?resourceVersion={made}&resourceVersionMatch=Some").status,
    ]


def metadata_alone(lab: Lab) -> Any:
    """PartialObjectMetadataList: the metadata of each, and nothing else."""
    lab.make("one", labels={"a": "b"})
    lab.make_widget("one")
    return [
        lab.tell("GET", lab.configmaps, headers=PARTIAL),
        lab.tell("GET", lab.widgets, headers=PARTIAL),
        lab.tell("GET", f"{lab.configmaps}/one", headers=PARTIAL_OBJECT),
    ]


def metadata_alone_in_pages(lab: Lab) -> Any:
    """Pages of metadata are pages."""
    for name in ("one", "two"):
        lab.make(name)
    body = lab.ask("GET", f"{lab.configmaps}?limit=1", headers=PARTIAL).body
    metadata = body["metadata"]
    return [body["kind"], len(body["items"]), metadata["remainingItemCount"], bool(metadata["continue"])]


def metadata_alone_of_nothing(lab: Lab) -> Any:
    """A Status stays a Status; a form that nobody serves is refused unless another is accepted."""
    unknown = "application/json;as=Nothing;v=v1;g=meta.k8s.io"
    lab.make("one")
    return [
        lab.tell("GET", f"{lab.configmaps}/none", headers=PARTIAL_OBJECT),
        lab.ask("GET", f"{lab.configmaps}/one", headers={"Accept": unknown}).status,
        lab.ask("GET", f"{lab.configmaps}/one", headers={"Accept": f"{unknown},application/json"}).body["kind"],
    ]


def table_of_printer_columns(lab: Lab) -> Any:
    """The columns that a CustomResourceDefinition declares, priorities and types with them."""
    lab.put_up({**widget("one", {"color": "red", "size": 2}), "status": {"phase": "Ready"}})
    lab.make_widget("two", {"color": "blue"})
    told = lab.tell("GET", lab.widgets, headers=TABLE)
    for row in told["body"]["rows"]:
        row["cells"][-1] = "an age"
    return told


def table_of_one(lab: Lab) -> Any:
    """One object is a table of one row; includeObject says how much of it is in the row."""
    lab.make_widget("one")
    told = {}
    for how in ("None", "Metadata", "Object"):
        row = lab.ask("GET", f"{lab.widgets}/one?includeObject={how}", headers=TABLE).body["rows"][0]
        told[how] = [row["cells"][:2], row["object"] and row["object"]["kind"]]
    return told


def table_of_configmaps(lab: Lab) -> Any:
    """Name, number of entries and age."""
    lab.make("one", {"a": "1", "b": "2"})
    body = lab.ask("GET", lab.configmaps, headers=TABLE).body
    columns = [[each["name"], each["type"], each["format"], each["priority"]] for each in body["columnDefinitions"]]
    return [body["kind"], columns, [row["cells"][:2] for row in body["rows"]], sorted(body["metadata"])]

"""What files hold: lists in lists, streams, nothing at all; and what is no object, named for what it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from zen_gc_core.cli.reading.documents import Document, FileError, Told
from zen_gc_core.cli.reading.files import read_documents

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}} for name in "abc")
EMPTY = {"apiVersion": "v1", "kind": "List", "items": []}


def listed(*items: Any, kind: str = "List") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "items": list(items)}


def name_of(document: Document) -> str:
    plain = document.plain
    return f"{plain['kind']}/{plain['metadata']['name']}"


def read(tmp_path: Path, name: str, text: str) -> tuple[list[str], Told]:
    told = Told()
    (tmp_path / name).write_text(text)
    return [name_of(document) for document in read_documents([str(tmp_path / name)], told)], told


NESTED = listed(A, listed(B, listed(C)))
HOLDING = [
    (json.dumps(NESTED), "abc"),
    (json.dumps(listed({"metadata": {"name": "a"}}, kind="ConfigMapList")), "a"),
    (json.dumps({"apiVersion": "v1", "kind": "List", "items": None}), ""),
    (json.dumps(listed(kind="ConfigMapList")), ""),
    (json.dumps(A) + json.dumps(B), "ab"),
    (f"{json.dumps(A)}\n{json.dumps(listed(B))}\n\n{json.dumps(C, indent=2)}\n", "abc"),
    (f"{json.dumps(EMPTY)}\n{json.dumps(EMPTY)}", ""),
    (f"{json.dumps(A)}\n---\n{json.dumps(B)}\n", "ab"),
]


@pytest.mark.parametrize(("text", "names"), HOLDING)
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_every_object_is_found_however_it_is_packed(tmp_path: Path, text: str, names: str, form: str) -> None:
    """Lists in lists, streams of JSON texts, and lists of nothing."""
    found, told = read(tmp_path, f"objects.{form}", text)
    assert found == [f"ConfigMap/{name}" for name in names]
    assert told.lists or len(names) == 2


def test_an_object_of_a_stream_is_placed_by_its_line(tmp_path: Path) -> None:
    """A file of a thousand lines has one wrong one."""
    (tmp_path / "objects.json").write_text(f"{json.dumps(A)}\n{json.dumps({'kind': 'ConfigMap'})}\n")
    with pytest.raises(FileError, match=r"objects\.json:2: apiVersion is missing"):
        list(read_documents([str(tmp_path / "objects.json")]))


POLICY_KINDS = "(it has GarbageCollectionPolicy and ClusterGarbageCollectionPolicy)"
STRANGERS: list[tuple[Any, str]] = [
    (
        {"apiVersion": "meta.k8s.io/v1", "kind": "Table", "rows": []},
        "it is a Table, the columns that kubectl prints, and not the objects: use -o json or -o yaml",
    ),
    (
        {"apiVersion": "v1", "kind": "Status", "status": "Failure", "message": "pods is\nforbidden\u202e"},
        (
            "it is a Status, an answer of the API server (pods is forbidden\\u202e), and not the objects: "
            "use -o json or -o yaml of a list"
        ),
    ),
    (
        {"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": {"name": "a"}},
        "it is a PartialObjectMetadata, metadata without the rest of the objects: use -o json or -o yaml",
    ),
    (
        {"type": "ADDED", "object": A},
        "it is an event of a watch: leave out --output-watch-events",
    ),
    (
        {"apiVersion": "v1", "kind": "Config", "clusters": []},
        "it is a kubeconfig, and not an object: --kubeconfig takes it",
    ),
    (
        {"rules": [{"id": "a", "resources": ["pods"], "jmespath": "x", "ttl": "1d"}]},
        (
            "these are rules of kube-janitor: zen-gc reads GarbageCollectionPolicy and ClusterGarbageCollectionPolicy "
            "of gc.kube-zen.io/v1alpha1; zen-gc import --from kube-janitor -f FILE makes such of them"
        ),
    ),
    (
        {"policies": [{"name": "a", "resource": "k8s.pod"}]},
        "these are policies of Cloud Custodian: zen-gc reads GarbageCollectionPolicy",
    ),
    ({"targetResources": [], "ttl": {}}, "it is the spec of a policy alone: write it below spec:, with apiVersion: "),
    (
        {"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": "GarbageColectionPolicy", "metadata": {"name": "a"}},
        (
            "gc.kube-zen.io has no kind 'GarbageColectionPolicy'; did you mean 'GarbageCollectionPolicy'? "
            + POLICY_KINDS
        ),
    ),
    (
        {"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": "Cleaner", "metadata": {"name": "a"}},
        f"gc.kube-zen.io has no kind 'Cleaner' {POLICY_KINDS}",
    ),
]


@pytest.mark.parametrize(("document", "words"), STRANGERS)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_no_object_is_named_for_what_it_is(
    tmp_path: Path, document: dict[str, Any], words: str, *, packed: bool
) -> None:
    """With what gives the right output, by itself and in a stream."""
    text = json.dumps(A) + "\n" if packed else ""
    (tmp_path / "it.json").write_text(text + json.dumps(document))
    with pytest.raises(FileError) as refused:
        list(read_documents([str(tmp_path / "it.json")]))
    place = str(tmp_path / "it.json") + (":2" if packed else "")
    assert str(refused.value).startswith(f"{place}: {words}")


def test_the_table_for_people_is_named_too(tmp_path: Path) -> None:
    """It is not even JSON."""
    with pytest.raises(FileError, match="it is the table that kubectl prints for people: use -o json or -o yaml"):
        read(tmp_path, "pods.txt.yaml", "NAME    READY   STATUS\na       1/1     Running\n")


def test_what_other_programs_read_in_a_directory_is_passed_over_with_a_note(tmp_path: Path) -> None:
    """The rest of the directory is read; given by name, such a file is read as any other."""
    for name in ("kustomization.yaml", "Chart.yaml", "values.yaml"):
        (tmp_path / name).write_text("resources: [a.json]\n")
    (tmp_path / "a.json").write_text(json.dumps(A))
    told = Told()
    assert [name_of(document) for document in read_documents([str(tmp_path)], told)] == ["ConfigMap/a"]
    assert told.notes == [
        f"{tmp_path}/Chart.yaml: passed over: helm template renders it",
        f"{tmp_path}/kustomization.yaml: passed over: kubectl kustomize builds it",
        f"{tmp_path}/values.yaml: passed over: helm template renders it",
    ]
    with pytest.raises(FileError, match=r"kustomization\.yaml:1: apiVersion is missing"):
        list(read_documents([str(tmp_path / "kustomization.yaml")]))

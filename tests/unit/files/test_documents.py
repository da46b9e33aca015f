"""What files hold: lists in lists, streams, nothing at all; and what is no object, named for what it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml

from zen_gc_core.cli.reading import files
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


LINES = [json.dumps(each) for each in (A, B, C)]
BROKEN = [
    (f"{LINES[0]}\n{LINES[1][:-9]}", "2: no JSON: it ends before it is complete, as what was cut short"),
    (f"{LINES[0][:-9]}\n{LINES[1]}\n{LINES[2]}\n", "1: no JSON: a text in quotes does not end on its line"),
    (f"{LINES[0]}\n\n{LINES[1]},\n{LINES[2]}\n", "3: no JSON: Extra data, at character "),
    (f"{LINES[0]}\nkind: ConfigMap\n", "2: no JSON: Extra data, at character 1 of the line"),
    (
        f'{LINES[0]}\n{{"kind": "ConfigMap",\n "metadata" {{}}}}\n',
        "3: no JSON: Expecting ':' delimiter, at character 13 of",
    ),
    (f"{LINES[0]} {LINES[1]} {{\n", "1: no JSON: it ends before it is complete"),
    (f"{LINES[0]}\n[1, 2]\n", "2: a manifest is a map with apiVersion and kind, not a list"),
    (f"{LINES[0]}\n{json.dumps({**B, 'metadata': {}})}\n", "2: ConfigMap: metadata.name is missing"),
    (f'{LINES[0]}\n{{"apiVersion": "v1", "kind": 5}}\n', "2: kind is missing"),
    (f'{{"apiVersion": "v1", "kind": 5}}\n{LINES[0]}\n', "1: kind is missing"),
    (json.dumps(listed(A, B), indent=2)[:-20], "16: no JSON: it ends before it is complete, as what was cut short"),
    ('{"apiVersion": "v1",, "kind": "List"}', "1: no JSON: "),
]


@pytest.mark.parametrize(("text", "words"), BROKEN)
def test_a_broken_text_of_a_stream_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    """And not the first, and not as YAML."""
    (tmp_path / "objects.json").write_text(text)
    with pytest.raises(FileError) as refused:
        [document.candidate() for document in read_documents([str(tmp_path / "objects.json")])]
    assert str(refused.value).startswith(f"{tmp_path / 'objects.json'}:{words}")


def test_what_is_no_json_and_follows_json_after_a_marker_is_yaml(tmp_path: Path) -> None:
    """As kubectl reads it."""
    text = f"{LINES[0]}\n---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: b}}}}\n---\n{LINES[2]}\n"
    assert read(tmp_path, "objects.yaml", text)[0] == ["ConfigMap/a", "ConfigMap/b", "ConfigMap/c"]


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n \n", " ", "", "\n---\n", "\n--- \n---\n\n"])
def test_texts_of_a_stream_are_parted_wherever_they_stand(tmp_path: Path, between: str) -> None:
    """Values that look like ends and beginnings are values."""
    odd = {**A, "data": {"a": "}\n{", "b": '}{"', "c": "é\u2028]\n[", "\n---\n": "x"}}
    for indent in (None, 2):
        texts = [json.dumps(each, indent=indent, ensure_ascii=False) for each in (odd, listed(B, odd), odd, policy())]
        (tmp_path / "objects.json").write_text(between.join(texts), newline="")
        found = list(read_documents([str(tmp_path / "objects.json")]))
        assert [each.plain["metadata"]["name"] for each in found] == ["a", "b", "a", "a", "p"]
        assert all(each.plain == odd for each in (found[0], found[2], found[3]))
        assert [each.is_policy for each in found] == [False] * 4 + [True]


def policy() -> dict[str, Any]:
    return {"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": "GarbageCollectionPolicy", "metadata": {"name": "p"}}


def test_a_large_stream_is_read_once(tmp_path: Path) -> None:
    """Each object stays its text; of each the line is known. Looked for from the begin of the file, it took hours."""
    number = 60_000
    with (tmp_path / "objects.json").open("w") as file:
        file.writelines(json.dumps({**A, "metadata": {"name": f"a-{each}"}}) + "\n" for each in range(number))
    found = list(read_documents([str(tmp_path / "objects.json")]))
    assert len(found) == number
    assert all(isinstance(each.content, msgspec.Raw) for each in found)
    assert found[-1].source == f"{tmp_path / 'objects.json'}:{number}"
    assert found[-1].identity() == ("", f"a-{number - 1}")


def test_items_of_a_yaml_list_have_the_lines_that_they_stand_on(tmp_path: Path) -> None:
    """In lists in lists, too."""
    text = yaml.safe_dump(listed(A, listed(B, policy())), sort_keys=False)
    (tmp_path / "objects.yaml").write_text(text)
    a, b, p = read_documents([str(tmp_path / "objects.yaml")])
    rows = text.splitlines()
    for document, name in ((a, "a"), (b, "b"), (p, "p")):
        line = document.line_of("metadata.name")
        assert line is not None
        assert rows[line - 1].strip() == f"name: {name}"
        assert "apiVersion" in rows[(document.line_of() or 0) - 1]


def test_an_object_of_yaml_is_held_as_its_text_and_says_the_same() -> None:
    """What JSON spells otherwise stays decoded."""
    value = {**A, "data": {"a": "x"}, "spec": {"n": 3, "f": 1.5, "t": True, "none": None}}
    whole = Document(value, "v1", "ConfigMap", "a.yaml", 3, {"metadata": 5, "metadata.name": 6, "data": 7})
    held = whole.stored()
    assert isinstance(held.content, msgspec.Raw)
    assert held.plain == value
    assert held.candidate().object == whole.candidate().object
    assert (held.place(), held.place("metadata"), held.place("metadata.name")) == ("a.yaml:3", "a.yaml:5", "a.yaml:5")
    for odd in (float("inf"), "\ud800"):
        kept = Document({**A, "spec": {"n": odd}}, "v1", "ConfigMap", "a.yaml", 3)
        assert kept.stored() is kept


def test_what_kubectl_reads_otherwise_is_told_of_some_objects_and_counted(tmp_path: Path) -> None:
    """A program writes it into each of thousands."""
    texts = (f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a-{each}, labels: {{n: x}}}}\n" for each in range(9))
    found, told = read(tmp_path, "objects.yaml", "---\n".join(texts))
    assert len(found) == 9
    path = tmp_path / "objects.yaml"
    assert [note.partition(": ")[0] for note in told.notes] == [
        *(f"{path}:{4 * each + 3}" for each in range(5)),
        str(path),
    ]
    assert told.notes[-1] == f"{path}: 4 more values of objects that kubectl reads otherwise"


def test_yaml_may_be_large_where_its_documents_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest one counts, and its line is told."""
    monkeypatch.setattr(files, "LARGEST_YAML", 200)
    small = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    found, _ = read(tmp_path, "objects.yaml", "---\n".join([small] * 30))
    assert len(found) == 30
    with pytest.raises(FileError, match=r"objects\.yaml:4: a YAML document larger than 0 MiB: use JSON"):
        read(tmp_path, "objects.yaml", f"{small}---\n{small}data:\n  a: |\n{'    --- x' * 40}\n---\n{small}")


def test_standard_input_is_read_once() -> None:
    """Named twice, the second would be empty."""
    with pytest.raises(FileError, match="-f -: standard input is read once, and asked for 2 times"):
        list(read_documents(["-", "-"]))

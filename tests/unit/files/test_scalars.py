"""Plain scalars: what is read here is what kubectl reads, or is refused. go-yaml itself wrote the table.

Where Go and its module cache are there, the program beside this file is asked about scalars that nobody chose, too.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from zen_gc_core.cli.reading.scalars import ScalarError, plain_scalar
from zen_gc_core.cli.reading.yamls import YamlError, read_yaml

HERE = Path(__file__).parent
TABLE: list[list[Any]] = json.loads((HERE / "kubectl_reads.json").read_text())
ALPHABET = "01234567890123456789abcdefABxXoObByYnNtTfFeE__++--..:"
LARGEST = 2**63 - 1

REFUSED = [
    ("NO", "NO is text in YAML 1.2, but false to kubectl: quote it, 'NO'"),
    ("y", "y is text in YAML 1.2, but true to kubectl: quote it, 'y'"),
    ("On", "On is text in YAML 1.2, but true to kubectl: quote it, 'On'"),
    ("010", "010 is the number 10 in YAML 1.2, but the number 8 to kubectl: quote it, '010'"),
    ("1_000", "1_000 is text in YAML 1.2, but the number 1000 to kubectl: quote it, '1_000'"),
    ("0b11", "0b11 is text in YAML 1.2, but the number 3 to kubectl: quote it, '0b11'"),
    ("-0x1F", "-0x1F is text in YAML 1.2, but the number -31 to kubectl: quote it, '-0x1F'"),
    (
        "9223372036854775808",
        (
            "9223372036854775808 is the number 9223372036854775808 in YAML 1.2, "
            "but the number 9.223372036854776e+18 to kubectl: quote it, '9223372036854775808'"
        ),
    ),
    (".nan", ".nan is not a value that JSON can hold"),
    ("-.INF", "-.INF is not a value that JSON can hold"),
]
READ = [
    ("", None),
    ("~", None),
    ("null", None),
    ("true", True),
    ("FALSE", False),
    ("0o10", 8),
    ("0x1F", 31),
    ("08", 8),
    ("-0", 0),
    (".5", 0.5),
    ("1.0", 1),
    ("1e3", 1000),
    ("1e400", "1e400"),
    ("1:30", "1:30"),
    ("2026-01-01", "2026-01-01"),
    ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ("yEs", "yEs"),
    ("norway", "norway"),
    ("0.5.0", "0.5.0"),
    ("-", "-"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_kubectl_reads_otherwise_is_refused(text: str, message: str) -> None:
    """With both readings, and what to write instead."""
    with pytest.raises(ScalarError) as refused:
        plain_scalar(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(("text", "value"), READ)
def test_what_kubectl_reads_alike_is_read(text: str, value: object) -> None:
    """Numbers as JSON has them: without a fraction they are integers."""
    found = plain_scalar(text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("text", ["NO", "y", "n", "010", "1_000", "0b11", "-0x1F", "9223372036854775808", "<<"])
def test_a_document_with_such_a_scalar_says_so_with_its_line(text: str) -> None:
    """As a value and as a key; the same text in quotes, or called text where PyYAML lets it be told, is text."""
    for line in (f"a: {text}", f"{text}: a"):
        if line == "a: <<":
            continue
        try:
            (read,) = read_yaml(f"b: 1\n{line}\n")
            places = [doubt.line for doubt in read.doubts]
        except YamlError as refused:
            places = [refused.line]
        assert places == [2]
    (document,) = read_yaml(f"a: '{text}'\n'{text}': a\n")
    assert document.value == {"a": text, text: "a"}


def test_what_is_called_text_is_text() -> None:
    """As kubectl reads it."""
    (document,) = read_yaml("a: !!str 5\nb: !!str 010\nc: !!str no\n")
    assert document.value == {"a": "5", "b": "010", "c": "no"}


@pytest.mark.parametrize("row", TABLE, ids=[row[0][:30] for row in TABLE])
def test_no_scalar_of_the_table_is_read_otherwise_than_by_kubectl(row: list[Any]) -> None:
    """Values and keys; what is refused here may be anything to kubectl."""
    assert fault(*row) is None


@pytest.mark.timeout(900)
def test_no_scalar_at_all_is_read_otherwise_than_by_kubectl(tmp_path: Path) -> None:
    """Scalars that nobody chose, asked of sigs.k8s.io/yaml; a failure names the seed."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("needs Go")
    environment = os.environ | {"GOPROXY": "off", "GOFLAGS": "-mod=mod"}
    shutil.copytree(HERE / "kubectl_reads", tmp_path / "program")
    built = subprocess.run(
        [go, "build", "-o", "program"], cwd=tmp_path / "program", env=environment, capture_output=True, check=False
    )
    if built.returncode:
        pytest.skip("needs sigs.k8s.io/yaml in Go's module cache")
    seed = random.randrange(2**32)
    scalars = plain(random.Random(seed), 4000)
    ran = subprocess.run(
        [str(tmp_path / "program/program")], input=json.dumps(scalars), capture_output=True, text=True, check=True
    )
    faults = [
        told for scalar, row in zip(scalars, json.loads(ran.stdout), strict=True) if (told := fault(scalar, *row))
    ]
    assert len(scalars) > 1000
    assert faults == [], f"seed {seed}"


def plain(chance: random.Random, number: int) -> list[str]:
    """Texts that are one plain scalar both as a value and as a key, many of them near those of the table."""
    made = {near(chance) if chance.random() < 0.6 else word(chance) for _ in range(number)}
    return sorted(filter(is_plain, made))


def word(chance: random.Random) -> str:
    return "".join(chance.choice(ALPHABET) for _ in range(chance.randint(1, 6)))


def near(chance: random.Random) -> str:
    letters = list(chance.choice(TABLE)[0][:40])
    for _ in range(chance.randint(0, 2)):
        letters[(at := chance.randint(0, len(letters))) : at + chance.randint(0, 1)] = chance.choice(ALPHABET)
    return "".join(letters)


def is_plain(text: str) -> bool:
    try:
        value, key = (yaml.compose(f"{line}\n", Loader=yaml.SafeLoader) for line in (f"a: {text}", f"{text}: a"))
    except yaml.YAMLError:
        return False
    nodes = [pair for node in (value, key) if isinstance(node, yaml.MappingNode) for pair in node.value]
    return len(nodes) == 2 and nodes[0][1].value == nodes[1][0].value == text and not nodes[0][1].style


def fault(text: str, value: dict[str, Any] | None, key: dict[str, Any] | None) -> str | None:
    """How a scalar is read here otherwise than by kubectl; None where it is not."""
    try:
        (document,) = read_yaml(f"a: {text}\n")
        ours = document.value["a"]
    except YamlError:
        return None
    if document.doubts:
        return None
    theirs = sent(value["a"]) if value is not None else "refused"
    if value is None or type(ours) is not type(theirs) or ours != theirs:
        return f"value {text!r}: {ours!r} here, {theirs!r} to kubectl"
    try:
        (document,) = read_yaml(f"{text}: a\n")
    except YamlError:
        return None
    return (
        None if document.doubts or document.value == key else f"key {text!r}: {document.value} here, {key} to kubectl"
    )


def sent(value: Any) -> Any:
    """A value as the server reads it: what is no int64 is a float, and a float without a fraction an integer."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int):
        return value if -LARGEST - 1 <= value <= LARGEST else float(value)
    return int(value) if value.is_integer() and abs(value) <= LARGEST else value

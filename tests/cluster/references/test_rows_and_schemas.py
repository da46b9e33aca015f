"""The rows of references against what a real API server says of its kinds: no field that may name another is forgotten."""

from __future__ import annotations

import re

import pytest
from zen_gc_conditions.references import reference_rows

from apiserver.build import oldest
from tests.cluster.references.excuses import EXCUSED, excuse_of
from tests.cluster.references.schemas import fields_of, listed_kinds
from zen_gc_core import Exhaustive, Reference
from zen_gc_core.engine.kinds import own_group

ROWS = reference_rows()
EXHAUSTIVE = {(row.group, row.kind) for row in ROWS if isinstance(row, Exhaustive)}
SHAPELESS = re.compile(r"^metadata\.|\.metadata\.(annotations|name)$")
"""What every object has."""
READ_WHOLE = {("resource.k8s.io", kind) for kind in ("DeviceClass", "ResourceClaim", "ResourceClaimTemplate")}
"""Kubernetes' own kinds of which any text counts: the parameters of a device are its driver's."""

NAMES = re.compile(r"(?i)name|ref$|reference|secret|configmap|claim|serviceaccount|datasource|parameter|object")
"""Fields that may name something, by how they are called; of others, by their type."""
TYPES = re.compile(r"(Reference|KeySelector|EnvSource|Projection|ParamRef|Subject)$|^free$")


def _rows_of(group, kind):
    """The paths of the rows of a kind, and the fields beside them that they look at."""
    for row in ROWS:
        if isinstance(row, Reference) and (row.group, row.kind) == (group, kind):
            yield row.path
            yield from (f"{row.path.rpartition('.')[0]}.{beside}" for beside in row.beside)


def _covered(rows, path):
    """Whether a row looks at a field, below it, or at all that is around it."""
    inside = (".", "[", "{")
    return any(row == path or row.startswith(tuple(path + each for each in inside)) for row in rows) or any(
        path.startswith(tuple(row + each for each in inside)) for row in rows
    )


def _may_name(field):
    name = field.path.rpartition(".")[2]
    return bool(TYPES.search(field.type) or (NAMES.search(name) and field.type not in {"boolean", "integer"}))


def _suspicious(kinds):
    """Every field that may name something, of each kind that is said to use nothing but what its rows say."""
    for (group, kind), versions in kinds.items():
        if (group, kind) in EXHAUSTIVE:
            rows = set(_rows_of(group, kind))
            for schema, schemas in versions.values():
                for field in fields_of(schema, schemas):
                    if _may_name(field):
                        yield kind, field, _covered(rows, field.path)


@pytest.fixture(scope="module")
def kinds(real_cluster):
    """What the server says."""
    return listed_kinds(real_cluster)


@pytest.fixture(scope="module")
def newest_kinds(kinds):
    """What the newest server says: an older one lacks kinds and fields of which there are rows and excuses."""
    if oldest():
        pytest.skip("the rows are held against the newest server")
    return kinds


@pytest.mark.real
def test_every_field_that_may_name_another_has_a_row_or_an_excuse(newest_kinds):
    """In each version; and each excuse is needed."""
    forgotten, used = [], set()
    for kind, field, covered in _suspicious(newest_kinds):
        if not covered:
            used.add(excuse := excuse_of(kind, field.path))
            if excuse is None:
                forgotten.append(f"{kind} {field.path} ({field.type})")
    assert forgotten == []
    assert {each for known in EXCUSED.values() for each in known} - used == set()


@pytest.mark.real
def test_each_row_is_about_a_field_that_the_server_has(kinds):
    """A row that is misspelt finds nothing, and nobody would notice."""
    strange = []
    for row in ROWS:
        versions = kinds.get((row.group, row.kind), {}) if isinstance(row, Reference) else {}
        for version in versions.keys() & set(getattr(row, "versions", ())):
            schema, schemas = versions[version]
            paths = {field.path for field in fields_of(schema, schemas)}
            if row.path not in paths and not SHAPELESS.search(row.path):
                strange.append(f"{row.kind} {row.path}")
    assert strange == []


@pytest.mark.real
def test_every_kind_of_the_server_is_read_by_its_rows_or_whole(newest_kinds):
    """A kind that comes with a newer server is read whole until its schema was looked at; rows are of versions it serves."""
    of_kubernetes = {kind for kind in newest_kinds if own_group(kind[0])}  # others install their own on this server
    assert of_kubernetes - EXHAUSTIVE == READ_WHOLE
    for row in ROWS:
        served = newest_kinds.get((row.group, row.kind)) if isinstance(row, Reference) else None
        assert served is None or set(row.versions) & set(served), row

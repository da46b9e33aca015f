"""Which fields an expression reads, as its tree tells."""

from __future__ import annotations

import pytest

from zen_gc_core.expressions.jmespath import compile_jmespath


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("status.phase == 'Succeeded'", {("status", "phase")}),
        ('metadata.labels."a/b" || kind', {("metadata", "labels", "a/b"), ("kind",)}),
        ("metadata | labels | app", {("metadata", "labels", "app")}),
        ("age(metadata.creationTimestamp) > `60`", {("metadata", "creationTimestamp")}),
        ("spec.containers[*].image", {("spec", "containers")}),
        ("spec.containers[0].image", {("spec", "containers")}),
        ("spec.containers[?image == spec].name", {("spec", "containers")}),
        ("sort_by(status.conditions, &at)[-1].type", {("status", "conditions")}),
        ("map(&metadata.name, items)", {("items",)}),
        ("keys(metadata.labels)", {("metadata", "labels")}),
        ("metadata.labels.*", {("metadata", "labels")}),
        ("metadata.[name, namespace]", {("metadata",)}),
        ("[metadata.name, kind]", {("metadata", "name"), ("kind",)}),
        ("{n: metadata.name}.n == 'x'", {("metadata", "name")}),
        ("metadata.labels && metadata.labels.app", {("metadata", "labels")}),
        ("(spec || status).phase", {("spec",), ("status",)}),
        ("!(metadata.ownerReferences)", {("metadata", "ownerReferences")}),
        ("status | 'x'", set()),
        ("'x' == 'x'", set()),
        ("now()", set()),
        ("@", {()}),
        ("*", {()}),
        ("[]", {()}),
        ("length(@)", {()}),
        ("metadata.name && @ == `{}`", {()}),
    ],
)
def test_the_fields_that_an_expression_reads_are_known(text, reads):
    """Paths from the root, none within another; the empty path is the whole document."""
    assert compile_jmespath(text).reads == reads

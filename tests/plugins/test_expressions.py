"""The matchers ``cel`` and ``jmespath``: only true collects."""

from __future__ import annotations

import pytest
from zen_gc_conditions.expressions import CEL, JMESPATH

from zen_gc_core import InputError, Undecided
from zen_gc_core.testing import ask, compile_keyword, explain

JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "a", "namespace": "team", "labels": {"app": "web"}},
    "spec": {"suspend": True, "backoffLimit": 5},
}
TEAM = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team", "labels": {"tier": "dev"}}}


@pytest.mark.parametrize(
    ("keyword", "expression", "holds"),
    [
        (CEL, "object.spec.suspend", True),
        (CEL, "object.spec.backoffLimit > 5", False),
        (CEL, ["object.kind == 'Job'", "object.metadata.labels.app == 'web'"], True),
        (CEL, ["object.kind == 'Job'", "object.spec.backoffLimit > 5"], False),
        (CEL, ["object.spec.typo", "false"], False),
        (CEL, "policy.name == 'tested'", True),
        (CEL, "now > timestamp('2025-12-31T00:00:00Z')", True),
        (JMESPATH, "spec.suspend", True),
        (JMESPATH, "spec.backoffLimit > `5`", False),
        (JMESPATH, ["kind == 'Job'", "metadata.labels.app == 'web'"], True),
        (JMESPATH, ["spec.typo", "`false`"], False),
    ],
)
def test_true_holds_and_false_does_not(keyword, expression, holds):
    """Of a list, all must hold; one false is false, whatever else cannot be told."""
    assert ask(keyword, expression, JOB) is holds


@pytest.mark.parametrize(
    ("keyword", "expression", "reason"),
    [
        (CEL, "object.spec.backoffLimit", "cel yields a number, not true or false"),
        (CEL, "object.metadata.name", "cel yields text, not true or false"),
        (CEL, "object.spec", "cel yields a map, not true or false"),
        (CEL, "null", "cel yields null, not true or false"),
        (CEL, "now", "cel yields a datetime, not true or false"),
        (CEL, "object.spec.typo", "cel: no such key: typo"),
        (CEL, ["true", "object.spec.typo"], "cel: no such key: typo"),
        (JMESPATH, "spec.typo", "jmespath yields null, not true or false"),
        (JMESPATH, "spec.suspend && metadata.name", "jmespath yields text, not true or false"),
        (JMESPATH, "spec.*", "jmespath yields a list, not true or false"),
        (JMESPATH, "abs(spec.suspend)", "jmespath: "),
    ],
)
def test_anything_else_is_undecided(keyword, expression, reason):
    """A value that is no boolean, and every error: the object is kept, with the reason."""
    with pytest.raises(Undecided, match=reason):
        ask(keyword, expression, JOB)


def test_cel_sees_the_objects_namespace():
    """As ``namespaceObject``; one that cannot be read is undecided."""
    expression = "namespaceObject.metadata.labels.tier == 'dev'"
    assert ask(CEL, expression, JOB, namespaces=[TEAM]) is True
    with pytest.raises(Undecided, match="Namespace team cannot be read"):
        ask(CEL, expression, JOB)


@pytest.mark.parametrize("keyword", [CEL, JMESPATH])
def test_it_says_which_expression_is_false(keyword):
    """The first false one of a list, on one line."""
    text = "spec.backoffLimit\n  > `5`" if keyword is JMESPATH else "object.spec.backoffLimit\n  > 5"
    true = "spec.suspend" if keyword is JMESPATH else "object.spec.suspend"
    assert explain(keyword, [true, text], JOB) == f"{keyword.name} is false: {' '.join(text.split())}"


@pytest.mark.parametrize(
    ("keyword", "expression", "reads"),
    [
        (CEL, "object.metadata.labels.app == 'web'", ["metadata.labels.app"]),
        (CEL, ["object.spec.suspend", "has(object.status.active)"], ["spec.suspend", "status.active"]),
        (CEL, ["object.spec.suspend", "object == {}"], None),
        (CEL, "now > timestamp('2025-12-31T00:00:00Z')", []),
        (JMESPATH, "metadata.labels.app == 'web'", ["metadata.labels.app"]),
    ],
)
def test_what_an_expression_reads_is_declared(keyword, expression, reads):
    """Together for all of a list; the whole object as soon as one reads it."""
    assert compile_keyword(keyword, expression).reads == reads


@pytest.mark.parametrize(
    ("keyword", "expression", "problem"),
    [
        (CEL, "object.(", "cel: "),
        (CEL, ["true", "nosuch(1)"], r"cel\[1\]: "),
        (CEL, "unknown.spec", "cel: "),
        (JMESPATH, ["a", "b["], r"jmespath\[1\]: "),
        (JMESPATH, "nosuch(@)", "jmespath: "),
        (CEL, "", "must be an expression"),
        (CEL, [], "must be an expression"),
        (CEL, ["true", ""], "must be an expression"),
        (JMESPATH, True, "must be an expression"),
        (JMESPATH, None, "must be an expression"),
        (JMESPATH, [["a"]], "must be an expression"),
    ],
)
def test_what_does_not_compile_is_refused(keyword, expression, problem):
    """With its place in the list; unknown functions and variables too."""
    with pytest.raises(InputError, match=problem):
        ask(keyword, expression, JOB)

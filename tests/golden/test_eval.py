"""``zen-gc eval``: what an expression yields, why, and at what cost."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from zen_gc_core.cli.commands.eval import command
from zen_gc_core.cli.evaluating import second_opinion
from zen_gc_core.errors import InputError

OBJECTS = """\
apiVersion: v1
kind: Namespace
metadata: {name: team-a, labels: {tier: dev}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: team-a, creationTimestamp: "2026-01-01T00:00:00Z", labels: {app: web}}
status: {phase: Failed}
"""


@pytest.fixture
def objects(tmp_path):
    """A file with a Namespace and a Pod in it."""
    path = tmp_path / "objects.yaml"
    path.write_text(OBJECTS)
    return path


def ask(objects, *arguments):
    """The answer about the Pod, and the exit code."""
    done = CliRunner().invoke(
        command, [*arguments, "-f", str(objects), "-o", "json", "--now", "2026-01-02T00:00:00Z"], standalone_mode=False
    )
    if done.exception is not None:
        raise done.exception
    (found,) = [one for one in json.loads(done.stdout)["results"] if one["kind"] == "Pod"]
    return found, done.return_value


@pytest.mark.parametrize(
    ("arguments", "value", "kind", "verdict"),
    [
        (["object.status.?phase == optional.of('Failed')"], True, "bool", "holds"),
        (["object.kind == 'Job'"], False, "bool", "does not hold"),
        (["size(object.kind)"], None, None, "undecided: neither true nor false"),
        (["object.kind == 'Namespace' || namespaceObject.metadata.labels.tier == 'dev'"], True, "bool", "holds"),
        (["now - timestamp('2026-01-01T00:00:00Z') == duration('24h')"], True, "bool", "holds"),
        (["policy.namespace == 'default'"], True, "bool", "holds"),
        (["-l", "jmespath", "kind == 'Pod'"], True, "boolean", "holds"),
        (["-l", "jmespath", "kind"], "Pod", "string", "undecided: neither true nor false"),
    ],
)
def test_an_expression_is_answered_as_a_policy_would_hear_it(objects, arguments, value, kind, verdict):
    """Value, type and verdict, over the variables that a policy's conditions have."""
    found, _ = ask(objects, *arguments)
    assert found["verdict"] == verdict
    if kind is not None:
        assert (found["value"], found["type"]) == (value, kind)


def test_an_object_that_cannot_be_judged_is_said_and_makes_the_exit_code_1(objects):
    """A missing field is an error of CEL."""
    found, code = ask(objects, "object.status.nope.a == 1")
    assert found["verdict"] == "undecided: no such key: nope"
    assert code == 1


def test_a_trace_shows_every_part_and_the_cost(objects):
    """Inner parts come before outer ones."""
    found, code = ask(objects, "[1, 2].all(x, x > 0)", "--trace")
    parts = [step["expression"] for step in found["trace"]]
    assert parts[-1] == "[1, 2].all(x, x > 0)"
    assert parts.count("x > 0") == 2
    assert found["cost"]["steps"] > 0
    assert code == 0


@pytest.mark.parametrize("language", ["cel", "jmespath"])
def test_an_expression_that_does_not_compile_is_shown_with_a_caret(objects, language):
    """The place, what is wrong, the text, and a mark under the fault."""
    with pytest.raises(InputError) as refused:
        ask(objects, "-l", language, "nope(object)")
    place, text, mark = str(refused.value).split("\n")
    assert place.startswith("1:")
    assert (text, mark.strip()) == ("nope(object)", "^")


@pytest.mark.parametrize(
    ("expression", "agrees", "because"),
    [
        ("object.kind == 'Pod' && object.metadata.name.startsWith('w')", True, None),
        ("object.status.?phase.orValue('') == 'Failed'", False, "it has no optional values (`.?`, `[?`, `{?`)"),
        ("string(true) == 'true'", False, "string() spells booleans and doubles as Python does"),
        ("object.nope.a == 1", True, None),
    ],
)
def test_a_second_opinion_is_shown_beside_the_first_and_changes_nothing(objects, expression, agrees, because):
    """What cel-python's interpreter says, and the reason where it is known to say something else."""
    alone, code = ask(objects, expression)
    found, code_with = ask(objects, expression, "--second-opinion")
    second = found.pop("secondOpinion")
    assert (second["agrees"], second["because"]) == (agrees, because)
    assert (found, code_with) == (alone, code)


def test_a_second_opinion_that_takes_too_long_is_an_answer_like_another(objects, monkeypatch):
    """Its process is ended; the first opinion stands."""
    monkeypatch.setattr(second_opinion, "TIMEOUT_SECONDS", 0.01)
    found, _ = ask(objects, "true", "--second-opinion")
    assert found["verdict"] == "holds"
    assert "no answer in 0.01 s" in found["secondOpinion"]["error"]


def test_there_is_no_second_opinion_on_jmespath(objects):
    """cel-python does not know it."""
    with pytest.raises(InputError, match="does not know JMESPath"):
        ask(objects, "-l", "jmespath", "kind", "--second-opinion")

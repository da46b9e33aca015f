"""The Go program's TTL cases (``ttl.json``): its policies in its spelling, rewritten, compiled and judged by the engine."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.judging import decide
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.protections import Protections
from zen_gc_core.errors import Undecided
from zen_gc_core.instants import parse_instant
from zen_gc_core.keywords import Namespace, Run
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.plugins import installed_entry_points, load_plugins

REPOSITORY = Path(__file__).parents[3]
DATA = Path(os.environ.get("ZEN_GC_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
FILE = DATA.parent / "vectors" / "ttl.json"
CASES = json.loads(FILE.read_text())["cases"] if FILE.is_file() else []
VOCABULARY = load_plugins(installed_entry_points()).vocabulary

IMPOSSIBLE = {"ttl-017": "an annotation that is no text: no API server stores such an object, and here it is kept"}
"""Cases that no cluster can hold, with the reason."""
WAITING = {"not_expired": Verdict.WAIT, "condition_not_met": Verdict.KEEP}
"""The Go program's reasons not to delete, as verdicts."""


INSTANTS = [case for case in CASES if "ttl" in case["input"]]
DECISIONS = [case for case in CASES if "policy" in case["input"]]


def test_the_cases_are_there():
    """Without the shared vectors nothing below runs, and that is said."""
    if not CASES:
        pytest.skip("NOT RUN (the vectors are not here; ZEN_GC_TEST_DATA names the folder beside them)")
    assert len(INSTANTS) + len(DECISIONS) == 28


def _compile(spec):
    document = {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "vector", "namespace": "default"},
        "spec": {"targetResource": {"apiVersion": "example.com/v1", "kind": "Example"}, **spec},
    }
    return compile_policy(parse_policy(document), VOCABULARY)


def _candidate(resource):
    return JsonCandidate.from_object({**resource, "metadata": {"name": "vector", **resource.get("metadata", {})}})


def _run(case, compilation):
    now = parse_instant(case["input"]["now"])
    return Run(now, compilation.reference, lambda name: Namespace(name, {}, {}))


@pytest.mark.parametrize("case", INSTANTS, ids=[case["id"] for case in INSTANTS])
def test_a_ttl_comes_to_what_its_documentation_promised(case):
    """The same instant, expiry or refusal as in the Go program, or as its case says for this project."""
    expected = {**case["expected"], **case.get("ours", {})}
    if "ours" in case:
        expected.pop("error", None)
    compilation = _compile({"ttl": case["input"]["ttl"]})
    if compilation.compiled is None:
        assert expected.get("error"), [str(error) for error in compilation.errors]
        return
    run, candidate = _run(case, compilation), _candidate(case["input"]["resource"])
    if case["id"] in IMPOSSIBLE:
        assert decide(compilation.compiled, candidate, run, Protections()).verdict is Verdict.KEEP
    elif expected.get("error"):
        with pytest.raises(Undecided):
            compilation.compiled.expiry(candidate, run)
    else:
        instant = compilation.compiled.expiry(candidate, run)
        if "expired" in expected:
            assert (run.now > instant) is expected["expired"]
        else:
            tolerance = dt.timedelta(seconds=expected["toleranceSeconds"])
            assert abs(instant - parse_instant(expected["expiresAt"])) <= tolerance


@pytest.mark.parametrize("case", DECISIONS, ids=[case["id"] for case in DECISIONS])
def test_an_object_is_deleted_exactly_where_the_go_program_meant_to(case):
    """Its decision and its reason, as verdicts; a policy without a TTL is refused here."""
    expected = case["expected"]
    policy = {name: value for name, value in case["input"]["policy"].items() if name != "targetResource"}
    compilation = _compile(policy)
    if expected["reason"] == "no_ttl":
        assert [error.path for error in compilation.errors] == ["spec.ttl"]
        return
    decision = decide(
        compilation.compiled, _candidate(case["input"]["resource"]), _run(case, compilation), Protections()
    )
    assert decision.verdict is (Verdict.ACT if expected["delete"] else WAITING[expected["reason"]])

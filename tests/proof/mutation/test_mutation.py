"""Mutants are programs that differ from ours, in modules whose tests are there; who lives has its reason."""

from __future__ import annotations

import ast
import random

import pytest

from tests.proof.mutation.__main__ import reasons
from tests.proof.mutation.mutants import mutants
from tests.proof.mutation.reached import Reached
from tests.proof.mutation.trees import MODULES, ROOT, TESTS, End, tried

EACH = """\
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from other import Name
LIMIT: Final = 5
def f(value: "1 < 2", most=3):
    '''1 < 2.'''
    if value < most and not value:
        raise KeyError(f"{1 < 2}")
    note(value)
    return value if True else None
@cache(maxsize=4)
def g():
    if LIMIT:
        return False
    return None
"""


def test_each_place_that_runs_is_written_differently(tmp_path):
    """Once each; what only people and type checkers read is not."""
    (tmp_path / "each.py").write_text(EACH)
    found = {(each.line, each.before, each.after) for each in mutants(tmp_path, "each.py")}
    assert found == {
        (4, "5", "6"),
        (5, "3", "4"),
        (7, "value < most and not value", "(value < most or not value)"),
        (7, "value < most", "(value <= most)"),
        (7, "not value", "bool(value)"),
        (8, 'raise KeyError(f"{1 < 2}")', "pass"),
        (9, "note(value)", "pass"),
        (10, "return value if True else None", "return None"),
        (10, "value if True else None", "(None if True else value)"),
        (10, "True", "False"),
        (14, "False", "True"),
    }


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_mutant_is_a_program_and_another_one(module):
    """In whatever place it differs."""
    source = (ROOT / module).read_bytes()
    whole = ast.dump(ast.parse(source))
    found = list(mutants(ROOT, module))
    assert len(found) >= 15
    for mutant in random.Random(1).sample(found, 10):
        assert ast.dump(ast.parse(mutant.of(source))) != whole, str(mutant)


def test_whoever_lives_for_a_reason_is_a_mutant_of_today():
    """A reason for a place that is not there any more says nothing."""
    places = {mutant.place for module in MODULES for mutant in mutants(ROOT, module)}
    known = reasons()
    assert set(known) <= places
    assert all(len(reason.split()) >= 3 for reason in known.values())


def test_of_a_mutant_those_tests_run_that_reach_it_the_quickest_file_by_file(tmp_path):
    """Not those that take too long together; of what runs when it is imported all that reach, or name, the module."""
    (tmp_path / "each.py").write_text(EACH)
    seconds = {
        "a.py::slow": 50.0,
        "a.py::quick": 1.0,
        "b.py::one": 2.0,
        "b.py::other": 3.0,
        "c.py::slowest": 50.0,
        "d.py::names": 0.5,
    }
    lines = {4: {""}, 7: {"a.py::slow", "b.py::one", "b.py::other", "a.py::quick", "c.py::slowest"}, 14: {"b.py::one"}}
    reached = Reached({"each.py": lines}, seconds, {"each.py": {"d.py"}})
    chosen = {each.line: reached.of(each) for each in mutants(tmp_path, "each.py")}
    assert chosen[14] == (("b.py::one",), 2.0)
    assert chosen[7] == (("b.py::one", "b.py::other", "a.py::quick", "a.py::slow"), 56.0)
    assert chosen[4] == (("d.py::names", *chosen[7].names), 56.5)
    assert chosen[10] == ((), 0)


def test_a_mutant_that_no_test_reaches_lives(tmp_path):
    """Nothing is run for it."""
    (tmp_path / "each.py").write_text(EACH)
    (mutant, *_) = mutants(tmp_path, "each.py")
    assert tried(tmp_path, mutant, (), 0.0) is End.LIVES


def test_the_tests_that_are_recorded_are_there():
    """A path that is gone would end the recording."""
    assert [path for path in TESTS if not (ROOT / path).exists()] == []

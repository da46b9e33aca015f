"""What compiling needs at run time, and that generated files are current."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools import cel_grammar
from zen_gc_core.expressions.cel.library import FUNCTIONS, LIBRARIES
from zen_gc_core.expressions.cel.reference import reference

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "cel.md"

PROGRAM = """
import sys
from zen_gc_core.expressions.cel import Environment
assert Environment().compile("object.a.matches('a') && timestamp(object.b) < now").result_type == "bool"
print([name for name in ("lark", "celpy", "jmespath", "kubernetes", "pydantic", "pendulum") if name in sys.modules])
"""


def test_compiling_imports_neither_lark_nor_celpy():
    """So that checking a policy offline stays quick, and needs no directory for a cache."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=240)
    assert done.stdout.strip() == "[]"


def test_the_table_of_the_grammar_is_current():
    """``python tools/cel_grammar.py`` makes it anew, always the same."""
    assert cel_grammar.TABLE.read_text(encoding="utf-8") == cel_grammar.serialize(cel_grammar.build_table())


def test_the_reference_is_current():
    """``python -m zen_gc_core.expressions.cel.reference > docs/reference/cel.md`` makes it anew."""
    assert PAGE.read_text(encoding="utf-8") == reference()


def test_every_function_is_documented_and_none_is_declared_twice():
    """The reference is made of the table."""
    keys = [(function.name, function.member, function.argument_types) for function in FUNCTIONS]
    assert len(keys) == len(set(keys))
    assert all(function.documentation.endswith(".") for function in FUNCTIONS)
    assert all(LIBRARIES.values())

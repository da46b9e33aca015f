"""Generated expressions against the jmespath library, and against what the analysis of fields promises.

The library is corrected where zen-gc differs from it on purpose; `docs/reference/jmespath.md` lists the same points.
"""

from __future__ import annotations

import json
import re

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jmespath import compile as compile_with_library
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter

from zen_gc_core.errors import BudgetExceededError, ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.jmespath import compile_jmespath

NAMES = ["a", "b", "c", "d"]
WORDS = ["", "a", "ab", "b", "10", "x y"]
NUMBERS = [-1, 0, 1, 2, 1.0, 0.5]

scalars = st.sampled_from([None, True, False, *NUMBERS, *WORDS])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(st.sampled_from(NAMES), values, min_size=2)

literals = st.one_of(
    st.sampled_from(WORDS).map(lambda word: f"'{word}'"),
    values.map(lambda value: f"`{json.dumps(value)}`"),
)
atoms = st.one_of(
    st.sampled_from([*NAMES, "@", "*", "[*]", "[]", "[0]", "[-1]", "[1:]", "[::-1]", "a.b", "a[0]", "b[*].a", '@."c"']),
    literals,
)
comparators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
unary_names = st.sampled_from(
    sorted(name for name, row in Functions.FUNCTION_TABLE.items() if len(row["signature"]) == 1)
)
binary_names = st.sampled_from(["contains", "ends_with", "join", "merge", "not_null", "starts_with"])
by_names = st.sampled_from(["max_by", "min_by", "sort_by"])


def composites(inner):
    suffixes = st.sampled_from([".a", ".b.c", "[0]", "[-2]", "[*]", "[*].a", ".*", "[]", "[:2]", "[].b", "[*].[a, b]"])
    return st.one_of(
        st.builds("({}){}".format, inner, suffixes),
        st.builds("{}[?{} {} {}]{}".format, st.sampled_from(["", *NAMES]), inner, comparators, inner, suffixes),
        st.builds("a[?{}]".format, inner),
        st.builds("({}) {} ({})".format, inner, comparators, inner),
        st.builds("({}) || {}".format, inner, inner),
        st.builds("({}) && {}".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("{} | {}".format, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{x: {}, a: {}}}".format, inner, inner),
        st.builds("{}({})".format, unary_names, inner),
        st.builds("{}({}, {})".format, binary_names, inner, inner),
        st.builds("map(&({}), {})".format, inner, inner),
        st.builds("{}({}, &({}))".format, by_names, inner, inner),
    )


expressions = st.recursive(atoms, composites, max_leaves=8)


def exact(value):
    """A form in which Python's equality is that of JSON, where true is not 1 and 1 is 1.0."""
    if isinstance(value, list):
        return "array", [exact(item) for item in value]
    if isinstance(value, dict):
        return "object", {key: exact(item) for key, item in value.items()}
    return ("number" if type(value) in (int, float) else type(value).__name__), value


class ExactFunctions(Functions):
    """The library's functions: exact equality, numbers as JSON spells them, objects where objects are asked for."""

    @signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, subject, search):
        return search in subject if isinstance(subject, str) else exact(search) in [exact(item) for item in subject]

    @signature({"types": ["object"], "variadic": True})
    def _func_merge(self, *objects):
        for each in objects[1:]:
            if not isinstance(each, dict):  # the library asks it of the first alone
                raise TypeError
        return super()._func_merge(*objects)

    @signature({"types": []})
    def _func_to_number(self, arg):
        if isinstance(arg, str) and not re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", arg):
            return None
        return super()._func_to_number(arg)


class ExactInterpreter(TreeInterpreter):
    """The library's interpreter with exact equality."""

    COMPARATOR_FUNC = TreeInterpreter.COMPARATOR_FUNC | {
        "eq": lambda left, right: exact(left) == exact(right),
        "ne": lambda left, right: exact(left) != exact(right),
    }


def by_the_library(text, document):
    interpreter = ExactInterpreter(Options(custom_functions=ExactFunctions()))
    try:
        return "value", exact(interpreter.visit(compile_with_library(text).parsed, document))
    except (ValueError, TypeError, OverflowError):  # the last two are the library's own raw errors
        return "error", None


def by_zen_gc(program, document):
    try:
        return "value", exact(program(document))
    except BudgetExceededError:
        return "budget", None
    except ExpressionError:
        return "error", None


def compiled_or_refused(text):
    try:
        return compile_jmespath(text)
    except ExpressionSyntaxError as error:
        return error


def compiled(text):
    """The program; expressions that are refused as senseless are not compared."""
    outcome = compiled_or_refused(text)
    assume(not isinstance(outcome, ExpressionSyntaxError))
    return outcome


RELAXED = [HealthCheck.filter_too_much, HealthCheck.too_slow]


@settings(max_examples=1000, deadline=None, suppress_health_check=RELAXED)
@given(expressions, documents)
def test_an_expression_yields_what_the_library_yields(text, document):
    """A value for a value, an error for an error (the library's bare ``TypeError`` included)."""
    outcome = by_zen_gc(compiled(text), document)
    assume(outcome[0] != "budget")
    assert outcome == by_the_library(text, document)


def pruned(document, paths):
    """What is left of a document when only some paths are fetched."""
    if () in paths:
        return document
    kept = {}
    for name, value in document.items():
        below = {path[1:] for path in paths if path[0] == name}
        if () in below or (below and not isinstance(value, dict)):
            kept[name] = value
        elif below:
            kept[name] = pruned(value, below)
    return kept


@settings(max_examples=500, deadline=None, suppress_health_check=RELAXED)
@given(expressions, documents)
def test_an_expression_reads_no_more_than_it_says(text, document):
    """On a document of only the fields it reads, it yields what it yields on the whole."""
    program = compiled(text)
    assert by_zen_gc(program, pruned(document, program.reads)) == by_zen_gc(program, document)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="ab.[]*?(){}|&!<=>'\"`@,:01- \n", max_size=60))
def test_any_text_is_a_program_or_one_error_with_its_place(text):
    """Nothing else leaves the compiler, and the place lies within the text."""
    outcome = compiled_or_refused(text)
    if isinstance(outcome, ExpressionSyntaxError):
        assert 1 <= outcome.line <= len(text.splitlines()) + 1
        assert outcome.column >= 1
        assert len(outcome.message.splitlines()) == 1
        assert len(outcome.excerpt.split("\n")) == 2
    else:
        assert by_zen_gc(outcome, {"a": [1]})[0] in ("value", "error")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(NAMES), inner),
)


@settings(max_examples=300, deadline=None, suppress_health_check=RELAXED)
@given(expressions | st.sampled_from(["age(a)", "timestamp(@)", "a[?age(b) > `1`]", "ceil(a)", "sum(*)"]), anything)
def test_any_document_gives_a_value_or_an_expression_error(text, document):
    """No JSON, however odd, brings out an error of Python's; numbers that JSON has not are no exception."""
    program = compiled(text)
    try:
        found = program(document)
    except ExpressionError:
        return
    assert found is None or type(found) in (bool, int, float, str, list, dict)

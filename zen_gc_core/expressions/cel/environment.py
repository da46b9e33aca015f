"""Compiling: an environment of variables and functions makes programs of expressions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import begin
from zen_gc_core.expressions.cel.checking import check
from zen_gc_core.expressions.cel.declarations import Declarations
from zen_gc_core.expressions.cel.dispatch import STANDARD_CLASSES, FunctionTable, outer
from zen_gc_core.expressions.cel.exact import ExactCompiler
from zen_gc_core.expressions.cel.fast import FastCompiler
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.library import CLASSES, FUNCTIONS
from zen_gc_core.expressions.cel.parsing import parse
from zen_gc_core.expressions.cel.reading import reads
from zen_gc_core.expressions.cel.times import parse_real_timestamp, real_timestamp
from zen_gc_core.texts import with_article

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zen_gc_core.expressions.cel.checked import Checked

VARIABLES: Final = ("object", "namespaceObject", "now", "policy")
"""The variables of a condition."""

_TYPES: Final[Mapping[str, str]] = {"now": "timestamp"}


class Program:
    """A compiled expression; it is made by :meth:`Environment.compile` and may be shared by threads.

    Attributes:
        source: The text of the expression.
        result_type: The type of its result, or ``dyn`` if only an evaluation knows it.
        reads: Of every variable that it names, the fields that it reads; the empty path is the whole variable.
        evaluate: The function of the variables' values, in the environment's order: yields a value of CEL in Python,
            or raises ``ExpressionError`` (over budget: ``BudgetExceededError``) and nothing else.
        checked: The syntax tree and what is known of it.
        variables: The names of the variables, in the order of the arguments.
        metered: Whether an evaluation may cost more than its text shows, and is counted.
    """

    __slots__ = ("_exact", "checked", "evaluate", "metered", "python", "reads", "result_type", "source", "variables")

    def __init__(self, source: str, checked: Checked, variables: Sequence[str]) -> None:
        self.source = source
        self.checked = checked
        self.variables = tuple(variables)
        self.result_type = checked.types[checked.tree]
        self.reads: Mapping[str, frozenset[tuple[str, ...]]] = reads(checked)
        self._exact: Callable[..., Any] | None = None
        self.evaluate: Callable[..., Any]
        fast = FastCompiler(checked, variables)
        self.evaluate, self.python = fast.compile(self.evaluate_exactly)
        self.metered = fast.metered

    def __call__(self, *values: Any) -> Any:
        """Evaluate the expression; in a loop, :attr:`evaluate` spares a call."""
        return self.evaluate(*values)

    def evaluate_exactly(self, *values: Any) -> Any:
        """Evaluate the expression by the exact tier alone."""
        if self._exact is None:
            self._exact = ExactCompiler(self.checked, self.variables).compile()
        return self._exact(*values)


class Environment:
    """The variables and functions that expressions may name.

    Args:
        variables: The names of the variables, in the order in which programs take their values.
        functions: Functions beside those of the libraries.
        types: The types of variables that are known before evaluation; a program relies on them.
        check_types: Whether an operation that is evidently impossible (``1 + 'a'``) is refused when compiling; without
            it, it is an error of the evaluation (as with CEL's ``disable_check``).
        container: The namespace that names are looked up in first.
        zero_time: Whether ``timestamp()`` takes Go's zero time (year 1), as the language does. What objects hold there
            means that there is no time.

    Raises:
        ValueError: A function names a type that is not known, or takes the name of a library's.
    """

    def __init__(  # noqa: PLR0913  all have defaults, most are keyword-only
        self,
        variables: Sequence[str] = VARIABLES,
        functions: Sequence[Function] = (),
        *,
        types: Mapping[str, str] = _TYPES,
        check_types: bool = True,
        container: str = "",
        zero_time: bool = True,
    ) -> None:
        taken = {(function.name, function.member) for function in FUNCTIONS}
        for function in functions:
            if (function.name, function.member) in taken:
                raise ValueError(f"the function {function.name} is there already")
        standard = FUNCTIONS if zero_time else tuple(map(_without_zero_time, FUNCTIONS))
        table = FunctionTable([*standard, *map(_guarded, functions)], CLASSES)
        known = {name: types.get(name, "dyn") for name in variables}
        self._declared = Declarations(known, table, check_types, container)

    def compile(self, text: str) -> Program:
        """Compile an expression.

        Args:
            text: The expression; ``true`` and ``object.metadata.name == 'a'`` are ones.

        Raises:
            ExpressionSyntaxError: It is no expression of CEL, or evidently cannot be evaluated; with the place.
        """
        begin()
        checked = check(text, parse(text), self._declared)
        return Program(text, checked, tuple(self._declared.variables))


def _without_zero_time(function: Function) -> Function:
    if function.name != "timestamp" or function.argument_types == ("timestamp",):
        return function
    if function.argument_types == ("string",):
        return replace(function, callable=parse_real_timestamp)
    read = function.callable
    return replace(function, callable=lambda value: real_timestamp(read(value)))


def _guarded(function: Function) -> Function:
    """The function of a plugin, whatever it raises or yields made an expression's error."""
    wanted = STANDARD_CLASSES.get(outer(function.result_type))

    def call(*arguments: Any) -> Any:
        try:
            value = function.callable(*arguments)
        except ExpressionError:
            raise
        except Exception as error:
            raise ExpressionError(f"{function.name}() failed: {type(error).__name__}: {str(error)[:80]}") from error
        if wanted is not None and type(value) is not wanted:
            raise ExpressionError(
                f"{function.name}() yielded {with_article(type(value).__name__)}, not {with_article(function.result_type)}"
            )
        return value

    return Function(
        function.name, function.argument_types, function.result_type, call, function.member, function.documentation
    )

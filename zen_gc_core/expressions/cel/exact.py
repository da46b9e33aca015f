"""The exact tier: an expression as closures that absorb errors exactly as CEL does.

``&&`` and ``||`` yield their answer if either side decides it, whatever the other raises; ``all`` and ``exists``
likewise over their elements. A budget that is spent is never absorbed. Only ``ExpressionError`` leaves a closure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from zen_gc_core.errors import BudgetExceededError, ExpressionError
from zen_gc_core.expressions.budget import begin, current
from zen_gc_core.expressions.cel import arithmetic, indexing, operators, syntax
from zen_gc_core.expressions.cel.absorbing import absorbing
from zen_gc_core.expressions.cel.iterating import elements, only_entry, pairs
from zen_gc_core.expressions.cel.library import optionals
from zen_gc_core.expressions.cel.values import no_overload
from zen_gc_core.expressions.cel.weighing import weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from zen_gc_core.expressions.cel.checked import Checked

Frame: TypeAlias = list[Any]
"""The values of variables, those of macros behind the environment's."""

Evaluation: TypeAlias = "Callable[[Frame], Any]"

_OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "==": operators.equal,
    "!=": operators.not_equal,
    "<": operators.less,
    "<=": operators.less_or_equal,
    ">": operators.greater,
    ">=": operators.greater_or_equal,
    "in": operators.is_in,
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "%": arithmetic.modulo,
}
_RAW: Final = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What Python may raise of values beside ``ExpressionError``."""


class ExactCompiler:
    """Builds the closures of one expression.

    Args:
        checked: The checked expression.
        variables: The variables of the environment, in the order of the values that an evaluation is given.
        observe: What wraps the closure of every node, to trace it; or None.
    """

    def __init__(
        self,
        checked: Checked,
        variables: Sequence[str],
        observe: Callable[[syntax.Node, Evaluation], Evaluation] | None = None,
    ) -> None:
        self._checked = checked
        self._variables = {name: place for place, name in enumerate(variables)}
        self._slots = len(variables)
        self._observe = observe
        self._binds: set[int] = set()

    def compile(self) -> Callable[..., Any]:
        """The function of the variables' values; it raises ``ExpressionError`` alone."""
        evaluation = self._compile(self._checked.tree, {})
        room = [None] * (self._slots - len(self._variables))

        def run(*values: Any) -> Any:
            begin()
            try:
                return evaluation([*values, *room])
            except RecursionError:
                raise ExpressionError("the values are nested too deeply") from None
            except _RAW as error:  # numbers beyond 64 bits, which JSON may hold but CEL has not
                raise ExpressionError(f"{type(error).__name__}: {str(error)[:80]}") from error

        return run

    def _slot(self) -> int:
        self._slots += 1
        return self._slots - 1

    def _compile(self, node: syntax.Node, scope: Mapping[str, int]) -> Evaluation:
        evaluation = self._closure(node, scope)
        return evaluation if self._observe is None else self._observe(node, evaluation)

    def _closure(self, node: syntax.Node, scope: Mapping[str, int]) -> Evaluation:  # noqa: C901, PLR0912  a case a kind of node
        if node in self._checked.constants:
            constant = self._checked.constants[node]
            return lambda _: constant
        if node in self._checked.variables:
            place = self._variables[self._checked.variables[node]]
            return lambda frame: frame[place]
        match node:
            case syntax.Literal(value=value):
                return lambda _: value
            case syntax.Name(name=name):
                slot = scope[name]
                return (lambda frame: _bound(frame[slot])) if slot in self._binds else lambda frame: frame[slot]
            case syntax.Select() | syntax.Has() | syntax.Index():
                return self._access(node, scope)
            case syntax.Unary() | syntax.Binary() | syntax.Conditional():
                return self._operation(node, scope)
            case syntax.Logical(operator=operator, operands=operands):
                asked = [self._compile(operand, scope) for operand in operands]
                return absorbing(lambda _: asked, decisive=operator == "||")
            case syntax.ListDisplay():
                return self._list(node, scope)
            case syntax.MapDisplay():
                return self._map(node, scope)
            case syntax.Call():
                return self._call(node, scope)
            case syntax.Comprehension():
                return self._comprehension(node, scope)
            case syntax.Bind(variable=variable, value=value, body=body):
                slot, bound = self._slot(), self._compile(value, scope)
                self._binds.add(slot)
                inner = self._compile(body, {**scope, variable: slot})
                return lambda frame: _with(frame, slot, _attempted(bound, frame), inner)
            case syntax.OptionalMap(macro=macro, operand=operand, variable=variable, body=body):
                slot, optional = self._slot(), self._compile(operand, scope)
                inner = self._compile(body, {**scope, variable: slot})
                function = optionals.map_optional if macro == "optMap" else optionals.flat_map_optional
                return lambda frame: function(optional(frame), lambda value: _with(frame, slot, value, inner))

    def _access(self, node: syntax.Select | syntax.Has | syntax.Index, scope: Mapping[str, int]) -> Evaluation:
        operand = self._compile(node.operand, scope)
        if isinstance(node, syntax.Index):
            key, read = self._compile(node.key, scope), indexing.optional_index if node.optional else indexing.index
            return lambda frame: read(operand(frame), key(frame))
        field = node.field
        if isinstance(node, syntax.Has):
            return lambda frame: indexing.has_field(operand(frame), field)
        if node.optional:
            return lambda frame: indexing.optional_index(operand(frame), field)
        return lambda frame: indexing.select(operand(frame), field)

    def _operation(
        self, node: syntax.Unary | syntax.Binary | syntax.Conditional, scope: Mapping[str, int]
    ) -> Evaluation:
        if isinstance(node, syntax.Unary):
            operand = self._compile(node.operand, scope)
            if node.operator == "-":
                return lambda frame: arithmetic.negate(operand(frame))
            return lambda frame: not operators.boolean(operand(frame))
        if isinstance(node, syntax.Binary):
            left, right, operation = (
                self._compile(node.left, scope),
                self._compile(node.right, scope),
                _OPERATORS[node.operator],
            )
            return lambda frame: operation(left(frame), right(frame))
        test, then, otherwise = (self._compile(part, scope) for part in (node.test, node.then, node.otherwise))
        return lambda frame: then(frame) if operators.boolean(test(frame)) else otherwise(frame)

    def _list(self, node: syntax.ListDisplay, scope: Mapping[str, int]) -> Evaluation:
        items = [(self._compile(item.value, scope), item.optional) for item in node.items]
        if not any(item.optional for item in node.items):
            evaluations = [evaluation for evaluation, _ in items]
            return lambda frame: [evaluation(frame) for evaluation in evaluations]
        return lambda frame: [
            value
            for evaluation, optional in items
            for value in (optionals.present_values(evaluation(frame)) if optional else (evaluation(frame),))
        ]

    def _map(self, node: syntax.MapDisplay, scope: Mapping[str, int]) -> Evaluation:
        entries = [
            (self._compile(entry.key, scope), self._compile(entry.value, scope), entry.optional)
            for entry in node.entries
        ]

        def made(frame: Frame) -> Iterator[tuple[Any, Any]]:
            for key, value, optional in entries:
                name, content = key(frame), value(frame)
                for present in optionals.present_values(content) if optional else (content,):
                    yield name, present

        return lambda frame: indexing.make_map(made(frame))

    def _call(self, node: syntax.Call, scope: Mapping[str, int]) -> Evaluation:
        arguments = [self._compile(argument, scope) for argument in self._checked.arguments(node)]
        overloads = self._checked.calls[node]
        name, function = overloads.name, self._checked.function(node)
        if node in self._checked.bounded:
            function = str.__contains__
        if name in optionals.LAZY and node.receiver is not None:
            first, second = arguments
            choose = optionals.optional_or if name == "or" else optionals.value_or
            return lambda frame: choose(first(frame), lambda: second(frame))

        def called(frame: Frame) -> Any:
            values = [argument(frame) for argument in arguments]
            try:
                return function(*values)
            except _RAW as error:
                if name == "contains":
                    raise no_overload(name, *values) from None
                raise ExpressionError(f"{name}(): {type(error).__name__}: {str(error)[:80]}") from error

        return called

    def _comprehension(self, node: syntax.Comprehension, scope: Mapping[str, int]) -> Evaluation:
        slots = [self._slot() for _ in node.variables]
        source = self._compile(node.source, scope)
        inner = {**scope, **dict(zip(node.variables, slots, strict=True))}
        condition = None if node.condition is None else self._compile(node.condition, inner)
        body = self._compile(node.body, inner)
        rounds = (
            _rounds(source, weight(node), slots)
            if condition is None
            else _chosen(_rounds(source, weight(node), slots), condition)
        )

        match node.macro:
            case "all" | "exists":
                return absorbing(lambda frame: (body for _ in rounds(frame)), decisive=node.macro == "exists")
            case "exists_one":
                return lambda frame: sum([operators.boolean(body(frame)) for _ in rounds(frame)]) == 1
            case "filter":
                return lambda frame: [value for value in rounds(frame) if operators.boolean(body(frame))]
            case "transformMap":
                return lambda frame: {key: body(frame) for key in rounds(frame)}
            case "transformMapEntry":
                return lambda frame: indexing.make_map(
                    [entry for _ in rounds(frame) for entry in only_entry(body(frame))]
                )
            case _:
                return lambda frame: [body(frame) for _ in rounds(frame)]


def _rounds(source: Evaluation, cost: int, slots: Sequence[int]) -> Callable[[Frame], Iterator[Any]]:
    """What sets the variables of each round of a macro, and yields the first of them."""
    first, last = slots[0], slots[-1]

    def over_elements(frame: Frame) -> Iterator[Any]:
        for value in elements(source(frame), cost, current()):
            frame[first] = value
            yield value

    def over_pairs(frame: Frame) -> Iterator[Any]:
        for key, value in pairs(source(frame), cost, current()):
            frame[first] = key
            frame[last] = value
            yield key

    return over_elements if len(slots) == 1 else over_pairs


def _chosen(rounds: Callable[[Frame], Iterator[Any]], condition: Evaluation) -> Callable[[Frame], Iterator[Any]]:
    return lambda frame: (value for value in rounds(frame) if operators.boolean(condition(frame)))


def _attempted(value: Evaluation, frame: Frame) -> Any:
    """The value of ``cel.bind``, or why there is none: that matters only where the variable is read."""
    try:
        return value(frame)
    except BudgetExceededError:
        raise
    except ExpressionError as error:
        return error


def _bound(value: Any) -> Any:
    if isinstance(value, ExpressionError):
        raise value
    return value


def _with(frame: Frame, slot: int, value: Any, body: Evaluation) -> Any:
    frame[slot] = value
    return body(frame)

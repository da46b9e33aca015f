"""The tree to closures: what each node of JMESPath means.

Values are decoded JSON and are never changed. A closure takes the current value and the instant of the run. Loops are
charged to the budget as a whole before they start: elements times the nodes of the body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.expressions.jmespath import asking, tree
from zen_gc_core.expressions.jmespath.arrays import Body
from zen_gc_core.expressions.jmespath.calling import call
from zen_gc_core.expressions.jmespath.comparing import comparison
from zen_gc_core.expressions.jmespath.kinds import NUMBERS
from zen_gc_core.expressions.jmespath.paths import path
from zen_gc_core.expressions.jmespath.projecting import filtered, flattened, projected, projected_values, sliced

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from zen_gc_core.expressions.jmespath.kinds import Evaluator

    Observe = Callable[[tree.Node, Evaluator], Evaluator]


def evaluator(root: tree.Node, text: str, observe: Observe | None = None, *, as_condition: bool = False) -> Evaluator:
    """Compile a tree.

    Args:
        root: A tree that ``checking`` found in order.
        text: The text it was built from.
        as_condition: Whether it decides about an object: what is not there is then an open question, not null.
        observe: Wraps the closure of each node, to watch it at work.

    Returns:
        A closure; it raises nothing but ``ExpressionError``, its ``BudgetExceededError``, and ``RecursionError``.
    """
    return _Compiler(text, observe, as_condition=as_condition).compile(root)


class _Compiler:
    def __init__(self, text: str, observe: Observe | None, *, as_condition: bool) -> None:
        self._text = text
        self._observe = observe
        self._as_condition = as_condition

    def compile(self, node: tree.Node) -> Evaluator:
        closure = _COMPILERS[type(node)](self, node)
        return closure if self._observe is None else self._observe(node, closure)

    def written(self, node: tree.Node) -> str:
        return self._text[node.start : node.end]

    def required(self, node: tree.Node) -> Evaluator:
        if not isinstance(node, tree.Path):
            return asking.required(node, self.compile(node), self._text)
        closure = asking.required_path(node, self._text)
        return closure if self._observe is None else self._observe(node, closure)

    def current(self, _: tree.Current) -> Evaluator:
        return lambda value, _: value

    def constant(self, node: tree.Constant) -> Evaluator:
        constant = node.value
        return lambda _, __: constant

    def path(self, node: tree.Path) -> Evaluator:
        return path(node.names)

    def index(self, node: tree.Index) -> Evaluator:
        number = node.number
        lowest = number + 1 if number >= 0 else -number

        def at_index(value: Any, _: datetime | None) -> Any:
            return value[number] if type(value) is list and len(value) >= lowest else None

        return at_index

    def slice(self, node: tree.Slice) -> Evaluator:
        return sliced(node.cut)

    def chain(self, node: tree.Chain) -> Evaluator:
        links = [self.compile(link) for link in node.links]
        if len(links) == 2:
            first, second = links
            return lambda value, now: second(first(value, now), now)

        def chained(value: Any, now: datetime | None) -> Any:
            for link in links:
                value = link(value, now)
            return value

        return chained

    def projection(self, node: tree.Projection) -> Evaluator:
        return projected(self.compile(node.base), self.compile(node.body), tree.weight(node.body))

    def value_projection(self, node: tree.ValueProjection) -> Evaluator:
        return projected_values(self.compile(node.base), self.compile(node.body), tree.weight(node.body))

    def filter_projection(self, node: tree.FilterProjection) -> Evaluator:
        body = None if isinstance(node.body, tree.Current) else self.compile(node.body)
        weight = tree.weight(node.condition) + tree.weight(node.body)
        return filtered(self.compile(node.base), self.compile(node.condition), body, weight)

    def flatten(self, node: tree.Flatten) -> Evaluator:
        return flattened(self.compile(node.base))

    def comparison(self, node: tree.Comparison) -> Evaluator:
        if not self._as_condition or asking.asks_for_null(node):
            return comparison(node, self.compile(node.left), self.compile(node.right))
        closure = comparison(node, self.required(node.left), self.required(node.right))
        return closure if node.operator in ("eq", "ne") else asking.ordered(closure, self.written(node))

    def either(self, node: tree.Or) -> Evaluator:
        if self._as_condition:
            return asking.either([self.compile(operand) for operand in node.operands])
        *operands, last = [self.compile(operand) for operand in node.operands]

        def first_true(value: Any, now: datetime | None) -> Any:
            for operand in operands:
                found = operand(value, now)
                if found or type(found) in NUMBERS:
                    return found
            return last(value, now)

        return first_true

    def both(self, node: tree.And) -> Evaluator:
        if self._as_condition:
            return asking.both([self.compile(operand) for operand in node.operands])
        *operands, last = [self.compile(operand) for operand in node.operands]

        def first_false(value: Any, now: datetime | None) -> Any:
            for operand in operands:
                found = operand(value, now)
                if not found and type(found) not in NUMBERS:
                    return found
            return last(value, now)

        return first_false

    def negation(self, node: tree.Not) -> Evaluator:
        operand = self.compile(node.operand)
        if self._as_condition:
            return asking.negation(operand, self.written(node.operand))

        def negated(value: Any, now: datetime | None) -> bool:
            found = operand(value, now)
            return not found and type(found) not in NUMBERS

        return negated

    def select_list(self, node: tree.MultiSelectList) -> Evaluator:
        items = [self.compile(item) for item in node.items]
        return self._made(node, lambda value, now: None if value is None else [item(value, now) for item in items])

    def select_hash(self, node: tree.MultiSelectHash) -> Evaluator:
        pairs = [(name, self.compile(part)) for name, part in node.pairs]
        return self._made(
            node, lambda value, now: None if value is None else {name: part(value, now) for name, part in pairs}
        )

    def _made(self, node: tree.Node, closure: Evaluator) -> Evaluator:
        return asking.without_nulls(closure, self.written(node)) if self._as_condition else closure

    def reference(self, node: tree.Reference) -> Evaluator:
        body = Body(self.compile(node.body), tree.weight(node.body))
        return lambda _, __: body

    def call(self, node: tree.Call) -> Evaluator:
        wanted = asking.WANTS_A_VALUE.get(node.name, ()) if self._as_condition else ()
        arguments = [
            self.required(argument) if place in wanted else self.compile(argument)
            for place, argument in enumerate(node.arguments)
        ]
        closure = call(node, arguments, self.written(node))
        return self._made(node, closure) if node.name == "map" else closure


_COMPILERS: Final[dict[type[tree.Node], Callable[[_Compiler, Any], Evaluator]]] = {
    tree.And: _Compiler.both,
    tree.Call: _Compiler.call,
    tree.Chain: _Compiler.chain,
    tree.Comparison: _Compiler.comparison,
    tree.Constant: _Compiler.constant,
    tree.Current: _Compiler.current,
    tree.FilterProjection: _Compiler.filter_projection,
    tree.Flatten: _Compiler.flatten,
    tree.Index: _Compiler.index,
    tree.MultiSelectHash: _Compiler.select_hash,
    tree.MultiSelectList: _Compiler.select_list,
    tree.Not: _Compiler.negation,
    tree.Or: _Compiler.either,
    tree.Path: _Compiler.path,
    tree.Projection: _Compiler.projection,
    tree.Reference: _Compiler.reference,
    tree.Slice: _Compiler.slice,
    tree.ValueProjection: _Compiler.value_projection,
}

"""Checks of a tree before it is compiled: what can never work is refused with its place.

An expression of a policy that is always null, or always true, is a mistake of its author; the library finds it when it
meets an object, or never. What depends on the object is not judged here.
"""

from __future__ import annotations

from typing import Final

from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.jmespath import scalars, tree
from zen_gc_core.expressions.jmespath.functions import FUNCTIONS, REFERENCE, Function, Kinds
from zen_gc_core.expressions.jmespath.inferring import kinds_yielded
from zen_gc_core.expressions.jmespath.kinds import one_of
from zen_gc_core.expressions.jmespath.places import fault_at, shown
from zen_gc_core.texts import nearest

_ORDERED: Final[Kinds] = frozenset(["number", "string"])
_INDEXED: Final[Kinds] = frozenset(["array"])
_NAMED: Final[Kinds] = frozenset(["object"])
_SIGNS: Final = {"eq": "==", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def check(root: tree.Node, text: str) -> None:
    """Refuse what can never work.

    Args:
        root: The tree.
        text: The text it was built from.

    Raises:
        ExpressionSyntaxError: A function does not exist or gets the wrong number or kinds of arguments; a comparison
            of kinds that never compare; a field of what is no object; a name in quotes where a text was meant.
    """
    _Checker(text).check(root)


class _Checker:
    def __init__(self, text: str) -> None:
        self._text = text

    def check(self, node: tree.Node) -> None:
        match node:
            case tree.Call():
                self._check_call(node)
            case tree.Comparison():
                self._check_comparison(node)
            case tree.Chain():
                for before, after in zip(node.links, node.links[1:], strict=False):
                    self._check_step(before, after)
            case tree.Projection() | tree.FilterProjection() | tree.Flatten():
                self._require(node.base, _INDEXED, "its elements")
            case tree.ValueProjection():
                self._require(node.base, _NAMED, "its values")
            case tree.Reference():
                raise self._fault(node, "& may only stand before an argument of map, max_by, min_by or sort_by")
            case _:
                pass
        for child in tree.children(node):
            self.check(child.body if isinstance(node, tree.Call) and isinstance(child, tree.Reference) else child)

    def _fault(self, node: tree.Node, message: str) -> ExpressionSyntaxError:
        return fault_at(self._text, node.start, message)

    def _shown(self, node: tree.Node) -> str:
        return shown(self._text[node.start : node.end])

    def _check_call(self, node: tree.Call) -> None:
        function = FUNCTIONS.get(node.name)
        if function is None:
            near = nearest(node.name, FUNCTIONS)
            hint = f"; did you mean {near}()?" if near else ""
            raise self._fault(node, f"there is no function {shown(node.name)}(){hint}")
        self._check_arity(node, function)
        last = len(function.parameters) - 1
        for place, argument in enumerate(node.arguments):
            self._check_argument(node, place, argument, function.parameters[min(place, last)])
        if node.name in ("age", "timestamp") and isinstance(node.arguments[0], tree.Constant):
            try:
                scalars.instant_of(node.name, node.arguments[0].value)
            except ExpressionError as error:
                raise self._fault(node.arguments[0], str(error)) from None

    def _check_arity(self, node: tree.Call, function: Function) -> None:
        wanted, given = len(function.parameters), len(node.arguments)
        if given == wanted or (function.variadic and given > wanted):
            return
        least = "at least " if function.variadic else ""
        noun = "argument" if wanted == 1 else "arguments"
        raise self._fault(node, f"{node.name}() takes {least}{wanted} {noun}, not {given}")

    def _check_argument(self, node: tree.Call, place: int, argument: tree.Node, allowed: Kinds) -> None:
        which = f"argument {place + 1} of {node.name}()"
        if allowed == REFERENCE:
            if not isinstance(argument, tree.Reference):
                raise self._fault(argument, f"{which} is an expression: write &{self._shown(argument)}")
        elif isinstance(argument, tree.Reference):
            raise self._fault(argument, f"{which} is {one_of(allowed)}, not an &expression")
        elif not kinds_yielded(argument) & allowed:
            raise self._fault(argument, f"{which} is {one_of(allowed)}; this is {one_of(kinds_yielded(argument))}")
        elif place == 1 and node.name in ("contains", "ends_with", "starts_with"):
            self._refuse_quoted(argument)

    def _check_comparison(self, node: tree.Comparison) -> None:
        if not isinstance(node.left, tree.Constant):
            self._refuse_quoted(node.right)
        if isinstance(node.left, tree.Constant) and isinstance(node.right, tree.Constant):
            return
        left, right = kinds_yielded(node.left), kinds_yielded(node.right)
        comparable = left & right if node.operator in ("eq", "ne") else left & right & _ORDERED
        if not comparable:
            when = "always" if node.operator == "ne" else "never"
            raise self._fault(node, f"{one_of(left)} is {when} {_SIGNS[node.operator]} {one_of(right)}")

    def _check_step(self, before: tree.Node, after: tree.Node) -> None:
        match after:
            case tree.Path():
                self._require(before, _NAMED, f"its field {shown(after.names[0])}")
            case tree.Index() | tree.Slice():
                self._require(before, _INDEXED, "its elements")
            case _:
                pass

    def _require(self, node: tree.Node, needed: Kinds, what: str) -> None:
        kinds = kinds_yielded(node)
        if kinds & needed:
            return
        if isinstance(node, tree.Not):
            raise self._fault(node, "! binds more tightly than what follows it: write !(…)")
        raise self._fault(node, f"{self._shown(node)} is {one_of(kinds)}: {what} would always be null")

    def _refuse_quoted(self, node: tree.Node) -> None:
        """Refuse ``phase == "Running"``, which compares with a field named Running and is never true."""
        if isinstance(node, tree.Path) and node.quoted:
            name = shown(node.names[0])
            raise self._fault(
                node, f"double quotes name a field: a string is written '{name}', a field here @.\"{name}\""
            )

"""Operators of CEL held against what their sides may be: types that never compare, values that are never equal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.possibility.fields_in_cel import below
from zen_gc_core.engine.possibility.known_in_cel import ABSENT, Known, value_of, worded
from zen_gc_core.engine.possibility.times import unordered
from zen_gc_core.expressions.cel import syntax
from zen_gc_core.expressions.cel.typing_rules import binary_type
from zen_gc_core.model.shapes import ANYTHING, Fault, unequal
from zen_gc_core.texts import with_article

if TYPE_CHECKING:
    from zen_gc_core.engine.possibility.findings import Findings
    from zen_gc_core.model.polarity import Polarity

_NO_JSON: Final = frozenset({"timestamp", "duration"})


def compare(findings: Findings, node: syntax.Binary, left: Known, right: Known, polarity: Polarity) -> None:
    """Hold an operator against what is known of both sides: types that it never takes, values that are never equal.

    Args:
        findings: What is found wrong.
        node: The operator.
        left: What is known of its left side.
        right: What is known of its right side.
        polarity: What becomes of an object for which it is false.
    """
    comparison = _Comparison(findings, node)
    for one, other, other_node in ((left, right, node.right), (right, left, node.left)):
        comparison.side(one, other, other_node, polarity)
    if binary_type(node.operator, left.type, right.type) is None:
        findings.refuse(node.span[0], _incomparable(node, left, right))


@dataclass(frozen=True, slots=True)
class _Comparison:
    findings: Findings
    node: syntax.Binary

    def side(self, known: Known, other: Known, other_node: syntax.Node, polarity: Polarity) -> None:
        """Hold one side against the other."""
        operator = self.node.operator
        if known.of_json and other.type in _NO_JSON and operator != "in":
            wrapped = f"{other.type}({known.where})"
            self.findings.refuse(
                self.node.span[0],
                f"{known.where} is JSON, in which nothing is {with_article(other.type)}: wrap it in {other.type}(…), {wrapped}",
            )
        if known.shape is None or known.optional:
            return
        value = value_of(other_node)
        if operator in ("==", "!=") and value is not ABSENT:
            self._never(known, value, polarity if operator == "==" else polarity.reversed)
        elif operator in ("<", "<=", ">", ">=") and value is not ABSENT and known.shape.a_time:
            if fault := unordered(known.where, value):
                self.findings.refuse(self.node.span[0], fault.message)
        elif operator == "in":
            self._membership(known, other_node, polarity)

    def _membership(self, known: Known, other_node: syntax.Node, polarity: Polarity) -> None:
        value = value_of(other_node)
        if other_node is self.node.right and isinstance(other_node, syntax.ListDisplay):
            for item in other_node.items:
                if (element := value_of(item.value)) is not ABSENT:
                    self._never(known, element, polarity)
        elif other_node is self.node.left and value is not ABSENT and known.shape is not None:
            shape = known.shape
            if shape.sort == "list" and shape.inside is not None:
                self._never(replace(known, shape=shape.inside), value, polarity)
            elif shape.sort == "map" and shape.keys is not None:
                self._never(replace(known, shape=shape.keys), value, polarity)
            elif shape.sort == "object":
                below(self.findings, self.node, known, str(value))

    def _never(self, known: Known, value: Any, polarity: Polarity) -> None:
        if any(type(other) is type(value) and other == value for other in known.others):
            return
        if value is None and (known.nullable or known.shape is None or known.shape.sort in ("anything", "nothing")):
            return
        fault = unequal(known.shape or ANYTHING, value)
        if value is None:
            hint = f"!has({known.where}) asks whether it is not there"
            fault = Fault(f"{known.where} is never null, a field that is missing is an error: {hint}", by_type=True)
        if fault is not None:
            self.findings.never(self.node.span[0], fault, polarity)


def _incomparable(node: syntax.Binary, left: Known, right: Known) -> str:
    for known, other in ((left, right), (right, left)):
        if known.shape is not None and other.type in ("timestamp", "duration"):
            return f"{known.where} is {worded(known.type)}: wrap it in {other.type}(…)"
        if known.shape is not None and known.type == "string" and other.type in ("int", "double", "bool"):
            hint = "" if other.type == "bool" else f": int({known.where}) reads a number"
            return f"{known.where} is text, and {node.operator} does not take it beside {worded(other.type)}{hint}"
    return f"no such operation: {left.type} {node.operator} {right.type}"

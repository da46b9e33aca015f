"""CEL held against what objects may hold: fields that are in no object, types that never compare, values never equal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.possibility.comparing_in_cel import compare
from zen_gc_core.engine.possibility.fields_in_cel import at_key, below
from zen_gc_core.engine.possibility.findings import Finding, Findings
from zen_gc_core.engine.possibility.known_in_cel import ABSENT, UNKNOWN, Known, unwrapped, value_of, walked, worded
from zen_gc_core.expressions.cel import syntax
from zen_gc_core.expressions.cel.typing_rules import unary_type
from zen_gc_core.model.polarity import Polarity
from zen_gc_core.model.shapes import Fault, Shape, holds_no

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.expressions.cel import Program

_JSON: Final = ("string", "int", "double", "bool", "list", "map", "null_type")
_PARTS: Final = frozenset({"contains", "startsWith", "endsWith"})


def findings_in_cel(program: Program, shapes: Mapping[str, Shape], polarity: Polarity) -> list[Finding]:
    """What is odd about an expression over objects.

    Args:
        program: The compiled expression.
        shapes: What its variables may hold; those that are missing hold no JSON.
        polarity: What becomes of an object for which it is false.

    Raises:
        ExpressionSyntaxError: It names what is in no object, compares types that never compare, or can never match
            where that could collect.
    """
    reader = _Reader(program, shapes)
    reader.visit(program.checked.tree, {}, polarity)
    return reader.findings.warnings


class _Reader:
    def __init__(self, program: Program, shapes: Mapping[str, Shape]) -> None:
        self.findings = Findings(program.source)
        self._checked = program.checked
        self._shapes = shapes

    def visit(self, node: syntax.Node, scope: Mapping[str, Known], polarity: Polarity) -> Known:
        """What is known of a node; what is wrong below it is noted or raised."""
        if node in self._checked.variables:
            name = self._checked.variables[node]
            if name not in self._shapes:
                return Known(self._checked.types[node])
            return Known("dyn", self._shapes[name], (), name, nullable=name == "namespaceObject")
        if node in self._checked.constants:
            return Known(self._checked.types[node])
        return self._visit(node, scope, polarity)

    def _visit(self, node: syntax.Node, scope: Mapping[str, Known], polarity: Polarity) -> Known:  # noqa: C901, PLR0912  a case a kind of node
        match node:
            case syntax.Name(name=name):
                return scope.get(name, UNKNOWN)
            case syntax.Select(operand=operand, field=field, optional=optional):
                known = self.visit(operand, scope, Polarity.EITHER)
                return below(self.findings, node, known, field, optional=optional)
            case syntax.Has(operand=operand, field=field):
                below(self.findings, node, self.visit(operand, scope, Polarity.EITHER), field, polarity=polarity)
            case syntax.Index():
                known = self.visit(node.operand, scope, Polarity.EITHER)
                return at_key(self.findings, node, known, self.visit(node.key, scope, Polarity.EITHER))
            case syntax.Unary(operator="!", operand=syntax.Unary(operator="!")):
                self._refuse(node, "!! is no negation: write ! once, or leave both out")
            case syntax.Unary(operator=operator, operand=operand):
                known = self.visit(operand, scope, polarity.reversed if operator == "!" else Polarity.EITHER)
                if unary_type(operator, known.type) is None:
                    self._refuse(node, f"{known.where} is {worded(known.type)}, which {operator} does not take")
            case syntax.Logical(operator=operator, operands=operands):
                for operand in operands:
                    self._boolean(operand, scope, polarity, f"'{operator}'")
            case syntax.Conditional(test=test, then=then, otherwise=otherwise):
                self._boolean(test, scope, Polarity.EITHER, "'?:'")
                branches = [self.visit(branch, scope, polarity) for branch in (then, otherwise)]
                return branches[0] if branches[0] == branches[1] else UNKNOWN
            case syntax.Binary():
                self._binary(node, scope, polarity)
            case syntax.Call():
                return self._call(node, scope, polarity)
            case syntax.Comprehension():
                return self._comprehension(node, scope, polarity)
            case syntax.Bind(variable=variable, value=value, body=body):
                inner = {**scope, variable: self.visit(value, scope, Polarity.EITHER)}
                return self.visit(body, inner, polarity)
            case syntax.OptionalMap(operand=operand, variable=variable, body=body):
                known = self.visit(operand, scope, Polarity.EITHER)
                self.visit(body, {**scope, variable: unwrapped(known)}, Polarity.EITHER)
                return Known("optional")
            case _:
                for child in syntax.children(node):
                    self.visit(child, scope, Polarity.EITHER)
        return Known(self._checked.types[node])

    def _refuse(self, node: syntax.Node, message: str) -> None:
        self.findings.refuse(node.span[0], message)

    def _boolean(self, node: syntax.Node, scope: Mapping[str, Known], polarity: Polarity, where: str) -> None:
        known = self.visit(node, scope, polarity)
        if known.type not in ("bool", "dyn"):
            self._refuse(node, f"{where} takes true or false here; {known.where} is {worded(known.type)}")

    def _binary(self, node: syntax.Binary, scope: Mapping[str, Known], polarity: Polarity) -> None:
        if (
            node.operator in ("==", "!=")
            and isinstance(node.left, syntax.ListDisplay)
            and isinstance(node.right, syntax.ListDisplay)
        ):
            for item, beside in zip(node.left.items, node.right.items, strict=False):
                self._binary(syntax.Binary(node.span, node.operator, item.value, beside.value), scope, Polarity.EITHER)
            return
        left, right = self.visit(node.left, scope, Polarity.EITHER), self.visit(node.right, scope, Polarity.EITHER)
        compare(self.findings, node, left, right, polarity)

    def _call(self, node: syntax.Call, scope: Mapping[str, Known], polarity: Polarity) -> Known:
        arguments = self._checked.arguments(node)
        known = [self.visit(argument, scope, Polarity.EITHER) for argument in arguments]
        if node.receiver is not None and known and known[0].optional:
            return self._of_optional(node, known[0], arguments[1:])
        overloads = self._checked.calls[node]
        if overloads.name == "dyn" and known:
            return known[0]  # it hides a type from the checker, and changes no value
        types = [self._possible_types(each) for each in known]
        if all(overloads.result_type(each) is None for each in _combinations(types)):
            said = ", ".join(f"{each.where} is {worded(each.type)}" for each in known if each.shape is not None)
            self._refuse(node, f"no such function: {overloads.name}({', '.join(each.type for each in known)}); {said}")
        if overloads.name in _PARTS and isinstance(arguments[-1], syntax.Literal) and known[0].shape is not None:
            part = arguments[-1].value
            if isinstance(part, str) and not known[0].others and (stray := holds_no(known[0].shape, part)):
                self.findings.never(node.span[0], Fault(stray, by_type=False), polarity)
        return Known(overloads.result_type([each.type for each in known]) or "dyn")

    def _possible_types(self, known: Known) -> tuple[str, ...]:
        return _JSON if known.of_json and known.type == "dyn" else (known.type,)

    def _of_optional(self, node: syntax.Call, known: Known, arguments: tuple[syntax.Node, ...]) -> Known:
        if node.function == "value":
            return unwrapped(known)
        if node.function == "orValue":
            value = value_of(arguments[0])
            return UNKNOWN if value is ABSENT else unwrapped(known, value)
        return Known("bool" if node.function == "hasValue" else "optional" if node.function == "or" else "dyn")

    def _comprehension(self, node: syntax.Comprehension, scope: Mapping[str, Known], polarity: Polarity) -> Known:
        source = self.visit(node.source, scope, Polarity.EITHER)
        inner = {**scope, **dict.fromkeys(node.variables, UNKNOWN)}
        inner |= dict(zip(node.variables, walked(source, len(node.variables)), strict=False))
        if source.of_json and source.type not in ("list", "map", "dyn"):
            self._refuse(
                node.source, f"{node.macro}() goes over a list or map; {source.where} is {worded(source.type)}"
            )
        if node.condition is not None:
            self.visit(node.condition, inner, Polarity.EITHER)
        body = self.visit(node.body, inner, polarity if node.macro in ("all", "exists") else Polarity.EITHER)
        if node.macro == "filter" and source.shape is not None and source.shape.sort == "list":
            return source
        if node.macro == "map" and body.of_json:
            return replace(body, type="list", shape=Shape("list", f"the list of {body.where}", inside=body.shape))
        return Known(self._checked.types[node])


def _combinations(types: list[tuple[str, ...]]) -> list[list[str]]:
    """One choice of each; of several open ones the first alone varies, for the others anything goes."""
    open_place = next((place for place, each in enumerate(types) if len(each) > 1), None)
    fixed = [each[0] if len(each) == 1 else "dyn" for each in types]
    if open_place is None:
        return [fixed]
    return [[*fixed[:open_place], choice, *fixed[open_place + 1 :]] for choice in types[open_place]]

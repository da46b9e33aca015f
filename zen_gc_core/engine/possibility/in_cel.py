"""CEL held against what objects may hold: fields that are in no object, types that never compare, values never equal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.possibility.findings import Finding, Findings
from zen_gc_core.engine.possibility.times import unordered
from zen_gc_core.expressions.cel import syntax
from zen_gc_core.expressions.cel.typing_rules import binary_type, unary_type
from zen_gc_core.fieldpaths import spell
from zen_gc_core.model.object_types import root_fault, unusual
from zen_gc_core.model.polarity import Polarity
from zen_gc_core.model.shapes import ANYTHING, Fault, ImpossibleError, Shape, below, holds_no, unequal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.expressions.cel import Program

_TYPES: Final = {
    "text": "string",
    "number": "int",
    "boolean": "bool",
    "list": "list",
    "map": "map",
    "object": "map",
    "anything": "dyn",
    "nothing": "dyn",
}
_JSON: Final = ("string", "int", "double", "bool", "list", "map", "null_type")
_NO_JSON: Final = frozenset({"timestamp", "duration"})
_PARTS: Final = frozenset({"contains", "startsWith", "endsWith"})
_ABSENT: Final = object()
_KEYS: Final = frozenset({"string", "int", "uint", "double", "dyn"})
"""The types of what a list or a map of JSON is asked by."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a node.

    Args:
        type: Its type in CEL; ``dyn`` for what only evaluation knows.
        shape: What it yields, if that is of the object; else None.
        path: Where it stands in its variable.
        variable: The variable.
        optional: Whether it is wrapped in an optional value.
        others: Values that it may yield beside.
        nullable: Whether it may be null.
    """

    type: str = "dyn"
    shape: Shape | None = None
    path: tuple[str | int, ...] = ()
    variable: str = ""
    optional: bool = False
    others: tuple[Any, ...] = ()
    nullable: bool = False

    @property
    def where(self) -> str:
        return spell((self.variable, *self.path)) if self.variable else "it"

    @property
    def of_json(self) -> bool:
        """Whether it is decoded JSON, which has no timestamps and no durations."""
        return self.shape is not None and not self.optional and not self.others


_UNKNOWN: Final = _Known()


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

    def visit(self, node: syntax.Node, scope: Mapping[str, _Known], polarity: Polarity) -> _Known:
        """What is known of a node; what is wrong below it is noted or raised."""
        if node in self._checked.variables:
            name = self._checked.variables[node]
            if name not in self._shapes:
                return _Known(self._checked.types[node])
            return _Known("dyn", self._shapes[name], (), name, nullable=name == "namespaceObject")
        if node in self._checked.constants:
            return _Known(self._checked.types[node])
        return self._visit(node, scope, polarity)

    def _visit(self, node: syntax.Node, scope: Mapping[str, _Known], polarity: Polarity) -> _Known:  # noqa: C901, PLR0912  a case a kind of node
        match node:
            case syntax.Name(name=name):
                return scope.get(name, _UNKNOWN)
            case syntax.Select(operand=operand, field=field, optional=optional):
                known = self.visit(operand, scope, Polarity.EITHER)
                return self._below(node, known, field, optional=optional)
            case syntax.Has(operand=operand, field=field):
                self._below(node, self.visit(operand, scope, Polarity.EITHER), field, polarity=polarity)
            case syntax.Index():
                return self._index(node, scope)
            case syntax.Unary(operator="!", operand=syntax.Unary(operator="!")):
                self._refuse(node, "!! is no negation: write ! once, or leave both out")
            case syntax.Unary(operator=operator, operand=operand):
                known = self.visit(operand, scope, polarity.reversed if operator == "!" else Polarity.EITHER)
                if unary_type(operator, known.type) is None:
                    self._refuse(node, f"{known.where} is {_worded(known.type)}, which {operator} does not take")
            case syntax.Logical(operator=operator, operands=operands):
                for operand in operands:
                    self._boolean(operand, scope, polarity, f"'{operator}'")
            case syntax.Conditional(test=test, then=then, otherwise=otherwise):
                self._boolean(test, scope, Polarity.EITHER, "'?:'")
                branches = [self.visit(branch, scope, polarity) for branch in (then, otherwise)]
                return branches[0] if branches[0] == branches[1] else _UNKNOWN
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
                self.visit(body, {**scope, variable: self._unwrapped(known)}, Polarity.EITHER)
                return _Known("optional")
            case _:
                for child in syntax.children(node):
                    self.visit(child, scope, Polarity.EITHER)
        return _Known(self._checked.types[node])

    def _refuse(self, node: syntax.Node, message: str) -> None:
        self.findings.refuse(node.span[0], message)

    def _boolean(self, node: syntax.Node, scope: Mapping[str, _Known], polarity: Polarity, where: str) -> None:
        known = self.visit(node, scope, polarity)
        if known.type not in ("bool", "dyn"):
            self._refuse(node, f"{where} takes true or false here; {known.where} is {_worded(known.type)}")

    # --- fields

    def _below(
        self,
        node: syntax.Node,
        known: _Known,
        step: str | int,
        *,
        optional: bool = False,
        polarity: Polarity = Polarity.EITHER,
    ) -> _Known:
        if known.shape is None:
            return _Known("optional" if optional or known.type == "optional" else "dyn")
        if any(isinstance(other, dict) and step in other for other in known.others):
            return _UNKNOWN
        try:
            shape = self._shape_below(known, step)
        except ImpossibleError as wrong:
            self._refuse(node, str(wrong))
            raise
        wrapped = optional or known.optional
        if shape.sort == "nothing" and known.shape.sort != "nothing":
            if wrapped or isinstance(node, syntax.Has):
                self.findings.never(node.span[0], Fault(shape.what, by_type=False), polarity)
            else:
                self.findings.warn(shape.what)
        kind = "optional" if wrapped else _TYPES[shape.sort]
        return _Known(kind, shape, (*known.path, step), known.variable, wrapped)

    def _shape_below(self, known: _Known, step: str | int) -> Shape:
        shape = known.shape or ANYTHING
        if known.variable in ("object", "namespaceObject") and not known.path and isinstance(step, str):
            if fault := root_fault(shape, step):
                raise ImpossibleError(fault)
            if odd := unusual(shape, step):
                self.findings.warn(odd)
        return below(shape, step, known.where)

    def _index(self, node: syntax.Index, scope: Mapping[str, _Known]) -> _Known:
        known = self.visit(node.operand, scope, Polarity.EITHER)
        keyed = self.visit(node.key, scope, Polarity.EITHER)
        key = node.key.value if isinstance(node.key, syntax.Literal) else None
        null = isinstance(node.key, syntax.Literal) and key is None
        of_json = known.shape is not None  # other maps may have true and false for keys
        if null or (keyed.type not in _KEYS and (of_json or keyed.type != "bool")):
            odd = "null" if null else _worded(keyed.type)
            place = f"a key of {known.where}" if of_json else "a key"
            self._refuse(node, f"{place} is text or a number, never {odd}: it finds nothing")
        if isinstance(key, str) or (
            type(key) is int and known.shape is not None and known.shape.sort not in ("anything", "nothing")
        ):
            return self._below(node, known, key, optional=node.optional)
        inside = known.shape.inside if known.shape is not None else None
        wrapped = node.optional or known.optional
        if inside is None:
            shape = ANYTHING if known.shape is not None else None
            return _Known("optional" if wrapped else "dyn", shape, (*known.path, 0), known.variable, wrapped)
        return _Known("optional" if wrapped else _TYPES[inside.sort], inside, (*known.path, 0), known.variable, wrapped)

    def _unwrapped(self, known: _Known, *others: Any) -> _Known:
        """The value of an optional one, or a default."""
        if known.shape is None or not known.optional:
            return _UNKNOWN
        kind = _TYPES[known.shape.sort]
        fits = all(unequal(known.shape, other) is None or _type_of(other) == kind for other in others)
        return replace(known, type=kind if fits else "dyn", optional=False, others=others)

    # --- operators

    def _binary(self, node: syntax.Binary, scope: Mapping[str, _Known], polarity: Polarity) -> None:
        if (
            node.operator in ("==", "!=")
            and isinstance(node.left, syntax.ListDisplay)
            and isinstance(node.right, syntax.ListDisplay)
        ):
            for item, beside in zip(node.left.items, node.right.items, strict=False):
                self._binary(syntax.Binary(node.span, node.operator, item.value, beside.value), scope, Polarity.EITHER)
            return
        left, right = self.visit(node.left, scope, Polarity.EITHER), self.visit(node.right, scope, Polarity.EITHER)
        for one, other, other_node in ((left, right, node.right), (right, left, node.left)):
            self._check_side(node, one, other, other_node, polarity)
        if binary_type(node.operator, left.type, right.type) is None:
            self._refuse(node, self._incomparable(node, left, right))

    def _check_side(
        self, node: syntax.Binary, known: _Known, other: _Known, other_node: syntax.Node, polarity: Polarity
    ) -> None:
        operator = node.operator
        if known.of_json and other.type in _NO_JSON and operator != "in":
            wrapped = f"{other.type}({known.where})"
            self._refuse(
                node,
                f"{known.where} is JSON, in which nothing is a {other.type}: wrap it in {other.type}(…), {wrapped}",
            )
        if known.shape is None or known.optional:
            return
        value = _value(other_node)
        if operator in ("==", "!=") and value is not _ABSENT:
            self._never(node, known, value, polarity if operator == "==" else polarity.reversed)
        elif operator in ("<", "<=", ">", ">=") and value is not _ABSENT and known.shape.a_time:
            if fault := unordered(known.where, value):
                self._refuse(node, fault.message)
        elif operator == "in":
            self._membership(node, known, other_node, polarity)

    def _membership(self, node: syntax.Binary, known: _Known, other_node: syntax.Node, polarity: Polarity) -> None:
        value = _value(other_node)
        if other_node is node.right and isinstance(other_node, syntax.ListDisplay):
            for item in other_node.items:
                if (element := _value(item.value)) is not _ABSENT:
                    self._never(node, known, element, polarity)
        elif other_node is node.left and value is not _ABSENT and known.shape is not None:
            shape = known.shape
            if shape.sort == "list" and shape.inside is not None:
                self._never(node, replace(known, shape=shape.inside), value, polarity)
            elif shape.sort == "map" and shape.keys is not None:
                self._never(node, replace(known, shape=shape.keys), value, polarity)
            elif shape.sort == "object":
                self._below(node, known, str(value))

    def _never(self, node: syntax.Node, known: _Known, value: Any, polarity: Polarity) -> None:
        if any(type(other) is type(value) and other == value for other in known.others):
            return
        if value is None and (known.nullable or known.shape is None or known.shape.sort in ("anything", "nothing")):
            return
        fault = unequal(known.shape or ANYTHING, value)
        if value is None:
            hint = f"!has({known.where}) asks whether it is not there"
            fault = Fault(f"{known.where} is never null, a field that is missing is an error: {hint}", by_type=True)
        if fault is not None:
            self.findings.never(node.span[0], fault, polarity)

    def _incomparable(self, node: syntax.Binary, left: _Known, right: _Known) -> str:
        for known, other in ((left, right), (right, left)):
            if known.shape is not None and other.type in ("timestamp", "duration"):
                return f"{known.where} is {_worded(known.type)}: wrap it in {other.type}(…)"
            if known.shape is not None and known.type == "string" and other.type in ("int", "double", "bool"):
                hint = "" if other.type == "bool" else f": int({known.where}) reads a number"
                return f"{known.where} is text, and {node.operator} does not take it beside {_worded(other.type)}{hint}"
        return f"no such operation: {left.type} {node.operator} {right.type}"

    # --- calls and macros

    def _call(self, node: syntax.Call, scope: Mapping[str, _Known], polarity: Polarity) -> _Known:
        arguments = self._checked.arguments(node)
        known = [self.visit(argument, scope, Polarity.EITHER) for argument in arguments]
        if node.receiver is not None and known and known[0].optional:
            return self._of_optional(node, known[0], arguments[1:])
        overloads = self._checked.calls[node]
        if overloads.name == "dyn" and known:
            return known[0]  # it hides a type from the checker, and changes no value
        types = [self._possible_types(each) for each in known]
        if all(overloads.result_type(each) is None for each in _combinations(types)):
            said = ", ".join(f"{each.where} is {_worded(each.type)}" for each in known if each.shape is not None)
            self._refuse(node, f"no such function: {overloads.name}({', '.join(each.type for each in known)}); {said}")
        if overloads.name in _PARTS and isinstance(arguments[-1], syntax.Literal) and known[0].shape is not None:
            part = arguments[-1].value
            if isinstance(part, str) and not known[0].others and (stray := holds_no(known[0].shape, part)):
                self.findings.never(node.span[0], Fault(stray, by_type=False), polarity)
        return _Known(overloads.result_type([each.type for each in known]) or "dyn")

    def _possible_types(self, known: _Known) -> tuple[str, ...]:
        return _JSON if known.of_json and known.type == "dyn" else (known.type,)

    def _of_optional(self, node: syntax.Call, known: _Known, arguments: tuple[syntax.Node, ...]) -> _Known:
        if node.function == "value":
            return self._unwrapped(known)
        if node.function == "orValue":
            value = _value(arguments[0])
            return _UNKNOWN if value is _ABSENT else self._unwrapped(known, value)
        return _Known("bool" if node.function == "hasValue" else "optional" if node.function == "or" else "dyn")

    def _comprehension(self, node: syntax.Comprehension, scope: Mapping[str, _Known], polarity: Polarity) -> _Known:
        source = self.visit(node.source, scope, Polarity.EITHER)
        inner = {**scope, **dict.fromkeys(node.variables, _UNKNOWN)}
        inner |= dict(zip(node.variables, self._walked(source, len(node.variables)), strict=False))
        if source.of_json and source.type not in ("list", "map", "dyn"):
            self._refuse(
                node.source, f"{node.macro}() goes over a list or map; {source.where} is {_worded(source.type)}"
            )
        if node.condition is not None:
            self.visit(node.condition, inner, Polarity.EITHER)
        body = self.visit(node.body, inner, polarity if node.macro in ("all", "exists") else Polarity.EITHER)
        if node.macro == "filter" and source.shape is not None and source.shape.sort == "list":
            return source
        if node.macro == "map" and body.of_json:
            return replace(body, type="list", shape=Shape("list", f"the list of {body.where}", inside=body.shape))
        return _Known(self._checked.types[node])

    def _walked(self, source: _Known, variables: int) -> list[_Known]:
        shape = source.shape
        if shape is None or source.optional:
            return []
        inside = shape.inside or ANYTHING
        element = _Known(_TYPES[inside.sort], inside, (*source.path, 0), source.variable)
        if shape.sort == "map":
            keys = shape.keys or ANYTHING
            key = _Known(_TYPES[keys.sort], keys, (*source.path, 0), source.variable)
            return [key] if variables == 1 else [key, element]
        if shape.sort == "list":
            return [element] if variables == 1 else [_Known("int"), element]
        if shape.sort in ("anything", "nothing"):
            return [_Known("dyn", ANYTHING, (*source.path, 0), source.variable)] if variables == 1 else []
        return []


def _combinations(types: list[tuple[str, ...]]) -> list[list[str]]:
    """One choice of each; of several open ones the first alone varies, for the others anything goes."""
    open_place = next((place for place, each in enumerate(types) if len(each) > 1), None)
    fixed = [each[0] if len(each) == 1 else "dyn" for each in types]
    if open_place is None:
        return [fixed]
    return [[*fixed[:open_place], choice, *fixed[open_place + 1 :]] for choice in types[open_place]]


def _value(node: syntax.Node) -> Any:
    """The value of a literal node as decoded JSON; ``_ABSENT`` where it is none."""
    match node:
        case syntax.Literal(value=None | str() | bool() | int() | float() as value):
            return value
        case syntax.Unary(operator="-", operand=syntax.Literal(value=int() | float() as value)):
            return -value
        case syntax.ListDisplay(items=items):
            values = [_ABSENT if item.optional else _value(item.value) for item in items]
            return _ABSENT if _ABSENT in values else values
        case syntax.MapDisplay(entries=entries):
            pairs = [(_value(entry.key), _value(entry.value)) for entry in entries if not entry.optional]
            if len(pairs) < len(entries) or any(_ABSENT in pair or not isinstance(pair[0], str) for pair in pairs):
                return _ABSENT
            return dict(pairs)
    return _ABSENT


def _type_of(value: Any) -> str:
    known = {str: "string", bool: "bool", int: "int", float: "double", list: "list", dict: "map"}
    return known.get(type(value), "dyn")


def _worded(kind: str) -> str:
    words = {"string": "text", "int": "a number", "double": "a number", "bool": "true or false", "dyn": "anything"}
    return words.get(kind, f"a {kind}")

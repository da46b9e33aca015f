"""What can be said of an expression before it meets an object: names, functions, types, literal arguments.

The outcome lies beside the tree in tables keyed by its nodes; both tiers of the compiler read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel import syntax
from zen_gc_core.expressions.cel.building import MACROS
from zen_gc_core.expressions.cel.checked import Checked
from zen_gc_core.expressions.cel.lexing import syntax_error
from zen_gc_core.expressions.cel.library import regex, standard
from zen_gc_core.expressions.cel.times import time_zone
from zen_gc_core.expressions.cel.typing_rules import binary_type, join, unary_type
from zen_gc_core.expressions.cel.values import Type, type_name
from zen_gc_core.texts import did_you_mean, with_article

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.expressions.cel.declarations import Declarations
    from zen_gc_core.expressions.cel.dispatch import Overloads

MAX_COMPREHENSIONS: Final = 3
"""Macros over lists and maps within each other."""

MAX_PATTERN_SIZE: Final = 12_000
"""Instructions of RE2 that the literal patterns of an expression may compile to."""

_FOLDED: Final = frozenset({"timestamp", "duration", "quantity", "semver", "ip", "cidr", "url"})
"""Functions that are called when compiling if their arguments are literals."""

_STATIC: Final = {
    "google.protobuf.Timestamp": "timestamp",
    "google.protobuf.Duration": "duration",
    "optional_type": "optional",
}
_HAVE_FIELDS: Final = frozenset({"dyn", "map", "optional"})
_RESULTS: Final = {
    "all": "bool",
    "exists": "bool",
    "exists_one": "bool",
    "filter": "list",
    "map": "list",
    "transformList": "list",
}


def check(text: str, tree: syntax.Node, declared: Declarations) -> Checked:
    """Check an expression.

    Args:
        text: The expression.
        tree: Its tree.
        declared: What it may name.

    Raises:
        ExpressionSyntaxError: It names what is not there, calls a function as it cannot be called, or holds a literal
            pattern, timestamp or duration that is none; with the place.
    """
    checker = _Checker(text, tree, declared)
    checker.visit(tree, {}, 0)
    return checker.checked


class _Checker:
    def __init__(self, text: str, tree: syntax.Node, declared: Declarations) -> None:
        self.checked = Checked(tree)
        self._text = text
        self._declared = declared
        self._pattern_size = 0
        self._elements: frozenset[str] = frozenset()
        """Variables of the outermost macro, if it goes over a part of an object."""

    def _fail(self, message: str, node: syntax.Node) -> NoReturn:
        raise syntax_error(message, self._text, node.span[0])

    def visit(self, node: syntax.Node, scope: Mapping[str, str], loops: int) -> str:
        """Check a node and all below it; its type.

        Args:
            node: The node.
            scope: The types of the variables of macros around it.
            loops: How many comprehensions are around it.
        """
        known = self._visit(node, scope, loops)
        self.checked.types[node] = known
        return known

    def _visit(self, node: syntax.Node, scope: Mapping[str, str], loops: int) -> str:  # noqa: C901, PLR0912  a case a kind of node
        match node:
            case syntax.Literal(value=value):
                return _static_type(value)
            case syntax.Name():
                return self._name(node, scope)
            case syntax.Select():
                return self._select(node, scope, loops)
            case syntax.Has(operand=operand):
                self._fields(operand, self.visit(operand, scope, loops))
                return "bool"
            case syntax.Index():
                return self._index(node, scope, loops)
            case syntax.Unary(operator=operator, operand=operand):
                known = self.visit(operand, scope, loops)
                return self._possible(node, unary_type(operator, known), f"{operator}{known}")
            case syntax.Binary(operator=operator, left=left, right=right):
                one, other = self.visit(left, scope, loops), self.visit(right, scope, loops)
                return self._possible(node, binary_type(operator, one, other), f"{one} {operator} {other}")
            case syntax.Logical(operator=operator, operands=operands):
                for operand in operands:
                    self._bool(operand, scope, loops, f"'{operator}'")
                return "bool"
            case syntax.Conditional(test=test, then=then, otherwise=otherwise):
                self._bool(test, scope, loops, "'?:'")
                return join(self.visit(then, scope, loops), self.visit(otherwise, scope, loops))
            case syntax.ListDisplay() | syntax.MapDisplay():
                for child in syntax.children(node):
                    self.visit(child, scope, loops)
                return "list" if isinstance(node, syntax.ListDisplay) else "map"
            case syntax.Call():
                return self._call(node, scope, loops)
            case syntax.Comprehension():
                return self._comprehension(node, scope, loops)
            case syntax.Bind(variable=variable, value=value, body=body):
                inner = {**scope, variable: self.visit(value, scope, loops)}
                self._elements -= {variable}
                return self.visit(body, inner, loops)
            case syntax.OptionalMap(operand=operand, variable=variable, body=body):
                self._elements -= {variable}
                self._expect(operand, self.visit(operand, scope, loops), "optional", node.macro)
                self.visit(body, {**scope, variable: "dyn"}, loops)
                return "optional"

    def _possible(self, node: syntax.Node, known: str | None, operation: str) -> str:
        if known is None and self._declared.check_types:
            self._fail(f"no such operation: {operation}", node)
        return known or "dyn"

    def _expect(self, node: syntax.Node, known: str, wanted: str, where: str) -> None:
        if self._declared.check_types and known not in (wanted, "dyn"):
            self._fail(f"{where} takes {with_article(wanted)} here, not {with_article(known)}", node)

    def _bool(self, node: syntax.Node, scope: Mapping[str, str], loops: int, where: str) -> None:
        self._expect(node, self.visit(node, scope, loops), "bool", where)

    # --- names

    def _name(self, node: syntax.Name, scope: Mapping[str, str]) -> str:
        if node.name in scope and not node.absolute:
            return scope[node.name]
        known = self._global(node, node.name, absolute=node.absolute)
        if known is None:
            others = [*scope, *self._declared.variables]
            self._fail(
                f"unknown name '{node.name}'{did_you_mean(node.name, others) or ': there is ' + ', '.join(others)}",
                node,
            )
        return known

    def _global(self, node: syntax.Node, name: str, *, absolute: bool = False) -> str | None:
        """The type of a variable or type by its (dotted) name, which is noted; or None."""
        found = self._declared.variable_or_type(name, absolute=absolute)
        if found is None:
            return None
        if found in self._declared.variables:
            self.checked.variables[node] = found
            return self._declared.variables[found]
        self.checked.constants[node] = Type(found)
        return "type"

    def _select(self, node: syntax.Select, scope: Mapping[str, str], loops: int) -> str:
        name, absolute = syntax.dotted_name(node), syntax.is_absolute(node)
        if name is not None and self._declared.may_be_dotted(name):
            hidden = name.partition(".")[0] in scope and not absolute
            known = None if hidden else self._global(node, name, absolute=absolute)
            if known is not None:
                return known
        known = self.visit(node.operand, scope, loops)
        self._fields(node.operand, known)
        return "optional" if node.optional or known == "optional" else "dyn"

    def _fields(self, operand: syntax.Node, known: str) -> None:
        if self._declared.check_types and known not in _HAVE_FIELDS:
            self._fail(f"{with_article(known)} has no fields", operand)

    def _index(self, node: syntax.Index, scope: Mapping[str, str], loops: int) -> str:
        known = self.visit(node.operand, scope, loops)
        key = self.visit(node.key, scope, loops)
        if self._declared.check_types and (
            known not in ("list", *_HAVE_FIELDS) or (known == "list" and key not in ("int", "uint", "double", "dyn"))
        ):
            self._fail(f"no such operation: {known}[{key}]", node.operand)
        return "optional" if node.optional or known == "optional" else "dyn"

    # --- calls

    def _call(self, node: syntax.Call, scope: Mapping[str, str], loops: int) -> str:
        overloads = self._resolve(node, scope)
        arguments = self.checked.arguments(node)
        known = [self.visit(argument, scope, loops) for argument in arguments]
        if not overloads.takes(len(arguments)):
            hidden = len(arguments) - len(node.arguments)
            counts = " or ".join(str(arity - hidden) for arity in overloads.arities)
            self._fail(f"{overloads.name}() takes {counts} arguments, not {len(node.arguments)}", node)
        if overloads.name == "contains" and (
            loops == 0 or (loops == 1 and syntax.root_name(arguments[0]) in self._elements)
        ):
            self.checked.bounded.add(node)
        result = overloads.result_type(known)
        if result is None and self._declared.check_types:
            self._fail(f"no such function: {overloads.name}({', '.join(known)})", node)
        if overloads.name in standard.ZONED and len(arguments) == 2 and (zone := _text(arguments[1])) is not None:
            self._attempt(time_zone, [zone], arguments[1])
        if overloads.name in regex.NAMES and (pattern := _text(arguments[1])) is not None:
            self._pattern(node, overloads.name, pattern, arguments[1])
        if (
            overloads.name in _FOLDED
            and arguments == node.arguments
            and all(isinstance(argument, syntax.Literal) for argument in arguments)
        ):
            values = [argument.value for argument in arguments if isinstance(argument, syntax.Literal)]
            self.checked.constants[node] = self._attempt(overloads.callable(len(values)), values, arguments[0])
        return result or "dyn"

    def _pattern(self, node: syntax.Call, name: str, text: str, place: syntax.Node) -> None:
        pattern = self._attempt(regex.Pattern, [text], place)
        self._pattern_size += pattern.size
        if self._pattern_size > MAX_PATTERN_SIZE:
            self._fail("the patterns of the expression are too large together", place)
        self.checked.patterns[node] = regex.of_literal(name, pattern)

    def _attempt(self, function: Any, values: list[Any], node: syntax.Node) -> Any:
        try:
            return function(*values)
        except ExpressionError as error:
            self._fail(str(error), node)

    def _resolve(self, node: syntax.Call, scope: Mapping[str, str]) -> Overloads:
        """The functions that a call may mean, noted; a call of what is not there fails."""
        overloads = None
        namespace = "" if node.receiver is None else syntax.dotted_name(node.receiver)
        if namespace is not None and namespace.partition(".")[0] not in {*scope, *self._declared.variables}:
            overloads = self._declared.function(f"{namespace}.{node.function}" if namespace else node.function)
            if overloads and namespace:
                self.checked.namespaced.add(node)
        if overloads is None and node.receiver is not None:
            overloads = self._declared.functions.find(node.function, member=True)
        if overloads is None:
            self._unknown_function(node, namespace if namespace and namespace.partition(".")[0] not in scope else "")
        self.checked.calls[node] = overloads
        return overloads

    def _unknown_function(self, node: syntax.Call, namespace: str) -> NoReturn:
        name, member = node.function, node.receiver is not None
        if namespace and namespace.partition(".")[0] not in self._declared.variables:
            name, member = f"{namespace}.{name}", False
        if self._declared.functions.find(name, member=not member):
            form = f"{name}(x)" if member else f"x.{name}()"
            self._fail(f"'{name}' is written {form}", node)
        known = [*self._declared.functions.names(member=member), *(MACROS if member else ("has",))]
        self._fail(f"unknown function '{name}'{did_you_mean(name, known)}", node)

    # --- macros

    def _comprehension(self, node: syntax.Comprehension, scope: Mapping[str, str], loops: int) -> str:
        if loops >= MAX_COMPREHENSIONS:
            self._fail(f"more than {MAX_COMPREHENSIONS} macros over lists or maps are within each other", node)
        source = self.visit(node.source, scope, loops)
        if self._declared.check_types and source not in ("list", "map", "dyn"):
            self._fail(f"{node.macro}() goes over a list or map, not over {with_article(source)}", node.source)
        inner = {**scope, **dict.fromkeys(node.variables, "dyn")}
        if loops == 0:
            over_object = (
                syntax.root_name(node.source) in self._declared.variables and syntax.root_name(node.source) not in scope
            )
            self._elements = frozenset(node.variables) if over_object else frozenset()
        if len(node.variables) == 2 and source == "list":
            inner[node.variables[0]] = "int"
        if node.condition is not None:
            self._bool(node.condition, inner, loops + 1, f"the condition of {node.macro}()")
        result = _RESULTS.get(node.macro, "map")
        if result == "bool" or node.macro == "filter":
            self._bool(node.body, inner, loops + 1, f"{node.macro}()")
        else:
            self.visit(node.body, inner, loops + 1)
        return result


def _text(node: syntax.Node) -> str | None:
    return node.value if isinstance(node, syntax.Literal) and isinstance(node.value, str) else None


def _static_type(value: Any) -> str:
    name = type_name(value)
    return _STATIC.get(name, name)

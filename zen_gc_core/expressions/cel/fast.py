"""The fast tier: an expression as one expression of Python over plain decoded JSON.

Wherever nothing raises, Python's ``and``, ``or``, ``any`` and ``all`` mean what CEL's operators do; so this tier need
not know how CEL absorbs errors. Whatever it raises sends the evaluation to the exact tier.

No text of the expression becomes Python: names are numbered, literals are written by ``repr`` or held as constants,
fields are keys of ``[…]``. The generated code has no attribute and no builtin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import BudgetExceededError
from zen_gc_core.expressions.budget import begin
from zen_gc_core.expressions.cel import operators, syntax
from zen_gc_core.expressions.cel.library import optionals
from zen_gc_core.expressions.cel.vocabulary import FAILURES, HELPERS, METERED
from zen_gc_core.expressions.cel.weighing import weight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zen_gc_core.expressions.cel.checked import Checked

_BINARY: Final = {
    "==": "f_eq",
    "!=": "f_ne",
    "<": "f_lt",
    "<=": "f_le",
    ">": "f_gt",
    ">=": "f_ge",
    "in": "f_in",
    "+": "f_add",
    "-": "f_subtract",
    "*": "f_mul",
    "/": "f_div",
    "%": "f_mod",
}
_NATIVE: Final = frozenset({"int", "uint", "double", "timestamp", "duration"})
"""Types whose comparison in Python is CEL's, if both sides have the same."""

_UNMETERED_CALLS: Final = frozenset({"timestamp", "duration", "size", "type", "int", "startsWith", "endsWith"})
_AFFIXES: Final = {"startsWith": "f_startswith", "endsWith": "f_endswith"}

_DISPLAYED: Final = (syntax.Literal, syntax.ListDisplay, syntax.MapDisplay, syntax.Comprehension)
"""Operands whose subscription Python would warn of when it compiles."""


class FastCompiler:
    """Writes the Python of one expression.

    Args:
        checked: The checked expression.
        variables: The variables of the environment, in the order of the generated function's arguments.

    Attributes:
        metered: Whether something in it may cost more than its text shows; known once it is compiled.
    """

    def __init__(self, checked: Checked, variables: Sequence[str]) -> None:
        self._checked = checked
        self._variables = {name: f"v{place}" for place, name in enumerate(variables)}
        self._namespace: dict[str, Any] = {"__builtins__": {}}
        self._locals = 0
        self.metered = False

    def compile(self, exact: Callable[..., Any]) -> tuple[Callable[..., Any], str]:
        """Compile the expression.

        Args:
            exact: What evaluates it, with the same arguments, when the fast tier has raised.

        Returns:
            The function of the variables' values, and its source.
        """
        body = self._source(self._checked.tree, {})
        arguments = ", ".join(self._variables.values())
        start = "    m0 = f_begin()\n" if self.metered else ""
        source = (
            f"def f_run({arguments}):\n{start}    try:\n        return {body}\n"
            f"    except f_over:\n        raise\n    except f_failures:\n        pass\n    return f_exact({arguments})\n"
        )
        self._namespace |= {"f_begin": begin, "f_over": BudgetExceededError, "f_failures": FAILURES, "f_exact": exact}
        exec(compile(source, "<cel>", "exec"), self._namespace)  # noqa: S102  the text is ours alone: see the module
        return self._namespace["f_run"], source

    def _use(self, helper: str) -> str:
        self._namespace[helper] = HELPERS[helper]
        self.metered = self.metered or helper in METERED
        return helper

    def _constant(self, value: Any) -> str:
        name = f"c{len(self._namespace)}"
        self._namespace[name] = value
        return name

    def _local(self) -> str:
        self._locals += 1
        return f"m{self._locals}"

    def _apply(self, helper: str, *arguments: str) -> str:
        return f"{self._use(helper)}({', '.join(arguments)})"

    def _type(self, node: syntax.Node) -> str:
        return self._checked.types[node]

    def _truth(self, node: syntax.Node, scope: Mapping[str, str]) -> str:
        source = self._source(node, scope)
        return source if self._type(node) == "bool" else self._apply("f_bool", source)

    def _source(self, node: syntax.Node, scope: Mapping[str, str]) -> str:  # noqa: C901, PLR0912  a case a kind of node
        if node in self._checked.constants:
            return self._constant(self._checked.constants[node])
        if node in self._checked.variables:
            return self._variables[self._checked.variables[node]]
        match node:
            case syntax.Literal(value=value):
                return self._literal(value)
            case syntax.Name(name=name):
                return scope[name]
            case syntax.Select():
                return self._select(node, scope)
            case syntax.Has(operand=operand, field=field):
                if self._type(operand) == "optional":
                    return self._apply("f_has_field", self._source(operand, scope), repr(field))
                return self._apply("f_has", self._source(operand, scope), repr(field))
            case syntax.Index():
                return self._index(node, scope)
            case syntax.Unary(operator="!", operand=operand):
                return f"(not {self._truth(operand, scope)})"
            case syntax.Unary(operand=operand):
                return self._apply("f_neg", self._source(operand, scope))
            case syntax.Logical(operator=operator, operands=operands):
                word = " and " if operator == "&&" else " or "
                return f"({word.join(self._truth(operand, scope) for operand in operands)})"
            case syntax.Binary():
                return self._binary(node, scope)
            case syntax.Conditional(test=test, then=then, otherwise=otherwise):
                return (
                    f"({self._source(then, scope)} if {self._truth(test, scope)} else {self._source(otherwise, scope)})"
                )
            case syntax.ListDisplay(items=items):
                return f"[{', '.join(self._item(item, scope) for item in items)}]"
            case syntax.MapDisplay(entries=entries):
                return self._apply("f_map", f"[{', '.join(self._entry(entry, scope) for entry in entries)}]")
            case syntax.Call():
                return self._call(node, scope)
            case syntax.Comprehension():
                return self._comprehension(node, scope)
            case syntax.Bind(variable=variable, value=value, body=body):
                local = self._local()
                return (
                    f"(lambda {local}: {self._source(body, {**scope, variable: local})})({self._source(value, scope)})"
                )
            case syntax.OptionalMap(macro=macro, operand=operand, variable=variable, body=body):
                local = self._local()
                function = f"lambda {local}: {self._source(body, {**scope, variable: local})}"
                helper = "f_opt_map" if macro == "optMap" else "f_opt_flat_map"
                return self._apply(helper, self._source(operand, scope), function)

    def _literal(self, value: Any) -> str:
        if value is None or type(value) in (bool, str, bytes, int):
            return f"({value!r})" if type(value) is int and value < 0 else repr(value)
        return self._constant(value)

    def _select(self, node: syntax.Select, scope: Mapping[str, str]) -> str:
        operand = self._source(node.operand, scope)
        if node.optional:
            return self._apply("f_optional_index", operand, repr(node.field))
        if self._type(node.operand) == "optional" or isinstance(node.operand, _DISPLAYED):
            return self._apply("f_select", operand, repr(node.field))
        return f"{operand}[{node.field!r}]"

    def _index(self, node: syntax.Index, scope: Mapping[str, str]) -> str:
        operand, key = self._source(node.operand, scope), self._source(node.key, scope)
        if node.optional:
            return self._apply("f_optional_index", operand, key)
        if (
            isinstance(node.key, syntax.Literal)
            and self._type(node.operand) != "optional"
            and not isinstance(node.operand, _DISPLAYED)
        ):
            if type(node.key.value) is str:
                return f"{operand}[{key}]"
            if type(node.key.value) is int and node.key.value >= 0:
                return self._apply("f_at", operand, key)
        return self._apply("f_index", operand, key)

    def _item(self, item: syntax.Item, scope: Mapping[str, str]) -> str:
        source = self._source(item.value, scope)
        return f"*{self._apply('f_present', source)}" if item.optional else source

    def _entry(self, entry: syntax.Entry, scope: Mapping[str, str]) -> str:
        key, value = self._source(entry.key, scope), self._source(entry.value, scope)
        if not entry.optional:
            return f"({key}, {value})"
        local = self._local()
        return f"*[({key}, {local}) for {local} in {self._apply('f_present', value)}]"

    def _binary(self, node: syntax.Binary, scope: Mapping[str, str]) -> str:
        left, right = self._source(node.left, scope), self._source(node.right, scope)
        operator = node.operator
        if operator in ("==", "!="):
            for literal, other_node, other in ((node.left, node.right, right), (node.right, node.left, left)):
                if isinstance(literal, syntax.Literal):
                    if _is_short_text(literal):
                        return f"({left} {operator} {right})"
                    if (literal.value is None or type(literal.value) is bool) and not isinstance(
                        other_node, syntax.Literal
                    ):
                        return f"({other} {'is' if operator == '==' else 'is not'} {literal.value})"
        if (
            operator not in ("+", "-", "*", "/", "%", "in")
            and self._type(node.left) == self._type(node.right) in _NATIVE
        ):
            return f"({left} {operator} {right})"
        if operator == "in" and _short_texts(node.right):
            return f"({left} in {right})"
        return self._apply(_BINARY[operator], left, right)

    def _call(self, node: syntax.Call, scope: Mapping[str, str]) -> str:
        overloads, nodes = self._checked.calls[node], self._checked.arguments(node)
        arguments = [self._source(argument, scope) for argument in nodes]
        function = self._checked.function(node)
        if node.function in optionals.LAZY and node not in self._checked.namespaced and node.receiver:
            return self._apply(
                "f_or" if node.function == "or" else "f_or_value", arguments[0], f"lambda: {arguments[1]}"
            )
        if overloads.name == "contains":
            return self._apply("f_contains" if node in self._checked.bounded else "f_contains_metered", *arguments)
        if overloads.name in _AFFIXES and _is_short_text(nodes[1]):
            return self._apply(_AFFIXES[overloads.name], *arguments)
        self.metered = self.metered or overloads.name not in _UNMETERED_CALLS
        return f"{self._constant(function)}({', '.join(arguments)})"

    def _comprehension(self, node: syntax.Comprehension, scope: Mapping[str, str]) -> str:
        names = [self._local() for _ in node.variables]
        inner = {**scope, **dict(zip(node.variables, names, strict=True))}
        helper = "f_each" if len(names) == 1 else "f_pairs"
        source = self._apply(helper, self._source(node.source, scope), str(weight(node)), "m0")
        loop = f"for {', '.join(names)} in {source}"
        if node.condition is not None:
            loop += f" if {self._truth(node.condition, inner)}"
        match node.macro:
            case "exists" | "all":
                return self._apply(
                    f"f_{'any' if node.macro == 'exists' else 'all'}", f"{self._truth(node.body, inner)} {loop}"
                )
            case "exists_one":
                return f"({self._apply('f_sum', f'[{self._truth(node.body, inner)} {loop}]')} == 1)"
            case "filter":
                return f"[{names[0]} {loop} if {self._truth(node.body, inner)}]"
            case "transformMap":
                return f"{{{names[0]}: {self._source(node.body, inner)} {loop}}}"
            case "transformMapEntry":
                entry = self._local()
                made = f"{entry} {loop} for {entry} in {self._apply('f_entry', self._source(node.body, inner))}"
                return self._apply("f_map", f"[{made}]")
            case _:
                return f"[{self._source(node.body, inner)} {loop}]"


def _short_texts(node: syntax.Node) -> bool:
    """Whether a node is a list of few short literal texts, in which Python's ``in`` finds what CEL's does."""
    return (
        isinstance(node, syntax.ListDisplay)
        and len(node.items) <= operators.SHORT
        and all(_is_short_text(item.value) for item in node.items)
    )


def _is_short_text(node: syntax.Node) -> bool:
    return isinstance(node, syntax.Literal) and type(node.value) is str and len(node.value) <= operators.LONG

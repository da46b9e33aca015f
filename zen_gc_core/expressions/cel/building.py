"""The tree builder: one method per rule of the grammar, and the macros."""

from __future__ import annotations

from typing import Any, Final, NoReturn

from zen_gc_core.expressions.cel import syntax
from zen_gc_core.expressions.cel.lexing import Token, is_reserved, syntax_error
from zen_gc_core.expressions.cel.values import INT_MAX

MAX_NODES: Final = 1000
"""Nodes of an expression's tree."""

MAX_DEPTH: Final = 80
"""Levels of an expression's tree; a chain of ``&&`` or ``||`` is one."""

_ONE_VARIABLE: Final = {
    "all": (2,),
    "exists": (2,),
    "exists_one": (2,),
    "existsOne": (2,),
    "filter": (2,),
    "map": (2, 3),
}
_TWO_VARIABLES: Final = {
    "all": (3,),
    "exists": (3,),
    "exists_one": (3,),
    "existsOne": (3,),
    "transformList": (3, 4),
    "transformMap": (3, 4),
    "transformMapEntry": (3, 4),
}
MACROS: Final = frozenset({*_ONE_VARIABLE, *_TWO_VARIABLES, "optMap", "optFlatMap", "has", "cel.bind"})
"""The names of macros."""

_OPERATORS: Final = {
    "relation_lt": "<",
    "relation_le": "<=",
    "relation_gt": ">",
    "relation_ge": ">=",
    "relation_eq": "==",
    "relation_ne": "!=",
    "relation_in": "in",
    "addition_add": "+",
    "addition_sub": "-",
    "multiplication_mul": "*",
    "multiplication_div": "/",
    "multiplication_mod": "%",
    "unary_not": "!",
    "unary_neg": "-",
}


class Builder:
    """Builds the tree of one expression, bottom up, within its bounds.

    Args:
        text: The expression, for the places of errors.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._nodes = 0
        self._depths: dict[syntax.Node, int] = {}

    def build(self, rule: str, span: syntax.Span, parts: list[Any]) -> Any:
        """What a rule makes of its parts: a node, or a piece of one."""
        if rule in _OPERATORS:
            return (_OPERATORS[rule], *parts)
        made = getattr(self, f"_{rule}")(span, parts)
        if not isinstance(made, Token | tuple | syntax.Item | syntax.Entry):
            self._count(made)
        return made

    def finish(self, tree: Any) -> syntax.Node:
        """The finished tree.

        Raises:
            ExpressionSyntaxError: A literal in it is out of range.
        """
        return self._checked(tree)

    def _fail(self, message: str, span: syntax.Span) -> NoReturn:
        raise syntax_error(message, self._text, span[0])

    def _count(self, node: syntax.Node) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._fail(f"the expression has more than {MAX_NODES} parts", node.span)
        depth = 1 + max((self._depths[self._checked(child)] for child in syntax.children(node)), default=0)
        if depth > MAX_DEPTH:
            self._fail(f"the expression is nested more than {MAX_DEPTH} levels deep", node.span)
        self._depths[node] = depth

    def _checked(self, node: syntax.Node) -> syntax.Node:
        """Refuses 9223372036854775808, which only a minus sign before it brings into range."""
        if type(node) is syntax.Literal and type(node.value) is int and node.value > INT_MAX:
            self._fail("this number does not fit into 64 bits", node.span)
        return node

    # --- operators

    def _expr(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        return syntax.Conditional(span, *parts)

    def _logical(self, operator: str, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        left, right = parts
        if isinstance(left, syntax.Logical) and left.operator == operator and left.span[0] == span[0]:
            return syntax.Logical(span, operator, (*left.operands, right))
        return syntax.Logical(span, operator, (left, right))

    def _conditionalor(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        return self._logical("||", span, parts)

    def _conditionaland(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        return self._logical("&&", span, parts)

    def _relation(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        (operator, left), right = parts
        return syntax.Binary(span, operator, left, right)

    _addition = _multiplication = _relation

    def _unary(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        (operator,), operand = parts
        if (
            operator == "-"
            and type(operand) is syntax.Literal
            and type(operand.value) in (int, float)
            and operand.value >= 0
        ):
            return syntax.Literal(span, -operand.value)
        return syntax.Unary(span, operator, operand)

    # --- selection

    def _field(self, _span: syntax.Span, parts: list[Any]) -> Token:
        token: Token = parts[0]
        return token

    def _member_dot(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        operand, field = parts
        return syntax.Select(span, operand, field.value)

    def _member_optdot(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        operand, field = parts
        return syntax.Select(span, operand, field.value, optional=True)

    def _member_index(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        operand, key = parts
        return syntax.Index(span, operand, key)

    def _member_optindex(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        operand, key = parts
        return syntax.Index(span, operand, key, optional=True)

    # --- primaries

    def _literal(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        return syntax.Literal(span, parts[0].value)

    def _ident(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        return syntax.Name(span, self._name(parts[0]))

    def _dot_ident(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        return syntax.Name(span, self._name(parts[0]), absolute=True)

    def _name(self, token: Token) -> str:
        if is_reserved(token.value):
            self._fail(f"'{token.value}' is a reserved word", (token.start, token.end))
        return str(token.value)

    def _paren_expr(self, _span: syntax.Span, parts: list[Any]) -> Any:
        return parts[0]

    def _item(self, _span: syntax.Span, parts: list[Any]) -> syntax.Item:
        return syntax.Item(self._checked(parts[0]))

    def _optitem(self, _span: syntax.Span, parts: list[Any]) -> syntax.Item:
        return syntax.Item(self._checked(parts[0]), optional=True)

    def _list_lit(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        return syntax.ListDisplay(span, tuple(parts))

    def _entry(self, _span: syntax.Span, parts: list[Any]) -> syntax.Entry:
        key, value = map(self._checked, parts)
        return syntax.Entry(key, value)

    def _optentry(self, _span: syntax.Span, parts: list[Any]) -> syntax.Entry:
        key, value = map(self._checked, parts)
        return syntax.Entry(key, value, optional=True)

    def _map_lit(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        return syntax.MapDisplay(span, tuple(parts))

    # --- calls and macros

    def _exprlist(self, _span: syntax.Span, parts: list[Any]) -> tuple[syntax.Node, ...]:
        return tuple(map(self._checked, parts))

    def _ident_arg(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        name, arguments = parts[0], parts[1] if len(parts) > 1 else ()
        if name.value == "has":
            return self._has(span, arguments)
        return syntax.Call(span, self._name(name), None, arguments)

    _dot_ident_arg = _ident_arg

    def _has(self, span: syntax.Span, arguments: tuple[syntax.Node, ...]) -> syntax.Node:
        if len(arguments) != 1 or not isinstance(arguments[0], syntax.Select) or arguments[0].optional:
            self._fail("has() takes one field, such as has(object.metadata.labels)", span)
        return syntax.Has(span, arguments[0].operand, arguments[0].field)

    def _member_dot_arg(self, span: syntax.Span, parts: list[Any]) -> syntax.Node:
        receiver, name, arguments = parts[0], parts[1].value, parts[2] if len(parts) > 2 else ()
        if name == "bind" and isinstance(receiver, syntax.Name) and receiver.name == "cel":
            variable, value, body = self._arguments("cel.bind", span, arguments, (3,))
            return syntax.Bind(span, self._variable(variable), value, body)
        if name in ("optMap", "optFlatMap"):
            variable, body = self._arguments(name, span, arguments, (2,))
            return syntax.OptionalMap(span, name, receiver, self._variable(variable), body)
        if len(arguments) in _ONE_VARIABLE.get(name, ()):
            return self._comprehension(span, name, receiver, arguments, 1)
        if len(arguments) in _TWO_VARIABLES.get(name, ()) and name not in ("map", "filter"):
            return self._comprehension(span, name, receiver, arguments, 2)
        if name in _ONE_VARIABLE or name in _TWO_VARIABLES:
            self._arguments(name, span, arguments, (*_ONE_VARIABLE.get(name, ()), *_TWO_VARIABLES.get(name, ())))
        return syntax.Call(span, name, receiver, arguments)

    def _arguments(
        self, macro: str, span: syntax.Span, arguments: tuple[syntax.Node, ...], allowed: tuple[int, ...]
    ) -> tuple[syntax.Node, ...]:
        if len(arguments) not in allowed:
            counts = " or ".join(map(str, allowed))
            self._fail(f"{macro}() takes {counts} arguments, the first a variable, not {len(arguments)}", span)
        return arguments

    def _comprehension(
        self, span: syntax.Span, macro: str, source: syntax.Node, arguments: tuple[syntax.Node, ...], variables: int
    ) -> syntax.Node:
        names = tuple(self._variable(argument) for argument in arguments[:variables])
        if len(set(names)) != len(names):
            self._fail(f"the variable '{names[0]}' is named twice", span)
        body = arguments[variables:]
        condition = body[0] if len(body) == 2 else None
        return syntax.Comprehension(
            span, "exists_one" if macro == "existsOne" else macro, source, names, condition, body[-1]
        )

    def _variable(self, node: syntax.Node) -> str:
        if not isinstance(node, syntax.Name) or node.absolute:
            self._fail("a macro's variable must be a name, such as c in list.exists(c, c > 0)", node.span)
        return node.name

"""The syntax tree of CEL: frozen nodes that know their place in the text. Macros are nodes of their own.

Nodes are compared by identity, so that tables of types and resolved functions can be kept beside the tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Span: TypeAlias = tuple[int, int]
"""Where a node begins and ends in the text of its expression."""


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """``1``, ``'a'``, ``true``, ``null``."""

    span: Span
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """``object``; ``absolute`` with a leading dot, which looks past variables of macros."""

    span: Span
    name: str
    absolute: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Select:
    """``operand.field``, or ``operand.?field``."""

    span: Span
    operand: Node
    field: str
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Has:
    """``has(operand.field)``."""

    span: Span
    operand: Node
    field: str


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """``operand[key]``, or ``operand[?key]``."""

    span: Span
    operand: Node
    key: Node
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Unary:
    """``!operand`` or ``-operand``."""

    span: Span
    operator: str
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Logical:
    """A chain of ``&&`` or of ``||``."""

    span: Span
    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    """``left operator right``: arithmetic, comparison, ``in``."""

    span: Span
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """``test ? then : otherwise``."""

    span: Span
    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An element of a list display; ``?value`` is left out when it is none."""

    value: Node
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ListDisplay:
    """``[a, ?b]``."""

    span: Span
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An entry of a map display; ``?key: value`` is left out when the value is none."""

    key: Node
    value: Node
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MapDisplay:
    """``{k: v, ?k: v}``."""

    span: Span
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """``function(arguments)`` or ``receiver.function(arguments)``; the receiver may be a namespace (``math``)."""

    span: Span
    function: str
    receiver: Node | None
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comprehension:
    """A macro over a list or map, with one or two variables and an optional filter before its body."""

    span: Span
    macro: str
    source: Node
    variables: tuple[str, ...]
    condition: Node | None
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class Bind:
    """``cel.bind(variable, value, body)``."""

    span: Span
    variable: str
    value: Node
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class OptionalMap:
    """``operand.optMap(variable, body)`` or ``optFlatMap``."""

    span: Span
    macro: str
    operand: Node
    variable: str
    body: Node


Node: TypeAlias = (
    Literal
    | Name
    | Select
    | Has
    | Index
    | Unary
    | Logical
    | Binary
    | Conditional
    | ListDisplay
    | MapDisplay
    | Call
    | Comprehension
    | Bind
    | OptionalMap
)


def children(node: Node) -> tuple[Node, ...]:  # noqa: C901  a case a kind of node
    """The nodes directly below a node, in the order of the text."""
    match node:
        case Literal() | Name():
            return ()
        case Select(operand=operand) | Has(operand=operand) | Unary(operand=operand):
            return (operand,)
        case Index(operand=operand, key=key):
            return (operand, key)
        case Logical(operands=operands):
            return operands
        case Binary(left=left, right=right):
            return (left, right)
        case Conditional(test=test, then=then, otherwise=otherwise):
            return (test, then, otherwise)
        case ListDisplay(items=items):
            return tuple(item.value for item in items)
        case MapDisplay(entries=entries):
            return tuple(part for entry in entries for part in (entry.key, entry.value))
        case Call(receiver=receiver, arguments=arguments):
            return arguments if receiver is None else (receiver, *arguments)
        case Comprehension(source=source, condition=condition, body=body):
            return (source, body) if condition is None else (source, condition, body)
        case Bind(value=value, body=body):
            return (value, body)
        case OptionalMap(operand=operand, body=body):
            return (operand, body)


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def root_name(node: Node) -> str | None:
    """The name that a chain of fields and indices begins with, or None if the node is no such chain."""
    while isinstance(node, Select | Index):
        node = node.operand
    return node.name if isinstance(node, Name) else None


def dotted_name(node: Node) -> str | None:
    """The dotted name that a chain of fields spells (``math.abs``), or None if the node is no such chain."""
    fields: list[str] = []
    while isinstance(node, Select) and not node.optional:
        fields.append(node.field)
        node = node.operand
    return ".".join([node.name, *reversed(fields)]) if isinstance(node, Name) else None


def is_absolute(node: Node) -> bool:
    """Whether a chain of fields begins with a leading dot."""
    while isinstance(node, Select):
        node = node.operand
    return isinstance(node, Name) and node.absolute

"""The syntax tree of JMESPath, typed.

Data only: how the tree comes about is ``parsing``, what it means is ``evaluating``. Chains that the grammar nests to
the left (pipes, ``||``, ``&&``) are flat here, so that the depth of a tree is the nesting its author wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Operator = Literal["eq", "ne", "lt", "lte", "gt", "gte"]


@dataclass(frozen=True, slots=True)
class Node:
    """A sub-expression.

    Args:
        start: Offset of its first character in the text.
        end: Offset after its last character.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Current(Node):
    """``@``, and the place where a projection stands when nothing is written before or after it."""


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A literal: decoded JSON."""

    value: Any


@dataclass(frozen=True, slots=True)
class Path(Node):
    """One field, or several in a row: ``metadata.labels.app``.

    Args:
        names: The names of the fields, at least one.
        quoted: Whether it is one single name, written in double quotes.
    """

    names: tuple[str, ...]
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``[3]`` of the current value."""

    number: int


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """``[start:stop:step]`` of the current value."""

    cut: slice


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Sub-expressions, index expressions and pipes: each link is evaluated on the value of the one before."""

    links: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Projection(Node):
    """``base[*].body``."""

    base: Node
    body: Node


@dataclass(frozen=True, slots=True)
class ValueProjection(Node):
    """``base.*.body``."""

    base: Node
    body: Node


@dataclass(frozen=True, slots=True)
class FilterProjection(Node):
    """``base[?condition].body``."""

    base: Node
    body: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Flatten(Node):
    """``base[]``, without the projection that follows it."""

    base: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``left == right`` and its kin."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Or(Node):
    """``a || b || c``: at least two operands."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And(Node):
    """``a && b && c``: at least two operands."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """``!operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class MultiSelectList(Node):
    """``[a, b]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MultiSelectHash(Node):
    """``{x: a, y: b}``."""

    pairs: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """``&body``: an expression handed to a function, which evaluates it on each element."""

    body: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``name(argument, …)``."""

    name: str
    arguments: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node, in the order in which they are written."""
    match node:
        case Chain(links=parts) | Or(operands=parts) | And(operands=parts):
            return parts
        case MultiSelectList(items=parts) | Call(arguments=parts):
            return parts
        case Projection() | ValueProjection():
            return (node.base, node.body)
        case FilterProjection():
            return (node.base, node.condition, node.body)
        case Comparison():
            return (node.left, node.right)
        case Flatten(base=part) | Not(operand=part) | Reference(body=part):
            return (part,)
        case MultiSelectHash():
            return tuple(value for _, value in node.pairs)
        case _:
            return ()


def weight(node: Node) -> int:
    """How many nodes a tree has: the steps that one evaluation without loops costs at most."""
    return 1 + sum(weight(child) for child in children(node))

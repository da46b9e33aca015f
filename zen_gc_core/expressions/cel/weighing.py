"""How many steps of the budget an element of a macro costs: known from the tree alone."""

from __future__ import annotations

from typing import Final

from zen_gc_core.expressions.cel.syntax import Comprehension, Node, children

_NODES_OF_A_STEP: Final = 4


def weight(node: Comprehension) -> int:
    """The steps of one element: one for every four nodes that are evaluated with it, at least one.

    Macros within the body charge their own.
    """
    parts = [node.body] if node.condition is None else [node.condition, node.body]
    return 1 + sum(map(_size, parts)) // _NODES_OF_A_STEP


def _size(node: Node) -> int:
    below = (node.source,) if isinstance(node, Comprehension) else children(node)
    return 1 + sum(map(_size, below))

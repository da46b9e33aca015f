"""How many steps of the budget an element of a macro costs: known from the tree alone."""

from __future__ import annotations

from typing import Final

from zen_gc_core.expressions.cel.syntax import Call, Comprehension, Node, children

_NODES_OF_A_STEP: Final = 2
_NODES_OF_A_CALL: Final = 24
"""What a function of a library costs beside its arguments: parsing a text takes as long as two dozen additions."""

_CHEAP: Final = frozenset({"contains", "startsWith", "endsWith", "size", "type", "dyn", "or", "orValue", "hasValue"})


def weight(node: Comprehension) -> int:
    """The steps of one element: one, and one more for every two nodes that are evaluated with it.

    Macros within the body charge their own.
    """
    parts = [node.body] if node.condition is None else [node.condition, node.body]
    return 1 + sum(map(_size, parts)) // _NODES_OF_A_STEP


def _size(node: Node) -> int:
    below = (node.source,) if isinstance(node, Comprehension) else children(node)
    own = _NODES_OF_A_CALL if isinstance(node, Call) and node.function not in _CHEAP else 1
    return own + sum(map(_size, below))

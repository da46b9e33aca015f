"""Which kinds of value a sub-expression can yield, as far as its tree alone tells."""

from __future__ import annotations

from typing import Final

from zen_gc_core.expressions.jmespath import tree
from zen_gc_core.expressions.jmespath.functions import FUNCTIONS, Kinds
from zen_gc_core.expressions.jmespath.kinds import ALL_KINDS, kinds_of

_ARRAY_OR_NULL: Final[Kinds] = frozenset(["array", "null"])
_OBJECT_OR_NULL: Final[Kinds] = frozenset(["object", "null"])
_BOOLEAN: Final[Kinds] = frozenset(["boolean"])
_BOOLEAN_OR_NULL: Final[Kinds] = frozenset(["boolean", "null"])


def kinds_yielded(node: tree.Node) -> Kinds:
    """The kinds of value that a node can yield.

    Args:
        node: The node; functions that do not exist yield anything.

    Returns:
        A superset of what it yields on any object; every kind where the object decides.
    """
    match node:
        case tree.Constant():
            return kinds_of(node.value)
        case tree.Comparison(operator="eq" | "ne") | tree.Not():
            return _BOOLEAN
        case tree.Comparison():
            return _BOOLEAN_OR_NULL
        case tree.And(operands=operands) | tree.Or(operands=operands):
            return frozenset(kind for operand in operands for kind in kinds_yielded(operand))
        case tree.Call():
            return FUNCTIONS[node.name].results if node.name in FUNCTIONS else ALL_KINDS
        case tree.Chain():
            return kinds_yielded(node.links[-1])
        case tree.MultiSelectHash():
            return _OBJECT_OR_NULL
        case tree.MultiSelectList() | tree.Flatten() | tree.Slice():
            return _ARRAY_OR_NULL
        case tree.Projection() | tree.ValueProjection() | tree.FilterProjection():
            return _ARRAY_OR_NULL
        case _:
            return ALL_KINDS

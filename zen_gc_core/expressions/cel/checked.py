"""What the compiler knows of an expression: its tree, and tables keyed by its nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zen_gc_core.expressions.cel.syntax import Call, Node, children

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.expressions.cel.dispatch import Overloads


@dataclass(frozen=True, slots=True)
class Checked:
    """A tree and what is known of its nodes.

    Args:
        tree: The root.
        types: The type of every node, ``dyn`` if only evaluation knows it.
        calls: The functions that a call may mean.
        patterns: The functions of calls whose pattern is a literal.
        constants: The value of nodes that are one: types, and calls of literal arguments.
        variables: Which variable of the environment a node names.
        namespaced: Calls whose receiver is no value but the namespace of the function.
        bounded: Calls of ``contains`` that search each text of an object at most once, so that the object's size
            bounds them; others are charged to the budget.
    """

    tree: Node
    types: dict[Node, str] = field(default_factory=dict)
    calls: dict[Call, Overloads] = field(default_factory=dict)
    patterns: dict[Call, Callable[..., Any]] = field(default_factory=dict)
    constants: dict[Node, Any] = field(default_factory=dict)
    variables: dict[Node, str] = field(default_factory=dict)
    namespaced: set[Call] = field(default_factory=set)
    bounded: set[Call] = field(default_factory=set)

    def function(self, call: Call) -> Callable[..., Any]:
        """What a call calls with its arguments."""
        return self.patterns.get(call) or self.calls[call].callable(len(self.arguments(call)))

    def arguments(self, call: Call) -> tuple[Node, ...]:
        """The values that a call hands to its function: the receiver's first, unless it is a namespace."""
        return call.arguments if call in self.namespaced else children(call)

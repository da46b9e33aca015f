"""Which fields an expression reads: known from its tree, never too few.

A chain of selections reads its last field. What is not recognised reads the whole variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from zen_gc_core.expressions.cel.syntax import (
    Bind,
    Comprehension,
    Has,
    Index,
    Literal,
    Name,
    Node,
    OptionalMap,
    Select,
    children,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.expressions.cel.checked import Checked

Place: TypeAlias = tuple[str, tuple[str, ...]]
"""A variable and the path of a field in it."""


def reads(checked: Checked) -> dict[str, frozenset[tuple[str, ...]]]:
    """The fields that an expression reads, by variable; variables that it does not name are absent.

    A path means the field and all below it; the empty path means the whole variable.
    """
    found: dict[str, set[tuple[str, ...]]] = {}
    _visit(checked, checked.tree, {}, found, taken=True)
    return {variable: frozenset(_outermost(paths)) for variable, paths in found.items()}


def _outermost(paths: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {path for path in paths if not any(path[:length] in paths for length in range(len(path)))}


def _visit(
    checked: Checked,
    node: Node,
    scope: Mapping[str, Place | None],
    found: dict[str, set[tuple[str, ...]]],
    *,
    taken: bool,
) -> Place | None:
    """Note what a node reads.

    Args:
        checked: The expression.
        node: The node.
        scope: What variables of macros stand for: a place, or None (its reading is noted already).
        found: The notes.
        taken: Whether the value of the node is used for more than a field of it.

    Returns:
        The place that the node names, if it is one.
    """
    place = _place(checked, node, scope, found)
    if place is None:
        if not isinstance(node, Select | Has | Index):
            _visit_below(checked, node, scope, found)
    elif taken:
        found.setdefault(place[0], set()).add(place[1])
    return place


def _place(
    checked: Checked, node: Node, scope: Mapping[str, Place | None], found: dict[str, set[tuple[str, ...]]]
) -> Place | None:
    if node in checked.variables:
        return checked.variables[node], ()
    if node in checked.constants:
        return None
    match node:
        case Name(name=name):
            return scope.get(name)
        case Select(operand=operand, field=field) | Has(operand=operand, field=field):
            return _below(_visit(checked, operand, scope, found, taken=False), field)
        case Index(operand=operand, key=Literal(value=str(key))):
            return _below(_visit(checked, operand, scope, found, taken=False), key)
        case Index(operand=operand, key=key):
            _visit(checked, operand, scope, found, taken=True)
            _visit(checked, key, scope, found, taken=True)
    return None


def _below(place: Place | None, field: str) -> Place | None:
    return None if place is None else (place[0], (*place[1], field))


def _visit_below(
    checked: Checked, node: Node, scope: Mapping[str, Place | None], found: dict[str, set[tuple[str, ...]]]
) -> None:
    match node:
        case Comprehension(source=source, variables=variables, condition=condition, body=body):
            _visit(checked, source, scope, found, taken=True)
            inner = {**scope, **dict.fromkeys(variables)}
            for part in (condition, body):
                if part is not None:
                    _visit(checked, part, inner, found, taken=True)
        case Bind(variable=variable, value=first, body=body) | OptionalMap(variable=variable, operand=first, body=body):
            # a variable that is a place reads what its body reads of it; naming it at all reads whether it is there
            place = _visit(checked, first, scope, found, taken=True)
            _visit(checked, body, {**scope, variable: place}, found, taken=True)
        case _:
            for child in children(node):
                if not (child is getattr(node, "receiver", None) and node in checked.namespaced):
                    _visit(checked, child, scope, found, taken=True)

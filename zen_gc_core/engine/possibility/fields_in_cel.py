"""Fields that an expression in CEL looks at, held against what an object of the kind may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.possibility.known_in_cel import TYPES, UNKNOWN, Known, worded
from zen_gc_core.expressions.cel import syntax
from zen_gc_core.model.object_types import root_fault, unusual
from zen_gc_core.model.polarity import Polarity
from zen_gc_core.model.shapes import ANYTHING, Fault, ImpossibleError, Shape
from zen_gc_core.model.shapes import below as shape_below

if TYPE_CHECKING:
    from zen_gc_core.engine.possibility.findings import Findings

_KEYS: Final = frozenset({"string", "int", "uint", "double", "dyn"})
"""The types of what a list or a map of JSON is asked by."""


def below(  # noqa: PLR0913  the step, and how it is taken
    findings: Findings,
    node: syntax.Node,
    known: Known,
    step: str | int,
    *,
    optional: bool = False,
    polarity: Polarity = Polarity.EITHER,
) -> Known:
    """What is known of a field or an element below a node; a field that is in no object is refused, or never there.

    Args:
        findings: What is found wrong.
        node: The node that looks there.
        known: What is known of that below which it looks.
        step: The field, the key or the index.
        optional: Whether a value that is missing is no error.
        polarity: What becomes of an object in which the field is missing.
    """
    if known.shape is None:
        return Known("optional" if optional or known.type == "optional" else "dyn")
    if any(isinstance(other, dict) and step in other for other in known.others):
        return UNKNOWN
    try:
        shape = _shape_below(findings, known, step)
    except ImpossibleError as wrong:
        findings.refuse(node.span[0], str(wrong))
    wrapped = optional or known.optional
    if shape.sort == "nothing" and known.shape.sort != "nothing":
        if wrapped or isinstance(node, syntax.Has):
            findings.never(node.span[0], Fault(shape.what, by_type=False), polarity)
        else:
            findings.warn(shape.what)
    kind = "optional" if wrapped else TYPES[shape.sort]
    return Known(kind, shape, (*known.path, step), known.variable, wrapped)


def _shape_below(findings: Findings, known: Known, step: str | int) -> Shape:
    shape = known.shape or ANYTHING
    if known.variable in ("object", "namespaceObject") and not known.path and isinstance(step, str):
        if fault := root_fault(shape, step):
            raise ImpossibleError(fault)
        if odd := unusual(shape, step):
            findings.warn(odd)
    return shape_below(shape, step, known.where)


def at_key(findings: Findings, node: syntax.Index, known: Known, keyed: Known) -> Known:
    """What is known of ``[]`` at what is known of the container and of its key."""
    key = node.key.value if isinstance(node.key, syntax.Literal) else None
    null = isinstance(node.key, syntax.Literal) and key is None
    of_json = known.shape is not None  # other maps may have true and false for keys
    if null or (keyed.type not in _KEYS and (of_json or keyed.type != "bool")):
        odd = "null" if null else worded(keyed.type)
        place = f"a key of {known.where}" if of_json else "a key"
        findings.refuse(node.span[0], f"{place} is text or a number, never {odd}: it finds nothing")
    if isinstance(key, str) or (
        type(key) is int and known.shape is not None and known.shape.sort not in ("anything", "nothing")
    ):
        return below(findings, node, known, key, optional=node.optional)
    inside = known.shape.inside if known.shape is not None else None
    wrapped = node.optional or known.optional
    if inside is None:
        shape = ANYTHING if known.shape is not None else None
        return Known("optional" if wrapped else "dyn", shape, (*known.path, 0), known.variable, wrapped)
    return Known("optional" if wrapped else TYPES[inside.sort], inside, (*known.path, 0), known.variable, wrapped)

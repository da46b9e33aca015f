"""Functions of JMESPath held against what their arguments may be, and what they yield."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.possibility.known_in_jmespath import UNKNOWN, Known, alternatives
from zen_gc_core.expressions.jmespath.functions import FUNCTIONS
from zen_gc_core.expressions.jmespath.kinds import one_of
from zen_gc_core.model.shapes import NAMES, Fault, Shape, holds_no, spelt, unequal

if TYPE_CHECKING:
    from zen_gc_core.engine.possibility.findings import Findings
    from zen_gc_core.expressions.jmespath import tree
    from zen_gc_core.expressions.jmespath.kinds import Kind
    from zen_gc_core.model.polarity import Polarity

_KINDS: Final[dict[str, Kind]] = {
    "text": "string",
    "number": "number",
    "boolean": "boolean",
    "list": "array",
    "map": "object",
    "object": "object",
}
PARTS: Final = frozenset({"contains", "starts_with", "ends_with"})
"""Functions that look for a part of their first argument."""


def call(findings: Findings, node: tree.Call, known: list[Known], polarity: Polarity) -> Known:
    """What is known of a call; what is wrong with it is noted or raised.

    Args:
        findings: What is found wrong.
        node: The call.
        known: What is known of its arguments.
        polarity: What becomes of an object for which it is false.
    """
    _check_arguments(findings, node, known)
    if node.name in PARTS and known[1].literal:
        _check_part(findings, node, known[0], known[1].literal[0], polarity)
    return _yielded(findings, node, known)


def _check_arguments(findings: Findings, node: tree.Call, known: list[Known]) -> None:
    parameters = FUNCTIONS[node.name].parameters
    for place, each in enumerate(known):
        allowed = parameters[min(place, len(parameters) - 1)]
        kind = _KINDS.get(each.shape.sort)
        if kind is not None and not each.others and allowed and kind not in allowed:
            written = _written(findings, node.arguments[place])
            findings.refuse(
                node.arguments[place].start,
                f"argument {place + 1} of {node.name}() is {one_of(allowed)}; {written} is {NAMES[each.shape.sort]}",
            )
        if node.name in ("age", "timestamp") and (stray := holds_no(each.shape, "T:-")):
            findings.warn(f"{_written(findings, node)} always fails: {stray}")


def _check_part(findings: Findings, node: tree.Call, known: Known, part: Any, polarity: Polarity) -> None:
    if any(isinstance(other, str | list) and part in other for other in known.others):
        return
    if known.shape.sort == "list" and known.shape.inside is not None and node.name == "contains":
        fault = unequal(known.shape.inside, part)
    elif isinstance(part, str) and (stray := holds_no(known.shape, part)):
        fault = Fault(stray, by_type=False)
    elif known.shape.sort == "text" and not isinstance(part, str):
        fault = Fault(f"{known.where} is text and never holds {spelt(part)}", by_type=True)
    else:
        return
    if fault is not None:
        findings.never(node.start, fault, polarity)


def _yielded(findings: Findings, node: tree.Call, known: list[Known]) -> Known:
    written = _written(findings, node)
    match node.name:
        case "keys":
            keys = known[0].shape.keys or Shape("text", f"a key of {known[0].where}")
            return Known(Shape("list", written, inside=keys), written)
        case "values":
            return Known(Shape("list", written, inside=known[0].shape.inside), written)
        case "not_null":
            return alternatives(known)
        case "length":
            return Known(Shape("number", written), written)
        case "sort" | "reverse" | "sort_by":
            return known[0]
    return UNKNOWN


def _written(findings: Findings, node: tree.Node) -> str:
    return findings.text[node.start : node.end]

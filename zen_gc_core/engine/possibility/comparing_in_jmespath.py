"""Comparisons of JMESPath held against what their sides may be: values that are never equal, types that never compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.engine.possibility.times import unordered
from zen_gc_core.model.shapes import NAMES, Fault, unequal

if TYPE_CHECKING:
    from zen_gc_core.engine.possibility.findings import Findings
    from zen_gc_core.engine.possibility.known_in_jmespath import Known
    from zen_gc_core.expressions.jmespath import tree
    from zen_gc_core.model.polarity import Polarity


def compare_values(findings: Findings, node: tree.Comparison, left: Known, right: Known, polarity: Polarity) -> None:
    """Hold each side against the literal beside it.

    Args:
        findings: What is found wrong.
        node: The comparison.
        left: What is known of its left side.
        right: What is known of its right side.
        polarity: What becomes of an object for which it is false.
    """
    wanted = polarity.reversed if node.operator == "ne" else polarity
    for known, other in ((left, right), (right, left)):
        if other.literal and (fault := _fault(node, known, other.literal[0])) is not None:
            findings.never(node.start, fault, wanted)


def compare_sorts(findings: Findings, node: tree.Comparison, left: Known, right: Known) -> None:
    """Refuse a comparison of two sorts of JSON that never compare; as ``compare_values``."""
    sorts = {known.shape.sort for known in (left, right) if not known.literal and not known.others}
    if len(sorts) == 2 and not sorts & {"anything", "nothing"} and sorts != {"map", "object"}:
        kinds = " and ".join(NAMES[sort] for sort in sorted(sorts))
        findings.refuse(node.start, f"{kinds} never compare")


def _fault(node: tree.Comparison, known: Known, value: Any) -> Fault | None:
    if value is None or value in known.others:
        return None
    if node.operator in ("eq", "ne"):
        return unequal(known.shape, value)
    if known.shape.sort == "text" and isinstance(value, int | float):
        return Fault(
            f"{known.where} is text and has no order among numbers: write to_number({known.where})", by_type=True
        )
    return unordered(known.where, value) if known.shape.a_time else None

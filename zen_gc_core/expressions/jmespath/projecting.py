"""Projections, filters, slices and flattening as closures: whatever walks through an array or an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.expressions.budget import spend_steps
from zen_gc_core.expressions.jmespath.kinds import NUMBERS

if TYPE_CHECKING:
    from datetime import datetime

    from zen_gc_core.expressions.jmespath.kinds import Evaluator


def projected(base: Evaluator, body: Evaluator, weight: int) -> Evaluator:
    """Compile ``base[*].body``.

    Args:
        base: What is walked through; null unless it yields an array.
        body: What is evaluated on each element; its nulls are dropped.
        weight: The steps that one evaluation of the body costs.
    """

    def project(value: Any, now: datetime | None) -> list[Any] | None:
        elements = base(value, now)
        if type(elements) is not list:
            return None
        spend_steps(len(elements) * weight)
        return [found for element in elements if (found := body(element, now)) is not None]

    return project


def projected_values(base: Evaluator, body: Evaluator, weight: int) -> Evaluator:
    """Compile ``base.*.body``: as :func:`projected`, on the values of an object in its order."""

    def project_values(value: Any, now: datetime | None) -> list[Any] | None:
        fields = base(value, now)
        if type(fields) is not dict:
            return None
        spend_steps(len(fields) * weight)
        return [found for element in fields.values() if (found := body(element, now)) is not None]

    return project_values


def filtered(base: Evaluator, condition: Evaluator, body: Evaluator | None, weight: int) -> Evaluator:
    """Compile ``base[?condition].body``.

    Args:
        base: What is walked through; null unless it yields an array.
        condition: Which elements are kept.
        body: What is evaluated on those, None for the element itself; nulls are dropped.
        weight: The steps that one element costs.
    """

    def select(value: Any, now: datetime | None) -> list[Any] | None:
        elements = base(value, now)
        if type(elements) is not list:
            return None
        spend_steps(len(elements) * weight)
        kept = [item for item in elements if (holds := condition(item, now)) or type(holds) in NUMBERS]
        if body is None:
            return [item for item in kept if item is not None]
        return [found for item in kept if (found := body(item, now)) is not None]

    return select


def flattened(base: Evaluator) -> Evaluator:
    """Compile ``base[]``: elements that are arrays give way to their own elements, one level deep."""

    def flatten(value: Any, now: datetime | None) -> list[Any] | None:
        elements = base(value, now)
        if type(elements) is not list:
            return None
        spend_steps(len(elements))
        merged: list[Any] = []
        for element in elements:
            if type(element) is list:
                spend_steps(len(element))
                merged += element
            else:
                merged.append(element)
        return merged

    return flatten


def sliced(cut: slice) -> Evaluator:
    """Compile ``[start:stop:step]``: null unless the current value is an array."""

    def take(value: Any, _: datetime | None) -> list[Any] | None:
        if type(value) is not list:
            return None
        spend_steps(len(value))
        return value[cut]

    return take

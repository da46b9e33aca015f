"""A function for CEL: pure, with declared types; `check` of expressions knows it as soon as it is installed."""

from __future__ import annotations

from zen_gc_core import CelFunction, hookimpl


def cost_centre(name: str) -> str:
    """What stands before the first dash of a name."""
    return name.partition("-")[0]


COST_CENTRE = CelFunction(
    "acme.costCentre",
    argument_types=("string",),
    result_type="string",
    callable=cost_centre,
    documentation="the part of a name before its first dash",
)


@hookimpl
def zen_gc_cel_functions() -> list[CelFunction]:
    return [COST_CENTRE]


def test_it_takes_what_stands_before_the_dash() -> None:
    assert COST_CENTRE.callable("4711-web") == "4711"
    assert COST_CENTRE.signature == "acme.costCentre(string) -> string"

"""The libraries of functions: one module each, each with its table ``FUNCTIONS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.expressions.cel.dispatch import STANDARD_CLASSES
from zen_gc_core.expressions.cel.library import (
    encoders,
    lists,
    named_formats,
    network,
    numbers,
    optionals,
    quantity,
    regex,
    semver,
    sets,
    standard,
    strings,
    urls,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.expressions.cel.functions import Function

LIBRARIES: Final[Mapping[str, tuple[Function, ...]]] = {
    "Standard": standard.FUNCTIONS,
    "Strings": strings.FUNCTIONS,
    "Lists": lists.FUNCTIONS,
    "Sets": sets.FUNCTIONS,
    "Optionals": optionals.FUNCTIONS,
    "Regular expressions": regex.FUNCTIONS,
    "Quantities": quantity.FUNCTIONS,
    "Semantic versions": semver.FUNCTIONS,
    "IP addresses and CIDRs": network.FUNCTIONS,
    "URLs": urls.FUNCTIONS,
    "Named formats": named_formats.FUNCTIONS,
    "Math": numbers.FUNCTIONS,
    "Encoders": encoders.FUNCTIONS,
}
"""The functions by the title of their library, in the order of the reference."""

FUNCTIONS: Final = tuple(function for library in LIBRARIES.values() for function in library)
"""All functions that every environment has."""

CLASSES: Final[Mapping[str, type]] = {
    **STANDARD_CLASSES,
    "quantity": quantity.Quantity,
    "semver": semver.Semver,
    "ip": network.IpAddress,
    "cidr": network.Cidr,
    "url": urls.Url,
    "format": named_formats.Format,
}
"""The Python class of every type that a function may name."""

"""The libraries of functions: one module each, each with its table ``FUNCTIONS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.expressions.cel.dispatch import STANDARD_CLASSES
from zen_gc_core.expressions.cel.library import optionals, regex, standard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.expressions.cel.functions import Function

LIBRARIES: Final[Mapping[str, tuple[Function, ...]]] = {
    "Standard": standard.FUNCTIONS,
    "Regular expressions": regex.FUNCTIONS,
    "Optionals": optionals.FUNCTIONS,
}
"""The functions by the title of their library, in the order of the reference."""

FUNCTIONS: Final = tuple(function for library in LIBRARIES.values() for function in library)
"""All functions that every environment has."""

CLASSES: Final[Mapping[str, type]] = {**STANDARD_CLASSES}
"""The Python class of every type that a function may name."""

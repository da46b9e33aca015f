"""All that generated code may name beside its variables and constants: a fixed set of functions, under mangled names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel import arithmetic, indexing, iterating, operators
from zen_gc_core.expressions.cel.library import optionals, standard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FAILURES: Final = (ExpressionError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)
"""What the fast tier may raise on an object that the expression cannot judge, or not so simply."""

FREE: Final[Mapping[str, Callable[..., Any]]] = {
    "f_has": dict.__contains__,
    "f_at": list.__getitem__,
    "f_contains": str.__contains__,
    "f_startswith": str.startswith,
    "f_endswith": str.endswith,
    "f_bool": operators.boolean,
    "f_subtract": arithmetic.subtract,
    "f_any": any,
    "f_all": all,
    "f_sum": sum,
    "f_or_value": optionals.value_or,
    "f_or": optionals.optional_or,
    "f_opt_map": optionals.map_optional,
    "f_opt_flat_map": optionals.flat_map_optional,
    "f_present": optionals.present_values,
}
"""Helpers of the generated code that charge nothing to the budget."""

METERED: Final[Mapping[str, Callable[..., Any]]] = {
    "f_contains_metered": standard.contains,
    "f_eq": operators.equal,
    "f_ne": operators.not_equal,
    "f_lt": operators.less,
    "f_le": operators.less_or_equal,
    "f_gt": operators.greater,
    "f_ge": operators.greater_or_equal,
    "f_in": operators.is_in,
    "f_add": arithmetic.add,
    "f_mul": arithmetic.multiply,
    "f_div": arithmetic.divide,
    "f_mod": arithmetic.modulo,
    "f_neg": arithmetic.negate,
    "f_index": indexing.index,
    "f_select": indexing.select,
    "f_optional_index": indexing.optional_index,
    "f_has_field": indexing.has_field,
    "f_map": indexing.make_map,
    "f_each": iterating.elements,
    "f_pairs": iterating.pairs,
    "f_entry": iterating.only_entry,
}
"""Helpers that may charge the budget, which the evaluation then begins with."""

HELPERS: Final = {**FREE, **METERED}
"""All helpers by their names."""

"""Values of CEL as JSON can show them, for printing."""

from __future__ import annotations

import base64
import math
from typing import Any

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel.times import format_duration, format_timestamp
from zen_gc_core.expressions.cel.values import Duration, Optional, Timestamp, type_name


def to_json(value: Any) -> Any:
    """Render a value of CEL as one that JSON has.

    Args:
        value: Any value that an expression yields.

    Returns:
        Null, booleans, numbers, texts, lists and maps as they are, keys as texts; times as CEL spells them; bytes in
        base64; NaN and infinities, types and the values of libraries as texts; an optional as its value or null.

    Raises:
        ExpressionError: The value is none of CEL's, or nested too deeply.
    """
    try:
        return _render(value)
    except RecursionError:
        raise ExpressionError("the value is nested too deeply") from None


def _render(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case Timestamp():
            return format_timestamp(value)
        case Duration():
            return format_duration(value)
        case int():
            return int(value)
        case float():
            return (
                value
                if math.isfinite(value)
                else "NaN"
                if math.isnan(value)
                else "Infinity"
                if value > 0
                else "-Infinity"
            )
        case bytes():
            return base64.b64encode(value).decode()
        case list():
            return [_render(element) for element in value]
        case dict():
            return {_key(key): _render(content) for key, content in value.items()}
        case Optional():
            return _render(value.value) if value.present else None
    type_name(value)
    return str(value)


def _key(key: Any) -> str:
    rendered = _render(key)
    return ("true" if rendered else "false") if isinstance(rendered, bool) else str(rendered)

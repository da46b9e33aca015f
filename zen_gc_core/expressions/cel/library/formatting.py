"""``string.format(list)``: C-like verbs for the values of CEL.

Source: cel-go, ``ext/formatting_v2.go``.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.cel.times import format_duration, format_timestamp
from zen_gc_core.expressions.cel.values import Duration, Timestamp, Type, Uint, type_name

if TYPE_CHECKING:
    from collections.abc import Callable

_VERB: Final = re.compile(
    r"%(?:(?P<percent>%)|(?:\.(?P<precision>[0-9]{1,4}))?(?P<verb>[a-zA-Z])|(?P<wrong>.|\Z))", re.DOTALL
)
_MAX_PRECISION: Final = 1000


def format_text(pattern: str, values: list[Any]) -> str:
    """Replace the verbs of a pattern by values.

    Args:
        pattern: Text with verbs; ``%%`` is a percent sign.
        values: One for each verb.

    Raises:
        ExpressionError: A verb is unknown, cannot show its value, or has none.
    """
    spend_bytes(len(pattern))
    made: list[str] = []
    position, left = 0, iter(values)
    for found in _VERB.finditer(pattern):
        made.append(pattern[position : found.start()])
        position = found.end()
        if found["percent"]:
            made.append("%")
            continue
        show = _VERBS.get(found["verb"] or "")
        if show is None:
            raise ExpressionError(f"format() has no verb {found[0]!r}")
        precision = min(int(found["precision"] or "6"), _MAX_PRECISION)
        try:
            value = next(left)
        except StopIteration:
            raise ExpressionError(f"format() has no value for {found[0]!r}") from None
        text = show(value, precision)
        spend_bytes(len(text))
        made.append(text)
    return "".join([*made, pattern[position:]])


def _cannot(verb: str, value: Any) -> ExpressionError:
    return ExpressionError(f"format() cannot show a value of type {type_name(value)} by %{verb}")


def _special(value: float) -> str | None:
    if math.isfinite(value):
        return None
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _plain_double(value: float) -> str:
    return _special(value) or f"{Decimal(repr(value)).normalize():f}"


def _string(value: Any, precision: int) -> str:  # noqa: C901  a case a type
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Timestamp():
            return format_timestamp(value)
        case Duration():
            return format_duration(value)
        case int():
            return str(int(value))
        case float():
            return _plain_double(value)
        case str():
            return value
        case bytes():
            return value.decode(errors="replace")
        case Type():
            return value.name
        case list():
            spend_bytes(8 * len(value))
            return f"[{', '.join(_charged(element, precision) for element in value)}]"
        case dict():
            spend_bytes(16 * len(value))
            entries = sorted((_charged(key, precision), content) for key, content in value.items())
            return f"{{{', '.join(f'{key}: {_charged(content, precision)}' for key, content in entries)}}}"
    raise _cannot("s", value)


def _charged(value: Any, precision: int) -> str:
    text = _string(value, precision)
    spend_bytes(len(text))
    return text


def _decimal(value: Any, _precision: int) -> str:
    if type(value) in (int, Uint):
        return str(int(value))
    if type(value) is float:
        return _plain_double(value)
    raise _cannot("d", value)


def _fixed(value: Any, precision: int) -> str:
    if type(value) not in (int, Uint, float):
        raise _cannot("f", value)
    return _special(float(value)) or f"{float(value):.{precision}f}"


def _scientific(value: Any, precision: int) -> str:
    if type(value) not in (int, Uint, float):
        raise _cannot("e", value)
    return _special(float(value)) or f"{float(value):.{precision}e}"


def _binary(value: Any, _precision: int) -> str:
    if type(value) not in (int, Uint, bool):
        raise _cannot("b", value)
    return f"{int(value):b}"


def _octal(value: Any, _precision: int) -> str:
    if type(value) not in (int, Uint):
        raise _cannot("o", value)
    return f"{int(value):o}"


def _hexadecimal(value: Any, _precision: int) -> str:
    if type(value) in (int, Uint):
        return f"{int(value):x}"
    if type(value) in (str, bytes):
        spend_bytes(2 * len(value))
        return (value.encode() if type(value) is str else value).hex()
    raise _cannot("x", value)


def _capital_hexadecimal(value: Any, precision: int) -> str:
    return _hexadecimal(value, precision).upper()


_VERBS: Final[dict[str, Callable[[Any, int], str]]] = {
    "s": _string,
    "d": _decimal,
    "f": _fixed,
    "e": _scientific,
    "b": _binary,
    "o": _octal,
    "x": _hexadecimal,
    "X": _capital_hexadecimal,
}

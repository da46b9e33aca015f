"""The standard functions of CEL: size, conversions, searching in texts, parts of times.

Source: the CEL language definition, "List of Standard Definitions".
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.operators import LONG
from zen_gc_core.expressions.cel.times import (
    bounded_timestamp,
    format_duration,
    format_timestamp,
    local_time,
    parse_duration,
    parse_timestamp,
)
from zen_gc_core.expressions.cel.values import NANOSECONDS, Duration, Timestamp, Type, Uint, as_int, as_uint, type_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,24}")
_DOUBLE: Final = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:inf|infinity|nan)", re.IGNORECASE | re.ASCII
)
_CONTAINS: Final = str.__contains__
_SHORTEST_EXPONENT: Final = 6
"""Powers of ten from which Go writes a double with an exponent (``%g`` without a precision)."""

_TRUE: Final = ("1", "t", "T", "true", "TRUE", "True")
_FALSE: Final = ("0", "f", "F", "false", "FALSE", "False")


def contains(text: str, part: str) -> bool:
    """``text.contains(part)``; the slot, not ``in``, so that other types raise ``TypeError``."""
    if len(text) > LONG:
        spend_bytes(len(text))
    return _CONTAINS(text, part)


def starts_with(text: str, prefix: str) -> bool:
    """``text.startsWith(prefix)``."""
    if len(prefix) > LONG:
        spend_bytes(len(prefix))
    return text.startswith(prefix)


def ends_with(text: str, suffix: str) -> bool:
    """``text.endsWith(suffix)``."""
    if len(suffix) > LONG:
        spend_bytes(len(suffix))
    return text.endswith(suffix)


def _int_of_double(value: float) -> int:
    if -9.223372036854775808e18 < value < 9.223372036854775808e18:
        return int(value)
    raise ExpressionError("a double beyond 64 bits is no int")


def _uint_of_double(value: float) -> Uint:
    if 0 <= value < 18446744073709551616.0:
        return Uint(int(value))
    raise ExpressionError("a double that is negative or beyond 64 bits is no uint")


def _int_of_string(text: str) -> int:
    if _INTEGER.fullmatch(text):
        return as_int(int(text))
    raise ExpressionError(f"{text[:40]!r} is no int")


def _uint_of_string(text: str) -> Uint:
    if _INTEGER.fullmatch(text):
        return as_uint(int(text))
    raise ExpressionError(f"{text[:40]!r} is no uint")


def _double_of_string(text: str) -> float:
    if len(text) <= 400 and _DOUBLE.fullmatch(text):
        return float(text)
    raise ExpressionError(f"{text[:40]!r} is no double")


def _bool_of_string(text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ExpressionError(f"{text[:40]!r} is no bool")


def string_of_double(value: float) -> str:
    """Spell a double as Go's ``strconv.FormatFloat(v, 'g', -1, 64)`` does: ``1.5``, ``1e+06``, ``NaN``, ``+Inf``."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    mantissa, _, exponent = f"{value!r}".partition("e")
    sign = "-" if mantissa[0] == "-" else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return f"{sign}0"
    leading = len(whole + fraction) - len(digits)
    power = len(whole) - leading - 1 + int(exponent or 0)
    digits = digits.rstrip("0")
    if power < -4 or power >= _SHORTEST_EXPONENT:
        return f"{sign}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole = digits[: power + 1].ljust(power + 1, "0")
    return f"{sign}{whole}.{digits[power + 1 :]}" if digits[power + 1 :] else f"{sign}{whole}"


def _string_of_bytes(value: bytes) -> str:
    spend_bytes(len(value))
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ExpressionError("these bytes are no UTF-8") from None


def _bytes_of_string(text: str) -> bytes:
    spend_bytes(len(text))
    return text.encode()


def _size(value: Any) -> int:
    return len(value)


def _same(value: Any) -> Any:
    return value


def _accessor(part: Callable[[datetime], int]) -> tuple[Callable[..., int], Callable[..., int]]:
    def utc(value: Timestamp) -> int:
        return part(local_time(value, "UTC"))

    def zoned(value: Timestamp, zone: str) -> int:
        return part(local_time(value, zone))

    return utc, zoned


def _milliseconds(value: Timestamp, _zone: str = "UTC") -> int:
    return int(value) % NANOSECONDS // 1_000_000


def _part_of_duration(unit: int, wrap: int | None = None) -> Callable[[Duration], int]:
    def part(value: Duration) -> int:
        whole = abs(int(value)) // unit
        whole = whole if wrap is None else whole % wrap
        return whole if value >= 0 else -whole

    return part


_PARTS: Final[tuple[tuple[str, Callable[[datetime], int], str], ...]] = (
    ("getFullYear", lambda moment: moment.year, "The year."),
    ("getMonth", lambda moment: moment.month - 1, "The month, from 0 (January)."),
    ("getDate", lambda moment: moment.day, "The day of the month, from 1."),
    ("getDayOfMonth", lambda moment: moment.day - 1, "The day of the month, from 0."),
    ("getDayOfWeek", lambda moment: moment.isoweekday() % 7, "The day of the week, from 0 (Sunday)."),
    ("getDayOfYear", lambda moment: moment.timetuple().tm_yday - 1, "The day of the year, from 0."),
    ("getHours", lambda moment: moment.hour, "The hour, 0 to 23."),
    ("getMinutes", lambda moment: moment.minute, "The minute, 0 to 59."),
    ("getSeconds", lambda moment: moment.second, "The second, 0 to 59."),
)
ZONED: Final = frozenset({*(name for name, _, _ in _PARTS), "getMilliseconds"})
"""Members of timestamps whose argument is a time zone."""


def _time_accessors() -> list[Function]:
    made = []
    for name, part, documentation in _PARTS:
        utc, zoned = _accessor(part)
        made += [
            Function(name, ("timestamp",), "int", utc, member=True, documentation=f"{documentation} In UTC."),
            Function(
                name,
                ("timestamp", "string"),
                "int",
                zoned,
                member=True,
                documentation=f"{documentation} In a time zone (`Europe/Paris`, `-02:30`).",
            ),
        ]
    milliseconds = "The milliseconds of the second, 0 to 999."
    made += [
        Function("getMilliseconds", ("timestamp",), "int", _milliseconds, member=True, documentation=milliseconds),
        Function(
            "getMilliseconds", ("timestamp", "string"), "int", _milliseconds, member=True, documentation=milliseconds
        ),
    ]
    units = (
        ("getHours", 3600 * NANOSECONDS, None),
        ("getMinutes", 60 * NANOSECONDS, None),
        ("getSeconds", NANOSECONDS, None),
        ("getMilliseconds", 1_000_000, 1000),
    )
    texts = {
        "getHours": "The whole hours of the duration.",
        "getMinutes": "The whole minutes of the duration.",
        "getSeconds": "The whole seconds of the duration.",
        "getMilliseconds": "The milliseconds of the duration's last second.",
    }
    made += [
        Function(name, ("duration",), "int", _part_of_duration(unit, wrap), member=True, documentation=texts[name])
        for name, unit, wrap in units
    ]
    return made


def _conversion(name: str, source: str, function: Callable[[Any], Any], documentation: str) -> Function:
    return Function(name, (source,), name, function, documentation=documentation)


FUNCTIONS: Final = (
    *(Function("size", (kind,), "int", _size, documentation="The number of its characters, bytes, elements or entries.") for kind in ("string", "bytes", "list", "map")),
    *(Function("size", (kind,), "int", _size, member=True, documentation="The number of its characters, bytes, elements or entries.") for kind in ("string", "bytes", "list", "map")),
    Function("contains", ("string", "string"), "bool", contains, member=True, documentation="Whether the text contains another."),
    Function("startsWith", ("string", "string"), "bool", starts_with, member=True, documentation="Whether the text begins with another."),
    Function("endsWith", ("string", "string"), "bool", ends_with, member=True, documentation="Whether the text ends with another."),
    Function("type", ("dyn",), "type", lambda value: Type(type_name(value)), documentation="The type of a value."),
    Function("dyn", ("dyn",), "dyn", _same, documentation="The value, its type no longer checked before evaluation."),
    _conversion("bool", "bool", _same, "The value itself."),
    _conversion("bool", "string", _bool_of_string, "`true` of `1 t T true True TRUE`, `false` of `0 f F false False FALSE`."),
    _conversion("int", "int", _same, "The value itself."),
    _conversion("int", "uint", lambda value: as_int(int(value)), "The number, if it fits."),
    _conversion("int", "double", _int_of_double, "The number, cut towards zero, if it fits."),
    _conversion("int", "string", _int_of_string, "The number that the text spells."),
    _conversion("int", "timestamp", lambda value: int(value) // NANOSECONDS, "The seconds since 1970-01-01T00:00:00Z."),
    _conversion("int", "duration", int, "The nanoseconds of the duration."),
    _conversion("uint", "uint", _same, "The value itself."),
    _conversion("uint", "int", as_uint, "The number, if it is not negative."),
    _conversion("uint", "double", _uint_of_double, "The number, cut towards zero, if it fits."),
    _conversion("uint", "string", _uint_of_string, "The number that the text spells."),
    _conversion("double", "double", _same, "The value itself."),
    _conversion("double", "int", float, "The nearest double."),
    _conversion("double", "uint", float, "The nearest double."),
    _conversion("double", "string", _double_of_string, "The number that the text spells."),
    _conversion("string", "string", _same, "The value itself."),
    _conversion("string", "bool", lambda value: "true" if value else "false", "`true` or `false`."),
    _conversion("string", "int", str, "The number in decimal."),
    _conversion("string", "uint", lambda value: str(int(value)), "The number in decimal."),
    _conversion("string", "double", string_of_double, "The number in decimal, as short as it can be told from its neighbours."),
    _conversion("string", "bytes", _string_of_bytes, "The text that the bytes are in UTF-8."),
    _conversion("string", "timestamp", format_timestamp, "The instant as RFC 3339 in UTC."),
    _conversion("string", "duration", format_duration, "The duration in seconds, such as `5400s`."),
    _conversion("bytes", "bytes", _same, "The value itself."),
    _conversion("bytes", "string", _bytes_of_string, "The text in UTF-8."),
    _conversion("timestamp", "timestamp", _same, "The value itself."),
    _conversion("timestamp", "string", parse_timestamp, "The instant of an RFC 3339 time, such as `2026-01-31T12:00:00Z`; nothing else is one."),
    _conversion("timestamp", "int", lambda seconds: bounded_timestamp(seconds * NANOSECONDS), "The instant so many seconds after 1970-01-01T00:00:00Z."),
    _conversion("duration", "duration", _same, "The value itself."),
    _conversion("duration", "string", parse_duration, "The duration that the text spells with `h`, `m`, `s`, `ms`, `us`, `ns`, such as `1h30m`; there are no days."),
    *_time_accessors(),
)  # fmt: skip
"""The functions of this library."""

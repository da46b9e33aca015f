"""The values of CEL as Python holds them, their names and their bounds.

============================  =========================================================================
CEL                           Python
============================  =========================================================================
null bool int double string   ``None`` ``bool`` ``int`` ``float`` ``str``, as decoded JSON has them
bytes list map                ``bytes`` ``list`` ``dict``
uint timestamp duration       :class:`Uint` :class:`Timestamp` :class:`Duration`: integers of their own type
type optional_type            :class:`Type` :class:`Optional`
others                        classes of their library, with their CEL name in ``cel_type``
============================  =========================================================================

Types are told apart by ``type(value) is``: ``True`` is no int and a :class:`Duration` no number. Data only: what
operators and functions do with values lives elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from zen_gc_core.errors import ExpressionError

INT_MIN: Final = -(1 << 63)
INT_MAX: Final = (1 << 63) - 1
UINT_MAX: Final = (1 << 64) - 1

NANOSECONDS: Final = 1_000_000_000
"""Nanoseconds of a second."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LATEST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


class Uint(int):
    """An unsigned 64-bit integer."""

    __slots__ = ()


class Timestamp(int):
    """An instant: nanoseconds since 1970-01-01T00:00:00Z, within the years 1 to 9999."""

    __slots__ = ()

    def to_datetime(self) -> datetime:
        """The instant as an aware datetime in UTC, rounded up to microseconds so that nothing is due too early."""
        return _EPOCH + timedelta(microseconds=min(-(-int(self) // 1000), _LATEST))


class Duration(int):
    """A span of time in nanoseconds; it may be negative."""

    __slots__ = ()

    def to_timedelta(self) -> timedelta:
        """The span as a timedelta, cut to microseconds."""
        return timedelta(microseconds=int(self) // 1000)


def timestamp_from_datetime(moment: datetime) -> Timestamp:
    """Convert an aware datetime.

    Args:
        moment: The instant, with its zone.

    Raises:
        ValueError: The datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a timestamp needs an aware datetime")
    return Timestamp((moment - _EPOCH) // _MICROSECOND * 1000)


def duration_from_timedelta(span: timedelta) -> Duration:
    """Convert a timedelta."""
    return Duration(span // _MICROSECOND * 1000)


class Type:
    """A type as a value: what ``type(x)`` yields.

    Args:
        name: The name of the type in CEL.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return type(other) is Type and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"Type({self.name!r})"


class Optional:
    """A value that may be absent (CEL's ``optional_type``).

    Args:
        content: The value; nothing for none at all.
    """

    __slots__ = ("_content",)

    def __init__(self, *content: Any) -> None:
        self._content = content

    @property
    def present(self) -> bool:
        """Whether there is a value."""
        return bool(self._content)

    @property
    def value(self) -> Any:
        """The value.

        Raises:
            ExpressionError: There is none.
        """
        if not self._content:
            raise ExpressionError("optional.none() has no value")
        return self._content[0]

    def __repr__(self) -> str:
        return f"optional.of({self._content[0]!r})" if self._content else "optional.none()"


NONE: Final = Optional()
"""The optional without a value."""

_NAMES: Final[dict[type, str]] = {
    type(None): "null_type",
    bool: "bool",
    int: "int",
    Uint: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    dict: "map",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    Type: "type",
    Optional: "optional_type",
}

TYPE_CONSTANTS: Final = frozenset({*_NAMES.values()})
"""The names of types that an expression may write as values (``type(x) == string``)."""


def type_name(value: Any) -> str:
    """The CEL name of a value's type.

    Raises:
        ExpressionError: The value is none of CEL's.
    """
    name = _NAMES.get(type(value)) or getattr(type(value), "cel_type", None)
    if not isinstance(name, str):
        raise ExpressionError(f"a value of the Python type {type(value).__name__} is no value of CEL")
    return name


_HINTS: Final[dict[tuple[str, type], str]] = {
    ("contains", list): "of a list: write `x in list`, or list.exists(e, e.contains(x))",
    ("contains", dict): "of a map: write `key in map`",
}
"""What is meant by calls that other languages have, by the type of their first operand."""


def no_overload(operation: str, *operands: Any) -> ExpressionError:
    """The error of an operation that its operands' types do not have."""
    said = f"no such overload: {operation}({', '.join(map(type_name, operands))})"
    hint = _HINTS.get((operation, type(operands[0]))) if operands else None
    return ExpressionError(f"{said}; {hint}" if hint else said)


def as_int(value: int) -> int:
    """The value within 64 bits.

    Raises:
        ExpressionError: It overflows.
    """
    if INT_MIN <= value <= INT_MAX:
        return value
    raise ExpressionError("integer overflow")


def as_uint(value: int) -> Uint:
    """The value as an unsigned 64-bit integer.

    Raises:
        ExpressionError: It overflows or is negative.
    """
    if 0 <= value <= UINT_MAX:
        return Uint(value)
    raise ExpressionError("unsigned integer overflow")

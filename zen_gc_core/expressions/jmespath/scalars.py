"""What JMESPath's functions over numbers, texts and instants do.

The kinds of their arguments have been checked by the caller, except for the elements of arrays. What is dear is
charged to the budget first.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from zen_gc_core.errors import ExpressionError, InputError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.jmespath.kinds import NUMBERS, charge_whole
from zen_gc_core.instants import EARLIEST, format_instant, is_zero, parse_instant

Number = int | float

_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_LONGEST_NUMBER: Final = 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


def ceil(number: Number) -> int:
    """The smallest integer that is not below a number."""
    return math.ceil(_finite("ceil", number))


def floor(number: Number) -> int:
    """The largest integer that is not above a number."""
    return math.floor(_finite("floor", number))


def _finite(name: str, number: Number) -> Number:
    if type(number) is float and not math.isfinite(number):
        raise ExpressionError(f"{name}(): {number} is no finite number")
    return number


def to_number(value: Any) -> Number | None:
    """The number that a text spells as JSON does; a number as it is; null for anything else.

    The library also reads what Python reads: ``1_000``, ``nan``, `` 7 ``. A number that is beyond a double is null.
    """
    if type(value) in NUMBERS:
        number: Number = value
        return number
    if type(value) is not str or len(value) > _LONGEST_NUMBER:
        return None
    spelt = _JSON_NUMBER.fullmatch(value)
    if spelt is None:
        return None
    if spelt.group(1) is None and spelt.group(2) is None:
        return int(value)
    double = float(value)
    return double if math.isfinite(double) else None


def to_string(value: Any) -> str:
    """A text as it is; anything else as compact JSON in ASCII."""
    if type(value) is str:
        return value
    charge_whole(value)
    try:
        text = json.dumps(value, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise ExpressionError(f"to_string(): the value has no JSON: {error}") from None
    spend_bytes(len(text))
    return text


def now(instant: datetime | None) -> Number:
    """The instant of the run, in seconds since the epoch."""
    return _seconds(_known("now", instant) - _EPOCH)


def timestamp(text: str) -> Number:
    """The instant that an RFC 3339 text names, in seconds since the epoch.

    Raises:
        ExpressionError: The text names no instant, or Go's zero time, which is how objects spell that there is none.
            There are no dates without a time and no times without a zone.
    """
    moment = instant_of("timestamp", text)
    if is_zero(moment):
        raise ExpressionError("timestamp(): the zero time (year 1) is no time")
    return _seconds(moment - _EPOCH)


def age(instant: datetime | None, text: str) -> Number:
    """How many seconds lie between the instant that a text names and the run; negative for an instant to come.

    Raises:
        ExpressionError: The text names no instant, or one before 2014: Kubernetes has no object as old.
    """
    moment = instant_of("age", text)
    if moment < EARLIEST:
        raise ExpressionError(f"age(): {format_instant(moment)} is before Kubernetes")
    return _seconds(_known("age", instant) - moment)


def instant_of(name: str, text: str) -> datetime:
    """The instant that an RFC 3339 text names, for the function of that name.

    Raises:
        ExpressionError: It names none.
    """
    try:
        return parse_instant(text, dates=False)
    except InputError as error:
        raise ExpressionError(f"{name}(): {error}") from None


def _known(name: str, instant: datetime | None) -> datetime:
    if instant is None or instant.tzinfo is None:
        raise ExpressionError(f"{name}(): the instant of the run is not known here")
    return instant


def _seconds(span: timedelta) -> Number:
    """A span in seconds: an integer when it is whole, else the nearest double."""
    return span // _SECOND if not span.microseconds else span / _SECOND

"""Plain YAML scalars: what they are by the core schema of YAML 1.2, and what kubectl reads in them.

kubectl (sigs.k8s.io/yaml over go-yaml v2) resolves plain scalars by YAML 1.1: ``NO`` is false, ``010`` is 8. A scalar
that the two read differently means one thing in a preview and another on the cluster, so it is refused here: in quotes
it is the same text to everybody. The second opinion is ``resolve`` of ``go.yaml.in/yaml/v2``, held by a table that
go-yaml itself wrote.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, Final

from zen_gc_core.errors import ZenGCError
from zen_gc_core.texts import visible

_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE: Final = frozenset(("true", "True", "TRUE"))
_FALSE: Final = frozenset(("false", "False", "FALSE"))
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NO_NUMBER: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

_OTHERWISE: Final = frozenset("yYnNoO+-.0123456789")
"""How a scalar begins that the two may read differently."""
_ONLY_TRUE: Final = frozenset(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"))
_ONLY_FALSE: Final = frozenset(("n", "N", "no", "No", "NO", "off", "Off", "OFF"))
_GO_INTEGER: Final = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]([0-7]+)|0([0-7]+)|(0|[1-9][0-9]{0,20}))", re.ASCII
)
_GO_FRACTION: Final = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?", re.ASCII)
_BASES: Final = (16, 2, 8, 8, 10)
_LARGEST: Final = 2**63 - 1
_LONGEST_SHOWN: Final = 40


class ScalarError(ZenGCError):
    """A plain scalar that is refused; the text says why."""


class DoubtfulScalarError(ScalarError):
    """A plain scalar that kubectl reads otherwise.

    Args:
        message: Both readings, and what to write instead.
        value: What it is by YAML 1.2.
    """

    def __init__(self, message: str, value: Any) -> None:
        self.value = value
        super().__init__(message)


def plain_scalar(text: str) -> Any:
    """The value of a plain scalar: None, a boolean, an integer, a finite number or text.

    A number without a fraction is an integer, as it is in the JSON that kubectl sends.

    Raises:
        ScalarError: JSON cannot hold it.
        DoubtfulScalarError: kubectl reads something else in it.
    """
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    value = _core_schema(text)
    if text[0] in _OTHERWISE:
        theirs = _as_kubectl(text)
        if type(theirs) is not type(value) or theirs != value:
            shown = visible(text, _LONGEST_SHOWN)
            raise DoubtfulScalarError(
                f"{shown} is {_described(value)} in YAML 1.2, but {_described(theirs)} to kubectl: quote it, '{shown}'",
                value,
            )
    return value


def _core_schema(text: str) -> Any:
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return _whole(number)
    if _NO_NUMBER.fullmatch(text):
        raise ScalarError(f"{text} is not a value that JSON can hold")
    return text


def _as_kubectl(text: str) -> Any:
    """What go-yaml v2 resolves a plain scalar to that begins as one which might be no text; dates are text to it."""
    if text in _ONLY_TRUE or text in _ONLY_FALSE:
        return text in _ONLY_TRUE
    if text[0] in "yYnNoO":
        return text
    plain = text.replace("_", "")
    if text[0] != "." and (integer := _go_integer(plain)) is not None:
        return integer if integer <= _LARGEST else _whole(float(integer))
    if (_GO_FRACTION.fullmatch(text) if text[0] == "." else _FLOAT.fullmatch(plain)) and math.isfinite(
        number := float(plain)
    ):
        return _whole(number)
    return text


def _go_integer(text: str) -> int | None:
    """``strconv.ParseInt(text, 0, 64)``, then ``ParseUint``; binary numbers may have their sign behind ``0b``."""
    found = _GO_INTEGER.fullmatch(re.sub(r"^0b([-+])", r"\g<1>0b", text))
    if found is None:
        return None
    sign, *parts = found.groups()
    base, digits = next((base, digits) for base, digits in zip(_BASES, parts, strict=True) if digits)
    value = int(digits, base)
    if sign == "-":
        return -value if value <= _LARGEST + 1 else None
    return value if value <= _LARGEST or (not sign and value < 2**64) else None


def _whole(number: float) -> float:
    """A number as JSON's readers see it: an integer where it has no fraction and fits."""
    if not number.is_integer() or abs(number) > _LARGEST:
        return number
    return int(Decimal(repr(number)))  # the digits that are sent, not those of the binary fraction


def _described(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "text" if isinstance(value, str) else f"the number {visible(str(value), _LONGEST_SHOWN)}"

"""Kubernetes' named formats: ``format.dns1123Label().validate(text)`` is none, or why the text is not of that format.

Source: Kubernetes, ``apiserver/pkg/cel/library/format.go``; ``apimachinery/pkg/util/validation``.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.library.urls import is_url
from zen_gc_core.expressions.cel.times import parse_timestamp
from zen_gc_core.expressions.cel.values import NONE, Optional

if TYPE_CHECKING:
    from collections.abc import Callable

_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LABEL_1035: Final = "[a-z]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE: Final = rf"(({_QUALIFIED})?)"
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Format:
    """A named format.

    Args:
        name: Its name.
        faults: What is wrong with a text, a sentence each.
    """

    cel_type: ClassVar = "kubernetes.NamedFormat"

    name: str
    faults: Callable[[str], list[str]]

    def __str__(self) -> str:
        return self.name


class _Shape(NamedTuple):
    """A format that a length and a pattern tell."""

    pattern: str
    longest: int
    rule: str
    examples: tuple[str, ...]

    def faults(self, text: str) -> list[str]:
        """What is wrong with a text."""
        made = [] if len(text.encode()) <= self.longest else [f"must be no more than {self.longest} bytes"]
        if len(text) > 4 * self.longest or not re.fullmatch(self.pattern, text):
            examples = ", or ".join(f"'{example}'" for example in self.examples)
            made.append(f"{self.rule} (e.g. {examples}, regex used for validation is '{self.pattern}')")
        return made

    def prefix_faults(self, text: str) -> list[str]:
        """What is wrong with a text to which a name will be appended: it may end with a dash."""
        return self.faults(f"{text[:-2]}a" if len(text) > 1 and text.endswith("-") else text)


_DNS_1123: Final = _Shape(
    _LABEL,
    63,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    ("my-name", "123-abc"),
)
_DNS_1035: Final = _Shape(
    _LABEL_1035,
    63,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    ("my-name", "abc-123"),
)
_DNS_SUBDOMAIN: Final = _Shape(
    _SUBDOMAIN,
    253,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    ("example.com",),
)
_NAME: Final = _Shape(
    _QUALIFIED,
    63,
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    ("MyName", "my.name", "123-abc"),
)
_VALUE: Final = _Shape(
    _LABEL_VALUE,
    63,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    ("MyValue", "my_value", "12345"),
)


def _qualified_name(text: str) -> list[str]:
    prefix, slash, name = text.rpartition("/")
    if "/" in prefix:
        return [
            f"a qualified name {_NAME.rule.removeprefix('name part ')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        ]
    faults = []
    if slash and not prefix:
        faults.append("prefix part must be non-empty")
    elif slash:
        faults += [f"prefix part {fault}" for fault in _DNS_SUBDOMAIN.faults(prefix)]
    if not name:
        faults.append("name part must be non-empty")
    return faults + _NAME.faults(name)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_datetime(text: str) -> bool:
    try:
        parse_timestamp(text)
    except ExpressionError:
        return False
    return True


def _simple(holds: Callable[[str], bool], fault: str) -> Callable[[str], list[str]]:
    return lambda text: [] if holds(text) else [fault]


_FORMATS: Final = {
    form.name: form
    for form in (
        Format("dns1123Label", _DNS_1123.faults),
        Format("dns1123Subdomain", _DNS_SUBDOMAIN.faults),
        Format("dns1035Label", _DNS_1035.faults),
        Format("qualifiedName", _qualified_name),
        Format("dns1123LabelPrefix", _DNS_1123.prefix_faults),
        Format("dns1123SubdomainPrefix", _DNS_SUBDOMAIN.prefix_faults),
        Format("dns1035LabelPrefix", _DNS_1035.prefix_faults),
        Format("labelValue", _VALUE.faults),
        Format("uri", _simple(is_url, "invalid URI for request")),
        Format("uuid", _simple(lambda text: bool(_UUID.fullmatch(text)), "does not match the UUID format")),
        Format("byte", _simple(_is_base64, "invalid base64")),
        Format("date", _simple(_is_date, "invalid date")),
        Format("datetime", _simple(_is_datetime, "invalid datetime")),
    )
}


def _named(name: str) -> Optional:
    return Optional(_FORMATS[name]) if name in _FORMATS else NONE


def _validate(form: Format, text: str) -> Optional:
    spend_bytes(8 * len(text))
    faults = form.faults(text)
    return Optional(faults) if faults else NONE


def _constant(form: Format) -> Callable[[], Format]:
    return lambda: form


FUNCTIONS: Final = (
    Function("format.named", ("string",), "optional(format)", _named, documentation="The format of a name, if there is one."),
    *(Function(f"format.{name}", (), "format", _constant(form), documentation=f"The format `{name}`.") for name, form in _FORMATS.items()),
    Function("validate", ("format", "string"), "optional(list(string))", _validate, member=True, documentation="None if the text is of the format, otherwise what is wrong with it."),
)  # fmt: skip
"""The functions of this library."""

"""Pydantic's messages in the project's words: what was written, and what to write instead. One place for all kinds.

The kinds are those of ``pydantic_core``; a plugin may use any of them. What is not in the table loses at least the words
that only a programmer knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.parsing.document import described
from zen_gc_core.texts import counted, did_you_mean, one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_LONGEST: Final = 500
_MOST_SHOWN: Final = 40
_CHOICES: Final = re.compile(r"'((?:[^'\\]|\\.)*)'")


def worded(detail: Mapping[str, Any], fields: Collection[str]) -> str:
    """What pydantic says of a configuration, as a sentence that follows the place.

    Args:
        detail: One entry of ``ValidationError.errors``, with its input and context.
        fields: The fields that the configuration may have, for suggestions.
    """
    kind, value, context = detail["type"], detail.get("input"), detail.get("ctx") or {}
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        name = str(detail["loc"][-1])
        return f"unknown field '{one_line(name, 64)}'{did_you_mean(name, fields)}"
    if kind in {"value_error", "assertion_error"}:
        return _lower(str(context.get("error", "")) or detail["msg"].partition(", ")[2])
    if kind in _MUST_BE:
        return f"must be {_MUST_BE[kind]}, not {described(value)}{_instead(kind, value)}"
    if kind in _BOUNDS:
        word, name = _BOUNDS[kind]
        return f"must be {word.format(context.get(name))}, not {described(value)}"
    if kind in _SIZES:
        return _size(kind, context, value)
    if kind in {"literal_error", "enum"}:
        known = _CHOICES.findall(str(context.get("expected", "")))
        near = did_you_mean(value, known) if isinstance(value, str) and known else ""
        return f"must be {one_line(str(context.get('expected')), _LONGEST)}, not {described(value)}{near}"
    if kind == "string_pattern_mismatch":
        return f"must match {context.get('pattern')}, not {described(value)}"
    return _reworded(detail["msg"])


_MUST_BE: Final = {
    **dict.fromkeys(
        ("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type", "arguments_type"), "a list"
    ),
    **dict.fromkeys(
        ("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type", "dataclass_exact_type"),
        "an object",
    ),
    **dict.fromkeys(("string_type", "string_sub_type", "bytes_type", "url_type", "uuid_type"), "text"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "an integer"),
    **dict.fromkeys(
        ("float_type", "float_parsing", "decimal_type", "decimal_parsing", "complex_type", "finite_number"), "a number"
    ),
    "none_required": "null",
}
"""Kinds that say of what type a value must be."""

_BOUNDS: Final = {
    "greater_than": ("more than {}", "gt"),
    "greater_than_equal": ("{} or more", "ge"),
    "less_than": ("less than {}", "lt"),
    "less_than_equal": ("{} or less", "le"),
    "multiple_of": ("a multiple of {}", "multiple_of"),
}
"""Kinds that say how large a number must be, and where its bound is."""

_SIZES: Final = {
    "too_short": ("min_length", "entry", "entries"),
    "too_long": ("max_length", "entry", "entries"),
    "string_too_short": ("min_length", "character", "characters"),
    "string_too_long": ("max_length", "character", "characters"),
    "bytes_too_short": ("min_length", "byte", "bytes"),
    "bytes_too_long": ("max_length", "byte", "bytes"),
}
"""Kinds that say how much of something there must be, and of what."""


def _instead(kind: str, value: Any) -> str:
    """What to write instead of a value of the wrong type."""
    scalar = isinstance(value, str | int | float)
    if _MUST_BE[kind] == "a list" and scalar:
        text = value if isinstance(value, str) else described(value)
        return f": write [{one_line(text, _MOST_SHOWN)}]"
    if _MUST_BE[kind] == "text" and scalar:
        return "; write it in quotes"
    if _MUST_BE[kind] == "true or false" and isinstance(value, str) and value.lower() in {"true", "false"}:
        return ": write it without quotes"
    return ""


def _size(kind: str, context: Mapping[str, Any], value: Any) -> str:
    name, one, several = _SIZES[kind]
    bound = context.get(name)
    if kind.endswith("short") and bound == 1:
        return "must not be empty"
    most = "at least" if kind.endswith("short") else "at most"
    has = f", and has {len(value)}" if isinstance(value, str | bytes | list | dict | tuple | set) else ""
    return f"must have {most} {counted(bound, one, several) if isinstance(bound, int) else several}{has}"


_WORDS: Final = (
    (re.compile(r"\b(?:[Ii]nput )?should\b"), "must"),
    (re.compile(r"\b[Ii]nput\b"), "it"),
    (re.compile(r"\ba valid (?=[aeiou])"), "an "),
    (re.compile(r"\ba valid "), "a "),
    (re.compile(r"\ban? (?:array|tuple|frozenset|set)\b"), "a list"),
    (re.compile(r"\b(?:a dictionary|a dict|a mapping)\b"), "an object"),
    (re.compile(r"\ba string\b"), "text"),
    (re.compile(r"\bstrings?\b"), "text"),
)


def _reworded(message: str) -> str:
    for pattern, word in _WORDS:
        message = pattern.sub(word, message)
    return _lower(message)


def _lower(text: str) -> str:
    return one_line(text[:1].lower() + text[1:], _LONGEST)

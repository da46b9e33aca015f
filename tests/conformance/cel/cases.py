"""The cases of the CEL conformance suite: read from its textproto files, with what each wants of this project."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conformance.cel.textproto import read
from zen_gc_core.expressions.cel import Duration, Timestamp, Type, Uint
from zen_gc_core.expressions.cel.values import NANOSECONDS

_REPOSITORY = Path(__file__).parents[3]
SUITE = Path(os.environ.get("ZEN_GC_TEST_DATA", _REPOSITORY.parent / "shared" / "data")) / "cel-spec"
"""Where the suite lies."""

_LEFT_OUT_FILES = {
    "proto2": "protocol buffer messages",
    "proto2_ext": "protocol buffer messages",
    "proto3": "protocol buffer messages",
    "dynamic": "protocol buffer messages",
    "wrappers": "protocol buffer messages",
    "enums": "protocol buffer enums",
    "unknowns": "partial evaluation",
    "block_ext": "cel.block, a form that optimizers make",
    "type_deduction": "type inference as such",
}
_MESSAGE = re.compile(
    r"TestAllTypes|google\.protobuf|NestedEnum|GlobalEnum|proto[23]\.|TestRequired|\bcel\.expr\.conformance"
)


class LeftOut(Exception):  # noqa: N818  no error but an answer
    """A case is about what this project does not have; the text says what."""


@dataclass(frozen=True)
class Case:
    """A case of the suite.

    Args:
        file: Its file, without the ending.
        section: Its section.
        name: Its name, unique within the section.
        expression: The expression.
        container: The namespace that names are looked up in.
        check_types: Whether types are checked when compiling.
        bindings: The variables and their values.
        declared: Variables that are declared, with a value or without.
        wanted: What it yields; None in ``fails``.
        fails: Whether it must fail, in compiling or in evaluation.
        left_out: Why it is not for this project; empty if it is.
    """

    file: str
    section: str
    name: str
    expression: str
    container: str = ""
    check_types: bool = True
    bindings: dict[str, Any] = field(default_factory=dict)
    declared: tuple[str, ...] = ()
    wanted: Any = None
    fails: bool = False
    left_out: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """File, section and name."""
        return self.file, self.section, self.name


def load() -> list[Case]:
    """All cases of the suite, or none if it is not there."""
    return [
        _case(path.stem, section, test)
        for path in sorted(SUITE.glob("*.textproto"))
        for section in read(path.read_text(encoding="utf-8")).get("section", [])
        for test in section.get("test", [])
    ]


def _one(message: dict[str, list[Any]], name: str, default: Any = None) -> Any:
    return message[name][-1] if name in message else default


def _case(file: str, section: dict[str, list[Any]], test: dict[str, list[Any]]) -> Case:
    plain = {
        "file": file,
        "section": _one(section, "name").decode(),
        "name": _one(test, "name").decode(),
        "expression": _one(test, "expr").decode(),
        "container": _one(test, "container", b"").decode(),
        "check_types": _one(test, "disable_check") != "true",
    }
    reason = _why_left_out(file, plain["expression"] + plain["container"], test)
    if reason:
        return Case(**plain, left_out=reason)
    try:
        bindings = {_one(entry, "key").decode(): _binding(_one(entry, "value")) for entry in test.get("bindings", [])}
        declared = tuple(_one(entry, "name").decode() for entry in test.get("type_env", []))
        return Case(**plain, bindings=bindings, declared=declared, **_outcome(test))
    except LeftOut as found:
        return Case(**plain, left_out=str(found))


def _why_left_out(file: str, text: str, test: dict[str, list[Any]]) -> str:
    if file in _LEFT_OUT_FILES:
        return _LEFT_OUT_FILES[file]
    if _MESSAGE.search(text):
        return "protocol buffer messages"
    for flag, reason in (("check_only", "type inference as such"), ("disable_macros", "parsing without macros")):
        if _one(test, flag) == "true":
            return reason
    if any("function" in declaration for declaration in test.get("type_env", [])):
        return "functions declared without a body"
    return ""


def _binding(message: dict[str, list[Any]]) -> Any:
    if "value" not in message:
        raise LeftOut("partial evaluation")
    return value(_one(message, "value"))


def _outcome(test: dict[str, list[Any]]) -> dict[str, Any]:
    if "eval_error" in test or "any_eval_errors" in test:
        return {"fails": True}
    if "unknown" in test or "any_unknowns" in test:
        raise LeftOut("partial evaluation")
    if "typed_result" in test:
        return {"wanted": value(_one(_one(test, "typed_result"), "result"))}
    return {"wanted": value(_one(test, "value"))} if "value" in test else {"wanted": True}


def value(message: dict[str, list[Any]]) -> Any:  # noqa: C901  a case a kind of value
    """The value of a ``cel.expr.Value``, as this project holds it."""
    ((kind, values),) = message.items()
    content = values[-1]
    match kind:
        case "null_value":
            return None
        case "bool_value":
            return content == "true"
        case "int64_value":
            return int(content, 0)
        case "uint64_value":
            return Uint(int(content, 0))
        case "double_value":
            return float(content)
        case "string_value":
            return content.decode()
        case "bytes_value":
            return content
        case "type_value":
            return Type(content.decode())
        case "list_value":
            return [value(element) for element in content.get("values", [])]
        case "map_value":
            return {value(_one(entry, "key")): value(_one(entry, "value")) for entry in content.get("entries", [])}
        case "object_value":
            return _object(content)
    raise LeftOut("protocol buffer enums")


def _object(message: dict[str, list[Any]]) -> Any:
    for name, values in message.items():
        for made, ending in ((Timestamp, "google.protobuf.Timestamp]"), (Duration, "google.protobuf.Duration]")):
            if name.endswith(ending):
                seconds, nanoseconds = (int(_one(values[-1], part, "0")) for part in ("seconds", "nanos"))
                return made(seconds * NANOSECONDS + nanoseconds)
    raise LeftOut("protocol buffer messages")

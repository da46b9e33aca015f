"""Google's C++ engine (cel-expr-python) as the oracle of differential tests: its values in this project's form."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zen_gc_core.expressions.cel import Duration, Timestamp, Type, Uint

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_TYPE_NAMES = {"NULL": "null_type", "TIMESTAMP": "google.protobuf.Timestamp", "DURATION": "google.protobuf.Duration"}


class Failure:
    """The oracle's answer is an error."""


def oracle_environment(cel: Any) -> Any:
    """An environment of the oracle with the variable ``object`` and all its extensions."""
    from cel_expr_python.ext import (  # noqa: PLC0415  absent where the package is
        ext_bindings,
        ext_encoders,
        ext_math,
        ext_optional,
        ext_strings,
    )

    extensions = [
        getattr(module, name)()
        for module in (ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings)
        for name in dir(module)
        if name.startswith("Ext")
    ]
    return cel.NewEnv(variables={"object": cel.Type.DYN}, extensions=extensions)


def from_oracle(value: Any) -> Any:
    """A value of the oracle; an ERROR is a value there, with a text."""
    kind, content = str(value.type()), value.value()
    if kind == "ERROR":
        return Failure
    if content is None or isinstance(content, bool | float | str):
        return content
    if isinstance(content, int):
        return Uint(content) if kind.upper().startswith("UINT") else content
    if isinstance(content, bytes | bytearray):
        return bytes(content)
    if isinstance(content, list):
        return [from_oracle(element) for element in content]
    if isinstance(content, dict):
        return {key: from_oracle(element) for key, element in content.items()}
    if isinstance(content, dt.datetime):
        return Timestamp((content - _EPOCH) // _MICROSECOND * 1000)
    if isinstance(content, dt.timedelta):
        return Duration(content // _MICROSECOND * 1000)
    if "Type" in type(content).__name__:
        name = content.name()
        return Type(_TYPE_NAMES.get(name, name.partition("<")[0].lower()))
    return content

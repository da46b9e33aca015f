"""``cel: "…"``: an expression yields the instant, or null: never."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from pydantic import Field

from zen_gc_core import Build, Candidate, Compiled, Keyword, Run, Undecided

_TYPES: Final = {bool: "bool", int: "int", float: "double", str: "string", bytes: "bytes", list: "list", dict: "map"}

Expression = Annotated[
    str,
    Field(
        min_length=1,
        description="A CEL expression that yields the instant as a timestamp, or null: never. It sees object, "
        "namespaceObject, now and policy.",
    ),
]
"""The configuration: the text of the expression."""


def _compile(config: str, build: Build) -> Compiled[dt.datetime | None]:
    program = build.cel(config, "")
    evaluate = program.call

    def expiry(candidate: Candidate, run: Run) -> dt.datetime | None:
        value: Any = evaluate(candidate, run)
        if value is None or isinstance(value, dt.datetime):
            return value
        kind = _TYPES.get(type(value), type(value).__name__.lower())
        raise Undecided(f"cel yields a value of type {kind}, not a timestamp or null")

    def explain(candidate: Candidate, run: Run) -> str:
        return "cel yields null: never" if expiry(candidate, run) is None else "by cel"

    return Compiled(expiry, reads=program.reads, explain=explain)


CEL: Final = Keyword("cel", Expression, _compile)

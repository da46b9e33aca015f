"""What cel-python's interpreter says of an expression: a program of its own, that ``second_opinion`` starts.

It reads a question from standard input and writes one answer a line. The interpreter is slow, knows no budget and parses
by backtracking, so it runs where it can be ended: this process has a limit of processor time and of memory, and whoever
starts it has one of wall time. The one importer of ``celpy``.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
import math
import resource
import sys
from typing import Any, Final

import celpy
from celpy import celtypes
from celpy.adapter import json_to_cel

CPU_SECONDS: Final = 10
MEMORY_BYTES: Final = 2 << 30

_NAMES: Final = (
    (celtypes.BoolType, "bool"),
    (celtypes.UintType, "uint"),
    (celtypes.IntType, "int"),
    (celtypes.DoubleType, "double"),
    (celtypes.StringType, "string"),
    (celtypes.BytesType, "bytes"),
    (celtypes.TimestampType, "google.protobuf.Timestamp"),
    (celtypes.DurationType, "google.protobuf.Duration"),
    (celtypes.ListType, "list"),
    (celtypes.MapType, "map"),
    (bool, "bool"),
    (float, "double"),
    (str, "string"),
    (dt.timedelta, "google.protobuf.Duration"),
    (list, "list"),
    (dict, "map"),
)
"""CEL's names of cel-python's types, the narrower first; some of its operators yield Python's own types."""


def type_name(value: Any) -> str:
    """CEL's name of the type of one of cel-python's values."""
    if value is None:
        return "null_type"
    return next((name for kind, name in _NAMES if isinstance(value, kind)), f"cel-python's {type(value).__name__}")


def as_json(value: Any) -> Any:
    """One of cel-python's values as JSON can hold it, spelt as ``zen-gc eval`` spells its own."""
    match type_name(value):
        case "bool":
            return bool(value)
        case "int" | "uint":
            return int(value)
        case "double":
            text = str(float(value)).replace("inf", "Infinity").replace("nan", "NaN")
            return float(value) if math.isfinite(value) else text
        case "bytes":
            return base64.b64encode(value).decode()
        case "google.protobuf.Duration":
            return f"{value.total_seconds():.9f}".rstrip("0").rstrip(".") + "s"
        case "list":
            return [as_json(element) for element in value]
        case "map":
            return {str(key): as_json(element) for key, element in value.items()}
        case "null_type":
            return None
        case _:
            return str(value)


def answer(program: Any, variables: dict[str, Any], now: str) -> dict[str, Any]:
    """What a program yields: ``value`` and ``type``, or ``error``, in one line."""
    try:
        given = {name: json_to_cel(value) for name, value in variables.items()}
        value = program.evaluate({**given, "now": celtypes.TimestampType(now)})
        return {"value": as_json(value), "type": type_name(value)}
    except Exception as error:  # noqa: BLE001  whatever another's interpreter raises is its answer
        text = " ".join(str(error.args[0] if error.args else error).split())
        return {"error": text.partition(" (in activation ")[0] or type(error).__name__}


def refusal(error: Exception) -> str:
    """What its parser says of a text that it does not take, in one line."""
    return f"it does not compile: {' '.join(str(error).split())[:200]}"


def main() -> None:
    """Answer the question on standard input: ``expression``, ``now`` (RFC 3339), ``cases`` (variables of each object)."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    logging.disable(logging.CRITICAL)
    question = json.load(sys.stdin)
    environment = celpy.Environment()
    try:
        program = environment.program(environment.compile(question["expression"]))
    except Exception as error:  # noqa: BLE001  as above: lark's and its own errors, RecursionError among them
        answers = [{"error": refusal(error)} for _ in question["cases"]]
    else:
        answers = [answer(program, case, question["now"]) for case in question["cases"]]
    for one in answers:
        sys.stdout.write(json.dumps(one) + "\n")


if __name__ == "__main__":
    main()

"""The encoders library: base64.

Source: cel-go, ``ext/encoders.go``.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.cel.functions import Function


def _encode(value: bytes) -> str:
    spend_bytes(2 * len(value))
    return base64.b64encode(value).decode()


def _decode(text: str) -> bytes:
    spend_bytes(len(text))
    unpadded = text.rstrip("=")
    try:
        return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ExpressionError("this text is no base64") from None


FUNCTIONS: Final = (
    Function("base64.encode", ("bytes",), "string", _encode, documentation="The bytes in base64."),
    Function("base64.decode", ("string",), "bytes", _decode, documentation="The bytes that base64 text stands for, padded or not."),
)  # fmt: skip
"""The functions of this library."""

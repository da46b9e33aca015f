"""Streams: where each of several JSON texts after each other begins and ends, without decoding any."""

from __future__ import annotations

import json
import re
from typing import Final

import msgspec

from zen_gc_core.cli.reading.documents import FileError

_SPACE: Final = " \t\r\n"
_STARTS: Final = ("{", "[")
_BETWEEN: Final = re.compile(rb"[}\]]([ \t\r]*\n(?:[ \t\r\n]|---[ \t\r]*\n)*)(?=[{\[])")
_MARKER: Final = re.compile(rb"^---", re.MULTILINE)


class _Nothing(msgspec.Struct):
    pass


_decode_nothing = msgspec.json.Decoder(_Nothing).decode


def is_json(content: bytes | memoryview) -> bool:
    """Whether a text is one JSON text."""
    try:
        _decode_nothing(content)
    except msgspec.ValidationError:
        try:
            msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        return True
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def texts_of(source: str, content: bytes) -> list[tuple[int, int]]:
    """Where the JSON texts of a stream begin and end; none when it is no JSON.

    A line break stands in no text of JSON, and what ends before one is followed by a comma or by another end: between an
    end and a beginning, it parts two texts. So does a line ``---``. Only what stands on one line has to be read to be parted.

    Args:
        source: The file's name.
        content: The content; it begins with a text, or a blank.

    Raises:
        FileError: One of the texts is broken, and others are not.
    """
    found: list[tuple[int, int]] = []
    broken: tuple[int, int] | None = None
    view, begin = memoryview(content), 0
    for end, after in (*((match.start(1), match.end()) for match in _BETWEEN.finditer(content)), (len(content),) * 2):
        if is_json(view[begin:end]):
            found.append((begin, end))
        else:
            parted, rest = _parted(view[begin:end], begin)
            found.extend(parted)
            if rest is not None:
                broken = broken or (rest, end)
        begin = after
    if broken is None:
        return found
    if found and content[broken[0]] in b"{[" and _MARKER.search(content) is None:
        raise fault_of(source, content, *broken)  # after a marker, or a comment, what is no JSON may be YAML
    return []


def fault_of(source: str, content: bytes, begin: int, end: int) -> FileError:
    """What is wrong with a text that is no JSON, and where.

    Args:
        source: The file's name.
        content: The content of the file.
        begin: Where the text begins.
        end: Where it ends.
    """
    line = content.count(b"\n", 0, begin) + 1
    try:
        text = bytes(content[begin:end]).decode().rstrip()
        json.loads(text)
    except UnicodeDecodeError:
        return FileError(f"{source}:{line}: not UTF-8")
    except json.JSONDecodeError as error:
        where = f"{source}:{line + error.lineno - 1}"
        if error.pos >= len(text) or error.msg.startswith("Unterminated string"):
            return FileError(f"{where}: no JSON: it ends before it is complete, as what was cut short")
        if text[error.pos] in "\r\n":
            return FileError(f"{where}: no JSON: a text in quotes does not end on its line")
        return FileError(f"{where}: no JSON: {error.msg}, at character {error.colno} of the line")
    except RecursionError:
        return FileError(f"{source}:{line}: nested too deep")
    return FileError(f"{source}:{line}: no JSON")


def _parted(part: memoryview, offset: int) -> tuple[list[tuple[int, int]], int | None]:
    """Where texts that stand on one line begin and end, and where what is none begins; None where all are texts."""
    try:
        text = bytes(part).decode()
    except UnicodeDecodeError:
        return [], offset
    decoder = json.JSONDecoder()
    found: list[tuple[int, int]] = []
    at, byte = 0, offset
    while True:
        start = _skipped(text, at)
        byte += start - at  # blanks are a byte each
        if start == len(text):
            return found, None
        if text[start] not in _STARTS:
            return found, byte
        try:
            _, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            return found, byte
        size = len(text[start:at].encode())
        found.append((byte, byte + size))
        byte += size


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at

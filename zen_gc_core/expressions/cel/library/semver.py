"""Kubernetes' semantic versions.

Source: semver.org 2.0.0; Kubernetes, ``apiserver/pkg/cel/library/semverlib.go``.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel.functions import Function

_LONGEST: Final = 256
_VERSION: Final = re.compile(
    r"(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,18})(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?"
)
_PART: Final = re.compile(r"[0-9A-Za-z-]+")
_PADDED: Final = re.compile(r"0[0-9]+")


class Semver:
    """A semantic version; build metadata does not count.

    Args:
        text: How it is written.
        release: Major, minor and patch.
        prerelease: The identifiers after the dash.
    """

    __slots__ = ("order", "release", "text")
    cel_type: ClassVar = "kubernetes.Semver"

    def __init__(self, text: str, release: tuple[int, int, int], prerelease: list[str]) -> None:
        self.text = text
        self.release = release
        # a version without identifiers comes after those with; numbers come before words
        identifiers = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in prerelease]
        self.order = (release, not prerelease, identifiers)

    def __eq__(self, other: object) -> bool:
        return type(other) is Semver and other.order == self.order

    def __hash__(self) -> int:
        return hash(self.release)

    def __str__(self) -> str:
        return self.text


def _parse(text: str) -> Semver | None:
    parts = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if parts is None:
        return None
    prerelease = parts[4].split(".") if parts[4] else []
    build = parts[5].split(".") if parts[5] else []
    if not all(_PART.fullmatch(part) for part in (*prerelease, *build)) or any(map(_PADDED.fullmatch, prerelease)):
        return None
    return Semver(text, (int(parts[1]), int(parts[2]), int(parts[3])), prerelease)


def _normalized(text: str) -> str:
    parts = [_without_zeros(part) for part in text.removeprefix("v").split(".", 2)]
    if len(parts) < 3 and not set(parts[-1]) & {"+", "-"}:
        parts += ["0"] * (3 - len(parts))
    return ".".join(parts)


def _without_zeros(part: str) -> str:
    stripped = part.lstrip("0") if len(part) > 1 else part
    return stripped if stripped[:1].isdigit() or len(part) <= 1 else f"0{stripped}"


def _is_semver(text: str, normalize: bool = False) -> bool:  # noqa: FBT001, FBT002  as CEL has it
    return len(text) <= _LONGEST and _parse(_normalized(text) if normalize else text) is not None


def semver(text: str, normalize: bool = False) -> Semver:  # noqa: FBT001, FBT002  as CEL has it
    """``semver(text)`` and ``semver(text, normalize)``.

    Args:
        text: A version.
        normalize: Whether a leading ``v``, leading zeros and missing minor and patch numbers are mended first.

    Raises:
        ExpressionError: The text is no version.
    """
    parsed = _parse(_normalized(text[: _LONGEST + 1]) if normalize else text)
    if parsed is None:
        raise ExpressionError(f"{text[:40]!r} is no semantic version")
    return parsed


def _compare(left: Semver, right: Semver) -> int:
    return (left.order > right.order) - (left.order < right.order)


FUNCTIONS: Final = (
    Function("semver", ("string",), "semver", semver, documentation="The semantic version that a text spells, such as `1.2.3-rc.1`."),
    Function("semver", ("string", "bool"), "semver", semver, documentation="The same; with `true`, a leading `v`, leading zeros and missing numbers are mended (`v1.2`)."),
    Function("isSemver", ("string",), "bool", _is_semver, documentation="Whether a text spells a semantic version."),
    Function("isSemver", ("string", "bool"), "bool", _is_semver, documentation="The same; with `true`, after mending as `semver` does."),
    Function("major", ("semver",), "int", lambda version: version.release[0], member=True, documentation="The major number."),
    Function("minor", ("semver",), "int", lambda version: version.release[1], member=True, documentation="The minor number."),
    Function("patch", ("semver",), "int", lambda version: version.release[2], member=True, documentation="The patch number."),
    Function("compareTo", ("semver", "semver"), "int", _compare, member=True, documentation="-1, 0 or 1: before, equal to or after another."),
    Function("isLessThan", ("semver", "semver"), "bool", lambda left, right: left.order < right.order, member=True, documentation="Whether it comes before another."),
    Function("isGreaterThan", ("semver", "semver"), "bool", lambda left, right: left.order > right.order, member=True, documentation="Whether it comes after another."),
)  # fmt: skip
"""The functions of this library."""

"""Waits: how long after its start an object is due. A duration of the policy, or one that a field of the object names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, PlainValidator, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator

from zen_gc_core import (
    Build,
    Candidate,
    Config,
    Duration,
    FieldPath,
    InputError,
    Missing,
    Undecided,
    format_duration,
    is_missing,
    parse_duration,
    said_missing,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_NEVER: Final = frozenset({"never", "forever"})
_LONGEST_SHOWN: Final = 40
_BOOLEANS: Final = {"false": "no, off or n", "true": "yes, on or y"}
"""Classes that may stand for a word, and for which."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait, compiled.

    Args:
        of: The wait of an object; None: for ever. Raises Undecided when it cannot be told.
        reads: The fields that it looks at.
        words: Says it (``wait 7d``).
        always: The wait, where it is the same for all objects; else None.
        needs: The fields without which there is none.
    """

    of: Callable[[Candidate], dt.timedelta | None]
    reads: tuple[str, ...]
    words: Callable[[Candidate], str]
    always: dt.timedelta | None = None
    needs: tuple[str, ...] = ()


def _span(value: object) -> dt.timedelta | Literal["never"]:
    if value in ("never", "forever"):
        return "never"
    try:
        return parse_duration(value)
    except InputError as error:
        raise ValueError(str(error)) from None


Span = Annotated[
    dt.timedelta | Literal["never"],
    PlainValidator(_span),
    WithJsonSchema(
        {"x-kubernetes-int-or-string": True, "description": "seconds, text such as 1d12h, or never (or forever)"}
    ),
]
"""A duration, or ``never``."""


class WaitFromField(Config):
    """The wait that a field names: a duration, or a class that ``mappings`` turns into one."""

    path: FieldPath = Field(description="The field that holds a duration or a class.")
    mappings: dict[str, Span] = Field(default_factory=dict, description="Classes and their waits.")
    default: Span | None = Field(default=None, description="The wait of a class that is not among the mappings.")
    on_missing: Literal["keep", "default"] = Field(
        default="keep", description="What becomes of an object without the field."
    )


def _by_shape(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, dict):
        return WaitFromField.model_validate(value)
    try:
        return parse_duration(value)
    except InputError as error:
        raise ValueError(f"{error}; or a map with the path of a field that names one") from None


ConfiguredWait = Annotated[Duration | WaitFromField, WrapValidator(_by_shape)]
"""The configuration of a wait."""


def wait_of(config: dt.timedelta | WaitFromField, build: Build) -> Wait:
    """Compile a wait.

    Args:
        config: Its configuration.
        build: Of the keyword whose field ``wait`` it is.

    Raises:
        InputError: ``onMissing: default`` without a default.
    """
    if isinstance(config, dt.timedelta):
        return fixed(config)
    if config.on_missing == "default" and config.default is None:
        raise build.error("wait.onMissing", "needs a default beside it")
    _classes_of_one_kind(config, build)
    if config.default is not None and not config.mappings and config.on_missing == "keep":
        build.warn("wait.default", "is never used: it serves classes that mappings do not name, and there are none")
    return _from_field(config)


def _classes_of_one_kind(config: WaitFromField, build: Build) -> None:
    """Refuse true and false beside other classes: an unquoted ``no`` has become false on its way to the cluster."""
    booleans = sorted(config.mappings.keys() & _BOOLEANS.keys())
    if not booleans:
        return
    of_yaml = f"YAML makes that of an unquoted {_BOOLEANS[booleans[0]]}"
    if config.mappings.keys() - _BOOLEANS.keys():
        raise build.error(
            f"wait.mappings.{booleans[0]}", f"is no class beside the others: {of_yaml}; write it in quotes"
        )
    if config.default is not None:
        build.warn(f"wait.mappings.{booleans[0]}", f"{of_yaml}: if that was meant, write it in quotes")


def fixed(span: dt.timedelta) -> Wait:
    """The same wait for all objects."""
    words = f"wait {format_duration(span)}"
    return Wait(lambda _candidate: span, (), lambda _candidate: words, span)


def _from_field(config: WaitFromField) -> Wait:
    path = config.path
    of_missing = _or_for_ever(config.default) if config.on_missing == "default" else None
    keeps_missing = config.on_missing == "keep"
    read = _reader(config)

    def of(candidate: Candidate) -> dt.timedelta | None:
        value = candidate.get(path)
        if not is_missing(value):
            return read(value)
        if keeps_missing:
            raise Missing(f"{path} is {said_missing(value)}")
        return of_missing

    def words(candidate: Candidate) -> str:
        value = candidate.get(path)
        missing = is_missing(value)
        found = f"{path} is {said_missing(value) if missing else _shown(value)}"
        span = of(candidate)
        if span is not None:
            return f"{found}, wait {format_duration(span)}"
        if config.mappings and config.default is None and not missing and value not in (*config.mappings, *_NEVER):
            return f"{found}, which mappings do not name"
        return f"{found}: never"

    return Wait(of, (path.text,), words, needs=(path.text,) if keeps_missing else ())


def _reader(config: WaitFromField) -> Callable[[Any], dt.timedelta | None]:
    """From the value of a field to a wait; None: for ever.

    With mappings, the field holds a class and is never read as a duration: ``2`` beside a mapping of ``"1"`` is a
    class that somebody forgot, not two seconds.
    """
    path = config.path
    mapped = {name: _or_for_ever(span) for name, span in config.mappings.items()}
    unmapped = _or_for_ever(config.default)

    def by_class(value: Any) -> dt.timedelta | None:
        name = _class_name(value)
        if name in mapped:
            return mapped[name]
        if not isinstance(value, str):
            raise Undecided(f"{path} is {_shown(value)}, which is no class of mappings")
        return None if value in _NEVER else unmapped

    def by_duration(value: Any) -> dt.timedelta | None:
        if isinstance(value, str) and value in _NEVER:
            return None
        try:
            return parse_duration(value)
        except InputError:
            raise Undecided(f"{path} is {_shown(value)}, which is no duration above 0 and up to 100 years") from None

    return by_class if mapped else by_duration


def _or_for_ever(span: dt.timedelta | str | None) -> dt.timedelta | None:
    return span if isinstance(span, dt.timedelta) else None


def _class_name(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(_class_name(value) or value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"

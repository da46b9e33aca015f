"""Options that several commands share, made of the controller's settings, so that they mean the same everywhere."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from zen_gc_core.cli.arguments.completing import complete_contexts, complete_plugins
from zen_gc_core.controller.settings import environment_variable, flag
from zen_gc_core.durations import format_go_duration, parse_duration, parse_go_duration
from zen_gc_core.errors import InputError
from zen_gc_core.instants import parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

F = TypeVar("F", bound="Callable[..., Any]")
S = TypeVar("S")

_COMPLETED: Final = {
    "context": complete_contexts,
    "disable_plugin": complete_plugins,
    "require_plugin": complete_plugins,
}
"""The settings of which a shell completes the values."""


class Duration(click.ParamType[timedelta]):
    """A duration.

    Args:
        parse: Reads it, in its spelling.
    """

    name = "duration"

    def __init__(self, parse: Callable[[Any], timedelta]) -> None:
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read the text, or take a default as it is."""
        if isinstance(value, timedelta):
            return value
        try:
            return self._parse(value)
        except InputError as error:
            self.fail(str(error), param, ctx)


GO_DURATION: Final = Duration(parse_go_duration)
"""As Go spells durations."""

SPAN: Final = Duration(parse_duration)
"""As policies spell durations."""


class Names(click.ParamType[tuple[str, ...]]):
    """Names, separated by commas; the option may also be given several times."""

    name = "name[,name…]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:  # noqa: ARG002
        """Split the text."""
        if isinstance(value, tuple):
            return value
        return tuple(name for part in str(value).split(",") if (name := part.strip()))


class BooleanCommand(click.Command):
    """A command whose switches also take ``--flag=true`` and ``--flag=false``, as Go's do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Rewrite the long form before click reads the arguments."""
        switches = {
            name: parameter
            for parameter in self.params
            if isinstance(parameter, click.Option) and parameter.is_flag and parameter.secondary_opts
            for name in parameter.opts
        }
        return super().parse_args(ctx, [_rewritten(ctx, argument, switches) for argument in args])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options without the spelling that turns a switch off."""
        rows = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                rows.append((record[0].split(" / ")[0], record[1]))
        with formatter.section("Options"):
            formatter.write_dl(rows)


def _rewritten(ctx: click.Context, argument: str, switches: Mapping[str, click.Option]) -> str:
    name, equals, value = argument.partition("=")
    if not equals or name not in switches:
        return argument
    if value.lower() in {"true", "1", "t"}:
        return name
    if value.lower() in {"false", "0", "f"}:
        return switches[name].secondary_opts[0]
    raise click.BadParameter(f"'{value}' is neither true nor false", ctx, param_hint=name)


def files_option(words: str, *, required: bool = False) -> Callable[[F], F]:
    """Give a command ``-f``, as often as there are files; they arrive as ``filenames``.

    Args:
        words: What the files hold.
        required: Whether there must be one.
    """
    return click.option(
        *("-f", "--filename", "filenames"), multiple=True, required=required, metavar="FILE", help=words
    )


def output_option(words: str, *forms: str) -> Callable[[F], F]:
    """Give a command ``-o``; it arrives as ``output``.

    Args:
        words: What is printed.
        forms: How it may be printed; the first is the default.
    """
    return click.option(*("-o", "--output"), type=click.Choice(forms), default=forms[0], show_default=True, help=words)


def instant_of(text: str | None) -> datetime:
    """The instant that ``--now`` gives, a date being its midnight in UTC; without one, the clock's.

    Raises:
        InputError: The text is neither an RFC 3339 time nor a date.
    """
    if text is None:
        return datetime.now(UTC)
    try:
        return parse_instant(text)
    except InputError as error:
        raise InputError(f"--now: {error}") from None


def settings_options(kind: type[Any]) -> Callable[[F], F]:
    """Give a command an option for each field of a settings class; they arrive under the fields' names."""

    def decorate(function: F) -> F:
        for entry in reversed(dataclasses.fields(kind)):
            function = _option(entry)(function)
        return function

    return decorate


def settings_of(kind: type[S], values: Mapping[str, Any]) -> S:
    """The settings of a class among a command's parameters."""
    names = {entry.name for entry in dataclasses.fields(kind)}  # type: ignore[arg-type]  # a dataclass
    flattened = {name: _flat(value) for name, value in values.items() if name in names}
    return kind(**flattened)


def _flat(value: Any) -> Any:
    if isinstance(value, tuple) and all(isinstance(part, tuple) for part in value):
        return tuple(name for part in value for name in part)
    return value


def _option(entry: dataclasses.Field[Any]) -> Callable[[F], F]:
    name = flag(entry.name)
    default = entry.default
    common: dict[str, Any] = {
        "envvar": environment_variable(entry.name),
        "help": entry.metadata["help"],
        "default": default,
        "shell_complete": _COMPLETED.get(entry.name),
    }
    if isinstance(default, bool):
        return click.option(
            f"{name}/--no-{name.removeprefix('--')}", show_default="true" if default else False, **common
        )
    if isinstance(default, tuple):
        return click.option(name, type=Names(), multiple=True, **common)
    if isinstance(default, timedelta):
        return click.option(name, type=GO_DURATION, show_default=format_go_duration(default), **common)
    return click.option(name, type=type(default), show_default=bool(default), **common)

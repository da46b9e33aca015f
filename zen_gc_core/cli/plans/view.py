"""How much of a plan is shown, and in which colours; what it says of its policies stays the same."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from zen_gc_core.cli.terminal.folding import terminal_width
from zen_gc_core.errors import InputError
from zen_gc_core.model.decision import Verdict
from zen_gc_core.texts import counted, did_you_mean, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan

F = TypeVar("F", bound="Callable[..., Any]")

STYLES: Final[Mapping[Verdict, Mapping[str, Any]]] = {
    Verdict.ACT: {"fg": "red", "bold": True},
    Verdict.WAIT: {"fg": "yellow"},
    Verdict.KEEP: {"fg": "green"},
    Verdict.SKIP: {"dim": True},
}
"""How verdicts look where there are colours, as arguments of ``click.style``."""


@dataclass(frozen=True, slots=True)
class View:
    """How much of a plan is shown.

    Args:
        only: The verdicts that are shown; None: all.
        summary: Whether objects are left out, and the last line sums up.
        colour: Whether verdicts have colours.
        width: How many characters fit on a line of the terminal; None: lines are as long as they are.
    """

    only: frozenset[Verdict] | None = None
    summary: bool = False
    colour: bool = False
    width: int | None = None

    def of(self, plan: Plan | None) -> Sequence[Decision]:
        """The objects of a plan that are shown."""
        if plan is None or self.summary:
            return ()
        return plan.decisions if self.only is None else [each for each in plan.decisions if each.verdict in self.only]

    def paint(self, decision: Decision, text: str) -> str:
        """A verdict in its colour."""
        return click.style(text, **STYLES[decision.verdict]) if self.colour else text


WHOLE: Final = View()
"""All of it, without colours."""


def view_options(function: F) -> F:
    """Give a command ``--only``, ``--summary`` and ``--color``."""
    for option in (
        click.option(
            "--only",
            multiple=True,
            metavar="VERDICT[,VERDICT…]",
            help="Show these objects alone: act, wait, keep, skip.",
        ),
        click.option(
            "--summary/--no-summary", default=False, help="Leave the objects out, and sum up in the last line."
        ),
        color_option,
    ):
        function = option(function)
    return function


def color_option(function: F) -> F:
    """Give a command ``--color``, of which ``colours`` makes sense."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colours; auto: on a terminal, unless NO_COLOR is set.",
    )(function)


def view_of(only: Sequence[str], color: str, *, summary: bool) -> View:
    """The view that options ask for.

    Raises:
        InputError: There is no such verdict, or it is asked for objects and for none.
    """
    words = [word for text in only for part in text.split(",") if (word := part.strip().lower())]
    if only and not words:
        raise InputError("--only: say which: act, wait, keep, skip")
    if words and summary:
        raise InputError("--only says which objects are shown, and --summary shows none: leave one of them out")
    for word in words:
        if word not in set(Verdict):
            hint = did_you_mean(word, list(Verdict)) or ": act, wait, keep or skip"
            raise InputError(f"--only: there is no verdict '{visible(word, 40)}'{hint}")
    return View(frozenset(map(Verdict, words)) or None, summary, colours(color), terminal_width())


def colours(color: str) -> bool:
    """Whether standard output has colours: as ``--color`` says, else on a terminal (https://no-color.org)."""
    said = forced(color)
    return sys.stdout.isatty() if said is None else said


def forced(color: str) -> bool | None:
    """As ``colours``, of whichever stream is written to: None where it is for the stream to say."""
    if color != "auto":
        return color == "always"
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


class Totals:
    """What all policies come to, on one line."""

    def __init__(self) -> None:
        self._sums: Counter[str] = Counter()

    def add(self, one: Planned) -> None:
        """Count one policy."""
        plan, sums = one.plan, self._sums
        sums["policies"] += 1
        sums["could not be planned"] += one.failure is not None
        sums["invalid"] += one.compilation.compiled is None
        if plan is not None:
            sums["stopped"] += plan.stopped
            sums.update(scanned=plan.scanned, matched=plan.matched, due=plan.due, pending=plan.pending)
            sums["to be marked"] += plan.marking

    def __str__(self) -> str:
        sums = self._sums
        parts = [f"{sums[each]} {each}" for each in ("scanned", "matched", "due", "pending")]
        if sums["to be marked"]:
            parts.append(f"{sums['to be marked']} to be marked")
        trouble = [f"{sums[each]} {each}" for each in ("stopped", "could not be planned", "invalid") if sums[each]]
        told = f" ({', '.join(trouble)})" if trouble else ""
        return f"{counted(sums['policies'], 'policy', 'policies')}{told}: {', '.join(parts)}"

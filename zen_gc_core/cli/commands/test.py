"""``zen-gc test``: plans over golden folders, compared with what is expected of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.arguments.options import BooleanCommand, instant_of, output_option
from zen_gc_core.cli.checking.junit import TestCase, as_junit
from zen_gc_core.cli.golden.folders import EXPECTED, golden_folders
from zen_gc_core.cli.golden.testing import Golden
from zen_gc_core.cli.plans.output import as_json
from zen_gc_core.cli.plans.view import color_option, colours
from zen_gc_core.texts import counted, visible, visible_lines

if TYPE_CHECKING:
    from zen_gc_core.cli.golden.testing import Outcome

_COLORS: Final = {"+": "green", "-": "red", "@": "cyan"}


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc test policies/\n"
    "  zen-gc test policies/jobs/ --update\n"
    "  zen-gc test policies/ -o junit > report.xml",
)
@click.argument("directories", nargs=-1, required=True, metavar="DIR...")
@click.option("--update/--no-update", default=False, help="Write expectations anew where plans differ from them.")
@click.option("--now", metavar="RFC3339", help="The instant of expectations that --update begins; default now.")
@output_option("How the outcome is printed.", "text", "json", "junit")
@color_option
def command(**values: Any) -> int:
    """Compare plans with those that are expected: of each golden folder that is DIR or below it.

    A folder holds policy.yaml, objects.yaml and expected.yaml, which is what `zen-gc plan -o yaml` prints, or parts of
    it: what is left out is not compared. Its `now` is the instant of the plan; `flags` may name flags of plan, and
    `files` other files.

    Exits 0 when all is as expected, 1 when a plan differs, 2 when a folder cannot be tested.
    """
    golden = Golden(instant_of(values["now"]).replace(microsecond=0), update=values["update"])
    outcomes = [golden.test(folder) for folder in golden_folders(values["directories"])]
    if values["output"] == "text":
        _show(outcomes, colored=colours(values["color"]))
    else:
        (_show_json if values["output"] == "json" else _show_junit)(outcomes)
    for outcome in outcomes:
        if outcome.fault is not None:
            click.echo(visible_lines(outcome.fault), err=True)
    if any(outcome.fault is not None for outcome in outcomes):
        return 2
    return 0 if all(outcome.as_expected for outcome in outcomes) else 1


def _show(outcomes: list[Outcome], *, colored: bool) -> None:
    for outcome in outcomes:
        for line in outcome.told:
            click.echo(visible(line), err=True)
        click.echo(f"{visible(str(outcome.place))}: {_verdict(outcome)}")
        for line in outcome.difference:
            color = _COLORS.get(line[:1]) if colored else None
            click.echo(f"  {click.style(line, fg=color) if color else line}", color=colored)
    written = sum(outcome.written for outcome in outcomes)
    differ = sum(bool(outcome.difference) for outcome in outcomes)
    broken = sum(outcome.fault is not None for outcome in outcomes)
    good = len(outcomes) - written - differ - broken
    parts = [
        f"{good} as expected",
        *([f"{written} written anew"] if written else ()),
        *([f"{counted(differ, 'differs', 'differ')}"] if differ else ()),
        *([f"{broken} cannot be tested"] if broken else ()),
    ]
    click.echo(f"{counted(len(outcomes), 'folder')}: {', '.join(parts)}")


def _verdict(outcome: Outcome) -> str:
    if outcome.fault is not None:
        return "it cannot be tested"
    if outcome.difference:
        return "the plan differs"
    return f"{f'{EXPECTED} is written anew' if outcome.written else 'as expected'} ({outcome.summary})"


def _show_json(outcomes: list[Outcome]) -> None:
    folders = [
        {
            "folder": str(outcome.place),
            "outcome": _word(outcome),
            "difference": list(outcome.difference),
            "fault": outcome.fault,
            "told": list(outcome.told),
        }
        for outcome in outcomes
    ]
    click.echo(as_json({"asExpected": all(outcome.as_expected for outcome in outcomes), "folders": folders}))


def _word(outcome: Outcome) -> str:
    if outcome.fault is not None:
        return "broken"
    if outcome.written:
        return "written"
    return "differs" if outcome.difference else "asExpected"


def _show_junit(outcomes: list[Outcome]) -> None:
    cases = [
        TestCase(
            name=str(outcome.place),
            group="zen-gc test",
            file=str(outcome.place / EXPECTED),
            seconds=outcome.seconds,
            failure=outcome.fault or ("the plan differs" if outcome.difference else None),
            error=outcome.fault is not None,
            details="\n".join(outcome.difference),
        )
        for outcome in outcomes
    ]
    click.echo(as_junit("zen-gc test", cases))

"""``zen-gc controller``: run the controller, or with ``--once`` every policy one time."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core import tracing
from zen_gc_core.cli.arguments.options import BooleanCommand, settings_of, settings_options
from zen_gc_core.cli.plans.output import columns
from zen_gc_core.controller.process import allocating, logs
from zen_gc_core.controller.program.controller import SIGNALS, Controller, stop_on_signals
from zen_gc_core.controller.settings import Settings
from zen_gc_core.controller.telling.runlog import RunLog
from zen_gc_core.errors import InputError, ZenGCError
from zen_gc_core.model.results import DONE, Result
from zen_gc_core.texts import counted, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.controller.beats.loop import Loop
    from zen_gc_core.controller.runs.policy_run import PolicyRun
    from zen_gc_core.model.report import RunReport


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc controller --enable-leader-election=false --dry-run\n"
    "  zen-gc controller --controller-namespace zen-gc-system\n"
    "  zen-gc controller --once",
)
@click.option(
    "--once/--no-once",
    default=False,
    help="Let every policy run once, print a summary, and end; exit 1 when something failed.",
)
@settings_options(Settings)
def command(once: bool, **values: Any) -> None:  # noqa: FBT001  a switch
    """Run the controller: every policy at its interval, while this replica holds the lease.

    Each option can also be given as an environment variable: --gc-interval as ZEN_GC_GC_INTERVAL.
    """
    settings = settings_of(Settings, values)
    os.environ.pop(tracing.VARIABLE, None)  # a traceback may quote objects, and all that is printed is logged
    allocating.give_back_what_is_large()
    undo = logs.configure(
        settings.log_level, "json" if settings.log_format == "json" else "console", sys.stderr if once else sys.stdout
    )
    log = RunLog()
    code = 0
    try:
        controller = Controller(settings, once=once)
        stop_on_signals(controller, log)
        loop = controller.run()
        if once:
            undo.close()
            code = _summary(loop)
    except ZenGCError as error:
        log.cannot_start(str(error))
        code = 2 if isinstance(error, InputError) else 1
    except SystemExit:
        code = 0  # a signal, before it had begun to work
    _leave(code)


_SHOWN: Final = frozenset((Result.DELETED, Result.MARKED, Result.SCALED))
"""What has a column, whether it happened or not; what else was done has one where it was."""


def _summary(loop: Loop) -> int:
    reports = [run.report for run in loop.finished if run.report is not None]
    done = [each for each in DONE if each in _SHOWN or any(report.results[each] for report in reports)]
    rows: list[tuple[str, ...]] = [("POLICY", "MATCHED", "DUE", *map(str.upper, done), "KEPT", "RESULT")]
    rows.extend(_row(run, done) for run in loop.finished)
    nothing = ("",) * (len(rows[0]) - 2)
    rows.extend((str(entry.reference), *nothing, "invalid") for entry in loop.invalid)
    click.echo(columns(rows, indent="") if len(rows) > 1 else "No policies.")
    return 1 if loop.failures or loop.invalid else 0


def _row(run: PolicyRun, done: Sequence[Result]) -> tuple[str, ...]:
    name = str(run.entry.reference)
    if run.report is None:
        return (
            name,
            "",
            "",
            *("" for _ in done),
            "",
            visible(f"failed: {run.failure.message if run.failure else 'see the log'}"),
        )
    plan, results = run.report.plan, run.report.results
    counts = (plan.matched, plan.due, *(results[each] for each in done), plan.pending)
    return name, *map(str, counts), _verdict(run.report)


def _verdict(report: RunReport) -> str:
    ending = report.ending
    if ending is not None:
        return visible(f"{'failed' if ending.failed else 'stopped'}: {ending.message}")
    if failed := report.results[Result.FAILED]:
        return f"failed: {counted(failed, 'write')}, see the log"
    return "dry run" if report.dry_run else "ok"


def _leave(code: int) -> None:
    """End the process, also while a request that nobody waits for is still under way; a further signal changes nothing."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.stdout.flush()
    sys.stderr.flush()
    if any(thread is not threading.main_thread() and not thread.daemon for thread in threading.enumerate()):
        os._exit(code)
    sys.exit(code)

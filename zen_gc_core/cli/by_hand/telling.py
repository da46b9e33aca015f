"""What a clean-up prints at its end; as JSON it is one document in every outcome, also where it never came to its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import click

from zen_gc_core.cli.by_hand.attending import INTERRUPTED
from zen_gc_core.cli.by_hand.outcomes import outcome_document, summary
from zen_gc_core.cli.plans.output import as_json
from zen_gc_core.errors import ZenGCError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from zen_gc_core.cli.by_hand.outcomes import Policy


class Telling:
    """Tells what became of a clean-up, once; as a context manager also when an error ends it.

    Args:
        as_json: Whether it is told as JSON; the summary goes to standard error then.
        dry_run: Whether the server only checks what it is asked.

    Attributes:
        policies: What is known of the policies so far.
    """

    def __init__(self, *, as_json: bool, dry_run: bool) -> None:
        self.policies: Sequence[Policy] = ()
        self.as_json = as_json
        self._dry_run = dry_run
        self._told = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, BrokenPipeError):
            self.stopped(_words(error))

    def ended(self, policies: Sequence[Policy], *, interrupted: bool = False) -> int:
        """Tell what became of the policies.

        Args:
            policies: The policies.
            interrupted: Whether somebody ended it.

        Returns:
            The exit code.
        """
        self.policies = policies
        self._document(None)
        click.echo(summary(policies, interrupted=interrupted), err=self.as_json)
        if interrupted:
            return INTERRUPTED
        return 1 if any(policy.failed for policy in policies) else 0

    def stopped(self, why: str) -> None:
        """Tell programs that nothing was done, and why; people are told elsewhere.

        Args:
            why: Why, in a line.
        """
        self._document(why)

    def _document(self, stopped: str | None) -> None:
        if self.as_json and not self._told:
            self._told = True
            document: dict[str, Any] = outcome_document(self.policies, dry_run=self._dry_run, stopped=stopped)
            click.echo(as_json(document))


def _words(error: BaseException) -> str:
    if isinstance(error, click.exceptions.Abort):
        return "nobody said yes"
    if isinstance(error, KeyboardInterrupt):
        return "it was interrupted"
    if isinstance(error, click.ClickException):
        return error.format_message()
    return str(error) if isinstance(error, ZenGCError) else f"this is a bug: {type(error).__name__}: {error}"

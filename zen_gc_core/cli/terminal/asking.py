"""Asking before something is brought back. Without a terminal there is nobody to ask."""

from __future__ import annotations

import sys

import click

from zen_gc_core.errors import InputError


def confirm(question: str, *, err: bool = False) -> None:
    """Ask; a no ends the program.

    Args:
        question: The question.
        err: Whether it is asked on standard error.

    Raises:
        InputError: There is no terminal.
    """
    if not sys.stdin.isatty():
        raise InputError("there is no terminal to ask at: give --yes")
    click.confirm(question, abort=True, err=err)

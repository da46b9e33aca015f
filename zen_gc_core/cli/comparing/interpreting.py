"""CEL of other tools, evaluated for comparisons: by cel-python, and where that lacks something, by zen-gc's own interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zen_gc_core.cli.evaluating.second_opinion import ask
from zen_gc_core.errors import ExpressionError, InputError
from zen_gc_core.expressions import cel
from zen_gc_core.importing.kyverno.meaning import LACKS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from zen_gc_core.importing.conversion import Answer


class Interpreting:
    """Both interpreters; what the first lacks is told once, on standard error."""

    def __init__(self) -> None:
        self._told = False

    def __call__(self, expression: str, now: dt.datetime, cases: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """What an original's expression, as it was written, yields on each object.

        Args:
            expression: The text.
            now: The instant.
            cases: ``object`` and ``namespaceObject`` of each.
        """
        answers: list[Answer] = [(opinion.value, opinion.error) for opinion in ask(expression, now, cases)]
        lacking = [index for index, (_, error) in enumerate(answers) if error is not None and LACKS.search(error)]
        if lacking:
            self._tell()
            own = _own(expression, now, [cases[index] for index in lacking])
            for index, answer in zip(lacking, own, strict=True):
                answers[index] = answer
        return answers

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            click.echo(
                "note: cel-python lacks something in these expressions: about those, zen-gc's own interpreter is asked what "
                "the originals mean",
                err=True,
            )


def _own(expression: str, now: dt.datetime, cases: Sequence[Mapping[str, Any]]) -> list[Answer]:
    try:
        program = cel.Environment().compile(expression)
    except InputError as error:
        return [(None, f"it does not compile: {str(error).splitlines()[0]}")] * len(cases)
    found: list[Answer] = []
    for case in cases:
        try:
            value = program.evaluate(case["object"], case["namespaceObject"], cel.timestamp_from_datetime(now), {})
        except ExpressionError as error:
            found.append((None, str(error)))
        else:
            found.append((cel.to_json(value), None))
    return found

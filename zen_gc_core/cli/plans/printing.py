"""Plans printed while they are made: of each policy no more is held than its decisions, and none of it is written twice.

The text is that of ``output``, to the letter.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click
import orjson

from zen_gc_core.cli.plans.output import as_document, as_json, as_yaml, decision_document, policy_document, table_parts
from zen_gc_core.cli.plans.report import as_page
from zen_gc_core.cli.plans.view import WHOLE
from zen_gc_core.instants import format_instant

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from zen_gc_core.cli.plans.view import View
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.model.decision import Decision

_HERE: Final = "\0decisions"
_PLACE: Final = f'\n      "decisions": {json.dumps(_HERE)}'
"""Where the decisions of a policy go: a line that no text of a policy can begin."""
_AT_ONCE: Final = 1_000


def print_plans(
    planned: Iterable[Planned], form: str, now: dt.datetime, own_namespace: str, view: View = WHOLE
) -> list[Planned]:
    """Print plans while they are made.

    Args:
        planned: Policies and their plans, each made when it is asked for.
        form: ``table``, ``json``, ``yaml`` or ``html``.
        now: The instant of the plans.
        own_namespace: The namespace that is protected as the controller's own.
        view: How much of them is shown, and how.

    Returns:
        The policies, without their plans.
    """
    printed: list[Planned] = []

    def passing() -> Iterator[Planned]:
        for one in planned:
            printed.append(replace(one, plan=None))
            yield one
            del one

    if form == "yaml":
        click.echo(as_yaml(as_document(now, passing(), view)))
        return printed
    if form == "html":
        click.echo(as_page(now, own_namespace, list(passing())))
        return printed
    table = form == "table"
    for part in table_parts(now, own_namespace, passing(), view) if table else json_parts(now, passing(), view):
        click.echo(part, nl=False, color=view.colour)
    click.echo()
    return printed


def json_parts(now: dt.datetime, planned: Iterable[Planned], view: View = WHOLE) -> Iterator[str]:
    """The JSON of the contract, in parts of some lines.

    Args:
        now: The instant of the plans.
        planned: Policies and their plans, each made when it is asked for.
        view: How much of them is shown.
    """
    yield f'{{\n  "now": {json.dumps(format_instant(now))},\n  "policies": ['
    between = ""
    for one in planned:
        whole = as_json(policy_document(now, one, _HERE)).replace("\n", "\n    ")
        before, _, after = whole.partition(_PLACE)
        decisions = view.of(one.plan)
        yield f'{between}\n    {before}\n      "decisions": ['
        for begin in range(0, len(decisions), _AT_ONCE):
            yield ("," if begin else "") + _as_rows(decisions[begin : begin + _AT_ONCE])
        end = "\n      ]" if decisions else "]"
        yield f"{end}{after}"
        between = ","
        del one, decisions
    yield "\n  ]\n}" if between else "]\n}"


def _as_rows(decisions: Iterable[Decision]) -> str:
    """Decisions as ``as_json`` has them in the list of a policy, without the brackets."""
    documents = [decision_document(each) for each in decisions]
    try:
        text = orjson.dumps(documents, option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONEncodeError:  # half of a character, which JSON can spell and UTF-8 cannot
        text = as_json(documents)
    return text[1:-2].replace("\n", "\n      ")

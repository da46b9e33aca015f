"""What ``zen-gc restore NAME`` says of copies: as a table, as JSON, and when it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from zen_gc_core.cli.plans.output import columns
from zen_gc_core.engine.keep_mark import KEEP
from zen_gc_core.instants import format_instant
from zen_gc_core.texts import placed, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.engine.restoring import Restored
    from zen_gc_core.model.recycled import Copy


@dataclass(slots=True)
class Item:
    """One copy, and what becomes of it."""

    copy: Copy
    verdict: str = "restore"
    because: str = ""
    resource: Resource | None = None
    restored: Restored | None = None
    notes: list[str] = field(default_factory=list)

    def stays(self, verdict: str, because: str) -> Item:
        """Say what became of it."""
        self.verdict, self.because = verdict, because
        return self


def warn(items: Iterable[Item]) -> None:
    """Say what does not come back."""
    lost = dict.fromkeys(words for item in items if item.restored for words in item.restored.lost)
    if lost:
        click.echo(f"not brought back: {'; '.join(lost)}", err=True)


def kept_until(until: datetime | None) -> str:
    """For how long nothing is done with what was brought back, in words that follow others."""
    return f", kept until {format_instant(until)} ({KEEP})" if until is not None else ""


def title(copy: Copy) -> str:
    """What a copy is of."""
    return f"{visible(copy.kind)} {visible(placed(copy.namespace, copy.name))}"


def table(items: Sequence[Item]) -> str:
    """What becomes of each copy, as a table."""
    rows = [("VERDICT", "KIND", "OBJECT", "RECYCLED", "BY", "WITHOUT, OR BECAUSE")]
    for item in items:
        copy = item.copy
        without = ", ".join(item.restored.dropped) if item.restored else ""
        rows.append(
            (
                item.verdict,
                visible(copy.kind),
                visible(placed(copy.namespace, copy.name)),
                format_instant(copy.at),
                visible(copy.policy),
                visible(item.because or without),
            )
        )
    return columns(rows)


def document(items: Iterable[Item], until: datetime | None) -> dict[str, Any]:
    """The same as JSON."""
    return {"copies": [_one(item, until) for item in items]}


def _one(item: Item, until: datetime | None) -> dict[str, Any]:
    copy = item.copy
    told: dict[str, Any] = {
        "copy": copy.stored_name,
        "apiVersion": copy.api_version,
        "kind": copy.kind,
        "namespace": copy.namespace,
        "name": copy.name,
        "policy": copy.policy,
        "recycledAt": format_instant(copy.at),
        "verdict": item.verdict,
    }
    if item.because:
        told["because"] = item.because
    if item.restored is not None:
        told["dropped"] = list(item.restored.dropped)
        told["notBroughtBack"] = list(item.restored.lost)
        if until is not None:
            told["keptUntil"] = format_instant(until)
    return told


def tell(items: Iterable[Item], until: datetime | None) -> None:
    """Say what became of each."""
    items = list(items)
    for item in items:
        if item.verdict == "restored":
            click.echo(f"{title(item.copy)}: restored{kept_until(until)}")
        elif item.verdict in {"failed", "exists"}:
            click.echo(f"{title(item.copy)}: {visible(item.because)}", err=True)

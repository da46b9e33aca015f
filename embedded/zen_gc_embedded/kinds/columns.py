"""The columns of Tables: what a column is, how cells are written, and the columns of custom resources.

A column turns an object and the present moment into a cell. The columns of the built-in kinds are in
``builtin_columns``; assembling Tables is ``tables``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from zen_gc_embedded.kinds.jsonpaths import compile_path
from zen_gc_embedded.store.objects import Object

if TYPE_CHECKING:
    from collections.abc import Mapping

Cell: TypeAlias = Callable[[Object, datetime], Any]


@dataclass(frozen=True)
class Column:
    """One column.

    Args:
        name: Its heading.
        type: ``string``, ``integer``, ``number``, ``boolean`` or ``date``.
        cell: What stands in it.
        priority: 0 always; above only with ``-o wide``.
        format: The format of the type (``name`` for the first column).
        description: One sentence.
    """

    name: str
    type: str
    cell: Cell
    priority: int = 0
    format: str = ""
    description: str = ""


def age(text: object, now: datetime) -> str:
    """The time since an RFC 3339 time, as ``kubectl`` shortens it (``k8s.io/apimachinery/pkg/util/duration``)."""
    if not isinstance(text, str) or not text:
        return "<unknown>"
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return "<invalid>"
    return short_duration(int((now - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds()))


def short_duration(seconds: int) -> str:
    """A duration in at most two units (``HumanDuration``).

    Args:
        seconds: The duration; a second or more below zero is ``<invalid>``.
    """
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    years = days // 365
    rows: list[tuple[bool, str, str]] = [
        (seconds < -1, "<invalid>", ""),
        (seconds < 0, "0s", ""),
        (seconds < 120, f"{seconds}s", ""),
        (minutes < 10, f"{minutes}m", f"{seconds % 60}s"),
        (minutes < 180, f"{minutes}m", ""),
        (hours < 8, f"{hours}h", f"{minutes % 60}m"),
        (hours < 48, f"{hours}h", ""),
        (hours < 192, f"{days}d", f"{hours % 24}h"),
        (days < 730, f"{days}d", ""),
        (days < 2920, f"{years}y", f"{days % 365}d"),
        (True, f"{years}y", ""),
    ]
    large, small = next((large, small) for holds, large, small in rows if holds)
    return large if not small or small[0] == "0" else large + small


def at(path: str, default: object = "") -> Cell:
    """A cell that shows the first value at a path."""
    find = compile_path(path)

    def cell(content: Object, _now: datetime) -> Any:
        values = find(content)
        return values[0] if values and values[0] is not None else default

    return cell


def since(path: str) -> Cell:
    """A cell that shows the time since the instant at a path."""
    find = compile_path(path)

    def cell(content: Object, now: datetime) -> str:
        values = find(content)
        return age(values[0] if values else None, now)

    return cell


def count(path: str) -> Cell:
    """A cell that shows how many entries the map or list at a path has."""
    find = compile_path(path)
    return lambda content, _now: sum(len(value) for value in find(content) if isinstance(value, (dict, list)))


_NAME_TEXT = (
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a "
    "client to request the generation of an appropriate name automatically. Name is primarily intended for creation "
    "idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)
NAME = Column("Name", "string", at(".metadata.name"), format="name", description=_NAME_TEXT)
AGE = Column("Age", "string", since(".metadata.creationTimestamp"), description="Time since creation.")


def printed(definitions: list[Mapping[str, Any]]) -> tuple[Column, ...]:
    """The columns of a custom resource: its name, then its ``additionalPrinterColumns``, or else its age."""
    if not definitions:
        return (NAME, AGE)
    return (
        NAME,
        *(
            Column(
                name=entry["name"],
                type=entry["type"],
                cell=_custom(entry["jsonPath"], entry["type"]),
                priority=entry.get("priority", 0),
                format=entry.get("format", ""),
                description=entry.get("description")
                or f"Custom resource definition column (in JSONPath format): {entry['jsonPath']}",
            )
            for entry in definitions
        ),
    )


def _custom(path: str, kind: str) -> Cell:
    find = compile_path(path)

    def cell(content: Object, now: datetime) -> Any:
        values = find(content)
        value = values[0] if values else None
        if value is None:
            return None
        if kind == "string":
            return _text(value)
        if kind == "date":
            return age(value, now) if isinstance(value, str) else None
        if kind == "boolean":
            return value if isinstance(value, bool) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        return int(value) if kind == "integer" else float(value)

    return cell


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else orjson.dumps(value).decode()

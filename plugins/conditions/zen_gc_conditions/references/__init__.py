"""zen-gc's own table of references: data in files beside this module, one row a line.

``references.tsv`` has the fields of Kubernetes' own kinds that name other objects, ``exhaustive.tsv`` the kinds of which
they are all, ``well-known.tsv`` what is used without being named. Nothing is decided here.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core import Exhaustive, InputError, Referable, Reference, WellKnown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen_gc_core import ReferenceRow

Line = tuple[str, ...]

_REFERABLE: Final = ("ConfigMap", "PersistentVolumeClaim", "Secret", "ServiceAccount")
_BLOCK: Final = "@"
_ANY_VERSION: Final = "-"


def reference_rows() -> list[ReferenceRow]:
    """Every row.

    Raises:
        InputError: A line is none; in an installation that is whole there is no such line.
    """
    return [
        *(Referable("", kind) for kind in _REFERABLE),
        *_references(_lines("references.tsv")),
        *(Exhaustive(*_kind(line[0]), line[1]) for line in _lines("exhaustive.tsv")),
        *(WellKnown(line[0], line[1], **_more(line[2])) for line in _lines("well-known.tsv")),
    ]


def _references(lines: list[Line]) -> Iterator[Reference]:
    blocks: dict[str, list[Line]] = {}
    for line in lines:
        if line[0].startswith(_BLOCK):
            blocks.setdefault(line[0], []).append(line)
    for line in lines:
        if not line[0].startswith(_BLOCK):
            yield from _expanded(line, blocks)


def _expanded(line: Line, blocks: dict[str, list[Line]]) -> Iterator[Reference]:
    """The rows of a line: one, or those of the block that stands below its path."""
    kind, versions, path, to, *rest = line
    if to in blocks:
        for _, _, below, inner, *more in blocks[to]:
            both = " ".join(filter(None, (*more, *rest)))
            yield from _expanded((kind, versions, f"{path}.{below}", inner, both), blocks)
    elif to.startswith(_BLOCK):
        raise InputError(f"{kind} {path}: there is no block {to}")
    else:
        said = () if versions == _ANY_VERSION else tuple(versions.split(","))
        yield Reference(*_kind(kind), path, to, said, **_more(*rest))


def _kind(text: str) -> tuple[str, str]:
    group, _, kind = text.rpartition("/")
    return group, kind


def _more(text: str = "") -> dict[str, Any]:
    pairs = (each.partition("=") for each in text.split())
    return {key: value if equals else True for key, equals, value in pairs}


def _lines(name: str) -> list[Line]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return [tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#")]

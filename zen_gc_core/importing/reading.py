"""Reading documents of other tools: a field of the right type, or one line with file and place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from zen_gc_core.errors import InputError
from zen_gc_core.texts import kind_of, one_line, with_article

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.importing.conversion import Document, Source

T = TypeVar("T")

_NAMES: Final[Mapping[type, str]] = {dict: "map", list: "list", str: "text", int: "number", bool: "boolean"}
_OPERATORS: Final = ("In", "NotIn", "Exists", "DoesNotExist")


@dataclass(frozen=True, slots=True)
class Fields:
    """A map of a document.

    Args:
        source: The document.
        content: The map.
        path: Where it stands; empty for the document.
    """

    source: Source
    content: Document
    path: str = ""

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def wrong(self, name: str, words: str) -> InputError:
        """What is wrong with a field, with its place."""
        where = self.at(name) if name else self.path
        return InputError(f"{self.source.at(where)}: {where}: {words}")

    def get(self, name: str, kind: type[T], default: T) -> T:
        """A field; the default where it is missing or null.

        Raises:
            InputError: It is something else.
        """
        value = self.content.get(name)
        if value is None:
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.wrong(name, f"must be {with_article(_NAMES[kind])}, not {kind_of(value)}")
        return value

    def unknown(self, *known: str) -> list[str]:
        """The paths of fields that are not known, which may restrict what is deleted."""
        return [self.at(str(name)) for name, value in self.content.items() if name not in known and value is not None]

    def text(self, name: str) -> str:
        """A text that must be there.

        Raises:
            InputError: It is missing, or no text.
        """
        found = self.get(name, str, "")
        if not found:
            raise self.wrong(name, "is missing")
        return found

    def map(self, name: str) -> Fields:
        """A map; an empty one where it is missing.

        Raises:
            InputError: It is something else.
        """
        return Fields(self.source, self.get(name, dict, {}), self.at(name))

    def maps(self, name: str) -> list[Fields]:
        """The maps of a list.

        Raises:
            InputError: It is no list of maps.
        """
        found: list[Any] = self.get(name, list, [])
        for index, each in enumerate(found):
            if not isinstance(each, dict):
                raise self.wrong(f"{name}[{index}]", f"must be a map, not {kind_of(each)}")
        return [Fields(self.source, each, self.at(f"{name}[{index}]")) for index, each in enumerate(found)]

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list.

        Raises:
            InputError: It is no list of texts.
        """
        found: list[Any] = self.get(name, list, [])
        for index, each in enumerate(found):
            if not isinstance(each, str):
                raise self.wrong(f"{name}[{index}]", f"must be text, not {kind_of(each)}")
        return tuple(found)

    def selector(self, name: str) -> Document | None:
        """A label selector; None where there is none.

        Raises:
            InputError: It is no label selector.
        """
        found = self.map(name)
        for key in found.content:
            if key not in {"matchLabels", "matchExpressions"}:
                raise self.wrong(name, f"a label selector has no {one_line(str(key), 60)}")
        labels = found.map("matchLabels")
        for key, value in labels.content.items():
            if not isinstance(value, str):
                raise labels.wrong(key, f"must be text, in quotes, not {kind_of(value)}")
        for each in found.maps("matchExpressions"):
            each.text("key")
            each.texts("values")
            if each.text("operator") not in _OPERATORS:
                raise each.wrong("operator", f"must be one of {', '.join(_OPERATORS)}")
        return found.content or None


def fields_of(source: Source) -> Fields:
    """The fields of a document."""
    return Fields(source, source.content)


def name_of(source: Source) -> tuple[str, str]:
    """The namespace and name of a document; the namespace is empty where none is written.

    Raises:
        InputError: It has no name.
    """
    metadata = fields_of(source).map("metadata")
    return metadata.get("namespace", str, ""), metadata.text("name")

"""``resourceSelectors`` of a Cleaner: which objects it looks at, as targets, and as a question about an object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.importing.labels import meets
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.importing.conversion import Document, Subject
    from zen_gc_core.importing.reading import Fields

_OPERATORS: Final = {"Equal": "In", "Different": "NotIn", "Has": "Exists", "DoesNotHave": "DoesNotExist"}
_FEEDING: Final = ("metricSource", "metricQueries", "includeEvents", "logSource")
SELECTOR_FIELDS: Final = (
    *("group", "version", "kind", "namespace", "namespaceSelector", "labelFilters", "evaluate", "excludeDeleted"),
    *_FEEDING,
)
"""The fields of a selector that are known."""

_KEY: Final = r"[A-Za-z0-9][-A-Za-z0-9_./]*"
_SET: Final = re.compile(rf"({_KEY})\s+(in|notin)\s+\(([^()]*)\)")
_EQUAL: Final = re.compile(rf"({_KEY})\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)")
_THERE: Final = re.compile(rf"(!?)\s*({_KEY})")


@dataclass(frozen=True, slots=True)
class Selector:
    """One of ``resourceSelectors``.

    Args:
        path: Where it stands.
        group: The group of its kind; empty for the core.
        version: The version.
        kind: The kind.
        namespace: The one namespace that it looks into; empty for all.
        namespaces: The selector of the Namespaces' labels; None for all.
        labels: The requirements of its ``labelFilters``.
        script: Its Lua; empty for none.
        beside: Fields that only feed the script, or another system.
    """

    path: str
    group: str
    version: str
    kind: str
    namespace: str
    namespaces: Document | None
    labels: tuple[Document, ...]
    script: str
    beside: tuple[str, ...]

    @property
    def api_version(self) -> str:
        """Its group and version."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def takes(self, subject: Subject) -> bool:
        """Whether it selects an object, its script aside."""
        if (subject.group, subject.kind) != (self.group, self.kind) or subject.metadata.get("deletionTimestamp"):
            return False
        if self.namespace and subject.namespace != self.namespace:
            return False
        if self.namespaces is not None:
            if subject.namespace_object is None:
                return False
            labels = subject.namespace_object.get("metadata", {}).get("labels") or {}
            if not meets(self.namespaces, labels):
                return False
        return meets({"matchExpressions": self.labels}, subject.texts("labels"))


def read_selectors(policy_set: Fields) -> Iterator[Selector]:
    """The selectors of a Cleaner.

    Raises:
        InputError: They are broken; one line with file and place.
    """
    for each in policy_set.maps("resourceSelectors"):
        yield Selector(
            each.path,
            group=each.get("group", str, ""),
            version=each.text("version"),
            kind=each.text("kind"),
            namespace=each.get("namespace", str, ""),
            namespaces=_selector(each) if each.get("namespaceSelector", str, "").strip() else None,
            labels=tuple(map(_filter, each.maps("labelFilters"))),
            script=each.get("evaluate", str, ""),
            beside=tuple(name for name in _FEEDING if each.content.get(name)),
        )


def _filter(each: Fields) -> Document:
    operation = each.text("operation")
    if operation not in _OPERATORS:
        raise each.wrong("operation", f"must be one of {', '.join(_OPERATORS)}, not '{one_line(operation, 60)}'")
    values = {"values": [each.get("value", str, "")]} if operation in {"Equal", "Different"} else {}
    return {"key": each.text("key"), "operator": _OPERATORS[operation], **values}


def _selector(within: Fields) -> Document:
    """A label selector written as text (``env=dev,tier in (a, b)``), as a LabelSelector."""
    found: list[Document] = []
    for part in _parts(within.text("namespaceSelector")):
        if match := _SET.fullmatch(part):
            values = [value.strip() for value in match[3].split(",")]
            found.append({"key": match[1], "operator": "In" if match[2] == "in" else "NotIn", "values": values})
        elif match := _EQUAL.fullmatch(part):
            operator = "NotIn" if match[2] == "!=" else "In"
            found.append({"key": match[1], "operator": operator, "values": [match[3]]})
        elif match := _THERE.fullmatch(part):
            found.append({"key": match[2], "operator": "DoesNotExist" if match[1] else "Exists"})
        else:
            raise within.wrong("namespaceSelector", f"'{one_line(part, 60)}' is no label selector")
    return {"matchExpressions": found}


def _parts(text: str) -> Sequence[str]:
    """The requirements of a selector: parted by the commas that are in no brackets."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", text.strip())]

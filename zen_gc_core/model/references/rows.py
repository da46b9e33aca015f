"""What the rows of the table of references say: data, checked when it is made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final, Literal

from zen_gc_core.errors import InputError
from zen_gc_core.fieldpaths import FieldPath

ANY: Final = "*"
"""Instead of a namespace: any of them; instead of a name: each; instead of a kind that is named: whichever."""

ORDINAL: Final = "#"
"""At the end of a name: an ordinal, such as the 3 of ``data-web-3``."""

How = Literal["name", "texts", "words", "parameters", "all"]
_HOW: Final = ("name", "texts", "words", "parameters", "all")


class Each(Enum):
    """A step of a path into everything that is there."""

    ITEM = "[]"
    VALUE = "{}"


Step = str | Each
Steps = tuple[Step, ...]

_EACH: Final = re.compile(r"(\[\]|\{\})")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A field of the objects of a kind that names other objects: a row of the table.

    Args:
        group: The API group (``apps``); empty for Kubernetes' core.
        kind: The kind whose objects name others (``Deployment``).
        path: The field that names them (``spec.template.spec.volumes[].configMap.name``): ``[]`` stands for every item
            of a list, ``{}`` for every value of a map.
        to: The kind that is named, behind its group (``Secret``, ``acme.io/Template``); ``*``: whichever it is.
        versions: The versions of the API that have this field; empty: all.
        how: What is at the path. ``name``: a name. ``texts``: below it, every text that is a name, or NAMESPACE/NAME,
            may be meant. ``words``: every word of every text below it, such as the value of a flag. ``parameters``: as
            words, of a map; a ``${…}`` in the value of a key that speaks of a secret stands for any name. ``all``: what
            selects others by their labels, so that all may be meant.
        name: Of ``name``: how the name is made of the ``{value}`` at the path: of the ``{name}`` of the object itself, too,
            and of an ``{ordinal}`` at its end (``{value}-{name}-{ordinal}``).
        namespace: Of ``name``: the field beside the last one of the path that holds the namespace; where it has none, or
            this is empty, it is the object's own. ``*``: any. An object that lives in none means all.
        given: A field beside the last one of the path without which this is no reference.
        unless: A field beside the last one of the path with which this is no reference.
        here: Of words and texts: that nothing in another namespace is meant.

    Raises:
        InputError: There is no kind, or one of these is not as it is described here.
    """

    group: str
    kind: str
    path: str
    to: str
    versions: tuple[str, ...] = ()
    how: How = "name"
    name: str = "{value}"
    namespace: str = ""
    given: str = ""
    unless: str = ""
    here: bool = False

    def __post_init__(self) -> None:
        if not self.kind or not self.to:
            raise InputError("a row of references needs the kind that names, and the one that is named")
        if self.how not in _HOW:
            raise InputError(f"how a reference is read is one of {', '.join(_HOW)}, not {self.how!r}")
        last = steps_of(self.path)[-1]
        if not isinstance(last, str) and (self.how == "name" or self.beside):
            raise InputError(f"{self.path}: what is to be a name, or has a field beside it, is a field itself")
        placeholders = _PLACEHOLDER.findall(self.name)
        if "value" not in placeholders or not {"value", "name", "ordinal"}.issuperset(placeholders):
            raise InputError(f"a name is made of {{value}}, {{name}} and {{ordinal}}, not {self.name!r}")
        if "ordinal" in placeholders and not self.name.endswith("-{ordinal}"):
            raise InputError(f"an ordinal is at the end of a name, behind a dash, not {self.name!r}")
        if self.how != "name" and self.name != "{value}":
            raise InputError(f"{self.path}: of {self.how} no name is made")
        if self.how not in {"name", "all"} and self.namespace not in {"", ANY}:
            raise InputError(f"{self.path}: beside {self.how} there is no namespace")

    @property
    def steps(self) -> Steps:
        """The keys of the path, and where it goes into each item or value."""
        return steps_of(self.path)

    @property
    def target(self) -> tuple[str, str]:
        """Group and kind of what is named."""
        return kind_of(self.to)

    @property
    def beside(self) -> tuple[str, ...]:
        """The fields beside the last one that are looked at."""
        return tuple(key for key in (self.namespace, self.given, self.unless) if key not in {"", ANY})

    @property
    def key(self) -> tuple[str, ...]:
        """What there is one row of at most."""
        return (self.group, self.kind, self.path, self.to, self.how, self.name)


@dataclass(frozen=True, slots=True)
class Exhaustive:
    """The rows of a kind say all that its objects use: no other text of theirs counts.

    Of the objects of every other kind, any text that equals a name counts as a use.

    Args:
        group: The API group.
        kind: The kind; ``*``: all of the group.
        why: Why that is known, in a few words.

    Raises:
        InputError: Kind or reason is missing.
    """

    group: str
    kind: str
    why: str

    def __post_init__(self) -> None:
        if not self.kind or not self.why:
            raise InputError("where rows say all there is, say of which kind, and why that is known")


@dataclass(frozen=True, slots=True)
class Referable:
    """A kind whose objects are used by being named, and in no other way; ``unreferenced`` may ask for them.

    Args:
        group: The API group.
        kind: The kind.

    Raises:
        InputError: The kind is missing.
    """

    group: str
    kind: str

    def __post_init__(self) -> None:
        if not self.kind:
            raise InputError("which kind is completely referable?")


@dataclass(frozen=True, slots=True)
class WellKnown:
    """Objects that are used although no field names them. All that is given must hold.

    Args:
        kind: Their kind, behind its group.
        why: Who uses them, in a few words.
        namespace: Their namespace, or a glob over namespaces; empty: any.
        name: Their name, or a glob over names; empty: any.
        type: The ``type`` of Secrets, or a glob over types.
        label: A label that they have: its key, or ``key=value``, or a glob over values.
        annotation: The key of an annotation that they have.

    Raises:
        InputError: There is no kind, no reason, or nothing to know them by.
    """

    kind: str
    why: str
    namespace: str = ""
    name: str = ""
    type: str = ""
    label: str = ""
    annotation: str = ""

    def __post_init__(self) -> None:
        if not self.kind or not self.why:
            raise InputError("well-known objects have a kind, and a reason why they are in use")
        if not (self.name or self.type or self.label or self.annotation):
            raise InputError(f"how is a well-known {self.kind} known? give a name, type, label or annotation")


Row = Reference | Exhaustive | Referable | WellKnown


def kind_of(text: str) -> tuple[str, str]:
    """Group and kind of ``apps/Deployment`` or ``Secret``."""
    group, _, kind = text.rpartition("/")
    return group, kind


@cache
def steps_of(path: str) -> Steps:
    """The keys of a path, and where it goes into each item of a list or each value of a map.

    Raises:
        InputError: It is no such path.
    """
    parts = _EACH.split(path)
    steps: list[Step] = list(_keys(parts[0], path))
    for walked, part in zip(parts[1::2], parts[2::2], strict=True):
        steps.append(Each(walked))
        if part and not part.startswith((".", "[")):
            raise InputError(f"'{path}' is no path: behind {walked} stands a dot, not '{part[0]}'")
        if part:
            steps += _keys(part.removeprefix("."), path)
    return tuple(steps)


def _keys(part: str, path: str) -> tuple[str, ...]:
    keys = FieldPath.parse(part).segments
    names = tuple(key for key in keys if isinstance(key, str))
    if len(names) != len(keys):
        raise InputError(f"'{path}' names an item of a list by its place; write [] for each of them")
    return names

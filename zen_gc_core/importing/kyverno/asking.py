"""The conditions of a CleanupPolicy: what they ask, read from their JMESPath in braces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError
from zen_gc_core.expressions.jmespath import compile_jmespath, tree
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.importing.reading import Fields

_BRACES: Final = re.compile(r"\{\{(.*)\}\}", re.DOTALL)
_INNER: Final = re.compile(r"'\{\{\s*([^{}]*?)\s*\}\}'")
_CREATED: Final = r"target\.metadata\.creationTimestamp"
_AGES: Final = (
    re.compile(rf"time_diff\(\s*{_CREATED}\s*,\s*time_now(?:_utc)?\(\)\s*\)"),
    re.compile(rf"time_since\(\s*''\s*,\s*{_CREATED}\s*,\s*(?:''|time_now(?:_utc)?\(\))\s*\)"),
)
"""What asks how old an object is."""

TARGET: Final = "target"


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a condition.

    Args:
        path: The field of the object that it reads; empty for its age.
        default: What stands for a field that is not there, or false there (``a || 'b'``); None for nothing.
        flattened: Whether lists in it are taken apart (``a[]``).
    """

    path: tuple[str, ...]
    default: Any = None
    flattened: bool = False

    @property
    def is_age(self) -> bool:
        """Whether it is how old the object is."""
        return not self.path


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition.

    Args:
        path: Where it stands.
        key: What it asks about.
        operator: The operator, in small letters.
        value: What it compares with: decoded JSON.
    """

    path: str
    key: Key
    operator: str
    value: Any


def read_condition(found: Fields, variables: Mapping[str, Any]) -> Condition:
    """Read a condition.

    Args:
        found: The condition.
        variables: The variables of the policy's context that are plain values.

    Raises:
        InputError: It asks for what is not understood; the text says what, in one line.
    """
    key, value = found.content.get("key"), found.content.get("value")
    if not isinstance(key, str):
        raise InputError("its key is no text with {{ … }}")
    return Condition(found.path, key_of(key, variables), found.text("operator").lower(), _value(value, variables))


def key_of(text: str, variables: Mapping[str, Any]) -> Key:
    """The key that a text is.

    Raises:
        InputError: It is not understood.
    """
    braces = _BRACES.fullmatch(text.strip())
    if braces is None:
        raise InputError(f"'{one_line(text, 80)}': a key is one {{{{ … }}}}, and nothing beside it")
    inner = _INNER.sub(lambda found: found[1], braces[1]).strip()
    if any(pattern.fullmatch(inner) for pattern in _AGES):
        return Key(())
    if "{{" in inner:
        raise InputError(f"'{one_line(inner, 80)}': braces within braces are not understood")
    return _of_tree(compile_jmespath(inner).root, inner, variables)


def _of_tree(node: tree.Node, text: str, variables: Mapping[str, Any]) -> Key:
    default = None
    if isinstance(node, tree.Or) and len(node.operands) == 2 and isinstance(node.operands[1], tree.Constant):
        default = node.operands[1].value
        if default not in ("", []) and not isinstance(default, str):
            raise InputError(f"'{one_line(text, 80)}': a default is a text or `[]`")
        node = node.operands[0]
    flattened = False
    if (
        isinstance(node, tree.Projection)
        and isinstance(node.base, tree.Flatten)
        and isinstance(node.body, tree.Current)
    ):
        node, flattened = node.base.base, True
    elif isinstance(node, tree.Flatten):
        node, flattened = node.base, True
    names = _names(node)
    if names is None:
        raise InputError(f"'{one_line(text, 80)}': only fields of target are understood, and how old it is")
    if names[0] != TARGET or len(names) < 2:
        why = "a variable of the context with a plain value" if names[0] in variables else "no field of target"
        raise InputError(f"'{one_line(text, 80)}': is {why}, and says nothing about an object")
    return Key(names[1:], default, flattened)


def _names(node: tree.Node) -> tuple[str, ...] | None:
    if isinstance(node, tree.Path):
        return node.names
    if isinstance(node, tree.Chain):
        parts = [_names(link) for link in node.links]
        known = [part for part in parts if part is not None]
        return tuple(name for part in known for name in part) if len(known) == len(parts) else None
    return None


def _value(value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_value(each, variables) for each in value]
    if not isinstance(value, str) or "{{" not in value:
        return value
    braces = _BRACES.fullmatch(value.strip())
    name = braces[1].strip() if braces else ""
    if name not in variables:
        raise InputError(
            f"'{one_line(value, 80)}': a value is written out, or a variable of the context with a plain value"
        )
    return variables[name]

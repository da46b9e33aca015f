"""The small JSONPath of printer columns and selectable fields: names, quoted keys, indexes, ``*`` and one filter.

Kubernetes' own dialect (``k8s.io/client-go/util/jsonpath``) is larger; printer columns in the wild use
this much. Text becomes a function once, when a CustomResourceDefinition is registered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from zen_gc_embedded.errors import UnusableError

Finder: TypeAlias = Callable[[object], list[Any]]
"""All values at a path, in order; a missing one yields nothing."""

_Step: TypeAlias = Callable[[Any], list[Any]]

_TOKEN = re.compile(
    r"""\.(?P<name>(?:[^.\[\]\\*]|\\.)+)
      | \.?(?P<all>\*|\[\*\])
      | \[(?P<index>-?\d+)\]
      | \[(?P<quote>['"])(?P<key>(?:(?!(?P=quote))[^\\]|\\.)*)(?P=quote)\]
      | \[\?\(\s*@\.(?P<field>[\w.-]+)\s*(?P<test>==|!=)\s*(?P<mark>['"])(?P<value>[^'"]*)(?P=mark)\s*\)\]
    """,
    re.VERBOSE,
)


def compile_path(text: str) -> Finder:
    """Compile a path such as ``.status.conditions[?(@.type=="Ready")].status``.

    Args:
        text: The path, with or without the surrounding braces.

    Raises:
        UnusableError: It is not in this dialect.
    """
    inner = text[1:-1] if text.startswith("{") and text.endswith("}") else text
    inner = inner if inner.startswith((".", "[", "$")) else f".{inner}"
    inner = inner.removeprefix("$")
    steps: list[_Step] = []
    place = 0
    while place < len(inner):
        found = _TOKEN.match(inner, place)
        if found is None:
            raise UnusableError(f"unsupported JSONPath {text!r} at offset {place}")
        steps.append(_step(found))
        place = found.end()

    def find(value: object) -> list[Any]:
        values: list[Any] = [value]
        for step in steps:
            values = [inner for outer in values for inner in step(outer)]
        return values

    return find


def _step(found: re.Match[str]) -> _Step:
    if found["all"]:
        return _children
    if found["index"]:
        return _at(int(found["index"]))
    if found["field"]:
        return _where(compile_path(f".{found['field']}"), found["value"], wanted=found["test"] == "==")
    return _named(re.sub(r"\\(.)", r"\1", found["name"] or found["key"] or ""))


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _at(index: int) -> _Step:
    def step(value: Any) -> list[Any]:
        return [value[index]] if isinstance(value, list) and -len(value) <= index < len(value) else []

    return step


def _where(find: Finder, expected: str, *, wanted: bool) -> _Step:
    def step(value: Any) -> list[Any]:
        return [item for item in _children(value) if (find(item) == [expected]) is wanted]

    return step


def _named(name: str) -> _Step:
    def step(value: Any) -> list[Any]:
        return [value[name]] if isinstance(value, dict) and name in value else []

    return step

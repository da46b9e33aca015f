"""YAML as Kubernetes means it: JSON in another spelling, with the line of every value.

Refused, each with its line: aliases and anchors (a few hundred bytes of them make gigabytes), merge keys, duplicate
keys (kubectl takes the last one, in silence), keys that are not text, values that JSON cannot hold, tags, nesting beyond
any real manifest. Plain scalars that kubectl reads otherwise are told (see ``zen_gc_core.cli.reading.scalars``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from zen_gc_core.cli.reading.scalars import DoubtfulScalarError, ScalarError, plain_scalar
from zen_gc_core.engine.parsing.spelling import child
from zen_gc_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST: Final = 100
"""How deep a document may be nested."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_RESOLVER: Final[Any] = yaml.resolver.Resolver()
_MERGE: Final = "<<"


class YamlError(InputError):
    """Text that is no acceptable YAML.

    Args:
        message: What is wrong.
        line: Where, from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        self.line = line
        super().__init__(message)


class Doubt(NamedTuple):
    """A plain scalar that kubectl reads otherwise.

    Args:
        path: Where it stands; for a key, where its map does.
        line: Its line, from 1.
        message: Both readings, and what to write instead.
    """

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """One document of a YAML stream.

    Args:
        value: The document as plain data.
        line: The line on which it begins, from 1.
        lines: The line of every value below it, by its path as errors spell it (``spec.targetResources[0].kind``).
        doubts: The plain scalars in it that kubectl reads otherwise; they have their value by YAML 1.2.
    """

    value: Any
    line: int
    lines: dict[str, int]
    doubts: tuple[Doubt, ...] = ()


def read_yaml(text: str) -> Iterator[YamlDocument]:
    """Read the documents of a stream; empty ones are left out.

    Raises:
        YamlError: The text is refused; the documents before it have been yielded.
    """
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            reading = _Reading()
            value = reading.plain(node, "", 1)
            if value is not None:
                yield YamlDocument(value, node.start_mark.line + 1, reading.lines, tuple(reading.doubts))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "malformed"
        if "alias" in problem:
            problem = "aliases are not accepted: write the value out"
        raise YamlError(problem, mark.line + 1 if mark else 1) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        raise YamlError(f"not YAML: {error.reason}", line) from None
    finally:
        loader.dispose()


class _Reading:
    """One document being read: its lines, and the nodes seen (an alias is a node that is met again)."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.doubts: list[Doubt] = []
        self._seen: set[int] = set()

    def plain(self, node: yaml.Node, path: str, depth: int) -> Any:
        line = node.start_mark.line + 1
        if depth > DEEPEST:
            raise YamlError(f"nested more than {DEEPEST} deep", line)
        self._fresh(node)
        self.lines[path] = line
        if isinstance(node, yaml.MappingNode):
            _untagged(node, "tag:yaml.org,2002:map")
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            _untagged(node, "tag:yaml.org,2002:seq")
            return [self.plain(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        raise YamlError("neither a map, a list nor a scalar", line)

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            self._fresh(key_node)
            line = key_node.start_mark.line + 1
            key = self._scalar(key_node, path) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                raise YamlError("a key must be text: put it in quotes", line)
            if key in found:
                raise YamlError(f"duplicate key '{key}'", line)
            below = child(path, key)
            found[key] = self.plain(value_node, below, depth + 1)
            if key == _MERGE and not key_node.style:
                raise YamlError("merge keys are not accepted: write the fields out", line)
            self.lines[below] = line
        return found

    def _scalar(self, node: yaml.ScalarNode, path: str) -> Any:
        try:
            return _scalar(node)
        except DoubtfulScalarError as doubt:
            self.doubts.append(Doubt(path, node.start_mark.line + 1, str(doubt)))
            return doubt.value

    def _fresh(self, node: yaml.Node) -> None:
        if id(node) in self._seen:
            raise YamlError("aliases are not accepted: write the value out", node.start_mark.line + 1)
        self._seen.add(id(node))


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style:
        _untagged(node, _TEXT)
        return text
    if node.tag not in _PLAIN_TAGS:
        raise YamlError(f"tag {node.tag} is not accepted", node.start_mark.line + 1)
    try:
        value = plain_scalar(text)
    except ScalarError as error:
        if _called_text(node):
            return text
        if isinstance(error, DoubtfulScalarError):
            raise
        raise YamlError(str(error), node.start_mark.line + 1) from None
    return text if not isinstance(value, str) and _called_text(node) else value


def _called_text(node: yaml.ScalarNode) -> bool:
    """Whether a plain scalar is tagged ``!!str``: its tag is then another than the one that PyYAML would resolve."""
    return bool(node.tag == _TEXT and _RESOLVER.resolve(yaml.ScalarNode, node.value, (True, False)) != _TEXT)


_TEXT: Final = "tag:yaml.org,2002:str"
_PLAIN_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "timestamp", "value", "merge")
)


def _untagged(node: yaml.Node, implicit: str) -> None:
    if node.tag != implicit:
        raise YamlError(f"tag {node.tag} is not accepted", node.start_mark.line + 1)

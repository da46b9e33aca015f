"""Which fields of the document an expression reads.

Sound, not sharp: every field on whose value the result may depend lies at or below a path of the answer. What is not
understood reads all it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.expressions.jmespath import tree

if TYPE_CHECKING:
    from collections.abc import Iterable

FieldNames = tuple[str, ...]


def fields_read(root: tree.Node) -> frozenset[FieldNames]:
    """The fields that an expression reads.

    Args:
        root: Its tree.

    Returns:
        Paths from the root of the document, none within another; the empty path stands for the whole document.
    """
    reader = _Reader()
    reader.consume(root, ())
    return frozenset(_outermost(reader.found))


def _outermost(paths: Iterable[FieldNames]) -> Iterable[FieldNames]:
    known = set(paths)
    return (path for path in known if not any(path[:length] in known for length in range(len(path))))


class _Reader:
    """Walks a tree with the path of the current value, None where that is no single field of the document."""

    def __init__(self) -> None:
        self.found: set[FieldNames] = set()

    def consume(self, node: tree.Node, at: FieldNames | None) -> None:
        """Note what a node reads when all of its value is looked at."""
        result = self.locate(node, at)
        if result is not None:
            self.found.add(result)

    def locate(self, node: tree.Node, at: FieldNames | None) -> FieldNames | None:
        """Note what a node reads to find its value, and say which field that value is.

        Returns:
            A path that is not noted yet; None when the value is made, or is part of a field that is noted.
        """
        match node:
            case tree.Current():
                return at
            case tree.Path():
                return None if at is None else at + node.names
            case tree.Chain():
                for link in node.links:
                    at = self.locate(link, at)
                return at
            case _:
                self._note(node, at)
                return None

    def _note(self, node: tree.Node, at: FieldNames | None) -> None:
        """Note what a node reads that makes a value of its own, or takes an element out of an array."""
        match node:
            case tree.Constant():
                pass
            case tree.Projection() | tree.ValueProjection() | tree.FilterProjection():
                self.consume(node.base, at)
                self._consume_children(node, None)
            case tree.Reference():
                self._consume_children(node, None)
            case tree.Comparison() | tree.Not() | tree.And() | tree.Or() | tree.Call() | tree.Flatten():
                self._consume_children(node, at)
            case tree.MultiSelectList() | tree.MultiSelectHash() if at == ():
                self._consume_children(node, at)  # elsewhere it also tells null from an object, and reads the whole
            case _:
                if at is not None:
                    self.found.add(at)

    def _consume_children(self, node: tree.Node, at: FieldNames | None) -> None:
        for child in tree.children(node):
            self.consume(child, at)

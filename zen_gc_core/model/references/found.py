"""What has been found so far of what an object names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from zen_gc_core.model.references.texts import words

Uses: TypeAlias = set[tuple[str, str]]
"""Pairs of a namespace and a name, either of which may stand for more."""


class Found:
    """The object that names, and what was found in it.

    Texts whose words count are put together first, by whether they mean this namespace alone: many are there twice.

    Args:
        name: The object's own name.
        namespace: Its own namespace.

    Attributes:
        ordered: Whether to look in the order of the rows: something cannot be told, and the first of it is what is said.
    """

    __slots__ = ("into", "name", "namespace", "ordered", "texts")

    def __init__(self, name: str, namespace: str) -> None:
        self.name = name
        self.namespace = namespace
        self.into: Uses = set()
        self.ordered = False
        self.texts: tuple[set[str], set[str]] = (set(), set())

    def uses(self) -> Uses:
        """All that was found, the words of the texts among it."""
        anywhere, here = self.texts
        for text in anywhere:
            words(text, self.namespace, self.into)
        for text in here:
            words(text, self.namespace, self.into, crosses=False)
        return self.into


Leaf: TypeAlias = Callable[[Any, Any, Found], None]
"""What looks at a value, what is around it and the object that it is in, and adds what is named there."""

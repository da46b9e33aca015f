"""The library's tree to the typed tree, within the bounds on size and nesting.

The only module that knows the shape of the library's nodes. What a tree means, and whether it makes sense, is decided
elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.expressions.jmespath import tree
from zen_gc_core.expressions.jmespath.parsing import MAX_NESTING, RawNode, parse
from zen_gc_core.expressions.jmespath.places import fault_at

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_LENGTH: Final = 4096
"""Bytes of text, in UTF-8."""

MAX_NODES: Final = 1000
"""Nodes of a tree, as the library counts them."""


def build(text: str) -> tree.Node:
    """Parse an expression into its typed tree.

    Args:
        text: The expression: at most 4 KiB, 1000 nodes, nested at most 40 deep.

    Returns:
        The root of the tree.

    Raises:
        ExpressionSyntaxError: The text is no JMESPath, or beyond a bound.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_LENGTH:
        raise fault_at(text[:80], 0, f"the expression has {size} bytes; {MAX_LENGTH} are allowed")
    return _Builder(text).node(parse(text), (0, len(text)))


class _Builder:
    """Builds one tree; counts its nodes and its depth on the way."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._nodes = 0
        self._depth = -1

    def node(self, raw: RawNode, around: tuple[int, int]) -> tree.Node:
        """Build one node.

        Args:
            raw: The library's node.
            around: The offsets of its parent, for a node that stands for no text of its own.
        """
        start, end = raw.get("span", around)
        self._nodes += 1
        self._depth += 1
        if self._nodes > MAX_NODES:
            raise fault_at(self._text, start, f"the expression has more than {MAX_NODES} parts")
        if self._depth > MAX_NESTING:
            raise fault_at(self._text, start, f"nested deeper than {MAX_NESTING}")
        built = _BUILDERS[raw["type"]](self, raw, start, end)
        self._depth -= 1
        return built

    def nodes(self, raws: list[RawNode], start: int, end: int) -> tuple[tree.Node, ...]:
        """Build several nodes with the same parent."""
        return tuple(self.node(raw, (start, end)) for raw in raws)

    def row(self, raw: RawNode, kinds: frozenset[str], start: int, end: int) -> tuple[tree.Node, ...]:
        """Build the operands of operators that the library nests to the left, as one row."""
        operands: list[RawNode] = []
        self._nodes -= 1  # the outermost operator, which is counted already
        while raw["type"] in kinds:
            self._nodes += 1
            operands += raw["children"][:0:-1]
            raw = raw["children"][0]
        operands.append(raw)
        return self.nodes(operands[::-1], start, end)

    def plain(self, raw: RawNode, start: int, end: int) -> tree.Node:
        """Build a node that consists of its children."""
        return _PLAIN[raw["type"]](start, end, *self.nodes(raw["children"], start, end))

    def leaf(self, raw: RawNode, start: int, end: int) -> tree.Node:
        """Build a node that consists of its value."""
        if raw["type"] == "field":
            return tree.Path(start, end, (raw["value"],), raw.get("quoted", False))
        return tree.Index(start, end, raw["value"]) if raw["type"] == "index" else tree.Current(start, end)

    def logic(self, raw: RawNode, start: int, end: int) -> tree.Node:
        """Build ``||`` or ``&&``."""
        kind = raw["type"]
        operands = self.row(raw, frozenset([kind]), start, end)
        return tree.Or(start, end, operands) if kind == "or_expression" else tree.And(start, end, operands)

    def comparison(self, raw: RawNode, start: int, end: int) -> tree.Node:
        """Build a comparison."""
        return tree.Comparison(start, end, raw["value"], *self.nodes(raw["children"], start, end))

    def call(self, raw: RawNode, start: int, end: int) -> tree.Node:
        """Build a call."""
        return tree.Call(start, end, raw["value"], self.nodes(raw["children"], start, end))

    def select_list(self, raw: RawNode, start: int, end: int) -> tree.Node:
        """Build ``[a, b]``."""
        return tree.MultiSelectList(start, end, self.nodes(raw["children"], start, end))

    def select_hash(self, raw: RawNode, start: int, end: int) -> tree.Node:
        """Build ``{x: a, y: b}``."""
        values = self.nodes([pair["children"][0] for pair in raw["children"]], start, end)
        names = [pair["value"] for pair in raw["children"]]
        return tree.MultiSelectHash(start, end, tuple(zip(names, values, strict=True)))

    def literal(self, raw: RawNode, start: int, end: int) -> tree.Node:
        """Build a literal, whose brackets count as nesting."""
        layer, depth = [raw["value"]], 0
        while layer := [item for value in layer for item in _items(value)]:
            depth += 1
            if self._depth + depth > MAX_NESTING:
                raise fault_at(self._text, start, f"nested deeper than {MAX_NESTING}")
        return tree.Constant(start, end, raw["value"])

    def slice(self, raw: RawNode, start: int, end: int) -> tree.Node:
        """Build a slice; its step must not be 0."""
        cut = slice(*raw["children"])
        if cut.step == 0:
            raise fault_at(self._text, start, "the step of a slice must not be 0")
        return tree.Slice(start, end, cut)

    def chain(self, raw: RawNode, start: int, end: int) -> tree.Node:
        """Build a sub-expression, an index expression or a pipe: fields in a row become one path."""
        merged: list[tree.Node] = []
        for link in self.row(raw, _CHAINS, start, end):
            previous = merged[-1] if merged else None
            if isinstance(link, tree.Path) and isinstance(previous, tree.Path):
                merged[-1] = tree.Path(previous.start, link.end, previous.names + link.names)
            elif isinstance(link, tree.Current) and previous is not None:
                continue
            elif isinstance(previous, tree.Current):
                merged[-1] = link
            else:
                merged.append(link)
        if len(merged) > 1:
            return tree.Chain(start, end, tuple(merged))
        only = merged[0]
        return tree.Path(start, end, only.names) if isinstance(only, tree.Path) else only


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


_CHAINS: Final = frozenset(["subexpression", "index_expression", "pipe"])

_PLAIN: Final[dict[str, Callable[..., tree.Node]]] = {
    "expref": tree.Reference,
    "filter_projection": tree.FilterProjection,
    "flatten": tree.Flatten,
    "not_expression": tree.Not,
    "projection": tree.Projection,
    "value_projection": tree.ValueProjection,
}

_BUILDERS: Final[dict[str, Callable[[_Builder, RawNode, int, int], tree.Node]]] = {
    **dict.fromkeys(_CHAINS, _Builder.chain),
    **dict.fromkeys(_PLAIN, _Builder.plain),
    **dict.fromkeys(["current", "field", "identity", "index"], _Builder.leaf),
    "and_expression": _Builder.logic,
    "comparator": _Builder.comparison,
    "function_expression": _Builder.call,
    "literal": _Builder.literal,
    "multi_select_dict": _Builder.select_hash,
    "multi_select_list": _Builder.select_list,
    "or_expression": _Builder.logic,
    "slice": _Builder.slice,
}

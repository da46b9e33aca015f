"""JMESPath held against what objects may hold: what is always null, never equal, or a field where a text was meant."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from zen_gc_core.engine.possibility.calling_in_jmespath import PARTS, call
from zen_gc_core.engine.possibility.comparing_in_jmespath import compare_sorts, compare_values
from zen_gc_core.engine.possibility.findings import Finding, Findings
from zen_gc_core.engine.possibility.known_in_jmespath import UNKNOWN, Known, alternatives, joined
from zen_gc_core.expressions.jmespath import tree
from zen_gc_core.expressions.jmespath.asking import WANTS_A_VALUE, asks_for_null
from zen_gc_core.expressions.jmespath.functions import FUNCTIONS
from zen_gc_core.model.object_types import root_fault, unusual
from zen_gc_core.model.polarity import Polarity
from zen_gc_core.model.shapes import ANYTHING, NAMES, Fault, ImpossibleError, Shape, below, unequal

_BRACKETED: Final = re.compile(r"\['([^']*)'\]")
"""A key in a message as field paths and CEL write it; JMESPath writes it in double quotes."""

_WORDS: Final = frozenset({"true", "false", "null"})


def findings_in_jmespath(text: str, root: tree.Node, shape: Shape, polarity: Polarity) -> list[Finding]:
    """What is odd about an expression over objects.

    Args:
        text: The expression.
        root: Its tree, checked.
        shape: What the objects may hold.
        polarity: What becomes of an object for which it is false.

    Raises:
        ExpressionSyntaxError: It names what is in no object, or can never match where that could collect.
    """
    reader = _Reader(text, shape)
    reader.visit(root, Known(shape), polarity)
    return reader.findings.warnings


class _Reader:
    def __init__(self, text: str, root: Shape) -> None:
        self.findings = Findings(text)
        self._text = text
        self._root = root
        self._needed: set[int] = set()
        """The identities of nodes that raise where there is nothing, so that no absence can collect."""

    def visit(self, node: tree.Node, here: Known, polarity: Polarity) -> Known:  # noqa: C901, PLR0912  a case a kind of node
        match node:
            case tree.Current():
                return here
            case tree.Constant(value=value):
                return Known(literal=(value,))
            case tree.Path():
                return self._path(node, here, polarity)
            case tree.Index(number=number):
                return self._step(node, here, number)
            case tree.Chain(links=links):
                if id(node) in self._needed:
                    self._needed.add(id(links[0]))
                for link in links:
                    here = self.visit(link, here, Polarity.EITHER)
                return here
            case tree.Projection() | tree.FilterProjection():
                return self._projection(node, here)
            case tree.ValueProjection():
                return self._values(node, here)
            case tree.Flatten(base=base):
                known = self.visit(base, here, Polarity.EITHER)
                inside = known.shape.inside
                return replace(known, shape=inside) if inside is not None and inside.sort == "list" else known
            case tree.Slice():
                return here
            case tree.Comparison():
                self._comparison(node, here, polarity)
            case tree.Not(operand=tree.Not()):
                self.findings.refuse(node.start, "!! is no negation: write ! once, or leave both out")
            case tree.Not(operand=operand):
                self._negation(operand, self.visit(operand, here, polarity.reversed))
            case tree.Or(operands=operands):
                return alternatives([self.visit(operand, here, polarity) for operand in operands])
            case tree.And(operands=operands):
                for operand in operands:
                    self.visit(operand, here, polarity)
            case tree.Call():
                return self._call(node, here, polarity)
            case _:
                for child in tree.children(node):
                    self.visit(child, here, Polarity.EITHER)
        return UNKNOWN

    def _written(self, node: tree.Node) -> str:
        return self._text[node.start : node.end]

    def _path(self, node: tree.Path, here: Known, polarity: Polarity) -> Known:
        if here.shape is self._root and not here.where:
            self._check_root(node)
        for name in node.names:
            here = self._step(node, here, name)
        if here.shape.sort == "nothing":
            fault = Fault(here.shape.what, by_type=False)
            self.findings.never(node.start, fault, Polarity.INCLUDES if id(node) in self._needed else polarity)
        return here

    def _check_root(self, node: tree.Path) -> None:
        name = node.names[0]
        if fault := root_fault(self._root, name):
            self.findings.refuse(node.start, fault)
        if name in _WORDS and len(node.names) == 1 and self._is_bare(node):
            self.findings.refuse(node.start, self._bare(name))
        for word in _WORDS & set(node.names[1:]):
            if f'"{word}"' not in self._written(node):
                self.findings.refuse(
                    node.start, f'{word} in a path is a field of that name: "{word}", if that is meant'
                )
        if odd := unusual(self._root, name):
            self.findings.warn(odd)

    def _step(self, node: tree.Node, here: Known, step: str | int) -> Known:
        if isinstance(step, int) and step < 0 and here.shape.sort == "list":
            step = 0
        try:
            shape = below(here.shape, step, here.where)
        except ImpossibleError as wrong:
            self.findings.refuse(node.start, _BRACKETED.sub(r'."\1"', str(wrong)))
        return Known(shape, joined(here.where, step))

    def _projection(self, node: tree.Projection | tree.FilterProjection, here: Known) -> Known:
        base = self.visit(node.base, here, Polarity.EITHER)
        if base.shape.sort not in ("list", "anything", "nothing"):
            hint = ": its values are .*, its keys keys(…)" if base.shape.sort in ("map", "object") else ""
            self.findings.refuse(
                node.base.start, f"{base.where} is {NAMES[base.shape.sort]}, and [] walks through lists{hint}"
            )
        element = Known(base.shape.inside or ANYTHING, f"{base.where}[]")
        if isinstance(node, tree.FilterProjection):
            self.visit(node.condition, element, Polarity.EITHER)
        body = self.visit(node.body, element, Polarity.EITHER)
        return Known(Shape("list", f"the list {self._written(node)}", inside=body.shape), self._written(node))

    def _values(self, node: tree.ValueProjection, here: Known) -> Known:
        base = self.visit(node.base, here, Polarity.EITHER)
        if base.shape.sort not in ("map", "object", "anything", "nothing"):
            self.findings.refuse(
                node.base.start, f"{base.where} is {NAMES[base.shape.sort]}, and .* walks through maps"
            )
        body = self.visit(node.body, Known(base.shape.inside or ANYTHING, f"{base.where}.*"), Polarity.EITHER)
        return Known(Shape("list", f"the list {self._written(node)}", inside=body.shape), self._written(node))

    def _negation(self, operand: tree.Node, known: Known) -> None:
        if known.shape.sort == "text" and not known.others:
            written = self._written(operand)
            self.findings.warn(
                f"! of a text is undecided where it is there: {written} == `null` asks whether it is not there"
            )

    def _comparison(self, node: tree.Comparison, here: Known, polarity: Polarity) -> None:
        for side, beside in ((node.left, node.right), (node.right, node.left)):
            if not isinstance(beside, tree.Constant) or self._written(side) in _WORDS:
                self._refuse_bare(side, here)
        if not asks_for_null(node):
            self._needed |= {id(node.left), id(node.right)}
        left, right = (self.visit(side, here, Polarity.EITHER) for side in (node.left, node.right))
        compare_values(self.findings, node, left, right, polarity)
        self._elements(node, here, left, right)
        compare_sorts(self.findings, node, left, right)

    def _elements(self, node: tree.Comparison, here: Known, left: Known, right: Known) -> None:
        """Hold the elements of ``[a, b]`` against those of a literal list beside it."""
        for items, other in ((node.left, right), (node.right, left)):
            if isinstance(items, tree.MultiSelectList) and other.literal and isinstance(other.literal[0], list):
                for item, value in zip(items.items, other.literal[0], strict=False):
                    if (fault := unequal(self.visit(item, here, Polarity.EITHER).shape, value)) is not None:
                        self.findings.never(node.start, fault, Polarity.EITHER)

    def _refuse_bare(self, node: tree.Node, here: Known) -> None:
        """Refuse ``labels.env == preview``, which compares with a field named preview, in no object."""
        if not isinstance(node, tree.Path) or len(node.names) != 1 or not self._is_bare(node):
            return
        name = node.names[0]
        usual = name in self._root.fields or (self._root.is_open and unusual(self._root, name) is None)
        if name in _WORDS or name[:1].isupper() or (here.shape is self._root and not usual):
            self.findings.refuse(node.start, self._bare(name))

    def _is_bare(self, node: tree.Path) -> bool:
        return not node.quoted and not self._text[node.start :].startswith(("@", '"'))

    def _bare(self, name: str) -> str:
        text = f"a text is written '{name}'"
        if name in _WORDS:
            literal = {"true": "the boolean", "false": "the boolean", "null": "null"}[name]
            return f"{name} without quotes is a field of that name: {literal} is written `{name}`, {text}"
        return f"{name} without quotes is a field, which {self._root.what} does not have: {text}"

    def _call(self, node: tree.Call, here: Known, polarity: Polarity) -> Known:
        parameters = FUNCTIONS[node.name].parameters
        self._needed |= {
            id(argument)
            for place, argument in enumerate(node.arguments)
            if "null" not in parameters[min(place, len(parameters) - 1)] or place in WANTS_A_VALUE.get(node.name, ())
        }
        bodies = [argument for argument in node.arguments if isinstance(argument, tree.Reference)]
        if node.name in PARTS:
            self._refuse_bare(node.arguments[1], here)
        known = [
            UNKNOWN if isinstance(argument, tree.Reference) else self.visit(argument, here, Polarity.EITHER)
            for argument in node.arguments
        ]
        walked = next((each.shape.inside for each in known if each.shape.sort == "list"), None) or ANYTHING
        for body in bodies:
            self.visit(body.body, Known(walked, "@"), Polarity.EITHER)
        return call(self.findings, node, known, polarity)

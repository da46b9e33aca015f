"""Mutants: one place of one module, written differently."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OPPOSITE = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Mutant:
    """One place of one module, written differently.

    Args:
        module: the module, as a path from the root of the tree.
        line: the first line of the place.
        start: where it begins, in bytes from the beginning of the module.
        end: where it ends.
        before: what stands there.
        after: what the mutant has there.
        where: the function or class that it is in, with those around it.
        code: the whole of the first line.
        column: where in it the place begins.
    """

    module: str
    line: int
    start: int
    end: int
    before: str
    after: str
    where: str
    code: str
    column: int

    def __str__(self) -> str:
        """As it is listed."""
        return f"{self.module}:{self.line}: {_short(self.before)} -> {_short(self.after)}"

    @property
    def place(self) -> str:
        """As the reasons name it: by its function and the text of its line, as its number changes."""
        code = self.code.strip()
        column = self.column - len(self.code) + len(self.code.lstrip())
        texts = (" ".join(each.split()) for each in (self.before, self.after))
        return "\t".join((self.module, self.where, code, str(column), *texts))

    def of(self, source: bytes) -> bytes:
        """The module, mutated."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def mutants(root: Path, module: str) -> Iterator[Mutant]:
    """All mutants of a module.

    Of comparisons, ``and`` and ``or``, ``not``, conditions, constants, what is returned or raised, and calls whose result
    nobody uses.

    Args:
        root: the tree.
        module: the module, as a path from there.
    """
    source = (root / module).read_bytes()
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for node, where in _nodes(ast.parse(source), ""):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)
        for after in _other(node):
            code = lines[node.lineno - 1].decode()
            before = source[start:end].decode()
            yield Mutant(module, node.lineno, start, end, before, after, where, code, node.col_offset)


def _short(code: str) -> str:
    return " ".join(code.split())[:70]


def _nodes(tree: ast.AST, where: str) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """What runs, and where."""
    for child in _running(tree):
        if isinstance(child, ast.expr | ast.stmt):
            yield child, where
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            yield from _nodes(child, f"{where}.{child.name}".lstrip("."))
        else:
            yield from _nodes(child, where)


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """The children that run: annotations, docstrings, and what only the type checker reads do not; decorators declare."""
    declared = tree.decorator_list if isinstance(tree, ast.FunctionDef | ast.ClassDef) else []
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.AnnAssign) and child.value is not None:
            yield child.value
        elif isinstance(child, ast.arguments):
            yield from (*child.defaults, *filter(None, child.kw_defaults))
        elif (
            not isinstance(child, ast.AnnAssign | ast.JoinedStr | ast.Import | ast.ImportFrom) and child not in declared
        ):
            yield child


def _other(node: ast.expr | ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield f"({ast.unparse(ast.Compare(node.left, [_OPPOSITE[type(node.ops[0])]()], node.comparators))})"
    elif isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield f"({ast.unparse(ast.BoolOp(other, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"bool({ast.unparse(node.operand)})"
    elif isinstance(node, ast.IfExp):
        yield f"({ast.unparse(ast.IfExp(node.test, node.orelse, node.body))})"
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield str(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield repr(node.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None and not _means_no(node.value):
        yield "return None"
    elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield "pass"


def _means_no(node: ast.expr) -> bool:
    """Whether it is nothing, or as good as that to whoever asks whether."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value is False)

"""The JMESPath of kube-janitor's rules: where Python calls a result true, as a condition that is true there, too, or open.

kube-janitor asks ``bool(result)`` of the ``jmespath`` library's interpreter. A condition here collects on ``true`` alone,
and compares more strictly. What the two could see differently in the dangerous direction is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jmespath.functions

from zen_gc_core.errors import InputError
from zen_gc_core.expressions.jmespath import compile_jmespath, tree
from zen_gc_core.expressions.jmespath.inferring import kinds_yielded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_THEIRS: Final = frozenset(jmespath.functions.Functions.FUNCTION_TABLE)
"""The functions that the library has; ours has a few more, on which kube-janitor fails."""

_COMPUTED: Final = "_context"
"""What kube-janitor adds to an object before it asks."""

_LEFT_OUT: Final = frozenset({"apiVersion", "kind"})
"""What items of a list lack, as the server sends them: to kube-janitor they are null."""


def condition_of(expression: str) -> str:
    """An expression of a rule, as an expression for the condition ``jmespath``.

    Raises:
        InputError: It has none that takes no more; the text says why, in one line.
    """
    try:
        program = compile_jmespath(expression)
    except InputError as error:
        raise InputError(f"it does not compile: {str(error).splitlines()[0]}") from None
    _check_reads(program.reads)
    nodes = list(_all(program.root))
    _check_functions(nodes)
    _check_numbers(nodes)
    if kinds_yielded(program.root) <= {"boolean", "null"}:
        return expression
    return (
        f"contains(['array', 'boolean', 'object', 'string'], type({expression})) && "
        f"!(contains(['', '[]', '{{}}', 'false'], to_string({expression})))"
    )


def settled(expression: str) -> str:
    """An expression in which a field that is not there equals no text, as it does there; here it would be open.

    Where an expression only leaves something out, open is not the same as false: it would leave out all that lacks the
    field.

    Raises:
        InputError: It does not compile.
    """
    places = sorted(
        (side.start, side.end)
        for node in _all(compile_jmespath(expression).root)
        if isinstance(node, tree.Comparison) and node.operator in {"eq", "ne"}
        for side, other in ((node.left, node.right), (node.right, node.left))
        if isinstance(side, tree.Path | tree.Chain) and isinstance(other, tree.Constant) and _is_text(other.value)
    )
    parts, end = [], 0
    for start, stop in places:
        if start >= end:
            parts += [expression[end:start], "(", expression[start:stop], " || '')"]
            end = stop
    return "".join([*parts, expression[end:]])


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def may_yield_number(expression: str) -> bool:
    """Whether a number may come out, which Python calls true unless it is 0, and which is kept here."""
    return "number" in kinds_yielded(compile_jmespath(expression).root)


def compares(expression: str) -> bool:
    """Whether it compares, which is open here where a side is not there."""
    return any(isinstance(node, tree.Comparison) for node in _all(compile_jmespath(expression).root))


def _all(node: tree.Node) -> Iterator[tree.Node]:
    yield node
    for child in tree.children(node):
        yield from _all(child)


def _check_reads(reads: Iterable[tuple[str, ...]]) -> None:
    for path in reads:
        if not path:
            raise InputError(
                "it reads the object as a whole, of which kube-janitor sees more and less than there is here"
            )
        if path[0] == _COMPUTED:
            raise InputError(
                f"{'.'.join(path)}: kube-janitor computes _context itself, and here it would always be null; of volumes that "
                "nothing uses, write conditions: {unreferenced: true} instead"
            )
        if path[0] in _LEFT_OUT:
            raise InputError(f"{path[0]} is null to kube-janitor, whose lists leave it out, and is not null here")


def _check_functions(nodes: Iterable[tree.Node]) -> None:
    for node in nodes:
        if isinstance(node, tree.Call) and node.name not in _THEIRS:
            raise InputError(
                f"{node.name}() is no function of the library that kube-janitor uses: the rule fails there"
            )


def _check_numbers(nodes: Sequence[tree.Node]) -> None:
    """Refuse what Python's own idea of numbers makes true or false, and JSON's does not."""
    calls = {node.name for node in nodes if isinstance(node, tree.Call)}
    constants = [node.value for node in nodes if isinstance(node, tree.Constant)]
    if "to_number" in calls and any(isinstance(node, tree.Not) for node in nodes):
        raise InputError("to_number() reads more there ('1_000', 'nan'), so that ! of it may be true here alone")
    if any(isinstance(value, list | dict) and _holds_numbers(value) for value in constants):
        raise InputError("a list or map with numbers or booleans in it: 1 equals true there, and does not here")
    if "contains" in calls and any(isinstance(value, bool | int | float) for value in constants):
        raise InputError("contains() beside a number or a boolean: 1 equals true there, and does not here")


def _holds_numbers(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_holds_numbers, value))
    if isinstance(value, dict):
        return any(map(_holds_numbers, value.values()))
    return isinstance(value, bool | int | float)

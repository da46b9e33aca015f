"""The CEL of DeletingPolicies, as a condition: its variables written in, and what calls elsewhere refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.errors import InputError
from zen_gc_core.expressions.cel.lexing import MAX_LENGTH, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zen_gc_core.expressions.cel.lexing import Token

_ASKS: Final = "asks for something else than the object, and an expression here never does"
_ELSEWHERE: Final = {
    "resource": f"{_ASKS}; conditions.related looks at other objects",
    "http": f"{_ASKS}: a request to a server",
    "globalContext": f"{_ASKS}; conditions.related looks at other objects",
    "image": "is a library of Kyverno's, and is not there here",
    "images": "is what Kyverno reads out of an object, and is not there here",
    "isImage": "is a library of Kyverno's, and is not there here",
    "imageData": f"{_ASKS}: a registry",
    "request": "is of admission, and is never there when something is deleted",
    "oldObject": "is of admission, and is never there when something is deleted",
    "authorizer": "is of admission, and is never there when something is deleted",
    "exceptions": "is of admission, and is never there when something is deleted",
    "now": "is no variable of Kyverno's",
    "policy": "is no variable of Kyverno's",
}
"""Names at the beginning of a path that are Kyverno's alone, or ours alone, and why nothing comes of them."""


def condition_of(expression: str, variables: Mapping[str, str]) -> str:
    """An expression as a condition.

    Args:
        expression: It.
        variables: The policy's variables and their expressions, in order.

    Raises:
        InputError: It has none; the text says why, in one line.
    """
    written = _with_variables(expression, variables)
    if len(written) > MAX_LENGTH:
        raise InputError(f"with its variables written in it has {len(written)} characters; {MAX_LENGTH} are the most")
    return written


def inlined(expression: str, variables: Mapping[str, str]) -> str:
    """An expression with the expressions of its variables in their places, for an interpreter that has no ``cel.bind``.

    Raises:
        InputError: It does not compile, or there is no such variable.
    """
    return _replaced(expression, variables, lambda name: f"({inlined(variables[name], variables)})")


def _tokens(text: str) -> list[Token]:
    try:
        return list(tokens(text))
    except InputError as error:
        raise InputError(f"it does not compile: {str(error).splitlines()[0]}") from None


def _with_variables(expression: str, variables: Mapping[str, str]) -> str:
    """The expression with a ``cel.bind`` around it for each variable that it reads, those that they read outermost."""
    read: list[str] = []

    def bound(name: str) -> str:
        read.append(name)
        return f"variables_{name}"

    written = _replaced(expression, variables, bound)
    bodies: dict[str, str] = {}
    while read:
        name = read.pop()
        if name not in bodies:
            bodies[name] = ""
            bodies[name] = _replaced(variables[name], variables, bound)
    for name in reversed([each for each in variables if each in bodies]):
        written = f"cel.bind(variables_{name}, {bodies[name]}, {written})"
    return written


def _replaced(text: str, variables: Mapping[str, str], by: Callable[[str], str]) -> str:
    """The text with something else for each ``variables.x``."""
    found = _tokens(text)
    parts: list[str] = []
    end = 0
    for index, token in enumerate(found):
        if token.kind != "IDENT" or _follows_a_dot(found, index):
            continue
        if token.value == "variables":
            name = _member(found, index)
            if name not in variables:
                raise InputError(f"variables.{name or '…'}: there is no such variable before it")
            parts += [text[end : token.start], by(name)]
            end = found[index + 2].end
        elif token.value in _ELSEWHERE:
            raise InputError(f"{token.value}: {_ELSEWHERE[token.value]}")
    return "".join([*parts, text[end:]])


def _follows_a_dot(found: Sequence[Token], index: int) -> bool:
    before = [token.kind for token in found[max(index - 2, 0) : index]]
    return before[-1:] == ["."] or before == [".", "?"]


def _member(found: Sequence[Token], index: int) -> str:
    after = found[index + 1 : index + 3]
    kinds = [token.kind for token in after]
    return str(after[1].value) if kinds == [".", "IDENT"] else ""

"""What a function of CEL is: its name, its types, the callable behind it. The libraries and plugins declare them so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Function:
    """A function, or one overload of it, that expressions may call.

    The callable must be pure: an evaluation may call it twice for one result. It gets values of the declared types and
    nothing else (see :mod:`zen_gc_core.expressions.cel.values`), and refuses them with ``ExpressionError``.

    Args:
        name: How it is called; a dot sets it in a namespace (``math.abs``).
        argument_types: The types of its arguments, the receiver's first if it is a member: ``string``, ``int``,
            ``list(string)``, ``dyn`` for any value, … Only the outer type is checked.
        result_type: The type of what it yields, or ``dyn``.
        callable: The function in Python; it takes the arguments by position.
        member: Whether it is written ``receiver.name(…)``.
        documentation: What it does, in a sentence of Markdown, for the reference.
    """

    name: str
    argument_types: tuple[str, ...]
    result_type: str
    callable: Callable[..., Any]
    member: bool = False
    documentation: str = ""

    @property
    def signature(self) -> str:
        """How it is written, with the types of its arguments: ``string.indexOf(string, int) -> int``."""
        receiver = f"{self.argument_types[0]}." if self.member else ""
        arguments = ", ".join(self.argument_types[1:] if self.member else self.argument_types)
        return f"{receiver}{self.name}({arguments}) -> {self.result_type}"

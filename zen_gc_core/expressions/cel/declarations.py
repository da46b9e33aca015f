"""What expressions may name: variables, functions and types, found as CEL's namespaces find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.expressions.cel.dispatch import FunctionTable, Overloads


@dataclass(frozen=True, slots=True)
class Declarations:
    """What an environment declares.

    Args:
        variables: The types of the variables; a name may have dots.
        functions: The functions.
        check_types: Whether an operation that is evidently impossible (``1 + 'a'``) is refused when compiling.
        container: The namespace that names are looked up in first, or an empty text.
    """

    variables: Mapping[str, str]
    functions: FunctionTable
    check_types: bool
    container: str

    def candidates(self, name: str, *, absolute: bool = False) -> list[str]:
        """The full names that a name may mean, the innermost namespace first."""
        parts = self.container.split(".") if self.container and not absolute else []
        return [".".join([*parts[:length], name]) for length in range(len(parts), -1, -1)]

    def may_be_dotted(self, name: str) -> bool:
        """Whether a dotted name may be a variable or a type rather than the field of a variable."""
        return bool(self.container) or name in self.functions.types or any("." in known for known in self.variables)

    def variable_or_type(self, name: str, *, absolute: bool = False) -> str | None:
        """The full name of the variable or type that a name means, or None."""
        for candidate in self.candidates(name, absolute=absolute):
            if candidate in self.variables or candidate in self.functions.types:
                return candidate
        return None

    def function(self, name: str) -> Overloads | None:
        """The functions that a name means which is no member, or None."""
        for candidate in self.candidates(name):
            if found := self.functions.find(candidate, member=False):
                return found
        return None

"""From a call to the function it means: overloads by number and type of arguments, before and during evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.expressions.cel.values import TYPE_CONSTANTS, Duration, Optional, Timestamp, Type, Uint, no_overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zen_gc_core.expressions.cel.functions import Function

STANDARD_CLASSES: Final[Mapping[str, type]] = {
    "null_type": type(None),
    "bool": bool,
    "int": int,
    "uint": Uint,
    "double": float,
    "string": str,
    "bytes": bytes,
    "list": list,
    "map": dict,
    "timestamp": Timestamp,
    "duration": Duration,
    "type": Type,
    "optional": Optional,
}
"""The Python classes of the types that functions are declared with; libraries add theirs."""


def outer(name: str) -> str:
    """A declared type without its parameters: ``list`` of ``list(string)``."""
    return name.removesuffix("...").partition("(")[0]


def _spread(function: Function, count: int) -> tuple[str, ...] | None:
    """The types of so many arguments, or None: the function does not take so many."""
    types = function.argument_types
    if types[-1:] and types[-1].endswith("..."):
        return (*types, *types[-1:] * (count - len(types))) if count >= len(types) else None
    return types if len(types) == count else None


class Overloads:
    """The functions of one name, all members or none.

    Args:
        functions: The overloads, at least one.
        classes: The Python class of every type that they name.
    """

    def __init__(self, functions: Sequence[Function], classes: Mapping[str, type]) -> None:
        self.name = functions[0].name
        self._functions = functions
        self._classes = classes
        self._callables: dict[int, Callable[..., Any]] = {}

    def takes(self, count: int) -> bool:
        """Whether any overload takes so many arguments."""
        return any(_spread(function, count) is not None for function in self._functions)

    @property
    def arities(self) -> list[int]:
        """The numbers of arguments that the overloads declare."""
        return sorted({len(function.argument_types) for function in self._functions})

    def result_type(self, argument_types: Sequence[str]) -> str | None:
        """The type of a call's result.

        Args:
            argument_types: What is known of the arguments' types; ``dyn`` for one that is not.

        Returns:
            The type, ``dyn`` if overloads differ in it, or None: no overload takes such arguments.
        """
        fitting = {
            function.result_type
            for function in self._functions
            if (types := _spread(function, len(argument_types))) is not None
            and all(map(_may_be, argument_types, types))
        }
        if not fitting:
            return None
        return outer(fitting.pop()) if len(fitting) == 1 else "dyn"

    def callable(self, count: int) -> Callable[..., Any]:
        """The callable for so many arguments; it raises ``ExpressionError`` for types that no overload takes."""
        if count not in self._callables:
            rows = [
                ([self._class(name) for name in types], function.callable)
                for function in self._functions
                if (types := _spread(function, count)) is not None
            ]
            self._callables[count] = _dispatcher(self.name, rows)
        return self._callables[count]

    def _class(self, name: str) -> type | None:
        return None if outer(name) == "dyn" else self._classes[outer(name)]


def _may_be(known: str, declared: str) -> bool:
    return "dyn" in (known, outer(declared)) or known == outer(declared)


def _dispatcher(name: str, rows: Sequence[tuple[list[type | None], Callable[..., Any]]]) -> Callable[..., Any]:
    if len(rows) == 1:
        (classes, function) = rows[0]
        if not any(classes):
            return function
        if len(classes) == 1:
            return _unary(name, classes[0], function)
        if len(classes) == 2:
            return _binary(name, classes[0], classes[1], function)
    if len(rows[0][0]) == 1 and all(classes[0] for classes, _ in rows):
        return _by_type(name, {classes[0]: function for classes, function in reversed(rows)})
    chosen: dict[tuple[type, ...], Callable[..., Any]] = {}

    def dispatched(*arguments: Any) -> Any:
        types = tuple(map(type, arguments))
        function = chosen.get(types)
        if function is None:
            for classes, candidate in rows:
                if all(wanted is None or wanted is given for wanted, given in zip(classes, types, strict=True)):
                    function = chosen[types] = candidate
                    break
            else:
                raise no_overload(name, *arguments)
        return function(*arguments)

    return dispatched


def _by_type(name: str, functions: Mapping[type | None, Callable[..., Any]]) -> Callable[..., Any]:
    find = functions.get

    def dispatched(argument: Any) -> Any:
        function = find(type(argument))
        if function is None:
            raise no_overload(name, argument)
        return function(argument)

    return dispatched


def _unary(name: str, wanted: type | None, function: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(argument: Any) -> Any:
        if type(argument) is wanted:
            return function(argument)
        raise no_overload(name, argument)

    return guarded


def _binary(name: str, first: type | None, second: type | None, function: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(left: Any, right: Any) -> Any:
        if (first is None or type(left) is first) and (second is None or type(right) is second):
            return function(left, right)
        raise no_overload(name, left, right)

    return guarded


class FunctionTable:
    """All functions that an environment has, found by name.

    Args:
        functions: The functions.
        classes: The Python class of every type that they name.

    Raises:
        ValueError: A function names a type that is not known.
    """

    def __init__(self, functions: Iterable[Function], classes: Mapping[str, type]) -> None:
        self.functions = tuple(functions)
        grouped: dict[tuple[str, bool], list[Function]] = {}
        for function in self.functions:
            for name in (*function.argument_types, function.result_type):
                if outer(name) != "dyn" and outer(name) not in classes:
                    raise ValueError(f"the function {function.name} names the type {name!r}, which is not known")
            grouped.setdefault((function.name, function.member), []).append(function)
        self.types = TYPE_CONSTANTS | {kind.cel_type for kind in classes.values() if hasattr(kind, "cel_type")}
        self._overloads = {key: Overloads(group, classes) for key, group in grouped.items()}

    def find(self, name: str, *, member: bool) -> Overloads | None:
        """The overloads of a name, or None."""
        return self._overloads.get((name, member))

    def names(self, *, member: bool) -> list[str]:
        """The names of all members, or of all other functions."""
        return [name for name, kind in self._overloads if kind is member]

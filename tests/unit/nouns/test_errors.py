"""The errors of the core are one tree, and the tree that is drawn is the one that there is."""

from __future__ import annotations

import importlib
import pkgutil
import re

import zen_gc_core
from zen_gc_core import errors
from zen_gc_core.errors import ZenGCError


def raised() -> set[type[BaseException]]:
    """Every public exception that a module of the core defines."""
    found: set[type[BaseException]] = set()
    for module in pkgutil.walk_packages(zen_gc_core.__path__, f"{zen_gc_core.__name__}."):
        if module.name.rpartition(".")[2] in {"__main__", "cel_python"}:  # programs, which run when they are imported
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            own = isinstance(value, type) and value.__module__ == module.name
            if own and issubclass(value, BaseException) and not name.startswith("_"):
                found.add(value)
    return found


def test_every_public_error_has_the_same_root() -> None:
    """Whoever catches ``ZenGCError`` catches all that is raised on purpose."""
    found = raised()
    assert len(found) > 30
    assert {error for error in found if not issubclass(error, ZenGCError)} == set()


def test_the_tree_has_every_error_of_the_first_floor() -> None:
    """By its name, in the docstring."""
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    first = {error.__name__ for error in raised() if ZenGCError in error.__bases__}
    assert first <= drawn
    assert drawn <= {error.__name__ for error in raised()}

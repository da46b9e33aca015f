"""Entry points as an installation would have them, for plugins that only a test has."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any

from zen_gc_core import hookimpl


@dataclass(frozen=True)
class Distribution:
    """What a plugin was installed with."""

    name: str
    version: str = "1.0"


@dataclass(frozen=True)
class Point:
    """An entry point that loads what it is told to, or raises it."""

    name: str
    loads: Any
    dist: Any = Distribution("acme-zen-gc")
    value: str = "acme"

    def load(self):
        """What stands behind it."""
        if isinstance(self.loads, BaseException):
            raise self.loads
        return self.loads


def plugin(**hooks):
    """A module with these hooks, each of them answering with the given value, or called when it is a function."""
    module = types.ModuleType("acme")
    for name, answer in hooks.items():
        setattr(module, name, hookimpl(_answering(answer)))
    return module


def _answering(answer):
    if isinstance(answer, types.FunctionType):
        return answer
    return lambda: answer

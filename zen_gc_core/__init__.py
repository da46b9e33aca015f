"""zen-gc: decide which Kubernetes objects have outlived their use, prove the decision, remove them safely.

This is the one door for plugin authors: what a plugin needs is here, and a plugin imports nothing else of the core.
What stands behind a name is loaded when the name is first used, so that ``zen-gc --version`` does not pay for it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zen_gc_core.durations import format_duration, parse_duration
    from zen_gc_core.errors import Missing, Undecided
    from zen_gc_core.expressions.cel import Function as CelFunction
    from zen_gc_core.fieldpaths import MISSING
    from zen_gc_core.hookspecs import hookimpl
    from zen_gc_core.instants import format_instant, parse_instant
    from zen_gc_core.keywords import (
        Build,
        Compiled,
        Config,
        Duration,
        FieldPath,
        Instant,
        Keyword,
        Matchers,
        Namespace,
        Run,
    )
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import Decision, Delete, Mark
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.report import RunReport

__version__ = "0.1.0"

_ROOMS = {
    "Build": "keywords",
    "Candidate": "model.candidate",
    "CelFunction": "expressions.cel",
    "Compiled": "keywords",
    "Config": "keywords",
    "Decision": "model.decision",
    "Delete": "model.decision",
    "Duration": "keywords",
    "FieldPath": "keywords",
    "Instant": "keywords",
    "Keyword": "keywords",
    "MISSING": "fieldpaths",
    "Mark": "model.decision",
    "Matchers": "keywords",
    "Missing": "errors",
    "Namespace": "keywords",
    "Plan": "model.plan",
    "Run": "keywords",
    "RunReport": "model.report",
    "Undecided": "errors",
    "hookimpl": "hookspecs",
    "format_duration": "durations",
    "format_instant": "instants",
    "parse_duration": "durations",
    "parse_instant": "instants",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(
        importlib.import_module(f"{__name__}.{_ROOMS[name]}"), name if name != "CelFunction" else "Function"
    )
    globals()[name] = value
    return value


__all__ = [
    "MISSING",
    "Build",
    "Candidate",
    "CelFunction",
    "Compiled",
    "Config",
    "Decision",
    "Delete",
    "Duration",
    "FieldPath",
    "Instant",
    "Keyword",
    "Mark",
    "Matchers",
    "Missing",
    "Namespace",
    "Plan",
    "Run",
    "RunReport",
    "Undecided",
    "__version__",
    "format_duration",
    "format_instant",
    "hookimpl",
    "parse_duration",
    "parse_instant",
]

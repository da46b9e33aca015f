"""zen-gc: decide which Kubernetes objects have outlived their use, prove the decision, remove them safely.

This is the one door for plugin authors: what a plugin needs is here, and a plugin imports nothing else of the core.
What stands behind a name is loaded when the name is first used, so that ``zen-gc --version`` does not pay for it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zen_gc_core.durations import format_duration, parse_duration
    from zen_gc_core.engine.kinds import built_in, kinds_of
    from zen_gc_core.errors import InputError, Missing, Undecided
    from zen_gc_core.expressions.cel import Function as CelFunction
    from zen_gc_core.fieldpaths import MISSING, spell
    from zen_gc_core.hookspecs import hookimpl
    from zen_gc_core.instants import EARLIEST, format_instant, parse_instant
    from zen_gc_core.keywords import (
        Build,
        Compiled,
        Config,
        Duration,
        EachPath,
        FieldPath,
        Found,
        Instant,
        Keyword,
        Matchers,
        Namespace,
        Relation,
        Run,
        reads_together,
    )
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.evicting import EVICTABLE, Evict
    from zen_gc_core.model.field_times import TimeUnit, is_missing, said_missing, time_at
    from zen_gc_core.model.finishing import Condition, Entry, Finishes, Finishing
    from zen_gc_core.model.merging import MergePatch, patch_faults
    from zen_gc_core.model.metadata_types import OWNER_SHAPE
    from zen_gc_core.model.names import group_of, label_key_fault, label_value_fault
    from zen_gc_core.model.notifying import Notify
    from zen_gc_core.model.object_types import PHASES
    from zen_gc_core.model.phases import phase_of, phase_said
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.polarity import Polarity
    from zen_gc_core.model.references import (
        Exhaustive,
        Referable,
        Reference,
        References,
        Referring,
        WellKnown,
        found_under,
    )
    from zen_gc_core.model.references import Row as ReferenceRow
    from zen_gc_core.model.replicas import SCALABLE
    from zen_gc_core.model.report import RunReport
    from zen_gc_core.model.requests import MARKED_AT, MARKED_BY, Delete, Mark, Request, policy_named
    from zen_gc_core.model.scaling import Scale
    from zen_gc_core.model.shapes import unequal
    from zen_gc_core.model.suspending import SUSPENDABLE, Suspend
    from zen_gc_core.texts import did_you_mean, with_article

__version__ = "0.1.0"

_ROOMS = {
    "EARLIEST": "instants",
    "EVICTABLE": "model.evicting",
    "MARKED_AT": "model.requests",
    "MARKED_BY": "model.requests",
    "MISSING": "fieldpaths",
    "SCALABLE": "model.replicas",
    "SUSPENDABLE": "model.suspending",
    "Build": "keywords",
    "Candidate": "model.candidate",
    "CelFunction": "expressions.cel",
    "Compiled": "keywords",
    "Condition": "model.finishing",
    "Config": "keywords",
    "Decision": "model.decision",
    "Delete": "model.requests",
    "Duration": "keywords",
    "EachPath": "keywords",
    "Entry": "model.finishing",
    "Evict": "model.evicting",
    "Exhaustive": "model.references",
    "FieldPath": "keywords",
    "Found": "keywords",
    "Finishes": "model.finishing",
    "Finishing": "model.finishing",
    "InputError": "errors",
    "Instant": "keywords",
    "Keyword": "keywords",
    "Mark": "model.requests",
    "Matchers": "keywords",
    "MergePatch": "model.merging",
    "Missing": "errors",
    "Namespace": "keywords",
    "Notify": "model.notifying",
    "OWNER_SHAPE": "model.metadata_types",
    "PHASES": "model.object_types",
    "Plan": "model.plan",
    "Referable": "model.references",
    "Reference": "model.references",
    "ReferenceRow": "model.references",
    "References": "model.references",
    "Referring": "model.references",
    "Relation": "keywords",
    "Looked": "model.relations",
    "Request": "model.requests",
    "Polarity": "model.polarity",
    "Run": "keywords",
    "RunReport": "model.report",
    "Scale": "model.scaling",
    "Suspend": "model.suspending",
    "TimeUnit": "model.field_times",
    "Undecided": "errors",
    "WellKnown": "model.references",
    "built_in": "engine.kinds",
    "did_you_mean": "texts",
    "format_duration": "durations",
    "format_instant": "instants",
    "found_under": "model.references",
    "group_of": "model.names",
    "hookimpl": "hookspecs",
    "is_missing": "model.field_times",
    "kinds_of": "engine.kinds",
    "label_key_fault": "model.names",
    "label_value_fault": "model.names",
    "parse_duration": "durations",
    "parse_instant": "instants",
    "own_group": "engine.kinds",
    "patch_faults": "model.merging",
    "policy_named": "model.requests",
    "phase_said": "model.phases",
    "phase_of": "model.phases",
    "reads_together": "keywords",
    "said_missing": "model.field_times",
    "spell": "fieldpaths",
    "time_at": "model.field_times",
    "with_article": "texts",
    "unequal": "model.shapes",
}

_OTHERWISE = {"CelFunction": "Function", "ReferenceRow": "Row"}
"""What is named otherwise where it lives."""


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_ROOMS[name]}"), _OTHERWISE.get(name, name))
    globals()[name] = value
    return value


__all__ = [
    "EARLIEST",
    "EVICTABLE",
    "MARKED_AT",
    "MARKED_BY",
    "MISSING",
    "OWNER_SHAPE",
    "PHASES",
    "SCALABLE",
    "SUSPENDABLE",
    "Build",
    "Candidate",
    "CelFunction",
    "Compiled",
    "Condition",
    "Config",
    "Decision",
    "Delete",
    "Duration",
    "EachPath",
    "Entry",
    "Evict",
    "Exhaustive",
    "FieldPath",
    "Finishes",
    "Finishing",
    "Found",
    "InputError",
    "Instant",
    "Keyword",
    "Mark",
    "Matchers",
    "MergePatch",
    "Missing",
    "Namespace",
    "Notify",
    "Plan",
    "Polarity",
    "Referable",
    "Reference",
    "ReferenceRow",
    "References",
    "Referring",
    "Relation",
    "Request",
    "Run",
    "RunReport",
    "Scale",
    "Suspend",
    "TimeUnit",
    "Undecided",
    "WellKnown",
    "__version__",
    "built_in",
    "did_you_mean",
    "format_duration",
    "format_instant",
    "found_under",
    "group_of",
    "hookimpl",
    "is_missing",
    "kinds_of",
    "label_key_fault",
    "label_value_fault",
    "own_group",
    "parse_duration",
    "parse_instant",
    "patch_faults",
    "phase_of",
    "phase_said",
    "policy_named",
    "reads_together",
    "said_missing",
    "spell",
    "time_at",
    "unequal",
    "with_article",
]

"""CEL: text to compiled callable, with Kubernetes' meaning. Nothing in here knows objects, policies or plugins.

An :class:`Environment` names variables and functions and compiles expressions to programs::

    environment = Environment()
    program = environment.compile("object.status.phase == 'Failed'")
    program.evaluate(pod, namespace, now, policy)    # True, False, another value, or ExpressionError
"""

from __future__ import annotations

from zen_gc_core.expressions.cel.environment import VARIABLES, Environment, Program
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.rendering import to_json
from zen_gc_core.expressions.cel.tracing import Step, Trace, trace
from zen_gc_core.expressions.cel.values import (
    Duration,
    Optional,
    Timestamp,
    Type,
    Uint,
    duration_from_timedelta,
    timestamp_from_datetime,
    type_name,
)

__all__ = [
    "VARIABLES",
    "Duration",
    "Environment",
    "Function",
    "Optional",
    "Program",
    "Step",
    "Timestamp",
    "Trace",
    "Type",
    "Uint",
    "duration_from_timedelta",
    "timestamp_from_datetime",
    "to_json",
    "trace",
    "type_name",
]

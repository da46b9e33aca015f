"""JMESPath compiled: text to a callable over decoded JSON.

The language is that of https://jmespath.org, read by the parser of the ``jmespath`` library and checked against the
official compliance suite; what differs on purpose is listed in ``docs/reference/jmespath.md``. Only the names below are
meant for the rest of zen-gc.
"""

from __future__ import annotations

from zen_gc_core.expressions.jmespath.kinds import kind_of
from zen_gc_core.expressions.jmespath.program import JMESProgram, compile_jmespath
from zen_gc_core.expressions.jmespath.tracing import TraceStep, trace

__all__ = ["JMESProgram", "TraceStep", "compile_jmespath", "kind_of", "trace"]

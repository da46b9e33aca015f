"""Checking a policy for its author: the one way from a document to all that is wrong with it, and all to look at.

``zen-gc validate`` and the admission webhook ask here, so that neither refuses what the other takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.engine.calendar.foreseeing import calendar_warnings
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.policy import Problem
    from zen_gc_core.vocabulary import Vocabulary


def compile_document(
    document: Any,
    vocabulary: Vocabulary,
    grants: Grants,
    default_namespace: str = "default",
    check: Callable[[], object] = bool,
) -> Compilation:
    """Compile a policy as it was written, with all of its problems.

    Args:
        document: The policy, decoded.
        vocabulary: The installed keywords.
        grants: What is allowed beyond the protections.
        default_namespace: Where a namespaced policy is that names no namespace.
        check: Asked from time to time; may raise CompilingTooLong, which refuses the policy.
    """
    parsed = parse_policy(document, allow_cross_namespace=grants.cross_namespace, default_namespace=default_namespace)
    return compile_policy(parsed, vocabulary, grants, check)


def warnings_of(compilation: Compilation, now: dt.datetime) -> tuple[Problem, ...]:
    """What the author of a policy should look at, as of now.

    Args:
        compilation: What came of compiling it.
        now: The present, in UTC.
    """
    if compilation.compiled is None:
        return compilation.warnings
    return (*compilation.warnings, *calendar_warnings(compilation.compiled.policy, now))

"""The public test kit: what plugin authors test their keywords with, needing no cluster and no policy files.

    from zen_gc_core.testing import ask, check_keyword

    assert ask(TEAM, {"oneOf": ["web"]}, {"metadata": {"name": "a", "labels": {"team": "web"}}})
    check_keyword(TEAM, {"oneOf": ["web"]})

``ask`` puts one question to one keyword, as the engine would; ``check_keyword`` holds it to the promises of the
plugin contract over a corpus of ordinary and impossible objects. ``finish_of`` asks a row of ``zen_gc_finishes``,
``uses_of`` rows of ``zen_gc_references``. ``plan_of`` and ``report_of`` make what ``zen_gc_veto`` and
``zen_gc_run_finished`` are called with.
"""

from __future__ import annotations

from zen_gc_core.testing.contract import check_keyword
from zen_gc_core.testing.keywords import (
    NOW,
    Situation,
    ask,
    compile_keyword,
    explain,
    finish_of,
    request_of,
    uses_of,
    warnings_of,
)
from zen_gc_core.testing.objects import OBJECTS
from zen_gc_core.testing.runs import plan_of, policy_of, report_of

__all__ = [
    "NOW",
    "OBJECTS",
    "Situation",
    "ask",
    "check_keyword",
    "compile_keyword",
    "explain",
    "finish_of",
    "plan_of",
    "policy_of",
    "report_of",
    "request_of",
    "uses_of",
    "warnings_of",
]

"""The hooks of zen-gc: what a plugin may implement, when it is called, and what its answer means.

No hook is called once an object. Every implementation is called by itself, so that one that raises is known by name
and harms nobody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import datetime as dt

    from zen_gc_core.expressions.cel import Function
    from zen_gc_core.keywords import Keyword
    from zen_gc_core.model.finishing import Finishes
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.references import Row
    from zen_gc_core.model.report import RunReport
    from zen_gc_core.model.requests import Request

PROJECT = "zen_gc"
"""The name of the pluggy project and of the entry point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a plugin's implementation of a hook."""


@hookspec
def zen_gc_matchers() -> list[Keyword[Any, bool]]:  # type: ignore[empty-body]  # a specification
    """Offer keywords for ``spec.conditions``. Called once, at start."""


@hookspec
def zen_gc_ttls() -> list[Keyword[Any, dt.datetime | None]]:  # type: ignore[empty-body]  # a specification
    """Offer keywords for ``spec.ttl``. Called once, at start."""


@hookspec
def zen_gc_actions() -> list[Keyword[Any, Request]]:  # type: ignore[empty-body]  # a specification
    """Offer keywords for ``spec.action``. Called once, at start."""


@hookspec
def zen_gc_cel_functions() -> list[Function]:  # type: ignore[empty-body]  # a specification
    """Offer functions for CEL expressions. Called once, at start."""


@hookspec
def zen_gc_finishes() -> list[Finishes]:  # type: ignore[empty-body]  # a specification
    """Say when objects of your kinds have finished. Called once, at start.

    A row is data. It decides when ``afterFinished`` begins to wait, whether an object with a controller owner may go,
    and what the breaker counts. There is one row at most for a group and kind, and the built-in ones stand.
    """


@hookspec
def zen_gc_references() -> list[Row]:  # type: ignore[empty-body]  # a specification
    """Say what objects of your kinds name, and what is used without being named. Called once, at start.

    Rows are data: ``Reference``, ``Exhaustive``, ``Referable`` and ``WellKnown``. They decide what ``unreferenced`` keeps.
    The rows of all plugins count together; no two may say the same, and what is said of Kubernetes' own kinds stands.
    """


@hookspec
def zen_gc_veto(plan: Plan) -> str | None:
    """Stop a run: return the reason, or None to let it pass.

    Called once a run before anything is written, and by ``zen-gc plan``. Any reason of any plugin stops the run;
    raising counts as a veto.

    Args:
        plan: What the run would act on.
    """


@hookspec
def zen_gc_run_finished(report: RunReport) -> None:
    """Hear of a finished run. Called once a run, on a thread that no run waits for; the answer is ignored.

    All listeners share the thread. While one takes too long, 16 reports of runs that found something to do wait, and 2,048 in all;
    what comes then is dropped, logged and counted.

    Args:
        report: What the run did.
    """

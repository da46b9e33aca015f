"""Plans that somebody asks for, over files or over a cluster: how they are asked for, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.plan import Plan, Veto


@dataclass(frozen=True, slots=True)
class Asking:
    """How plans are asked for.

    Args:
        now: The instant.
        grants: What is allowed beyond the protections.
        skipped: Whether scanned but unmatched objects get a decision, too.
        veto: Asks the plugins about a plan.
        everything: Whether files hold all objects that there are.
        groups: Whether plans name the objects of each group of which a policy retains some.
        watch: Is shown the case of each policy that is planned: what its objects are judged with.
    """

    now: dt.datetime
    grants: Grants
    skipped: bool = False
    veto: Callable[[Plan], tuple[Veto, ...]] | None = None
    everything: bool = False
    groups: bool = False
    watch: Callable[[Case], object] | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A policy and its plan.

    Args:
        compilation: The policy, with its errors and warnings.
        plan: The plan; None for an invalid policy, and where it could not be made.
        failure: Why it could not be made; None when it could, and for an invalid policy.
    """

    compilation: Compilation
    plan: Plan | None
    failure: str | None = None

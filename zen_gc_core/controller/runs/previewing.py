"""Previewing: the plans of policies over a live cluster. Reading only; the sweeps and the judging of the controller."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from zen_gc_core.cluster.counting import FieldSelectors
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.namespaces import Namespaces
from zen_gc_core.cluster.policies import read_policy, require_installed
from zen_gc_core.controller.runs.gathering import Gatherer
from zen_gc_core.controller.runs.gathering_shares import Need
from zen_gc_core.controller.runs.members import knowing
from zen_gc_core.controller.runs.preparing import Preparing
from zen_gc_core.controller.runs.scope_counting import count_in_scope
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.controller.runs.sweeping import Sweep
from zen_gc_core.controller.runs.unlisted import failure_of, listed, tallies_of, unlisted
from zen_gc_core.controller.runs.unreached import unreached
from zen_gc_core.engine.asking import Planned
from zen_gc_core.engine.planning import conclude
from zen_gc_core.errors import ClusterError
from zen_gc_core.instants import EARLIEST
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.unlisted import Gaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.runs.members import Member
    from zen_gc_core.engine.asking import Asking
    from zen_gc_core.engine.compiling import Compilation, CompiledPolicy
    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.relations import Related, Relation


def installed_policy(connection: Connection, reference: PolicyReference) -> dict[str, Any] | None:
    """A policy as it is installed, decoded; None when there is none of that name.

    Raises:
        TargetUnavailable: The CRD of policies is not installed.
        ClusterError: It cannot be read.
    """
    seen = read_policy(connection, reference)
    if seen is None:
        require_installed(connection, reference.kind)
    return seen.document() if seen is not None else None


def plan_live(
    connection: Connection,
    compilations: Iterable[Compilation],
    asking: Asking,
    began: Callable[[Sweep], object] = bool,
) -> list[Planned]:
    """Plan policies over the objects of a cluster; one pass over a resource serves all of them.

    A policy whose objects cannot be listed gets no plan and the reason; the others are planned all the same.

    Args:
        connection: The cluster.
        compilations: The policies.
        asking: How plans are asked for.
        began: Told of each sweep before it begins.
    """
    previews = [_Preview(compilation) for compilation in compilations]
    resources = Resources(connection)
    namespaces = Namespaces(connection)
    preparing = Preparing(
        connection,
        resources,
        namespaces,
        asking.grants,
        record=True,
        record_skipped=asking.skipped,
        record_groups=asking.groups,
    )
    for preview in previews:
        preview.prepare(preparing, asking)
    _gather(Gatherer(connection, resources, named=True), previews)
    sweeps: dict[Resource, list[Member]] = {}
    for preview in previews:
        for resource, member in preview.begin(asking).items():
            sweeps.setdefault(resource, []).append(member)
    selectors = FieldSelectors(connection)
    for resource, members in sweeps.items():
        sweep = Sweep(connection, resource, members, selectors=selectors)
        began(sweep)
        sweep.run()
    return [preview.planned(connection, namespaces, asking) for preview in previews]


def _gather(gatherer: Gatherer, previews: Sequence[_Preview]) -> None:
    """Let the policies know what they have to know of other objects, each kind of which is listed once for all."""
    asking = [(preview, need) for preview in previews if (need := preview.need) is not None]
    if asking:
        for (preview, _), related in zip(asking, gatherer.gather([need for _, need in asking]), strict=True):
            preview.know(related)


class _Preview:
    def __init__(self, compilation: Compilation) -> None:
        self._compilation = compilation
        self._members: dict[Resource, Member] = {}
        self._failure: str | None = None

    def prepare(self, preparing: Preparing, asking: Asking) -> None:
        compiled: CompiledPolicy | None = self._compilation.compiled
        if compiled is None:
            return
        try:
            self._members = preparing.members(compiled, asking.now, compiled.policy.held_from or EARLIEST)
        except Stopped as stop:
            problem = Problem("", str(stop), stop.ending.reason)
            self._compilation = replace(self._compilation, compiled=None, errors=(problem,))
        except ClusterError as error:
            self._failure = str(error)

    @property
    def need(self) -> Need | None:
        case = next((member.case for member in self._members.values()), None)
        return Need.of(case) if case is not None and case.compiled.relations else None

    def know(self, related: Mapping[Relation, Related]) -> None:
        self._members = knowing(self._members, related)

    def begin(self, asking: Asking) -> dict[Resource, Member]:
        if asking.watch is not None and self._members:
            asking.watch(next(iter(self._members.values())).case)
        return self._members

    def planned(self, connection: Connection, namespaces: Namespaces, asking: Asking) -> Planned:
        members = list(self._members.values())
        error = failure_of(self._members)
        failure = self._failure or (str(error) if error is not None else None)
        if failure is not None or not members:
            return Planned(self._compilation, None, failure)
        there = listed(self._members)
        warnings: tuple[Problem, ...] = ()
        with contextlib.suppress(ClusterError):
            warnings = unreached(namespaces, members[0].case.compiled.policy)
        plan = conclude(
            members[0].case,
            tallies_of(there),
            lambda: count_in_scope(connection, there),
            asking.veto,
            Gaps(unlisted(self._members)),
        )
        told = (*self._compilation.warnings, *warnings, *plan.notes)
        return Planned(replace(self._compilation, warnings=told), plan)

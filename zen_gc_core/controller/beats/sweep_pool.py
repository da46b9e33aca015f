"""Who sweeps: runs wait for the resources that they need, and one pass serves all that wait for it.

Used by the main loop's thread alone, but for the sweeps themselves, which run on threads of their own and report back.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AuthorityLost
from zen_gc_core.controller.runs.sweeping import Sweep
from zen_gc_core.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen_gc_core.cluster.discovery import Resource
    from zen_gc_core.controller.runs.policy_run import PolicyRun
    from zen_gc_core.controller.runs.run_context import RunContext


class SweepPool:
    """Sweeps for runs.

    Args:
        context: What to work with.
        swept: Told, on the sweep's thread, when a run has been on all of its sweeps.
    """

    def __init__(self, context: RunContext, swept: Callable[[PolicyRun], None]) -> None:
        self._context = context
        self._swept = swept
        self._most = context.settings.max_concurrent_sweeps
        self._pool = ThreadPoolExecutor(self._most, thread_name_prefix="sweep")
        self._waiting: OrderedDict[Resource, list[PolicyRun]] = OrderedDict()
        self._left: dict[int, int] = {}
        self._active: set[Resource] = set()

    def add(self, run: PolicyRun) -> None:
        """Let a prepared run wait for its sweeps."""
        self._left[id(run)] = len(run.members)
        for resource in run.members:
            self._waiting.setdefault(resource, []).append(run)

    def start(self, finished: Callable[[Resource, Sequence[PolicyRun]], None]) -> None:
        """Begin as many of the sweeps that are waited for as may go on at once.

        Args:
            finished: Called on the sweep's thread when it has ended; must lead to ``ended`` on the main loop's.
        """
        for resource in [resource for resource in self._waiting if resource not in self._active]:
            if len(self._active) >= self._most:
                return
            runs = self._waiting.pop(resource)
            self._active.add(resource)
            self._pool.submit(self._sweep, resource, runs, finished)

    def ended(self, resource: Resource, runs: Sequence[PolicyRun]) -> None:
        """Note the end of a sweep; runs that have been on all of theirs are told."""
        self._active.discard(resource)
        for run in runs:
            self._left[id(run)] -= 1
            if not self._left[id(run)]:
                del self._left[id(run)]
                self._swept(run)

    def close(self) -> None:
        """Begin no more sweeps; those under way end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _sweep(
        self, resource: Resource, runs: Sequence[PolicyRun], finished: Callable[[Resource, Sequence[PolicyRun]], None]
    ) -> None:
        began = boottime()
        members = [run.members[resource] for run in runs]
        try:
            sweep = Sweep(
                self._context.connection,
                resource,
                members,
                selectors=self._context.selectors,
                check_cancelled=self._check_cancelled,
            )
            sweep.run()
            self._context.metrics.sweep_finished(str(resource), sweep.objects, boottime() - began)
            self._context.log.swept(str(resource), sweep.objects, boottime() - began)
        except Exception as error:  # noqa: BLE001  whatever happens, the runs are told and go on
            self._context.log.failed(f"sweep of {resource}", error)
            for member in members:
                member.error = member.error or ClusterError(f"the sweep of {resource} failed: {type(error).__name__}")
        finally:
            finished(resource, runs)

    def _check_cancelled(self) -> None:
        if self._context.stopping.is_set():
            raise AuthorityLost("the program is ending")

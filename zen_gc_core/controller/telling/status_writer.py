"""Writing the status of a policy: when it says anything new, and only with the right to write."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from zen_gc_core.cluster.errors import AuthorityLost, Cancelled
from zen_gc_core.cluster.policies import patch_status
from zen_gc_core.controller.telling import policy_status
from zen_gc_core.durations import format_duration
from zen_gc_core.errors import ClusterError
from zen_gc_core.instants import format_instant
from zen_gc_core.model.reasons import ErrorType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.controller.settings import Settings
    from zen_gc_core.controller.telling.events import PolicyEvents
    from zen_gc_core.controller.telling.metrics import Metrics
    from zen_gc_core.controller.telling.policy_status import Standing
    from zen_gc_core.controller.telling.runlog import RunLog
    from zen_gc_core.model.policy import PolicyReference


class HasStatus(Protocol):
    """A policy, with its status as it was read or written last."""

    status: dict[str, Any]
    resource_version: str
    superseded: bool

    @property
    def reference(self) -> PolicyReference:
        """Which policy, and which state of it."""

    @property
    def digest(self) -> str:
        """What an approval of it names; empty when there can be none."""

    @property
    def interval(self) -> dt.timedelta | None:
        """How often it asks to run; None when it does not say."""

    @property
    def schedule(self) -> str:
        """At which times it runs, for people; empty when it runs every so often."""


class Statuses(Protocol):
    """Where statuses go."""

    def write(
        self,
        policy: HasStatus,
        how: Standing,
        counted: Mapping[str, object],
        *,
        next_run: dt.datetime | None,
        acted: bool = False,
    ) -> bool:
        """Write a policy's status; False where it says all of that already."""

    def write_totals(self, policy: HasStatus, deleted: int, *, next_run: dt.datetime | None) -> None:
        """Write what a small run adds to a policy's status."""


@dataclass(frozen=True, slots=True)
class StatusWriter:
    """Writes statuses; may be used by several threads, but for one policy by one at a time.

    Args:
        connection: The cluster.
        authority: Raises when this replica has no right to write.
        log: Told of what could not be written; so are the metrics and the events.
        metrics: See there.
        events: See there.
        settings: Has how often a policy runs.
        sleep: Waits while the server fails or asks for patience; raises when the program ends.
    """

    connection: Connection
    authority: Callable[[], None]
    log: RunLog
    metrics: Metrics
    events: PolicyEvents
    settings: Settings
    sleep: Callable[[float], None]

    def write(
        self,
        policy: HasStatus,
        how: Standing,
        counted: Mapping[str, object],
        *,
        next_run: dt.datetime | None,
        acted: bool = False,
    ) -> bool:
        """Write a policy's status, when it says anything new; a failure is told, and the next run tries again.

        Args:
            policy: The policy; one that was edited or deleted since is left alone.
            how: How it stands.
            counted: The numbers of its run; empty when it did not run.
            next_run: When it runs next.
            acted: Whether the run did anything, which is always written.

        Returns:
            Whether there was anything to be written; False where the status says all of that already.
        """
        if policy.superseded:
            return True
        before = policy.status
        patch = policy_status.status(
            before,
            generation=policy.reference.generation,
            digest=policy.digest,
            schedule=policy.schedule or format_duration(self.settings.interval_of(policy.reference, policy.interval)),
            scheduled=bool(policy.schedule),
            how=how,
            counted=counted,
            next_run=next_run,
            now=dt.datetime.now(dt.UTC),
        )
        news = acted or policy_status.worth_writing(before, patch)
        if news:
            self._patch(policy, patch)
        return news

    def write_totals(self, policy: HasStatus, deleted: int, *, next_run: dt.datetime | None) -> None:
        """Write what a small run adds to a policy's status: all else is the last pass's.

        Args:
            policy: The policy; one that was edited or deleted since is left alone.
            deleted: How many objects it has deleted in all.
            next_run: When it runs next; None: as it was written last.
        """
        if policy.superseded:
            return
        next_one = {"nextGCRun": format_instant(next_run)} if next_run is not None else {}
        self._patch(policy, {"totalDeleted": deleted, **next_one})

    def _patch(self, policy: HasStatus, patch: dict[str, Any]) -> None:
        reference = policy.reference
        try:
            version = patch_status(
                self.connection,
                reference,
                patch,
                resource_version=policy.resource_version,
                authority=self.authority,
                sleep=self.sleep,
            )
        except (AuthorityLost, Cancelled):
            return
        except ClusterError as error:
            self.log.status_not_written(reference, error)
            self.metrics.error(reference, ErrorType.STATUS_UPDATE_FAILED)
            self.events.status_not_written(reference, error)
            return
        if version is not None:
            policy.resource_version = version
            merged = {**policy.status, **patch}
            policy.status = {name: value for name, value in merged.items() if value is not None}

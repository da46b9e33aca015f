"""Writing the status of a policy: when it says anything new, and only with the right to write."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from zen_gc_core.cluster.errors import AuthorityLost
from zen_gc_core.cluster.policies import patch_status
from zen_gc_core.controller.telling import policy_status
from zen_gc_core.controller.telling.error_types import ErrorType
from zen_gc_core.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.controller.beats.catalog import Entry
    from zen_gc_core.controller.runs.run_context import RunContext
    from zen_gc_core.controller.telling.policy_status import Standing


def write_status(  # noqa: PLR0913  a status, and whose
    context: RunContext,
    entry: Entry,
    how: Standing,
    counted: Mapping[str, object],
    *,
    next_run: dt.datetime | None,
    acted: bool = False,
) -> None:
    """Write a policy's status, when it says anything new; a failure is told, and the next run tries again.

    Args:
        context: What to work with.
        entry: The policy; one that was edited or deleted since is left alone.
        how: How it stands.
        counted: The numbers of its run; empty when it did not run.
        next_run: When it runs next.
        acted: Whether the run did anything, which is always written.
    """
    if entry.superseded:
        return
    patch = policy_status.status(
        entry.status,
        generation=entry.reference.generation,
        digest=entry.compilation.digest,
        how=how,
        counted=counted,
        next_run=next_run,
        now=dt.datetime.now(dt.UTC),
    )
    if not acted and not policy_status.worth_writing(entry.status, patch):
        return
    try:
        version = patch_status(
            context.connection,
            entry.reference,
            patch,
            resource_version=entry.resource_version,
            authority=context.authority,
        )
    except AuthorityLost:
        return
    except ClusterError as error:
        context.log.status_not_written(entry.reference, error)
        context.metrics.error(entry.reference, ErrorType.STATUS_UPDATE_FAILED)
        context.events.record(entry.reference, "StatusUpdateFailed", f"Failed to update status: {error}", warning=True)
        return
    if version is not None:
        entry.resource_version = version
        merged = {**entry.status, **patch}
        entry.status = {name: value for name, value in merged.items() if value is not None}

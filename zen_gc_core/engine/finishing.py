"""Whether an object is unfinished, as protections and the breaker ask: where that is in doubt, so that the object stays.

Kubernetes' own kinds but Jobs and Pods never finish, whatever their objects hold, so that their metadata is enough. Of
any other kind an object is finished when it says so, which only the whole of it does.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from zen_gc_core.engine.kinds import built_in
from zen_gc_core.errors import Undecided

if TYPE_CHECKING:
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.finishing import Finishing


@lru_cache(maxsize=4096)
def may_finish(finishing: Finishing, api_version: str, kind: str) -> bool:
    """Whether objects of a kind may finish: it is known to, or nothing is known of it."""
    return finishing.known(api_version.rpartition("/")[0], kind) or built_in(api_version, kind) is None


def unfinished(candidate: Candidate, run: Run) -> bool:
    """Whether an object has not finished its work.

    Args:
        candidate: The object; whole, where its kind may finish.
        run: The run.
    """
    return not may_finish(run.finishing, candidate.api_version, candidate.kind) or not run.finished(candidate)


def surely_unfinished(candidate: Candidate, run: Run) -> bool:
    """Whether an object does not even say that it has finished: one that says so, without a time that can be right, is in doubt.

    Args:
        candidate: The object; whole, where its kind may finish.
        run: The run.
    """
    if not may_finish(run.finishing, candidate.api_version, candidate.kind):
        return True
    try:
        return run.finish_of(candidate) is None
    except Undecided:
        return False


def looked_after(candidate: Candidate, run: Run) -> str | None:
    """Why what owns or tracks an object still cares for it; None when it has no more use for it.

    Args:
        candidate: The object; whole, where its kind is known to finish. Of any other kind metadata alone does not tell.
        run: The run.
    """
    api_version, kind = candidate.api_version, candidate.kind
    group = api_version.rpartition("/")[0]
    if not candidate.complete and not run.finishing.known(group, kind) and may_finish(run.finishing, api_version, kind):
        return "it is not known to have finished, and"
    if unfinished(candidate, run):
        return "it is not finished, and"
    return None if run.released(candidate) else "it has finished, but"

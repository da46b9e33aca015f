"""Whether an object is unfinished, as protections and the breaker ask: one rule for all of them.

Kubernetes' own kinds but Jobs and Pods never finish, whatever their objects hold, so that their metadata is enough. Of
any other kind an object is finished when it says so, which only the whole of it does.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from zen_gc_core.engine.kinds import built_in
from zen_gc_core.model.finishing import FINISHING_KINDS, finish_of

if TYPE_CHECKING:
    from zen_gc_core.model.candidate import Candidate


@lru_cache(maxsize=4096)
def may_finish(api_version: str, kind: str) -> bool:
    """Whether objects of a kind may finish: it is known to, or nothing is known of it."""
    return (api_version.rpartition("/")[0], kind) in FINISHING_KINDS or built_in(api_version, kind) is None


def unfinished(candidate: Candidate) -> bool:
    """Whether an object has not finished its work.

    Args:
        candidate: The object; whole, where its kind may finish.
    """
    return not may_finish(candidate.api_version, candidate.kind) or finish_of(candidate) is None

"""A decision: what the engine says of one object that a policy's selectors took; a request may follow (``requests``)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zen_gc_core.model.requests import Delete

if TYPE_CHECKING:
    from datetime import datetime

    from zen_gc_core.model.reasons import Reason
    from zen_gc_core.model.requests import Request


class Verdict(enum.StrEnum):
    """What becomes of an object."""

    ACT = "act"
    """It is due: the action is asked for."""
    WAIT = "wait"
    """Its conditions hold and its time is yet to come."""
    KEEP = "keep"
    """A condition, a protection, a missing expiry or an error keeps it."""
    SKIP = "skip"
    """The policy's selectors do not take it (shown by ``zen-gc plan --all``, and where a mark is taken away from it)."""


class KeptBy(enum.StrEnum):
    """Why an object is kept; the names are those of ``status.lastRun.kept``."""

    PROTECTED = "protected"
    CONDITION = "condition"
    NO_EXPIRY = "noExpiry"
    RETAINED = "retained"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy says of one object at one instant.

    Args:
        api_version: Group and version of the object.
        kind: Its kind.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
        uid: Its uid; may be empty for objects from files.
        verdict: What becomes of it.
        because: Why, in one line; it may quote values of the object, and is for those alone who may read it.
        kept_by: What keeps it, for the verdict ``keep``.
        expires_at: When it is or was due; None when no such instant is known.
        action: The action's keyword (``delete``), for the verdict ``act``.
        request: What to ask the API server for, for the verdict ``act``.
        told: Why an error keeps it, for everybody: made of the policy and of constants, never of a value of the object.
        reason: In one word, why an error keeps it, where that is not an error of the evaluation.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str
    verdict: Verdict
    because: str
    kept_by: KeptBy | None = None
    expires_at: datetime | None = None
    action: str | None = None
    request: Request | None = None
    told: str = ""
    reason: Reason | None = None

    @property
    def begins(self) -> bool:
        """Whether the object only begins to wait, which is written down on it."""
        return self.request is not None and self.request.begins and not self.request.removes

    @property
    def asks_for(self) -> type[Request]:
        """The kind of request that carries it out; what asks for nothing is spoken of as a deletion."""
        return type(self.request) if self.request is not None else Delete

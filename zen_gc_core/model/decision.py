"""A decision: what the engine says of one object that a policy's selectors took, and the request that may follow."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PropagationPolicy = Literal["Background", "Foreground", "Orphan"]


class Verdict(enum.StrEnum):
    """What becomes of an object."""

    ACT = "act"
    """It is due: the action is asked for."""
    WAIT = "wait"
    """Its conditions hold and its time is yet to come."""
    KEEP = "keep"
    """A condition, a protection, a missing expiry or an error keeps it."""
    SKIP = "skip"
    """The policy's selectors do not take it (only shown by ``zen-gc plan --all``)."""


class KeptBy(enum.StrEnum):
    """Why an object is kept; the names are those of ``status.lastRun.kept``."""

    PROTECTED = "protected"
    CONDITION = "condition"
    NO_EXPIRY = "noExpiry"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Delete:
    """Ask for an object to be deleted.

    Args:
        propagation_policy: What happens to its dependents.
        grace_period_seconds: Seconds it is given to end; None leaves that to the object.
    """

    propagation_policy: PropagationPolicy = "Background"
    grace_period_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Ask for labels and annotations to be set on an object, so that something else can act on it.

    Args:
        labels: Labels to set.
        annotations: Annotations to set.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


Request = Delete | Mark


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
        because: Why, in one line.
        kept_by: What keeps it, for the verdict ``keep``.
        expires_at: When it is or was due; None when no such instant is known.
        action: The action's keyword (``delete``), for the verdict ``act``.
        request: What to ask the API server for, for the verdict ``act``.
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

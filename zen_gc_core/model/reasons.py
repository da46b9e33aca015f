"""Why a policy stands as it does, and why a run ended: every reason, once, with all that is told of it.

Log, metrics, events, status and ``--once`` take their words from here; the reference of the status is held to it.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from zen_gc_core.model.requests import Request


class Phase(enum.StrEnum):
    """The phase of a policy, as its status and its log records have it."""

    ACTIVE = "Active"
    PAUSED = "Paused"
    ERROR = "Error"


class ErrorType(enum.StrEnum):
    """What went wrong: the label ``error_type`` of ``gc_errors_total``."""

    INVALID_POLICY = "invalid_policy"
    SCOPE_DENIED = "scope_denied"
    BREAKER_TRIPPED = "breaker_tripped"
    VETOED = "vetoed"
    LIST_RESOURCES_FAILED = "list_resources_failed"
    TARGET_UNAVAILABLE = "target_unavailable"
    ACCESS_DENIED = "access_denied"
    IDENTITY_MISSING = "identity_missing"
    IMPERSONATION_DENIED = "impersonation_denied"
    UNAUTHORIZED = "unauthorized"
    THROTTLED = "throttled"
    CLUSTER_UNREACHABLE = "cluster_unreachable"
    CLOCK_SKEW = "clock_skew"
    AUTHORITY_LOST = "authority_lost"
    DELETION_FAILED = "deletion_failed"
    MARKING_FAILED = "marking_failed"
    UNMARKING_FAILED = "unmarking_failed"
    SCALING_FAILED = "scaling_failed"
    SUSPENSION_FAILED = "suspension_failed"
    RECYCLING_FAILED = "recycling_failed"
    EVICTION_FAILED = "eviction_failed"
    FIGHT = "fight"
    PATCH_FAILED = "patch_failed"
    STILL_TERMINATING = "still_terminating"
    STATUS_UPDATE_FAILED = "status_update_failed"
    EVENT_FAILED = "event_failed"
    LEASE_FAILED = "lease_failed"
    PLUGIN_FAILED = "plugin_failed"
    EVALUATION_FAILED = "evaluation_failed"


class Condition(enum.StrEnum):
    """The conditions of a policy's status."""

    READY = "Ready"
    DEGRADED = "Degraded"
    PROGRESSING = "Progressing"
    FIGHT = "Fight"


class Reason(enum.StrEnum):
    """Why a policy stands as it does, or why a run ended.

    Attributes:
        words: What it means, for the reference.
        error_type: What it counts as when a run ends by it or a policy is refused; None when it is no error.
        condition: The condition that it is a reason of; None when a condition never has it.
        phase: The phase of a policy whose Ready condition has it; None for the others.
    """

    words: str
    error_type: ErrorType | None
    condition: Condition | None
    phase: Phase | None

    def __new__(
        cls,
        value: str,
        words: str,
        error_type: ErrorType | None = ErrorType.EVALUATION_FAILED,
        condition: Condition | None = Condition.READY,
        phase: Phase | None = Phase.ERROR,
    ) -> Self:
        """Make a member; what is left out says that a policy fails by it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        member.error_type = error_type
        member.condition = condition
        member.phase = phase
        return member

    EVALUATED = (
        "Evaluated",
        (
            "it ran; the message has the numbers, why writes were held back if they were (`zen-gc-pause`, an edit while "
            "it ran), and which Namespaces, globs and selectors of namespaces take nothing"
        ),
        None,
        Condition.READY,
        Phase.ACTIVE,
    )
    PAUSED = "Paused", "`spec.paused`", None, Condition.READY, Phase.PAUSED

    INVALID_POLICY = "InvalidPolicy", "it is refused; the message has every problem", ErrorType.INVALID_POLICY
    SCOPE_DENIED = "ScopeDenied", "it names what it may not reach", ErrorType.SCOPE_DENIED
    BREAKER_TRIPPED = (
        "BreakerTripped",
        "the run would have acted on too much, and acted on nothing",
        ErrorType.BREAKER_TRIPPED,
    )
    RETAIN_TOO_MANY_GROUPS = (
        "RetainTooManyGroups",
        "`spec.retain` would retain more than 50,000 objects, and nothing is acted on",
    )
    VETOED = "Vetoed", "a plugin stopped the run", ErrorType.VETOED
    PLUGIN_MISSING = "PluginMissing", "a required plugin is not loaded"
    ACCESS_DENIED = (
        "AccessDenied",
        "a right is missing; the message names the verb and the resource",
        ErrorType.ACCESS_DENIED,
    )
    IDENTITY_REQUIRED = (
        "IdentityRequired",
        "it names no `serviceAccountName`, and the controller runs with `--require-service-account`",
        ErrorType.INVALID_POLICY,
    )
    IDENTITY_MISSING = (
        "IdentityMissing",
        "the ServiceAccount as which it acts is not there, or cannot be read",
        ErrorType.IDENTITY_MISSING,
    )
    IMPERSONATION_DENIED = (
        "ImpersonationDenied",
        "the controller may not act as the ServiceAccount of the policy; the message names the right and the command",
        ErrorType.IMPERSONATION_DENIED,
    )
    UNAUTHORIZED = "Unauthorized", "the credentials are not accepted", ErrorType.UNAUTHORIZED
    TARGET_UNAVAILABLE = (
        "TargetUnavailable",
        "the API server does not serve the kind, or not now",
        ErrorType.TARGET_UNAVAILABLE,
    )
    LIST_INCOMPLETE = "ListIncomplete", "a list could not be read to its end", ErrorType.LIST_RESOURCES_FAILED
    MALFORMED_ANSWER = (
        "MalformedAnswer",
        "an answer was not what the Kubernetes API promises",
        ErrorType.LIST_RESOURCES_FAILED,
    )
    EXPIRED = "Expired", "a list took longer than the server remembers"
    CLUSTER_UNREACHABLE = "ClusterUnreachable", "the API server did not answer", ErrorType.CLUSTER_UNREACHABLE
    SERVER_FAILED = "ServerFailed", "the API server failed (5xx)"
    THROTTLED = "Throttled", "the API server asked for patience for too long", ErrorType.THROTTLED
    CLOCK_SKEW = (
        "ClockSkew",
        "the clocks are more than 30 s apart, or the server's is not known",
        ErrorType.CLOCK_SKEW,
    )
    KILL_SWITCH_UNREADABLE = "KillSwitchUnreadable", "the ConfigMap `zen-gc-pause` cannot be read"
    LOG_BLOCKED = "LogBlocked", "a line of the log took 5 s to leave: nothing is done that cannot be written down"
    RETAINED_TOO_SLOW = (
        "RetainedTooSlow",
        "what is retained could not be read again within 5 s of what was to go",
    )
    RELATED_TOO_SLOW = (
        "RelatedTooSlow",
        "the other objects on which conditions depend could not be listed again within 6 s, right before what was to go",
    )
    POLICY_UNREADABLE = "PolicyUnreadable", "the policy could not be read again before its writes"
    FORBIDDEN = (
        "Forbidden",
        "20 writes in a row were forbidden although the right to them is there: an admission policy or a webhook forbids them",
    )
    RECYCLING_FAILED = (
        "RecyclingFailed",
        "copies for the recycle bin failed one after the other, and without a copy nothing is deleted",
        ErrorType.RECYCLING_FAILED,
    )
    NOT_FOUND = "NotFound", "what the run needed is not there (404)"
    CONFLICT = "Conflict", "somebody changed what the run needed each time that it was read (409)"
    REFUSED = "Refused", "the API server does not accept a request of the run (400, 422)"
    TLS_TROUBLE = "TLSTrouble", "the API server and zen-gc do not trust each other's certificates"
    BAD_CONFIGURATION = "BadConfiguration", "no cluster can be found from the configuration"
    CLUSTER_ERROR = "ClusterError", "another answer of the API server ended the run; the message says which"
    NOT_EVALUATED = "NotEvaluated", "nothing was evaluated: a fault of zen-gc or of a plugin; the log has it"
    NO_REQUEST = "NoRequest", "an action asked for nothing: a fault of zen-gc or of a plugin"
    UNEXPECTED_ERROR = "UnexpectedError", "a fault of zen-gc or of a plugin; the log has it"

    KILL_SWITCH = "KillSwitch", "the ConfigMap `zen-gc-pause` stops every write", None, None, None
    DEFERRED = (
        "Deferred",
        "no run is acting now, and the last one wrote nothing, or not all: schedule, windows or blackouts said so; the message has until when",
        None,
        Condition.PROGRESSING,
        None,
    )
    POLICY_DELETED = "PolicyDeleted", "the policy was deleted while it ran", None, None, None
    POLICY_CHANGED = "PolicyChanged", "the policy was edited while it ran", None, None, None
    STOPPING = "Stopping", "the program is ending", None, None, None
    AUTHORITY_LOST = "AuthorityLost", "the lease was lost", ErrorType.AUTHORITY_LOST, None, None

    AS_EXPECTED = "AsExpected", "nothing is", None, Condition.DEGRADED, None
    EVALUATION_ERRORS = (
        "EvaluationErrors",
        (
            "objects are kept by errors; the message has how many, the first, and the place in the policy; "
            "`zen-gc plan` shows the values"
        ),
        None,
        Condition.DEGRADED,
        None,
    )
    MARK_CONFLICT = (
        "MarkConflict",
        "another policy made a mark that this one would change; it is left alone, and the message names both",
        None,
        Condition.DEGRADED,
        None,
    )
    DELETION_FAILED = (
        "DeletionFailed",
        "deletions failed, also after retries",
        ErrorType.DELETION_FAILED,
        Condition.DEGRADED,
        None,
    )
    MARKING_FAILED = (
        "MarkingFailed",
        "labels or annotations could not be set, also after retries",
        ErrorType.MARKING_FAILED,
        Condition.DEGRADED,
        None,
    )
    UNMARKING_FAILED = (
        "UnmarkingFailed",
        "marks could not be taken away, also after retries",
        ErrorType.UNMARKING_FAILED,
        Condition.DEGRADED,
        None,
    )

    SCALING_FAILED = (
        "ScalingFailed",
        "objects could not be scaled, also after retries",
        ErrorType.SCALING_FAILED,
        Condition.DEGRADED,
        None,
    )

    SUSPENSION_FAILED = (
        "SuspensionFailed",
        "objects could not be suspended, also after retries",
        ErrorType.SUSPENSION_FAILED,
        Condition.DEGRADED,
        None,
    )

    EVICTION_FAILED = (
        "EvictionFailed",
        "Pods could not be evicted, also after retries, or have more than one PodDisruptionBudget",
        ErrorType.EVICTION_FAILED,
        Condition.DEGRADED,
        None,
    )

    PATCH_FAILED = (
        "PatchFailed",
        "objects could not be patched, also after retries, or the server left them otherwise",
        ErrorType.PATCH_FAILED,
        Condition.DEGRADED,
        None,
    )

    COMES_BACK = (
        "ComesBack",
        "objects came back three times within an hour, whenever they were deleted; the message names each, and who made it",
        None,
        Condition.FIGHT,
        None,
    )
    NOTHING_COMES_BACK = "NothingComesBack", "none does any more", None, Condition.FIGHT, None

    ACTING = (
        "Acting",
        "a run is carrying out its plan; the message has how far it is",
        None,
        Condition.PROGRESSING,
        None,
    )
    IDLE = "Idle", "no run is acting now", None, Condition.PROGRESSING, None

    @classmethod
    def of_failed(cls, request: type[Request]) -> Reason:
        """The reason for writes that failed, by what they asked for."""
        return cls[f"{request.words.noun.upper()}_FAILED"]

    @property
    def ready(self) -> bool:
        """Whether a policy whose Ready condition has this reason is ready."""
        return self.phase in {Phase.ACTIVE, Phase.PAUSED}

    @property
    def wished(self) -> bool:
        """Whether a run that ends by it ends because somebody wished so, or the lease asks for it: nothing failed."""
        return self.condition is None or self in {Reason.PAUSED, Reason.DEFERRED}

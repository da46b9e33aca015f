"""The kinds of errors that the controller counts: the values of the label ``error_type`` of ``gc_errors_total``."""

from __future__ import annotations

import enum
import re


class ErrorType(enum.StrEnum):
    """Values of the label ``error_type``."""

    INVALID_POLICY = "invalid_policy"
    SCOPE_DENIED = "scope_denied"
    LIST_RESOURCES_FAILED = "list_resources_failed"
    TARGET_UNAVAILABLE = "target_unavailable"
    ACCESS_DENIED = "access_denied"
    UNAUTHORIZED = "unauthorized"
    THROTTLED = "throttled"
    CLUSTER_UNREACHABLE = "cluster_unreachable"
    CLOCK_SKEW = "clock_skew"
    AUTHORITY_LOST = "authority_lost"
    DELETION_FAILED = "deletion_failed"
    MARKING_FAILED = "marking_failed"
    SCALING_FAILED = "scaling_failed"
    STILL_TERMINATING = "still_terminating"
    STATUS_UPDATE_FAILED = "status_update_failed"
    EVENT_FAILED = "event_failed"
    LEASE_FAILED = "lease_failed"
    PLUGIN_FAILED = "plugin_failed"
    EVALUATION_FAILED = "evaluation_failed"

    @classmethod
    def of_reason(cls, reason: str) -> ErrorType:
        """The type of a condition's reason (``AccessDenied``); ``evaluation_failed`` for one that has none of its own."""
        if reason in {"ListIncomplete", "MalformedAnswer"}:
            return cls.LIST_RESOURCES_FAILED
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", reason).lower()
        return cls(name) if name in set(cls) else cls.EVALUATION_FAILED

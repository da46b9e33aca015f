"""Evicting: the request that asks for a Pod to be ended as a drain asks, so that PodDisruptionBudgets have their say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from zen_gc_core.model.requests import Request, Verb, Words
from zen_gc_core.model.results import Result, Unsure, Written
from zen_gc_core.texts import one_line, with_article

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.model.candidate import Candidate

EVICTABLE: Final = ("v1", "Pod")
"""What is evicted: its version and kind."""

_BUDGET: Final = "DisruptionBudget"
_SEVERAL: Final = "more than one PodDisruptionBudget"
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Evict(Request):
    """Ask for a Pod to be evicted (``policy/v1`` Eviction); what comes of it is a deletion, or patience.

    Args:
        grace_period_seconds: Seconds it is given to end; None leaves that to the Pod.
    """

    verb: ClassVar[Verb] = "create"
    subresource: ClassVar[str] = "eviction"
    answers: ClassVar[frozenset[int]] = frozenset((200, 201))
    patient: ClassVar[bool] = True
    done: ClassVar[Result] = Result.DELETED
    words: ClassVar[Words] = Words("evict", "evicting", "eviction")

    grace_period_seconds: int | None = None

    def fault(self) -> str | None:
        """A grace period is a whole number of seconds."""
        grace: object = self.grace_period_seconds
        if grace is None or (isinstance(grace, int) and not isinstance(grace, bool) and grace >= 0):
            return None
        return f"a grace period is a number of seconds from 0 on, not {grace!r}"

    @property
    def takes_along(self) -> bool:
        """As a deletion that leaves it to the server."""
        return True

    def carried_by(self, candidate: Candidate) -> str | None:
        """A Pod that is terminating is asked for nothing more; and nothing but a Pod is evicted."""
        if (candidate.api_version, candidate.kind) != EVICTABLE:
            return f"{with_article(candidate.kind)} is not evicted, Pods are"
        return "it is terminating already" if candidate.terminating else None

    def body(self, candidate: Candidate) -> dict[str, Any]:
        """The Eviction; what pins the Pod goes into the options of the deletion that it asks for."""
        options: dict[str, Any] = {"apiVersion": "v1", "kind": "DeleteOptions"}
        if self.grace_period_seconds is not None:
            options["gracePeriodSeconds"] = self.grace_period_seconds
        return {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": candidate.name, "namespace": candidate.namespace},
            "deleteOptions": options,
        }

    def read(self, document: Mapping[str, Any], uid: str) -> Written | Unsure:  # noqa: ARG002  it names no object
        """Success says that the deletion has begun, not that the Pod is gone: one read tells."""
        if document.get("kind") == "Status" and document.get("status") == "Failure":
            return Written(Result.FAILED, _said(document))
        return Unsure(Result.DELETED)

    def refused(self, status: int, document: Mapping[str, Any]) -> Written | None:
        """A budget's 429 is this Pod's alone; and a Pod with several budgets is never evicted, however often it is asked."""
        if status == 429 and any(cause.get("reason") == _BUDGET for cause in _causes(document)):
            return Written(Result.BLOCKED, "a PodDisruptionBudget does not let it go now")
        if status == 500 and _SEVERAL in _said(document):
            return Written(Result.FAILED, f"it has {_SEVERAL}, which no eviction supports")
        return None


def _said(document: Mapping[str, Any]) -> str:
    message = document.get("message")
    return one_line(message, _LONGEST) if isinstance(message, str) else ""


def _causes(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    details = document.get("details")
    causes = details.get("causes") if isinstance(details, dict) else None
    return [cause for cause in causes if isinstance(cause, dict)] if isinstance(causes, list) else []

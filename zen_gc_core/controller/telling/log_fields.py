"""The fields and phrases of records: of a policy, of a write, of what something failed with.

None of them quotes an object: what a server says of a write may, and so may a decision's words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cluster.errors import CannotReach, TLSTrouble
from zen_gc_core.instants import format_instant
from zen_gc_core.model.reasons import Phase
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.recycled import Place
    from zen_gc_core.model.requests import Request

_IN_OWN_WORDS: Final = (CannotReach, TLSTrouble)
"""Errors whose text is this program's and its libraries': there was no answer that could be quoted."""


def why(cause: BaseException) -> dict[str, str]:
    """An error, with its words where they quote nobody."""
    words = {"message": str(cause)} if isinstance(cause, _IN_OWN_WORDS) else {}
    return {"reason": type(cause).__name__, **words}


def at_place(place: Place) -> dict[str, str]:
    """Where a copy is."""
    return {"resource": place.resource, "resource_namespace": place.namespace, "resource_name": place.name}


def failed_with(cause: BaseException | None) -> dict[str, Any]:
    """What something failed with: never its text, which may quote an object."""
    if cause is None:
        return {}
    status = getattr(cause, "status", None)
    return {"error": type(cause).__name__, **({"status": status} if isinstance(status, int) else {})}


def phrase(request: type[Request], result: Result, attempts: int) -> str:
    """What a record of an outcome is called."""
    if result is Result.FAILED and attempts > 1:
        return f"{request.words.noun} failed after retries"
    if result is Result.WOULD_ACT:
        return f"would {request.words.verb} resource"
    if result is Result.ACCEPTED:
        return "resource terminating"
    if result is Result.NOT_RECYCLED:
        return "resource not recycled"
    return f"resource {request.done}" if result is request.done else f"resource not {request.done}"


def of_policy(policy: PolicyReference, phase: Phase = Phase.ACTIVE) -> dict[str, Any]:
    """The fields of a record about a policy."""
    return {"policy": policy.name, "namespace": policy.namespace, "phase": phase.value}


def of_write(policy: PolicyReference, decision: Decision) -> dict[str, Any]:
    """The fields of a record about a write to one object."""
    due = decision.expires_at
    return {
        **of_policy(policy),
        "generation": policy.generation,
        "resource_api_version": decision.api_version,
        "resource_kind": decision.kind,
        "resource_namespace": decision.namespace,
        "resource_name": decision.name,
        "resource_uid": decision.uid,
        "reason": f"due since {format_instant(due)}" if due is not None else "due",
    }

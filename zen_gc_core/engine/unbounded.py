"""Which policies may ask for requests that set whatever fields they like, with the rights of the controller.

Whoever may make a policy in a namespace could otherwise run anything as anybody: a patch changes an image, or the
ServiceAccount of a Deployment. A policy that acts as an account of its own does only what that account may do anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.model.accounts import account_of
from zen_gc_core.model.policy import NAMESPACED, Problem
from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.policy import Policy
    from zen_gc_core.model.requests import Request


def not_allowed(policy: Policy, requests: Sequence[type[Request]], grants: Grants) -> Iterator[Problem]:
    """Why a policy may not ask for what its action asks for.

    Args:
        policy: The policy.
        requests: What its action may ask for.
        grants: What whoever runs the program allows.
    """
    if grants.patches or policy.reference.kind != NAMESPACED or not any(each.unbounded for each in requests):
        return
    if account_of(policy, grants.default_account) is not None:
        return
    yield Problem(
        policy.action.path,
        "patches with the rights of the controller, which only a ClusterGarbageCollectionPolicy may: "
        "write spec.serviceAccountName, so that it patches with those of an account, or run the controller with --allow-patch",
        Reason.SCOPE_DENIED,
    )

"""Which policies may recycle: those that delete, and of what a copy brings back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.guarding import SELDOM_OWNERS
from zen_gc_core.engine.protected import NEVER_RECYCLED
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.requests import Delete
from zen_gc_core.texts import listed, with_article

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.policy import Policy, Target
    from zen_gc_core.model.requests import Request

_PATH = "spec.behavior.recycle"


def not_recyclable(policy: Policy, requests: Sequence[type[Request]]) -> Iterator[Problem]:
    """Why a policy that recycles is refused.

    Args:
        policy: The policy.
        requests: What its action may ask for; empty where it has none that is known.
    """
    ends = [each for each in requests if each.removes]
    if requests and (not ends or any(each is not Delete for each in ends)):
        yield Problem(
            _PATH, f"only what is deleted is recycled; the action {policy.action.name} asks for something else"
        )
    for target in policy.targets:
        if (target.group, target.kind) in NEVER_RECYCLED:
            yield Problem(
                _PATH,
                f"{with_article(target.kind)} is never recycled: more goes with it than a copy could bring back",
            )


def not_copied(plan: Plan) -> str | None:
    """What goes without a copy by the plan of a policy that recycles; None where nothing does.

    Args:
        plan: The plan.
    """
    kinds = {each.kind for each in plan.decisions if each.request is not None and each.request.takes_along}
    owners = sorted(kinds - SELDOM_OWNERS)
    return f"what {listed(owners)} objects own goes along without a copy" if owners else None


def left_to_others(policy: Policy, target: Target, grants: Grants) -> str | None:
    """Why the objects of a target are kept because they may not be recycled; None where they may, or need not be."""
    if policy.behavior.recycle is None or grants.recycle_secrets or (target.group, target.kind) != ("", "Secret"):
        return None
    return "Secrets are not recycled: they are kept, unless the controller runs with --recycle-secrets"

"""Remarks on a policy as a whole: what its action may not be asked for, and which of its targets are protected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.protected import LIFTED_BY_NOBODY, PROTECTED_KINDS, PROTECTED_NAMESPACES
from zen_gc_core.engine.recycling import left_to_others, not_recyclable
from zen_gc_core.engine.unbounded import not_allowed
from zen_gc_core.model.accounts import account_of
from zen_gc_core.model.policy import NAMESPACED, Problem
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.requests import Mark
from zen_gc_core.model.scope import TheseNamespaces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen_gc_core.engine.parsing import ParsedPolicy
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.policy import Policy
    from zen_gc_core.vocabulary import Vocabulary

ACCOUNT_REQUIRED: Final = "is missing: the controller runs with --require-service-account, so a policy acts as a ServiceAccount of its namespace"

NOTHING_TO_TAKE_AWAY: Final = "only what label and annotate write can be taken away again"

NOT_KNOWN_BEFORE: Final = (
    "cannot stand beside spec.retain: what that holds back is known when the time comes, and not before"
)


def about_the_action(policy: Policy, vocabulary: Vocabulary, grants: Grants) -> Iterator[Problem]:
    """What is wrong with how a policy acts, by what its action may ask for."""
    offered = vocabulary.actions.get(policy.action.name)
    requests = offered.requests if offered is not None else ()
    if offered is not None:
        yield from not_allowed(policy, requests, grants)
        if policy.behavior.while_holding and set(requests) != {Mark}:
            yield Problem("spec.behavior.whileHolding", NOTHING_TO_TAKE_AWAY)
    if policy.behavior.notice is not None and policy.retain is not None:
        yield Problem("spec.behavior.notice", NOT_KNOWN_BEFORE)
    if policy.behavior.recycle is not None:
        yield from not_recyclable(policy, requests)


def about_the_account(policy: Policy, grants: Grants) -> Iterator[Problem]:
    """Why a policy may not act as whom it would."""
    required = grants.require_account and policy.reference.kind == NAMESPACED
    if required and account_of(policy, grants.default_account) is None:
        yield Problem("spec.serviceAccountName", ACCOUNT_REQUIRED, Reason.IDENTITY_REQUIRED)


def protected_targets(policy: Policy, grants: Grants, parsed: ParsedPolicy) -> list[Problem]:
    """What is said of targets that are protected, or in Namespaces that are."""
    warnings = []
    for target in policy.targets:
        path = parsed.written(target.path)
        if not grants.lifted(target.group, target.kind):
            resource = PROTECTED_KINDS[target.group, target.kind]
            nobody = (target.group, target.kind) in LIFTED_BY_NOBODY
            unless = "" if nobody else f", unless the controller runs with --allow-resource {resource}"
            warnings.append(Problem(f"{path}.kind", f"{target.kind} is protected: its objects are kept{unless}"))
        elif (why := left_to_others(policy, target, grants)) is not None:
            warnings.append(Problem(f"{path}.kind", why))
        if isinstance(target.scope, TheseNamespaces):
            held = sorted((target.scope.names & PROTECTED_NAMESPACES) - grants.namespaces)
            warnings.extend(
                Problem(
                    path,
                    f"namespace {name} is protected: its objects are kept, unless the controller runs with "
                    f"--allow-namespace {name}",
                )
                for name in held
            )
    return warnings

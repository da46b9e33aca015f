"""The command that grants what a run lacks, beside the words that say what that is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.report import Ending

_OF_RIGHTS: Final = frozenset({Reason.ACCESS_DENIED, Reason.IMPERSONATION_DENIED})


def with_command(ending: Ending, policy: PolicyReference) -> Ending:
    """The end of a run, with the command that grants what it lacked; any other as it is.

    Args:
        ending: Why it ended.
        policy: The policy.
    """
    if ending.reason not in _OF_RIGHTS:
        return ending
    return replace(ending, message=f"{ending.message}; grant it: {command(policy)}")


def command(policy: PolicyReference) -> str:
    """What grants a policy all that it needs."""
    where = f"-n {policy.namespace}" if policy.namespace else "--cluster"
    return f"zen-gc rbac {policy.name} {where} | kubectl apply -f -"

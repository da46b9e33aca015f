"""An account: the ServiceAccount as which a policy's requests are made. A name and what Kubernetes calls it; nothing is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.model.policy import NAMESPACED

if TYPE_CHECKING:
    from zen_gc_core.model.policy import Policy

_ALL: Final = "system:serviceaccounts"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """A ServiceAccount.

    Args:
        namespace: Its namespace.
        name: Its name.
    """

    namespace: str
    name: str

    @property
    def user(self) -> str:
        """The user that the API server takes it for."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that the API server puts it in, whoever asks."""
        return (_ALL, f"{_ALL}:{self.namespace}", "system:authenticated")

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


def account_of(policy: Policy, default: str = "") -> Account | None:
    """As whom a policy's requests are made: always an account of its own namespace; None: as the controller.

    Args:
        policy: The policy.
        default: The account of namespaced policies that name none; empty when there is none.
    """
    if policy.reference.kind != NAMESPACED:
        return None
    name = policy.service_account or default
    return Account(policy.reference.namespace, name) if name else None

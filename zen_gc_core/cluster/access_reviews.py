"""Access reviews, each asked once for a while: a thousand policies need the same few rights.

An answer that is kept decides nothing alone: without the right, the server refuses what follows. Whoever wants to know
why something was refused asks anew, by ``access.may``.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.access import may
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.model.accounts import Account

GRANTED_SECONDS: Final = 600.0
"""How long a right that is there counts as there."""

REFUSED_SECONDS: Final = 30.0
"""How long one that is not there counts as missing."""

MOST_REMEMBERED: Final = 10_000

_Key = tuple[str, str, str, str, str, str, str]
"""Identity, verb, group, resource, subresource, namespace, name."""


@dataclass(slots=True)
class _Answer:
    """An answer, and its lock: who comes while it is asked for waits for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    allowed: bool = False
    until: float = float("-inf")


class AccessReviews:
    """What may be done; may be used by several threads.

    Args:
        connection: The cluster, as whoever it is asked for.
        clock: The boot-time clock, in seconds.
    """

    def __init__(self, connection: Connection, clock: Callable[[], float] = boottime) -> None:
        self._connection = connection
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[_Key, _Answer] = {}

    def seen_by(self, connection: Connection) -> AccessReviews:
        """The same memory, for somebody else, whose answers are his own."""
        other = AccessReviews(connection, self._clock)
        other._lock, other._answers = self._lock, self._answers
        return other

    def may(self, verb: str, resource: Resource, namespace: str = "", *, subresource: str = "") -> bool:
        """Whether something may be done, as ``access.may``; the answer may be some minutes old.

        Args:
            verb: The verb, as RBAC calls it.
            resource: On what.
            namespace: Where; empty for all namespaces, or a cluster-scoped resource.
            subresource: Below the object; empty for the object itself.

        Raises:
            ClusterError: The server does not say; nothing of that is kept.
        """
        key = (self._identity, verb, resource.group, resource.plural, subresource, namespace, "")
        with self._lock:
            if len(self._answers) >= MOST_REMEMBERED and key not in self._answers:
                self._answers.clear()
            answer = self._answers.setdefault(key, _Answer())
        with answer.lock:
            asked = self._clock()
            if answer.until <= asked:
                answer.allowed = may(self._connection, verb, resource, namespace, subresource=subresource)
                answer.until = asked + (GRANTED_SECONDS if answer.allowed else REFUSED_SECONDS)
            return answer.allowed

    def require(self, verb: str, resource: Resource, namespace: str = "", *, subresource: str = "") -> None:
        """As ``may``, but raises when the answer is no.

        Raises:
            AccessDenied: It is not allowed.
            ClusterError: The server does not say.
        """
        if not self.may(verb, resource, namespace, subresource=subresource):
            what = f"{resource}/{subresource}" if subresource else str(resource)
            raise AccessDenied(verb, what, namespace, account=self.account)

    def forget(self) -> None:
        """Forget what is known of whoever it is asked for: the server has refused him something (403)."""
        mine = self._identity
        with self._lock:
            for key in [key for key in self._answers if key[0] == mine]:
                del self._answers[key]

    @property
    def account(self) -> Account | None:
        """For whom it is asked; None: for ourselves."""
        return self._connection.account

    @property
    def _identity(self) -> str:
        return self.account.user if self.account is not None else ""

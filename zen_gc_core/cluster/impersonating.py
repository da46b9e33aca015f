"""A connection as an account: every request of it carries who it is made as; there is no way to leave that out.

The header is written here and nowhere else, and it is the one header: where the API server knows constrained
impersonation (KEP-5284), a group beside it would ask for the unconstrained kind.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NoReturn

from zen_gc_core.cluster.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.model.accounts import Account

IMPERSONATE_USER: Final = "Impersonate-User"


class ConnectionAs(Connection):
    """The same cluster, the same pool and the same clock, as somebody else; may be used by several threads.

    Args:
        own: The connection with one's own rights.
        account: As whom requests are made.

    Attributes:
        own: The connection with one's own rights.
        account: As whom requests are made.
    """

    account: Account

    def __init__(self, own: Connection, account: Account) -> None:
        self.own = own
        self.account = account
        self.place = own.place
        self.in_cluster = own.in_cluster
        self.clock = own.clock
        self.namespace = account.namespace
        self.server = own.server

    def request(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **how: Any) -> Answer:
        """As ``Connection.request``, as the account."""
        sent = {**(headers or {}), IMPERSONATE_USER: self.account.user}
        return replace(self.own.request(method, path, headers=sent, **how), account=self.account)

    def stream(self, *_: object, **__: object) -> NoReturn:
        """Nothing is watched as an account.

        Raises:
            TypeError: Always.
        """
        raise TypeError("nothing is watched as an account")

    def close(self) -> None:
        """The connections belong to whoever opened them."""

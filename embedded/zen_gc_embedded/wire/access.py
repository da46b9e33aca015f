"""Who is let in: bearer tokens. There is no authorization: who is in may do everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zen_gc_embedded.statuses import unauthorized

if TYPE_CHECKING:
    from collections.abc import Mapping


class Access(NamedTuple):
    """The users of a cluster.

    Args:
        tokens: Bearer tokens and the users they stand for; any other token is refused.
        anonymous: The user for which a request without credentials stands; None refuses it.
    """

    tokens: Mapping[str, str]
    anonymous: str | None

    def user(self, authorization: str) -> str:
        """The user behind an Authorization header.

        Raises:
            StatusError: 401, it is missing or wrong.
        """
        scheme, _, token = authorization.partition(" ")
        user = self.tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        if not authorization:
            user = self.anonymous
        if user is None:
            raise unauthorized()
        return user

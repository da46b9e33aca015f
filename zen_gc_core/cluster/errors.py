"""What can go wrong between zen-gc and an API server, split by what the caller should do.

    ClusterError
    ├── BadConfiguration     mend the kubeconfig, the context or the flags; trying again changes nothing
    ├── TLSTrouble           mend the certificates, or the clock; trying again changes nothing
    ├── CannotReach          no answer, or half of one: try again later; what a write did is unknown
    │   ├── TimedOut         … because it took too long
    │   └── LookedTooLongAgo … because nothing was sent: what allows it was looked at too long ago
    ├── ServerFailed         a 5xx: try again later; what a write did is unknown
    ├── Throttled            a 429: wait ``retry_after`` seconds, all of you
    ├── Unauthorized         a 401, also with credentials read anew: end the run
    ├── AccessDenied         a 403: say which verb and resource are missing; about one write, ask first whether they are
    │   └── ImpersonationDenied  … because we may not act as the account in whose name we asked
    ├── IdentityMissing      the account in whose name a policy acts is not there: nothing is done for it
    ├── NotFound             a 404: it is gone, or was never there
    ├── Conflict             a 409: somebody changed it; look at it again, never repeat blindly
    ├── Expired              a 410: list again from the beginning
    ├── Refused              a 400, 422 or the like: the request is wrong; log it and leave it
    ├── MalformedAnswer      an answer that is not what the API promises: it counts as no answer
    │   └── AnswerTooLarge   … because there is too much of it
    ├── ListIncomplete       a list that could not be read to its end: it counts as no list
    ├── TargetUnavailable    a kind that the server does not serve now: try again later, never "nothing there"
    ├── AuthorityLost        this replica's right to write has ended: send nothing
    └── Cancelled            the program is ending: leave what you are at

Every text is one line that a stranger can act on. Nothing of the cluster layer is imported here.
"""
# ruff: noqa: N818  the names say what happened; each ends up as a condition's reason or beside one

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from zen_gc_core.errors import ClusterError
from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    from zen_gc_core.model.accounts import Account


class Explained(ClusterError):
    """Every kind of cluster error below; each has the reason that a policy's condition gets by it."""

    reason: ClassVar[Reason]


def reason_of(error: ClusterError) -> Reason:
    """The reason that a policy's condition gets by an error; one of no known kind has a reason, too."""
    return error.reason if isinstance(error, Explained) else Reason.CLUSTER_ERROR


class BadConfiguration(Explained):
    """No cluster can be found from the configuration, or not the one that was asked for."""

    reason: ClassVar[Reason] = Reason.BAD_CONFIGURATION


class TLSTrouble(Explained):
    """The server and the client do not trust each other."""

    reason: ClassVar[Reason] = Reason.TLS_TROUBLE


class CannotReach(Explained):
    """The server did not answer, or broke off; what a write did is unknown."""

    reason: ClassVar[Reason] = Reason.CLUSTER_UNREACHABLE


class TimedOut(CannotReach):
    """The server did not answer, or did not end its answer, in time."""


class LookedTooLongAgo(CannotReach):
    """What allows a request was looked at too long ago when it was about to leave: it did not, and may be tried again."""


class ServerFailed(Explained):
    """The server failed (5xx); what a write did is unknown.

    Args:
        message: What happened, in one line.
        status: The HTTP status.
    """

    reason: ClassVar[Reason] = Reason.SERVER_FAILED

    def __init__(self, message: str, status: int = 500) -> None:
        self.status = status
        super().__init__(message)


class Throttled(Explained):
    """The server asks for patience (429).

    Args:
        message: What happened, in one line.
        retry_after: Seconds to wait, as the server said; None when it did not.
    """

    reason: ClassVar[Reason] = Reason.THROTTLED

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Unauthorized(Explained):
    """The server does not know who is asking (401), also after the credentials were read anew."""

    reason: ClassVar[Reason] = Reason.UNAUTHORIZED


class AccessDenied(Explained):
    """The server knows who is asking and refuses (403).

    Args:
        verb: The verb that is missing (``delete``).
        resource: The resource, with its group (``jobs.batch``).
        namespace: The namespace; empty for all, or for a cluster-scoped resource.
        message: The server's words.
        account: The account that was refused; None: the one of the credentials.
    """

    reason: ClassVar[Reason] = Reason.ACCESS_DENIED
    status: ClassVar[int] = 403

    def __init__(
        self, verb: str, resource: str, namespace: str = "", message: str = "", account: Account | None = None
    ) -> None:
        self.verb = verb
        self.resource = resource
        self.namespace = namespace
        self.said = message
        self.account = account
        said = f" (the server says: {message})" if message else ""
        super().__init__(f"access denied: {self._words}{said}")

    @property
    def _words(self) -> str:
        where = f" in namespace {self.namespace}" if self.namespace else ""
        whom = f" to the ServiceAccount {self.account}" if self.account else ""
        return f"grant the verb {self.verb} on {self.resource}{where}{whom}"

    @property
    def plain(self) -> AccessDenied:
        """The same without the server's words."""
        return type(self)(self.verb, self.resource, self.namespace, account=self.account)


class ImpersonationDenied(AccessDenied):
    """The server does not let us act as an account (403): it is our own right that is missing, not the account's."""

    reason: ClassVar[Reason] = Reason.IMPERSONATION_DENIED

    @property
    def _words(self) -> str:
        where = f" in namespace {self.namespace}" if self.namespace else ""
        return (
            f"the controller may not {self.verb} {self.resource}{where} as the ServiceAccount {self.account}: "
            "grant it the right to impersonate"
        )


class IdentityMissing(Explained):
    """The account in whose name a policy acts is not there."""

    reason: ClassVar[Reason] = Reason.IDENTITY_MISSING


class NotFound(Explained):
    """What was asked for is not there (404)."""

    reason: ClassVar[Reason] = Reason.NOT_FOUND


class Conflict(Explained):
    """Somebody changed the object in the meantime (409)."""

    reason: ClassVar[Reason] = Reason.CONFLICT


class Expired(Explained):
    """A continue token or a resourceVersion is too old (410)."""

    reason: ClassVar[Reason] = Reason.EXPIRED


class Refused(Explained):
    """The server does not accept the request as it is (400, 422 and the like).

    Args:
        message: What happened, in one line.
        status: The HTTP status.
    """

    reason: ClassVar[Reason] = Reason.REFUSED

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


class LimitRefused(Refused):
    """The server does not go on with a list whose next page is to have another length than the first."""


class MalformedAnswer(Explained):
    """An answer that is not what the Kubernetes API promises; often a proxy's."""

    reason: ClassVar[Reason] = Reason.MALFORMED_ANSWER


class AnswerTooLarge(MalformedAnswer):
    """An answer that is larger than what is read into memory."""


class ListIncomplete(Explained):
    """A list that could not be read to its end; it is never taken for a shorter one."""

    reason: ClassVar[Reason] = Reason.LIST_INCOMPLETE


class TargetUnavailable(Explained):
    """A kind that the server does not serve, or does not serve now; never taken for "nothing there"."""

    reason: ClassVar[Reason] = Reason.TARGET_UNAVAILABLE


class AuthorityLost(Explained):
    """This replica's right to write has ended; nothing may be sent."""

    reason: ClassVar[Reason] = Reason.AUTHORITY_LOST


class Cancelled(Explained):
    """Nobody waits for the answer any more: the program is ending."""

    reason: ClassVar[Reason] = Reason.STOPPING

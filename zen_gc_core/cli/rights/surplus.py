"""What accounts may do beyond what their policies need: the cluster says it to each of them, so it is asked as them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from zen_gc_core.cli.terminal.folding import HEADING, Line
from zen_gc_core.cluster.access import REVIEWS
from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import MalformedAnswer
from zen_gc_core.cluster.impersonating import ConnectionAs
from zen_gc_core.errors import ClusterError
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zen_gc_core.cli.rights.roles import Need
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.model.accounts import Account

_Needed: TypeAlias = "dict[tuple[str, str, str], set[str]]"
"""The names of the objects on which a verb is needed, by verb, group and resource; the empty one: on all."""

_TOO_MUCH: Final = {"fg": "yellow"}

_EVERYBODYS: Final = frozenset({"authorization.k8s.io", "authentication.k8s.io"})
"""Groups of reviews, by which everybody may ask who he is and what he may do."""


@dataclass(frozen=True, slots=True)
class Right:
    """What an account may do, and no policy needs.

    Args:
        verbs: The verbs.
        resource: On what, with its group; ``*`` is everything.
        names: On which objects alone; none: on all.
    """

    verbs: tuple[str, ...]
    resource: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([", ".join(self.verbs), self.resource, *self.names])


@dataclass(frozen=True, slots=True)
class Surplus:
    """What one account may do in its own namespace beyond what its policies need.

    Args:
        account: The account.
        rights: What that is.
        unknown: Why it is not known, or not all of it; empty when it is.
    """

    account: Account
    rights: tuple[Right, ...] = ()
    unknown: str = ""

    def lines(self) -> Iterator[Line]:
        """It in words; nothing where there is nothing."""
        if self.rights:
            heading = f"the ServiceAccount {self.account} may do in its namespace what these policies do not need:"
            yield Line(heading, style=HEADING)
            yield from (Line(str(right), 2, style=_TOO_MUCH) for right in self.rights)
        if self.unknown:
            unknown = (
                f"what the ServiceAccount {self.account} may do beyond these policies is not known: {self.unknown}"
            )
            yield Line(unknown, style=_TOO_MUCH)

    def document(self) -> dict[str, Any]:
        """It as JSON."""
        rights = [{"verbs": each.verbs, "resource": each.resource, "names": each.names} for each in self.rights]
        return {"account": str(self.account), "rights": rights, "unknown": self.unknown or None}


def surpluses(connection: Connection, needs: Sequence[Need]) -> tuple[Surplus, ...]:
    """Ask of each account what it may do beyond all of its policies that are looked at.

    Args:
        connection: The cluster, as somebody who may act as the accounts; where he may not, it is not known.
        needs: What the policies need.
    """
    needed: dict[Account, _Needed] = defaultdict(lambda: defaultdict(set))
    for need in needs:
        if need.account is not None:
            for right in need.rights:
                if right.namespace in {"", need.account.namespace}:
                    needed[need.account][right.verb, right.resource.group, right.plural].add(right.name)
    return tuple(_surplus(connection, account, needed[account]) for account in sorted(needed, key=str))


def _surplus(connection: Connection, account: Account, needed: _Needed) -> Surplus:
    try:
        status = _rules(ConnectionAs(connection, account))
    except ClusterError as error:
        return Surplus(account, unknown=one_line(str(error), 200))
    unknown = one_line(str(status.get("evaluationError") or "the server says so"), 200)
    return Surplus(
        account,
        tuple(_beyond(status.get("resourceRules") or (), needed)),
        unknown if status.get("incomplete") is True else "",
    )


def _rules(connection: ConnectionAs) -> Mapping[str, Any]:
    spec = {"namespace": connection.account.namespace}
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": spec}
    answer = connection.request("POST", f"{REVIEWS}/selfsubjectrulesreviews", body=body)
    if answer.status not in {200, 201}:
        raise failure(answer, verb="create", resource="selfsubjectrulesreviews.authorization.k8s.io")
    status = answer.document().get("status")
    if not isinstance(status, dict):
        raise MalformedAnswer(f"{answer}: the review has no answer")
    return status


def _beyond(rules: Iterable[Mapping[str, Any]], needed: _Needed) -> Iterator[Right]:
    found: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for rule in rules:
        given = tuple(rule.get("resourceNames") or ())
        for group in rule.get("apiGroups") or ():
            for resource in rule.get("resources") or ():
                for verb in rule.get("verbs") or ():
                    names = needed.get((verb, group, resource), set())
                    beyond = tuple(name for name in given if name not in names)
                    if group not in _EVERYBODYS and "" not in names and (beyond or not given):
                        what = f"{resource}.{group}" if group else resource
                        found[what, beyond].append(verb)
    for (what, only), verbs in sorted(found.items()):
        yield Right(tuple(dict.fromkeys(verbs)), what, only)

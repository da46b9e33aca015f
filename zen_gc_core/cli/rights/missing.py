"""What is missing of the rights that policies need, as the cluster says, and what accounts may do beyond them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cli.rights.roles import IMPERSONATE, impersonation, rules_by_namespace
from zen_gc_core.cli.rights.surplus import Surplus, surpluses
from zen_gc_core.cli.terminal.folding import HEADING, Line
from zen_gc_core.cluster.access import account_may
from zen_gc_core.cluster.accounts import SERVICE_ACCOUNTS
from zen_gc_core.cluster.observing import observe
from zen_gc_core.controller.runs.granting import command
from zen_gc_core.texts import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zen_gc_core.cli.rights.roles import Need, Rule
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.model.accounts import Account


_LACKED: Final = {"fg": "red"}
_WHOLE: Final = {"fg": "green"}


@dataclass(frozen=True, slots=True)
class Gap:
    """One right that somebody lacks.

    Args:
        whose: The account that lacks it.
        verb: The verb; empty: the account itself is not there.
        resource: On what, with its group.
        namespace: Where; empty for all namespaces, or a cluster-scoped resource.
        name: On which object; empty for all.
    """

    whose: Account
    verb: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        if not self.verb:
            return f"there is no ServiceAccount {self.whose}"
        where = f" in namespace {self.namespace}" if self.namespace else ""
        name = f" {self.name}" if self.name else ""
        return f"the ServiceAccount {self.whose} may not {self.verb} {self.resource}{name}{where}"


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing, policy by policy.

    Args:
        gaps: The policies that were looked at, with what each lacks.
        surplus: What their accounts may do beyond what they need.
    """

    gaps: tuple[tuple[Need, tuple[Gap, ...]], ...]
    surplus: tuple[Surplus, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything is."""
        return any(gaps for _, gaps in self.gaps)

    def lines(self) -> Iterator[Line]:
        """All of it, for people."""
        for need, gaps in self.gaps:
            if gaps:
                yield Line(need.title, style=HEADING)
                yield from (Line(str(gap), 2, style=_LACKED) for gap in gaps)
                yield Line(f"grant it: {command(need.policy)}", 2)
        if not self.any:
            yield Line(f"nothing is missing: {counted(len(self.gaps), 'policy', 'policies')}", style=_WHOLE)
        for each in self.surplus:
            yield from each.lines()

    def document(self) -> dict[str, Any]:
        """It as JSON."""
        policies = [_policy(need, gaps) for need, gaps in self.gaps]
        return {"policies": policies, "surplus": [each.document() for each in self.surplus]}


def _policy(need: Need, gaps: Sequence[Gap]) -> dict[str, object]:
    return {
        "kind": need.policy.kind,
        "namespace": need.policy.namespace,
        "name": need.policy.name,
        "account": str(need.account) if need.account else None,
        "missing": [
            {
                "whose": str(gap.whose),
                "verb": gap.verb,
                "resource": gap.resource,
                "namespace": gap.namespace,
                "name": gap.name,
            }
            for gap in gaps
        ],
    }


def check(connection: Connection, needs: Sequence[Need], controller: Account, how: str) -> Missing:
    """Ask the cluster what is missing.

    Args:
        connection: The cluster, as somebody who may ask what others may do.
        needs: What policies need.
        controller: The controller's account.
        how: How the controller should act as others, where it may not yet.

    Raises:
        ClusterError: The cluster does not say.
    """
    gaps = tuple((need, tuple(_gaps(connection, need, controller, how))) for need in needs)
    return Missing(gaps, surpluses(connection, needs))


def _gaps(connection: Connection, need: Need, controller: Account, how: str) -> Iterator[Gap]:
    account, rules = need.account, rules_by_namespace(need.rights)
    if account is None:
        yield from _lacks(connection, controller, rules)
        return
    if observe(connection, SERVICE_ACCOUNTS, account.namespace, account.name) is None:
        yield Gap(account)
    yield from _lacks(connection, account, rules)
    if any(_lacks(connection, controller, impersonation(account, rules, IMPERSONATE))):
        yield from _lacks(connection, controller, impersonation(account, rules, how))


def _lacks(connection: Connection, whose: Account, rules: Mapping[str, tuple[Rule, ...]]) -> Iterator[Gap]:
    for namespace, inside in rules.items():
        for rule in inside:
            for plural in rule.resources:
                resource, _, subresource = plural.partition("/")
                for verb in rule.verbs:
                    name = rule.names[0] if rule.names else ""
                    asked = {"verb": verb, "group": rule.group, "resource": resource, "subresource": subresource}
                    if not account_may(connection, whose, {**asked, "namespace": namespace, "name": name}):
                        what = f"{plural}.{rule.group}" if rule.group else plural
                        yield Gap(whose, verb, what, namespace, name)

"""Roles and their bindings for what policies need: as small as can be, one set a policy, so that it can go with the policy."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from zen_gc_core.model.policy import NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zen_gc_core.controller.runs.rights import Right
    from zen_gc_core.model.accounts import Account
    from zen_gc_core.model.policy import PolicyReference

RBAC: Final = "rbac.authorization.k8s.io"
CONSTRAINED: Final = "constrained"
IMPERSONATE: Final = "impersonate"
MOST_NAMED: Final = 5
_On: TypeAlias = "tuple[str, str, str]"
"""What a right is on: a group, a resource of it, and the name of the only object; empty: all."""

_ORDER: Final = ("get", "list", "create", "update", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Need:
    """What one policy needs, and who needs it.

    Args:
        policy: The policy.
        account: As whom it acts; None: as the controller.
        rights: What it needs of objects.
    """

    policy: PolicyReference
    account: Account | None
    rights: tuple[Right, ...]

    @property
    def title(self) -> str:
        """Which policy, and as whom, in a line."""
        whom = f"as the ServiceAccount {self.account}" if self.account else "with the rights of the controller"
        return f"{self.policy.kind} {self.policy}, {whom}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a role.

    Args:
        group: The API group.
        resources: The resources.
        verbs: The verbs.
        names: The only objects that it is about; none: all.
    """

    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    names: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The rule as a role has it."""
        rule = {"apiGroups": [self.group], "resources": list(self.resources), "verbs": list(self.verbs)}
        return {**rule, "resourceNames": list(self.names)} if self.names else rule


def role_documents(need: Need, controller: Account, how: str) -> Iterator[dict[str, Any]]:
    """The roles and bindings of a policy.

    Args:
        need: What it needs.
        controller: The controller's account.
        how: How the controller acts as others: ``constrained``, or ``impersonate``.
    """
    name = (
        f"zen-gc:{need.policy.namespace}:{need.policy.name}" if need.policy.namespace else f"zen-gc:{need.policy.name}"
    )
    rules = rules_by_namespace(need.rights)
    for namespace, inside in rules.items():
        yield from _granted(name, namespace, inside, need.account or controller)
    if need.account is not None:
        for namespace, inside in impersonation(need.account, rules, how).items():
            yield from _granted(f"{name}:impersonate", namespace, inside, controller)


def rules_by_namespace(rights: Iterable[Right]) -> dict[str, tuple[Rule, ...]]:
    """Rights as rules, by namespace, with nothing that is not among them; empty is the whole cluster."""
    verbs: dict[str, dict[_On, set[str]]] = defaultdict(lambda: defaultdict(set))
    for right in rights:
        verbs[right.namespace][right.resource.group, right.plural, right.name].add(right.verb)
    return {namespace: _merged(verbs[namespace]) for namespace in sorted(verbs)}


def _merged(verbs: Mapping[_On, set[str]]) -> tuple[Rule, ...]:
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (group, plural, name), asked in sorted(verbs.items()):
        alike[group, name, tuple(sorted(asked, key=_rank))].append(plural)
    return tuple(
        Rule(group, tuple(plurals), asked, (name,) if name else ()) for (group, name, asked), plurals in alike.items()
    )


def _rank(verb: str) -> tuple[int, str]:
    return (_ORDER.index(verb) if verb in _ORDER else len(_ORDER), verb)


def impersonation(account: Account, rules: Mapping[str, tuple[Rule, ...]], how: str) -> dict[str, tuple[Rule, ...]]:
    """What the controller needs to act as an account, by namespace.

    Args:
        account: The account.
        rules: What is done as it.
        how: ``constrained``: in this alone (KEP-5284); ``impersonate``: in everything, which every server knows.
    """
    if how != CONSTRAINED:
        return {account.namespace: (Rule("", ("serviceaccounts",), (IMPERSONATE,), (account.name,)),)}
    act = Rule("authentication.k8s.io", ("serviceaccounts",), ("impersonate:serviceaccount",), (account.name,))
    needed: dict[str, tuple[Rule, ...]] = {account.namespace: (act,)}
    for namespace, inside in rules.items():
        on = tuple(
            Rule(
                rule.group,
                rule.resources,
                tuple(f"impersonate-on:serviceaccount:{verb}" for verb in rule.verbs),
                rule.names,
            )
            for rule in inside
        )
        needed[namespace] = needed.get(namespace, ()) + on
    return needed


def _granted(name: str, namespace: str, rules: Iterable[Rule], whom: Account) -> Iterator[dict[str, Any]]:
    kind = "Role" if namespace else "ClusterRole"
    labels = {"app.kubernetes.io/name": "zen-gc", "app.kubernetes.io/part-of": "zen-gc"}
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), "labels": labels}
    yield {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind,
        "metadata": metadata,
        "rules": [rule.document() for rule in rules],
    }
    yield {
        "apiVersion": f"{RBAC}/v1",
        "kind": f"{kind}Binding",
        "metadata": metadata,
        "roleRef": {"apiGroup": RBAC, "kind": kind, "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": whom.name, "namespace": whom.namespace}],
    }


def wide(need: Need) -> str:
    """Why the rights of a policy of a namespace reach beyond it; empty where they do not."""
    beyond = [right for right in need.rights if right.namespace != need.policy.namespace]
    if not beyond or need.policy.kind != NAMESPACED:
        return ""
    whose = f"the ServiceAccount {need.account}" if need.account else "the controller"
    verbs = ", ".join(sorted({right.verb for right in beyond}, key=_rank))
    kinds = sorted({str(right.resource) for right in beyond})
    shown = ", ".join(kinds[:MOST_NAMED]) + (f" and {len(kinds) - MOST_NAMED} more" if len(kinds) > MOST_NAMED else "")
    return f"{whose} would get {verbs} beyond the namespace {need.policy.namespace}, on {shown}"

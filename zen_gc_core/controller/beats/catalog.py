"""The catalog: every policy that the cluster holds, with what is remembered of it between runs.

A policy is compiled when it is about to run, by whoever has time for it; one that rests never is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zen_gc_core.cluster.policy_events import UNREADABLE, Changed, Interrupted, Listed, PolicyEvent, Removed
from zen_gc_core.controller.runs.passes import Passes
from zen_gc_core.controller.runs.remembered import Entry, Ledger
from zen_gc_core.controller.telling import policy_status
from zen_gc_core.engine.compiling import Compilation, compile_policy, unreadable
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.policy import NAMESPACED
from zen_gc_core.model.unreadable import why

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen_gc_core.controller.runs.remembered import Key
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Changes:
    """What an event changed.

    Args:
        changed: Policies that are new, or mean something else now.
        removed: Policies that are gone.
    """

    changed: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()


class Catalog:
    """Every policy that the cluster holds; used by one thread.

    Args:
        vocabulary: The installed keywords.
        grants: What whoever runs the controller allows.
        namespaces: The namespaces whose policies are looked at, and no others; none: all policies of both kinds.
    """

    def __init__(self, vocabulary: Vocabulary, grants: Grants, namespaces: Sequence[str] = ()) -> None:
        self._vocabulary = vocabulary
        self._grants = grants
        self._entries: dict[Key, Entry] = {}
        self._namespaces = tuple(namespaces)
        self._listed: set[tuple[str, str | None]] = set()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All policies."""
        return tuple(self._entries.values())

    def get(self, key: Key) -> Entry | None:
        """A policy; None when it is gone."""
        return self._entries.get(key)

    def listed(self, *kinds: str) -> bool:
        """Whether all policies of these kinds that are looked at have been listed once."""
        everywhere: tuple[str | None, ...] = (None,)
        return all(
            (kind, namespace) in self._listed
            for kind in kinds
            for namespace in (everywhere if not self._namespaces else self._namespaces if kind == NAMESPACED else ())
        )

    def apply(self, event: PolicyEvent) -> Changes:
        """Take in an event; a change of nothing but a policy's status changes nothing."""
        if isinstance(event, Interrupted):
            return Changes()
        if isinstance(event, Removed):
            entry = self._drop(_key(event.kind, event.policy))
            return Changes(removed=(entry,) if entry else ())
        if isinstance(event, Changed):
            return self._put(event.kind, event.policy)
        return self._list(event)

    def _list(self, event: Listed) -> Changes:
        self._listed.add((event.kind, event.namespace))
        there = {_key(event.kind, policy) for policy in event.policies}
        gone = [
            key
            for key in self._entries
            if key[0] == event.kind and event.namespace in {None, key[1]} and key not in there
        ]
        removed = [entry for key in gone if (entry := self._drop(key))]
        changes = [self._put(event.kind, policy) for policy in event.policies]
        return Changes(
            tuple(entry for change in changes for entry in change.changed),
            (*removed, *(entry for change in changes for entry in change.removed)),
        )

    def _drop(self, key: Key) -> Entry | None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            entry.superseded = True
        return entry

    def _put(self, kind: str, policy: dict[str, Any]) -> Changes:
        key = _key(kind, policy)
        metadata = _map(policy.get("metadata"))
        known = self._entries.get(key)
        replaced: tuple[Entry, ...] = ()
        if known is not None and known.reference.uid != metadata.get("uid"):
            replaced, known = (known,), None
            self._drop(key)
        if known is not None and known.compilation.difference(_map(metadata)) is None:
            known.resource_version = str(metadata.get("resourceVersion", ""))
            known.status = _map(policy.get("status"))
            known.ledger.deleted = max(known.ledger.deleted, policy_status.total_deleted(known.status))
            return Changes()
        entry = self._read(key, policy)
        if known is not None:
            known.ledger.deleted = max(known.ledger.deleted, entry.ledger.deleted)
            entry.ledger = known.ledger
            known.superseded = True
        self._entries[key] = entry
        return Changes((entry,), replaced)

    def _read(self, key: Key, policy: dict[str, Any]) -> Entry:
        bare = {name: policy.get(name) for name in ("apiVersion", "kind", "metadata")}
        status = _map(policy.get("status"))
        entry = Entry(
            key,
            Compilation(parse_policy(bare).reference, None, (), ()),
            paused=_map(policy.get("spec")).get("paused") is True,
            resource_version=str(_map(policy.get("metadata")).get("resourceVersion", "")),
            ledger=Ledger(
                policy_status.total_deleted(status),
                evaluated=policy_status.evaluated(status),
                passes=Passes(old=True),
            ),
            document=_slim(policy),
        )
        entry.status = status
        return entry

    def compiled(self, entry: Entry, check: Callable[[], object] = bool) -> Compilation:
        """What a policy means; whatever is raised by asking is that policy's problem. May be asked by any thread.

        Args:
            entry: The policy, not compiled yet.
            check: Asked from time to time; may raise CompilingTooLong.
        """
        policy = entry.document or {}
        try:
            parsed = parse_policy(policy, allow_cross_namespace=self._grants.cross_namespace)
            if UNREADABLE in policy:
                return unreadable(parsed.reference, str(policy[UNREADABLE]))
            return compile_policy(parsed, self._vocabulary, self._grants, check)
        except Exception as error:  # noqa: BLE001  see above
            return unreadable(entry.reference, why(error))


def _slim(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy without what compiling does not read: a standby keeps all of them uncompiled."""
    metadata = {name: value for name, value in _map(policy.get("metadata")).items() if name != "managedFields"}
    return {**{name: value for name, value in policy.items() if name != "status"}, "metadata": metadata}


def _key(kind: str, policy: dict[str, Any]) -> Key:
    metadata = _map(policy.get("metadata"))
    return kind, str(metadata.get("namespace") or ""), str(metadata.get("name") or "")


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

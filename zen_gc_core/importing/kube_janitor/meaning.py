"""What kube-janitor would delete: a reference of its own semantics, with the ``jmespath`` library's interpreter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import jmespath
from jmespath.exceptions import JMESPathError

from zen_gc_core.importing.kube_janitor.rules import FOREVER, TTL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.importing.conversion import Subject
    from zen_gc_core.importing.kube_janitor.flags import Flags
    from zen_gc_core.importing.kube_janitor.rules import Rule

TTL_ANNOTATION: Final = "janitor/ttl"
EXPIRY_ANNOTATION: Final = "janitor/expires"

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_EXPIRIES: Final = (_TIME, "%Y-%m-%dT%H:%M", "%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class KubeJanitor:
    """A kube-janitor with its flags and rules.

    Args:
        flags: How it is run.
        rules: Its rules, in order.
    """

    flags: Flags
    rules: tuple[Rule, ...] = ()
    _compiled: dict[str, Any] = field(default_factory=dict)

    def takes(self, subjects: Sequence[Subject], now: dt.datetime) -> list[bool | None]:
        """Whether it would delete each object. A TTL that ends now counts as over: a moment later it is."""
        return [self._takes(subject, now) for subject in subjects]

    def _takes(self, subject: Subject, now: dt.datetime) -> bool:
        namespace = subject.name if subject.kind == "Namespace" else subject.namespace
        flags = self.flags
        if flags.dry_run or not namespace:
            return False
        if not flags.takes_resource(subject.plural) or not flags.takes_namespace(namespace):
            return False
        try:
            return self._over(subject, now) or self._expired(subject, now)
        except (JMESPathError, TypeError):
            return False  # the whole run ends there

    def _over(self, subject: Subject, now: dt.datetime) -> bool:
        ttl = subject.texts("annotations").get(TTL_ANNOTATION)
        if not ttl:
            ttl = next((rule.ttl for rule in self.rules if self._matches(rule, subject)), "")
        parts = TTL.fullmatch(ttl)
        if ttl.lower() == FOREVER or parts is None:
            return False
        seconds = int(parts[1]) * _UNITS[parts[2]]
        since = self._deployed(subject)
        return seconds > 0 and since is not None and (now - since).total_seconds() >= seconds

    def _matches(self, rule: Rule, subject: Subject) -> bool:
        if not rule.is_for(subject.plural):
            return False
        if rule.name not in self._compiled:
            self._compiled[rule.name] = jmespath.compile(rule.expression)
        seen = {name: value for name, value in subject.content.items() if name not in {"apiVersion", "kind"}}
        return bool(self._compiled[rule.name].search(seen))

    def _deployed(self, subject: Subject) -> dt.datetime | None:
        created = _parsed(subject.metadata.get("creationTimestamp"), _TIME)
        written = subject.texts("annotations").get(self.flags.deployment_time) if self.flags.deployment_time else None
        later = _parsed(written, _TIME)
        return max(created, later) if created and later else created

    def _expired(self, subject: Subject, now: dt.datetime) -> bool:
        expiry = subject.texts("annotations").get(EXPIRY_ANNOTATION)
        times = (_parsed(expiry, form) for form in _EXPIRIES)
        until = next((time for time in times if time is not None), None)
        return until is not None and now >= until


def _parsed(text: Any, form: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC)
    except (TypeError, ValueError):
        return None

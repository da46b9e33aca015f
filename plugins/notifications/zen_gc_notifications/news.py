"""News: whether a run has something to say, and what: a CloudEvent in JSON."""

from __future__ import annotations

import json
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core import format_duration, format_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core import Decision, Plan, RunReport

TYPE: Final = "io.kube-zen.gc.run.finished.v1"
CONTENT_TYPE: Final = "application/cloudevents+json"

MOST_NAMED: Final = 25
"""Objects that a message names; the rest is a number."""

MOST_POLICIES: Final = 10_000
"""Policies of which it is remembered what was said last."""

_NOTHING_DONE: Final = frozenset(("would-act", "dropped", "blocked", "gone", "conflict"))
"""Results of which nobody is told: nothing was done to the object, and the next run asks again."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent.

    Args:
        id: Its id, the same however often it is sent.
        at: When the run ended.
        body: The CloudEvent.
    """

    id: str
    at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said of a policy last: why it failed, and what would be due soon."""

    failure: str = ""
    soon: frozenset[str] = frozenset()


class News:
    """Tells what is new of each run; used by one thread."""

    def __init__(self) -> None:
        self._said: OrderedDict[str, _Said] = OrderedDict()

    def of(self, report: RunReport) -> Message | None:
        """The message about a run; None when there is nothing to say.

        There is when the run did something to an object, when it failed and the one before it did not for the same reason, when
        it no longer fails, and when objects will be due soon of which nobody was told.

        Args:
            report: What the run did.
        """
        policy = f"{report.plan.policy.kind} {report.plan.policy}"
        before = self._said.pop(policy, _Said())
        soon = report.plan.soon
        now = _Said(
            _failure(report), frozenset(each.uid for each in soon.decisions) if soon is not None else frozenset()
        )
        self._said[policy] = now
        while len(self._said) > MOST_POLICIES:
            self._said.popitem(last=False)
        acted = any(number for result, number in report.results.items() if result not in _NOTHING_DONE)
        if not acted and now.failure == before.failure and now.soon <= before.soon:
            return None
        return _message(report)


def _failure(report: RunReport) -> str:
    """Why a run failed, in one word that a repeat has, too; empty when it did not."""
    if not report.failed:
        return ""
    return str(report.ending.reason) if report.ending is not None else "Failed"


def _message(report: RunReport) -> Message:
    plan = report.plan
    at = datetime.now(UTC)
    identity = str(uuid.uuid4())
    event = {
        "specversion": "1.0",
        "id": identity,
        "source": "zen-gc",
        "type": TYPE,
        "subject": f"{plan.policy.kind} {plan.policy}",
        "time": format_instant(at),
        "datacontenttype": "application/json",
        "data": _data(report, plan),
    }
    return Message(identity, at, json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())


def _data(report: RunReport, plan: Plan) -> dict[str, Any]:
    policy, ending, soon = plan.policy, report.ending, plan.soon
    found: dict[str, Any] = {
        "policy": {
            "kind": policy.kind,
            "namespace": policy.namespace,
            "name": policy.name,
            "generation": policy.generation,
        },
        "dryRun": report.dry_run,
        "failed": report.failed,
        "ending": None if ending is None else {"reason": str(ending.reason), "message": ending.words or ending.message},
        "matched": plan.matched,
        "due": plan.due,
        "results": {str(result): number for result, number in sorted(report.results.items()) if number},
        "durationSeconds": round(report.duration, 3),
        "objects": _objects(plan.decisions[:MOST_NAMED]),
        "moreObjects": max(0, plan.due - len(plan.decisions[:MOST_NAMED])),
        "soon": None,
    }
    if soon is not None:
        found["soon"] = {
            "within": format_duration(soon.within),
            "objects": _objects(soon.decisions),
            "moreObjects": soon.count - len(soon.decisions),
        }
    return found


def _objects(decisions: Sequence[Decision]) -> list[dict[str, Any]]:
    return [
        {
            "apiVersion": each.api_version,
            "kind": each.kind,
            "namespace": each.namespace,
            "name": each.name,
            "dueAt": format_instant(each.expires_at) if each.expires_at is not None else None,
        }
        for each in decisions
    ]

"""What ``zen-gc why -o json`` prints: a contract for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.examining import held_back, members, to_go, to_stay
from zen_gc_core.fieldpaths import MISSING
from zen_gc_core.instants import format_instant

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from zen_gc_core.cli.explaining.why_shown import Answer, Seen
    from zen_gc_core.engine.examining import Asked, Examination, Expiry, Members, Saw
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan

_LARGEST: Final = 4_000
"""Characters of JSON up to which a value is given whole."""


def as_document(seen: Seen) -> dict[str, Any]:
    """An object, and what every policy says of it, as plain data."""
    candidate = seen.candidate
    return {
        "now": format_instant(seen.now),
        "object": {
            "apiVersion": candidate.api_version,
            "kind": candidate.kind,
            "namespace": candidate.namespace,
            "name": candidate.name,
            "uid": candidate.uid,
        },
        "policies": [_answer(answer) for answer in seen.answers],
        "policiesAboutOtherKinds": seen.others,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    compilation, plan = answer.planned.compilation, answer.planned.plan
    reference = compilation.reference
    found: dict[str, Any] = {
        "kind": reference.kind,
        "namespace": reference.namespace,
        "name": reference.name,
        "valid": compilation.compiled is not None,
        "errors": [{"path": each.path, "message": each.message} for each in compilation.errors],
    }
    if answer.planned.failure is not None:
        found["failed"] = answer.planned.failure
    if answer.examination is None or answer.decision is None or plan is None:
        return found
    return {**found, **_examined(answer.examination, answer.decision, plan)}


def _examined(examination: Examination, decision: Decision, plan: Plan) -> dict[str, Any]:
    written = examination.case.compiled.written
    found: dict[str, Any] = {"verdict": str(decision.verdict)}
    if decision.action is not None:
        found["action"] = decision.action
    if decision.kept_by is not None:
        found["keptBy"] = str(decision.kept_by)
    found["because"] = decision.because
    if decision.expires_at is not None:
        found["expiresAt"] = format_instant(decision.expires_at)
    found["notNow"] = held_back(examination.case.compiled.policy, plan)
    found["selectors"] = [_asked(each, written) for each in examination.selectors]
    if examination.taken and examination.expiry is not None:
        found["protections"] = list(examination.protections)
        found["conditions"] = [_asked(each, written) for each in examination.conditions]
        found["time"] = _expiry(examination.expiry, written)
    if examination.group is not None:
        group = examination.group
        found["retained"] = {"group": group.words, "time": _instant(group.time), "doubt": group.doubt}
        if (of_group := members(plan, examination)) is not None:
            found["retained"] |= _members(of_group)
    found["toGo"] = to_go(examination, decision, plan)
    found["toStay"] = to_stay(examination, decision)
    return found


def _members(of_group: Members) -> dict[str, Any]:
    return {
        "place": next((each.number for each in of_group.shown if each.asked), None),
        "objects": of_group.count,
        "filled": of_group.retained,
        "members": [
            {
                "place": each.number,
                "namespace": each.seen.namespace,
                "name": each.seen.name,
                "uid": each.seen.uid,
                "time": format_instant(each.seen.time),
                "verdict": str(each.decision.verdict),
                "because": each.decision.because,
                "fills": each.seen.retained or None,
            }
            for each in of_group.shown
        ],
        "leftOut": of_group.left_out,
    }


def _asked(part: Asked, written: Callable[[str], str]) -> dict[str, Any]:
    found: dict[str, Any] = {"what": part.what, "path": written(part.path), "holds": part.holds}
    if part.because:
        found["because"] = part.because
    found["saw"] = None if part.whole else [_saw(each) for each in part.saw]
    if part.looked:
        found["related"] = [{"what": each.what, "found": each.found} for each in part.looked]
    if part.parts:
        found["parts"] = [_asked(each, written) for each in part.parts]
    return found


def _saw(saw: Saw) -> dict[str, Any]:
    if saw.hidden:
        return {"path": saw.path, "hidden": True}
    if saw.value is MISSING:
        return {"path": saw.path, "missing": True}
    text = json.dumps(saw.value, ensure_ascii=False, default=str)
    if len(text) > _LARGEST:
        return {"path": saw.path, "cut": f"{text[:_LARGEST]}…"}
    return {"path": saw.path, "value": saw.value}


def _expiry(expiry: Expiry, written: Callable[[str], str]) -> dict[str, Any]:
    seconds = (
        (expiry.due - expiry.start).total_seconds() if expiry.due is not None and expiry.start is not None else None
    )
    return {
        "ttl": expiry.ttl,
        "path": written(expiry.path),
        "words": expiry.words,
        "start": _instant(expiry.start),
        "plusSeconds": seconds,
        "due": _instant(expiry.due),
        "doubt": expiry.doubt,
        "saw": None if expiry.whole else [_saw(each) for each in expiry.saw],
    }


def _instant(instant: dt.datetime | None) -> str | None:
    return format_instant(instant) if instant is not None else None

"""Judging: what a compiled policy says of one object at one instant. Total, pure and deterministic.

Two ways of asking, one answer: ``decide`` asks everything and explains itself (``zen-gc plan``, the live re-decision
before a write); ``due`` stops at the first thing that keeps an object (the sweep over millions). Which objects are due
never differs between the two.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core import tracing
from zen_gc_core.engine.expiring import instant_of, words_of
from zen_gc_core.engine.requesting import RefusedRequestError
from zen_gc_core.errors import Missing, Undecided
from zen_gc_core.expressions import budget
from zen_gc_core.instants import EARLIEST, format_instant
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.held_marks import HoldMark
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.requests import signature_of

if TYPE_CHECKING:
    import datetime as dt

    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Protections
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate

_NO_EXPIRY: Final = KeptBy.NO_EXPIRY
_CONDITION: Final = KeptBy.CONDITION


def due(
    compiled: CompiledPolicy, candidate: Candidate, run: Run, protections: Protections, *, owner_matters: bool = True
) -> Decision | KeptBy | dt.datetime | None:
    """Whether an object is due, asked as cheaply as can be: TTL, then conditions, then protections.

    Args:
        compiled: The policy.
        candidate: The object.
        run: The run.
        protections: What protects objects.
        owner_matters: False while only the metadata is known, which does not tell whether the object finished.

    Returns:
        A decision when it is due or when an error keeps it; else what keeps it; the instant when its time is yet to come,
        or None where that is not told.
    """
    asked = None
    if candidate.malformed is None:
        shared = compiled.shares_allowance
        if shared:
            budget.share_allowance()
        try:
            instant = compiled.expiry(candidate, run)
            if instant is None:
                return _NO_EXPIRY
            if instant >= EARLIEST:
                if instant >= run.now:
                    return instant
                if not compiled.matcher(candidate, run):
                    return _CONDITION
                asked = instant
        except Exception:  # noqa: BLE001, S110  whatever it was, it is asked again below and told
            pass
        finally:
            if shared:
                budget.stand_alone()
    decision = _decide(compiled, candidate, run, protections, owner_matters, asked)
    if decision.verdict is Verdict.ACT or decision.kept_by is KeptBy.ERROR:
        return decision
    return decision.kept_by


def decide(
    compiled: CompiledPolicy, candidate: Candidate, run: Run, protections: Protections, *, owner_matters: bool = True
) -> Decision:
    """Judge an object that a policy's selectors took, and say why.

    Args:
        compiled: The policy.
        candidate: The object, whatever JSON it is.
        run: The run.
        protections: What protects objects.
        owner_matters: As for ``due``.

    Returns:
        A decision; never an exception of a keyword.
    """
    return _decide(compiled, candidate, run, protections, owner_matters, None)


def stands(compiled: CompiledPolicy, candidate: Candidate, run: Run, protections: Protections) -> bool:
    """Whether an object that a policy's selectors took meets its conditions, its time aside, and nothing protects it.

    Args:
        compiled: The policy.
        candidate: The object; whole, where its kind may finish.
        run: The run.
        protections: What protects objects.

    Returns:
        False also where that cannot be told.
    """
    if candidate.malformed is not None:
        return False
    try:
        return protections.against(candidate, run, compiled.lifted) is None and compiled.matcher(candidate, run) is True
    except Exception:  # noqa: BLE001  whatever it was, it has not said that it does
        return False


def _decide(  # noqa: PLR0913, PLR0917  called once an object that is due, by position
    compiled: CompiledPolicy,
    candidate: Candidate,
    run: Run,
    protections: Protections,
    owner_matters: bool,  # noqa: FBT001
    asked: dt.datetime | None,
) -> Decision:
    """As ``decide``; with what the TTL has answered already, where the conditions then held, too."""
    if candidate.malformed is not None:
        return keep(candidate, KeptBy.ERROR, candidate.malformed, "it cannot be read, or its metadata is malformed")
    try:
        protection = protections.against(
            candidate, run, compiled.lifted if owner_matters else compiled.lifted_until_whole
        )
    except Exception as doubt:  # noqa: BLE001  whatever it was, it has not said that nothing protects the object
        words = "cannot tell whether it is protected"
        told = f"{words}: {doubt.told}" if isinstance(doubt, Undecided) and doubt.told else words
        return keep(candidate, KeptBy.ERROR, f"{words}: {doubt}", told)
    if protection is not None:
        return keep(candidate, KeptBy.PROTECTED, f"protected: {protection}")
    if compiled.shares_allowance:
        budget.share_allowance()
    try:
        if asked is None:
            held = _by_conditions(compiled, candidate, run)
            if held is not None:
                return held
        return _by_time(compiled, candidate, run, asked)
    finally:
        budget.stand_alone()


def _by_conditions(compiled: CompiledPolicy, candidate: Candidate, run: Run) -> Decision | None:
    try:
        if compiled.matcher(candidate, run):
            return None
    except Missing as doubt:
        return keep(candidate, KeptBy.CONDITION, f"cannot tell whether the conditions hold: {doubt}")
    except Undecided as doubt:
        told = f"cannot tell whether the conditions hold: {doubt.place or 'a keyword'} in spec.conditions"
        told = f"{told}: {doubt.told}" if doubt.told else told
        return keep(candidate, KeptBy.ERROR, f"cannot tell whether the conditions hold: {doubt}", told)
    return keep(candidate, KeptBy.CONDITION, compiled.matcher.explain(candidate, run))


def _by_time(compiled: CompiledPolicy, candidate: Candidate, run: Run, asked: dt.datetime | None) -> Decision:
    try:
        instant = instant_of(compiled.expiry, candidate, run, asked)
        later = instant_of(compiled.holding, candidate, run) if instant is None and compiled.holding else None
    except Missing as doubt:
        return keep(candidate, KeptBy.NO_EXPIRY, f"no expiry: {doubt}")
    except Undecided as doubt:
        told = f"no expiry can be told: {compiled.written(compiled.policy.ttl.path)}"
        return keep(candidate, KeptBy.ERROR, f"no expiry can be told: {doubt}", told)
    if later is not None:
        return _mark(compiled, candidate, run, later)
    words = words_of(compiled, candidate, run)
    if instant is None:
        return keep(candidate, KeptBy.NO_EXPIRY, words or "it never expires")
    prefix = f"{words}: " if words else ""
    if instant >= run.now:
        return _decision(candidate, Verdict.WAIT, f"{prefix}due at {format_instant(instant)}", expires_at=instant)
    return _act(compiled, candidate, run, instant, f"{prefix}due since {format_instant(instant)}")


def _mark(compiled: CompiledPolicy, candidate: Candidate, run: Run, due: dt.datetime) -> Decision:
    """Ask for it to be written down that the conditions hold from now on, unless the object is what the action makes it."""
    acting = _act(compiled, candidate, run, due, "")
    if acting.verdict is not Verdict.ACT:
        return acting
    because = f"will be marked: its conditions hold, and if they still do it is due at {format_instant(due)}"
    request = HoldMark.of(candidate, run.policy, run.now)
    return replace(acting, because=because, expires_at=run.now, action=request.words.verb, request=request)


def _act(compiled: CompiledPolicy, candidate: Candidate, run: Run, instant: dt.datetime, because: str) -> Decision:
    decision = _decision(candidate, Verdict.ACT, because, expires_at=instant)
    try:
        request = compiled.request(decision, run)
        if carried := request.carried_by(candidate):
            return keep(candidate, KeptBy.CONDITION, carried)
        if conflict := request.conflict(candidate, run.policy):
            return replace(keep(candidate, KeptBy.ERROR, conflict, conflict), reason=Reason.MARK_CONFLICT)
        if not request.removes:  # what is gone cannot be signed
            request = request.signed(signature_of(run.now, run.policy))
    except RefusedRequestError as refused:
        return keep(candidate, KeptBy.ERROR, f"the action {refused}")
    except Undecided as doubt:
        told = f"what to ask for cannot be told: {compiled.written(compiled.policy.action.path)}"
        told = f"{told}: {doubt.told}" if doubt.told else told
        return keep(candidate, KeptBy.ERROR, f"what to ask for cannot be told: {doubt}", told)
    except Exception as error:  # noqa: BLE001  whatever an action raises or answers, nothing is done
        tracing.show(error)
        told = f"the action failed: {compiled.written(compiled.policy.action.path)}"
        return keep(candidate, KeptBy.ERROR, f"the action failed: {type(error).__name__}: {error}", told)
    return Decision(
        decision.api_version,
        decision.kind,
        decision.namespace,
        decision.name,
        decision.uid,
        Verdict.ACT,
        because,
        None,
        instant,
        compiled.policy.action.name,
        request,
    )


def keep(candidate: Candidate, kept_by: KeptBy, because: str, told: str = "") -> Decision:
    """A decision to keep an object, and why.

    Args:
        candidate: The object.
        kept_by: What keeps it.
        because: Why, for those who may read it.
        told: Why an error keeps it, for everybody: nothing of the object's stands in it.
    """
    return _decision(candidate, Verdict.KEEP, because, kept_by=kept_by, told=told)


def act(candidate: Candidate, due: dt.datetime) -> Decision:
    """A decision to act on an object, that asks for nothing yet."""
    return _decision(candidate, Verdict.ACT, "", expires_at=due)


def skip(candidate: Candidate, why: str = "the policy's selectors do not take it") -> Decision:
    """A decision on an object in scope that the policy does not look at."""
    return _decision(candidate, Verdict.SKIP, why)


def _decision(  # noqa: PLR0913  what a decision is made of
    candidate: Candidate,
    verdict: Verdict,
    because: str,
    *,
    kept_by: KeptBy | None = None,
    expires_at: dt.datetime | None = None,
    told: str = "",
) -> Decision:
    return Decision(
        candidate.api_version,
        candidate.kind,
        candidate.namespace,
        candidate.name,
        candidate.uid,
        verdict,
        because,
        kept_by,
        expires_at,
        told=told,
    )

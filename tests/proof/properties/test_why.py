"""What `why` says of one object agrees with the plan of all: its verdict, and each part of what leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proof.properties import SAME_EXAMPLES
from tests.proof.properties.objects import inventories
from tests.proof.properties.planning import said
from tests.proof.properties.policies import compiled_text, kinds_of, plain_or_not
from tests.unit.engine.situations import NOW
from zen_gc_core.cli.explaining.why_document import as_document
from zen_gc_core.cli.explaining.why_shown import Answer, Seen, shown
from zen_gc_core.cli.terminal.folding import folded
from zen_gc_core.engine.asking import Asking, Planned
from zen_gc_core.engine.examining import answer, held_back, to_go, to_stay
from zen_gc_core.engine.files import Files
from zen_gc_core.engine.offline import plan_offline
from zen_gc_core.engine.protections import Grants
from zen_gc_core.errors import Undecided
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.json_candidates import JsonCandidate

if TYPE_CHECKING:
    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.examining import Examination
    from zen_gc_core.model.candidate import Candidate


def examined(policy: dict[str, Any], objects: list[dict[str, Any]]) -> list[tuple[Planned, Examination, Decision]]:
    """What `why` says of each object of the policy's kinds."""
    made = compiled_text(policy)
    files = Files(map(JsonCandidate.from_object, objects), [made])
    cases: list[Case] = []
    asking = Asking(NOW, Grants(), skipped=True, everything=True, watch=cases.append)
    (one,) = plan_offline([made], files, asking)
    (case,) = cases
    assert one.plan is not None
    found = []
    for kind in dict.fromkeys((target.api_version, target.kind) for target in case.compiled.policy.targets):
        for candidate in files.of_kind(*kind):
            said_of_it = answer(one.plan, case, candidate, lambda _: None)
            assert said_of_it is not None
            found.append((one, *said_of_it))
    return found


@settings(max_examples=60, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_what_is_said_of_one_object_is_what_the_plan_of_all_says(data: st.DataObject) -> None:
    """To the letter; and each part of it speaks for the verdict."""
    policy = data.draw(plain_or_not())
    objects = data.draw(inventories(NOW, kinds=kinds_of(policy)))
    for planned, examination, decision in examined(policy, objects):
        assert planned.plan is not None
        candidate = examination.candidate
        place = candidate.kind, candidate.namespace, candidate.name
        assert said(planned.plan).get(place, ("skip", ""))[0] == decision.verdict
        check(examination, decision)
        held = bool(held_back(examination.case.compiled.policy, planned.plan))
        assert bool(to_go(examination, decision, planned.plan)) == (held or decision.verdict is not Verdict.ACT)
        readable(planned, examination, decision)


def check(examination: Examination, decision: Decision) -> None:
    """Each part of an examination speaks for the plan's verdict."""
    assert (examination.taken is False) == (decision.verdict is Verdict.SKIP)
    assert bool(to_stay(examination, decision)) == (decision.verdict in {Verdict.ACT, Verdict.WAIT})
    if examination.taken is False:
        assert all(target.holds is False for target in examination.selectors)
        return
    if examination.taken is None:
        assert decision.kept_by is KeptBy.ERROR
        return
    assert any(target.holds for target in examination.selectors)
    alone = examination.alone
    assert alone is not None
    if decision.kept_by not in {KeptBy.RETAINED, KeptBy.PROTECTED, KeptBy.ERROR} and not decision.begins:
        assert (alone.verdict, alone.kept_by) == (decision.verdict, decision.kept_by)
        assert decision.because.startswith(alone.because)
    if examination.candidate.malformed is not None:
        return
    first = protection(examination.case, examination.candidate)
    assert next(iter(examination.protections), None) == first
    answers = [part.holds for part in examination.conditions]
    expiry = examination.expiry
    assert expiry is not None
    if alone.verdict in {Verdict.ACT, Verdict.WAIT}:
        assert all(answers)
        assert not examination.protections
        assert expiry.due is not None
        assert alone.begins or (expiry.due < NOW) == (alone.verdict is Verdict.ACT)
    if alone.kept_by is KeptBy.CONDITION and not alone.because.startswith("it "):
        assert not all(answers)
    if alone.kept_by is KeptBy.NO_EXPIRY:
        assert expiry.due is None


def protection(case: Case, candidate: Candidate) -> str | None:
    """What the plan is told of it."""
    try:
        return case.protections.against(candidate, case.run, case.compiled.lifted)
    except Undecided as doubt:
        return f"cannot tell whether it is protected: {doubt}"


def readable(planned: Planned, examination: Examination, decision: Decision) -> None:
    """It can be printed, in a form that no terminal obeys and in one that programs read, whatever the object holds."""
    seen = Seen(NOW, "", examination.candidate, (Answer(planned, examination, decision),), 0)
    text = folded(shown(seen), 40)
    assert all(line.isprintable() for line in text.split("\n"))
    (policy,) = as_document(seen)["policies"]
    assert policy["verdict"] == decision.verdict

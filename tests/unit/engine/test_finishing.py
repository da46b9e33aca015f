"""The table of kinds that finish: each row by a real example, what overrules it, and one answer for every reader."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.finished_examples import AT, EXAMPLES, LATER, RUNNING, condition, thing
from tests.unit.engine.situations import NOW, compiled_once, document, judged, run_of
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.shares import counts_in_population
from zen_gc_core.engine.tallying import Tally
from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.instants import format_instant
from zen_gc_core.model.candidate import UndeclaredReadError
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.finishing import BUILT_IN, Condition, Finishes, Finishing
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.reads import Reads
from zen_gc_core.model.restricting import restrict

SKEW = dt.timedelta(seconds=30)
OWNER = {"apiVersion": "example.com/v1", "kind": "Owner", "name": "o", "uid": "1", "controller": True}
TIMES = (
    "finishedAt",
    "completionTime",
    "completionTimestamp",
    "completedAt",
    "endTime",
    "terminationTime",
    "stoppedAt",
)
NO_FINISH = {
    "empty": "",
    "zero": 0,
    "a number": 1_767_258_000,
    "a map": {},
    "a list": [],
    "false": False,
    "null": None,
    "year 1": "0001-01-01T00:00:00Z",
    "1970": "1970-01-01T00:00:00Z",
    "2013": "2013-12-31T23:59:59Z",
    "next year": "2027-01-01T00:00:00Z",
    "in a minute": "2026-01-01T12:01:00Z",
    "before its birth": "2025-12-31T00:00:00Z",
    "a date": "2026-01-01",
    "no zone": "2026-01-01T10:00:00",
    "an impossible zone": "2026-01-01T10:00:00+14:99",
}
EVIDENCE = (
    *({"conditions": [condition(kind)]} for kind in ("Running", "Restarting", "Active", "Progressing")),
    *({"phase": phase} for phase in ("Running", "Pending", "Suspended", "Restarting", "Queued")),
    *({"state": state} for state in ("running", "PENDING", "In Progress", "waiting")),
)


def _finish(obj):
    return BUILT_IN.finish_of(JsonCandidate.from_object(obj), NOW, SKEW)


def _policy(obj, **spec):
    target = {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "namespaces": ["*"]}
    return compiled_once(document(target=target, **spec))


def _readers(obj):
    """What owner protection, breaker, plan and ``afterFinished`` say of whether an object has finished."""
    by_finish = _policy(obj, ttl={"afterFinished": "1s"})
    at_once = _policy(obj, ttl={"immediate": True}, behavior={"includeOwned": True})
    owned = {**obj, "metadata": {**obj["metadata"], "ownerReferences": [OWNER]}}
    run = run_of(at_once)
    tally = Tally(Case(at_once, run, Protections()), at_once.policy.targets)
    tally.offer(JsonCandidate.from_object(obj))
    assert tally.due == 1
    return {
        "owner protection": judged(by_finish, owned).kept_by is not KeptBy.PROTECTED or _still_of_use(by_finish, owned),
        "breaker's population": not counts_in_population(at_once.policy.targets, JsonCandidate.from_object(obj), run),
        "breaker's share": tally.finished == 1,
        "afterFinished": judged(by_finish, obj).verdict is Verdict.ACT,
    }


def _still_of_use(policy, owned):
    return "it has finished, but Owner o controls it" in judged(policy, owned).because


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_an_owner_still_has_use_for_stays_with_it(name):
    """Its owner is named, and so is what lifts it: a Backup's volumes, a Certificate's requests."""
    obj = EXAMPLES[name]
    row = BUILT_IN.rows[obj["apiVersion"].rpartition("/")[0], obj["kind"]]
    owned = {**obj, "metadata": {**obj["metadata"], "ownerReferences": [OWNER]}}
    taken = judged(_policy(obj, ttl={"afterFinished": "1s"}), owned)
    assert (taken.verdict is Verdict.ACT) is row.released
    if not row.released:
        lift = "`behavior.includeOwned: true` lifts this"
        assert taken.because == f"protected: it has finished, but Owner o controls it ({lift})"
    includes = _policy(obj, ttl={"afterFinished": "1s"}, behavior={"includeOwned": True})
    assert judged(includes, owned).verdict is Verdict.ACT


@pytest.mark.parametrize(
    ("status", "released"),
    [
        ({"finishedAt": AT}, True),
        ({"completionTime": AT}, True),
        ({"conditions": [condition("Succeeded")]}, True),
        *(({field: AT}, False) for field in TIMES[2:]),
        ({"finishedAt": None, "completionTime": "", "stoppedAt": AT}, False),
        ({"finishedAt": AT, "phase": "Running"}, False),
    ],
    ids=str,
)
def test_a_kind_without_a_row_is_released_by_what_always_said_that_it_finished(status, released):
    """The newer fields of the conventions begin a wait; they take no object from its owner."""
    candidate = JsonCandidate.from_object(thing("example.com/v1", "Thing", status))
    assert BUILT_IN.released(candidate, NOW, SKEW) is released


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_kind_of_the_table_finishes_as_its_own_controllers_say(name):
    """At the instant that its status holds, the same for every reader."""
    obj = EXAMPLES[name]
    assert format_instant(_finish(obj)) == AT
    assert set(_readers(obj).values()) == {True}


def test_every_row_has_an_example():
    """A row that no object shows is a guess."""
    shown = {(obj["apiVersion"].rpartition("/")[0], obj["kind"]) for obj in EXAMPLES.values()}
    assert shown == set(BUILT_IN.rows)


@pytest.mark.parametrize("name", RUNNING)
def test_what_still_runs_is_unfinished_for_every_reader(name):
    """An old end, or a time, does not outweigh it."""
    assert _finish(RUNNING[name]) is None
    assert set(_readers(RUNNING[name]).values()) == {False}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("evidence", EVIDENCE, ids=str)
def test_evidence_of_running_overrules_every_finish(name, evidence):
    """Whatever the kind: what its own state does not say, a condition, a phase or a state may."""
    obj = copy.deepcopy(EXAMPLES[name])
    status = obj["status"]
    for field, value in evidence.items():
        status[field] = [*status.get("conditions", ()), *value] if field == "conditions" else value
    assert _finish(obj) is None


@given(
    status=st.dictionaries(
        st.sampled_from(("phase", "state", "conditions", "active", "jobDeploymentStatus", "jobStatus", *TIMES)),
        st.sampled_from(
            (
                None, "", AT, LATER, "Succeeded", "Complete", "Running", "valid", 0, 1, {},
                [condition("Succeeded")], [condition("Complete"), condition("Running", "False")],
            )
        ),
    ),
    kind=st.sampled_from(sorted({(obj["apiVersion"], obj["kind"]) for obj in EXAMPLES.values()} | {("a.b/v1", "T")})),
    evidence=st.sampled_from(EVIDENCE),
)  # fmt: skip
def test_adding_evidence_of_running_never_makes_an_object_finished(status, kind, evidence):
    """Of whatever status, and whatever the evidence; it may only make a finished one unfinished."""
    more = copy.deepcopy(status)
    for field, value in evidence.items():
        there = more.get(field)
        more[field] = [*there, *value] if field == "conditions" and isinstance(there, list) else value
    before, after = (
        BUILT_IN.finished(JsonCandidate.from_object(thing(*kind, one)), NOW, SKEW) for one in (status, more)
    )
    assert not after or before


@pytest.mark.parametrize("what", NO_FINISH)
@pytest.mark.parametrize("field", TIMES)
def test_a_time_that_cannot_be_right_is_no_finish_for_any_reader(what, field):
    """So that owner protection and breaker hold; ``afterFinished`` keeps it, too."""
    _assert_no_finish(thing("example.com/v1", "Thing", {field: NO_FINISH[what]}))


@pytest.mark.parametrize("what", NO_FINISH)
@pytest.mark.parametrize("name", EXAMPLES)
def test_no_row_believes_a_time_that_cannot_be_right(name, what):
    """Wherever the kind holds it; null may be served by another time that it holds."""
    obj = _with_every_time(EXAMPLES[name], NO_FINISH[what])
    assert not BUILT_IN.finished(JsonCandidate.from_object(obj), NOW, SKEW)
    _assert_no_finish(obj)


def _assert_no_finish(obj):
    """It has not finished for whoever would take it; nor does it make the whole larger of which a run may take a share."""
    readers = _readers(obj)
    not_of_the_whole = readers.pop("breaker's population")
    assert set(readers.values()) == {False}
    try:
        assert _finish(obj) is None
        in_doubt = False
    except Undecided:
        in_doubt = True
    assert not_of_the_whole is in_doubt


def _with_every_time(value, time, key=""):
    """The object, every time in it but its creation another one."""
    if isinstance(value, dict):
        return {name: _with_every_time(one, time, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_every_time(one, time) for one in value]
    return time if isinstance(value, str) and value.startswith("2026-") and key != "creationTimestamp" else value


@pytest.mark.parametrize("field", TIMES)
def test_each_field_of_the_conventions_finishes_a_kind_without_a_row(field):
    """And of several, the latest counts."""
    assert format_instant(_finish(thing("example.com/v1", "Thing", {field: AT}))) == AT
    others = dict.fromkeys(TIMES, None) | {field: LATER, TIMES[TIMES.index(field) - 1]: AT}
    assert format_instant(_finish(thing("example.com/v1", "Thing", others))) == LATER


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_row_reads_no_more_than_it_declares(name):
    """Metadata lists and the protection of owned objects rely on it."""
    obj = EXAMPLES[name]
    candidate = JsonCandidate.from_object(obj)
    declared = Reads.of(BUILT_IN.reads(obj["apiVersion"].rpartition("/")[0], obj["kind"]))
    assert BUILT_IN.finish_of(restrict(candidate, declared), NOW, SKEW) == _finish(obj)


def test_a_node_s_clock_may_lag_by_the_allowed_skew():
    """A Pod that ends as it is made has ended when it was made; a minute before is no finish."""
    pod = thing(
        "v1", "Pod", {"phase": "Failed", "conditions": [condition("Ready", "False", at="2026-01-01T08:59:45Z")]}
    )
    assert format_instant(_finish(pod)) == "2026-01-01T09:00:00Z"
    pod["status"]["conditions"][0]["lastTransitionTime"] = "2026-01-01T08:59:00Z"
    with pytest.raises(Undecided, match="before it was made"):
        _finish(pod)


ROW = Finishes("acme.io", "Render", state="status.step", states=("done",), at=("status.took[].until",))


def test_a_finish_that_was_read_is_an_answer_for_the_same_table_and_version_alone():
    """What is due is asked several times and read once; another table, version or reader reads for itself."""
    status = {"step": "done", "took": [{"until": "2026-01-01T11:00:00Z"}], "finishedAt": "2026-01-01T10:00:00Z"}
    obj, other = thing("acme.io/v1", "Render", status), Finishing([ROW])
    candidate = JsonCandidate.from_object(obj)
    for table, finish in 2 * ((other, "2026-01-01T11:00:00Z"), (BUILT_IN, "2026-01-01T10:00:00Z")):
        assert format_instant(table.finish_of(candidate, NOW, SKEW)) == finish
    assert other.finish_of(candidate, NOW, SKEW) == other.finish_of(candidate, NOW, SKEW)
    moved = candidate.in_version("example.com/v1")
    assert format_instant(other.finish_of(moved, NOW, SKEW)) == "2026-01-01T10:00:00Z"
    with pytest.raises(Undecided, match="ahead of now"):
        other.finish_of(candidate, NOW - dt.timedelta(hours=2), SKEW)
    with pytest.raises(UndeclaredReadError):
        other.finish_of(restrict(candidate, Reads.of(["metadata.labels"])), NOW, SKEW)


def test_a_row_of_a_plugin_is_asked_as_the_built_in_ones_are():
    """With a list on the way, of which the latest item counts."""
    table = Finishing([ROW])
    took = [{"until": AT}, {"until": LATER}, {"until": None}, {}, 5]
    done = JsonCandidate.from_object(thing("acme.io/v1", "Render", {"step": "done", "took": took}))
    assert format_instant(table.finish_of(done, NOW, SKEW)) == LATER
    assert table.reads("acme.io", "Render") == ("status", "metadata.creationTimestamp", "status.step", "status.took")
    assert not table.finished(
        JsonCandidate.from_object(thing("acme.io/v1", "Render", {"step": "?", "took": took})), NOW, SKEW
    )
    assert table.known("acme.io", "Render")
    assert not BUILT_IN.known("acme.io", "Render")


@pytest.mark.parametrize(
    "row",
    [
        {"kind": ""},
        {"kind": "A"},
        {"kind": "A", "state": "status.phase", "at": ("status.at",)},
        {"kind": "A", "states": ("Done",), "at": ("status.at",)},
        {"kind": "A", "state": "status.phase", "states": ("Done",)},
        {"kind": "A", "conditions": (Condition("Done"),), "at": ("status..at",)},
        {"kind": "A", "conditions": (Condition("Done"),), "running": ("",)},
    ],
)
def test_a_row_that_says_nothing_is_refused(row):
    """What says finished, and where the time is, are needed; paths must be some."""
    with pytest.raises(InputError):
        Finishes("acme.io", **row)


@pytest.mark.parametrize("rows", [[ROW, ROW], [Finishes("batch", "Job", conditions=(Condition("Suspended"),))]])
def test_a_kind_has_one_row(rows):
    """The built-in ones stand: nobody can make a Job finish earlier."""
    with pytest.raises(InputError, match="is known already"):
        Finishing(rows)

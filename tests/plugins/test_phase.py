"""``phase``: the object's own, a Job's by its conditions, and warnings for phases that cannot be."""

from __future__ import annotations

import pytest
from zen_gc_conditions.phase import PHASE

from zen_gc_core import InputError, Missing, Undecided
from zen_gc_core.testing import ask, compile_keyword, explain, warnings_of


def _object(status, api_version="v1", kind="Pod"):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, "status": status}


def _job(*conditions, **status):
    return _object({"conditions": list(conditions), **status}, "batch/v1", "Job")


def _condition(kind, status="True"):
    return {"type": kind, "status": status}


@pytest.mark.parametrize(
    ("phase", "holds"), [("Succeeded", True), ("Failed", True), ("Running", False), ("failed", False)]
)
def test_the_phase_is_in_the_list(phase, holds):
    """By its exact text."""
    assert ask(PHASE, ["Succeeded", "Failed"], _object({"phase": phase})) is holds


@pytest.mark.parametrize(
    "obj",
    [{}, _object(None), _object({}), _object("Failed"), _object([]), _object({"phase": None}), _object({"phase": ""})],
)
def test_a_missing_phase_is_undecided(obj):
    """Whatever stands where the status should be: false would let ``none`` collect what has no phase yet."""
    with pytest.raises(Missing, match=r"status\.phase is missing"):
        ask(PHASE, ["Failed"], obj)


@pytest.mark.parametrize("phase", [5, True, [], ["Failed"], {"a": 1}])
def test_a_phase_that_is_no_text_is_undecided(phase):
    """False would let ``none`` collect it."""
    with pytest.raises(Undecided, match=r"status\.phase is .* not text"):
        ask(PHASE, ["Failed"], _object({"phase": phase}))


@pytest.mark.parametrize(
    ("job", "phase"),
    [
        (_job(_condition("Complete")), "Succeeded"),
        (_job(_condition("Suspended", "False"), _condition("Failed")), "Failed"),
        (_job(_condition("Complete", "False")), "Active"),
        (_job(_condition("FailureTarget")), "Active"),
        (_job(active=1), "Active"),
        (_job(_condition("Complete"), phase="Running"), "Succeeded"),
        ({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "a"}}, "Active"),
        (_job("text", None, {"type": [], "status": "True"}), "Active"),
    ],
)
def test_the_conditions_of_a_job_are_its_phase(job, phase):
    """Complete is Succeeded, Failed is Failed, anything else is Active."""
    assert [name for name in ("Succeeded", "Failed", "Active") if ask(PHASE, [name], job)] == [phase]


def test_a_job_of_another_group_has_the_phase_that_it_says():
    """Only ``batch`` is derived."""
    assert ask(PHASE, ["Done"], _object({"phase": "Done"}, "example.com/v1", "Job")) is True


def test_it_says_which_phase_there_is():
    """In the words of the plan."""
    assert (
        explain(PHASE, ["Succeeded", "Failed"], _object({"phase": "Running"}))
        == "phase is Running, not Succeeded or Failed"
    )


@pytest.mark.parametrize(
    ("targets", "reads"),
    [
        ([("v1", "Pod")], {"status.phase"}),
        ([("v1", "Pod"), ("batch/v1", "Job")], {"status.phase", "status.conditions"}),
    ],
)
def test_conditions_are_read_only_where_there_may_be_jobs(targets, reads):
    """What is declared decides what a sweep decodes."""
    assert set(compile_keyword(PHASE, ["Failed"], targets=targets).reads) == reads


@pytest.mark.parametrize(
    ("phases", "targets", "warnings"),
    [
        (["Failed"], [("v1", "Pod")], []),
        (["Active"], [("batch/v1", "Job")], []),
        (["Lost"], [("v1", "PersistentVolumeClaim"), ("v1", "Pod")], []),
        (["Anything"], [("example.com/v1", "Thing")], []),
        (["Anything"], [("example.com/v1", "Thing"), ("v1", "Pod")], []),
        (["Released"], [], []),
        (
            ["Lost", "Released"],
            [("v1", "PersistentVolumeClaim")],
            [
                "phase[1]: 'Released' is never the phase of a PersistentVolumeClaim (Pending, Bound, Lost); it is one of PersistentVolume"
            ],
        ),
        (
            ["Failed"],
            [("v1", "ConfigMap")],
            [
                "phase[0]: 'Failed' is never the phase of a ConfigMap (it has none); it is one of PersistentVolume and Pod and Job"
            ],
        ),
        (
            ["Complete"],
            [("batch/v1", "Job")],
            ["phase[0]: 'Complete' is never the phase of a Job (Active, Succeeded, Failed)"],
        ),
    ],
)
def test_a_phase_that_a_known_kind_never_has_is_a_warning(phases, targets, warnings):
    """It names the kind that the phase belongs to; what is not known is not judged."""
    assert warnings_of(PHASE, phases, targets=targets) == warnings


@pytest.mark.parametrize("config", [[], [""], "Failed", [5], [None], None, {"in": ["Failed"]}])
def test_a_list_that_is_none_is_refused(config):
    """An empty list would hold for nothing, or, as some would read it, for everything."""
    with pytest.raises(InputError, match="phase"):
        ask(PHASE, config, _object({"phase": "Failed"}))

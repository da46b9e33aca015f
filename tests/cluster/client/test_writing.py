"""Each row of the answer table of the delete contract, over real HTTP."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault, Request

from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.errors import (
    AccessDenied,
    AuthorityLost,
    LookedTooLongAgo,
    MalformedAnswer,
    Throttled,
    Unauthorized,
)
from zen_gc_core.cluster.observing import Observed, observe
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.cluster.writing import Writer
from zen_gc_core.model.requests import Delete, Mark
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded import EmbeddedCluster

    from tests.cluster.client.conftest import Lab, Naps, Notes
    from zen_gc_core.cluster.connection import Connection

FINALIZER = {"metadata": {"finalizers": ["example.com/wait"]}}
POD = {"spec": {"containers": [{"name": "main", "image": "none"}]}}
JOB = {"spec": {"template": {"spec": {"restartPolicy": "Never", **POD["spec"]}}}}


def writer(connection: Connection, notes: Notes, naps: Naps, authority: Callable[[], None] | None = None) -> Writer:
    throttle = Throttle(naps.clock, naps)
    return Writer(connection, authority or Authority.forever().check, throttle, notes, sleep=naps)


def seen(lab: Lab, name: str, kind: str = "ConfigMap", api_version: str = "v1") -> Observed:
    found = observe(lab.connection, lab.resource(api_version, kind), lab.namespace, name)
    assert found is not None
    return found


def on_writes(*faults: Fault | None, method: str = "DELETE") -> Callable[[Request], Fault | None]:
    """Meets each write with the next of these faults, and the last for ever."""
    left = itertools.chain(faults, itertools.repeat(faults[-1]))
    return lambda request: next(left) if request.method == method else None


def writes(server: EmbeddedCluster, method: str = "DELETE") -> list[Request]:
    return [request for request in server.requests if request.method == method]


@pytest.mark.parametrize(
    ("kind", "api_version", "document", "expected"),
    [
        ("ConfigMap", "v1", {}, Result.DELETED),
        ("Secret", "v1", {}, Result.DELETED),
        ("Job", "batch/v1", JOB, Result.DELETED),
        ("Service", "v1", {"spec": {"ports": [{"port": 80}]}}, Result.DELETED),
        ("ResourceQuota", "v1", {"spec": {}}, Result.DELETED),
        ("Pod", "v1", POD, Result.DELETED),
        ("ConfigMap", "v1", FINALIZER, Result.ACCEPTED),
    ],
)
def test_a_delete_that_the_server_carries_out_is_read_rightly(
    lab: Lab, notes: Notes, naps: Naps, *, kind: str, api_version: str, document: dict[str, Any], expected: Result
) -> None:
    """Rows 1 and 2: a Status, the object itself confirmed by one GET, or an object that waits for its finalizers."""
    observed = seen(lab, lab.make(kind, api_version, **document), kind, api_version)
    written = writer(lab.connection, notes, naps).write(observed, Delete(), attempt_id="a-1")
    assert written.result is expected
    left = observe(lab.connection, observed.resource, lab.namespace, observed.name)
    assert (left is None) == (expected is Result.DELETED)
    if left is not None:
        assert left.terminating
        patch = {"metadata": {"finalizers": None}}
        kind_of_patch = "application/merge-patch+json"
        lab.connection.request("PATCH", left.path, body=patch, content_type=kind_of_patch)


def test_an_object_that_is_gone_is_gone_and_not_ours(lab: Lab, notes: Notes, naps: Naps) -> None:
    """Row 3: 404."""
    observed = seen(lab, lab.make())
    carry_out = writer(lab.connection, notes, naps)
    assert carry_out.write(observed, Delete(), attempt_id="a-1").result is Result.DELETED
    assert carry_out.write(observed, Delete(), attempt_id="a-2").result is Result.GONE


def test_an_object_that_was_recreated_with_its_name_is_not_touched(lab: Lab, notes: Notes, naps: Naps) -> None:
    """Row 4: another uid, 409."""
    observed = seen(lab, lab.make(name="again"))
    lab.connection.request("DELETE", observed.path)
    lab.make(name="again")
    assert writer(lab.connection, notes, naps).write(observed, Delete(), attempt_id="a").result is Result.CONFLICT
    assert seen(lab, "again").uid != observed.uid


def test_an_object_that_was_changed_is_not_touched(lab: Lab, notes: Notes, naps: Naps) -> None:
    """Row 4: another resourceVersion, 409; for marks as for deletes."""
    observed = seen(lab, lab.make())
    carry_out = writer(lab.connection, notes, naps)
    assert carry_out.write(observed, Mark(labels={"a": "b"}), attempt_id="a-1").result is Result.MARKED
    assert carry_out.write(observed, Delete(), attempt_id="a-2").result is Result.CONFLICT
    assert carry_out.write(observed, Mark(labels={"a": "c"}), attempt_id="a-3").result is Result.CONFLICT
    assert seen(lab, observed.name).candidate().labels == {"a": "b"}


def test_a_mark_sets_labels_and_annotations_and_keeps_the_others(lab: Lab, notes: Notes, naps: Naps) -> None:
    """RFC 7386: what a merge patch does not name stays."""
    name = lab.make(metadata={"labels": {"own": "1"}}, data={"k": "v"})
    mark = Mark(labels={"gone": "soon"}, annotations={"gc.kube-zen.io/marked-by": "p"})
    assert writer(lab.connection, notes, naps).write(seen(lab, name), mark, attempt_id="a").result is Result.MARKED
    marked = seen(lab, name).candidate()
    assert marked.labels == {"own": "1", "gone": "soon"}
    assert marked.annotations == {"gc.kube-zen.io/marked-by": "p"}


def test_a_mark_on_an_object_that_is_gone_is_gone(lab: Lab, notes: Notes, naps: Naps) -> None:
    """A merge patch never creates."""
    observed = seen(lab, lab.make())
    lab.connection.request("DELETE", observed.path)
    assert writer(lab.connection, notes, naps).write(observed, Mark({"a": "b"}), attempt_id="a").result is Result.GONE


def test_every_delete_carries_both_preconditions_and_the_id_of_its_attempt(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps
) -> None:
    """Also when it is sent again."""
    observed = seen(broken, broken.make())
    server.faults = on_writes(Fault(status=500), Fault(reset=True), None)
    request = Delete(propagation_policy="Foreground", grace_period_seconds=7)
    writer(broken.connection, notes, naps).write(observed, request, attempt_id="attempt-7")
    sent = writes(server)
    assert len(sent) == 3
    for each in sent:
        assert each.headers["Audit-ID"] == "attempt-7"
        assert each.path == observed.path
        assert each.body is not None
        assert each.body["preconditions"] == {"uid": observed.uid, "resourceVersion": observed.resource_version}
        assert (each.body["propagationPolicy"], each.body["gracePeriodSeconds"]) == ("Foreground", 7)


UNANSWERED = [
    Fault(status=500),
    Fault(status=502),
    Fault(status=503),
    Fault(status=504),
    Fault(reset=True),
    Fault(delay=0.6),
    Fault(status=502, body=b"<html>Bad Gateway</html>", content_type="text/html"),
]


@pytest.mark.parametrize(
    "fault", UNANSWERED, ids=lambda fault: f"{fault.status or 'cut' if not fault.delay else 'slow'}"
)
def test_what_is_not_answered_is_sent_five_times_with_pauses_that_double(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps, fault: Fault
) -> None:
    """Row 6: 5 steps, 100 ms, factor 2, a tenth of jitter; then failed."""
    observed = seen(broken, broken.make())
    server.faults = on_writes(fault)
    slow = Writer(broken.connection, Authority.forever().check, Throttle(naps.clock, naps), notes, 0.2, naps)
    written = slow.write(observed, Delete(), attempt_id="a")
    assert written.result is Result.FAILED
    assert written.message.startswith("deletion failed after retries: ")
    for nap, least in zip(naps.taken, (0.1, 0.2, 0.4, 0.8), strict=True):
        assert least <= nap <= least * 1.1
    assert [attempt.step for attempt in notes.intents] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("fault", UNANSWERED[:5], ids=lambda fault: str(fault.status or "reset"))
def test_what_is_answered_at_last_counts(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps, fault: Fault
) -> None:
    """Row 6: a failure in between does no harm."""
    observed = seen(broken, broken.make())
    server.faults = on_writes(fault, fault, None)
    written = writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="a")
    assert written.result is Result.DELETED


@pytest.mark.parametrize(
    ("document", "expected"), [({}, Result.GONE), (FINALIZER, Result.CONFLICT)], ids=["removed", "terminating"]
)
def test_a_repeat_of_a_delete_that_arrived_is_never_counted_as_deleted(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps, *, document: dict[str, Any], expected: Result
) -> None:
    """Row 6: the server acts and the answer is lost; the repeat meets 404 or 409."""
    observed = seen(broken, broken.make(**document))
    server.faults = on_writes(Fault(reset=True, after=True), None)
    assert writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="a").result is expected


@pytest.mark.parametrize(
    ("retry_after", "waited"), [(None, 1.0), (3, 3.0), (0, 1.0), (3600, 60.0), (-1, 1.0), ("soon", 1.0)]
)
def test_a_429_is_waited_for_and_is_no_attempt(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps, *, retry_after: float | str | None, waited: float
) -> None:
    """Row 5: Retry-After, 1 s without one, at most 60 s; outside the five steps."""
    observed = seen(broken, broken.make())
    server.faults = on_writes(*[Fault(status=429, retry_after=retry_after)] * 4, None)
    written = writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="a")
    assert written.result is Result.DELETED
    assert naps.taken == pytest.approx([waited] * 4)
    assert {attempt.step for attempt in notes.intents} == {1}


def test_five_minutes_of_429_end_the_run(broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps) -> None:
    """Row 5: then the run ends, Throttled."""
    observed = seen(broken, broken.make())
    server.faults = on_writes(Fault(status=429, retry_after=50))
    with pytest.raises(Throttled, match="5 minutes"):
        writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="a")
    assert sum(naps.taken) == pytest.approx(300)


def test_the_authority_is_asked_again_after_a_429(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps
) -> None:
    """Row 5: a lease may end while a writer waits."""
    authority = Authority(naps.clock)
    authority.extend(naps.now + 2)
    observed = seen(broken, broken.make())
    server.faults = on_writes(Fault(status=429, retry_after=5), None)
    with pytest.raises(AuthorityLost):
        writer(broken.connection, notes, naps, authority.check).write(observed, Delete(), attempt_id="a")
    assert len(writes(server)) == 1


def test_a_403_ends_the_run_and_names_verb_and_resource(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps
) -> None:
    """Row 8."""
    observed = seen(broken, broken.make("Job", "batch/v1", **JOB), "Job", "batch/v1")
    server.faults = on_writes(Fault(status=403))
    with pytest.raises(AccessDenied, match=r"grant the verb delete on jobs\.batch in namespace lab") as caught:
        writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="a")
    assert (caught.value.verb, caught.value.resource, caught.value.namespace) == ("delete", "jobs.batch", "lab")
    assert len(writes(server)) == 1


def test_a_401_reads_the_credentials_once_more_and_then_ends_the_run(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps
) -> None:
    """Row 7."""
    observed = seen(broken, broken.make())
    server.faults = on_writes(Fault(status=401))
    with pytest.raises(Unauthorized):
        writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="a")
    assert len(writes(server)) == 2
    server.faults = on_writes(Fault(status=401), None)
    written = writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="b")
    assert written.result is Result.DELETED


@pytest.mark.parametrize("status", [400, 405, 413, 415, 422])
@pytest.mark.parametrize("method", ["DELETE", "PATCH"])
def test_what_the_server_refuses_is_failed_and_not_repeated(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps, *, status: int, method: str
) -> None:
    """Row 9."""
    observed = seen(broken, broken.make())
    server.faults = on_writes(Fault(status=status), method=method)
    carry_out = writer(broken.connection, notes, naps)
    if method == "DELETE":
        written = carry_out.write(observed, Delete(), attempt_id="a")
    else:
        written = carry_out.write(observed, Mark({"a": "b"}), attempt_id="a")
    assert (written.result, len(writes(server, method))) == (Result.FAILED, 1)
    assert str(status) in written.message


NO_ANSWERS = [
    b"<html>welcome</html>",
    b"",
    b"[]",
    b'{"kind":"Status"',
    b'{"kind":"Status","status":"Failure"}',
    b'{"kind":"Status","status":"Success","details":{"uid":"of-another"}}',
    b'{"kind":"ConfigMap","metadata":{"uid":"of-another"}}',
]


@pytest.mark.parametrize("body", NO_ANSWERS)
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_200_that_says_nothing_is_never_counted_as_deleted(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps, *, body: bytes, carried_out: bool
) -> None:
    """A proxy's page, half a document, somebody else's uid: one look says what is there, not who did it."""
    observed = seen(broken, broken.make())
    server.faults = on_writes(Fault(status=200, body=body, after=carried_out))
    written = writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="a")
    assert written.result is (Result.GONE if carried_out else Result.FAILED)


def test_an_object_that_cannot_be_looked_at_again_is_not_counted_as_deleted(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps
) -> None:
    """Row 1: the confirmation itself fails."""
    name = broken.make("Service", spec={"ports": [{"port": 80}]})
    observed = seen(broken, name, "Service")
    body = observed.raw
    server.faults = lambda request: (
        Fault(status=200, body=body)
        if request.method == "DELETE"
        else Fault(status=503)
        if request.path == observed.path
        else None
    )
    written = writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="a")
    assert written.result is Result.ACCEPTED
    assert "not seen gone" in written.message


def test_nothing_is_sent_to_an_object_that_is_terminating(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps
) -> None:
    """Row 2: never sent twice."""
    name = broken.make(**FINALIZER)
    carry_out = writer(broken.connection, notes, naps)
    assert carry_out.write(seen(broken, name), Delete(), attempt_id="a").result is Result.ACCEPTED
    assert carry_out.write(seen(broken, name), Delete(), attempt_id="b").result is Result.ACCEPTED
    assert len(writes(server)) == 1


def test_nothing_is_sent_without_authority(broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps) -> None:
    """Deletes and marks alike, and there is no intent of what was not sent."""
    observed = seen(broken, broken.make())
    carry_out = writer(broken.connection, notes, naps, Authority().check)
    with pytest.raises(AuthorityLost):
        carry_out.write(observed, Delete(), attempt_id="a")
    with pytest.raises(AuthorityLost):
        carry_out.write(observed, Mark({"a": "b"}), attempt_id="b")
    assert not writes(server)
    assert not writes(server, "PATCH")
    assert not notes.intents


def test_nothing_is_sent_when_its_intent_cannot_be_written_down(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk stops the deletes."""

    def no_space(_: object) -> None:
        raise OSError("no space left on device")

    observed = seen(broken, broken.make())
    monkeypatch.setattr(notes, "intent", no_space)
    with pytest.raises(OSError, match="no space left"):
        writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="a")
    assert not writes(server)


def test_the_intent_is_written_down_before_anybody_is_asked_whether_the_write_is_still_wanted(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps
) -> None:
    """Writing it down may take long; what is asked before it would be old when the request leaves. At each step."""
    observed = seen(broken, broken.make())
    server.faults = on_writes(Fault(status=500), Fault(status=429), None)

    def authority() -> None:
        notes.asked.append("authority")

    writer(broken.connection, notes, naps, authority).write(observed, Delete(), attempt_id="a")
    asked = " ".join(notes.asked)
    head, body = "leaving authority", " leaving authority"
    assert asked.replace(head + body, head) == " ".join(["authority", "intent", "look_again", head] * 3)


def test_what_the_last_question_stops_has_not_left(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps
) -> None:
    """A right to write that ended while the process stood still: nothing was sent, and nothing else is said."""
    observed = seen(broken, broken.make())
    rights: list[Exception | None] = [None, AuthorityLost("the lease has run out")]

    def authority() -> None:
        if (lost := rights.pop(0)) is not None:
            raise lost

    with pytest.raises(AuthorityLost):
        writer(broken.connection, notes, naps, authority).write(observed, Delete(), attempt_id="a")
    assert (notes.asked, notes.sent, writes(server)) == (["intent", "look_again", "leaving"], 0, [])
    writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="b")
    assert notes.sent > 0


def test_a_write_whose_last_look_is_old_when_it_would_leave_is_asked_for_anew(
    broken: Lab, server: EmbeddedCluster, notes: Notes, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process stood still between the look and the request: nothing leaves on it."""
    observed = seen(broken, broken.make())
    looks = [LookedTooLongAgo("30 s ago"), LookedTooLongAgo("9 s ago")]

    def leaving() -> None:
        if looks:
            raise looks.pop(0)

    monkeypatch.setattr(notes, "leaving", leaving)
    assert writer(broken.connection, notes, naps).write(observed, Delete(), attempt_id="a").result is Result.DELETED
    assert (notes.asked.count("look_again"), len(writes(server))) == (3, 1)


def test_an_observation_is_made_of_a_fresh_read_of_that_object_and_nothing_else(broken: Lab) -> None:
    """The one door to a write: another object's answer, a list's or an error's does not open it."""
    resource = broken.resource("v1", "ConfigMap")
    names = broken.make(), broken.make()
    answer = broken.connection.request("GET", resource.path("lab", names[0]))
    assert Observed(resource, "lab", names[0], answer).name == names[0]
    for wrong in (
        broken.connection.request("GET", resource.path("lab", names[1])),
        broken.connection.request("GET", resource.path("lab")),
        broken.connection.request("GET", resource.path("lab", "nobody")),
    ):
        with pytest.raises(MalformedAnswer):
            Observed(resource, "lab", names[0], wrong)

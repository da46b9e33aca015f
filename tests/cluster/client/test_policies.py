"""Policies on the cluster: read, watched, and their status written to exactly the one that was meant."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import EmbeddedCluster, Fault, Request

from tests.cluster.client.conftest import POLICY_CRDS
from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.errors import AuthorityLost, Cancelled, Conflict, ServerFailed, TargetUnavailable
from zen_gc_core.cluster.policies import patch_status, read_policy
from zen_gc_core.cluster.policy_events import UNREADABLE, Changed, Interrupted, Listed, PolicyEvent, Removed
from zen_gc_core.cluster.watching import PolicyWatch
from zen_gc_core.model.policy import PolicyReference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.client.conftest import Lab, Naps
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.observing import Observed

KIND = "GarbageCollectionPolicy"
API_VERSION = "gc.kube-zen.io/v1alpha1"
KIND_PATH = "/garbagecollectionpolicies"
PATIENCE = 120.0

FOREVER = Authority.forever().check


def reference(lab: Lab, observed: Observed, kind: str = KIND) -> PolicyReference:
    return PolicyReference(kind, lab.namespace, observed.name, observed.uid)


def made(lab: Lab, name: str = "") -> tuple[PolicyReference, Observed]:
    name = lab.make(KIND, API_VERSION, name, spec={"paused": False})
    observed = read_policy(lab.connection, PolicyReference(KIND, lab.namespace, name))
    assert observed is not None
    return reference(lab, observed), observed


def status_of(lab: Lab, about: PolicyReference) -> Any:
    observed = read_policy(lab.connection, about)
    assert observed is not None
    return observed.document().get("status")


@pytest.mark.usefixtures("policies")
def test_a_policy_is_read_as_it_is_now(lab: Lab) -> None:
    """Or is None, when there is none."""
    about, observed = made(lab)
    assert observed.document()["spec"]["paused"] is False
    assert read_policy(lab.connection, PolicyReference(KIND, lab.namespace, "nobody")) is None
    lab.connection.request("DELETE", observed.path)
    assert read_policy(lab.connection, about) is None


@pytest.mark.usefixtures("policies")
def test_a_status_is_merged_and_null_removes_a_field(lab: Lab) -> None:
    """RFC 7386, on the status subresource: the spec stays."""
    about, observed = made(lab)
    first = {"phase": "Error", "resourcesMatched": 3, "conditions": [{"type": "Ready", "status": "False"}]}
    version = patch_status(lab.connection, about, first, resource_version=observed.resource_version, authority=FOREVER)
    assert version is not None
    second = {"phase": "Active", "resourcesMatched": None, "conditions": [{"type": "Ready", "status": "True"}]}
    assert patch_status(lab.connection, about, second, resource_version=version, authority=FOREVER)
    assert status_of(lab, about) == {"phase": "Active", "conditions": [{"type": "Ready", "status": "True"}]}
    seen = read_policy(lab.connection, about)
    assert seen is not None
    assert seen.document()["spec"]["paused"] is False


@pytest.mark.usefixtures("policies")
def test_a_status_is_written_to_a_policy_that_was_edited_meanwhile(lab: Lab) -> None:
    """A conflict reads it again: it is the same one."""
    about, observed = made(lab)
    lab.connection.request(
        "PATCH", observed.path, body={"spec": {"paused": True}}, content_type="application/merge-patch+json"
    )
    assert patch_status(
        lab.connection, about, {"phase": "Active"}, resource_version=observed.resource_version, authority=FOREVER
    )
    assert status_of(lab, about) == {"phase": "Active"}


@pytest.mark.usefixtures("policies")
def test_a_status_never_lands_on_a_policy_that_was_recreated(lab: Lab) -> None:
    """Another uid: nothing is written."""
    about, observed = made(lab, "again")
    lab.connection.request("DELETE", observed.path)
    made(lab, "again")
    version = patch_status(
        lab.connection, about, {"phase": "Active"}, resource_version=observed.resource_version, authority=FOREVER
    )
    assert version is None
    assert status_of(lab, about) is None


def on_patches(*faults: Fault | None) -> Callable[[Request], Fault | None]:
    left = iter(faults)
    return lambda request: next(left, faults[-1]) if request.method == "PATCH" else None


def test_a_status_that_meets_a_conflict_each_time_is_given_up(broken: Lab, server: EmbeddedCluster) -> None:
    """After three."""
    server.seed(POLICY_CRDS)
    about, observed = made(broken)
    server.faults = on_patches(Fault(status=409))
    with pytest.raises(Conflict):
        patch_status(broken.connection, about, {}, resource_version=observed.resource_version, authority=FOREVER)
    assert sum(request.method == "PATCH" for request in server.requests) == 3


def test_a_status_is_sent_again_when_the_server_fails(broken: Lab, server: EmbeddedCluster) -> None:
    """Also when the patch arrived and its answer did not: the repeat meets a conflict, and the same policy."""
    server.seed(POLICY_CRDS)
    about, observed = made(broken)
    server.faults = on_patches(Fault(status=503), Fault(reset=True, after=True), None)
    status = {"phase": "Active"}
    assert patch_status(broken.connection, about, status, resource_version=observed.resource_version, authority=FOREVER)
    assert status_of(broken, about) == status
    server.faults = on_patches(Fault(status=500))
    with pytest.raises(ServerFailed):
        patch_status(broken.connection, about, {}, resource_version=observed.resource_version, authority=FOREVER)


def test_a_status_waits_as_long_as_the_server_asks(broken: Lab, server: EmbeddedCluster, naps: Naps) -> None:
    """A 429 is no failure; whoever ends the wait ends the write."""
    server.seed(POLICY_CRDS)
    about, observed = made(broken)
    server.faults = on_patches(Fault(status=429, retry_after=7), None)
    version = observed.resource_version
    assert patch_status(
        broken.connection, about, {"phase": "Active"}, resource_version=version, authority=FOREVER, sleep=naps
    )
    assert [round(nap) for nap in naps.taken][:1] == [7]
    server.faults = on_patches(Fault(status=429, retry_after=7))

    def end(_seconds: float) -> None:
        raise Cancelled("the program is ending")

    with pytest.raises(Cancelled):
        patch_status(broken.connection, about, {}, resource_version=version, authority=FOREVER, sleep=end)


def test_no_status_is_written_without_authority(broken: Lab, server: EmbeddedCluster) -> None:
    """A replica without the lease keeps its opinion to itself."""
    server.seed(POLICY_CRDS)
    about, observed = made(broken)
    with pytest.raises(AuthorityLost):
        patch_status(
            broken.connection, about, {}, resource_version=observed.resource_version, authority=Authority().check
        )
    assert not any(request.method == "PATCH" for request in server.requests)


class Heard:
    """What a watch told."""

    def __init__(self) -> None:
        self.events: queue.Queue[PolicyEvent] = queue.Queue()

    def __call__(self, event: PolicyEvent) -> None:
        self.events.put(event)

    def next(self, kind: str = KIND) -> PolicyEvent:
        """The next event about a kind."""
        while True:
            event = self.events.get(timeout=PATIENCE)
            if event.kind == kind:
                return event

    def about(self, name: str) -> PolicyEvent:
        """The next change or removal of a policy."""
        while True:
            event = self.next()
            if isinstance(event, Changed | Removed) and event.policy["metadata"]["name"] == name:
                return event

    def listed(self) -> tuple[dict[str, Any], ...]:
        """The next list."""
        while True:
            event = self.next()
            if isinstance(event, Listed):
                return event.policies


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def watching(heard: Heard) -> Iterator[Callable[[Connection], PolicyWatch]]:
    """Starts watches, and ends them."""
    started: list[PolicyWatch] = []

    def watch(connection: Connection) -> PolicyWatch:
        started.append(PolicyWatch(connection, heard))
        started[-1].start()
        return started[-1]

    yield watch
    for each in started:
        each.close()


@pytest.mark.usefixtures("policies")
def test_policies_are_listed_and_every_change_is_told(
    lab: Lab, heard: Heard, watching: Callable[[Connection], PolicyWatch]
) -> None:
    """With apiVersion and kind, on both servers; and a watch ends when it is closed."""
    about, observed = made(lab)
    watch = watching(lab.connection)
    mine = [each for each in heard.listed() if each["metadata"]["uid"] == about.uid]
    assert [(each["apiVersion"], each["kind"]) for each in mine] == [(API_VERSION, KIND)]
    merge = "application/merge-patch+json"
    lab.connection.request("PATCH", observed.path, body={"spec": {"paused": True}}, content_type=merge)
    changed = heard.about(about.name)
    assert isinstance(changed, Changed)
    assert (changed.policy["spec"]["paused"], changed.policy["kind"]) == (True, KIND)
    lab.connection.request("DELETE", observed.path)
    assert isinstance(heard.about(about.name), Removed)
    other, _ = made(lab)
    assert isinstance(heard.about(other.name), Changed)
    watch.close()
    while not heard.events.empty():  # somebody else's policies, on the server that all tests share
        heard.events.get()
    lab.connection.request("DELETE", f"{observed.path.rpartition('/')[0]}/{other.name}")
    with pytest.raises(queue.Empty):
        heard.events.get(timeout=0.3)


def test_a_missing_crd_is_told_and_picked_up_when_it_appears(
    broken: Lab, server: EmbeddedCluster, heard: Heard, watching: Callable[[Connection], PolicyWatch]
) -> None:
    """The error says how to install it."""
    watching(broken.connection)
    event = heard.next()
    assert isinstance(event, Interrupted)
    assert isinstance(event.error, TargetUnavailable)
    assert "is not installed: apply it with `zen-gc crd | kubectl apply -f -`" in str(event.error)
    server.seed(POLICY_CRDS)
    assert heard.listed() == ()


@pytest.mark.parametrize("expiry", ["an event", "an answer"])
def test_a_version_that_is_too_old_is_listed_again(
    *, server: EmbeddedCluster, broken: Lab, heard: Heard, watching: Callable[[Connection], PolicyWatch], expiry: str
) -> None:
    """410 comes as an ERROR event, or as the answer to the watch."""
    server.seed(POLICY_CRDS)
    gone = b'{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old resource version"}}\n'
    fault = Fault(status=410) if expiry == "an answer" else Fault(status=200, body=gone)
    left = [fault] * 2
    server.faults = lambda request: left.pop() if left and request.query.get("watch") else None
    watching(broken.connection)
    assert heard.listed() == ()
    assert heard.listed() == ()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=403),
        Fault(reset=True),
        Fault(status=200, body=b"<html>"),
        Fault(status=200, body=b'{"type":"ADDED"}\n'),
        Fault(status=200, body=b'{"type":"ERROR","object":{"code":500,"message":"etcd is away"}}\n'),
    ],
)
def test_a_watch_that_fails_is_told_and_taken_up_again(
    *, server: EmbeddedCluster, broken: Lab, heard: Heard, watching: Callable[[Connection], PolicyWatch], fault: Fault
) -> None:
    """With a new list: nothing is missed."""
    server.seed(POLICY_CRDS)
    failing = [True]
    server.faults = lambda request: fault if failing and "watch" in request.query else None
    watching(broken.connection)
    assert heard.listed() == ()
    while not isinstance(heard.next(), Interrupted):
        pass
    about, _ = made(broken)
    failing.clear()
    while about.uid not in [each["metadata"]["uid"] for each in heard.listed()]:
        pass


def test_a_server_that_is_away_is_not_asked_all_the_time(
    server: EmbeddedCluster, broken: Lab, heard: Heard, watching: Callable[[Connection], PolicyWatch]
) -> None:
    """The pauses grow."""
    server.seed(POLICY_CRDS)
    server.faults = lambda _: Fault(status=403)
    server.requests.clear()
    watching(broken.connection)
    for _ in range(2):
        assert isinstance(heard.next(), Interrupted)
    assert len(server.requests) <= 6


def raw_policy(name: str, rest: bytes = b'"spec":{}') -> bytes:
    return b'{"metadata":{"name":"' + name.encode() + b'","namespace":"lab","resourceVersion":"7"},' + rest + b"}"


DEEP = b'"spec":{"conditions":{"zz":' + b'{"a":' * 1500 + b"1" + b"}" * 1500 + b"}}"
NO_TEXT = b'"spec":{"conditions":{"zz":"\xff\xfe"}}'


@pytest.mark.parametrize("odd", [DEEP, NO_TEXT])
def test_a_policy_that_cannot_be_read_is_listed_as_such(
    *, server: EmbeddedCluster, broken: Lab, heard: Heard, watching: Callable[[Connection], PolicyWatch], odd: bytes
) -> None:
    """Named, and without what it asks for; the others are there, and the watch goes on after it."""
    server.seed(POLICY_CRDS)
    frame = b'{"kind":"GarbageCollectionPolicyList","apiVersion":"gc.kube-zen.io/v1alpha1","metadata":'
    listed = frame + b'{"resourceVersion":"7"},"items":[%s,%s]}' % (raw_policy("odd", odd), raw_policy("good"))
    events = b"".join(
        b'{"type":"MODIFIED","object":%s}\n' % each for each in (raw_policy("odd", odd), raw_policy("good"))
    )

    def fault(request: Request) -> Fault | None:
        if not request.path.endswith("/garbagecollectionpolicies"):
            return None
        return Fault(status=200, body=events if "watch" in request.query else listed)

    server.faults = fault
    watching(broken.connection)
    first, second = heard.listed()
    for policy in (first, heard.about("odd").policy):  # type: ignore[union-attr]  # a change has a policy
        assert (policy["kind"], policy["metadata"]["name"], "spec" in policy) == (KIND, "odd", False)
        assert "read" in policy[UNREADABLE]
    assert second["metadata"]["name"] == "good"
    assert isinstance(heard.about("good"), Changed)


ODD_LINES = (
    b"1",
    b"null",
    b"[]",
    b'{"type":1,"object":{}}',
    b'{"type":"ADDED","object":null}',
    b'{"type":"ADDED","object":[1]}',
    b'{"type":"ADDED","object":{"metadata":1}}',
    b'{"type":"ADDED","object":{"metadata":{"resourceVersion":"9"}}}',
    b'{"type":"ADDED","object":{"metadata":{"resourceVersion":{},"name":"x"}}}',
    b'{"type":{},"object":{"metadata":{"resourceVersion":"9","name":"x"}}}',
    b'{"type":"SOMETHING","object":{"metadata":{"resourceVersion":"9","name":"x"}}}',
    b'{"type":"ERROR","object":{"code":"x","message":{}}}',
    b'{"type":"ERROR","object":[]}',
    b'{"type":"ERROR","object":{"code":1e400}}',
    b'{"type":"ADDED","object":{"metadata":{"name":"\xff',
    b"\xff\xfe",
    b"[" * 100_000,
)


@pytest.mark.parametrize("line", ODD_LINES, ids=range(len(ODD_LINES)))
def test_an_odd_line_interrupts_a_watch_and_does_not_end_it(
    *, server: EmbeddedCluster, broken: Lab, heard: Heard, watching: Callable[[Connection], PolicyWatch], line: bytes
) -> None:
    """Whatever was raised by looking at it."""
    server.seed(POLICY_CRDS)
    left = [Fault(status=200, body=line + b"\n")]
    server.faults = lambda request: (
        left.pop() if left and "watch" in request.query and KIND_PATH in request.path else None
    )
    watching(broken.connection)
    assert heard.listed() == ()
    assert isinstance(heard.next(), Interrupted)
    assert heard.listed() == ()
    about, _ = made(broken)
    assert isinstance(heard.about(about.name), Changed)


@pytest.mark.parametrize("items", [b"[1,2,null]", b"[{}]", b'[{"metadata":{"name":1}}]', b'[{"metadata":[]}]', b"{}"])
def test_a_list_of_what_is_no_policy_is_no_list(
    *, server: EmbeddedCluster, broken: Lab, heard: Heard, watching: Callable[[Connection], PolicyWatch], items: bytes
) -> None:
    """What was known before goes on to be known: it is told as an interruption, and listed again."""
    server.seed(POLICY_CRDS)
    frame = b'{"kind":"GarbageCollectionPolicyList","apiVersion":"gc.kube-zen.io/v1alpha1","metadata":'
    left = [Fault(status=200, body=frame + b'{"resourceVersion":"7"},"items":%s}' % items)]
    server.faults = lambda request: left.pop() if left and KIND_PATH in request.path else None
    watching(broken.connection)
    assert isinstance(heard.next(), Interrupted)
    assert heard.listed() == ()

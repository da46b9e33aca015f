"""Objects that are put straight in, with a past of their own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from zen_gc_embedded.errors import UnusableError

from tests.cluster.embedded.waiting import until
from tests.harness.definitions import custom_resource_definition

OLD = "2020-02-29T12:00:00Z"
WIDGETS = custom_resource_definition("example.com", "Widget", "v1")


def pod(name: str, **metadata):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **metadata}, "status": {"phase": "Failed"}}


def test_a_seeded_object_keeps_its_age_uid_and_status(server, api):
    """What a POST would take away stays."""
    server.seed([pod("old", namespace="somewhere", creationTimestamp=OLD, uid="a-uid")])
    found = api.request("GET", "/api/v1/namespaces/somewhere/pods/old").body
    assert found["metadata"]["creationTimestamp"] == OLD
    assert found["metadata"]["uid"] == "a-uid"
    assert found["status"] == {"phase": "Failed"}


def test_missing_namespaces_are_made(server):
    """Each once, and active."""
    server.seed([pod("a", namespace="new"), pod("b", namespace="new")])
    namespaces = {item["metadata"]["name"]: item["status"]["phase"] for item in server.objects("ns")}
    assert namespaces["new"] == "Active"


def test_a_seeded_definition_is_served_before_the_next_object(server):
    """A definition and its objects may come in one go."""
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "free": 1}
    assert server.seed([WIDGETS, widget]) == 2
    assert server.objects("widgets.example.com")[0]["free"] == 1


def test_a_list_object_is_taken_apart(server):
    """As a file that kubectl wrote holds it."""
    assert server.seed([{"apiVersion": "v1", "kind": "List", "items": [pod("a"), pod("b")]}]) == 2
    assert [item["metadata"]["name"] for item in server.objects("pods", "default")] == ["a", "b"]


def test_owners_of_seeded_objects_need_not_exist(server, api):
    """The garbage collector leaves them; one that a POST makes is collected."""
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "never", "uid": "none"}
    server.seed([pod("seeded", ownerReferences=[owner])])
    server.backdate("/api/v1/namespaces/default/pods/seeded", datetime(2021, 1, 1, tzinfo=UTC))
    api.request("POST", "/api/v1/namespaces/default/pods", pod("posted", ownerReferences=[owner]))
    assert until(lambda: len(server.objects("pods")) == 1)
    assert [item["metadata"]["name"] for item in server.objects("pods")] == ["seeded"]


def test_seeding_again_replaces(server):
    """The object has a new revision and the new content."""
    server.seed([pod("a")])
    server.seed([{**pod("a"), "status": {"phase": "Running"}}])
    (found,) = server.objects("pods")
    assert found["status"]["phase"] == "Running"


@pytest.mark.parametrize(
    "item",
    [{"apiVersion": "v1", "kind": "Nonesuch", "metadata": {"name": "a"}}, {"apiVersion": "v1", "kind": "Pod"}, {}],
)
def test_what_cannot_be_seeded_is_an_error_of_the_input(server, item):
    """The message names what is not served."""
    with pytest.raises(UnusableError, match="cannot seed"):
        server.seed([item])


def test_backdating_is_a_write_like_any_other(server, api):
    """Watches see it, and the old resourceVersion is no longer the present one."""
    server.seed([pod("a")])
    (before,) = server.objects("pods")
    server.backdate("/api/v1/namespaces/default/pods/a", datetime(2021, 1, 1, tzinfo=UTC))
    after = api.request("GET", "/api/v1/namespaces/default/pods/a").body
    assert after["metadata"]["creationTimestamp"] == "2021-01-01T00:00:00Z"
    assert after["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]


def test_an_unknown_name_is_an_error_of_the_input(server):
    """The message names it."""
    with pytest.raises(UnusableError, match="'gizmos'"):
        server.objects("gizmos")

"""The life of an embedded cluster: start, credentials, and the end."""

from __future__ import annotations

import json
import stat
import threading

import pytest
from zen_gc_embedded import EmbeddedCluster
from zen_gc_embedded.errors import NotRunningError

from tests.cluster.embedded.waiting import until
from tests.harness.connection import Connection

CONFIGMAPS = "/api/v1/namespaces/default/configmaps"


def test_two_clusters_know_nothing_of_each_other():
    """Each listens on a port of its own and holds its own objects."""
    with EmbeddedCluster() as one, EmbeddedCluster() as two:
        made = Connection(one.url).request("POST", CONFIGMAPS, {"metadata": {"name": "a"}})
        assert made.status == 201
        assert one.url != two.url
        assert two.objects("configmaps") == []


def test_closing_ends_watches_and_the_thread():
    """A watch that is open when the cluster closes ends, and no thread is left."""
    before = set(threading.enumerate())
    cluster = EmbeddedCluster().start()
    ended = threading.Event()

    def watch() -> None:
        Connection(cluster.url).request("GET", f"{CONFIGMAPS}?watch=1&resourceVersion=0")
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    assert until(lambda: any(request.query.get("watch") for request in cluster.requests))
    cluster.close()
    assert ended.wait(10)
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name == "embedded-cluster"]


def test_closing_twice_is_closing_once():
    """The second close finds nothing to do, and a closed cluster says so."""
    cluster = EmbeddedCluster().start()
    cluster.close()
    cluster.close()
    with pytest.raises(NotRunningError, match="not running"):
        cluster.objects("pods")


def test_a_port_that_is_taken_is_an_error_of_the_start():
    """The error comes out of ``start``, not out of a thread."""
    with EmbeddedCluster() as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address"):
            EmbeddedCluster(port=port).start()


@pytest.mark.parametrize(
    ("token", "status"),
    [("right", 200), ("wrong", 401), (None, 401)],
)
def test_tokens_are_asked_for_when_there_are_any(token: str | None, status: int):
    """Who has a token is in, who has none or another is not."""
    with EmbeddedCluster(tokens={"right": "someone"}) as cluster:
        assert Connection(cluster.url, token=token).request("GET", CONFIGMAPS).status == status


def test_an_anonymous_user_comes_in_without_a_token_and_not_with_a_wrong_one():
    """As in a real API server, bad credentials are worse than none."""
    with EmbeddedCluster(tokens={"right": "someone"}, anonymous="anybody") as cluster:
        answers = [Connection(cluster.url, token=token).request("GET", CONFIGMAPS) for token in (None, "wrong")]
        assert [answer.status for answer in answers] == [200, 401]


def test_the_kubeconfig_is_readable_by_its_owner_alone(tmp_path):
    """It holds a token."""
    with EmbeddedCluster(tokens={"secret": "someone"}) as cluster:
        path = cluster.write_kubeconfig(tmp_path / "config")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = json.loads(path.read_text())
    assert written["users"] == [{"name": "embedded", "user": {"token": "secret"}}]
    assert written["clusters"][0]["cluster"]["server"] == cluster.url

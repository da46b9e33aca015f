"""Watches that outlive the log, the resource, or the patience of the server."""

from __future__ import annotations

import threading

from zen_gc_embedded import EmbeddedCluster

from tests.harness.connection import Connection

CONFIGMAPS = "/api/v1/namespaces/default/configmaps"


def make(api, *made):
    return [api.request("POST", CONFIGMAPS, {"metadata": {"name": name}}).body["metadata"] for name in made]


def test_a_watch_from_behind_the_window_is_told_so():
    """ERROR with 410, in an answer of 200."""
    with EmbeddedCluster(watch_window=2) as cluster:
        api = Connection(cluster.url)
        first = make(api, *"abcdefgh")[0]["resourceVersion"]
        answer = api.request("GET", f"{CONFIGMAPS}?watch=1&resourceVersion={first}&timeoutSeconds=1")
        (event,) = answer.events
        assert (answer.status, event["type"], event["object"]["code"]) == (200, "ERROR", 410)


def test_a_watch_that_falls_behind_the_window_misses_nothing_in_silence():
    """It gets every event, or an ERROR."""
    with EmbeddedCluster(watch_window=5) as cluster:
        api = Connection(cluster.url)
        start = make(api, "zero")[0]["resourceVersion"]
        seen: list[str] = []

        def watch() -> None:
            """Go on where the last watch ended, however long it takes to make them all."""
            connection, version = Connection(cluster.url), start
            while seen[-1:] not in (["error"], made[-1:]):
                path = f"{CONFIGMAPS}?watch=1&resourceVersion={version}&timeoutSeconds=1"
                for event in connection.request("GET", path).events:
                    metadata = event["object"]["metadata"]
                    seen.append(metadata.get("name", "error"))
                    version = metadata.get("resourceVersion", version)

        made = [f"c{number:03}" for number in range(100)]
        thread = threading.Thread(target=watch)
        thread.start()
        make(api, *made)
        thread.join()
        complete = seen[:-1] if seen[-1:] == ["error"] else seen
        assert complete == made[: len(complete)]
        assert complete == made or seen[-1] == "error"


def test_bookmarks_come_in_their_interval():
    """They carry the latest revision, so that a quiet watch does not grow old."""
    with EmbeddedCluster(bookmark_interval=0.2) as cluster:
        api = Connection(cluster.url)
        start = make(api, "a")[0]["resourceVersion"]
        api.request("POST", "/api/v1/namespaces/default/secrets", {"metadata": {"name": "elsewhere"}})
        path = f"{CONFIGMAPS}?watch=1&resourceVersion={start}&timeoutSeconds=1&allowWatchBookmarks=true"
        events = api.request("GET", path).events
        assert {event["type"] for event in events} == {"BOOKMARK"}
        assert int(events[0]["object"]["metadata"]["resourceVersion"]) > int(start)


def test_every_write_of_many_threads_is_seen_once_and_in_order(server, api):
    """Revisions rise strictly, and none is missing."""
    start = make(api, "zero")[0]["resourceVersion"]

    def write(worker: int) -> None:
        connection = Connection(server.url)
        for number in range(20):
            connection.request("POST", CONFIGMAPS, {"metadata": {"name": f"w{worker}-{number}"}})

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    path = f"{CONFIGMAPS}?watch=1&resourceVersion={start}&timeoutSeconds=1"
    revisions = [int(event["object"]["metadata"]["resourceVersion"]) for event in api.request("GET", path).events]
    assert revisions == list(range(int(start) + 1, int(start) + 81))


def test_a_lost_update_is_a_conflict(server, api):
    """Of many writers with one resourceVersion exactly one wins."""
    make(api, "contended")
    item = api.request("GET", f"{CONFIGMAPS}/contended").body
    statuses: list[int] = []

    def write(worker: int) -> None:
        body = {**item, "data": {"winner": str(worker)}}
        statuses.append(Connection(server.url).request("PUT", f"{CONFIGMAPS}/contended", body).status)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 5

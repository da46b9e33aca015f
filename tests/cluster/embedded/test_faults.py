"""Faults on purpose: what the client sees, and whether the act was done."""

from __future__ import annotations

import time

import pytest
import urllib3
from zen_gc_embedded import Fault

from tests.cluster.embedded.waiting import until

CONFIGMAPS = "/api/v1/namespaces/default/configmaps"
RESET = (urllib3.exceptions.ProtocolError, ConnectionResetError)


def only(method: str, fault: Fault):
    """A hook that strikes one method."""
    return lambda request: fault if request.method == method else None


@pytest.mark.parametrize(("after", "left"), [(False, ["a"]), (True, [])])
def test_a_failure_comes_instead_of_the_act_or_behind_it(server, api, after, left):
    """The client cannot tell the two apart, and must be right in both."""
    api.request("POST", CONFIGMAPS, {"metadata": {"name": "a"}})
    server.faults = only("DELETE", Fault(status=500, after=after))
    answer = api.request("DELETE", f"{CONFIGMAPS}/a")
    assert (answer.status, answer.body["reason"], answer.body["kind"]) == (500, "InternalError", "Status")
    assert [item["metadata"]["name"] for item in server.objects("configmaps")] == left


@pytest.mark.parametrize(("after", "left"), [(False, ["a"]), (True, [])])
def test_a_reset_comes_before_the_act_or_behind_it(server, api, after, left):
    """The connection ends without an answer."""
    api.request("POST", CONFIGMAPS, {"metadata": {"name": "a"}})
    server.faults = only("DELETE", Fault(reset=True, after=after))
    with pytest.raises(RESET):
        api.request("DELETE", f"{CONFIGMAPS}/a")
    assert [item["metadata"]["name"] for item in server.objects("configmaps")] == left
    assert server.requests[-1].status == 0


def test_throttling_says_for_how_long(server, api):
    """429 with Retry-After, in seconds or whatever the test wants there."""
    server.faults = lambda request: Fault(status=429, retry_after=7)
    answer = api.request("GET", CONFIGMAPS)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    assert answer.body["reason"] == "TooManyRequests"


def test_a_truncated_body_breaks_off(server, api):
    """Less arrives than Content-Length says."""
    api.request("POST", CONFIGMAPS, {"metadata": {"name": "a"}})
    server.faults = only("GET", Fault(truncate=20))
    with pytest.raises(urllib3.exceptions.ProtocolError, match="IncompleteRead"):
        api.request("GET", CONFIGMAPS)


def test_a_proxy_answers_html(server, api):
    """Status, body and content type are the fault's."""
    server.faults = lambda request: Fault(status=502, body=b"<html>bad gateway</html>", content_type="text/html")
    answer = api.request("GET", CONFIGMAPS)
    assert (answer.status, answer.text, answer.headers["Content-Type"]) == (
        502,
        "<html>bad gateway</html>",
        "text/html",
    )


def test_a_clock_that_is_off_shows_in_the_date(server, api):
    """Everything else is as always."""
    server.faults = lambda request: Fault(date="Thu, 01 Jan 2015 00:00:00 GMT")
    answer = api.request("GET", CONFIGMAPS)
    assert (answer.status, answer.headers["Date"]) == (200, "Thu, 01 Jan 2015 00:00:00 GMT")


def test_a_delay_holds_up_nobody_else(server, api):
    """Only the struck request waits."""
    server.faults = lambda request: Fault(delay=0.3) if request.path.endswith("slow") else None
    begin = time.monotonic()
    assert api.request("GET", f"{CONFIGMAPS}/slow").status == 404
    assert time.monotonic() - begin >= 0.3


@pytest.mark.parametrize(("after", "left"), [(False, ["a"]), (True, [])])
def test_a_client_that_gives_up_is_on_record(server, api, after, left):
    """Before the act nothing is done any more; behind it, it is done."""
    api.request("POST", CONFIGMAPS, {"metadata": {"name": "a"}})
    server.faults = only("DELETE", Fault(delay=30, after=after))
    with pytest.raises(urllib3.exceptions.TimeoutError):
        urllib3.request("DELETE", f"{server.url}{CONFIGMAPS}/a", timeout=0.3, retries=False)
    assert until(lambda: server.requests[-1].method == "DELETE")
    assert server.requests[-1].status == 0
    assert [item["metadata"]["name"] for item in server.objects("configmaps")] == left


def test_a_watch_is_cut_in_the_middle(server, api):
    """Its events until then have arrived."""
    server.faults = lambda request: Fault(reset=True, after=True, delay=0.2) if "watch" in request.query else None
    with pytest.raises(RESET):
        api.request("GET", f"{CONFIGMAPS}?watch=1&resourceVersion=0")


def test_faults_can_be_taken_away(server, api):
    """None means that nothing goes wrong."""
    server.faults = lambda request: Fault(status=503)
    assert api.request("GET", CONFIGMAPS).status == 503
    server.faults = None
    assert api.request("GET", CONFIGMAPS).status == 200


def test_the_record_holds_what_was_asked_and_answered(server, api):
    """Method, path, query, body, the id of the attempt, and the status."""
    body = {"preconditions": {"uid": "x"}}
    api.request("DELETE", f"{CONFIGMAPS}/none?pretty=1", body, headers={"Audit-ID": "try-1", "User-Agent": "test"})
    request = server.requests[-1]
    assert (request.method, request.path, request.status) == ("DELETE", f"{CONFIGMAPS}/none", 404)
    assert request.query == {"pretty": "1"}
    assert request.body == body
    assert (request.headers["Audit-ID"], request.headers["User-Agent"]) == ("try-1", "test")
    server.requests.clear()
    assert (len(server.requests), server.requests.served) == (0, 1)

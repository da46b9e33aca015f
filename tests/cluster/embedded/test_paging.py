"""Pages of one moment, and what becomes of a continue token."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from zen_gc_embedded import EmbeddedCluster

from tests.harness.connection import Connection

PODS = "/api/v1/pods"


def names(body):
    return [item["metadata"]["name"] for item in body["items"]]


@pytest.fixture
def filled(server):
    server.seed(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{n}", "namespace": f"n{n % 2}"}} for n in range(6)
    )
    return server


def test_pages_hold_every_object_once_in_the_order_of_etcd(filled, api):
    """Namespace before name, each exactly once."""
    seen, token = [], ""
    while True:
        body = api.request("GET", f"{PODS}?limit=4&continue={quote(token)}").body
        seen += names(body)
        token = body["metadata"].get("continue", "")
        if not token:
            break
    assert seen == ["p0", "p2", "p4", "p1", "p3", "p5"]


def test_a_list_goes_on_as_it_was_whatever_happens_meanwhile(filled, api):
    """Deletions and creations between the pages do not show."""
    first = api.request("GET", f"{PODS}?limit=2").body
    api.request("DELETE", "/api/v1/namespaces/n1/pods/p1")
    filled.seed([{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p0-new", "namespace": "n0"}}])
    rest = api.request("GET", f"{PODS}?continue={quote(first['metadata']['continue'])}").body
    assert names(first) + names(rest) == ["p0", "p2", "p4", "p1", "p3", "p5"]
    assert rest["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


def test_an_expired_token_offers_one_that_goes_on_at_the_latest_state(filled, api):
    """410, and the token in its metadata begins where the list was, with what is there now."""
    token = api.request("GET", f"{PODS}?limit=2").body["metadata"]["continue"]
    filled.compact()
    api.request("DELETE", "/api/v1/namespaces/n1/pods/p1")
    expired = api.request("GET", f"{PODS}?limit=2&continue={quote(token)}")
    assert (expired.status, expired.body["reason"]) == (410, "Expired")
    rest = api.request("GET", f"{PODS}?continue={quote(expired.body['metadata']['continue'])}").body
    assert names(rest) == ["p4", "p3", "p5"]


def test_tokens_expire_by_themselves():
    """After their lifetime, without a compaction."""
    with EmbeddedCluster(continue_lifetime=0.0) as cluster:
        cluster.seed({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{n}"}} for n in range(3))
        api = Connection(cluster.url)
        token = api.request("GET", f"{PODS}?limit=1").body["metadata"]["continue"]
        assert api.request("GET", f"{PODS}?limit=1&continue={quote(token)}").status == 410


def test_a_list_at_an_exact_version_is_the_list_of_then(filled, api):
    """The log of changes takes the store back; behind a compaction it is 410."""
    version = api.request("GET", PODS).body["metadata"]["resourceVersion"]
    api.request("DELETE", "/api/v1/namespaces/n0/pods/p0")
    exact = f"{PODS}?resourceVersion={version}&resourceVersionMatch=Exact"
    assert names(api.request("GET", exact).body)[0] == "p0"
    filled.compact()
    assert api.request("GET", exact).status == 410


@pytest.mark.parametrize(
    "content",
    [b"no json", b"[]", b"{}", b'{"v": "meta.k8s.io/v1", "rv": 0, "start": "a"}', b'{"v": "meta.k8s.io/v1", "rv": 3}'],
)
def test_a_token_that_is_none_is_a_bad_request(api, content):
    """Never an empty list."""
    token = base64.urlsafe_b64encode(content).decode().rstrip("=")
    answer = api.request("GET", f"{PODS}?continue={token}")
    assert (answer.status, json.loads(answer.text)["reason"]) == (400, "BadRequest")


def test_one_page_of_a_selector_is_full_and_leaves_the_count_out(filled, api):
    """``remainingItemCount`` is known without selectors alone."""
    metadata = api.request("GET", f"{PODS}?limit=2&fieldSelector=metadata.namespace%3Dn0").body["metadata"]
    assert metadata["continue"]
    assert "remainingItemCount" not in metadata
    assert api.request("GET", f"{PODS}?limit=2").body["metadata"]["remainingItemCount"] == 4

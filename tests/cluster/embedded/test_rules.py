"""Rules that the conformance probes leave out: what ends, what comes back in another form, what is never a crash."""

from __future__ import annotations

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zen_gc_embedded import EmbeddedCluster
from zen_gc_embedded.forms import protobuf
from zen_gc_embedded.statuses import StatusError

from tests.cluster.embedded.waiting import until
from tests.harness.connection import Connection
from tests.harness.definitions import custom_resource_definition

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
GADGETS = "/apis/example.com/v1/namespaces/default/gadgets"
DEFINITION = custom_resource_definition(
    "example.com",
    "Gadget",
    "v1",
    schema={"openAPIV3Schema": {"type": "object", "properties": {"color": {"type": "string"}}}},
    selectableFields=[{"jsonPath": ".color"}],
)
GADGET = {"apiVersion": "example.com/v1", "kind": "Gadget", "color": "red"}


def gadget(name: str, **metadata):
    return {**GADGET, "metadata": {"name": name, **metadata}}


def test_a_definition_takes_its_objects_with_it_and_waits_for_their_finalizers(api):
    """Until the last is gone it terminates; then its paths are gone."""
    api.request("POST", DEFINITIONS, DEFINITION)
    api.request("POST", GADGETS, gadget("free"))
    api.request("POST", GADGETS, gadget("held", finalizers=["example.com/hold"]))
    api.request("DELETE", f"{DEFINITIONS}/gadgets.example.com")
    assert until(lambda: api.request("GET", f"{GADGETS}/free").status == 404)
    assert api.request("GET", f"{DEFINITIONS}/gadgets.example.com").body["metadata"]["deletionTimestamp"]
    patch = {"metadata": {"finalizers": None}}
    api.request("PATCH", f"{GADGETS}/held", patch, content_type="application/merge-patch+json")
    assert until(lambda: api.request("GET", f"{DEFINITIONS}/gadgets.example.com").status == 404)
    assert api.request("GET", GADGETS).text == "404 page not found\n"


def test_a_definition_that_changes_changes_what_is_served(api):
    """A new field is kept from then on, a version that is no longer served is gone."""
    api.request("POST", DEFINITIONS, DEFINITION)
    changed = copy.deepcopy(DEFINITION)
    changed["metadata"] = api.request("GET", f"{DEFINITIONS}/gadgets.example.com").body["metadata"]
    changed["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["size"] = {"type": "integer"}
    assert api.request("PUT", f"{DEFINITIONS}/gadgets.example.com", changed).status == 200
    assert api.request("POST", GADGETS, {**gadget("a"), "size": 3}).body["size"] == 3


def test_selectable_fields_can_be_selected(api):
    """And no others."""
    api.request("POST", DEFINITIONS, DEFINITION)
    api.request("POST", GADGETS, gadget("a"))
    counts = [
        len(api.request("GET", f"{GADGETS}?fieldSelector=color%3D{color}").body["items"]) for color in ("red", "blue")
    ]
    assert counts == [1, 0]
    assert api.request("GET", f"{GADGETS}?fieldSelector=size%3D1").status == 400


def test_an_event_is_one_object_in_two_forms(api):
    """Written in one, read in the other."""
    body = {
        "metadata": {"name": "e"},
        "regarding": {"kind": "Pod", "name": "p"},
        "note": "hello",
        "reason": "R",
        "type": "Normal",
        "eventTime": "2026-01-01T00:00:00.000000Z",
        "reportingController": "c",
    }
    assert api.request("POST", "/apis/events.k8s.io/v1/namespaces/default/events", body).body["note"] == "hello"
    core = api.request("GET", "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dp").body["items"]
    assert [item["message"] for item in core] == ["hello"]
    new = api.request("GET", "/apis/events.k8s.io/v1/namespaces/default/events?fieldSelector=regarding.name%3Dp").body
    assert [item["note"] for item in new["items"]] == ["hello"]


def test_a_namespace_with_a_claim_goes(api):
    """The protection finalizer of the claim holds nothing up: no Pod can use it any more."""
    api.request("POST", "/api/v1/namespaces", {"metadata": {"name": "brief"}})
    api.request("POST", "/api/v1/namespaces/brief/persistentvolumeclaims", {"metadata": {"name": "c"}})
    api.request("DELETE", "/api/v1/namespaces/brief")
    assert until(lambda: api.request("GET", "/api/v1/namespaces/brief").status == 404)


def test_an_eviction_deletes(api):
    """There are no disruption budgets to ask."""
    api.request("POST", "/api/v1/namespaces/default/pods", {"metadata": {"name": "p"}, "spec": {}})
    answer = api.request("POST", "/api/v1/namespaces/default/pods/p/eviction", {"metadata": {"name": "p"}})
    assert answer.status == 201
    assert api.request("GET", "/api/v1/namespaces/default/pods/p").status == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", 400),
        (b"k8s\x00", 415),
        (b"k8s\x00\x0a\x0c\x0a\x02v1\x12\x06Gadget", 415),
        (b"k8s\x00\x0a\xff", 400),
        (b"k8s\x00\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12\x05\x0a\x03", 400),
    ],
)
def test_protobuf_that_cannot_be_decoded_is_refused(body, code):
    """With advice where the message is only unknown."""
    with pytest.raises(StatusError) as raised:
        protobuf.decode(body)
    assert raised.value.code == code


@pytest.fixture(scope="module")
def lasting():
    """One cluster for all examples, with an object of each kind that they strike."""
    with EmbeddedCluster() as cluster:
        api = Connection(cluster.url)
        api.request("POST", DEFINITIONS, DEFINITION)
        for path in PATHS:
            api.request("POST", path, {**(GADGET if path == GADGETS else {}), "metadata": {"name": "one"}})
        yield api
        api.close()


CORE = "/api/v1/namespaces/default"
PATHS = (f"{CORE}/configmaps", f"{CORE}/pods", f"{CORE}/services", "/api/v1/namespaces", DEFINITIONS, GADGETS)
PATCHES = (
    "application/merge-patch+json",
    "application/json-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)
KEYS = st.sampled_from(
    [
        "metadata",
        "name",
        "labels",
        "annotations",
        "finalizers",
        "ownerReferences",
        "uid",
        "spec",
        "status",
        "data",
        "kind",
        "containers",
        "versions",
        "names",
        "schema",
        "properties",
        "$patch",
        "op",
        "path",
        "value",
        "preconditions",
        "dryRun",
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=10
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), media=st.sampled_from(PATCHES), body=JSON, metadata=JSON)
def test_no_body_is_a_crash(lasting, path, media, body, metadata):
    """Whatever JSON comes, the answer is the server's own, and says what is wrong."""
    whole = {**(GADGET if path == GADGETS else {}), "metadata": metadata, "spec": body}
    answers = [
        lasting.request("POST", f"{path}?dryRun=All", body),
        lasting.request("POST", f"{path}?dryRun=All", whole),
        lasting.request("PUT", f"{path}/one?dryRun=All", whole),
        lasting.request("PATCH", f"{path}/one?dryRun=All&fieldManager=m", body, content_type=media),
        lasting.request("PATCH", f"{path}/one?dryRun=All&fieldManager=m", whole, content_type=media),
        lasting.request("DELETE", f"{path}/none", body),
    ]
    assert [answer.text for answer in answers if not isinstance(answer.body, dict)] == []

"""Lists are read to their end or not at all."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault, Request

from zen_gc_core.cluster import paging
from zen_gc_core.cluster.counting import FieldSelectors, count
from zen_gc_core.cluster.errors import (
    AccessDenied,
    ClusterError,
    Expired,
    ListIncomplete,
    MalformedAnswer,
    NotFound,
    Refused,
    Unauthorized,
)
from zen_gc_core.cluster.listing import Restart, candidates, pages
from zen_gc_core.cluster.observing import read_object
from zen_gc_core.cluster.paging import Page, PageReader, Selection
from zen_gc_core.cluster.policies import POLICY_KINDS
from zen_gc_core.cluster.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_embedded import EmbeddedCluster

    from tests.cluster.client.conftest import Lab, Naps
    from tests.harness.cluster import Cluster

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True)


def config_maps(number: int, **metadata: Any) -> list[dict[str, Any]]:
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"cm-{index:05}", "namespace": "lab", **metadata},
            "data": {"key": "value"},
        }
        for index in range(number)
    ]


def names(found: Iterator[Page | Restart]) -> list[str]:
    """The names of all objects, from the last restart on."""
    collected: list[str] = []
    for page in found:
        if isinstance(page, Restart):
            collected.clear()
        else:
            collected += [candidate.name for candidate in candidates(page)]
    return collected


def on_lists(*faults: Fault | None) -> Callable[[Request], Fault | None]:
    """Meets each list with the next of these faults, and the last for ever."""
    left = itertools.chain(faults, itertools.repeat(faults[-1]))
    return lambda request: next(left) if request.path.endswith("/configmaps") else None


@pytest.mark.parametrize("metadata_only", [False, True])
def test_a_list_is_all_objects_of_its_namespace(lab: Lab, *, metadata_only: bool) -> None:
    """In pages, with whole objects or with their metadata; on both servers."""
    made = sorted(lab.make(metadata={"labels": {"n": str(index)}}) for index in range(7))
    selection = Selection(lab.namespace, metadata_only=metadata_only, limit=3)
    read = [page for page in pages(lab.connection, CONFIG_MAPS, selection) if isinstance(page, Page)]
    assert [page.last for page in read] == [False] * (len(read) - 1) + [True]
    assert {page.complete for page in read} == {not metadata_only}
    found = [candidate for page in read for candidate in candidates(page)]
    assert [each.name for each in found if each.name != "kube-root-ca.crt"] == made
    assert {each.api_version for each in found} == {"v1"}
    assert {each.kind for each in found} == {"ConfigMap"}
    assert all(each.uid and each.resource_version for each in found)


@pytest.mark.parametrize("metadata_only", [False, True])
def test_an_empty_list_is_a_list(lab: Lab, *, metadata_only: bool) -> None:
    """Also where the server writes `items: null` (metadata only)."""
    (page,) = pages(lab.connection, lab.resource("v1", "Pod"), Selection(lab.namespace, metadata_only=metadata_only))
    assert isinstance(page, Page)
    assert (len(page.items), page.last) == (0, True)


def test_selectors_are_the_servers(lab: Lab) -> None:
    """Labels and fields."""
    name = lab.make(metadata={"labels": {"take": "me"}})
    other = lab.make()
    assert names(pages(lab.connection, CONFIG_MAPS, Selection(lab.namespace, label_selector="take in (me)"))) == [name]
    selection = Selection(lab.namespace, field_selector=f"metadata.name={other}")
    assert names(pages(lab.connection, CONFIG_MAPS, selection)) == [other]


def test_a_selector_that_the_server_does_not_know_is_refused(lab: Lab) -> None:
    """And can be asked about before."""
    pods = lab.resource("v1", "Pod")
    with pytest.raises(Refused):
        list(pages(lab.connection, pods, Selection(lab.namespace, field_selector="spec.nonsense=1")))
    selectors = FieldSelectors(lab.connection)
    assert not selectors.pushable(pods, "spec.nonsense=1")
    assert selectors.pushable(pods, "status.phase=Failed")
    assert not selectors.pushable(CONFIG_MAPS, "data.key=value")


def test_whether_a_field_selector_is_known_is_asked_once(broken: Lab, server: EmbeddedCluster) -> None:
    """An idle policy costs one list an interval, not two."""
    selectors = FieldSelectors(broken.connection)
    for _ in range(3):
        assert not selectors.pushable(CONFIG_MAPS, "data.key=value")
    assert len(server.requests) == 1


def test_a_list_asks_for_pages_and_for_nothing_old(broken: Lab, server: EmbeddedCluster) -> None:
    """No resourceVersion: `limit=500&resourceVersion=0` returns everything on older servers."""
    server.seed(config_maps(1100))
    server.requests.clear()
    assert len(names(pages(broken.connection, CONFIG_MAPS))) == 1100
    assert [request.query["limit"] for request in server.requests] == ["500", "1000"]
    assert all("resourceVersion" not in request.query for request in server.requests)


def test_one_page_is_read_ahead_and_no_more(broken: Lab, server: EmbeddedCluster) -> None:
    """What is in memory is this page and the next."""
    server.seed(config_maps(50))
    server.requests.clear()
    found = pages(broken.connection, CONFIG_MAPS, Selection(limit=10))
    next(found)
    next(found)
    assert len(server.requests) <= 3
    found.close()  # type: ignore[attr-defined]  # it is a generator


@pytest.mark.usefixtures("policies")
def test_a_token_that_expired_is_told_from_every_other_refusal(cluster: Cluster, lab: Lab) -> None:
    """410; and the inconsistent token that comes with it is not taken. On both servers."""
    resource = POLICY_KINDS["GarbageCollectionPolicy"]
    for _ in range(4):
        lab.make(resource.kind, resource.api_version)
    reader = PageReader(lab.connection, resource, Selection(lab.namespace, limit=2), timeout=10)
    _, token = reader.read("")
    with pytest.raises(Expired):
        reader.read(cluster.expire(token))


def test_a_list_that_expires_begins_again(broken: Lab, server: EmbeddedCluster) -> None:
    """What was seen before does not count."""
    server.seed(config_maps(9))
    found = pages(broken.connection, CONFIG_MAPS, Selection(limit=2))
    assert isinstance(next(found), Page)
    broken.make(name="late")
    server.compact()
    after = list(found)
    assert [page.number for page in after if isinstance(page, Restart)] == [1]
    assert names(iter(after)) == [*(each["metadata"]["name"] for each in config_maps(9)), "late"]


def test_a_list_that_expires_four_times_is_incomplete(broken: Lab, server: EmbeddedCluster) -> None:
    """Three restarts, then the run ends."""
    server.seed(config_maps(30))
    server.faults = lambda request: Fault(status=410) if "continue" in request.query else None
    found = pages(broken.connection, CONFIG_MAPS, Selection(limit=10))
    kinds = []
    with pytest.raises(ListIncomplete, match="expired 4 times"):
        kinds += [type(page).__name__ for page in found]
    server.faults = on_lists(None, Fault(status=410), None, None, Fault(status=410), None)
    assert len(names(pages(broken.connection, CONFIG_MAPS, Selection(limit=10)))) == 30


NOT_A_LIST = {
    "html": b"<html>login</html>",
    "nothing": b"",
    "half": b'{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[{"meta',
    "an array": b"[]",
    "a status": b'{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}',
    "an object": b'{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"1"}}',
    "no version": b'{"kind":"ConfigMapList","apiVersion":"v1","metadata":{},"items":[]}',
    "an empty version": b'{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":""},"items":[]}',
    "no items": b'{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"}}',
    "another group": b'{"kind":"ConfigMapList","apiVersion":"v2","metadata":{"resourceVersion":"1"},"items":[]}',
    "no list": b'{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}',
    "null in the middle": (
        b'{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1","continue":"x"},"items":null}'
    ),
    "items that are none": (
        b'{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":{"a":"b"}}'
    ),
}


@pytest.mark.parametrize("body", NOT_A_LIST.values(), ids=NOT_A_LIST)
def test_what_is_no_list_ends_the_list(broken: Lab, server: EmbeddedCluster, body: bytes) -> None:
    """A failed read is never an empty one."""
    server.faults = on_lists(Fault(body=body))
    with pytest.raises(ListIncomplete, match="the list of configmaps is incomplete"):
        list(pages(broken.connection, CONFIG_MAPS))


@pytest.mark.parametrize("item", [b"7", b'"x"', b"null", b"[]"])
def test_an_item_that_is_no_object_ends_the_list(broken: Lab, server: EmbeddedCluster, item: bytes) -> None:
    """Or is kept, as malformed; never skipped."""
    head = b'{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":['
    server.faults = on_lists(Fault(body=head + item + b"]}"))
    (page,) = pages(broken.connection, CONFIG_MAPS)
    assert isinstance(page, Page)
    try:
        (candidate,) = candidates(page)
    except ListIncomplete:
        return
    assert candidate.malformed


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first page", "second page", "last page"])
@pytest.mark.parametrize("cut", [0, 1, 100, 1024, 1500])
def test_a_page_that_is_cut_short_never_makes_a_shorter_list(
    broken: Lab, server: EmbeddedCluster, place: int, cut: int
) -> None:
    """Wherever it is cut; the steps read it again, and the list is whole."""
    server.seed(config_maps(25))
    server.faults = on_lists(*[None] * place, Fault(truncate=cut), None)
    assert len(names(pages(broken.connection, CONFIG_MAPS, Selection(limit=10), sleep=lambda _: None))) == 25


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(status=401), Unauthorized),
        (Fault(status=403), AccessDenied),
        (Fault(status=404), NotFound),
        (Fault(status=400), Refused),
        (Fault(status=500), ListIncomplete),
        (Fault(status=503), ListIncomplete),
        (Fault(reset=True), ListIncomplete),
        (Fault(status=302), ListIncomplete),
        (Fault(status=200, body=b"{"), ListIncomplete),
    ],
)
@pytest.mark.parametrize("place", [0, 2])
def test_a_list_that_fails_raises_on_whichever_page(
    broken: Lab, server: EmbeddedCluster, naps: Naps, *, fault: Fault, error: type[ClusterError], place: int
) -> None:
    """And says what the caller should do."""
    server.seed(config_maps(40))
    server.faults = on_lists(*[None] * place, fault)
    with pytest.raises(error):
        list(pages(broken.connection, CONFIG_MAPS, Selection(limit=10), sleep=naps))


def test_a_429_on_a_list_is_waited_for(broken: Lab, server: EmbeddedCluster, naps: Naps) -> None:
    """As long as the server asks."""
    server.seed(config_maps(3))
    server.faults = on_lists(Fault(status=429, retry_after=7), Fault(status=429), None)
    found = pages(broken.connection, CONFIG_MAPS, sleep=naps)
    assert len(names(found)) == 3
    assert naps.taken[0] == pytest.approx(7, abs=0.5)


def test_a_page_that_takes_too_long_ends_the_list(broken: Lab, server: EmbeddedCluster) -> None:
    """It is not asked for again: it would take as long."""
    server.faults = on_lists(Fault(delay=1))
    with pytest.raises(ListIncomplete, match="did not answer in time"):
        list(pages(broken.connection, CONFIG_MAPS, timeout=0.2))


def test_who_does_not_want_the_list_any_more_need_not_wait_for_it(broken: Lab, server: EmbeddedCluster) -> None:
    """A controller that is told to stop stops within seconds."""

    class StoppedError(Exception):
        pass

    def check_cancelled() -> None:
        raise StoppedError

    server.faults = on_lists(Fault(delay=1))
    with pytest.raises(StoppedError):
        list(pages(broken.connection, CONFIG_MAPS, check_cancelled=check_cancelled))


def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(broken: Lab, server: EmbeddedCluster) -> None:
    """12 MiB hold 7 ConfigMaps of half a MiB, but not 31; 16 of them come near to 8 MiB."""
    large = [{**each, "data": {"key": "x" * 500_000}} for each in config_maps(100)]
    server.seed(large)
    server.requests.clear()
    assert len(names(pages(broken.connection, CONFIG_MAPS))) == 100
    assert [int(request.query["limit"]) for request in server.requests] == [500, 125, 31, 7, 14, *[16] * 5]


def test_pages_grow_to_some_mebibytes_and_no_more(broken: Lab, server: EmbeddedCluster) -> None:
    """Each is at most twice as long as the one before; 8 MiB hold some 800 ConfigMaps of 10 KB."""
    server.seed([{**each, "data": {"key": "x" * 10_000}} for each in config_maps(4000)])
    assert limits(broken, server, 4000) == [500, *[784] * 5]


def test_pages_of_small_objects_are_bounded_by_number(broken: Lab, server: EmbeddedCluster) -> None:
    """By 2,000 while the server may read them from etcd, by 10,000 where it is known to have them in its cache."""
    server.seed(config_maps(24_000))
    server.faults = lambda each: Fault(status=404) if each.path == "/version" else None
    assert limits(broken, server, 24_000) == [500, 1000, *[2000] * 12]
    server.faults = None
    assert limits(broken, server, 24_000) == [500, 1000, 2000, 4000, 8000, 10_000]


def limits(lab: Lab, server: EmbeddedCluster, objects: int, *, metadata_only: bool = False) -> list[int]:
    """How many objects each page was asked to have, in a list of so many."""
    server.requests.clear()
    found = pages(lab.connection, CONFIG_MAPS, Selection(metadata_only=metadata_only), sleep=lambda _: None)
    assert len(names(found)) == objects
    return [int(each.query["limit"]) for each in server.requests if "limit" in each.query]


def test_a_list_of_metadata_grows_by_what_whole_objects_have(broken: Lab, server: EmbeddedCluster) -> None:
    """The server reads whole objects before it trims them: a page is asked for whole before pages grow, and each 20 pages."""
    server.seed([{**each, "data": {"key": "x" * 20_000}} for each in config_maps(10_100)])
    asked = limits(broken, server, 10_100, metadata_only=True)
    assert asked == [500, 100, *[405] * 20, 100, *[405] * 4]
    whole = [each.headers.get("Accept") == "application/json" for each in server.requests if "limit" in each.query]
    assert [place for place, each in enumerate(whole) if each] == [1, 22]


def test_a_short_list_of_metadata_is_one_page(broken: Lab, server: EmbeddedCluster) -> None:
    """It is as short as any: nobody needs to know how large the objects are."""
    server.seed(config_maps(300))
    assert limits(broken, server, 300, metadata_only=True) == [500]


@pytest.mark.parametrize("fault", [Fault(delay=1.5), Fault(status=504)], ids=["timeout", "504"])
def test_a_long_page_that_does_not_come_is_asked_for_short(
    broken: Lab, server: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    """At once, without a step of patience; then pages grow again."""
    monkeypatch.setattr(paging, "LONG_PAGE_TIMEOUT", 0.5)
    server.seed(config_maps(6000))
    server.faults = on_lists(None, None, fault, None)
    assert limits(broken, server, 6000)[:5] == [500, 1000, 2000, 500, 1000]


def test_a_gateway_that_gives_up_on_the_first_page_is_asked_for_less(broken: Lab, server: EmbeddedCluster) -> None:
    """504 with 500 objects: a step of patience, and a quarter of them."""
    server.seed(config_maps(100))
    server.faults = on_lists(Fault(status=504), None)
    assert limits(broken, server, 100) == [500, 125]


@pytest.mark.parametrize("metadata_only", [False, True])
def test_a_server_that_wants_pages_of_one_length_has_them(
    broken: Lab, server: EmbeddedCluster, *, metadata_only: bool
) -> None:
    """400 for a changed limit: the list begins again, and what was counted before does not count."""
    server.seed(config_maps(1800))

    def strict(request: Request) -> Fault | None:
        changed = "continue" in request.query and request.query["limit"] != "500"
        return Fault(status=400) if changed else None

    server.faults = strict
    asked = limits(broken, server, 1800, metadata_only=metadata_only)
    assert asked == [500, 100 if metadata_only else 1000, 500, 500, 500, 500]


def test_objects_that_no_page_holds_together_are_listed_one_by_one(broken: Lab, server: EmbeddedCluster) -> None:
    """JSON writes ``<`` in six bytes, so that a ConfigMap of 1 MiB has more than 6; behind them pages are long again."""
    large = [{**each, "data": {"key": "x" * 7_000_000}} for each in config_maps(9)[:3]]
    server.seed([*large, *config_maps(40)[9:]])
    server.requests.clear()
    assert len(names(pages(broken.connection, CONFIG_MAPS))) == 34
    limits = [int(request.query["limit"]) for request in server.requests]
    assert limits[:5] == [500, 125, 31, 7, 1]
    assert limits[-1] > 8


def test_a_token_that_repeats_does_not_make_an_endless_list(broken: Lab, server: EmbeddedCluster) -> None:
    """A server that is broken in this way has no list."""
    metadata = {"resourceVersion": "1", "continue": "same"}
    document = {"kind": "ConfigMapList", "apiVersion": "v1", "metadata": metadata, "items": []}
    server.faults = on_lists(Fault(body=json.dumps(document).encode()))
    with pytest.raises(ListIncomplete, match="does not get on"):
        list(pages(broken.connection, CONFIG_MAPS))


@pytest.mark.parametrize("items", [0, 500])
def test_tokens_that_are_ever_new_do_not_make_an_endless_list(broken: Lab, server: EmbeddedCluster, items: int) -> None:
    """Neither without objects, nor with far more than were foreseen."""
    tokens = itertools.count()

    def endless(request: Request) -> Fault | None:
        if not request.path.endswith("/configmaps"):
            return None
        metadata = {"resourceVersion": "1", "continue": f"t-{next(tokens)}", "remainingItemCount": 10}
        found = [{"metadata": {"name": f"x-{number}", "uid": str(number)}} for number in range(items)]
        body = {"kind": "ConfigMapList", "apiVersion": "v1", "metadata": metadata, "items": found}
        return Fault(status=200, body=json.dumps(body).encode())

    server.faults = endless
    with pytest.raises(ListIncomplete, match="it has no end"):
        for _ in pages(broken.connection, CONFIG_MAPS):
            pass
    assert next(tokens) < 40


def test_a_server_that_sends_whole_objects_instead_of_metadata_is_understood(
    broken: Lab, server: EmbeddedCluster
) -> None:
    """Aggregated API servers may not know PartialObjectMetadata."""
    document = {"kind": "ConfigMapList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}}
    document["items"] = config_maps(2)  # type: ignore[assignment]  # JSON
    server.faults = on_lists(Fault(body=json.dumps(document).encode()))
    (page,) = pages(broken.connection, CONFIG_MAPS, Selection(metadata_only=True))
    assert isinstance(page, Page)
    assert page.complete
    assert [candidate.object["data"] for candidate in candidates(page)] == [{"key": "value"}] * 2


@pytest.mark.parametrize("number", [0, 1, 2, 7])
def test_objects_are_counted_without_reading_them(lab: Lab, number: int) -> None:
    """One request, one object; on both servers."""
    for _ in range(number):
        lab.make("Secret")
    assert count(lab.connection, lab.resource("v1", "Secret"), lab.namespace) == number


def test_a_server_that_does_not_say_how_many_are_left_is_counted_through(broken: Lab, server: EmbeddedCluster) -> None:
    """The number is optional in the API."""
    items = [{"metadata": {"name": "a", "uid": "u"}}]
    metadata = {"resourceVersion": "1", "continue": "next"}
    document = {
        "kind": "PartialObjectMetadataList",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "items": items,
    }
    server.seed(config_maps(1234))
    server.faults = on_lists(Fault(body=json.dumps(document).encode()), None)
    assert count(broken.connection, CONFIG_MAPS) == 1234


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=403), Fault(body=b"{}")])
def test_what_cannot_be_counted_has_no_number(broken: Lab, server: EmbeddedCluster, fault: Fault) -> None:
    """No number means that the breaker trips."""
    server.seed(config_maps(3))
    server.faults = on_lists(fault)
    with pytest.raises(ClusterError):
        count(broken.connection, CONFIG_MAPS)


DEEP = b'{"a":' * 1500 + b"1" + b"}" * 1500
ODD_ITEMS = (
    b'{"metadata":{"name":"odd","namespace":"lab","managedFields":[{"fieldsV1":' + DEEP + b"}]}}",
    b'{"metadata":{"name":"odd","namespace":"lab","labels":{"a":"\xff"}}}',
    b'{"metadata":{"name":"odd","namespace":"lab","labels":[1]}}',
)


@pytest.mark.parametrize("odd", ODD_ITEMS)
def test_an_unreadable_item_costs_itself_and_not_its_page(broken: Lab, server: EmbeddedCluster, odd: bytes) -> None:
    """It is named and malformed; the others are read as ever."""
    good = b'{"metadata":{"name":"good","namespace":"lab"},"data":{"a":"b"}}'
    frame = b'{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[%s,%s,null]}'
    server.faults = lambda request: Fault(status=200, body=frame % (good, odd)) if "limit" in request.query else None
    (found,) = pages(broken.connection, CONFIG_MAPS)
    assert isinstance(found, Page)
    first, second, third = candidates(found)
    assert (first.name, first.malformed, first.get("data.a")) == ("good", None, "b")
    assert second.name == "odd"
    assert second.malformed
    assert third.malformed


@pytest.mark.parametrize(
    "items", [b"[1,2", b'[{"a":1}]]', b"[" * 100_000 + b"]" * 100_000 + b"]", b"1", b'[{"a":\xff}]']
)
def test_a_page_that_is_no_json_is_no_page(broken: Lab, server: EmbeddedCluster, naps: Naps, items: bytes) -> None:
    """Half of it, too much of it, or bytes that are nothing."""
    frame = b'{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":%s}' % items
    server.faults = lambda request: Fault(status=200, body=frame) if "limit" in request.query else None
    with pytest.raises(ListIncomplete):
        names(pages(broken.connection, CONFIG_MAPS, sleep=naps))


def test_an_object_that_cannot_be_read_is_a_malformed_answer(broken: Lab, server: EmbeddedCluster) -> None:
    """Whatever its decoder raises; where its identity can be read, the object itself is malformed."""
    deep, no_text = (
        b'{"kind":"ConfigMap","apiVersion":"v1",'
        + odd.replace(b'"name"', b'"uid":"u","resourceVersion":"7","name"', 1)[1:]
        for odd in ODD_ITEMS[:2]
    )
    server.faults = lambda _: Fault(status=200, body=deep)
    with pytest.raises(MalformedAnswer, match="nested too deeply"):
        read_object(broken.connection, CONFIG_MAPS, "lab", "odd")
    server.faults = lambda _: Fault(status=200, body=no_text)
    seen = read_object(broken.connection, CONFIG_MAPS, "lab", "odd")
    assert seen is not None
    assert seen.candidate().malformed
    with pytest.raises(MalformedAnswer):
        seen.document()

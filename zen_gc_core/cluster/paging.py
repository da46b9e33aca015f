"""One page of a list: asked for, checked, and split into its items.

A page is HTTP 200, JSON, a list of the resource that was asked for, with a resourceVersion, and not over 12 MiB;
anything else is no page. What a list is made of stands in ``listing``.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AnswerTooLarge, LimitRefused, MalformedAnswer, TimedOut
from zen_gc_core.cluster.page_sizes import MOST, PageSizes
from zen_gc_core.cluster.retrying import patiently
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.cluster.versions import serves_pages_from_cache
from zen_gc_core.errors import InputError
from zen_gc_core.model.heads import Head, Items, decode_items
from zen_gc_core.model.unreadable import split_items

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.errors import ClusterError

LARGEST_PAGE: Final = 12 * 1024 * 1024
"""The most bytes of a page. A sweep holds two at a time; an object alone is smaller: etcd takes 1.5 MiB, and JSON writes a
character in six bytes at the most."""

LONG_PAGE_TIMEOUT: Final = 20.0
"""Seconds for a page that is longer than the first one was: a shorter one is asked for, before the list counts as stalled."""

METADATA_ONLY: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"


class ListMetadata(msgspec.Struct, rename="camel"):
    """The ``metadata`` of a list (Kubernetes' ListMeta)."""

    resource_version: str
    continue_: str = msgspec.field(name="continue", default="")
    remaining_item_count: int | None = None


class _Skeleton(msgspec.Struct, rename="camel"):
    kind: str
    api_version: str
    metadata: ListMetadata
    items: list[Head] | None


class _Frame(msgspec.Struct, rename="camel"):
    """A page without its items, which are looked at one by one."""

    kind: str
    api_version: str
    metadata: ListMetadata
    items: msgspec.Raw


_decode = msgspec.json.Decoder(_Skeleton).decode
_decode_frame = msgspec.json.Decoder(_Frame).decode


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    Args:
        resource: What was listed.
        items: The items; views of the page, which lives as long as one of them.
        complete: False when the items hold metadata only.
        resource_version: The version of the list.
        remaining: How many items come after this page, when the server says so.
        last: Whether this is the last page.
    """

    resource: Resource
    items: Items
    complete: bool
    resource_version: str
    remaining: int | None
    last: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a resource is listed.

    Args:
        namespace: One namespace; None for all.
        label_selector: As the API's ``labelSelector`` parameter; empty asks nothing.
        field_selector: As the API's ``fieldSelector`` parameter; empty asks nothing.
        metadata_only: Whether metadata is enough. A server may send whole objects all the same.
        limit: How many items a page has, fewer where that is more than 12 MiB; None: as many as are best (``page_sizes``).
    """

    namespace: str | None = None
    label_selector: str = ""
    field_selector: str = ""
    metadata_only: bool = False
    limit: int | None = None


class PageReader:
    """Reads the pages of one list, one when it is asked.

    Args:
        connection: The cluster.
        resource: What is listed.
        selection: Which part of it.
        timeout: Seconds for one page.
        sleep: Waits between attempts; whatever it raises ends the list.

    Attributes:
        turn: What each request is made within; it may wait, or raise.
    """

    def __init__(
        self,
        connection: Connection,
        resource: Resource,
        selection: Selection,
        timeout: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.resource = resource
        self.turn: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
        self._timeout = timeout
        self._connection = connection
        self._selection = selection
        self._sizes = PageSizes(metadata_only=selection.metadata_only, fixed=selection.limit)
        self._asked_about_cache = False
        self._sleep = sleep
        self._throttle = Throttle(sleep=sleep)

    def read(self, token: str) -> tuple[Page, str]:
        """Read one page; tried again while the server fails, and with fewer items when it is too large or too slow.

        Args:
            token: The continue token; empty for the first page.

        Returns:
            The page, and the token of the next; empty after the last.

        Raises:
            LimitRefused: The server may want all pages to be as long as the first; ``begin_again``.
            ClusterError: It cannot be had.
        """
        return patiently(lambda _step: self._fitting(token), self._sleep, self._throttle, timeouts=False)

    def begin_again(self) -> None:
        """Let all pages be as long as the first one, which is to be read next."""
        self._sizes.fix()

    def _fitting(self, token: str) -> tuple[Page, str]:
        sizes = self._sizes
        while True:
            try:
                with self.turn():
                    began = boottime()
                    answer = self._ask(token)
            except AnswerTooLarge:
                if not sizes.shrink():
                    raise
                continue
            except TimedOut:
                if not sizes.grown:
                    raise
                sizes.begin_again()
                continue
            if answer.status == 504 and sizes.grown:
                sizes.begin_again()
                continue
            if answer.status != 200:
                raise self._failure(answer, token)
            page, following = self._page(answer)
            sizes.note(len(page.items), len(answer.body), boottime() - began, whole=page.complete)
            if following:
                self._ask_about_cache()
            return page, following

    def _failure(self, answer: Answer, token: str) -> ClusterError:
        error = failure(answer, verb="list", resource=str(self.resource), namespace=self._selection.namespace or "")
        if answer.status == 504:
            self._sizes.shrink()
        if answer.status == 400 and token and self._sizes.changing:
            return LimitRefused(str(error), answer.status)
        return error

    def _ask_about_cache(self) -> None:
        if self._sizes.at_the_most and not self._asked_about_cache:
            self._asked_about_cache = True
            if serves_pages_from_cache(self._connection, self.resource):
                self._sizes.most = MOST

    def _ask(self, token: str) -> Answer:
        wanted, sizes = self._selection, self._sizes
        query = {"limit": str(sizes.limit)}
        if wanted.label_selector:
            query["labelSelector"] = wanted.label_selector
        if wanted.field_selector:
            query["fieldSelector"] = wanted.field_selector
        if token:
            query["continue"] = token
        return self._connection.request(
            "GET",
            self.resource.path(wanted.namespace),
            query=query,
            accept=METADATA_ONLY if wanted.metadata_only and not sizes.sampling else "application/json",
            timeout=min(self._timeout, LONG_PAGE_TIMEOUT) if sizes.grown else self._timeout,
            limit=LARGEST_PAGE,
            verb="LIST",
        )

    def _page(self, answer: Answer) -> tuple[Page, str]:
        skeleton, items = _split(answer)
        complete = skeleton.kind != "PartialObjectMetadataList"
        served = self.resource.api_version if complete else "meta.k8s.io/v1"
        token = skeleton.metadata.continue_
        if not skeleton.kind.endswith("List") or skeleton.api_version != served:
            raise MalformedAnswer(
                f"{answer}: it is a {skeleton.api_version} {skeleton.kind}, no list of {self.resource}"
            )
        if not skeleton.metadata.resource_version:
            raise MalformedAnswer(f"{answer}: the list has no resourceVersion")
        if items is None and token:
            raise MalformedAnswer(f"{answer}: a page in the middle of the list has no items")
        page = Page(
            self.resource,
            items if items is not None else Items(b"", []),
            complete,
            skeleton.metadata.resource_version,
            skeleton.metadata.remaining_item_count,
            not token,
        )
        return page, token


def _split(answer: Answer) -> tuple[_Skeleton | _Frame, Items | None]:
    """A page and its items; None where it says that it has none.

    All heads are decoded at once. Where one of them is malformed, the items are left to be looked at one by one: an odd
    object must not cost the page.
    """
    try:
        skeleton = _decode(answer.body)
        return skeleton, None if skeleton.items is None else Items(answer.body, skeleton.items)
    except Exception:  # noqa: BLE001, S110  whatever an odd object raises, it is met again when it is looked at by itself
        pass
    try:
        try:
            frame = _decode_frame(answer.body)
            items = Items(answer.body, None, decode_items(answer.body).items)
        except RecursionError:
            rest, split = split_items(answer.body)
            frame = _decode_frame(rest)
            items = Items(b"", None, split)
        return frame, items if len(items) else None
    except Exception as error:
        raise MalformedAnswer(f"{answer}: it is no list: {_said(error)}") from error


def _said(error: Exception) -> str:
    """What is wrong with a page: the decoder's words name places and types; anything else's may quote the page."""
    return str(error) if isinstance(error, msgspec.DecodeError | InputError) else type(error).__name__

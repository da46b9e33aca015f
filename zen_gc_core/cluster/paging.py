"""One page of a list: asked for, checked, and split into its items.

A page is HTTP 200, JSON, a list of the resource that was asked for, with a resourceVersion, and not over 12 MiB;
anything else is no page. What a list is made of stands in ``listing``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import AnswerTooLarge, MalformedAnswer
from zen_gc_core.cluster.retrying import patiently
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.errors import InputError
from zen_gc_core.model.heads import Head, Items, decode_items
from zen_gc_core.model.unreadable import split_items

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource

PAGE_SIZE: Final = 500
LARGEST_PAGE: Final = 12 * 1024 * 1024
"""The most bytes of a page. A sweep holds two at a time; an object alone is smaller: etcd takes 1.5 MiB, and JSON writes a
character in six bytes at the most."""

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
        limit: How many items a page has; fewer where that is more than 12 MiB.
    """

    namespace: str | None = None
    label_selector: str = ""
    field_selector: str = ""
    metadata_only: bool = False
    limit: int = PAGE_SIZE


class PageReader:
    """Reads the pages of one list, one when it is asked.

    Args:
        connection: The cluster.
        resource: What is listed.
        selection: Which part of it.
        timeout: Seconds for one page.
        sleep: Waits between attempts; whatever it raises ends the list.
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
        self._timeout = timeout
        self._connection = connection
        self._selection = selection
        self._limit = selection.limit
        self._sleep = sleep
        self._throttle = Throttle(sleep=sleep)

    def read(self, token: str) -> tuple[Page, str]:
        """Read one page; tried again while the server fails, and with fewer items when it is too large.

        Args:
            token: The continue token; empty for the first page.

        Returns:
            The page, and the token of the next; empty after the last.

        Raises:
            ClusterError: It cannot be had.
        """
        return patiently(lambda _step: self._fitting(token), self._sleep, self._throttle, timeouts=False)

    def _fitting(self, token: str) -> tuple[Page, str]:
        while True:
            try:
                answer = self._ask(token)
            except AnswerTooLarge:
                if self._limit == 1:
                    raise
                self._limit = max(self._limit // 4, 1)
                continue
            if answer.status == 200:
                if len(answer.body) < LARGEST_PAGE // 4:  # else a page twice as long might not fit again
                    self._limit = min(self._limit * 2, self._selection.limit)
                return self._page(answer)
            raise failure(answer, verb="list", resource=str(self.resource), namespace=self._selection.namespace or "")

    def _ask(self, token: str) -> Answer:
        wanted = self._selection
        query = {"limit": str(self._limit)}
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
            accept=METADATA_ONLY if wanted.metadata_only else "application/json",
            timeout=self._timeout,
            limit=LARGEST_PAGE,
            bulk=True,
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

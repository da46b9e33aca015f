"""The recycle bin on a cluster: copies are put into it, found in it, and counted.

A copy is written whole, and counts as made only when the server shows it as it was sent. An object that is somebody
else's is never written over.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.counting import QUESTION_TIMEOUT, count
from zen_gc_core.cluster.errors import Conflict, MalformedAnswer, Refused
from zen_gc_core.cluster.listing import candidates, pages
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.paging import Page, Selection
from zen_gc_core.cluster.resource import SECRETS, Resource
from zen_gc_core.cluster.retrying import patiently
from zen_gc_core.cluster.writing import FIELD_MANAGER, WRITE_TIMEOUT
from zen_gc_core.errors import InputError
from zen_gc_core.model.policy import API_VERSION
from zen_gc_core.model.recycled import CLUSTER_RECYCLED, RECYCLED, SECRET_TYPE, kept_until, read_copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.cluster.throttling import Throttle
    from zen_gc_core.model.recycled import Copy

_GROUP, _VERSION = API_VERSION.split("/")
IN_NAMESPACES: Final = Resource(_GROUP, _VERSION, "recycledobjects", RECYCLED, namespaced=True)
OF_THE_CLUSTER: Final = Resource(_GROUP, _VERSION, "clusterrecycledobjects", CLUSTER_RECYCLED, namespaced=False)
OF_SECRETS: Final = f"type={SECRET_TYPE}"
"""The field selector of the Secrets that are copies."""

TRIES: Final = 3
"""How often a copy is written over an earlier one that somebody else changes meanwhile."""

RIGHTS: Final = ("create", "get", "update", "delete", "list")
"""What the bin asks of each of its resources."""


def resource_of(copy: Copy) -> Resource:
    """Which resource a copy is of."""
    if copy.of_secret:
        return SECRETS
    return IN_NAMESPACES if copy.namespace else OF_THE_CLUSTER


def selection_of(resource: Resource, namespace: str | None, *, metadata_only: bool = True) -> Selection:
    """The copies of a resource; of Secrets those that are copies.

    Args:
        resource: One of the three.
        namespace: A namespace; None for all, and for the cluster.
        metadata_only: Whether metadata is enough.
    """
    selector = OF_SECRETS if resource == SECRETS else ""
    return Selection(namespace, field_selector=selector, metadata_only=metadata_only)


@dataclass(frozen=True, slots=True)
class Put:
    """A copy that is in the bin.

    Args:
        copy: The copy, as it is there.
        replaced: Whether an earlier copy of the same object was there before.
    """

    copy: Copy
    replaced: bool


@dataclass(frozen=True, slots=True)
class RecycleBin:
    """Puts copies into the bin; may be used by several threads.

    Args:
        connection: The cluster.
        throttle: What all writers of the run wait for after a 429.
        timeout: Seconds for one write; not more than the authority's end assumes.
        sleep: Waits between steps; whatever it raises ends the write.
    """

    connection: Connection
    throttle: Throttle
    timeout: float = WRITE_TIMEOUT
    sleep: Callable[[float], None] = time.sleep

    def put(self, copy: Copy, *, look_again: Callable[[], None], leaving: Callable[[], None]) -> Put:
        """Write a copy, or write it again over an earlier one of the same object, which may not go any earlier.

        Args:
            copy: The copy.
            look_again: Asked before each request is made, whether it is still wanted; may look anew.
            leaving: Asked right before each request leaves; what it raises stops it.

        Raises:
            Conflict: What has its name is no copy of this object, or was changed meanwhile.
            MalformedAnswer: The server does not show it as it was sent.
            AuthorityLost: The right to write has ended.
            ClusterError: It cannot be written.
        """

        def send(method: str, path: str, document: Mapping[str, object]) -> Answer:
            def once(_step: int) -> Answer:
                look_again()
                answer = self.connection.request(
                    method,
                    path,
                    query={"fieldManager": FIELD_MANAGER},
                    body=orjson.dumps(document),
                    headers={"Audit-ID": copy.attempt_id},
                    timeout=self.timeout,
                    guard=leaving,
                )
                if answer.status == 429 or answer.status >= 500:
                    raise failure(answer, verb="create", resource=str(resource), namespace=copy.namespace)
                return answer

            return patiently(once, self.sleep, self.throttle)

        resource = resource_of(copy)
        answer = send("POST", resource.path(copy.namespace or None), copy.document())
        if answer.status != 409:
            return Put(_shown(copy, answer, resource, "create"), replaced=False)
        replaced: bool | None = None
        for _ in range(TRIES):
            seen = self._seen(copy, resource)
            if seen is None:
                break
            earlier, annotations = _earlier(seen)
            if replaced is None:  # it may be one whose answer was lost on its way here
                replaced = earlier.attempt_id != copy.attempt_id
            lasting = copy.lasting(kept_until(earlier, annotations))
            document = lasting.document(annotations)
            document["metadata"] |= {"uid": seen.uid, "resourceVersion": seen.resource_version}
            answer = send("PUT", seen.path, document)
            if answer.status != 409:
                return Put(_shown(lasting, answer, resource, "update"), replaced=replaced)
        raise Conflict(f"update {resource}: somebody changed the copy each time, or took it away")

    def _seen(self, copy: Copy, resource: Resource) -> Observed | None:
        seen = self._there(copy)
        if seen is not None and seen.terminating:
            raise Conflict(f"update {resource}: an earlier copy is being deleted")
        return seen

    def _there(self, copy: Copy) -> Observed | None:
        """What has the name of a copy."""
        resource, throttle = resource_of(copy), self.throttle
        return observe(self.connection, resource, copy.namespace, copy.stored_name, throttle=throttle, sleep=self.sleep)

    def find(self, copy: Copy) -> Observed | None:
        """A copy as it is in the bin now; None when it is not there, or another one of the same object is.

        Raises:
            ClusterError: It cannot be read.
        """
        seen = self._there(copy)
        try:
            return seen if seen is not None and read_copy(seen.document()).attempt_id == copy.attempt_id else None
        except InputError:
            return None


def found(
    connection: Connection, resource: Resource, namespace: str | None, wanted: Callable[[str, str], bool]
) -> Iterator[tuple[str, Copy | InputError]]:
    """The copies of a resource, whole, each with the name of the object that holds it; or why it is none.

    Args:
        connection: The cluster.
        resource: One of the three.
        namespace: The namespace; None for those of cluster-scoped objects.
        wanted: Asked with the name of each, and that of the object that it is of, where it says so; the others are left out.

    Raises:
        ClusterError: They cannot be listed.
    """
    copies: list[tuple[str, Copy | InputError]] = []
    for page in pages(connection, resource, selection_of(resource, namespace, metadata_only=False)):
        if not isinstance(page, Page):
            copies.clear()
            continue
        for candidate in candidates(page):
            document = {**candidate.object, "apiVersion": resource.api_version, "kind": resource.kind}
            try:
                copy = read_copy(document)
            except InputError as error:
                if wanted(candidate.name, ""):
                    copies.append((candidate.name, error))
            else:
                if wanted(candidate.name, copy.name):
                    copies.append((candidate.name, copy))
    yield from copies


def create(connection: Connection, resource: Resource, namespace: str, document: dict[str, Any]) -> None:
    """Make an object, once; one that is there is left as it is.

    Args:
        connection: The cluster.
        resource: What it is an object of.
        namespace: Its namespace; empty when cluster-scoped.
        document: The object.

    Raises:
        Conflict: One of its name is there.
        Refused: It is no JSON, or the server does not accept it.
        ClusterError: It could not be made, or nobody knows.
    """
    try:
        body = json.dumps(document, allow_nan=False).encode()
    except ValueError as error:
        raise Refused(f"it is no JSON: {error}") from None
    answer = connection.request(
        "POST", resource.path(namespace or None), query={"fieldManager": FIELD_MANAGER}, body=body
    )
    if answer.status != 201:
        raise failure(answer, verb="create", resource=str(resource), namespace=namespace)


def copies_in(connection: Connection, namespace: str, *, secrets: bool) -> int:
    """How many copies are in a namespace.

    Args:
        connection: The cluster.
        namespace: The namespace; empty for those of cluster-scoped objects.
        secrets: Whether Secrets may be copies, too.

    Raises:
        ClusterError: They cannot be counted.
    """
    if not namespace:
        return count(connection, OF_THE_CLUSTER)
    found = count(connection, IN_NAMESPACES, namespace)
    if secrets:
        # A list with a selector does not say how many items remain.
        listing = pages(connection, SECRETS, selection_of(SECRETS, namespace), timeout=QUESTION_TIMEOUT)
        of_secrets = 0
        for page in listing:
            of_secrets = of_secrets + len(page.items) if isinstance(page, Page) else 0
        found += of_secrets
    return found


def _earlier(seen: Observed) -> tuple[Copy, Mapping[str, str]]:
    """The copy that is there already, and its annotations."""
    document = seen.document()
    try:
        earlier = read_copy(document)
        annotations = document["metadata"].get("annotations") or {}
        kept_until(earlier, annotations)
    except InputError as error:
        raise Conflict(f"update {seen.resource}: what has the name of the copy is none: {error}") from None
    return earlier, annotations


def _shown(copy: Copy, answer: Answer, resource: Resource, verb: str) -> Copy:
    """The copy as the server shows it, which must be as it was sent: a field that was taken out is a copy that is lost."""
    if answer.status not in {200, 201}:
        raise failure(answer, verb=verb, resource=str(resource), namespace=copy.namespace)
    document = answer.document()
    metadata = document.get("metadata")
    if not isinstance(metadata, dict) or not metadata.get("uid") or metadata.get("deletionTimestamp"):
        raise MalformedAnswer(f"{verb} {resource}: the copy is not there as it was sent")
    try:
        return _same(copy, read_copy(document))
    except InputError as error:
        raise MalformedAnswer(f"{verb} {resource}: the copy is not there as it was sent: {error}") from None


def _same(sent: Copy, shown: Copy) -> Copy:
    if shown.text != sent.text or shown.uid != sent.uid or shown.attempt_id != sent.attempt_id:
        raise MalformedAnswer("the copy is not there as it was sent")
    return shown

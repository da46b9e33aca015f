"""Schemas: what the API server says of the fields of its kinds (``/openapi/v3``), a group version at a time.

Such a document is megabytes large. It is read when a field is asked for that was not asked for before, or when the server
names another edition of it, and only what was asked for is kept. A server that does not tell, or may not be asked, is no
reason to refuse anything.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import Cancelled
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.names import group_of
from zen_gc_core.model.schemas import NOT_TOLD, Told, field_told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.model.schemas import Question

INDEX: Final = "/openapi/v3"
SECONDS_BETWEEN_LOOKS: Final = 30.0
"""How old the list of editions may be: a definition may change at any time."""

_LARGEST_DOCUMENT: Final = 64 * 1024 * 1024
_MOST_KNOWN: Final = 10_000
"""Answers that are kept; with more, all are asked for again."""

_DIGEST: Final = "hash="


class _Place(msgspec.Struct, rename={"url": "serverRelativeURL"}):
    url: str = ""


class _Index(msgspec.Struct):
    paths: dict[str, _Place]


class _GroupVersionKind(msgspec.Struct):
    group: str = ""
    version: str = ""
    kind: str = ""


class _Head(msgspec.Struct, rename={"kinds": "x-kubernetes-group-version-kind"}):
    kinds: list[_GroupVersionKind] = []


class _Components(msgspec.Struct):
    schemas: dict[str, msgspec.Raw] = {}


class _Document(msgspec.Struct):
    components: _Components


_decode_index = msgspec.json.Decoder(_Index).decode
_decode_document = msgspec.json.Decoder(_Document).decode
_decode_head = msgspec.json.Decoder(_Head).decode


class Schemas:
    """The fields of the kinds of one cluster; may be used by several threads.

    Args:
        connection: The cluster.
        clock: The boot-time clock, in seconds.
    """

    def __init__(self, connection: Connection, clock: Callable[[], float] = boottime) -> None:
        self._connection = connection
        self._clock = clock
        self._lock = threading.Lock()
        self._editions: Mapping[str, str] = {}
        self._looked = float("-inf")
        self._known: dict[Question, tuple[str, Told]] = {}

    def renew(self) -> None:
        """Ask the server for its editions again before the next answer: what it serves may have changed."""
        self._looked = float("-inf")

    def tell(self, questions: Sequence[Question]) -> list[Told]:
        """What the server's schemas say of some fields; that they say nothing where they cannot be read.

        Args:
            questions: The fields.

        Raises:
            Cancelled: Nobody waits for it any more.
        """
        if not questions:
            return []
        with self._lock:
            self._look()
            unknown: dict[str, list[Question]] = defaultdict(list)
            for each in dict.fromkeys(questions):
                edition = self._editions.get(_place(each.api_version))
                if edition is None:
                    self._known.pop(each, None)
                elif self._known.get(each, ("",))[0] != edition:
                    unknown[each.api_version].append(each)
            for api_version, asked in unknown.items():
                self._read(api_version, asked)
            return [self._known.get(each, ("", NOT_TOLD))[1] for each in questions]

    def _look(self) -> None:
        """Which edition of each document there is; none where the server does not say."""
        now = self._clock()
        if now - self._looked < SECONDS_BETWEEN_LOOKS:
            return
        self._looked, self._editions = now, {}
        content = self._get(INDEX)
        if content is None:
            return
        try:
            found = _decode_index(content).paths
        except msgspec.MsgspecError:
            return
        # Where an edition has no digest, it is not known to be the same at the next look.
        self._editions = {
            place: each.url if _DIGEST in each.url else f"{each.url} at {now}" for place, each in found.items()
        }

    def _read(self, api_version: str, questions: Sequence[Question]) -> None:
        """Read one document for some questions; it is not kept."""
        place = _place(api_version)
        told = dict.fromkeys(questions, NOT_TOLD)
        content = self._get(f"{INDEX}/{place}")
        if content is None:  # to be asked again at the next look
            for each in questions:
                self._known.pop(each, None)
            return
        try:
            document = _Schemas(_decode_document(content).components.schemas)
            told = {each: document.tell(each) for each in questions}
        except (msgspec.MsgspecError, RecursionError):
            pass
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        self._known.update({each: (self._editions[place], answer) for each, answer in told.items()})

    def _get(self, path: str) -> bytes | None:
        try:
            answer = self._connection.request("GET", path, limit=_LARGEST_DOCUMENT)
        except Cancelled:
            raise
        except ClusterError:
            return None
        return answer.body if answer.status == 200 else None


class _Schemas:
    """The schemas of one document, each decoded when it is looked into.

    Args:
        raw: By their names, their JSON.
    """

    def __init__(self, raw: Mapping[str, msgspec.Raw]) -> None:
        self._raw = raw
        self._made: dict[str, Any] = {}

    def tell(self, question: Question) -> Told:
        api_version, kind, path = question
        group, version = group_of(api_version), api_version.rpartition("/")[2]
        wanted = _GroupVersionKind(group, version, kind)
        names = [name for name, raw in self._raw.items() if wanted in _kinds(raw)]
        return field_told(self._named(names[0]), kind, path, self._named) if len(names) == 1 else NOT_TOLD

    def _named(self, name: str) -> Any:
        if name not in self._made:
            raw = self._raw.get(name)
            self._made[name] = None if raw is None else msgspec.json.decode(raw)
        return self._made[name]


def _kinds(raw: msgspec.Raw) -> Sequence[_GroupVersionKind]:
    return _decode_head(raw).kinds if b"x-kubernetes-group-version-kind" in bytes(raw) else ()


def _place(api_version: str) -> str:
    return f"apis/{api_version}" if "/" in api_version else f"api/{api_version}"

"""Schemas as the API server tells them: a document is read once an edition, and only while it can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault, Request

from zen_gc_core.cluster import schemas
from zen_gc_core.cluster.schemas import SECONDS_BETWEEN_LOOKS, Schemas
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.schemas import NOT_TOLD, Question, Told

if TYPE_CHECKING:
    from zen_gc_embedded import EmbeddedCluster

    from tests.cluster.client.conftest import Lab, Naps

THING = {"group": "acme.io", "version": "v1", "kind": "Thing"}
ASKED, OTHER, KNOWN = FieldPath.parse("spec.name"), FieldPath.parse("spec.size"), Told(known=True)


def thing(*fields: str, **more: Any) -> dict[str, Any]:
    """The document of a group version with one kind."""
    spec = {"type": "object", "properties": {name: {"type": "string"} for name in fields}}
    schema = {"type": "object", "properties": {"spec": spec}, "x-kubernetes-group-version-kind": [THING]}
    return {"components": {"schemas": {"io.acme.v1.Thing": schema, **more}}}


class Served:
    """What a server answers below ``/openapi/v3``, and what it was asked."""

    def __init__(self, server: EmbeddedCluster) -> None:
        self.edition: str = "1"
        self.document: Any = thing("name")
        self.index: Any = None
        self.asked: list[str] = []
        server.faults = self._answer

    def _answer(self, request: Request) -> Fault | None:
        if not request.path.startswith("/openapi/v3"):
            return None
        self.asked.append(request.path)
        url = f"/openapi/v3/apis/acme.io/v1?hash={self.edition}" if self.edition else "/openapi/v3/apis/acme.io/v1"
        index = self.index if self.index is not None else {"paths": {"apis/acme.io/v1": {"serverRelativeURL": url}}}
        content = index if request.path == "/openapi/v3" else self.document
        return Fault(status=content) if isinstance(content, int) else Fault(body=json.dumps(content).encode())

    def documents(self) -> int:
        """How many documents were read."""
        return sum(path != "/openapi/v3" for path in self.asked)


@pytest.fixture
def served(server: EmbeddedCluster) -> Served:
    """A server that tells of one kind."""
    return Served(server)


def question(path: FieldPath = ASKED, api_version: str = "acme.io/v1", kind: str = "Thing") -> Question:
    """Whether things have a field."""
    return Question(api_version, kind, path)


def test_an_edition_is_read_once(broken: Lab, served: Served, naps: Naps) -> None:
    """However often it is asked for; one that is new is read again, also where a field has gone."""
    asked = Schemas(broken.connection, naps.clock)
    assert asked.tell([question()]) == asked.tell([question()]) == [KNOWN]
    naps(SECONDS_BETWEEN_LOOKS)
    assert asked.tell([question()]) == [KNOWN]
    assert (served.documents(), len(served.asked)) == (1, 3)
    served.edition, served.document = "2", thing("nmae")
    assert asked.tell([question()]) == [KNOWN]
    asked.renew()
    assert asked.tell([question()]) == [Told(fault="spec of Thing has no field 'name'; did you mean 'nmae'?")]
    assert served.documents() == 2


def test_several_questions_are_one_read(broken: Lab, served: Served, naps: Naps) -> None:
    """Each answer in its place; nothing is read for none."""
    asked = Schemas(broken.connection, naps.clock)
    assert asked.tell([]) == []
    assert served.asked == []
    unknown = [question(kind="Other"), question(api_version="acme.io/v2"), question(api_version="v1", kind="Pod")]
    first, *others, last = asked.tell([question(OTHER), *unknown, question()])
    assert (first.known, first.fault is None, others, last) == (False, False, [NOT_TOLD] * 3, KNOWN)
    assert served.documents() == 1


def test_where_an_edition_has_no_digest_it_is_new_at_each_look(broken: Lab, served: Served, naps: Naps) -> None:
    """Nothing says that it is the same."""
    served.edition = ""
    asked = Schemas(broken.connection, naps.clock)
    assert asked.tell([question()]) == asked.tell([question()]) == [KNOWN]
    naps(SECONDS_BETWEEN_LOOKS)
    asked.tell([question()])
    assert served.documents() == 2


@pytest.mark.parametrize("content", [403, 404, 500, 503, [], "x", {"components": 3}, {"components": {"schemas": 3}}])
def test_what_cannot_be_read_tells_nothing(broken: Lab, served: Served, naps: Naps, content: Any) -> None:
    """Also where it was known a moment ago, in another edition."""
    asked = Schemas(broken.connection, naps.clock)
    assert asked.tell([question()]) == [KNOWN]
    served.edition, served.document = "2", content
    asked.renew()
    assert asked.tell([question()]) == [NOT_TOLD]


@pytest.mark.parametrize("index", [403, 404, 500, [], {"paths": 3}, {"paths": {}}])
def test_without_a_list_of_editions_nothing_is_told(broken: Lab, served: Served, naps: Naps, index: Any) -> None:
    """As of a server without OpenAPI v3."""
    asked = Schemas(broken.connection, naps.clock)
    assert asked.tell([question()]) == [KNOWN]
    served.index = index
    asked.renew()
    assert asked.tell([question()]) == [NOT_TOLD]


def test_a_kind_that_is_there_twice_tells_nothing(broken: Lab, served: Served, naps: Naps) -> None:
    """Nobody knows which it is."""
    served.document = thing("name", twice={"type": "object", "x-kubernetes-group-version-kind": [THING]})
    assert Schemas(broken.connection, naps.clock).tell([question()]) == [NOT_TOLD]


def test_not_too_many_answers_are_kept(
    broken: Lab, served: Served, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever policies ask for; what is forgotten is asked for again."""
    monkeypatch.setattr(schemas, "_MOST_KNOWN", 3)
    asked = Schemas(broken.connection, naps.clock)
    for number in range(9):
        (told,) = asked.tell([question(FieldPath.parse(f"spec.name{number}"))])
        assert told.fault is not None
        assert len(asked._known) <= 4
    assert served.documents() == 9

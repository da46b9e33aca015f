"""Plans over lists that a server cuts into pages: read by the product's own reader, from a server that is a list of lists."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.proof.properties.policies import compiled_text, kinds_of
from tests.unit.engine.situations import NOW
from zen_gc_core.cluster.answers import Answer
from zen_gc_core.cluster.listing import candidates
from zen_gc_core.cluster.paging import PageReader, Selection
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.files import Files
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.reaching import namespaces_of
from zen_gc_core.engine.resolving import resolve_targets
from zen_gc_core.engine.scaling import count_paths_in
from zen_gc_core.instants import EARLIEST
from zen_gc_core.keywords import Run
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.policy import Policy
from zen_gc_core.model.replicas import DEFINITION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.plan import Plan

Pages = dict[str, list[list[dict[str, Any]]]]
"""By kind: its objects, a page at a time."""


def cut(data: st.DataObject, objects: Sequence[dict[str, Any]]) -> Pages:
    """Cut the objects of each kind, in their order, at random places; a page may be empty."""
    found: Pages = {}
    for thing in objects:
        pages = found.setdefault(thing["kind"], [[]])
        for _ in range(data.draw(st.sampled_from([0, 0, 1, 2]), label="pages that end here")):
            pages.append([])
        pages[-1].append(thing)
    return found


class _Server:
    """Answers a list request with the page that its token names."""

    def __init__(self, resource: Resource, pages: list[list[dict[str, Any]]]) -> None:
        self._resource = resource
        self._pages = pages

    def request(self, method: str, path: str, *, query: dict[str, str] | None = None, **_: Any) -> Answer:
        """One page, as an API server writes it: items of a list carry neither apiVersion nor kind; it has no version."""
        if path == "/version":
            return Answer(method, path, 404, {}, b"{}")
        number = int((query or {}).get("continue", "0"))
        last = number + 1 >= len(self._pages)
        body = {
            "kind": f"{self._resource.kind}List",
            "apiVersion": self._resource.api_version,
            "metadata": {"resourceVersion": "5", **({} if last else {"continue": str(number + 1)})},
            "items": [
                {name: value for name, value in thing.items() if name not in {"apiVersion", "kind"}}
                for thing in self._pages[number]
            ],
        }
        return Answer(method, path, 200, {}, json.dumps(body).encode())


def _read(resource: Resource, pages: list[list[dict[str, Any]]]) -> Iterator[Candidate]:
    server: Any = _Server(resource, pages)
    reader = PageReader(server, resource, Selection(), timeout=60)
    token, begun = "", False
    while token or not begun:
        begun = True
        page, token = reader.read(token)
        yield from candidates(page)


def planned_by_pages(policy: dict[str, Any], objects: Sequence[dict[str, Any]], pages: Pages, *, record: bool) -> Plan:
    """The plan of a policy of the cluster, whose objects come by pages.

    Args:
        policy: The policy; it asks of no other objects.
        objects: All objects, for their Namespaces.
        pages: The same, cut.
        record: Whether it holds every decision, as a plan that is shown does, or the due ones, as the controller does.
    """
    made = compiled_text(policy)
    assert made.compiled is not None, made.errors
    resolved = resolve_targets(made.compiled.policy, lambda _target: True, cross_namespace=False)
    assert isinstance(resolved, Policy), resolved
    compiled = replace(made.compiled, policy=resolved)
    files = Files(map(JsonCandidate.from_object, objects))
    run = Run(
        NOW,
        compiled.reference,
        files.namespace,
        finishing=compiled.finishing,
        held_from=EARLIEST,
        count_path=count_paths_in(lambda: (each.object for each in files.of_kind(*DEFINITION))),
    )
    case = Case(compiled, run, Protections(), record=record)
    tallies = []
    for kind in kinds_of(policy):
        (target,) = (each for each in resolved.targets if each.kind == kind)
        tally = tally_of(case, [target])
        group, _, version = target.api_version.rpartition("/")
        resource = Resource(group, version, f"{kind.lower()}s", kind, namespaced=True)
        names = namespaces_of([target])  # nobody is shown what lives elsewhere
        for candidate in _read(resource, pages.get(kind, [[]])):
            if names is None or candidate.namespace in names:
                tally.offer(candidate)
        tallies.append(tally)
    return conclude(case, tallies, lambda: None)

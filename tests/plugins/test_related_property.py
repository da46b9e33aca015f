"""``related`` against an oracle of a few lines, over any objects, in any order and split into any lists."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from zen_gc_conditions.related import RELATED

from zen_gc_core import Undecided
from zen_gc_core.engine.relating import Gathered, Gathering, Source
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.testing import compile_keyword
from zen_gc_core.testing.keywords import run_of

CONFIG = {
    "apiVersion": "v1",
    "kind": "Pod",
    "by": {"theirs": "spec.volumes[].persistentVolumeClaim.claimName", "mine": "metadata.name"},
    "where": {"cel": "object.status.phase == 'Running'"},
}
COMPILED = {
    are: compile_keyword(RELATED, [{**CONFIG, "are": are}], targets=[("v1", "PersistentVolumeClaim")])
    for are in ("none", "any", "all")
}


@dataclass(frozen=True)
class Pod:
    """A Pod as the oracle sees it.

    Args:
        namespace: its namespace; empty where it cannot be told.
        claims: what it mounts.
        phase: Running counts, Failed does not, None cannot be told.
        readable: whether its metadata is in order.
    """

    namespace: str
    claims: tuple[str, ...]
    phase: str | None
    readable: bool

    def document(self, number):
        metadata = {"name": f"p{number}", "namespace": self.namespace, "uid": str(number)}
        if not self.readable:
            metadata["labels"] = 5
        volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": claim}} for claim in self.claims]
        status = {} if self.phase is None else {"phase": self.phase}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"volumes": volumes}, "status": status}


PODS = st.builds(
    Pod,
    st.sampled_from("ab"),
    st.lists(st.sampled_from("xyz"), max_size=2).map(tuple),
    st.sampled_from(["Running", "Failed", None]),
    st.sampled_from([True, True, True, False]),
)


def oracle(are, pods, namespace, name):
    """Whether the condition holds; None where that cannot be told."""
    there = [pod for pod in pods if pod.readable and pod.namespace == namespace and name in pod.claims]
    counts = any(pod.phase == "Running" for pod in there)
    others = any(pod.phase == "Failed" for pod in there)
    doubt = any(pod.phase is None for pod in there) or any(
        not pod.readable and pod.namespace == namespace for pod in pods
    )
    if are == "all":
        return False if others else None if doubt or not counts else True
    found = True if counts else None if doubt else False
    return found if are == "any" or found is None else not found


@settings(deadline=None, max_examples=150)
@given(
    lists=st.lists(st.lists(PODS, max_size=5), max_size=3),
    namespace=st.sampled_from("abc"),
    name=st.sampled_from("xyzw"),
    are=st.sampled_from(["none", "any", "all"]),
)
def test_it_says_what_an_oracle_says(lists, namespace, name, are):
    """However the objects are split into lists."""
    compiled = COMPILED[are]
    (relation,) = compiled.relations
    run = run_of({})
    gathered = Gathered(relation)
    for index, pods in enumerate(lists):
        gathering = Gathering(Source.of_relation(relation), run)
        for number, pod in enumerate(pods):
            gathering.offer(JsonCandidate.from_object(pod.document(f"{index}-{number}")))
        gathered.add(gathering, str(index))
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace, "uid": "c"},
    }
    knowing = replace(run, related={relation: gathered.related()})
    try:
        answer = compiled.call(JsonCandidate.from_object(claim), knowing)
    except Undecided:
        answer = None
    assert answer is oracle(are, [pod for pods in lists for pod in pods], namespace, name)

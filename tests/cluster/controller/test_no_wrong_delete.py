"""No object is ever deleted in a state that the policy would have kept: under churn, and with leaders that die or sleep."""

from __future__ import annotations

import contextlib
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING

from tests.cluster.controller.churn import POLICY, eligible, mutate, witness
from tests.cluster.controller.controllers import leader_of, let_leaders_fall
from tests.cluster.controller.stage import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Replica
    from tests.cluster.controller.stage import Stage

TROUBLES = (signal.SIGKILL, signal.SIGSTOP, signal.SIGSTOP, signal.SIGKILL, signal.SIGSTOP)


def test_five_leaders_fall_and_nothing_goes_that_should_stay(real: Stage, replica: Callable[..., Replica]) -> None:
    """A witness with a connection of its own judges the last state of everything that was deleted."""
    policy = real.policy(
        evaluationInterval="1s", behavior={"maxDeletionsPerSecond": 500, "breaker": {"minObjects": 10**6}}, **POLICY
    )
    replicas = [replica(real, name=f"r{number}").awake() for number in range(2)]
    seen = witness(real)
    with contextlib.ExitStack() as ends:
        ends.callback(seen.end)
        mutators = mutate(real, 2)
        for each in mutators:
            ends.callback(each.end)
        let_leaders_fall(real, replica, replicas, TROUBLES, after=5)
        last = until(lambda: leader_of(real, replicas))
        last.await_record("resource deleted", len(last.records("resource deleted")) + 5)
    for each in mutators:
        each.join()
    until(lambda: not [item for item in _items(real) if eligible(item)], "what is due goes when the churn is over")
    time.sleep(0.5)
    own = set().union(*(each.deleted for each in mutators))
    ended = [item for item in seen.ended if item["metadata"]["uid"] not in own]
    assert seen.gaps == 0, "a gap in the watch proves nothing"
    wrong = [item for item in ended if not eligible(item)]
    assert not wrong, wrong
    assert len(ended) >= 30, "each leader deleted five before it fell"
    intents = {each["resource_uid"] for one in replicas for each in one.records("deleting resource")}
    assert {item["metadata"]["uid"] for item in ended} <= intents, "every delete was announced in a log"
    outcomes = [each for one in replicas for each in one.records() if each.get("outcome") not in {None, "intended"}]
    deleted = Counter(each["resource_uid"] for each in outcomes if each["outcome"] == "deleted")
    assert max(deleted.values()) == 1
    results = Counter(each["outcome"] for each in outcomes)
    assert len(own) >= 50, "the adversary was at work"
    met = results["conflict"] + results["gone"] + results["dropped"]
    print(f"{len(ended)} deletes, {len(own)} by the adversary, {met} races met")  # noqa: T201  shown with -s
    assert real.status(policy)["totalDeleted"] > 0


def _items(stage: Stage) -> list[dict[str, object]]:
    return list(stage.cluster.request("GET", f"/api/v1/namespaces/{stage.namespace}/configmaps").body["items"])

"""Turns: whoever has many accounts lets the others wait for one of his lists, and not for all of them."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from zen_gc_embedded import Fault

from tests.cluster.controller.stage import EmbeddedStage, by_controller, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside

ACCOUNTS = 24
SLOW = 0.3
"""Seconds for each list: so many accounts keep the one who lists at work for several of their intervals."""


def account(stage: EmbeddedStage, name: str) -> str:
    """Make a ServiceAccount."""
    metadata = {"name": name, "namespace": stage.namespace}
    stage.cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    return name


def test_a_namespace_with_many_accounts_takes_no_turns_of_others(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Its neighbour, who comes last, is listed for while most of its own lists still wait."""
    neighbour = EmbeddedStage(embedded.cluster, embedded.cluster.namespace(), embedded.home)

    def slow(request: Request) -> Fault | None:
        lists = request.method == "GET" and request.path.endswith("/configmaps")
        return Fault(delay=SLOW) if lists and by_controller(request) else None

    for number in range(ACCOUNTS):
        embedded.policy(serviceAccountName=account(embedded, f"a{number}"))
    embedded.server.faults = slow
    inside(embedded, max_concurrent_sweeps=1)
    until(lambda: len(lists_of(embedded)) >= ACCOUNTS, "all have had a turn, and want another one")

    account(neighbour, "quiet")
    before = len(lists_of(embedded))
    policy = neighbour.policy(serviceAccountName="quiet")
    until(lambda: neighbour.settled(policy), "the neighbour's policy has run")
    waited = [each.path for each in lists_of(embedded)[before:]]
    first = next(number for number, path in enumerate(waited) if neighbour.namespace in path)
    assert first < ACCOUNTS / 2, waited


def test_all_sweeps_together_have_one_page_in_flight(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Two at the same time take their pages one after the other, so that each is asked for when the last has come."""
    asked: dict[str, list[float]] = {"configmaps": [], "secrets": []}

    def slow(request: Request) -> Fault | None:
        plural = request.path.rpartition("/")[2]
        if (
            request.method != "GET"
            or plural not in asked
            or not by_controller(request)
            or request.query["limit"] == "1"
        ):
            return None
        asked[plural].append(time.monotonic())
        return Fault(delay=SLOW)

    for kind in ("ConfigMap", "Secret"):
        embedded.policy(targetResources=[{"apiVersion": "v1", "kind": kind}])
    embedded.server.faults = slow
    inside(embedded, max_concurrent_sweeps=2)
    until(lambda: all(len(each) > 3 for each in asked.values()), "both have been listed some times")
    times = sorted(asked["configmaps"] + asked["secrets"])
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= SLOW * 0.9


def lists_of(stage: EmbeddedStage) -> list[Request]:
    """The lists of ConfigMaps so far."""
    return [each for each in stage.sent("GET") if each.path.endswith("/configmaps") and by_controller(each)]

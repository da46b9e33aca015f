"""``behavior.notice`` on clusters: an event names what will be due, and comes again when others will be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cluster.controller.stage import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage


def notices(stage: Stage, policy: str) -> list[dict[str, Any]]:
    """The events that say what will be due."""
    return [event for event in stage.events(policy) if event["reason"] == "ExpiresSoon"]


def test_what_will_be_due_is_told_once_until_it_is_something_else(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Nothing is written to it, and the policy waits as it does without."""
    first = stage.make()
    policy = stage.policy(ttl={"afterCreation": "1h"}, behavior={"notice": "2h"})
    controller = inside(stage)
    (told,) = until(lambda: notices(stage, policy))
    assert told["type"] == "Normal"
    assert told["message"].startswith(f"1 object due within 2h: ConfigMap {stage.namespace}/{first} at 20")
    seen = len(controller.records("evaluation finished", policy=policy))
    until(lambda: len(controller.records("evaluation finished", policy=policy)) >= seen + 3)
    assert [event["count"] for event in notices(stage, policy)] == [1]
    second = stage.make()
    until(lambda: len(notices(stage, policy)) == 2)
    (other,) = [event for event in notices(stage, policy) if event["message"] != told["message"]]
    assert other["message"].startswith("2 objects due within 2h: ")
    assert first in other["message"]
    assert second in other["message"]
    assert stage.settled(policy)["lastRun"]["due"] == 0


def test_what_will_not_be_due_soon_is_not_told(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Nor what a policy without a notice waits for."""
    embedded.make()
    late = embedded.policy(ttl={"afterCreation": "3h"}, behavior={"notice": "2h"})
    silent = embedded.policy(ttl={"afterCreation": "1h"})
    controller = inside(embedded)
    for policy in (late, silent):
        controller.await_record("evaluation finished", policy=policy)
    until(lambda: [embedded.settled(each).get("resourcesPending") for each in (late, silent)] == [1, 1])
    assert notices(embedded, late) == notices(embedded, silent) == []

"""Notifications of a controller: its receiver hears of what was deleted, and one that hangs holds up no run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cluster.controller.stage import until
from tests.plugins.test_notifications import KEY, Receiver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.controller.controllers import Replica
    from tests.cluster.controller.stage import Stage


def mounted(directory: Path, receiver: Receiver) -> dict[str, str]:
    """What tells a controller of a receiver."""
    secret = directory / "notify"
    secret.mkdir()
    (secret / "url").write_text(f"http://127.0.0.1:{receiver.port}/hook")
    (secret / "key").write_text(KEY)
    return {"ZEN_GC_NOTIFY_DIR": str(secret)}


def test_a_receiver_hears_of_what_was_deleted_before_the_program_ends(
    real: Stage, replica: Callable[..., Replica], tmp_path: Path
) -> None:
    """Of a single run, too, whose process ends at once."""
    name = real.make()
    policy = real.policy()
    with Receiver() as receiver:
        once = replica(real, "--once", environment=mounted(tmp_path, receiver))
        assert once.process.wait(120) == 0
        assert not real.there(name)
        (event,) = [json.loads(body) for _, body in receiver.got]
    assert event["data"]["policy"]["name"] == policy
    assert event["data"]["results"] == {"deleted": 1}
    assert [each["name"] for each in event["data"]["objects"]] == [name]


def test_a_receiver_that_hangs_holds_up_no_run(real: Stage, replica: Callable[..., Replica], tmp_path: Path) -> None:
    """Each run deletes what is due, while the first message is still on its way."""
    real.policy()
    with Receiver(0) as receiver:
        leader = replica(real, environment=mounted(tmp_path, receiver)).awake()
        for _ in range(3):
            real.make()
            until(lambda: not real.names(), "it goes meanwhile")
        assert leader.probe("/healthz") == (200, "ok\n")
        assert len(receiver.got) >= 1
        assert leader.records("plugin failed") == []

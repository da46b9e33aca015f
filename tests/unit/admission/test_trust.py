"""What readiness makes of a replica that nobody trusts."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from zen_gc_core.controller.admission.trust import Trust
from zen_gc_core.controller.process import logs
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.webhook_log import WebhookLog

if TYPE_CHECKING:
    from collections.abc import Iterator


class Told:
    """A trust with all that it tells."""

    def __init__(self, stream: io.StringIO) -> None:
        self.now = 0.0
        self.ready: bool | None = None
        self.metrics = Metrics("0.1.0")
        self.stream = stream
        self.trust = Trust("zen-gc", self.metrics, WebhookLog(), self.set, clock=lambda: self.now)

    def set(self, ready: bool) -> None:  # noqa: FBT001  as it is called
        self.ready = ready

    @property
    def gauge(self) -> int:
        return int(b"\ngc_webhook_trusted 1.0" in self.metrics.exposition())

    @property
    def said(self) -> list[str]:
        records = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return [str(record.get("message", record["event"])) for record in records]


@pytest.fixture
def told() -> Iterator[Told]:
    """A trust with its log in a text."""
    stream = io.StringIO()
    with logs.configure("debug", "json", stream):
        yield Told(stream)


def test_before_the_first_look_nothing_is_said_of_readiness(told: Told) -> None:
    """And nobody trusts it yet."""
    assert (told.ready, told.gauge) == (None, 0)


def test_who_is_trusted_is_ready(told: Told) -> None:
    """It is said once."""
    told.trust.trusted()
    told.trust.trusted()
    assert (told.ready, told.gauge, told.said) == (True, 1, ["webhook trusted"])


def test_without_a_configuration_it_is_ready_and_not_trusted(told: Told) -> None:
    """Nothing is sent to it, so that nothing can go wrong."""
    told.trust.nobody_asks("there is none")
    assert (told.ready, told.gauge, told.said) == (True, 0, ["there is none"])


def test_who_is_not_trusted_is_not_ready_for_two_minutes(told: Told) -> None:
    """Then it is, and says so: the webhook is no reason to stand still."""
    seen = []
    for seconds in (0, 60, 119, 120, 500):
        told.now = seconds
        told.trust.distrusted("x")
        seen.append((told.ready, told.gauge))
    assert seen == [(False, 0)] * 3 + [(True, 0)] * 2
    assert told.said == ["x", "x; Ready all the same, after 120 s"]


def test_the_two_minutes_begin_anew_once_it_was_trusted(told: Told) -> None:
    """Or once there was no configuration."""
    for between in (told.trust.trusted, lambda: told.trust.nobody_asks("none")):
        told.trust.distrusted("x")
        told.now += 119
        between()
        told.now += 119
        told.trust.distrusted("x")
        assert told.ready is False
        told.trust.trusted()


def test_what_cannot_be_learned_changes_nothing_but_time_goes_on(told: Told) -> None:
    """A configuration that cannot be read may trust it or not."""
    told.trust.unknown("unreachable")
    assert told.ready is True
    told.trust.trusted()
    told.trust.unknown("unreachable")
    assert (told.ready, told.gauge) == (True, 1)
    told.trust.distrusted("x")
    told.trust.unknown("unreachable")
    assert told.ready is False
    told.now += 120
    told.trust.unknown("unreachable")
    assert told.ready is True

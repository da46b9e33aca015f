"""A log that fails stops nothing but a write whose intent it should have held."""

from __future__ import annotations

import io
from typing import Any

import pytest

from zen_gc_core.controller.process import logs
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.runlog import RunLog
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.policy import PolicyReference
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending
from zen_gc_core.model.requests import Delete

POLICY = PolicyReference("GarbageCollectionPolicy", "team", "p", "u")
DECISION = Decision("v1", "ConfigMap", "team", "x", "uid", Verdict.ACT, "due", request=Delete())


class Full(io.StringIO):
    """A stream on a disk that is full."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device", text[:0])


@pytest.mark.parametrize("closed", [False, True])
def test_a_record_that_cannot_be_written_is_counted_and_an_intent_is_an_error(*, closed: bool) -> None:
    """On a full disk as with a closed stream."""
    metrics = Metrics("1")
    stream: Any = io.StringIO() if closed else Full()
    with logs.configure("debug", "json", stream):
        if closed:
            stream.close()
        log = RunLog(lost=metrics.log_record_lost)
        log.evaluating(POLICY)
        log.evaluation_failed(POLICY, Ending(Reason.EXPIRED, "why"))
        log.failed("the sweep", ValueError())
        log.stopping("SIGTERM")
        with pytest.raises((OSError, ValueError)):
            log.intent(POLICY, DECISION, "a")
        log.stopped()
    assert "gc_log_records_lost_total 5.0" in metrics.exposition().decode()


def test_a_listener_to_lost_records_that_fails_is_not_heard() -> None:
    """Nothing of it reaches who logs."""

    def lost() -> None:
        raise RuntimeError

    with logs.configure("debug", "json", Full()):
        RunLog(lost=lost).stopped()

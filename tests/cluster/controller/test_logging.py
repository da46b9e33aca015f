"""What the running controller logs: a JSON object a line, and nothing of an object's body, whatever goes wrong."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

from zen_gc_embedded import Fault

from tests.cluster.controller.stage import LABELS, TARGET, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Replica
    from tests.cluster.controller.stage import EmbeddedStage

PLANTED = "hunter2-Zm9v"
OLD = {"creationTimestamp": "2019-01-01T00:00:00Z"}
"""What must be found nowhere."""

WRITE_FIELDS = {
    "timestamp",
    "level",
    "event",
    "policy",
    "namespace",
    "phase",
    "resource_namespace",
    "resource_name",
    "resource_uid",
    "resource_kind",
    "resource_api_version",
    "reason",
    "duration",
    "attempt_id",
    "outcome",
}


def refusal(code: int) -> Fault:
    """An answer whose words quote the object, as admission webhooks like to do."""
    words = f"admission webhook denied the request: the object has password={PLANTED}"
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": words, "code": code}
    return Fault(status=code, body=json.dumps(body).encode())


def test_nothing_of_an_objects_body_is_ever_told(embedded: EmbeddedStage, replica: Callable[..., Replica]) -> None:
    """Planted in data, annotations, environments, Secrets, statuses, values that fail, and the server's own words."""
    note = {"note": PLANTED}
    for name in ("deleted", "refused", "denied", "conflicting", "failing", "hidden"):
        embedded.make(name, data={"password": PLANTED, "until": "2020-01-01"}, metadata={"annotations": note, **OLD})
    embedded.make("unreadable", data={"until": PLANTED})
    embedded.make("odd", data={"until": "2020-01-01", "count": PLANTED}, metadata=OLD)
    embedded.make("secret", kind="Secret", stringData={"password": PLANTED}, metadata={"annotations": note})
    env = {"name": "c", "image": "i", "env": [{"name": "PASSWORD", "value": PLANTED}]}
    embedded.make("pod", kind="Pod", spec={"containers": [env]}, status={"phase": "Failed", "message": PLANTED})
    embedded.policy(
        "configmaps",
        ttl={"expiresAt": {"path": "data.until"}},
        conditions={"cel": "int(object.data.count) > 0 || true"},
    )
    embedded.policy("others", targetResources=[{**TARGET, "kind": kind} for kind in ("Pod", "Secret")])
    embedded.policy("invalid", conditions={"phaze": []})
    answers = {
        "refused": refusal(422),
        "conflicting": refusal(409),
        "failing": refusal(500),
        "hidden": refusal(400),
    }

    def answer(request: Request) -> Fault | None:
        if request.method == "DELETE":
            return answers.get(request.path.rpartition("/")[2])
        return refusal(422) if request.path.endswith("/configmaps/invalid/status") else None

    embedded.server.faults = answer
    started = replica(embedded, "--log-level=debug", "--enable-leader-election=false").awake()
    started.await_record("deletion failed after retries", resource_name="failing")
    started.await_record("evaluation finished", policy="others")
    until(lambda: not embedded.there("deleted"))
    answers["denied"] = refusal(403)
    embedded.make("denied-too", data={"password": PLANTED, "until": "2020-01-01"})
    answers["denied-too"] = refusal(403)
    embedded.make("denied-three", data={"password": PLANTED, "until": "2020-01-01"})
    answers["denied-three"] = refusal(403)
    embedded.server.faults = lambda each: refusal(403) if each.method == "DELETE" else None
    embedded.make("last", data={"until": "2020-01-01"}, metadata=OLD)
    embedded.edit("configmaps", {"evaluationInterval": "2s"})  # asks for a run, which failures have put off
    started.await_record("resource not deleted", policy="configmaps", resource_name="last")
    until(lambda: "DeletionFailed" in embedded.reasons("configmaps"))
    metrics = str(started.scrape().values)
    events = json.dumps(embedded.events())
    started.send(signal.SIGTERM)
    assert started.wait() == 0
    said = started.text() + started.err.read_text()
    for told in (said, metrics, events):
        assert PLANTED not in told
    assert PLANTED not in json.dumps([embedded.status(policy) for policy in ("configmaps", "others", "invalid")])
    assert not started.err.read_text()
    for line in started.text().splitlines():
        record = json.loads(line)
        assert {"timestamp", "level", "event"} <= set(record)
        assert record["timestamp"].endswith("Z")
    writes = [each for each in started.records() if each.get("attempt_id")]
    assert {each["event"] for each in writes} >= {
        "deleting resource",
        "resource deleted",
        "resource not deleted",
        "deletion failed after retries",
    }
    for record in writes:
        assert set(record) >= WRITE_FIELDS, record
        assert record["resource_uid"]
    failed = started.records("resource not deleted", resource_name="refused")[0]
    assert (failed["outcome"], failed["error"], failed["status"]) == ("failed", "Refused", 422)
    intended = [each["attempt_id"] for each in started.records("deleting resource")]
    ended = {each["attempt_id"] for each in writes if each["event"] != "deleting resource"}
    assert set(intended) == ended


def test_a_run_at_info_is_one_line_and_a_write_two(embedded: EmbeddedStage, replica: Callable[..., Replica]) -> None:
    """What was done, and no more."""
    embedded.make_many(3)
    embedded.policy(evaluationInterval="1h")
    started = replica(embedded, "--enable-leader-election=false").awake()
    started.await_record("evaluation finished")
    started.send(signal.SIGTERM)
    assert started.wait() == 0
    assert sorted(each["event"] for each in started.records()) == [
        "controller started",
        "controller stopped",
        "controller stopping",
        *["deleting resource"] * 3,
        "evaluation finished",
        *["resource deleted"] * 3,
    ]


def test_the_console_format_is_for_people(embedded: EmbeddedStage, replica: Callable[..., Replica]) -> None:
    """No JSON; and still a line a record, with no colours in a file."""
    embedded.cluster.create(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "x", "namespace": embedded.namespace, "labels": LABELS},
        }
    )
    embedded.policy(evaluationInterval="1h")
    started = replica(embedded, "--log-format=console", "--enable-leader-election=false")
    until(lambda: "evaluation finished" in started.text())
    started.send(signal.SIGTERM)
    assert started.wait() == 0
    assert "\x1b" not in started.text()
    assert not any(line.startswith("{") for line in started.text().splitlines())

"""What an object holds is told to nobody who may only read policies, events and metrics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cluster.controller.controllers import fetch
from tests.cluster.controller.stage import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import Stage

SECRET = "hunter2pa55w0rd"
DATA = {"secret": SECRET, "json": json.dumps({"password": SECRET}), "number": "12", "instant": "2031-05-17T03:02:01Z"}
READS = tuple({"after": {"since": {"path": path}, "wait": "1h"}} for path in ("data.secret", "data.json"))


def cel(text: str) -> dict[str, Any]:
    """A policy with a CEL condition."""
    return {"conditions": {"cel": text}}


def fields(path: str, operator: str, value: Any = None) -> dict[str, Any]:
    """A policy that asks about a field."""
    return {"conditions": {"fields": [{"path": path, "operator": operator, **({"value": value} if value else {})}]}}


PRYING: dict[str, dict[str, Any]] = {
    "cel-map": cel("{'a': true}[object.data.secret]"),
    "cel-index": cel("[true][int(object.data.secret)]"),
    "cel-duration": cel("duration(object.data.secret) > duration('1s')"),
    "cel-timestamp": cel("timestamp(object.data.secret) < now"),
    "cel-number": cel("int(object.data.secret) > 1"),
    "cel-double": cel("double(object.data.secret) > 1.0"),
    "cel-quantity": cel("quantity(object.data.secret).isGreaterThan(quantity('1'))"),
    "cel-pattern": cel("'a'.matches('[' + object.data.secret)"),
    "cel-url": cel("url(object.data.secret).getHost() == 'a'"),
    "cel-bool": cel("bool(object.data.secret)"),
    "cel-key": cel("object.data[object.data.secret] == 'a'"),
    "cel-format": cel("'%d'.format([object.data.secret]) == 'a'"),
    "cel-nested": {"conditions": {"any": [{"all": [{"cel": "int(object.data.secret) > 1"}]}]}},
    "cel-none": {"conditions": {"none": [{"cel": "int(object.data.json) > 1"}]}},
    "jmespath-number": {"conditions": {"jmespath": "abs(to_number(data.secret)) > `1`"}},
    "jmespath-sum": {"conditions": {"jmespath": "sum(values(data)) > `1`"}},
    "jmespath-type": {"conditions": {"jmespath": "data.secret"}},
    "jmespath-keys": {"conditions": {"jmespath": "length(keys(data)) > to_number(data.secret)"}},
    "fields-greater": fields("data.secret", "GreaterThan", 3),
    "fields-less": fields("data.json", "LessThan", 3),
    "ttl-since": {"ttl": READS[0]},
    "ttl-since-json": {"ttl": READS[1]},
    "ttl-wait": {"ttl": {"after": {"since": "created", "wait": {"path": "data.secret"}}}},
    "ttl-expires": {"ttl": {"expiresAt": {"path": "data.secret"}}},
    "ttl-cel": {"ttl": {"cel": "timestamp(object.data.secret)"}},
    "ttl-cel-text": {"ttl": {"cel": "object.data.secret"}},
    "ttl-cel-told": {
        "ttl": {"cel": "timestamp('2020-01-01T00:00:00Z') + duration(string(size(object.data.secret)) + 'h')"}
    },
    "ttl-annotation": {"ttl": {"expiresAt": {"path": "metadata.annotations['acme.com/until']"}}},
}
"""Policies that are valid, and whose errors or reasons quote what they read."""

TOLD_AT = "2020-01-01T15:00:00Z"
"""When the policy ``ttl-cel-told`` says that the object was due: a value of the object in another dress."""


def test_a_policy_tells_nothing_of_what_it_reads(stage: Stage, inside: Callable[..., Inside]) -> None:
    """No status, no event, no metric, and nothing that is logged at info quotes a value; each says where it stands."""
    secret = stage.make(
        data=DATA, metadata={"annotations": {"acme.com/until": SECRET, "acme.com/instant": DATA["instant"]}}
    )
    assert len(PRYING) >= 20
    for name, spec in PRYING.items():
        stage.policy(name, behavior={"dryRun": True}, **spec)
    controller = inside(stage)
    until(
        lambda: all(stage.reason(name) for name in PRYING),
        "all are evaluated",
    )
    refused = {name: stage.condition(name) for name in PRYING if stage.reason(name) != "Evaluated"}
    assert not refused, "they are valid"
    degraded = {name: stage.condition(name, "Degraded") for name in PRYING}
    places = {name: each["message"] for name, each in degraded.items() if each["status"] == "True"}
    assert len(places) >= 20, sorted(set(PRYING) - set(places))
    for name, message in places.items():
        assert f"ConfigMap {stage.namespace}/{secret}: " in message
        assert "spec." in message, (name, message)
    until(lambda: {event["involvedObject"]["name"] for event in stage.events()} >= set(PRYING))
    told = {
        "status": json.dumps([stage.status(name) for name in PRYING]),
        "events": json.dumps(stage.events()),
        "metrics": fetch(controller.controller.metrics_port, "/metrics")[1],
        "log": "\n".join(json.dumps(each) for each in controller.records() if each["level"] != "debug"),
    }
    for where, text in told.items():
        assert SECRET not in text, where
        assert DATA["instant"] not in text, where
    for where in ("status", "events", "metrics"):
        assert TOLD_AT not in told[where], where

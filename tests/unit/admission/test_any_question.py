"""Whatever is asked: an answer or one line, never a traceback, and a refusal only of a policy that has problems."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.documents import places, put
from tests.unit.admission.reviews import RIGHT, policy, question
from zen_gc_core.controller.admission.reviewing import Reviewer
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.webhook_log import WebhookLog
from zen_gc_core.engine.checking import compile_document
from zen_gc_core.engine.protections import Grants
from zen_gc_core.plugins import installed_entry_points, load_plugins

VOCABULARY = load_plugins(installed_entry_points()).vocabulary
METRICS = Metrics("0.1.0")
REVIEWER = Reviewer(VOCABULARY, Grants(), WebhookLog(), METRICS, longest=120.0)
QUESTIONS = [question(policy(RIGHT)), question(policy(RIGHT), policy({**RIGHT, "paused": True}))]

leaves = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=8) | st.sampled_from(
    ["", "CREATE", "UPDATE", "DELETE", "7d", "GarbageCollectionPolicy", "a/b"]
)
values = st.recursive(
    leaves | texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)


@settings(max_examples=300)
@given(data=st.data())
def test_anything_may_stand_anywhere_in_a_question(data: st.DataObject) -> None:
    """Of what remains a policy, exactly the problems are answered that it has."""
    asked: Any = copy.deepcopy(data.draw(st.sampled_from(QUESTIONS)))
    for _ in range(data.draw(st.integers(1, 3))):
        asked = put(asked, data.draw(st.sampled_from(list(places(asked)))), data.draw(values))
    page = REVIEWER.page(json.dumps(asked).encode())
    assert page.status in {200, 400}
    if page.status == 400:
        assert page.body.count(b"\n") == 1
        return
    response = json.loads(page.body)["response"]
    assert response["uid"] == asked["request"]["uid"]
    if response["allowed"]:
        return
    request = asked["request"]
    namespace = request.get("namespace")
    home = namespace if isinstance(namespace, str) and namespace else "default"
    errors = compile_document(request["object"], VOCABULARY, Grants(), home).errors
    assert [each["field"] for each in response["status"]["details"]["causes"]] == [
        each.path or "spec" for each in errors
    ]


@settings(max_examples=200)
@given(
    body=st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | values.map(lambda it: json.dumps(it).encode())
)
def test_any_bytes_are_answered_with_one_line(body: bytes) -> None:
    """They are no question."""
    page = REVIEWER.page(body)
    assert (page.status, page.body.count(b"\n")) == (400, 1)

"""What the webhook answers: what ``zen-gc validate`` says of a policy, and never a refusal for a fault of its own."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.docs.policies import shown_policies
from tests.unit.admission.reviews import RIGHT, WRONG, a_review, policy, question
from zen_gc_core.controller.admission import reviewing
from zen_gc_core.controller.admission.review import Verdict, answer
from zen_gc_core.controller.admission.reviewing import Reviewer
from zen_gc_core.controller.process import logs
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.webhook_log import WebhookLog
from zen_gc_core.engine.checking import compile_document
from zen_gc_core.engine.protections import Grants
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, Problem
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
VOCABULARY = load_plugins(installed_entry_points()).vocabulary
EXAMPLES = sorted(ROOT.glob("examples/policies/*/policy.yaml"))


class Clock:
    """A clock that a test sets."""

    now = 0.0
    step = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture
def metrics() -> Metrics:
    """The metrics of a controller."""
    return Metrics("0.1.0")


@pytest.fixture
def reviewer(metrics: Metrics, tmp_path: Path) -> Iterator[Reviewer]:
    """What answers, with its log in a file."""
    with (tmp_path / "log").open("w") as stream, logs.configure("debug", "json", stream):
        yield Reviewer(VOCABULARY, Grants(), WebhookLog(), metrics)


def asked(reviewer: Reviewer, document: Any) -> dict[str, Any]:
    """The response to a question."""
    page = reviewer.page(json.dumps(document).encode())
    assert page.status == 200, page.body
    assert page.content_type == "application/json"
    found = json.loads(page.body)
    assert (found["apiVersion"], found["kind"]) == ("admission.k8s.io/v1", "AdmissionReview")
    response: dict[str, Any] = found["response"]
    if isinstance(document, dict):
        assert response["uid"] == document["request"]["uid"]
    return response


def test_a_right_policy_passes_without_a_word(reviewer: Reviewer) -> None:
    """Nothing but the answer."""
    assert set(asked(reviewer, question(policy(RIGHT)))) == {"uid", "allowed"}


def test_a_wrong_policy_is_refused_with_every_problem_at_its_path(reviewer: Reviewer) -> None:
    """As causes, which kubectl lists, and in the message, for whoever shows only that; the paths go to the audit log."""
    spec = {**WRONG, "paused": "no"}
    response = asked(reviewer, question(policy(spec)))
    status = response["status"]
    assert (response["allowed"], status["code"], status["reason"]) == (False, 422, "Invalid")
    assert {each["field"] for each in status["details"]["causes"]} == {"spec.ttl.afterCreation", "spec.paused"}
    assert (status["details"]["kind"], status["details"]["name"]) == (NAMESPACED, "p")
    for each in status["details"]["causes"]:
        assert f"\n* {each['field']}: {each['message']}" in status["message"]
    assert response["auditAnnotations"] == {"errors": "2", "paths": "spec.paused, spec.ttl.afterCreation"}


def test_warnings_are_lines_and_not_too_many() -> None:
    """The API server makes a header of each: of 4,096 characters together."""
    many = answer(a_review(), Verdict(warnings=("a\nb\x1b[31m", "x" * 9000, *map(str, range(30)))))["response"]
    assert many["allowed"]
    assert len(many["warnings"]) == 16
    assert many["warnings"][0] == "a b\\x1b[31m"
    assert len(many["warnings"][1]) == 250
    assert many["warnings"][-1] == "17 more warnings: zen-gc validate prints them all"
    assert many["auditAnnotations"] == {"warnings": "32"}
    one = answer(a_review(), Verdict((Problem("", "a\x1bb"),)))["response"]["status"]
    assert one["details"]["causes"] == [{"reason": "FieldValueInvalid", "field": "spec", "message": "a\\x1bb"}]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(question(None, policy(WRONG), operation="DELETE"), id="a delete"),
        pytest.param(question(policy(WRONG), subResource="status"), id="a part"),
        pytest.param(question(policy(WRONG, labels={"a": "b"}), policy(WRONG)), id="an edit beside the spec"),
        pytest.param(
            question(policy(WRONG, deletionTimestamp="2026-01-01T00:00:00Z"), policy(RIGHT)), id="one that goes"
        ),
        pytest.param(question(policy(RIGHT), operation="CONNECT"), id="a connect"),
    ],
)
def test_what_says_nothing_new_passes(reviewer: Reviewer, document: dict[str, Any]) -> None:
    """A wrong policy that is there can be deleted, labelled, and freed of its finalizers."""
    assert asked(reviewer, document) == {"uid": document["request"]["uid"], "allowed": True}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(question(policy(WRONG)), id="another namespace"),
        pytest.param(question(policy(WRONG, kind=CLUSTER), namespace=""), id="the cluster"),
    ],
)
def test_policies_that_are_not_served_pass_with_a_word(
    metrics: Metrics, reviewer: Reviewer, document: dict[str, Any]
) -> None:
    """Of another team's controller, whose rules may be other ones; and of none where they say nothing new."""
    watching = Reviewer(VOCABULARY, Grants(), WebhookLog(), metrics, watched=("team-b", "team-c"))
    response = asked(watching, document)
    assert response["allowed"]
    assert response["warnings"] == [
        "zen-gc has not checked this policy: this controller serves those of team-b and team-c alone"
    ]
    assert not asked(reviewer, document)["allowed"]
    request = document["request"]
    unchanged = {**request, "operation": "UPDATE", "oldObject": request["object"]}
    assert set(asked(watching, {**document, "request": unchanged})) == {"uid", "allowed"}
    served = question(policy(WRONG), namespace="team-c")
    assert not asked(watching, served)["allowed"]


@pytest.mark.parametrize(("old", "new"), [({"paused": True}, {"paused": 1}), ({"paused": 1}, {"paused": 1.0})])
def test_a_change_of_type_is_a_change(reviewer: Reviewer, old: dict[str, Any], new: dict[str, Any]) -> None:
    """1 is true in Python, and nowhere else."""
    assert not asked(reviewer, question(policy({**RIGHT, **new}), policy({**RIGHT, **old})))["allowed"]


def test_what_is_no_policy_passes_with_a_word(reviewer: Reviewer) -> None:
    """Somebody has pointed a configuration here that asks too much."""
    pod = question({"apiVersion": "v1", "kind": "Pod"}, kind={"group": "", "version": "v1", "kind": "Pod"})
    assert asked(reviewer, pod)["warnings"] == ["zen-gc checks policies, and a Pod is none"]
    assert asked(reviewer, pod)["allowed"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no JSON"),
        (b"{", "does not end"),
        (b"\xff\xfe", "no JSON"),
        (b'{"a": NaN}', "no JSON"),
        (b"[]", "the body must be an AdmissionReview of admission.k8s.io/v1"),
        (b"null", "the body must be an AdmissionReview"),
        (b"{}", "the body must be an AdmissionReview"),
        (b'{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}', "no request with a uid"),
        (b'{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": []}', "no request with a uid"),
        (
            b'{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": 5}}',
            "no request with a uid",
        ),
        (
            b'{"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview", "request": {"uid": "u"}}',
            "must be an AdmissionReview of admission.k8s.io/v1",
        ),
        (b'{"apiVersion": "v1", "kind": "Pod", "request": {"uid": "u"}}', "must be an AdmissionReview"),
        (json.dumps(question(None, kind=question(policy(RIGHT))["request"]["kind"])).encode(), "object is missing"),
        (json.dumps(question([1])).encode(), "request.object is no object"),
        (b"[" * 3_000_000, "no JSON"),
        (b"[" * 90_000 + b"]" * 90_000, "no JSON"),
    ],
    ids=range(16),
)
def test_what_is_no_question_is_a_400_of_one_line(
    reviewer: Reviewer, metrics: Metrics, body: bytes, words: str
) -> None:
    """Never a refusal, never a traceback."""
    page = reviewer.page(body)
    assert page.status == 400
    assert page.body.startswith(b"400 ")
    assert page.body.count(b"\n") == 1
    assert words in page.body.decode()
    assert b'gc_admission_requests_total{kind="",operation="",result="error"} 1.0' in metrics.exposition()


@pytest.mark.parametrize(
    "strange",
    [
        pytest.param('{"a":' * 3000 + "1" + "}" * 3000, id="deep"),
        pytest.param('"\\ud800"', id="surrogate"),
    ],
)
def test_a_policy_that_no_controller_reads_is_refused(reviewer: Reviewer, metrics: Metrics, strange: str) -> None:
    """As the controller does; the question around it is read all the same, and another namespace's is let pass."""
    text = json.dumps(question(policy({**RIGHT, "conditions": {"x": "HERE"}}))).replace('"HERE"', strange)
    page = reviewer.page(text.encode())
    response = json.loads(page.body)["response"]
    assert not response["allowed"]
    assert response["status"]["details"]["causes"][0]["field"] == "spec"
    watching = Reviewer(VOCABULARY, Grants(), WebhookLog(), metrics, watched=("team-b",))
    assert json.loads(watching.page(text.encode()).body)["response"]["allowed"]


@pytest.mark.parametrize("kind", [NAMESPACED, CLUSTER])
def test_it_refuses_what_validate_refuses_and_nothing_else(reviewer: Reviewer, kind: str) -> None:
    """Every policy of every page and example, right or wrong: the same problems, the same warnings."""
    documents = [shown.document for shown in shown_policies()]
    documents += [each for path in EXAMPLES for each in yaml.safe_load_all(path.read_text()) if each]
    seen = {True: 0, False: 0}
    for found in documents:
        if found.get("kind") not in {NAMESPACED, CLUSTER}:
            continue
        document = {**found, "kind": kind}
        expected = compile_document(document, VOCABULARY, Grants(), "team-a").errors
        response = asked(reviewer, question(document))
        assert response["allowed"] is not bool(expected), document
        if expected:
            assert [each["field"] for each in response["status"]["details"]["causes"]] == [
                each.path or "spec" for each in expected
            ]
        seen[response["allowed"]] += 1
    assert min(seen.values()) > 10


def test_a_fault_of_its_own_refuses_nobody(
    reviewer: Reviewer, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong while it looks, the controller looks again."""

    def failing(*_: Any) -> None:
        raise RuntimeError("a bug that quotes data")

    monkeypatch.setattr(reviewing, "compile_document", failing)
    response = asked(reviewer, question(policy(WRONG)))
    assert response["allowed"]
    assert response["warnings"] == [
        "zen-gc has not checked this policy: checking failed (RuntimeError); the controller checks it before it acts"
    ]
    label = b'gc_admission_requests_total{kind="GarbageCollectionPolicy",operation="CREATE",result="error"} 1.0'
    assert label in metrics.exposition()


def test_a_policy_that_takes_too_long_passes_with_a_word(metrics: Metrics) -> None:
    """The API server would not wait for the answer."""
    clock = Clock()
    clock.step = 2.0
    slow = Reviewer(VOCABULARY, Grants(), WebhookLog(), metrics, clock=clock, longest=3.0)
    response = asked(slow, question(policy({**WRONG, "conditions": {"any": [{"olderThan": "1h"}] * 20}})))
    assert response["allowed"]
    assert "it takes more than 3 s to check" in response["warnings"][0]


def test_without_a_required_plugin_nothing_is_refused(metrics: Metrics) -> None:
    """Its keywords would all be unknown."""
    why = "the required plugin 'acme' is not installed"
    lacking = Reviewer(VOCABULARY, Grants(), WebhookLog(), metrics, missing_plugins=(why,))
    response = asked(lacking, question(policy(WRONG)))
    assert response["allowed"]
    assert why in response["warnings"][0]


def test_one_policy_is_looked_at_at_a_time_and_nobody_waits_for_ever(
    metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has waited for too long passes, with a word."""
    entered, leave = threading.Event(), threading.Event()

    def slowly(*given: Any) -> Any:
        entered.set()
        assert leave.wait(120)
        return compile_document(*given[:4])

    monkeypatch.setattr(reviewing, "compile_document", slowly)
    busy = Reviewer(VOCABULARY, Grants(), WebhookLog(), metrics, longest=0.2)
    first: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: first.append(asked(busy, question(policy(WRONG)))))
    thread.start()
    assert entered.wait(120)
    second = asked(busy, question(policy(WRONG)))
    large = busy.page(json.dumps(question(policy({**WRONG, "x": "y" * 2_000_000}))).encode())
    leave.set()
    thread.join()
    assert second["allowed"]
    assert "too many policies are written at the same time" in second["warnings"][0]
    assert not first[0]["allowed"]
    assert (large.status, large.body) == (503, b"503 too many policies are written at the same time\n")


def test_what_is_no_question_is_said_once_a_minute(metrics: Metrics) -> None:
    """Whoever reaches the port may ask as often as they like; the log is for others, too. All of it is counted."""
    stream, clock = io.StringIO(), Clock()
    with logs.configure("debug", "json", stream):
        patient = Reviewer(VOCABULARY, Grants(), WebhookLog(), metrics, clock=clock)
        for seconds in (0, 1, 59, 61, 62):
            clock.now = seconds
            assert patient.page(b"[]").status == 400
    said = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert said == ["review not understood"] * 2
    assert b'gc_admission_requests_total{kind="",operation="",result="error"} 5.0' in metrics.exposition()

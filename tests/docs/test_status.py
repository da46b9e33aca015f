"""The reference of the status has every reason, field and event that the controller writes, and no other."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.docs.pages import DOCS, REPOSITORY, section_of, table_rows, text_of
from zen_gc_core.cluster import errors
from zen_gc_core.controller.telling import policy_status
from zen_gc_core.controller.telling.run_reporter import event_of
from zen_gc_core.engine.crds.status_schema import status_schema
from zen_gc_core.engine.judging import MARK_CONFLICT
from zen_gc_core.engine.parsing.document import INVALID, SCOPE_DENIED
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.results import Result
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = DOCS / "reference" / "status.md"
TROUBLESHOOT = DOCS / "how-to" / "troubleshoot.md"
_WORD = re.compile(r"`([A-Z][A-Za-z]+)`")
_REASON = re.compile(r"[A-Z][A-Za-z]+")
_SAID_OF_RUNS = {"Stopped": 0, "failed": 0, "invalid": 0}
_SAID_OF_POLICIES = {"Standing": 2}


def calls() -> Iterator[ast.Call]:
    """Every call in the controller."""
    for place in sorted((REPOSITORY / "zen_gc_core" / "controller").rglob("*.py")):
        yield from (
            node for node in ast.walk(ast.parse(place.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
        )


def name_of_call(call: ast.Call) -> str:
    """The last part of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def literals(nodes: list[ast.expr]) -> list[str]:
    """Those of some expressions that are text."""
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def ending_reasons() -> dict[str, bool]:
    """The reasons that end runs, each with whether it is somebody's wish everywhere."""
    found: dict[str, bool] = {}
    for call in calls():
        position = _SAID_OF_RUNS.get(name_of_call(call))
        if position is None or not call.args:
            continue
        wished = any(keyword.arg == "expected" and ast.unparse(keyword.value) == "True" for keyword in call.keywords)
        for reason in literals([call.args[position]]):
            found[reason] = wished and found.get(reason, True)
    return {reason: wished for reason, wished in found.items() if _REASON.fullmatch(reason)}


def reasons_in_code() -> set[str]:
    """Every reason that a condition may have."""
    standing = {
        reason
        for call in calls()
        if name_of_call(call) == "Standing"
        for reason in literals([keyword.value for keyword in call.keywords if keyword.arg == "reason"])
    }
    cluster = {
        vars(kind)["reason"] for kind in vars(errors).values() if isinstance(kind, type) and "reason" in vars(kind)
    }
    return standing | cluster | set(ending_reasons()) | {INVALID, SCOPE_DENIED, ClusterError.__name__}


def words_in(section: str, page: str = text_of(PAGE)) -> set[str]:
    """The words that look like a reason in a section."""
    return set(_WORD.findall(page.split(f"\n## {section}\n")[1].split("\n## ", maxsplit=1)[0]))


def test_every_reason_of_ready_is_documented_and_no_other() -> None:
    """Those that are no failure stand below the table."""
    assert words_in("Ready") == reasons_in_code()


def test_the_reasons_that_are_no_failure_are_named_as_such() -> None:
    """They end a run without becoming a condition's reason."""
    below = section_of(PAGE, "Ready").split("A run that ends because")[1]
    wished = {reason for reason, expected in ending_reasons().items() if expected}
    assert set(_WORD.findall(below)) == wished | {errors.AuthorityLost.reason}


def test_every_reason_of_degraded_is_documented() -> None:
    """Beside those of Ready."""
    written = {policy_status._AS_EXPECTED[0], policy_status._FAILED_RUN, "EvaluationErrors", MARK_CONFLICT}
    assert words_in("Degraded") == written
    assert "EvaluationErrors" in (REPOSITORY / "zen_gc_core/controller/telling/policy_status.py").read_text(
        encoding="utf-8"
    )


def test_troubleshooting_has_an_answer_to_every_failure() -> None:
    """What can be a reason of Ready being false, or of Degraded being true."""
    wished = {reason for reason, expected in ending_reasons().items() if expected}
    failures = reasons_in_code() - wished - {"Evaluated", "Paused", errors.AuthorityLost.reason}
    assert failures <= set(_WORD.findall(text_of(TROUBLESHOOT)))
    assert {"EvaluationErrors", "DeletionFailed"} <= set(_WORD.findall(text_of(TROUBLESHOOT)))


def test_every_event_is_documented_and_no_other() -> None:
    """By its reason."""
    recorded = {reason for call in calls() if name_of_call(call) == "record" for reason in literals(call.args[1:2])}
    actions = load_plugins(installed_entry_points()).vocabulary.actions.values()
    for request in {request for action in actions for request in action.requests}:
        recorded |= {event[0] for result in Result if (event := event_of(request, result)) is not None}
    rows = table_rows(section_of(PAGE, "Events"))
    assert {name for cells in rows for name in re.findall(r"`(\w+)`", cells[0])} == recorded


def test_every_field_of_the_status_is_documented_and_no_other() -> None:
    """As the CRDs have them."""
    properties = status_schema()["properties"]
    head = text_of(PAGE).split("\n## ")[0]
    assert {name for cells in table_rows(head) for name in re.findall(r"`(\w+)`", cells[0])} == set(properties)
    run = dict(properties["lastRun"]["properties"])
    kept = {f"kept.{name}" for name in run.pop("kept")["properties"]}
    assert {cells[0].strip("`") for cells in table_rows(section_of(PAGE, "lastRun"))} == set(run) | kept

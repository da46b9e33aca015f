"""Alerts, runbooks and the dashboard: what they ask is there, and each alert is known to fire and to be silent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.dashboard import ROWS
from tests.platform.charts import find, objects
from tests.platform.outside import run
from zen_gc_core.controller.telling.families import Families
from zen_gc_core.controller.telling.registry import Registry

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy/monitoring"
RULES = yaml.safe_load((MONITORING / "rules.yaml").read_text())["groups"][0]["rules"]
NAMES = [rule["alert"] for rule in RULES]
CASES = [
    case
    for test in yaml.safe_load((MONITORING / "rules_test.yaml").read_text())["tests"]
    for case in test["alert_rule_test"]
]
QUERIES = {f"{panel.title}: {query}": query for _, row in ROWS for panel in row for query, _ in panel.queries}
ZEROED = {
    "gc_expression_errors_total",
    "gc_leader_election_transitions_total",
    "gc_recycled_copies_total",
    "gc_related_failures_total",
    "gc_resources_deleted_total",
    "gc_write_outcomes_total",
}
"""Counters that are at 0 before anything is counted; tests of the metrics see to that."""
OF_PROCESSES = {"process_resident_memory_bytes", "process_cpu_seconds_total"}


def metrics() -> set[str]:
    """Every sample of the controller's own that a query may ask for."""
    made = Registry()
    Families(made)
    found = set()
    for name, kind in re.findall(r"^# TYPE (gc_\w+) (\w+)$", made.exposition().decode(), re.MULTILINE):
        found |= {f"{name}_{part}" for part in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    return found


def asked(query: str) -> set[str]:
    """The metrics that a query names."""
    return set(re.findall(r"\b(?:gc|process)_\w+", query))


def test_promtool_finds_each_alert_to_fire_and_to_be_silent_as_its_cases_say() -> None:
    """Debian's promtool, on the rules as they are shipped."""
    checked = run("promtool", "check", "rules", MONITORING / "rules.yaml")
    assert checked.returncode == 0, checked.stderr
    tested = run("promtool", "test", "rules", MONITORING / "rules_test.yaml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize("name", NAMES)
def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(name: str) -> None:
    """A rule that cannot fire would pass every other test."""
    outcomes = {bool(case["exp_alerts"]) for case in CASES if case["alertname"] == name}
    assert outcomes == {True, False}


def test_no_case_is_of_an_alert_that_there_is_not() -> None:
    """Promtool takes one for an alert that is silent."""
    assert {case["alertname"] for case in CASES} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_alert_has_a_page_that_says_what_to_do(name: str) -> None:
    """Three headings, and something under each."""
    text = (ROOT / "docs/runbooks" / f"{name}.md").read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    assert headings == [name, "What it means", "What to do", "How to silence it"]
    assert all(part.strip() for part in re.split(r"^#+ .+$", text, flags=re.MULTILINE)[2:])


def test_no_page_is_of_an_alert_that_there_is_not() -> None:
    """And the list of them names each."""
    pages = {page.stem for page in (ROOT / "docs/runbooks").glob("*.md")}
    assert pages == set(NAMES)
    listed = (ROOT / "docs/how-to/watch-with-prometheus.md").read_text()
    assert all(f"../runbooks/{name}.md" in listed for name in NAMES)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_an_alert_says_what_is_wrong_and_asks_for_metrics_that_there_are(rule: dict[str, Any]) -> None:
    """An unknown metric is an empty answer, and such an alert is silent for ever."""
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert set(rule["annotations"]) == {"summary", "description"}
    assert asked(rule["expr"])
    assert asked(rule["expr"]) <= metrics()


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_what_a_rule_asks_by_increase_begins_at_zero(rule: dict[str, Any]) -> None:
    """Else the first of it is never seen."""
    grown = set(re.findall(r"(?:increase|rate)\((gc_\w+)", rule["expr"]))
    assert grown <= ZEROED


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_panel_asks_for_metrics_that_there_are(query: str) -> None:
    """By name: Prometheus answers an unknown one with nothing."""
    assert asked(query)
    assert asked(query) <= metrics() | OF_PROCESSES


def test_every_metric_is_on_the_dashboard() -> None:
    """Or on the list of those that are left out."""
    shown = {name for query in QUERIES.values() for name in asked(query)}
    histograms = {name.removesuffix("_bucket") for name in shown if name.endswith("_bucket")}
    left_out = {"gc_policy_interval_seconds", *(f"{name}_{part}" for name in histograms for part in ("sum", "count"))}
    assert metrics() - shown <= left_out


def test_the_dashboard_names_no_data_source_and_every_panel_explains_itself() -> None:
    """It is imported anywhere."""
    board = json.loads((MONITORING / "dashboard.json").read_text())
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert board["uid"] == "zen-gc"
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert {panel["datasource"]["uid"] for panel in panels} == {"${datasource}"}
    assert all(panel["description"] and panel["fieldConfig"]["defaults"]["unit"] for panel in panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def test_the_chart_ships_the_alerts_with_their_pages_and_the_dashboard() -> None:
    """As they are in the tree."""
    given = {
        "metrics": {
            "rules": {
                "enabled": True,
                "labels": {"release": "prometheus"},
                "alertLabels": {"team": "platform"},
                "runbookUrl": "https://docs.example.com/runbooks/",
            },
            "dashboard": {"enabled": True, "annotations": {"folder": "gc"}},
        }
    }
    items = objects(given)
    rules = find(items, "PrometheusRule")
    assert rules["metadata"]["labels"]["release"] == "prometheus"
    assert [rule["expr"] for rule in rules["spec"]["groups"][0]["rules"]] == [rule["expr"] for rule in RULES]
    for rule in rules["spec"]["groups"][0]["rules"]:
        assert rule["labels"]["team"] == "platform"
        assert rule["annotations"]["runbook_url"] == f"https://docs.example.com/runbooks/{rule['alert']}.md"
    shipped = find(items, "ConfigMap", "gc-controller-dashboard")
    assert shipped["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(shipped["data"]["zen-gc.json"]) == json.loads((MONITORING / "dashboard.json").read_text())

"""The dashboard for Grafana, made of one table of panels: ``docs/generate.py`` writes ``deploy/monitoring/dashboard.json``.

No data source is named in it: it is a variable of the dashboard.
"""  # noqa: INP001  a module beside the pages that it makes

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

_POLICIES: Final = 'policy_namespace=~"$policy_namespace",policy_name=~"$policy_name"'
_BY_POLICY: Final = "policy_namespace, policy_name"
_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel.

    Args:
        title: Its title.
        text: What it shows, for its tooltip.
        unit: The unit of its numbers, as Grafana names it.
        kind: ``stat``, ``timeseries``, ``table`` or ``heatmap``.
        queries: Each query with the legend of its series.
    """

    title: str
    text: str
    unit: str
    kind: str
    queries: tuple[tuple[str, str], ...]


def _series(title: str, text: str, unit: str, *queries: tuple[str, str]) -> Panel:
    return Panel(title, text, unit, "timeseries", queries)


def _stat(title: str, text: str, unit: str, query: str) -> Panel:
    return Panel(title, text, unit, "stat", ((query, ""),))


def _sum(metric: str, by: str, window: str = "$__rate_interval") -> str:
    return f"sum by ({by}) (increase({metric}{{{_POLICIES}}}[{window}]))"


ROWS: Final[tuple[tuple[str, tuple[Panel, ...]], ...]] = (
    (
        "Is it alive?",
        (
            _stat("Replicas", "Replicas that are scraped.", "short", "count(gc_build_info)"),
            _stat("Leaders", "Should be 1.", "short", "sum(gc_leader_election_status)"),
            _stat("Kill switch", "1 while every write is stopped.", "short", "max(gc_writes_paused)"),
            _stat(
                "Policies in error",
                "Invalid, or failed in their last run.",
                "short",
                'sum(gc_policies_total{phase="Error"})',
            ),
            _series(
                "Policies",
                "By phase, as the leader knows them.",
                "short",
                ("sum by (phase) (gc_policies_total)", "{{phase}}"),
            ),
            _series(
                "Leaderships won and lost",
                "Each replica's.",
                "short",
                (
                    "sum by (instance) (increase(gc_leader_election_transitions_total[$__rate_interval]))",
                    "{{instance}}",
                ),
            ),
            _series(
                "Memory",
                "Resident, each replica's.",
                "bytes",
                ("process_resident_memory_bytes and on (instance) gc_build_info", "{{instance}}"),
            ),
            _series(
                "Processor",
                "Each replica's.",
                "short",
                ("rate(process_cpu_seconds_total[$__rate_interval]) and on (instance) gc_build_info", "{{instance}}"),
            ),
        ),
    ),
    (
        "What goes?",
        (
            _series(
                "Deleted",
                "Seen gone, by policy.",
                "short",
                (_sum("gc_resources_deleted_total", _BY_POLICY), "{{policy_namespace}}/{{policy_name}}"),
            ),
            _series(
                "Deleted, by kind",
                "Seen gone.",
                "short",
                (_sum("gc_resources_deleted_total", "resource_kind"), "{{resource_kind}}"),
            ),
            _series(
                "Would be deleted",
                "What dry runs would have acted on, summed over runs.",
                "short",
                (_sum("gc_resources_would_delete_total", _BY_POLICY), "{{policy_namespace}}/{{policy_name}}"),
            ),
            _series(
                "Matched",
                "What selectors took, summed over runs.",
                "short",
                (_sum("gc_resources_matched_total", _BY_POLICY), "{{policy_namespace}}/{{policy_name}}"),
            ),
            _series(
                "Recycle bin",
                "Copies, by what became of them.",
                "short",
                ("sum by (result) (increase(gc_recycled_copies_total[$__rate_interval]))", "{{result}}"),
            ),
        ),
    ),
    (
        "Why not?",
        (
            _series(
                "Wait or are kept",
                "Matched objects that are not due, in the last whole run.",
                "short",
                (
                    f"sum by ({_BY_POLICY}) (gc_resources_pending_total{{{_POLICIES}}})",
                    "{{policy_namespace}}/{{policy_name}}",
                ),
            ),
            _series(
                "Held back",
                "Due objects that spec.retain keeps.",
                "short",
                (
                    f"sum by ({_BY_POLICY}) (gc_resources_retained{{{_POLICIES}}})",
                    "{{policy_namespace}}/{{policy_name}}",
                ),
            ),
            _series(
                "Outcomes of writes",
                "By what became of the object.",
                "short",
                (_sum("gc_write_outcomes_total", "outcome"), "{{outcome}}"),
            ),
            _series(
                "Breaker",
                "1 where it stopped the last run.",
                "short",
                (f"max by ({_BY_POLICY}) (gc_breaker_tripped{{{_POLICIES}}})", "{{policy_namespace}}/{{policy_name}}"),
            ),
            _series(
                "Deferred",
                "1 where schedule, windows or blackouts kept the last run from writing.",
                "short",
                (f"max by ({_BY_POLICY}) (gc_writes_deferred{{{_POLICIES}}})", "{{policy_namespace}}/{{policy_name}}"),
            ),
            _series(
                "Conflicts",
                "Objects that changed since they were judged.",
                "short",
                (_sum("gc_delete_conflicts_total", _BY_POLICY), "{{policy_namespace}}/{{policy_name}}"),
            ),
            _series(
                "Expressions",
                "Objects kept because judging them failed, summed over runs.",
                "short",
                (_sum("gc_expression_errors_total", _BY_POLICY), "{{policy_namespace}}/{{policy_name}}"),
            ),
            _series(
                "Other objects",
                "Questions of `related` and `unreferenced` to which not all was known: what they are about is kept.",
                "short",
                (_sum("gc_related_failures_total", _BY_POLICY), "{{policy_namespace}}/{{policy_name}}"),
            ),
            _series(
                "Errors",
                "By type; the controller's own have no policy.",
                "short",
                ("sum by (error_type) (increase(gc_errors_total[$__rate_interval]))", "{{error_type}}"),
            ),
        ),
    ),
    (
        "How late?",
        (
            _series(
                "Since the last good run, in intervals",
                "More than 3 is late.",
                "short",
                (
                    f"max by ({_BY_POLICY}) ((time() - gc_last_successful_run_timestamp_seconds{{{_POLICIES}}}) / gc_policy_interval_seconds{{{_POLICIES}}})",
                    "{{policy_namespace}}/{{policy_name}}",
                ),
            ),
            Panel(
                "From due to deleted",
                "Of all policies; how late is right depends on how often they run.",
                "s",
                "heatmap",
                (("sum by (le) (increase(gc_expiry_lag_seconds_bucket[$__rate_interval]))", "{{le}}"),),
            ),
            _series(
                "Duration of the last run",
                "Its writes included.",
                "s",
                (
                    f"max by ({_BY_POLICY}) (gc_last_run_duration_seconds{{{_POLICIES}}})",
                    "{{policy_namespace}}/{{policy_name}}",
                ),
            ),
            _series(
                "Duration of runs",
                "Of all policies.",
                "s",
                (
                    "histogram_quantile(0.95, sum by (le) (rate(gc_evaluation_duration_seconds_bucket[$__rate_interval])))",
                    "95 %",
                ),
                (
                    "histogram_quantile(0.5, sum by (le) (rate(gc_evaluation_duration_seconds_bucket[$__rate_interval])))",
                    "50 %",
                ),
            ),
            _series(
                "Duration of a deletion",
                "From the first request to the answer, by kind.",
                "s",
                (
                    "histogram_quantile(0.95, sum by (le, resource_kind) (rate(gc_deletion_duration_seconds_bucket[$__rate_interval])))",
                    "{{resource_kind}}",
                ),
            ),
        ),
    ),
    (
        "The webhook",
        (
            _series(
                "Policies reviewed",
                "By what was answered.",
                "short",
                ("sum by (result) (increase(gc_admission_requests_total[$__rate_interval]))", "{{result}}"),
            ),
            _series(
                "Duration of an answer",
                "95 % are faster.",
                "s",
                (
                    "histogram_quantile(0.95, sum by (le) (rate(gc_admission_duration_seconds_bucket[$__rate_interval])))",
                    "95 %",
                ),
            ),
            _series(
                "Trusted", "1 where the API server trusts the replica.", "short", ("gc_webhook_trusted", "{{instance}}")
            ),
            _series(
                "Certificates end in",
                "They are renewed long before.",
                "s",
                (
                    "min by (which) (gc_webhook_certificate_expiry_timestamp_seconds) - time()",
                    "{{which}}",
                ),
            ),
        ),
    ),
    (
        "The API server",
        (
            _series(
                "Requests",
                "A second, by verb and code.",
                "reqps",
                ("sum by (verb, code) (rate(gc_api_requests_total[$__rate_interval]))", "{{verb}} {{code}}"),
            ),
            _series(
                "Duration of requests",
                "95 % are faster.",
                "s",
                (
                    "histogram_quantile(0.95, sum by (le, verb) (rate(gc_api_request_duration_seconds_bucket[$__rate_interval])))",
                    "{{verb}}",
                ),
            ),
            _series(
                "Objects read by sweeps",
                "A second, by resource.",
                "short",
                ("sum by (resource) (rate(gc_sweep_objects_total[$__rate_interval]))", "{{resource}}"),
            ),
            _series(
                "Related objects",
                "Read because decisions about others depend on them: a second, by resource.",
                "short",
                ("sum by (resource) (rate(gc_related_objects_total[$__rate_interval]))", "{{resource}}"),
            ),
            _series(
                "Duration of sweeps",
                "95 % are faster.",
                "s",
                (
                    "histogram_quantile(0.95, sum by (le, resource) (rate(gc_sweep_duration_seconds_bucket[$__rate_interval])))",
                    "{{resource}}",
                ),
            ),
            _series(
                "Log records lost",
                "Closed stream, full disk.",
                "short",
                ("sum by (instance) (increase(gc_log_records_lost_total[$__rate_interval]))", "{{instance}}"),
            ),
        ),
    ),
)


def dashboard_file() -> str:
    """``dashboard.json``."""
    panels: list[dict[str, Any]] = []
    top = 0
    for title, row in ROWS:
        panels.append(_row(title, top, len(panels)))
        top += 1
        across = 0
        for panel in row:
            width = 6 if panel.kind == "stat" else 12
            if across + width > 24:
                across, top = 0, top + 8
            panels.append(_panel(panel, len(panels), across, top, width))
            across += width
        top += 8
    board = {
        "uid": "zen-gc",
        "title": "zen-gc",
        "description": "Made by docs/dashboard.py",
        "tags": ["zen-gc"],
        "schemaVersion": 39,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": _VARIABLES},
        "panels": panels,
    }
    return json.dumps(board, indent=1, ensure_ascii=False) + "\n"


def _row(title: str, top: int, number: int) -> dict[str, Any]:
    place = {"x": 0, "y": top, "w": 24, "h": 1}
    return {"id": number + 1, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


def _panel(panel: Panel, number: int, left: int, top: int, width: int) -> dict[str, Any]:
    targets = [
        {
            "refId": chr(ord("A") + index),
            "datasource": _SOURCE,
            "expr": query,
            "legendFormat": legend or "__auto",
            "format": "heatmap" if panel.kind == "heatmap" else "time_series",
            "instant": panel.kind == "stat",
            "range": panel.kind != "stat",
        }
        for index, (query, legend) in enumerate(panel.queries)
    ]
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.text,
        "datasource": _SOURCE,
        "gridPos": {"x": left, "y": top, "w": width, "h": 8},
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": targets,
    }


def _chosen(name: str, label: str, query: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": _SOURCE,
        "query": query,
        "refresh": 2,
        "includeAll": True,
        "allValue": ".*",
        "multi": True,
        "current": {"text": ["All"], "value": ["$__all"]},
    }


_VARIABLES: Final = [
    {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
    _chosen("policy_namespace", "Namespace", "label_values(gc_resources_matched_total, policy_namespace)"),
    _chosen(
        "policy_name",
        "Policy",
        'label_values(gc_resources_matched_total{policy_namespace=~"$policy_namespace"}, policy_name)',
    ),
]

"""Ages, JSONPath and the columns of custom resources."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from zen_gc_embedded.errors import UnusableError
from zen_gc_embedded.kinds.columns import age, printed, short_duration
from zen_gc_embedded.kinds.jsonpaths import compile_path

NOW = datetime(2026, 1, 2, tzinfo=UTC)
MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-2, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (2 * MINUTE, "2m"),
        (9 * MINUTE + 59, "9m59s"),
        (10 * MINUTE + 5, "10m"),
        (179 * MINUTE, "179m"),
        (3 * HOUR, "3h"),
        (7 * HOUR + 5 * MINUTE, "7h5m"),
        (47 * HOUR, "47h"),
        (2 * DAY, "2d"),
        (7 * DAY + 23 * HOUR, "7d23h"),
        (8 * DAY + HOUR, "8d"),
        (729 * DAY, "729d"),
        (730 * DAY, "2y"),
        (800 * DAY, "2y70d"),
        (8 * 365 * DAY + DAY, "8y"),
    ],
)
def test_durations_are_shortened_as_kubectl_shortens_them(seconds, text):
    """The table of ``HumanDuration``."""
    assert short_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("2026-01-01T00:00:00Z", "24h"), (None, "<unknown>"), ("", "<unknown>"), ("soon", "<invalid>"), (3, "<unknown>")],
)
def test_an_age_needs_a_time(text, shown):
    """Whatever stands there, a Table comes out."""
    assert age(text, NOW) == shown


CONTENT = {
    "spec": {"a": {"b": 1}, "list": [1, 2, 3], "dotted.key": "x", "quoted'": "y"},
    "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Other", "status": "False"}]},
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (".spec.a.b", [1]),
        ("{.spec.a.b}", [1]),
        ("spec.a", [{"b": 1}]),
        ("$.spec.list[0]", [1]),
        (".spec.list[-1]", [3]),
        (".spec.list[9]", []),
        (".spec.list[*]", [1, 2, 3]),
        (r".spec.dotted\.key", ["x"]),
        (".spec['dotted.key']", ["x"]),
        ('.status.conditions[?(@.type=="Ready")].status', ["True"]),
        (".status.conditions[?(@.type!='Ready')].status", ["False"]),
        (".none.at.all", []),
        (".spec.a.b.c", []),
    ],
)
def test_paths_find_what_is_there(path, values):
    """A missing step finds nothing, and never fails."""
    assert compile_path(path)(CONTENT) == values


@pytest.mark.parametrize("path", [".a[", ".a[x]", ".a[?(@.b)]", "..a", ".a[1:2]"])
def test_an_unsupported_path_is_refused_when_the_definition_is_read(path):
    """Not when an object is shown."""
    with pytest.raises(UnusableError, match="JSONPath"):
        compile_path(path)


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("string", "x", "x"),
        ("string", 3, "3"),
        ("string", True, "true"),
        ("string", {"a": 1}, '{"a":1}'),
        ("integer", 3, 3),
        ("integer", 3.7, 3),
        ("integer", "3", None),
        ("integer", True, None),
        ("number", 3, 3.0),
        ("boolean", True, True),
        ("boolean", "true", None),
        ("date", "2026-01-01T00:00:00Z", "24h"),
        ("date", "soon", "<invalid>"),
        ("date", 3, None),
        ("string", None, None),
    ],
)
def test_a_cell_has_the_type_of_its_column_or_is_empty(kind, value, cell):
    """``cellForJSONValue`` of the API server."""
    column = printed([{"name": "X", "type": kind, "jsonPath": ".x"}])[1]
    assert column.cell({"x": value}, NOW) == cell

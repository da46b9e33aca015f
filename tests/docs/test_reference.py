"""The hand-written references name every field, protection and limit of the code, and no other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import DOCS, PAGES, REPOSITORY, code_of, name_of, section_of, table_rows, text_of
from tests.docs.policies import load_module, plugins_with, shown_policies
from tests.docs.shown import save_files
from zen_gc_core.engine import case
from zen_gc_core.engine.building import DEEPEST
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import behavior, calendars, limits, parse_policy, policy, retain, targets
from zen_gc_core.engine.protected import (
    LIFTED_BY_NOBODY,
    PROTECTED_KINDS,
    PROTECTED_NAMESPACES,
    PROTECTED_SECRET_TYPES,
)
from zen_gc_core.model.policy import Behavior, Breaker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

POLICY = DOCS / "reference" / "policy.md"
PROTECT = DOCS / "how-to" / "protect-objects.md"
OLD_SPELLING = ("targetResource:", "secondsAfterCreation", "relativeTo", "fieldPath")


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("spec", policy.FIELDS),
        ("spec.targetResources[]", targets.FIELDS),
        ("spec.retain", retain.FIELDS),
        ("spec.schedule", calendars.SCHEDULE_FIELDS),
        ("spec.windows[]", calendars.WINDOW_FIELDS),
        ("spec.blackouts[]", calendars.BLACKOUT_FIELDS),
        ("spec.behavior", behavior.FIELDS),
        ("spec.behavior.breaker", behavior.BREAKER_FIELDS),
    ],
)
def test_every_field_of_a_policy_is_documented_and_no_other(title: str, fields: Sequence[str]) -> None:
    """In the order of the parser, each with a type and a meaning."""
    rows = table_rows(section_of(POLICY, title))
    assert [cells[0].strip("`") for cells in rows] == list(fields)
    assert all(cells[1] and cells[3] for cells in rows)


def test_what_is_reserved_is_named() -> None:
    """Fields that a later version will give a meaning."""
    assert all(f"`{name}`" in section_of(POLICY, "spec") for name in policy.RESERVED)


def test_the_defaults_and_limits_of_the_reference_are_those_of_the_code() -> None:
    """Numbers are the first to go stale."""
    breaker, text = Breaker(), text_of(POLICY)
    assert f"| `maxPercent` | integer, 1 to 100 | `{breaker.max_percent}` |" in text
    assert f"| `minObjects` | integer, 1 or more | `{breaker.min_objects}` |" in text
    assert breaker.max_objects is None
    assert Behavior() == Behavior(dry_run=False, include_owned=False, include_managed=False)
    assert f"list of 1 to {limits.TARGETS} targets" in text
    assert f"list of 1 to {limits.GLOBS} globs" in text
    assert f"at most {limits.KEYWORDS} keywords" in text
    assert f"a label selector {limits.LABELS} entries with {limits.LABEL_VALUES} values each" in text
    assert f"a field path {limits.FIELD_PATH} characters" in text
    assert f"nested at most {DEEPEST} deep" in " ".join(text.split())
    assert f"holds the {case.MOST_DUE:,} objects" in text


def test_every_protection_is_documented_with_what_lifts_it() -> None:
    """Kinds by the names that `--allow-resource` takes."""
    section = section_of(PROTECT, "What is protected anyway")
    named = {(cells[0], cells[1].strip("`")) for cells in table_rows(section)}
    lifted = {(kind, name) for (group, kind), name in PROTECTED_KINDS.items() if (group, kind) not in LIFTED_BY_NOBODY}
    assert lifted <= named
    assert {
        (kind, f"{PROTECTED_KINDS[group, kind]}` is refused: nothing lifts this") for group, kind in LIFTED_BY_NOBODY
    } <= named
    assert all(f"`{name}`" in section for name in PROTECTED_NAMESPACES | PROTECTED_SECRET_TYPES)


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "move-from-the-go-program"], ids=name_of)
def test_only_one_page_speaks_of_the_old_spelling(page: Path) -> None:
    """Who learns zen-gc learns one spelling."""
    assert [word for word in OLD_SPELLING if re.search(rf"\b{word}", text_of(page))] == []


def test_the_plugin_of_the_tutorial_works(tmp_path: Path) -> None:
    """The page's policy compiles with the keyword that the page builds, and its error is the one that the page names."""
    page = DOCS / "tutorial" / "first-plugin.md"
    save_files(page, tmp_path)
    vocabulary = plugins_with(load_module(tmp_path / "acme_zen_gc" / "__init__.py")).vocabulary
    (shown,) = [shown for shown in shown_policies() if shown.page == page]
    assert compile_policy(parse_policy(shown.document), vocabulary).errors == ()
    shown.document["spec"]["conditions"]["acme.io/team"]["oneOf"] = []
    (problem,) = compile_policy(parse_policy(shown.document), vocabulary).errors
    assert str(problem) in code_of(page)


def test_the_tests_of_the_tutorials_plugin_pass(tmp_path: Path) -> None:
    """As its reader would run them."""
    save_files(DOCS / "tutorial" / "first-plugin.md", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(REPOSITORY)))},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout

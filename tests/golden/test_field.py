"""Inputs from the field: real shapes of objects, names changed, and what each policy says of them.

`zen-gc test --update tests/golden` writes every `expected.yaml` anew; look at the difference before you commit it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from zen_gc_core.cli.golden.folders import golden_folders
from zen_gc_core.cli.golden.testing import Golden

FIELD = Path(__file__).parent / "field"
TAKEN = {
    "finished-katib": {"exp-done", "exp-failed"},
    "finished-kinds": {
        *("rayjob", "jobset", "trainjob", "mpijob", "pytorch-failed", "workload", "spark", "osbuild", "restore"),
        *("buildrun", "volcano", "cnpg", "analysisrun", "k8up", "vmim", "customrun"),
    },
    "finished-pods": set[str](),
    "keep-newest": set[str](),
    "newest-certificaterequests": set[str](),
    "newest-certificaterequests/policy3": {"shop-tls-1", "shop-tls-2", "shop-tls-3"},
    "unreferenced-configmaps/policy2": set[str](),
    "velero-owned": set[str](),
}
"""What goes, written out: writing the expected plans anew does not change it."""

FOLDERS = sorted(str(folder.relative_to(FIELD)) for folder in golden_folders([str(FIELD)]))


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_policy_says_of_objects_from_the_field_what_is_written_beside_it(folder: str) -> None:
    """Verdict and reason of each object."""
    outcome = Golden(dt.datetime.now(dt.UTC)).test(FIELD / folder)
    assert (outcome.difference, outcome.fault) == ((), None)
    assert all(policy["digest"] and "decisions" in policy for policy in _expected(folder))


@pytest.mark.parametrize("folder", TAKEN)
def test_from_the_field_goes_what_must_and_nothing_else(folder: str) -> None:
    """Restarted experiments, Pods that ended a minute ago, and what an owner still has use for, stay."""
    (planned,) = _expected(folder)
    assert {decision["name"] for decision in planned["decisions"] if decision["verdict"] == "act"} == TAKEN[folder]


def _expected(folder: str) -> list[dict[str, Any]]:
    policies: list[dict[str, Any]] = yaml.safe_load((FIELD / folder / "expected.yaml").read_text())["policies"]
    return policies

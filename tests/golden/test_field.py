"""Inputs from the field: real shapes of objects, names changed, and what each policy says of them.

`python -m tests.golden.test_field` writes every `*.expected.yaml` anew; look at the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.golden.running import Ran, zen_gc

FIELD = Path(__file__).parent / "field"
NOW = "2026-01-15T12:00:00Z"
TAKEN = {
    "finished-katib/policy": {"exp-done", "exp-failed"},
    "finished-kinds/policy": {
        *("rayjob", "jobset", "trainjob", "mpijob", "pytorch-failed", "workload", "spark", "osbuild", "restore"),
        *("buildrun", "volcano", "cnpg", "analysisrun", "k8up", "vmim", "customrun"),
    },
    "finished-pods/policy": set[str](),
    "keep-newest/policy": set[str](),
    "newest-certificaterequests/policy": set[str](),
    "newest-certificaterequests/policy3": {"shop-tls-1", "shop-tls-2", "shop-tls-3"},
    "unreferenced-configmaps/policy2": set[str](),
    "velero-owned/policy": set[str](),
}
"""What goes, written out: writing the expected plans anew does not change it."""

POLICIES = [path for path in sorted(FIELD.glob("*/policy*.yaml")) if not path.name.endswith(".expected.yaml")]


def plan(policy: Path) -> Ran:
    """The plan of a policy over the objects beside it."""
    folder = policy.parent
    return zen_gc("plan", "-f", policy.name, "-f", "objects.yaml", "--now", NOW, "-o", "yaml", cwd=folder)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_policy_says_of_objects_from_the_field_what_is_written_beside_it(policy: Path) -> None:
    """Verdict and reason of each object, to the letter."""
    assert plan(policy).out == policy.with_suffix(".expected.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TAKEN)
def test_from_the_field_goes_what_must_and_nothing_else(name: str) -> None:
    """Restarted experiments, Pods that ended a minute ago, and what an owner still has use for, stay."""
    (planned,) = yaml.safe_load(plan(FIELD / f"{name}.yaml").out)["policies"]
    assert {decision["name"] for decision in planned["decisions"] if decision["verdict"] == "act"} == TAKEN[name]


if __name__ == "__main__":
    for each in POLICIES:
        each.with_suffix(".expected.yaml").write_text(plan(each).out, encoding="utf-8")

"""The example policies, and the plans that are expected of them.

`zen-gc test --update examples tests/golden` writes every `expected.yaml` anew; look at the difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = Path(__file__).parents[2]
POLICIES = REPOSITORY / "examples" / "policies"
EXAMPLES = sorted(path.name for path in POLICIES.iterdir())
GO_EXAMPLES = Path(os.environ.get("ZEN_GC_TEST_DATA", REPOSITORY.parent / "shared" / "data")) / "zen-gc-examples"
NOW = "2026-01-01T12:00:00Z"
WITHOUT_NAMESPACE = frozenset({"Namespace", "IngressClass", "RuntimeClass", "ClusterRole"})
"""The kinds of the examples that live in no namespace."""


def expected(name: str) -> dict[str, Any]:
    """What an example expects, as `zen-gc plan -o yaml` prints it."""
    document: dict[str, Any] = yaml.safe_load((POLICIES / name / "expected.yaml").read_text(encoding="utf-8"))
    return document


def is_unmarked(decision: Mapping[str, Any]) -> bool:
    """Whether what a policy wrote on an object is taken away from it, which is kept, or not looked at any more."""
    return decision["verdict"] in {"keep", "skip"} and decision["because"].endswith("; will be unmarked")

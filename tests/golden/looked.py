"""What the commands that look print of the examples, to the letter: `tests/golden/looking`.

`python -m tests.golden.looked` writes every file anew; look at the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.golden.examples import NOW, POLICIES
from tests.golden.running import zen_gc

if TYPE_CHECKING:
    from tests.golden.running import Ran

GOLDEN = Path(__file__).parent / "looking"
_AT = ("--now", NOW)
COMMANDS: dict[str, tuple[str, ...]] = {
    "why-delete.txt": ("why", "job/report-complete", "-f", "completed-jobs", *_AT),
    "why-delete.json": ("why", "job/report-complete", "-f", "completed-jobs", *_AT, "-o", "json"),
    "why-wait.txt": ("why", "pod/import-failed-recently", "-f", "failed-pods", *_AT),
    "why-retained.txt": ("why", "pipelinerun/build-3", "-f", "keep-newest", *_AT),
    "why-retained.yaml": ("why", "pipelinerun/build-3", "-f", "keep-newest", *_AT, "-o", "yaml"),
    "why-in-use.txt": ("why", "cm/fluent-conf-8h68k5bc96", "-f", "unreferenced-configmaps", *_AT, "--assume-complete"),
    "why-nested.txt": ("why", "deploy/preview-1204", "-f", "expired-previews", *_AT),
    "why-protected.txt": ("why", "secrets", "signing-key-kept", "-f", "old-secrets", *_AT),
    "why-three-policies.txt": ("why", "deployments.apps/trial-waiting", "-f", "staged-trials", *_AT),
    "why-three-policies.json": ("why", "deployments.apps/trial-waiting", "-f", "staged-trials", *_AT, "-o", "json"),
    "forecast.txt": ("forecast", "-f", ".", *_AT, "--within", "30d"),
    "forecast.json": ("forecast", "-f", "failed-pods", "-f", "keep-newest", "-f", "quiet-hours", *_AT, "-o", "json"),
    "forecast-hours.txt": ("forecast", "-f", "failed-pods", *_AT, "--within", "6h"),
    "forecast-months.txt": ("forecast", "-f", "annotated", *_AT, "--within", "90d"),
    "explain.txt": ("explain",),
    "explain-hasLabels.txt": ("explain", "hasLabels"),
    "explain-cel.txt": ("explain", "cel"),
    "explain-since.txt": ("explain", "after.since"),
    "explain-key.json": ("explain", "hasLabels.key", "-o", "json"),
    "explain-breaker.txt": ("explain", "spec.behavior.breaker"),
    "init.yaml": ("init",),
    "init-configmap.yaml": ("init", "--kind", "cm", "-n", "team-a"),
    "init-pipelinerun.yaml": ("init", "--kind", "PipelineRun", "--namespace", "ci"),
    "init-namespace.yaml": ("init", "--kind", "ns"),
    "init-render.yaml": ("init", "--kind", "Render", "--api-version", "acme.io/v1"),
}
"""What each file is printed by, in `examples/policies`."""


def looked(name: str) -> Ran:
    """Run the command of a file."""
    return zen_gc(*COMMANDS[name], cwd=POLICIES)


if __name__ == "__main__":
    for each in COMMANDS:
        (GOLDEN / each).write_text(looked(each).out, encoding="utf-8")

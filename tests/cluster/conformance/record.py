"""Record the table from a real API server: `python -m tests.cluster.conformance.record [topic.probe …]`.

Each probe is asked twice, and one that contradicts itself is refused: its answer is no fact.
"""

from __future__ import annotations

import sys
from typing import Any

import yaml

from tests.cluster.conformance.lab import open_lab
from tests.cluster.conformance.masking import mask
from tests.cluster.conformance.table import ANSWERS, TOPICS, probes_of, read, topic_of
from tests.harness import RealCluster


class Prose(yaml.SafeDumper):
    """YAML in which text of several lines is readable."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Prose.add_representer(str, _text)


def record(wanted: set[str]) -> int:
    """Record the wanted probes, or all; 1 when one of them contradicts itself."""
    unsteady = 0
    ANSWERS.mkdir(exist_ok=True)
    with RealCluster(controller_manager=True) as cluster:
        for module in TOPICS:
            path = ANSWERS / f"{topic_of(module)}.yaml"
            known = read(module) if path.exists() else {}
            table: dict[str, Any] = {}
            for name, probe in probes_of(module).items():
                full = f"{topic_of(module)}.{name}"
                if wanted and full not in wanted and name in known:
                    table[name] = known[name]
                    continue
                first, second = (mask(probe(lab), lab.namespace) for lab in (open_lab(cluster), open_lab(cluster)))
                if first != second:
                    unsteady += 1
                    sys.stderr.write(f"{full} contradicts itself:\n{first}\n{second}\n")
                table[name] = first
            path.write_text(yaml.dump(table, Dumper=Prose, sort_keys=False, width=120, allow_unicode=True))
    return 1 if unsteady else 0


if __name__ == "__main__":
    sys.exit(record(set(sys.argv[1:])))

"""The project's CRDs on a cluster of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from tests.harness.cluster import Cluster

CRDS = Path(__file__).parents[2] / "crds/policies.yaml"


def install_crds(cluster: Cluster) -> None:
    """Install them, unless they are there."""
    for document in yaml.safe_load_all(CRDS.read_text()):
        if cluster.request("GET", cluster.path_of(document)).status == 404:
            cluster.create(document)

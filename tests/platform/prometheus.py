"""A Prometheus of a test's own: it scrapes one controller every second, and is asked over its API."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import urllib3

from tests.harness.ports import free_ports
from tests.platform.outside import program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Prometheus:
    """A running Prometheus.

    Args:
        port: where it listens.
    """

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, query: str) -> list[dict[str, Any]]:
        """What it answers now; an empty list while it is not up."""
        try:
            answer = urllib3.request(
                "GET",
                f"http://127.0.0.1:{self._port}/api/v1/query",
                fields={"query": query},
                retries=False,
                timeout=10.0,
            )
        except urllib3.exceptions.HTTPError:
            return []
        if answer.status == 503:
            return []
        assert answer.status == 200, answer.data.decode()
        return list(answer.json()["data"]["result"])


@contextmanager
def prometheus(directory: Path, rules: Path, port: int) -> Iterator[Prometheus]:
    """Start a Prometheus that scrapes the port, and stop it.

    Args:
        directory: where it keeps what it knows.
        rules: the file of its alerts.
        port: the port of the controller's metrics.
    """
    (own,) = free_ports(1)
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)],
        "scrape_configs": [{"job_name": "zen-gc", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}],
    }
    file = directory / "prometheus.json"
    file.write_text(json.dumps(config))
    with (directory / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                program("prometheus"),
                f"--config.file={file}",
                f"--storage.tsdb.path={directory / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{own}",
            ],
            stdout=log,
            stderr=log,
        )
        try:
            yield Prometheus(own)
        finally:
            process.terminate()
            process.wait(60)

"""Requests as a program without any of this would send them: urllib3, with what the official client makes of a kubeconfig.

The loops that passes and deletes are compared with use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
from kubernetes.client import Configuration
from kubernetes.client.rest import RESTClientObject
from kubernetes.config import load_kube_config

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import urllib3


class RawClient:
    """A client of one API server; may be used by several threads.

    Args:
        kubeconfig: Where the server is.
        pool_size: How many connections are kept open.
    """

    def __init__(self, kubeconfig: Path | str, pool_size: int = 16) -> None:
        configuration = Configuration()
        load_kube_config(str(kubeconfig), client_configuration=configuration)
        configuration.connection_pool_maxsize = pool_size
        configuration.retries = False
        self._pool: urllib3.PoolManager = RESTClientObject(configuration).pool_manager
        self._server = configuration.host
        self._headers = {
            "Accept": "application/json",
            **{each["key"]: each["value"] for each in configuration.auth_settings().values()},
        }

    def request(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Any = None, accept: str = ""
    ) -> bytes:
        """Send one request; the body of its answer.

        Args:
            method: The HTTP method.
            path: The path.
            query: Parameters.
            body: Sent as JSON.
            accept: The ``Accept`` header, if it is another.

        Raises:
            SystemExit: The server refused it.
        """
        answer = self._pool.request(
            method,
            f"{self._server}{path}{f'?{urlencode(query)}' if query else ''}",
            body=None if body is None else orjson.dumps(body),
            headers={
                **self._headers,
                **({"Accept": accept} if accept else {}),
                **({} if body is None else {"Content-Type": "application/json"}),
            },
            timeout=60,
        )
        if not 200 <= answer.status < 300:
            raise SystemExit(f"{method} {path}: {answer.status} {answer.data[:200]!r}")
        return answer.data

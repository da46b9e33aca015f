"""Plain HTTP requests to an API server under test, and what it answers.

Nothing here knows Kubernetes beyond its JSON: no retries, no models, no interpretation of a status. What a test sends is what the
server gets, and what the server answers is what the test sees.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

import urllib3

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Response:
    """One answer.

    Attributes:
        status: the HTTP status code.
        headers: the headers, their names in any case.
        text: the body as it came.
    """

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        """The body decoded when it is one JSON document, else its text."""
        try:
            return json.loads(self.text)
        except json.JSONDecodeError:
            return self.text

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of a watch that has ended: one JSON document a line."""
        return [json.loads(line) for line in self.text.splitlines()]


class Manner(TypedDict, total=False):
    """How a request is sent: further headers, which win over the usual ones; the content type of its body."""

    headers: Mapping[str, str] | None
    content_type: str


class Connection:
    """A pool of connections to one server under one identity; may be used by several threads.

    Args:
        url: the server, such as `https://127.0.0.1:6443`.
        token: the bearer token, or None to come as nobody.
        authority: the file of the certificate authority, for https.
        seconds: how long a request may take.
    """

    def __init__(
        self, url: str, *, token: str | None = None, authority: Path | None = None, seconds: float = 180.0
    ) -> None:
        self.url = url
        self._token = token
        self._pool = urllib3.PoolManager(
            maxsize=8,
            retries=False,
            timeout=urllib3.Timeout(total=seconds),
            ca_certs=str(authority) if authority else None,
        )

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Response:
        """Send one request and read the whole answer.

        Args:
            method: the HTTP method.
            path: the path with its query, escaped.
            body: text or bytes as they are, None for none, anything else as JSON.
            headers: further headers; they win over the ones set here.
            content_type: of the body, when there is one.

        Raises:
            urllib3.exceptions.HTTPError: the server cannot be reached or breaks off.
        """
        sent = {"Accept": "application/json"}
        if self._token is not None:
            sent["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            sent["Content-Type"] = content_type
        encoded = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
        answer = self._pool.request(method, self.url + path, body=encoded, headers={**sent, **(headers or {})})
        return Response(answer.status, answer.headers, answer.data.decode())

    def close(self) -> None:
        """Close the connections of the pool."""
        self._pool.clear()


def documents(response: urllib3.BaseHTTPResponse) -> Iterator[Any]:
    """What an answer holds that is read while it comes, such as a watch: one JSON document a line."""
    rest = b""
    for chunk in response.stream(2**16):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (json.loads(line) for line in lines if line)

"""Kubernetes' URL library: absolute URLs and absolute paths, read as Go's ``net/url`` reads them.

Source: Kubernetes, ``apiserver/pkg/cel/library/urls.go``; Go, ``net/url``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import quote, unquote

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.cel.functions import Function

_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_BAD_PERCENT: Final = re.compile(r"%(?![0-9a-fA-F]{2})")
_USER: Final = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_HOST: Final = re.compile(r"""[A-Za-z0-9\-._~!$&'()*+,;=:\[\]<>"\u0080-\U0010ffff]*""")
_PORT: Final = re.compile(r"(?::[0-9]*)?")
_PATH_KEPT: Final = "$&+,/:;=@"
_PATH_ALLOWED: Final = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/\[\]%]*")


@dataclass(frozen=True, slots=True)
class Url:
    """A URL in its parts.

    Args:
        text: All of it, without the fragment.
        scheme: In small letters, or empty.
        host: With the port, or empty.
        path: As it is written.
        query: As it is written, without the question mark.
    """

    cel_type: ClassVar = "kubernetes.URL"

    text: str
    scheme: str
    host: str
    path: str
    query: str

    def __str__(self) -> str:
        return self.text

    @property
    def _port_at(self) -> int:
        colon = self.host.rfind(":")
        return colon if colon > self.host.rfind("]") and _PORT.fullmatch(self.host, colon) else len(self.host)

    @property
    def hostname(self) -> str:
        """The host without its port and brackets."""
        name = self.host[: self._port_at]
        return name[1:-1] if name[:1] == "[" and name[-1:] == "]" else name

    @property
    def port(self) -> str:
        """The port, or an empty text."""
        return self.host[self._port_at + 1 :]

    @property
    def escaped_path(self) -> str:
        """The path, escaped where it is not."""
        if _PATH_ALLOWED.fullmatch(self.path):
            return self.path
        return quote(unquote(self.path, errors="surrogateescape"), safe=_PATH_KEPT, errors="surrogateescape")


def _parse(text: str) -> Url | None:
    """The URL, or None: the text is no absolute URL and no absolute path."""
    spend_bytes(4 * len(text))
    if not text or _CONTROL.search(text):
        return None
    scheme = _SCHEME.match(text)
    name, rest = (scheme[1].lower(), text[scheme.end() :]) if scheme else ("", text)
    rest, _, _ = rest.partition("#")
    rest, _, query = rest.partition("?")
    if not rest.startswith("/"):
        return Url(text.partition("#")[0], name, "", "", query) if name else None
    host = ""
    if name and rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        user, _, host = authority.rpartition("@")
        rest = slash + path
        if not _USER.fullmatch(user) or not _is_host(host):
            return None
    if _BAD_PERCENT.search(rest) or _BAD_PERCENT.search(host):
        return None
    return Url(text.partition("#")[0], name, unquote(host), rest, query)


def _is_host(host: str) -> bool:
    if host.startswith("["):
        closing = host.rfind("]")
        return closing > 0 and _PORT.fullmatch(host, closing + 1) is not None
    colon = host.rfind(":")
    if colon >= 0 and not _PORT.fullmatch(host, colon):
        return False
    return _HOST.fullmatch(unquote(host)) is not None


def url(text: str) -> Url:
    """``url(text)``.

    Raises:
        ExpressionError: The text is no absolute URL and no absolute path.
    """
    parsed = _parse(text)
    if parsed is None:
        raise ExpressionError(f"{text[:60]!r} is no absolute URL and no absolute path")
    return parsed


def is_url(text: str) -> bool:
    """``isURL(text)``."""
    return _parse(text) is not None


def _query(value: Url) -> dict[str, list[str]]:
    spend_bytes(4 * len(value.query))
    made: dict[str, list[str]] = {}
    for part in value.query.split("&"):
        if part and ";" not in part and not _BAD_PERCENT.search(part):
            key, _, content = part.replace("+", " ").partition("=")
            made.setdefault(unquote(key), []).append(unquote(content))
    return made


FUNCTIONS: Final = (
    Function("url", ("string",), "url", url, documentation="The URL or absolute path that a text spells."),
    Function("isURL", ("string",), "bool", is_url, documentation="Whether a text spells an absolute URL or an absolute path."),
    Function("getScheme", ("url",), "string", lambda value: value.scheme, member=True, documentation="The scheme, or an empty text."),
    Function("getHost", ("url",), "string", lambda value: value.host, member=True, documentation="The host with its port, IPv6 addresses in brackets; or an empty text."),
    Function("getHostname", ("url",), "string", lambda value: value.hostname, member=True, documentation="The host without port and brackets, or an empty text."),
    Function("getPort", ("url",), "string", lambda value: value.port, member=True, documentation="The port, or an empty text."),
    Function("getEscapedPath", ("url",), "string", lambda value: value.escaped_path, member=True, documentation="The path, escaped."),
    Function("getQuery", ("url",), "map(string, list(string))", _query, member=True, documentation="The query's values by key, unescaped."),
)  # fmt: skip
"""The functions of this library."""

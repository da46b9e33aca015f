"""Addresses that a server listens on, as Go spells them."""

from __future__ import annotations

import ipaddress
import socket

from zen_gc_core.errors import InputError


def parse_address(text: str) -> tuple[str, int]:
    """Read an address as Go spells it.

    Args:
        text: ``:8080`` (every interface), ``127.0.0.1:8080``, ``[::1]:8080``, ``localhost:8080``. Port 0 takes a free one.

    Returns:
        The host, empty for every interface, and the port.

    Raises:
        InputError: It is something else.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdecimal()) or int(port) > 65_535:
        raise InputError(f"'{text}' is no address like :8080 or 127.0.0.1:8080")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        try:
            ipaddress.IPv6Address(host)
        except ValueError as error:
            raise InputError(f"'{text}': no IPv6 address between the brackets") from error
    elif ":" in host:
        raise InputError(f"'{text}': an IPv6 address stands in brackets")
    return host, int(port)


def listen(host: str, port: int) -> socket.socket:
    """Listen on a port of a host; of an empty one, on every interface.

    Raises:
        OSError: It cannot be.
    """
    if not host and socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    family = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)[0][0]  # noqa: S104  as was asked for
    return socket.create_server((host, port), family=family)

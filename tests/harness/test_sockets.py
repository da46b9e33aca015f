"""A connection that is reset before its TLS handshake leaves no socket to the collection of garbage."""

from __future__ import annotations

import gc
import socket
import ssl
import struct

import pytest

RESET = struct.pack("ii", 1, 0)
"""The option by which a socket that is closed resets its connection."""


def test_a_connection_that_is_reset_before_its_handshake_is_closed() -> None:
    """On the side of the server here, where it is sure to be reset by the time that it is looked at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.close()
        with pytest.raises(ConnectionResetError):
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).wrap_socket(accepted, server_side=True)
        gc.collect()  # a warning of an open socket fails the test

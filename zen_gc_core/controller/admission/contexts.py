"""TLS contexts: of what the webhook shows, and of what somebody who trusts a bundle would think of that.

A context is made anew for every leaf, never changed: handshakes are under way in other threads.
"""

from __future__ import annotations

import os
import socket
import ssl
import tempfile
from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.admission.certificates import UnusableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_WITHOUT_TIME: Final = ssl.VerifyFlags(0x200000)
"""``X509_V_FLAG_NO_CHECK_TIME``: the API server's clock says what is over, and the local one may differ."""

_PATIENCE: Final = 5.0
"""Seconds for a handshake with oneself."""


def showing(chain: bytes, key: bytes) -> ssl.SSLContext:
    """The context that shows a certificate; TLS 1.2 and later.

    Args:
        chain: The certificate, and those between it and its authority, in PEM.
        key: Its key, in PEM.

    Raises:
        UnusableError: They do not belong together, or are none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for path in _as_file(chain + key):
        try:
            context.load_cert_chain(path, password=str)  # nobody is there to type one
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise UnusableError("certificate and key cannot be used together") from error
    return context


def _as_file(content: bytes) -> Iterator[str]:
    """A path at which a secret can be read for as long as the iteration lasts: in memory, where the system can."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("zen-gc-webhook")
        try:
            os.write(descriptor, content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
    else:
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            yield file.name


def distrust(bundle: bytes, host: str, address: tuple[str, int]) -> str:
    """Why somebody who trusts a bundle does not trust what listens at an address; empty when they do.

    Args:
        bundle: Whom they trust, in PEM; empty for whom the system trusts.
        host: By which name or address they call.
        address: Where it listens.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= _WITHOUT_TIME
    try:
        if bundle.strip():
            context.load_verify_locations(cadata=bundle.decode("ascii", "backslashreplace"))
        else:
            context.load_default_certs()
    except (OSError, ValueError):
        return "its bundle holds no certificates"
    try:
        with (
            socket.create_connection(address, _PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            secured.settimeout(_PATIENCE)
    except ssl.SSLCertVerificationError as error:
        return f"its bundle does not verify the certificate for {host}: {error.verify_message}"
    except (OSError, ValueError) as error:
        return f"no handshake with {host}: {type(error).__name__}"
    return ""

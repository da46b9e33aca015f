"""Certificates of somebody else's: files that cert-manager, or whoever else, mounts and renews."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.admission.certificates import UnusableError, read_bundle
from zen_gc_core.controller.admission.contexts import showing
from zen_gc_core.errors import InputError

if TYPE_CHECKING:
    import ssl

    from zen_gc_core.cluster.webhooks import Configuration
    from zen_gc_core.controller.telling.metrics import Metrics
    from zen_gc_core.controller.telling.webhook_log import WebhookLog

_LARGEST: Final = 1024 * 1024
"""Bytes of a file that are read."""


class Mounted:
    """Reads the certificates of one replica; for one thread, but for ``context``.

    Args:
        directory: Where ``tls.crt`` and ``tls.key`` are.
        metrics: Shows when the certificate ends.
        log: Says when it changes.

    Attributes:
        context: What shows the present certificate; None while there is none.
    """

    def __init__(self, directory: str, metrics: Metrics, log: WebhookLog) -> None:
        self.context: ssl.SSLContext | None = None
        self._directory = Path(directory)
        self._metrics = metrics
        self._log = log
        self._shown = b""

    def look(self, configuration: Configuration | None, *, readable: bool = True) -> Configuration | None:  # noqa: ARG002  see below
        """Read the files, and show what is in them from now on; what cannot be read leaves the last certificate there.

        Args:
            configuration: The configuration as it was just read; its bundle is for others to write.
            readable: Whether it could be read, which changes nothing here.

        Raises:
            InputError: They cannot be read, or do not belong together.
        """
        try:
            chain, key = (_content(self._directory / name) for name in ("tls.crt", "tls.key"))
        except OSError as error:
            raise InputError(f"{self._directory}: {error.strerror or type(error).__name__}") from None
        digest = hashlib.sha256(chain + b"\0" + key).digest()
        if digest != self._shown:
            certificates = read_bundle(chain)
            if not certificates:
                raise UnusableError("tls.crt holds no certificate")
            self.context = showing(chain, key)
            self._shown = digest
            ends = certificates[0].not_valid_after_utc
            self._metrics.certificate_expires("leaf", ends)
            self._log.certificate_made("leaf", ends, "the files hold another")
        return configuration


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST)

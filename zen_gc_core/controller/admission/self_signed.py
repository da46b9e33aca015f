"""Certificates of the controller's own: one authority for all replicas, in a Secret, and a leaf of each in its memory.

A renewal overlaps: the new authority is in every bundle before a leaf of it is shown, and the old one stays there until
the last leaf of it has ended. Whichever replica is first writes the Secret, to the version that it read.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.errors import Conflict
from zen_gc_core.cluster.webhooks import read_configuration, read_secret, write_bundle, write_secret
from zen_gc_core.controller.admission.certificates import (
    Authority,
    Leaf,
    Lifetimes,
    UnusableError,
    bundled,
    is_authority,
    is_due,
    is_good,
    key_pem,
    new_authority,
    pem_of,
    read_authority,
    read_bundle,
    sign_leaf,
)
from zen_gc_core.controller.admission.contexts import showing
from zen_gc_core.errors import ClusterError, InputError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from cryptography import x509

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.webhooks import Configuration, Secret
    from zen_gc_core.controller.telling.metrics import Metrics
    from zen_gc_core.controller.telling.webhook_log import WebhookLog

_TRIES: Final = 3
_BUNDLE, _CERTIFICATE, _KEY = "ca.crt", "tls.crt", "tls.key"


def secret_name(configuration: str) -> str:
    """The name of the Secret of a configuration."""
    return f"{configuration}-webhook-ca"


class SelfSigned:
    """Keeps the certificates of one replica; for one thread, but for ``context``.

    Args:
        connection: The cluster.
        name: The name of the configuration.
        namespace: The controller's namespace, where the Secret is.
        metrics: Shows when certificates end.
        log: Says when they change.
        lifetimes: How long what is good.
        clock: Seconds that pass.

    Attributes:
        context: What shows the present leaf; None while there is none.
    """

    def __init__(  # noqa: PLR0913  where it is, who is told, and its times
        self,
        connection: Connection,
        name: str,
        namespace: str,
        metrics: Metrics,
        log: WebhookLog,
        *,
        lifetimes: Lifetimes | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.context: ssl.SSLContext | None = None
        self._connection = connection
        self._name = name
        self._namespace = namespace
        self._metrics = metrics
        self._log = log
        self._lifetimes = lifetimes or Lifetimes()
        self._clock = clock
        self._seen: tuple[x509.Certificate, ...] = ()
        self._leaf: Leaf | None = None
        self._issuer: x509.Certificate | None = None
        self._hosts: tuple[str, ...] = ()
        self._carried: tuple[x509.Certificate, float] | None = None

    def look(self, configuration: Configuration | None, *, readable: bool = True) -> Configuration | None:
        """See that there is an authority, that the configuration trusts it, and that a leaf of it is shown.

        Args:
            configuration: The configuration as it was just read; None when there is none, or it cannot be read.
            readable: Whether it could be read.

        Returns:
            The configuration, read again when its bundles were written.

        Raises:
            ClusterError: Something cannot be read or written; what could be done was done.
            InputError: The Secret is somebody else's.
        """
        authority, bundle = self._authority(configuration)
        failed: ClusterError | None = None
        if configuration is not None:
            try:
                configuration = self._trusting(configuration, bundle)
            except ClusterError as error:
                failed = error
        self._note_carried(configuration, authority.certificate)
        self._show(configuration, authority, readable=readable)
        if failed is not None:
            raise failed
        return configuration

    def _now(self) -> dt.datetime:
        """The present by the clock of the API server, which verifies; by the local one, while nothing is known of that."""
        return self._connection.clock.now() or dt.datetime.now(dt.UTC)

    def _authority(self, configuration: Configuration | None) -> tuple[Authority, bytes]:
        """The present authority, and the bundle that is to be trusted; made or renewed where that is due."""
        for tries in range(1, _TRIES + 1):
            secret = read_secret(self._connection, self._namespace, secret_name(self._name))
            try:
                authority, bundle = self._kept(secret, configuration)
            except Conflict:
                if tries == _TRIES:
                    raise
                continue  # another replica was first
            self._seen = tuple(read_bundle(bundle))
            self._metrics.certificate_expires("ca", authority.certificate.not_valid_after_utc)
            return authority, bundle
        raise AssertionError("unreachable: the last try returns or raises")

    def _kept(self, secret: Secret, configuration: Configuration | None) -> tuple[Authority, bytes]:
        now = self._now()
        trusted = _certificates(secret.data.get(_BUNDLE, b""))
        try:
            present = read_authority(secret.data.get(_CERTIFICATE, b""), secret.data.get(_KEY, b""))
        except UnusableError as error:
            why = str(error) if secret.resource_version else "the Secret is not there"
        else:
            why = _spent(present.certificate, now)
            if not why:
                bundle = self._bundle(present, trusted, now)
                if bundle != secret.data.get(_BUNDLE):
                    self._write(secret, present, bundle)
                return present, bundle
            trusted.append(present.certificate)
        if not secret.own:
            raise InputError(
                f"the Secret {secret.namespace}/{secret.name} is somebody else's ({why}): delete it, or choose another "
                "--webhook-name"
            )
        made = new_authority(now, self._lifetimes.ca)
        bundle = self._bundle(made, [*trusted, *self._seen, *_trusted_by(configuration)], now)
        self._write(secret, made, bundle)
        self._log.certificate_made("ca", made.certificate.not_valid_after_utc, why)
        return made, bundle

    def _bundle(self, authority: Authority, others: Iterable[x509.Certificate], now: dt.datetime) -> bytes:
        return bundled(authority, others, now, self._lifetimes.leaf + self._lifetimes.settle)

    def _write(self, secret: Secret, authority: Authority, bundle: bytes) -> None:
        data = {
            _BUNDLE: bundle,
            _CERTIFICATE: pem_of([authority.certificate]),
            _KEY: key_pem(authority.key),
        }
        write_secret(self._connection, secret, data)

    def _trusting(self, configuration: Configuration, bundle: bytes) -> Configuration | None:
        """Have a configuration trust a bundle, unless it does."""
        if all(hook.bundle == bundle for hook in configuration.hooks):
            return configuration
        if configuration.injected:
            raise ClusterError("cert-manager writes the bundle of the configuration: run with --webhook-tls=files")
        write_bundle(self._connection, configuration, bundle)
        self._log.bundle_written(configuration.name, len(read_bundle(bundle)))
        return read_configuration(self._connection, configuration.name)

    def _note_carried(self, configuration: Configuration | None, authority: x509.Certificate) -> None:
        """Note since when the configuration has carried the authority, as far as this replica has seen."""
        if configuration is None or not _carries(configuration, authority):
            self._carried = None
        elif self._carried is None or self._carried[0] != authority:
            self._carried = authority, self._clock()

    def _show(self, configuration: Configuration | None, authority: Authority, *, readable: bool) -> None:
        """Sign a leaf where that is due, and show it from now on."""
        now = self._now()
        hosts = (configuration.hosts if configuration is not None else self._hosts) or (
            f"{self._name}-webhook.{self._namespace}.svc",
        )
        why = self._why_another(authority.certificate, hosts, now)
        if not why and self._issuer != authority.certificate and readable:
            why = self._why_of_another_authority(configuration)
        if not why:
            return
        leaf = sign_leaf(authority, hosts, now, self._lifetimes.leaf)
        self.context = showing(leaf.chain, leaf.key)
        self._leaf, self._issuer, self._hosts = leaf, authority.certificate, hosts
        self._metrics.certificate_expires("leaf", leaf.ends)
        self._log.certificate_made("leaf", leaf.ends, why)

    def _why_another(self, authority: x509.Certificate, hosts: tuple[str, ...], now: dt.datetime) -> str:
        """Why another leaf is to be shown, of whichever authority; empty when it is not."""
        if self._leaf is None:
            return "there was none"
        if not is_good(self._leaf.certificate, now):
            return "the last one is not good any more"
        if self._issuer != authority:
            return ""
        if is_due(self._leaf.certificate, now):
            return "the last one ends"
        return "it is called by another name" if hosts != self._hosts else ""

    def _why_of_another_authority(self, configuration: Configuration | None) -> str:
        """Why a leaf of the present authority is to be shown in the place of another's; empty when it is too early."""
        if self._issuer is None or configuration is None or not _carries(configuration, self._issuer):
            return "nobody trusts the last one's authority"
        return "its authority has been trusted for long enough" if self._settled else ""

    @property
    def _settled(self) -> bool:
        """Whether the configuration has carried the present authority for long enough."""
        return self._carried is not None and self._clock() - self._carried[1] >= self._lifetimes.settle.total_seconds()


def _spent(authority: x509.Certificate, now: dt.datetime) -> str:
    """Why an authority is to be renewed; empty when it is not."""
    if not is_good(authority, now):
        return "the last one is not good any more"
    return "the last one ends" if is_due(authority, now) else ""


def _certificates(bundle: bytes) -> list[x509.Certificate]:
    """The webhook's authorities of a bundle; none of one that cannot be read."""
    try:
        return [each for each in read_bundle(bundle) if is_authority(each)]
    except UnusableError:
        return []


def _trusted_by(configuration: Configuration | None) -> list[x509.Certificate]:
    """The webhook's authorities that a configuration trusts."""
    return [each for hook in (configuration.hooks if configuration else ()) for each in _certificates(hook.bundle)]


def _carries(configuration: Configuration, authority: x509.Certificate) -> bool:
    """Whether all webhooks of a configuration trust an authority."""
    return bool(configuration.hooks) and all(authority in _certificates(hook.bundle) for hook in configuration.hooks)

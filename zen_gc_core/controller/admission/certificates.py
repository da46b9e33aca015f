"""The webhook's certificates: authorities, the leaves that they sign, and bundles of them. Keys and PEM; no I/O, no clock.

P-256 throughout. The names in the certificates matter to nobody but people; each authority has one of its own, as those
who verify look it up by its name.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from zen_gc_core.errors import InputError
from zen_gc_core.texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

ORGANIZATION: Final = "zen-gc admission webhook"

BACKDATED: Final = dt.timedelta(hours=1)
"""A certificate is good from so long before it was made: the clock of whoever verifies may be behind."""

_RENEWED_AFTER: Final = 2 / 3
"""A certificate is renewed when this much of its life is over."""

_MOST_IN_BUNDLE: Final = 4


class UnusableError(InputError):
    """What should be a certificate or a key is none, or not one of the kind that is needed."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long what is good.

    Args:
        ca: An authority.
        leaf: A leaf; never longer than its authority.
        settle: How long a configuration must have carried an authority before a leaf of it takes another leaf's place:
            every API server has read the configuration by then.
    """

    ca: dt.timedelta = dt.timedelta(days=365)
    leaf: dt.timedelta = dt.timedelta(days=7)
    settle: dt.timedelta = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority with its key.

    Args:
        certificate: Its certificate.
        key: Its key.
    """

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Leaf:
    """A certificate that the webhook shows, with its key.

    Args:
        chain: The certificate in PEM, with those between it and its authority.
        key: Its key in PEM.
        certificate: The certificate.
    """

    chain: bytes
    key: bytes
    certificate: x509.Certificate

    @property
    def ends(self) -> dt.datetime:
        """Until when it is good."""
        return self.certificate.not_valid_after_utc


def new_authority(now: dt.datetime, lifetime: dt.timedelta) -> Authority:
    """Make an authority.

    Args:
        now: The present.
        lifetime: How long it is good.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    name = _name(f"zen-gc webhook CA {serial % 16**8:08x}")
    subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        _begun(name, name, key.public_key(), serial, now, now + lifetime)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(subject_key, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate, key)


def sign_leaf(authority: Authority, hosts: Iterable[str], now: dt.datetime, lifetime: dt.timedelta) -> Leaf:
    """Make a leaf.

    Args:
        authority: Who signs it.
        hosts: The names and addresses by which the webhook is called.
        now: The present.
        lifetime: How long it is good, as long as its authority is.

    Raises:
        UnusableError: A host is no name that a certificate can have.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    ends = min(now + lifetime, issuer.not_valid_after_utc)
    subject_key = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        _begun(_name("zen-gc webhook"), issuer.subject, key.public_key(), x509.random_serial_number(), now, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(list(map(_general_name, hosts))), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Leaf(pem_of([certificate]), key_pem(key), certificate)


def _begun(  # noqa: PLR0913, PLR0917  what every certificate has
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    serial: int,
    now: dt.datetime,
    ends: dt.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(now - BACKDATED)
        .not_valid_after(ends)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host)
    except ValueError as error:
        raise UnusableError(f"no certificate can be made for {visible(host, 100)}") from error


def read_authority(certificate: bytes, key: bytes) -> Authority:
    """Read an authority from PEM.

    Raises:
        UnusableError: It is none, or the key is another's.
    """
    found = read_bundle(certificate)
    if len(found) != 1:
        raise UnusableError("tls.crt is not one certificate")
    (first,) = found
    try:
        private = serialization.load_pem_private_key(key, None)
    except (ValueError, TypeError) as error:
        raise UnusableError("tls.key is no key") from error
    except Exception as error:
        raise UnusableError("tls.key is of no kind that is known") from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != first.public_key():
        raise UnusableError("tls.key is not the key of tls.crt")
    if not is_authority(first):
        raise UnusableError("tls.crt is no authority of the webhook")
    return Authority(first, private)


def read_bundle(text: bytes) -> list[x509.Certificate]:
    """Read certificates from PEM; none from nothing.

    Raises:
        UnusableError: There is something else among them.
    """
    if not text.strip():
        return []
    try:
        return x509.load_pem_x509_certificates(text)
    except Exception as error:
        raise UnusableError("what should be certificates is none") from error


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether a certificate is an authority of the webhook."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        organizations = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    except Exception:  # noqa: BLE001  an extension that cannot be read, or is not there
        return False
    return constraints.ca and [each.value for each in organizations] == [ORGANIZATION]


def made(certificate: x509.Certificate) -> dt.datetime:
    """When a certificate of the webhook was made."""
    return certificate.not_valid_before_utc + BACKDATED


def is_due(certificate: x509.Certificate, now: dt.datetime) -> bool:
    """Whether a certificate of the webhook is to be renewed."""
    began = made(certificate)
    return now >= began + _RENEWED_AFTER * (certificate.not_valid_after_utc - began)


def is_good(certificate: x509.Certificate, now: dt.datetime) -> bool:
    """Whether a certificate is neither over nor ahead."""
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc


def bundled(authority: Authority, others: Iterable[x509.Certificate], now: dt.datetime, kept: dt.timedelta) -> bytes:
    """The bundle that is to be trusted, in PEM: the present authority, and those of which a leaf may still be shown.

    Args:
        authority: The present authority.
        others: Those that were trusted before it.
        now: The present.
        kept: For how long after an authority was made those before it are trusted.
    """
    present = authority.certificate
    before = {
        each.fingerprint(hashes.SHA256()): each
        for each in others
        if each != present and is_authority(each) and is_good(each, now)
    }
    newest = sorted(before.values(), key=lambda each: (each.not_valid_before_utc, each.serial_number), reverse=True)
    return pem_of([present, *(newest[: _MOST_IN_BUNDLE - 1] if now < made(present) + kept else [])])


def pem_of(certificates: Iterable[x509.Certificate]) -> bytes:
    """Certificates in PEM."""
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A key in PEM, as it is."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

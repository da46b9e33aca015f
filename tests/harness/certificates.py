"""The keys and the certificate that a control plane on the loopback interface needs."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

LIFETIME = dt.timedelta(days=7)
CLOCK_SLACK = dt.timedelta(hours=1)


def write_key(private: Path, public: Path | None = None) -> ec.EllipticCurvePrivateKey:
    """Make a key on P-256 and write it, and its public half where that is wanted, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    private.touch(mode=0o600)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    if public is not None:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))
    return key


def write_certificate(certificate: Path, private: Path, *, expired: bool = False) -> None:
    """Write a key and a certificate of it for 127.0.0.1 and localhost, signed by itself: it is its own authority.

    Args:
        certificate: where the certificate goes.
        private: where the key goes.
        expired: whether it was good a lifetime ago and is no more.
    """
    key = write_key(private)
    serial = x509.random_serial_number()
    # each a name of its own, so that several may be trusted at once: an authority is looked up by its name
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"kube-apiserver under test {serial % 10**9}")])
    now = dt.datetime.now(dt.UTC) - (LIFETIME + CLOCK_SLACK if expired else dt.timedelta())
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")])
    signing = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + LIFETIME)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(signing, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

"""What certificates are made of, which are taken for the webhook's own, and who stays trusted for how long."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from zen_gc_core.controller.admission.certificates import (
    BACKDATED,
    Lifetimes,
    UnusableError,
    bundled,
    is_authority,
    is_due,
    is_good,
    key_pem,
    made,
    new_authority,
    pem_of,
    read_authority,
    read_bundle,
    sign_leaf,
)
from zen_gc_core.controller.admission.contexts import showing

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
TIMES = Lifetimes()
KEPT = TIMES.leaf + TIMES.settle
ONE, OTHER = new_authority(NOW, TIMES.ca), new_authority(NOW, TIMES.ca)
PEM, KEY = pem_of([ONE.certificate]), key_pem(ONE.key)


def foreign() -> x509.Certificate:
    """A certificate that is an authority, and not the webhook's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + TIMES.ca)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


def test_each_authority_has_a_name_of_its_own() -> None:
    """Who verifies looks it up by its name: of two of one name the wrong one would be tried."""
    assert ONE.certificate.subject != OTHER.certificate.subject


@pytest.mark.parametrize(
    ("days", "due", "good"),
    [(-1, False, False), (0, False, True), (243, False, True), (244, True, True), (366, True, False)],
)
def test_two_thirds_of_a_life_are_long_enough(days: int, *, due: bool, good: bool) -> None:
    """Counted from when it was made, and not from when it is good, which is an hour earlier."""
    at = NOW + dt.timedelta(days=days)
    assert (is_due(ONE.certificate, at), is_good(ONE.certificate, at)) == (due, good)
    assert made(ONE.certificate) == NOW == ONE.certificate.not_valid_before_utc + BACKDATED


def test_no_leaf_outlives_its_authority() -> None:
    """Nor is it good for signing others, or for anything but serving."""
    late = NOW + TIMES.ca - dt.timedelta(days=1)
    leaf = sign_leaf(ONE, ["a.b.svc", "10.0.0.1", "::1"], late, TIMES.leaf)
    assert leaf.ends == ONE.certificate.not_valid_after_utc
    assert not is_authority(leaf.certificate)
    names = leaf.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["a.b.svc", "10.0.0.1", "::1"]
    usage = leaf.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [each.dotted_string for each in usage] == ["1.3.6.1.5.5.7.3.1"]


def test_who_was_trusted_before_stays_so_until_the_last_leaf_has_ended() -> None:
    """Then the present authority is alone."""
    before = new_authority(NOW - dt.timedelta(days=250), TIMES.ca)

    def trusted(after: dt.timedelta) -> list[x509.Certificate]:
        return read_bundle(bundled(ONE, [before.certificate, ONE.certificate], NOW + after, KEPT))

    assert trusted(dt.timedelta()) == trusted(KEPT - dt.timedelta(seconds=1)) == [ONE.certificate, before.certificate]
    assert trusted(KEPT) == [ONE.certificate]


def test_who_is_over_or_somebody_else_is_not_trusted() -> None:
    """And of very many the newest three."""
    over = new_authority(NOW - dt.timedelta(days=400), TIMES.ca)
    leaf = sign_leaf(OTHER, ["a"], NOW, TIMES.leaf)
    assert bundled(ONE, [over.certificate, foreign(), leaf.certificate], NOW, KEPT) == PEM
    many = [new_authority(NOW - dt.timedelta(days=days), TIMES.ca).certificate for days in range(1, 9)]
    assert read_bundle(bundled(ONE, [*many, *many], NOW, KEPT)) == [ONE.certificate, *many[:3]]


def test_an_authority_is_read_as_it_was_written() -> None:
    """Certificate and key."""
    found = read_authority(PEM, KEY)
    assert (found.certificate, key_pem(found.key)) == (ONE.certificate, KEY)


def _ed25519() -> bytes:
    return ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _encrypted() -> bytes:
    return ONE.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )


@pytest.mark.parametrize(
    ("certificate", "key"),
    [
        (b"", KEY),
        (PEM, b""),
        (b"garbage", KEY),
        (PEM, b"garbage"),
        (b"\xff\x00", b"\xff\x00"),
        (PEM + PEM, KEY),
        (PEM, key_pem(OTHER.key)),
        (PEM, _ed25519()),
        (PEM, _encrypted()),
        (KEY, PEM),
        (pem_of([sign_leaf(ONE, ["a"], NOW, TIMES.leaf).certificate]), KEY),
        (pem_of([foreign()]), KEY),
    ],
    ids=range(12),
)
def test_what_is_no_authority_of_the_webhooks_is_said_to_be_none(certificate: bytes, key: bytes) -> None:
    """Whatever somebody has put into the Secret."""
    with pytest.raises(UnusableError):
        read_authority(certificate, key)


@pytest.mark.parametrize(
    "parts",
    [
        lambda: (b"", b""),
        lambda: (b"garbage", b"garbage"),
        lambda: (sign_leaf(ONE, ["a"], NOW, TIMES.leaf).chain, sign_leaf(ONE, ["a"], NOW, TIMES.leaf).key),
        lambda: (PEM, _encrypted()),
    ],
)
def test_what_cannot_be_shown_is_said_to_be_unusable_and_nobody_is_asked_for_a_password(
    parts: Callable[[], tuple[bytes, bytes]],
) -> None:
    """A terminal that is asked for one would stop the program."""
    with pytest.raises(UnusableError):
        showing(*parts())

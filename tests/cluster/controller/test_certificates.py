"""The webhook's own certificates: whatever happens to their Secret and to the configuration, who trusts them goes on to."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509

from tests.cluster.controller.hooked import bundle, configuration, installed, new_name
from tests.cluster.controller.served import Served, records
from tests.cluster.controller.stage import MERGE, Stage, until
from zen_gc_core.cluster.errors import ServerFailed
from zen_gc_core.controller.admission import self_signed
from zen_gc_core.controller.admission.certificates import (
    Lifetimes,
    key_pem,
    made,
    new_authority,
    pem_of,
    read_bundle,
)
from zen_gc_core.controller.admission.mounted import Mounted
from zen_gc_core.controller.admission.self_signed import secret_name
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.webhook_log import WebhookLog

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.cluster import Cluster

SOON = Lifetimes(settle=dt.timedelta(seconds=1))
"""A new authority is shown a second after it is trusted."""
SECRETS = "/api/v1/namespaces/{}/secrets"


class Place:
    """Where a webhook's objects are."""

    def __init__(self, stage: Stage) -> None:
        self.cluster: Cluster = stage.cluster
        self.home = stage.home
        self.name = new_name()
        self.path = ""
        self.secret = f"{SECRETS.format(self.home)}/{secret_name(self.name)}"

    def authorities(self) -> list[x509.Certificate]:
        """Whom the configuration trusts."""
        return read_bundle(base64.b64decode(bundle(self.cluster, self.path)))

    def data(self) -> dict[str, str]:
        """What the Secret holds; nothing when it is not there."""
        return dict(self.cluster.request("GET", self.secret).body.get("data") or {})


@pytest.fixture
def place(stage: Stage, stream: io.StringIO) -> Place:
    """A place on either cluster."""
    return Place(stage)


@pytest.fixture
def served(place: Place) -> Iterator[Served]:
    """A webhook that its configuration trusts."""
    with (
        Served(place.cluster, place.name, place.home, lifetimes=SOON) as webhook,
        installed(place.cluster, configuration(place.name, webhook.port)) as path,
    ):
        place.path = path
        yield webhook.await_trust()


def settled(place: Place, served: Served, before: x509.Certificate) -> x509.Certificate:
    """Wait until a leaf of another authority is shown, and return that; at no time was it shown untrusted."""
    until(lambda: served.issuer() != before.subject, "a leaf of the new authority is shown")
    authorities = place.authorities()
    assert {each.subject for each in authorities} >= {served.issuer(), before.subject}
    (new,) = (each for each in authorities if each.subject == served.issuer())
    return new


def test_the_configuration_trusts_the_secrets_authority_and_nothing_else_is_written(
    place: Place, served: Served
) -> None:
    """One authority for a year, of which the leaf is for seven days and for the host that is called."""
    (authority,) = place.authorities()
    assert base64.b64decode(place.data()["tls.crt"]) == pem_of([authority])
    assert authority.not_valid_after_utc - made(authority) == dt.timedelta(days=365)
    leaf = x509.load_der_x509_certificate(served.shown())
    assert leaf.not_valid_after_utc - made(leaf) == dt.timedelta(days=7)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["127.0.0.1"]
    stored = place.cluster.request("GET", place.path).body
    owned = {each["manager"]: each["fieldsV1"] for each in stored["metadata"]["managedFields"]}
    (hook,) = [value for key, value in owned["zen-gc-webhook"]["f:webhooks"].items() if key != "."]
    assert {key: value for key, value in hook.items() if key not in {".", "f:name"}} == {
        "f:clientConfig": {"f:caBundle": {}}
    }
    assert served.ready is True
    for which in ("ca", "leaf"):
        assert f'gc_webhook_certificate_expiry_timestamp_seconds{{which="{which}"}}'.encode() in (
            served.metrics.exposition()
        )


def test_two_replicas_that_begin_at_once_share_one_authority(place: Place) -> None:
    """Who is second takes the other's; both are trusted."""
    with (
        Served(place.cluster, place.name, place.home) as one,
        Served(place.cluster, place.name, place.home) as other,
        installed(place.cluster, configuration(place.name, one.port)) as path,
    ):
        place.path = path
        one.await_trust()
        other.await_trust()
        assert one.issuer() == other.issuer()
        assert one.shown() != other.shown()
        assert len(place.authorities()) == 1


DAMAGES: dict[str, Any] = {
    "deleted": None,
    "emptied": dict.fromkeys(("ca.crt", "tls.crt", "tls.key")),
    "no key": {"tls.key": None},
    "another's key": {"tls.key": key_pem(new_authority(dt.datetime.now(dt.UTC), SOON.ca).key)},
    "a key that is none": {"tls.key": b"\0\xffgarbage"},
    "a certificate that is none": {"tls.crt": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
    "all garbage": {"ca.crt": b"garbage", "tls.crt": b"garbage", "tls.key": b"garbage"},
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_secret_that_is_deleted_or_garbage_is_made_anew_and_the_old_authority_stays_trusted(
    place: Place, served: Served, stream: io.StringIO, damage: dict[str, bytes | None] | None
) -> None:
    """Until no leaf of it can be shown any more, and no leaf of the new one is shown before that is trusted."""
    (before,) = place.authorities()
    if damage is None:
        assert place.cluster.request("DELETE", place.secret).status == 200
    else:
        data = {key: base64.b64encode(value).decode() if value is not None else None for key, value in damage.items()}
        assert place.cluster.request("PATCH", place.secret, {"data": data}, content_type=MERGE).status == 200
    new = settled(place, served, before)
    assert base64.b64decode(place.data()["tls.crt"]) == pem_of([new])
    served.await_trust()
    assert len([each for each in records(stream, "webhook certificate changed") if each["which"] == "ca"]) == 2
    assert not records(stream, "webhook not looked after")


def test_a_bundle_in_the_secret_that_is_garbage_is_mended_and_nothing_is_renewed(place: Place, served: Served) -> None:
    """The authority is good."""
    (before,) = place.authorities()
    garbage = {"data": {"ca.crt": base64.b64encode(b"garbage").decode()}}
    assert place.cluster.request("PATCH", place.secret, garbage, content_type=MERGE).status == 200
    until(lambda: base64.b64decode(place.data()["ca.crt"]) == pem_of([before]), "it is mended")
    assert served.issuer() == before.subject


def test_a_secret_of_somebody_elses_is_left_alone(place: Place, stream: io.StringIO) -> None:
    """What it holds may be dear to them; the log says what to do, and the webhook is not trusted."""
    data = {"tls.crt": base64.b64encode(b"theirs").decode()}
    metadata = {"name": secret_name(place.name), "namespace": place.home}
    place.cluster.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})
    with (
        Served(place.cluster, place.name, place.home) as webhook,
        installed(place.cluster, configuration(place.name, webhook.port)),
    ):
        until(lambda: records(stream, "webhook not looked after"), "it is said")
        until(lambda: webhook.ready is False, "it is not Ready")
        (said,) = records(stream, "webhook not looked after")
        assert "is somebody else's" in said["message"]
        assert place.data() == data


def replaced(place: Place, document: dict[str, Any]) -> None:
    """Replace the configuration by PUT, as ``kubectl replace`` does."""
    seen = place.cluster.request("GET", place.path).body["metadata"]["resourceVersion"]
    document["metadata"]["resourceVersion"] = seen
    assert place.cluster.request("PUT", place.path, document).status == 200


@pytest.mark.parametrize("client", [{}, {"caBundle": base64.b64encode(b"aGVsbG8=").decode()}], ids=["none", "garbage"])
def test_a_configuration_that_is_replaced_without_its_bundle_is_mended(
    place: Place, served: Served, client: dict[str, str]
) -> None:
    """By PUT, with no bundle, or with one that the API server takes and cannot use."""
    (before,) = place.authorities()
    document = configuration(place.name, served.port)
    document["webhooks"][0]["clientConfig"] |= client
    replaced(place, document)
    trusted = base64.b64encode(pem_of([before])).decode()
    until(lambda: bundle(place.cluster, place.path) == trusted, "it is mended")
    served.await_trust()


def test_a_configuration_that_is_deleted_and_made_again_is_trusted_again(place: Place, served: Served) -> None:
    """Meanwhile nobody asks, and the replica is Ready."""
    assert place.cluster.request("DELETE", place.path).status == 200
    until(lambda: not served.trusted, "nobody asks")
    until(lambda: served.ready, "it is Ready")
    place.cluster.create(configuration(place.name, served.port))
    served.await_trust()


@pytest.mark.real
def test_applying_the_manifest_again_leaves_the_bundle_alone(real: Stage, stream: io.StringIO) -> None:
    """Client-side and server-side; and shows no difference."""
    place = Place(real)
    with Served(place.cluster, place.name, place.home) as webhook:
        text = json.dumps(configuration(place.name, webhook.port))
        place.cluster.kubectl("apply", "-f", "-", stdin=text, check=True)
        place.path = f"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{place.name}"
        try:
            webhook.await_trust()
            (before,) = place.authorities()
            for flags in ((), ("--server-side", "--force-conflicts")):
                place.cluster.kubectl("apply", *flags, "-f", "-", stdin=text, check=True)
                assert place.authorities() == [before]
            shown = place.cluster.kubectl("diff", "--server-side", "--force-conflicts", "-f", "-", stdin=text)
            assert (shown.returncode, shown.stdout) == (0, "")
        finally:
            place.cluster.request("DELETE", place.path)


def test_another_name_by_which_it_is_called_gets_a_leaf_for_it(place: Place, served: Served) -> None:
    """A Service that is renamed needs no restart."""
    document = configuration(place.name, served.port)
    document["webhooks"][0]["clientConfig"] = {"service": {"name": "svc", "namespace": "ns", "path": "/validate"}}
    replaced(place, document)

    def names() -> list[str]:
        leaf = x509.load_der_x509_certificate(served.shown())
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return [str(name.value) for name in found]

    until(lambda: names() == ["svc.ns.svc", "svc.ns.svc.cluster.local"], "a leaf of that name")
    served.await_trust()


def test_while_the_configuration_cannot_be_read_no_other_authority_is_shown(
    place: Place, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whom the API server trusts; that the leaf is renewed needs no such knowledge."""
    (before,) = place.authorities()

    def fails(*_: Any) -> None:
        raise ServerFailed("a server that fails")

    monkeypatch.setattr("zen_gc_core.controller.admission.webhook.read_configuration", fails)
    assert place.cluster.request("DELETE", place.secret).status == 200
    until(place.data, "the Secret is made anew")
    looks = counted_looks(served, monkeypatch)
    until(lambda: len(looks) > 10, "it has looked for longer than the second that it takes")
    assert served.issuer() == before.subject
    monkeypatch.undo()
    settled(place, served, before)


def counted_looks(served: Served, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """A mark for each look from now on."""
    looks: list[None] = []
    look = served.keeper.look

    def counted(*given: Any, **named: Any) -> Any:
        looks.append(None)
        return look(*given, **named)

    monkeypatch.setattr(served.keeper, "look", counted)
    return looks


def test_times_are_those_of_the_api_servers_clock(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replica whose clock is three days ahead makes certificates that are good now."""
    real = dt.datetime

    class Ahead(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return real.now(tz) + dt.timedelta(days=3)

    monkeypatch.setattr(self_signed.dt, "datetime", Ahead)
    with (
        Served(place.cluster, place.name, place.home) as webhook,
        installed(place.cluster, configuration(place.name, webhook.port)) as path,
    ):
        place.path = path
        webhook.await_trust()
        monkeypatch.undo()
        (authority,) = place.authorities()
        assert abs(made(authority) - dt.datetime.now(dt.UTC)) < dt.timedelta(hours=1)


def test_a_name_that_no_certificate_can_have_is_said_and_ends_nothing(
    place: Place, served: Served, stream: io.StringIO
) -> None:
    """The thread goes on, and so does the controller: it is well, and serves again once the name is mended."""
    document = configuration(place.name, served.port)
    document["webhooks"][0]["clientConfig"] = {"url": "https://m\u00fcnchen.example/validate"}
    replaced(place, document)
    until(lambda: not served.trusted, "it is not trusted")
    said = until(lambda: records(stream, "webhook not looked after"), "it is said")
    assert said[0]["message"] == "no certificate can be made for m\u00fcnchen.example"
    assert served.webhook.thread.well
    replaced(place, configuration(place.name, served.port))
    served.await_trust()


def test_a_bug_in_looking_leaves_it_not_ready_for_two_minutes_and_the_controller_well(
    place: Place, served: Served, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is; it is told once, by its type."""

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(served.keeper, "look", fails)
    until(lambda: served.ready is False, "it is not Ready")
    monkeypatch.setattr(served.trust, "_clock", lambda: 1e12)
    until(lambda: served.ready, "it is Ready again, after two minutes")
    assert served.webhook.thread.well
    (said,) = records(stream, "webhook not looked after")
    assert said["message"] == "looking after the webhook failed (RuntimeError)"


def test_files_are_shown_and_read_again_when_they_change(place: Place, tmp_path: Path, stream: io.StringIO) -> None:
    """Their bundle is somebody else's to write; half a change, and what is no certificate, leave the last one there."""
    now = dt.datetime.now(dt.UTC)
    authority = new_authority(now, SOON.ca)

    def write(key: bytes | None = None) -> None:
        leaf = self_signed.sign_leaf(authority, ["127.0.0.1"], now, SOON.leaf)
        (tmp_path / "tls.crt").write_bytes(leaf.chain)
        (tmp_path / "tls.key").write_bytes(key if key is not None else leaf.key)

    keeper = Mounted(str(tmp_path), Metrics("0.1.0"), WebhookLog())
    with Served(place.cluster, place.name, place.home, keeper=keeper) as webhook:
        document = configuration(place.name, webhook.port)
        document["webhooks"][0]["clientConfig"]["caBundle"] = base64.b64encode(pem_of([authority.certificate])).decode()
        with installed(place.cluster, document) as path:
            until(lambda: records(stream, "webhook not looked after"), "there are no files yet")
            write()
            webhook.await_trust()
            first = webhook.shown()
            write(b"garbage")
            until(lambda: len(records(stream, "webhook not looked after")) == 2, "they do not fit together")
            assert webhook.shown() == first
            write()
            until(lambda: webhook.shown() != first, "another is shown")
            stored = place.cluster.request("GET", path).body["metadata"].get("managedFields", [])
            assert "zen-gc-webhook" not in [each["manager"] for each in stored]
    assert place.data() == {}

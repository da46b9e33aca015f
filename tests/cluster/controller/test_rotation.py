"""Renewing the webhook's certificates while policies are written: nobody notices; and without the overlap they would.

Each question has a connection of its own, which the webhook closes: on one that is kept, nobody would see that the certificate behind it
is trusted no more.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import threading
import time
from typing import TYPE_CHECKING, Any, Self

import pytest

from tests.cluster.controller.hooked import configuration, installed
from tests.cluster.controller.served import Served
from tests.cluster.controller.stage import Stage, until
from tests.cluster.controller.test_certificates import Place
from tests.harness.connection import Connection
from tests.unit.admission.reviews import RIGHT, policy
from zen_gc_core.controller.admission.certificates import (
    BACKDATED,
    Authority,
    Lifetimes,
    key_pem,
    new_authority,
    pem_of,
)
from zen_gc_core.controller.admission.self_signed import SelfSigned, secret_name

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

LIFETIMES = Lifetimes(leaf=dt.timedelta(seconds=24), settle=dt.timedelta(seconds=3))
WRITERS = 2
HOOK = "failed calling webhook"


class Writers:
    """Who writes policies all the time, in dry runs, and keeps what went wrong."""

    def __init__(self, stage: Stage, token: str) -> None:
        self.answered = 0
        self.wrong: list[str] = []
        self._stage = stage
        self._token = token
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write, daemon=True) for _ in range(WRITERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(120)

    def _write(self) -> None:
        cluster = self._stage.cluster
        connection = Connection(cluster.url, token=self._token, authority=cluster.authority)
        path = f"/apis/gc.kube-zen.io/v1alpha1/namespaces/{self._stage.namespace}/garbagecollectionpolicies?dryRun=All"
        while not self._stopping.wait(0.02):
            answer = connection.request("POST", path, policy(RIGHT))
            with self._lock:
                self.answered += 1
                if answer.status != 201:
                    self.wrong.append(answer.text)
        connection.close()


def ending_authority(after: dt.timedelta) -> Authority:
    """An authority of which two thirds of the life are over in so long."""
    life = dt.timedelta(minutes=30)
    return new_authority(dt.datetime.now(dt.UTC) + after - 2 * life / 3, life)


@contextlib.contextmanager
def renewing(real: Stage) -> Iterator[tuple[Place, Served]]:
    """A webhook that is trusted, whose authority is about to be renewed: on a slow machine later, or it would be over by then."""
    for seconds in (6, 24, 96):
        renewed = time.monotonic() + seconds
        place, authority = Place(real), ending_authority(dt.timedelta(seconds=seconds))
        assert authority.certificate.not_valid_before_utc + BACKDATED < dt.datetime.now(dt.UTC)
        keep(place, authority)
        with (
            Served(place.cluster, place.name, place.home, lifetimes=LIFETIMES) as webhook,
            installed(place.cluster, configuration(place.name, webhook.port)) as path,
        ):
            place.path = path
            webhook.await_trust()
            if time.monotonic() < renewed - 2:
                yield place, webhook
                return
    pytest.fail("the authority was renewed before the webhook was trusted, three times")


def keep(place: Place, authority: Authority) -> None:
    """Write an authority into the Secret of a place."""
    pem = pem_of([authority.certificate])
    data = {"ca.crt": pem, "tls.crt": pem, "tls.key": key_pem(authority.key)}
    metadata = {
        "name": secret_name(place.name),
        "namespace": place.home,
        "labels": {"app.kubernetes.io/managed-by": "zen-gc"},
    }
    encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
    place.cluster.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": encoded})


def token_of(stage: Stage) -> str:
    """The administrator's token."""
    token = stage.cluster._connection._token
    assert token
    return str(token)


def test_a_renewal_under_load_fails_no_write(real: Stage, stream: io.StringIO) -> None:
    """The bundle has the old authority, then both, then the new one alone; every write of a policy is answered meanwhile."""
    with renewing(real) as (place, webhook):
        (old,) = place.authorities()
        with Writers(real, token_of(real)) as writers:
            until(lambda: writers.answered > 20, "policies are written")
            until(lambda: len(place.authorities()) == 2, "both are trusted")
            assert webhook.issuer() == old.subject
            new = next(each for each in place.authorities() if each != old)
            until(lambda: webhook.issuer() == new.subject, "a leaf of the new one is shown")
            assert old in place.authorities()
            until(lambda: place.authorities() == [new], "the new one alone is trusted")
            seen = writers.answered
            until(lambda: writers.answered > seen + 20, "policies are still written")
        assert writers.wrong == []
        assert webhook.trusted


@pytest.mark.parametrize("without", ["the wait", "the old authority"])
def test_without_the_overlap_writes_would_fail(
    real: Stage, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    """A leaf that is shown before its authority is trusted everywhere, or a bundle that forgets the old one too soon."""
    if without == "the wait":
        look = SelfSigned.look

        def leaf_first(self: SelfSigned, configuration: Any, *, readable: bool = True) -> Any:
            authority, _ = self._authority(configuration)
            if self._issuer is not None and self._issuer != authority.certificate:
                self._leaf = None
                self._show(configuration, authority, readable=readable)
                threading.Event().wait(3)
            return look(self, configuration, readable=readable)

        monkeypatch.setattr(SelfSigned, "look", leaf_first)
    else:
        monkeypatch.setattr(SelfSigned, "_bundle", lambda _self, authority, *_: pem_of([authority.certificate]))
        monkeypatch.setattr(SelfSigned, "_why_of_another_authority", lambda *_: "")
    with renewing(real), Writers(real, token_of(real)) as writers:
        until(lambda: writers.wrong, "a write fails")
        assert HOOK in writers.wrong[0]
        assert "x509" in writers.wrong[0]

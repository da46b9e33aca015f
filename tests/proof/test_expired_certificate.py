"""The API server's certificate expires while a controller leads: nothing is trusted, nothing breaks, and all goes on afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cluster.controller.churn import POLICY
from tests.cluster.controller.controllers import QUICK, Replica
from tests.cluster.controller.stage import until
from tests.harness.certificates import write_certificate
from tests.harness.kubeconfig import kubeconfig
from tests.proof.proxy.server import Proxy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.controller.stage import Stage


def test_a_leader_outlives_the_certificate_of_its_server(
    real: Stage, replica: Callable[..., Replica], tmp_path: Path
) -> None:
    """It stops leading, stays alive, asks again without haste, and leads and deletes once the certificate is renewed."""
    names = ("before", "expired", "after")
    for name in names:
        write_certificate(tmp_path / f"{name}.crt", tmp_path / f"{name}.key", expired=name == "expired")
    (tmp_path / "authority.crt").write_text("".join((tmp_path / f"{name}.crt").read_text() for name in names))
    assert real.cluster.authority is not None
    real.policy(evaluationInterval="1s", **POLICY)
    token = json.loads(real.cluster.kubeconfig_path.read_text())["users"][0]["user"]["token"]
    with Proxy(real.cluster.url, real.cluster.authority, tmp_path / "before.crt", tmp_path / "before.key", 1) as proxy:
        config = tmp_path / "kubeconfig"
        url = f"https://127.0.0.1:{proxy.port}"
        config.write_text(json.dumps(kubeconfig(url, token=token, authority=tmp_path / "authority.crt")))
        leader = replica(real, *QUICK, config=config).awake()
        first = real.make(data={"state": "done"})
        until(lambda: not real.there(first), "it is served at first")

        proxy.present(tmp_path / "expired.crt", tmp_path / "expired.key")
        leader.await_record("lost leadership")
        kept = real.make(data={"state": "done"})
        asked, told = sum(proxy.requests.values()), len(leader.records())
        until(lambda: [record for record in leader.records()[told:] if "expired" in json.dumps(record)], "it says why")
        assert leader.probe("/healthz") == (200, "ok\n")
        assert sum(proxy.requests.values()) == asked, "no request leaves without trust"
        assert real.there(kept)

        proxy.present(tmp_path / "after.crt", tmp_path / "after.key")
        leader.await_record("became leader", 2)
        until(lambda: not real.there(kept), "it is served again")
        assert leader.process.poll() is None
        assert not leader.records("uncaught exception")

"""Which cluster is found, and what is said when none is."""

from __future__ import annotations

import base64
import json
import os
import pkgutil
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from zen_gc_embedded import EmbeddedCluster

import zen_gc_core.cluster
from zen_gc_core.cluster import credential_plugins
from zen_gc_core.cluster.configuration import find
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.errors import BadConfiguration, CannotReach

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.real import RealCluster


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a kubeconfig, outside of any Pod."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def document(name: str = "one", *, current: str | None = None, **context: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": f"http://{name}.example:8080"}}],
        "users": [{"name": name, "user": {"token": f"token-of-{name}"}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, **context}}],
        **({"current-context": current} if current else {}),
    }


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_user_without_a_name_and_a_home_needs_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container, where nobody is called 65532."""

    def unknown(number: int) -> None:
        raise KeyError(f"uid not found: {number}")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", unknown)
    with pytest.raises(BadConfiguration, match=r"no kubeconfig at ~/\.kube/config, and not in a Pod"):
        find()


def test_without_any_kubeconfig_one_line_says_where_it_was_looked_for(home: Path) -> None:
    """No cluster: the place, and what to do."""
    with pytest.raises(BadConfiguration) as caught:
        Connection.open()
    text = str(caught.value)
    assert text == (
        f"no cluster: no kubeconfig at {home}/.kube/config, and not in a Pod: pass --kubeconfig, or set KUBECONFIG"
    )


def test_the_kubeconfig_in_the_home_is_found(home: Path) -> None:
    """And its current context, with its namespace."""
    write(home / ".kube" / "config", document(current="one", namespace="team-a"))
    with Connection.open() as connection:
        assert (connection.server, connection.namespace) == ("http://one.example:8080", "team-a")
        assert not connection.in_cluster


def test_a_list_of_kubeconfigs_is_merged_as_kubectl_merges_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first file that says something wins, also about the current context; files that are not there do not matter."""
    first = write(home / "first", document("one", current="one"))
    second = write(home / "second", document("two", current="two"))
    listed = os.pathsep.join(map(str, [home / "missing", first, second]))
    monkeypatch.setenv("KUBECONFIG", listed)
    with Connection.open() as connection:
        assert connection.server == "http://one.example:8080"
    with Connection.open(context="two") as connection:
        assert connection.server == "http://two.example:8080"


def test_the_variable_is_read_when_it_is_needed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when the client library is imported."""
    for name in ("one", "two"):
        monkeypatch.setenv("KUBECONFIG", str(write(home / name, document(name, current=name))))
        assert find().context == name


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (None, {}, "the kubeconfig {path} does not exist"),
        ("", {}, "{path} has no current-context; choose one with --context (it has: none)"),
        ("[]", {}, "the kubeconfig {path} is no kubeconfig"),
        ("{", {}, "the kubeconfig {path} is no YAML in line 1"),
        ('token: "hunter2', {}, "the kubeconfig {path} is no YAML in line 1: found unexpected end of stream"),
        ("\x00", {}, "the kubeconfig {path} cannot be read"),
        (document(), {}, "has no current-context; choose one with --context (it has: one)"),
        (document(current="one"), {"context": "two"}, "{path} has no context 'two' (it has: one)"),
        (document(current="two"), {}, "{path} has no context 'two' (it has: one)"),
        ({**document(current="one"), "clusters": []}, {}, "name one in"),
        ({**document(current="one"), "clusters": [{"name": "one", "cluster": {}}]}, {}, "names no server"),
        ({**document(current="one"), "clusters": "one"}, {}, "context one of {path}"),
        ({**document(current="one"), "contexts": [{"name": "one"}]}, {}, "context one of {path}"),
        ({**document(current="one"), "users": [{"name": "one", "user": "me"}]}, {}, "context one of {path}"),
        (
            {**document(current="one"), "clusters": [{"name": "one", "cluster": {"server": 7}}]},
            {},
            "context one of {path} is malformed",
        ),
        (
            {
                **document(current="one"),
                "clusters": [
                    {"name": "one", "cluster": {"server": "https://x", "certificate-authority": "/not/there"}}
                ],
            },
            {},
            "File does not exist: /not/there",
        ),
    ],
)
def test_a_kubeconfig_that_is_wrong_is_refused_in_one_line(
    home: Path, content: Any, options: dict[str, str], said: str
) -> None:
    """With the path, and with what it has instead."""
    path = home / "config"
    if content is not None:
        write(path, content)
    with pytest.raises(BadConfiguration) as caught:
        Connection.open(kubeconfig=path, **options)
    assert said.format(path=path) in str(caught.value)
    assert "\n" not in str(caught.value)


def plugin(home: Path, script: str) -> dict[str, Any]:
    path = write(home / "plugin", f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    run = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(path), "interactiveMode": "Never"}
    return {**document(current="one"), "users": [{"name": "one", "user": {"exec": run}}]}


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo no such account >&2; exit 3", "no such account"), ("echo hello", "decode"), ("echo '{}'", "apiVersion")],
)
def test_a_credential_plugin_that_fails_is_told_and_not_logged(
    home: Path, capfd: pytest.CaptureFixture[str], script: str, said: str
) -> None:
    """The official client logs it and goes on as nobody; we stop."""
    path = write(home / "config", plugin(home, script))
    with pytest.raises(BadConfiguration, match=r"the credential plugin .*/plugin failed") as caught:
        Connection.open(kubeconfig=path)
    assert said in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_credential_plugin_that_hangs_is_ended_and_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that it began: a child of its that goes on would hold us as well."""
    bound = credential_plugins.bound
    monkeypatch.setattr(credential_plugins, "bound", lambda config: bound(config, 0.5))
    path = write(home / "config", plugin(home, "sleep 600 & sleep 600"))
    began = time.monotonic()
    with pytest.raises(BadConfiguration, match=r"plugin .*/plugin failed: .*it did not end within 0\.5 s"):
        Connection.open(kubeconfig=path)
    assert time.monotonic() - began < 60


def test_a_credential_plugin_that_is_not_there_is_named(home: Path) -> None:
    """As the shell would."""
    content = plugin(home, "exit 0")
    content["users"][0]["user"]["exec"]["command"] = "no-such-plugin"
    with pytest.raises(BadConfiguration, match=r"plugin no-such-plugin failed: .*No such file or directory"):
        Connection.open(kubeconfig=write(home / "config", content))


def test_a_password_in_the_address_of_a_server_is_not_kept(home: Path) -> None:
    """It is sent to nobody, and stands in no message."""
    content = document(current="one")
    content["clusters"][0]["cluster"]["server"] = "http://admin:hunter2@127.0.0.1:1/base"
    with Connection.open(kubeconfig=write(home / "config", content)) as connection:
        assert connection.server == "http://127.0.0.1:1/base"
        with pytest.raises(CannotReach) as caught:
            connection.request("GET", "/version", timeout=2.0)
    assert "hunter2" not in str(caught.value)


def test_a_credential_plugin_that_works_is_used(home: Path) -> None:
    """Its token goes along."""
    credential = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t-1"}}'
    with EmbeddedCluster(tokens={"t-1": "admin"}) as server:
        content = plugin(home, f"echo '{credential}'")
        content["clusters"][0]["cluster"]["server"] = server.url
        with Connection.open(kubeconfig=write(home / "config", content)) as connection:
            assert connection.request("GET", "/api/v1/namespaces").status == 200


def test_the_official_client_is_not_imported_before_it_is_needed() -> None:
    """It costs a third of a second; `zen-gc validate` does not pay it."""
    rooms = [f"zen_gc_core.cluster.{room.name}" for room in pkgutil.iter_modules(zen_gc_core.cluster.__path__)]
    assert "zen_gc_core.cluster.connection" in rooms
    script = f"import sys, {', '.join(rooms)}; sys.exit('kubernetes' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_in_a_pod_the_service_account_is_found(
    real_cluster: RealCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its token, its authority and its namespace; a kubeconfig that is there wins, and so does a context."""
    namespace = real_cluster.namespace()
    kubeconfig = json.loads(real_cluster.service_account_kubeconfig(namespace, "default").read_text())
    authority = kubeconfig["clusters"][0]["cluster"]["certificate-authority-data"]
    account = tmp_path / "serviceaccount"
    write(account / "token", kubeconfig["users"][0]["user"]["token"])
    write(account / "ca.crt", base64.b64decode(authority).decode())
    write(account / "namespace", f"{namespace}\n")
    monkeypatch.setattr("zen_gc_core.cluster.configuration.SERVICE_ACCOUNT", account)
    monkeypatch.setattr("kubernetes.config.incluster_config.SERVICE_TOKEN_FILENAME", str(account / "token"))
    monkeypatch.setattr("kubernetes.config.incluster_config.SERVICE_CERT_FILENAME", str(account / "ca.crt"))
    address = urlsplit(real_cluster.url)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", address.hostname or "")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(address.port))
    with Connection.open() as connection:
        assert (connection.in_cluster, connection.namespace) == (True, namespace)
        answer = connection.request("GET", f"/api/v1/namespaces/{namespace}/pods")
        assert answer.status == 403
        assert f"system:serviceaccount:{namespace}:default" in answer.message
    with pytest.raises(BadConfiguration, match="so there is no context 'other'"):
        Connection.open(context="other")
    write(tmp_path / ".kube" / "config", document(current="one"))
    with Connection.open() as connection:
        assert not connection.in_cluster


def test_a_pod_without_its_certificate_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, as everywhere."""
    write(tmp_path / "serviceaccount" / "token", "t")
    monkeypatch.setattr("zen_gc_core.cluster.configuration.SERVICE_ACCOUNT", tmp_path / "serviceaccount")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "1")
    with pytest.raises(BadConfiguration, match=r"the Pod's ServiceAccount: Service .* does not exist"):
        Connection.open()

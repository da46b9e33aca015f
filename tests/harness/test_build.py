"""How the binaries of the real API server are found and built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from apiserver import build

if TYPE_CHECKING:
    import pytest

GO = """#!/bin/sh
if [ "$1" = env ]; then echo go9.9.9; exit; fi
while [ "$1" != -o ]; do shift; done
echo "$2" >> "$0.log"
sleep 0.2
echo '#!/bin/sh' > "$2"
chmod +x "$2"
"""


def test_a_binary_of_envtest_comes_before_a_built_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `$KUBEBUILDER_ASSETS` lacks is taken from the cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path / "assets"))
    built = build.cache_directory()
    for path in (built / "etcd", built / "kube-apiserver", tmp_path / "assets" / "etcd"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)

    found = [build.find(name) for name in build.BINARIES]

    assert found == [tmp_path / "assets" / "etcd", built / "kube-apiserver", None]


def test_every_binary_is_built_once_however_many_ask(tmp_path: Path) -> None:
    """The later caller waits for the earlier and finds its work done."""
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(GO)
    go.chmod(0o755)

    callers = [_build(tmp_path, f"{go.parent}{os.pathsep}{os.environ['PATH']}") for _ in range(2)]
    said = [caller.communicate()[1] for caller in callers]

    assert [caller.returncode for caller in callers] == [0, 0], said
    names = [Path(line).name for line in Path(f"{go}.log").read_text().splitlines()]
    assert names == list(build.BINARIES)
    assert sorted(line.count("built in") for line in said) == [0, 1]
    cached = {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()}
    assert cached - {f"{build.cache_directory().name}.lock"} == set(build.BINARIES)


def test_without_go_the_build_says_so_in_one_line(tmp_path: Path) -> None:
    """No traceback."""
    caller = _build(tmp_path, str(tmp_path))

    said = caller.communicate()[1]

    assert caller.returncode == 1
    assert said.startswith("real-apiserver: NOT BUILT (go: ")
    assert said.count("\n") == 1


def test_go_that_cannot_build_is_quoted_in_one_line(tmp_path: Path) -> None:
    """The last line of its complaint says what is wrong."""
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho first >&2\necho go.mod requires go '>=' 1.26.0 >&2\nexit 1\n")
    go.chmod(0o755)

    caller = _build(tmp_path, f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    assert caller.communicate()[1] == "real-apiserver: NOT BUILT (go env: go.mod requires go >= 1.26.0)\n"


def test_another_source_is_kept_in_another_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A binary is never taken for one of another version."""
    before = build.cache_directory()
    monkeypatch.setattr(build, "kubernetes_version", lambda: "v9.9.9")

    assert build.cache_directory() != before


def _build(tmp_path: Path, path: str) -> subprocess.Popen[str]:
    """The build in another process, with nothing in its cache."""
    kept = {name: value for name, value in os.environ.items() if name != "KUBEBUILDER_ASSETS"}
    return subprocess.Popen(
        [sys.executable, build.__file__],
        env={**kept, "PATH": path, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        stderr=subprocess.PIPE,
        text=True,
    )

"""The image without a Docker daemon: its Dockerfile is carried out in a root of its own, put into an OCI layout, and run from that.

A root is a folder with this machine's system bound read-only and a Python where the base image has it, in a mount namespace
that ends with the command. That needs root, or user namespaces; without, `can_lay_out` says why not.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy/Dockerfile"
LINKED = ("bin", "lib", "lib64", "sbin")
PATIENCE = 900.0
LOADER = {"LD_LIBRARY_PATH": "/usr/local/lib"}
"""The base image's loader knows where its Python's library is; that of this machine does not."""
CHROOT = shutil.which("chroot", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin") or "chroot"

ENTER = r"""
set -eu
root=$1 python=$2 mode=$3; shift 3
for each in usr etc dev proc; do mkdir -p "$root/$each"; done
mount --bind "$root" "$root"
for each in usr etc dev proc; do mount --rbind "/$each" "$root/$each"; done
mount --bind "$python" "$root/usr/local"
if [ "$mode" = ro ]; then
  for each in "" /usr /usr/local /etc; do mount -o remount,bind,ro "$root$each"; done
fi
exec "$@"
"""
"""Bind the system below a root, then go on with a command; all of it is gone with the mount namespace."""


@dataclass(frozen=True)
class Image:
    """What a Dockerfile says of the image itself: its last stage.

    Args:
        user: Who runs it.
        entrypoint: The program.
        command: Its arguments.
        ports: Those that are exposed.
        environment: Its variables.
    """

    user: str
    entrypoint: list[str]
    command: list[str]
    ports: list[str]
    environment: list[str]


def stages() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The instructions of the first and of the last stage."""
    text = re.sub(r"\\\n", " ", DOCKERFILE.read_text())
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    instructions = [(line[0], line[1]) for line in lines]
    starts = [index for index, (word, _) in enumerate(instructions) if word == "FROM"]
    return instructions[starts[0] + 1 : starts[1]], instructions[starts[1] + 1 :]


def declared() -> Image:
    """What the last stage declares."""
    last = dict(stages()[1])
    words = {name: re.findall(r'"([^"]+)"', last[name]) for name in ("ENTRYPOINT", "CMD")}
    return Image(
        last["USER"],
        words["ENTRYPOINT"],
        words["CMD"],
        last["EXPOSE"].split(),
        [each.replace("$PATH", "/usr/local/bin:/usr/bin:/bin") for each in last["ENV"].split()],
    )


def can_lay_out() -> str:
    """Why no root can be made here; empty when it can."""
    if shutil.which("unshare") is None:
        return "no unshare"
    if os.geteuid() != 0:
        return "only root may mount"
    tried = subprocess.run(["unshare", "-m", "--propagation", "private", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "no mount namespaces"


def inside(root: Path, *command: str, mode: str = "rw", **how: Any) -> subprocess.Popen[bytes]:
    """Start a command in a root.

    Args:
        root: The folder.
        command: The command, as seen from outside it; `chroot` is the caller's.
        mode: ``ro`` for one in which nothing can be written.
        how: As for `subprocess.Popen`.
    """
    for name in LINKED:
        if not (root / name).is_symlink():
            (root / name).symlink_to(f"usr/{name}")
    python = Path(sys.executable).resolve().parents[1]
    return subprocess.Popen(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", ENTER, "enter", root, python, mode, *command], **how
    )


def lay_out(root: Path) -> str:
    """Carry out the first stage of the Dockerfile in a root; what went wrong, else nothing."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", **LOADER}
    passed = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("_proxy")}
    place = "/"
    for word, rest in stages()[0]:
        if word == "ENV":
            environment |= dict(each.split("=", 1) for each in rest.split())
        elif word == "WORKDIR":
            place = rest
            (root / place.strip("/")).mkdir(parents=True)
        elif word == "COPY":
            *sources, target = rest.split()
            copy(root / place.strip("/"), sources, target)
        elif word == "RUN":
            script = f"umask 022; cd {place}; {rest}"
            ran = inside(
                root,
                *(CHROOT, str(root), "/bin/sh", "-ec", script),
                env={**passed, **environment, "HOME": "/tmp"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            said, _ = ran.communicate(timeout=PATIENCE)
            if ran.returncode:
                return said.decode()[-2000:]
    return ""


def copy(place: Path, sources: list[str], target: str) -> None:
    """What COPY does: files into a folder that ends with a slash, or is `.` or `./`; a folder's contents to its new name."""
    for source in sources:
        found = ROOT / source
        if found.is_dir():
            shutil.copytree(found, place / target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            folder = place / target
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(found, folder)

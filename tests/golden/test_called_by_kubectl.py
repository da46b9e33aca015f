"""The program under its other name: kubectl runs ``kubectl-zen_gc`` of the path as ``kubectl zen-gc``."""

from __future__ import annotations

import os
import subprocess

from tests.golden.running import COMMAND

KUBECTL = COMMAND.with_name("kubectl")


def kubectl(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run kubectl with zen-gc's programs on the path."""
    environment = {"PATH": f"{COMMAND.parent}{os.pathsep}{os.defpath}", "HOME": "/nonexistent", "PYTHONUTF8": "1"}
    return subprocess.run(
        [KUBECTL, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_its_help_calls_it_as_kubectl_does() -> None:
    """In usage and examples, of the program and of a command."""
    for arguments in ((), ("plan",)):
        shown = kubectl("zen-gc", *arguments, "--help")
        assert shown.returncode == 0, shown.stderr
        assert shown.stdout.startswith(" ".join(["Usage: kubectl zen-gc", *arguments]))
        examples = shown.stdout.partition("Examples:")[2].splitlines()
        assert all("kubectl zen-gc" in line for line in examples if "zen-gc" in line), shown.stdout


def test_its_errors_name_it_so_and_the_code_is_its_own() -> None:
    """What to ask for help is what was called."""
    wrong = kubectl("zen-gc", "pla")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith(
        "kubectl zen-gc: No such command 'pla'. Did you mean 'plan'? (see kubectl zen-gc --help)\n"
    )


def test_the_program_itself_keeps_its_name() -> None:
    """Also when kubectl is on the path."""
    shown = subprocess.run([COMMAND, "plan", "--help"], capture_output=True, text=True, timeout=120, check=False)
    assert shown.stdout.startswith("Usage: zen-gc plan")
    assert "kubectl zen-gc" not in shown.stdout

"""Every command that a page shows exists, with its flags."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import click
import pytest

from tests.docs.pages import PAGES, REPOSITORY, blocks_of, code_of, name_of
from zen_gc_core import cli
from zen_gc_core.controller.settings import Settings, environment_variable, flag, help_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SHELLS = {"sh", "console", "bash", "shell"}
_TURNED = re.compile(r"(?<=[a-z])=(?:true|false)$")
_MAKE = re.compile(r"^([a-z]+):", re.MULTILINE)
_ROOT = click.Context(cli.program, info_name="zen-gc")


def commands_in(line: str) -> Iterator[list[str]]:
    """The simple commands of a line of shell, each as its words."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;()<>")
    lexer.whitespace_split = True
    words: list[str] = []
    for token in lexer:
        if set(token) <= set("|&;()<>"):
            yield words
            words = []
        else:
            words.append(token)
    yield words


def shell_lines(page: Path) -> Iterator[str]:
    """The commands of the blocks of a page, and those in its prose."""
    for block in blocks_of(page):
        if block.language == "console":
            yield from (line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ "))
        elif block.language in _SHELLS:
            yield from block.text.replace("\\\n", " ").splitlines()
    yield from (code for code in code_of(page) if code.startswith(("zen-gc ", "make ")))


def check_zen_gc(words: list[str]) -> None:
    """Refuse a command, an option or a missing value that the program would refuse."""
    name, *arguments = words
    if name in {"--version", "--help", "-h"}:
        return
    command = cli.program.get_command(_ROOT, name)
    assert command is not None, f"there is no command {name}"
    context = click.Context(command, parent=_ROOT, info_name=name)
    command.make_parser(context).parse_args([_TURNED.sub("", argument) for argument in arguments])


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_command_that_a_page_shows_exists_with_its_flags(page: Path) -> None:
    """Of zen-gc and of make."""
    targets = set(_MAKE.findall((REPOSITORY / "Makefile").read_text(encoding="utf-8")))
    for line in shell_lines(page):
        for words in commands_in(line):
            if words[:1] == ["zen-gc"] and len(words) > 1:
                try:
                    check_zen_gc(words[1:])
                except click.UsageError as error:
                    pytest.fail(f"{line}: {error.message}")
            if words[:1] == ["make"] and len(words) > 1:
                assert words[1] in targets, line


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_flag_that_a_page_names_exists(page: Path) -> None:
    """Wherever prose speaks of `--a-flag`, some command of zen-gc or a tool that the page shows has it."""
    commands = [cli.program.get_command(_ROOT, name) for name in cli.program.list_commands(_ROOT)]
    known = {name for command in commands if command for parameter in command.params for name in parameter.opts}
    others = {"--help", "--version", "--flag", "--build-arg", "--require-hashes", "--from-literal", "--randomly-seed"}
    others |= {"--take-ownership", "--force-conflicts", "--reset-then-reuse-values"}  # of helm
    others |= {
        "--interval",
        "--deployment-time-annotation",
        "--delete-notification",
    }  # of kube-janitor, as the next line
    others |= {f"--{verb}-{what}" for verb in ("include", "exclude") for what in ("resources", "namespaces")}
    named = {found[0] for code in code_of(page) if (found := re.match(r"--[a-z][-a-z]+", code))}
    assert named <= known | others


def test_the_reference_has_every_setting_and_its_environment_variable() -> None:
    """As the controller reads them."""
    page = (REPOSITORY / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for name in help_texts(Settings):
        assert f"`{flag(name)}" in page
        assert f"`{environment_variable(name)}`" in page

"""What the pages show of a terminal is what the commands print."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import blocks_of, name_of
from tests.docs.shown import BIN, SHOWING, Terminal, alike, commands_of, save_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("page", SHOWING, ids=name_of)
def test_a_command_of_a_page_prints_what_the_page_says(page: Path, tmp_path: Path) -> None:
    """Every command of its `console` blocks, in order, beside its files; on a cluster but for times, ages and ports."""
    blocks = [block for block in blocks_of(page) if block.language == "console"]
    if any("kubectl" in block.text for block in blocks) and not shutil.which("kubectl", path=str(BIN)):
        pytest.skip("NOT RUN (no kubectl)")
    save_files(page, tmp_path)
    with Terminal(tmp_path) as terminal:
        for block in blocks:
            for command, output in commands_of(block.text):
                printed = terminal.run(command)
                if terminal.varies:
                    assert alike(printed) == alike(output), command
                else:
                    assert printed.strip() == output.strip(), command


def test_the_pages_show_commands() -> None:
    """A convention that nobody follows any more would let the test above pass."""
    assert {"find-out-why.md", "first-policy.md", "preview-before-you-delete.md"} <= {page.name for page in SHOWING}

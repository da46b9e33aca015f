"""The pictures of the pages are what their script draws, and every picture that a page shows is there."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from docs.pictures import DRAWINGS, PICTURES, history
from docs.terminal import PICTURE, recorded
from tests.docs.pages import PAGES, name_of, text_of

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_is_drawn_by_its_script(name: str) -> None:
    """``make docs`` draws it anew; it is whole XML, and fetches nothing."""
    drawn = DRAWINGS[name]()
    assert (PICTURES / f"{name}.svg").read_text(encoding="utf-8") == drawn
    ET.fromstring(drawn)
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")


def test_the_terminal_shows_what_the_commands_print() -> None:
    """``make docs`` records it anew; it fetches nothing."""
    shown = recorded()
    assert PICTURE.read_text(encoding="utf-8") == shown
    ET.fromstring(shown)
    assert "http" not in shown.replace("http://www.w3.org/2000/svg", "")


def test_two_jobs_are_always_there_once_two_have_finished() -> None:
    """What the picture of `retain` claims: three go, each when it is due and two newer ones are there."""
    told = history()
    assert [name for name, hours in told.items() if "act" in hours] == ["build-1", "build-2", "build-3"]
    for hour in range(4, 20):
        staying = [name for name, hours in told.items() if hours[hour] in {"keep", "wait"}]
        assert len(staying) >= 2, hour


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_picture_that_a_page_shows_is_there_and_is_described(page: Path) -> None:
    """For those who do not see it."""
    for words, target in SHOWN.findall(text_of(page)):
        assert (page.parent / target).is_file(), target
        assert len(words) > 20, target

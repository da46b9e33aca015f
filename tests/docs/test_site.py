"""The site: its navigation is the index of the pages, and it builds without a warning and needs nothing from elsewhere."""

from __future__ import annotations

import html.parser
import shutil
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from docs.site import configuration, lay_out
from tests.docs.pages import DOCS, REPOSITORY, text_of
from tests.platform.outside import program

if TYPE_CHECKING:
    from pathlib import Path

FETCHED = {"src": ("script", "img", "iframe", "source"), "href": ("link",)}
"""The attributes of elements that a browser fetches by itself; a link is followed by a reader."""


class Named(html.parser.HTMLParser):
    """Collects what a page fetches and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.led_to: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the places that an element names."""
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.anchors.add(value)
            if value is None or value.startswith(("data:", "#")):
                continue
            if tag in FETCHED.get(name, ()):
                self.fetched.append(value)
            elif name == "href":
                self.led_to.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built anew."""
    zensical = program("zensical")
    place = tmp_path_factory.mktemp("site")
    shutil.copy(REPOSITORY / "mkdocs.yml", place)
    lay_out(place / "build" / "pages")
    built = subprocess.run(
        [zensical, "build", "--strict"], cwd=place, capture_output=True, text=True, timeout=300, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return place / "build" / "site"


def parsed(page: Path) -> Named:
    """What a page of the site names."""
    named = Named()
    named.feed(text_of(page))
    return named


def test_the_navigation_is_the_index() -> None:
    """The headings of `docs/README.md` are its tabs, page by page, in the same order; ``make docs`` writes it anew."""
    written = text_of(REPOSITORY / "mkdocs.yml")
    assert written == configuration()
    first, *tabs = yaml.safe_load(written)["nav"]
    assert first == "README.md"
    assert [*tabs[0]] == ["Learn"]
    assert sum(len(pages) for tab in tabs for pages in tab.values()) == len(list(DOCS.rglob("*.md"))) - 1


def test_every_page_is_there_and_leads_somewhere(site: Path) -> None:
    """Every page has become one, and what it links to or shows is there, to the heading."""
    for page in DOCS.rglob("*.md"):
        name = page.relative_to(DOCS).with_suffix(".html")
        built = site / ("index.html" if page == DOCS / "README.md" else name)
        assert built.is_file(), name
    pages = {page: parsed(page) for page in site.rglob("*.html")}
    for page, named in pages.items():
        for link in [*named.fetched, *named.led_to]:
            parts = urlsplit(link)
            if parts.scheme or page.name == "404.html":  # that one is shown anywhere
                continue
            there = (page.parent / unquote(parts.path)).resolve()
            there = there / "index.html" if there.is_dir() else there
            assert there.is_file(), f"{page.relative_to(site)}: {link}"
            if parts.fragment and there.suffix == ".html":
                assert unquote(parts.fragment) in pages[there].anchors, f"{page.relative_to(site)}: {link}"


def test_it_fetches_nothing_from_elsewhere(site: Path) -> None:
    """No font, script or picture of another host: it can be read where there is no network."""
    for page in site.rglob("*.html"):
        foreign = [link for link in parsed(page).fetched if urlsplit(link).netloc]
        assert not foreign, page

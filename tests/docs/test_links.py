"""Links lead somewhere, and every page can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import DOCS, PAGES, REPOSITORY, anchors_of, links_of, name_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    """Within the repository; the web is not asked."""
    for link in links_of(page):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        place = (page.parent / path).resolve() if path else page
        assert place.exists(), link
        if anchor:
            assert anchor in anchors_of(place), link


def test_every_page_is_in_the_index() -> None:
    """`docs/README.md` names them all, and in the right room."""
    index = DOCS / "README.md"
    linked = {(DOCS / link).resolve() for link in links_of(index)}
    assert linked == {page for page in DOCS.rglob("*.md") if page != index}


def test_every_page_begins_with_its_title() -> None:
    """One heading of the first level, in the first line."""
    for page in PAGES:
        lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert lines[0].startswith("# "), page
        assert (REPOSITORY / page).read_text(encoding="utf-8").endswith("\n")

"""The generated pages are current, and what is written beside the schemas fits the keywords."""

from __future__ import annotations

import pytest
import yaml

from docs.generate import PAGES
from tests.docs.pages import DOCS, REPOSITORY
from zen_gc_core.plugins import installed_entry_points, load_plugins


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    """`make docs` writes it anew."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]()


@pytest.mark.parametrize("kind", ["matchers", "ttls", "actions"])
def test_every_keyword_has_its_notes_and_an_example(kind: str) -> None:
    """And there are none for keywords that do not exist."""
    notes = yaml.safe_load((REPOSITORY / "zen_gc_core/cli/guiding/keywords.yaml").read_text(encoding="utf-8"))[kind]
    words = getattr(load_plugins(installed_entry_points()).vocabulary, kind)
    assert set(notes) == {name for name in words if "/" not in name}
    assert all({"example", "notes"} == set(note) for note in notes.values())

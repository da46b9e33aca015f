"""The policies of the pages are right; those that are shown as wrong are wrong in the way that the page says."""

from __future__ import annotations

import pytest

from tests.docs.pages import DOCS
from tests.docs.policies import Shown, compile_shown, shown_policies

SHOWN = shown_policies()
RIGHT = [shown for shown in SHOWN if not shown.refused]
WRONG = [shown for shown in SHOWN if shown.refused]


@pytest.mark.parametrize("shown", RIGHT, ids=str)
def test_a_policy_of_a_page_is_valid(shown: Shown) -> None:
    """Whole, or as the part of one."""
    assert [str(problem) for problem in compile_shown(shown.document).errors] == []


@pytest.mark.parametrize("shown", WRONG, ids=str)
def test_a_policy_that_is_shown_as_refused_has_the_errors_below_it(shown: Shown) -> None:
    """All of them, word by word; or what `zen-gc validate` prints of them, with the file before each."""
    errors = "\n".join(map(str, compile_shown(shown.document).errors))
    assert errors
    assert shown.after is not None
    if shown.after.language == "console":
        assert shown.after.text.strip().endswith(errors)
    else:
        assert (shown.after.language, shown.after.text.strip()) == ("text", errors)


def test_policies_are_found_on_the_pages() -> None:
    """A convention that nobody follows any more would let every test above pass."""
    pages = {shown.page for shown in SHOWN}
    assert {DOCS / "tutorial" / "first-policy.md", DOCS / "reference" / "policy.md"} <= pages
    assert len(RIGHT) >= 30
    assert len(WRONG) >= 8


def test_the_old_and_the_new_spelling_mean_the_same() -> None:
    """The two policies of the page about moving, but for the places that they were written at."""
    old, new = (
        compile_shown(shown.document).compiled for shown in RIGHT if shown.page.stem == "move-from-the-go-program"
    )
    assert old is not None
    assert new is not None
    assert old.policy.targets[0].kind == new.policy.targets[0].kind
    assert old.policy.action.config == new.policy.action.config
    assert old.policy.behavior == new.policy.behavior
    assert old.reads == new.reads


def test_every_keyword_of_the_reference_has_an_example() -> None:
    """Each is a policy of its own on that page."""
    examples = [shown for shown in RIGHT if shown.page.name == "keywords.md"]
    assert len(examples) == (DOCS / "reference" / "keywords.md").read_text(encoding="utf-8").count("\n### ")

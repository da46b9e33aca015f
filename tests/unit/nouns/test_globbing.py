"""Which names a glob can match."""

from __future__ import annotations

import fnmatch
import string

import pytest

from zen_gc_core.model.globbing import matches_no_name


@pytest.mark.parametrize("part", [*string.printable, "é", "[ab]", "[!a]", "[]a]", "[!-z]"])
def test_a_glob_of_one_character_may_match_if_and_only_if_it_takes_a_name_of_one(part: str) -> None:
    """As fnmatch reads it, which reads the globs of the objects later."""
    names = [*string.ascii_lowercase, *string.digits]
    taken = any(fnmatch.fnmatchcase(name, part) for name in names)
    assert (matches_no_name(part) is None) is taken

"""Texts for people: what foreign text may do to a line, which name was meant, numbers and articles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.texts import counted, did_you_mean, listed, nearest, one_line, placed, visible, with_article

FOREIGN: list[tuple[str, str]] = [
    ("plain", "plain"),
    ("Größe 大きさ 🙂", "Größe 大きさ 🙂"),
    ("a\x1b[31mb", "a\\x1b[31mb"),
    ("a\nb\r\nc", "a\\nb\\r\\nc"),
    ("a\x00b\x07c\x7fd\x9be", "a\\x00b\\x07c\\x7fd\\x9be"),
    ("a\u202eb\u2066c\u200fd", "a\\u202eb\\u2066c\\u200fd"),
    ("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\x85d"),
    ("a\ufeffb\u200bc\xa0d", "a\\ufeffb\\u200bc\\xa0d"),
    ("a\ud800b", "a\\ud800b"),
    ("a\U000e0041b", "a\\U000e0041b"),
]


@pytest.mark.parametrize(("text", "shown"), FOREIGN)
def test_what_a_terminal_would_obey_is_shown(text: str, shown: str) -> None:
    """Control, separating, formatting and bidirectional characters, tags, half of a surrogate pair."""
    assert visible(text) == shown


@given(st.text(), st.integers(1, 40))
def test_no_text_breaks_its_line_or_grows_out_of_it(text: str, most: int) -> None:
    """What comes out can be printed and encoded; the escapes aside it is as long as it may be."""
    for shown in (visible(text, most), one_line(text, most)):
        assert shown.isprintable()
        shown.encode()
        assert len(shown) <= most


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("a\n  b\tc", None, "a b c"),
        ("a\u202eb\n", None, "a\\u202eb"),
        ("abcdef", 3, "ab…"),
        ("abc", 3, "abc"),
        (" " * 1000 + "abc", 3, "…"),
        ("ab" + " " * 1000 + "cd", 20, "ab…"),
    ],
)
def test_a_sentence_is_folded_onto_one_line(text: str, most: int | None, shown: str) -> None:
    """What is cut off is seen to be cut off."""
    assert one_line(text, most) == shown


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("conditon", ["conditions", "action"], "conditions"),
        ("LABELSELECTOR", ["labelSelector"], "labelSelector"),
        ("in", ["In", "NotIn"], "In"),
        ("xyz", ["conditions"], None),
        ("x", [], None),
        ("a" * 1_000_000, ["a" * 317], "a" * 317),
    ],
)
def test_the_nearest_word_is_named_case_aside(word: str, known: list[str], near: str | None) -> None:
    """In any case, and of a word of any length in a moment."""
    assert nearest(word, known) == near
    assert did_you_mean(word, known) == (f"; did you mean '{near}'?" if near else "")


@pytest.mark.parametrize(
    ("noun", "phrase"),
    [
        ("Job", "a Job"),
        ("Experiment", "an Experiment"),
        ("Ingress", "an Ingress"),
        ("User", "a User"),
        ("Unit", "a Unit"),
        ("OnePasswordItem", "a OnePasswordItem"),
        ("HTTPRoute", "an HTTPRoute"),
        ("MPIJob", "an MPIJob"),
        ("CSIDriver", "a CSIDriver"),
        ("IPAddress", "an IPAddress"),
        ("NetworkPolicy", "a NetworkPolicy"),
        ("array", "an array"),
        ("null", "null"),
    ],
)
def test_a_noun_has_the_article_that_is_spoken(noun: str, phrase: str) -> None:
    """Kinds that are spelt out letter by letter, too."""
    assert with_article(noun) == phrase


def test_one_is_one_and_all_else_is_several() -> None:
    """Also nothing."""
    assert [counted(number, "object") for number in (0, 1, 2)] == ["0 objects", "1 object", "2 objects"]
    assert counted(2, "policy", "policies") == "2 policies"


def test_an_object_is_placed_as_kubectl_places_it() -> None:
    """With its namespace, where it has one."""
    assert (placed("a", "b"), placed("", "b")) == ("a/b", "b")


@pytest.mark.parametrize(
    ("words", "phrase"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed_as_in_a_sentence(words: list[str], phrase: str) -> None:
    """The last one behind its own word."""
    assert listed(words) == phrase

"""How long pages are: by bytes, never much longer than the last, shorter at once."""

from __future__ import annotations

from zen_gc_core.cluster.page_sizes import AIM, FIRST, MOST_UNCACHED, PageSizes


def test_a_slow_page_halves_the_next() -> None:
    """But not below the first one's length: a short page costs the server as much."""
    sizes = PageSizes(metadata_only=False)
    sizes.note(500, 500_000, 0.1, whole=True)
    assert sizes.limit == 1000
    sizes.note(1000, 1_000_000, 5.1, whole=True)
    assert sizes.limit == 500
    sizes.note(500, 500_000, 60, whole=True)
    assert sizes.limit == 500


def test_a_page_with_twice_what_was_expected_halves_the_next() -> None:
    """Its neighbours may be as large."""
    sizes = PageSizes(metadata_only=False)
    sizes.note(500, 500_000, 0.1, whole=True)
    sizes.note(1000, 2_000_001, 0.1, whole=True)
    assert sizes.limit == 500


def test_pages_at_most_double() -> None:
    """However small the objects are."""
    sizes = PageSizes(metadata_only=False)
    seen = []
    for _ in range(4):
        seen.append(sizes.limit)
        sizes.note(sizes.limit, sizes.limit, 0.01, whole=True)
    assert seen == [FIRST, 1000, MOST_UNCACHED, MOST_UNCACHED]


def test_metadata_alone_never_says_how_large_objects_are() -> None:
    """A list of it does not grow until a page of whole objects has come."""
    sizes = PageSizes(metadata_only=True)
    for _ in range(3):
        sizes.note(500, 50_000, 0.1, whole=False)
        assert (sizes.sampling, sizes.limit) == (True, 100)
    sizes.note(100, 100 * AIM, 0.1, whole=True)
    assert (sizes.sampling, sizes.limit) == (False, 1)


def test_a_page_of_nothing_says_nothing() -> None:
    """Where a selector leaves none of its objects."""
    sizes = PageSizes(metadata_only=False)
    sizes.note(0, 200, 0.1, whole=True)
    assert sizes.limit == FIRST


def test_one_object_is_the_least() -> None:
    """What is too large alone cannot be asked for in smaller pages."""
    sizes = PageSizes(metadata_only=False, fixed=2)
    assert sizes.shrink()
    assert not sizes.shrink()

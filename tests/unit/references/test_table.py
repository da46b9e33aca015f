"""The table of references: which kinds are asked, in which versions, and under what an object is found again."""

from __future__ import annotations

import pytest

from zen_gc_core import Exhaustive, InputError, Referable, Reference, References, WellKnown, found_under
from zen_gc_core.model.json_candidates import JsonCandidate

SECRET = ("", "Secret")


def _row(**fields):
    return Reference(**{"group": "acme.io", "kind": "Render", "path": "spec.secret", "to": "Secret", **fields})


@pytest.mark.parametrize(
    ("namespace", "name", "pairs"),
    [
        ("shop", "tls", {("shop", "tls"), ("shop", "*"), ("*", "tls"), ("*", "*")}),
        (
            "shop",
            "data-db-0",
            {(space, name) for space in ("shop", "*") for name in ("data-db-0", "data-db-#", "*")},
        ),
        ("shop", "data-db-12", {(space, name) for space in ("shop", "*") for name in ("data-db-12", "data-db-#", "*")}),
        ("", "tls", {("*", "tls"), ("*", "*")}),
        ("shop", "data-db-a1", {(space, name) for space in ("shop", "*") for name in ("data-db-a1", "*")}),
    ],
)
def test_an_object_is_found_under_whatever_may_mean_it(namespace, name, pairs):
    """By its name, its ordinal, any name, in its namespace and in any."""
    assert set(found_under(namespace, name)) == pairs


def test_a_kind_with_rows_is_also_read_whole_unless_they_are_exhaustive():
    """So a row that is wrong or missing never makes an object look unused."""
    (open_one,) = References([_row()]).to(*SECRET)
    assert (open_one.reads, open_one.crosses, open_one.versions) == (None, True, ())
    (closed,) = References([_row(versions=("v1",)), Exhaustive("acme.io", "Render", "ours")]).to(*SECRET)
    assert (closed.reads, closed.crosses, closed.versions) == (("spec",), False, ("v1",))


def test_a_kind_without_rows_is_read_whole_unless_it_is_known_to_name_none():
    """By its kind, or by all of its group."""
    rows = [Exhaustive("acme.io", "Report", "it reports"), Exhaustive("told.io", "*", "reports")]
    table = References(rows)
    assert table.of("acme.io", "Report", to=SECRET) is None
    assert table.of("told.io", "Anything", to=SECRET) is None
    assert table.of("acme.io", "Other", to=SECRET).reads is None
    assert table.to(*SECRET) == ()


def test_rows_of_one_kind_hold_where_all_of_them_do():
    """A version in which one does not hold is not one of which it is known what its objects name."""
    (found,) = References([_row(versions=("v1", "v2")), _row(path="spec.b", versions=("v2", "v3"))]).to(*SECRET)
    assert found.versions == ("v2",)
    with pytest.raises(InputError, match="there is no version in which all rows of this kind hold"):
        References([_row(versions=("v1",)), _row(path="spec.b", versions=("v2",))])


def test_a_row_to_any_kind_is_a_row_to_each():
    """A parameter of an admission policy may be whatever it likes."""
    table = References([_row(to="*", versions=("v1",)), Exhaustive("acme.io", "Render", "ours")])
    assert [found.kind for found in table.to("", "ConfigMap")] == ["Render"]
    assert table.to("acme.io", "Palette")[0].reads == ("spec",)


@pytest.mark.parametrize(
    ("row", "crosses"),
    [
        (_row(), False),
        (_row(namespace="namespace"), True),
        (_row(namespace="*"), True),
        (_row(how="words"), True),
        (_row(how="words", here=True), False),
        (_row(how="texts", here=True), False),
        (_row(how="texts"), True),
        (_row(how="all"), True),
    ],
)
def test_what_may_name_an_object_of_another_namespace_says_so(row, crosses):
    """It is looked for everywhere, and not in the namespaces of the objects alone."""
    rows = [Reference(**{**_fields(row), "versions": ("v1",)}), Exhaustive("acme.io", "Render", "ours")]
    assert References(rows).to(*SECRET)[0].crosses is crosses


def _fields(row):
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"kind": ""}, "needs the kind that names"),
        ({"to": ""}, "needs the kind that names"),
        ({"path": ""}, "must not be empty"),
        ({"path": "spec..a"}, "is no field path"),
        ({"path": "spec.a[0].b"}, r"write \[\] for each of them"),
        ({"path": "spec.a[]b"}, "behind .* stands a dot"),
        ({"path": "spec.a[]"}, "is a field itself"),
        ({"path": "spec.a{}", "namespace": "b"}, "is a field itself"),
        ({"how": "guess"}, "is one of name, texts, words"),
        ({"name": "{values}"}, "a name is made of"),
        ({"name": "fixed"}, "a name is made of"),
        ({"name": "{ordinal}-{value}"}, "an ordinal is at the end"),
        ({"how": "words", "name": "{value}-a"}, "no name is made"),
        ({"how": "words", "namespace": "b"}, "there is no namespace"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(fields, why):
    """When it is made, and in words."""
    with pytest.raises(InputError, match=why):
        _row(**fields)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Exhaustive("acme.io", "", "a"),
        lambda: Exhaustive("acme.io", "Render", ""),
        lambda: Referable("acme.io", ""),
        lambda: WellKnown("", "a", name="b"),
        lambda: WellKnown("Secret", "", name="b"),
        lambda: WellKnown("Secret", "a", namespace="b"),
    ],
)
def test_a_row_that_says_too_little_is_refused(make):
    """Of which kind, why, and by what it is known."""
    with pytest.raises(InputError):
        make()


def _object(kind="Secret", **fields):
    labels, annotations = fields.pop("labels", {}), fields.pop("annotations", {})
    metadata = {
        "name": "a",
        "namespace": "shop",
        "labels": labels,
        "annotations": annotations,
        **fields.pop("metadata", {}),
    }
    return JsonCandidate.from_object({"apiVersion": "v1", "kind": kind, "metadata": metadata, **fields})


@pytest.mark.parametrize(
    ("row", "known", "others"),
    [
        ({"name": "a"}, [{}], [{"metadata": {"name": "b"}}, {"kind": "ConfigMap"}]),
        ({"name": "a*"}, [{"metadata": {"name": "abc"}}], [{"metadata": {"name": "ba"}}]),
        ({"name": "a", "namespace": "sh*"}, [{}], [{"metadata": {"namespace": "other"}}]),
        ({"type": "acme.io/*"}, [{"type": "acme.io/key"}], [{}, {"type": "Opaque"}, {"type": 7}]),
        ({"label": "acme.io/used"}, [{"labels": {"acme.io/used": ""}}], [{}, {"annotations": {"acme.io/used": "a"}}]),
        ({"label": "owner=helm"}, [{"labels": {"owner": "helm"}}], [{"labels": {"owner": "me"}}, {}]),
        ({"label": "part=a-*"}, [{"labels": {"part": "a-b"}}], [{"labels": {"part": "b"}}]),
        ({"annotation": "acme.io/used"}, [{"annotations": {"acme.io/used": ""}}], [{"labels": {"acme.io/used": "a"}}]),
        (
            {"name": "a", "label": "b"},
            [{"labels": {"b": "c"}}],
            [{}, {"metadata": {"name": "b"}, "labels": {"b": "c"}}],
        ),
    ],
)
def test_a_well_known_object_is_known_by_all_that_its_row_says(row, known, others):
    """And by nothing less."""
    table = References([WellKnown("Secret", "somebody reads it", **row)])
    assert {table.well_known(_object(**fields)) for fields in known} == {"somebody reads it"}
    assert {table.well_known(_object(**fields)) for fields in others} == {None}


def test_well_known_objects_are_asked_for_no_more_than_their_rows_look_at():
    """A policy that reads it declares it."""
    rows = [
        WellKnown("Secret", "a", type="b"),
        WellKnown("Secret", "a", label="b"),
        WellKnown("ConfigMap", "a", annotation="b"),
        WellKnown("ServiceAccount", "a", name="b"),
    ]
    table = References(rows)
    assert table.well_known_reads("", "Secret") == ("metadata.labels", "type")
    assert table.well_known_reads("", "ConfigMap") == ("metadata.annotations",)
    assert table.well_known_reads("", "ServiceAccount") == ()

"""The Go programs' cases of field paths."""

from __future__ import annotations

import pytest

from tests.conformance.vectors.cases import vectors
from zen_gc_core.errors import InputError
from zen_gc_core.fieldpaths import MISSING, FieldPath


@pytest.mark.parametrize("case", vectors("fieldpath"))
def test_a_field_path_means_what_it_meant(case):
    """No segments, in their words, are no path in ours."""
    wanted = case.wanted
    if wanted.get("error") or wanted.get("segments", ()) is None:
        with pytest.raises(InputError):
            FieldPath.parse(case.input["path"])
        return
    path = FieldPath.parse(case.input["path"])
    if "segments" in wanted:
        assert path.segments == tuple(wanted["segments"])
        return
    found = path.get(case.input["resource"])
    assert (found is not MISSING) is wanted.get("found", wanted.get("exists"))
    if "value" in wanted:
        assert found == wanted["value"]
